// Shows a seat: which parts of the page are there, and what stands in them. It decides nothing.
import { run, stop } from "./desk-clock.js";

const TONES = { ready: "good", ringing: "busy", talking: "busy", "wrap-up": "busy" };
const IDLE = ["ready", "not-ready", "wrap-up"];
const LONG_HELD_S = 60;

export class DeskView {
  constructor(root) {
    this.root = root;
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  told(name) {
    return this.root.dataset[`told${name.replace(/(^|-)(.)/g, (_, __, letter) => letter.toUpperCase())}`];
  }

  // ---- what is said above everything ----

  problem(text, name = "problem") {
    this.part(name).hidden = !text;
    this.part(name).querySelector("span").textContent = text;
  }

  banner(name, text) {
    this.part(name).hidden = !text;
    this.part(name).querySelector(".words").textContent = text;
  }

  flag(name, isOn) {
    this.part(name).hidden = !isOn;
  }

  levels(heard, said) {
    this.part("heard").value = percent(heard);
    this.part("said").value = percent(said);
  }

  // ---- the seat ----

  show(seat, isMuted) {
    const { state, offer, talk, consult } = seat;
    this.root.dataset.state = state;
    this.root.dataset.device = state === "offline" ? "" : seat.device;
    this.part("state").textContent = seat.state_words;
    this.part("state").className = `badge is-${TONES[state] ?? "quiet"}${TONES[state] ? " is-live" : ""}`;
    if (state === "offline") stop(this.part("since"));
    else run(this.part("since"), seat.since_s);
    this.showStrip(state, seat.wrap_up);
    this.flag("sign-in", state === "offline");
    this.flag("dial", IDLE.includes(state));
    this.flag("offer", offer !== null);
    if (offer) this.showOffer(offer);
    this.flag("talk", talk !== null);
    if (talk) this.showTalk(talk, consult, isMuted);
    this.banner("supervised", seat.supervised_words);
    this.banner("notice", seat.notice_words);
    this.flag("no-headset", state !== "offline" && seat.device === "headset" && !seat.has_sound && seat.since_s > 2);
  }

  showStrip(state, wrapUp) {
    this.offer({
      "wrapped-up": state === "wrap-up",
      "more-time": state === "wrap-up",
      ready: state === "not-ready",
      "sign-out": IDLE.includes(state),
    });
    this.flag("not-ready", state === "ready" || state === "not-ready");
    this.flag("wrap-up", wrapUp !== null);
    if (wrapUp) run(this.part("wrap-up-left"), wrapUp.seconds_left, true);
  }

  showOffer(offer) {
    this.text("offer-kind", offer.kind);
    this.text("offer-who", offer.who);
    this.text("offer-number", offer.number === offer.who ? "" : offer.number);
    this.text("offer-queue", offer.queue);
    this.flag("offer-queue", offer.queue !== "");
    this.text("offer-language", offer.language);
    run(this.part("offer-waited"), offer.waited_s);
    run(this.part("offer-left"), offer.seconds_left, true);
  }

  showTalk(talk, consult, isMuted) {
    const state = talk.is_connected ? "" : this.told("consult-ringing");
    this.text("talk-kind", [state || this.told(talk.direction), talk.queue].filter(Boolean).join(" · "));
    this.text("talk-who", talk.who);
    this.text("talk-number", talk.number === talk.who ? "" : talk.number);
    run(this.part("talk-time"), talk.since_s);
    this.flag("parked", talk.is_parked);
    this.showParties(talk.parties);
    this.showHeld(talk.is_held && !consult, talk.held_s);
    this.flag("recording", talk.is_recorded);
    this.flag("recording-on", !talk.is_paused);
    this.flag("recording-off", talk.is_paused);
    this.part("recording").classList.toggle("is-paused", talk.is_paused);
    const asks = consult !== null && talk.direction !== "inside"; // a colleague who was called is no third one
    this.flag("consult", asks);
    if (asks) this.showConsult(consult);
    this.offer({
      hold: !talk.is_held && !asks,
      resume: talk.is_held && !asks,
      "open-transfer": !asks && talk.direction !== "inside",
      "pause-recording": talk.is_recorded && !talk.is_paused,
      "resume-recording": talk.is_recorded && talk.is_paused,
    });
    this.flag("to-flow", talk.direction === "in" && !asks);
    this.button("mute").setAttribute("aria-pressed", String(isMuted));
  }

  // With two there is nothing to tell that does not stand above.
  showParties(parties) {
    const names = parties.length > 2 ? parties.map(({ kind, name }) => `${kind} ${name}`) : [];
    const items = names.map((name) => Object.assign(document.createElement("li"), { textContent: name }));
    this.part("parties").replaceChildren(...items);
  }

  showHeld(isHeld, seconds) {
    const isKnown = isHeld && seconds !== null;
    if (isKnown) run(this.part("held-time"), seconds);
    else stop(this.part("held-time"));
    this.flag("held", isHeld);
    this.part("held").classList.toggle("is-late", isKnown && seconds >= LONG_HELD_S);
  }

  showConsult({ name, state }) {
    this.text("consult-state", this.told(`consult-${state}`));
    this.text("consult-name", name);
    for (const does of ["join", "complete"]) this.button(does).disabled = state !== "talking";
  }

  // ---- parts of parts ----

  text(name, text) {
    if (this.part(name).textContent !== text) this.part(name).textContent = text;
  }

  button(does) {
    return this.root.querySelector(`[data-does="${does}"]`);
  }

  // Which buttons are there: { hold: true, resume: false }
  offer(wanted) {
    for (const [does, isOffered] of Object.entries(wanted)) this.button(does).hidden = !isOffered;
  }
}

function percent(level) {
  return level <= 0 ? 0 : Math.round(Math.min(100, Math.max(0, 100 + 2 * 20 * Math.log10(level)))); // -50 dB is nothing
}
