// The agents' page. The box knows what is true of the seat; this asks it at every event and now and then, shows it, and
// keeps the seat's sound in exactly one window. So a page that was reloaded goes on where it was.
import { SIGNED_OUT } from "./phone-audio.js";
import { ask, look } from "./desk-ask.js";
import { watchKeys } from "./desk-keys.js";
import { Ring, wishNotices, wishesNotices } from "./desk-ring.js";
import { DeskSound } from "./desk-sound.js";
import { Tabs } from "./desk-tabs.js";
import { SoundTest, listDevices } from "./desk-test.js";
import { Transfer } from "./desk-transfer.js";
import { DeskView } from "./desk-view.js";

const LOOK_MS = 4000; // events come at once; this is for those that got lost
const RECONNECT_MS = 1000;
const DIGITS_SHOWN = 18;

const root = document.getElementById("desk");
const view = new DeskView(root);
const ring = new Ring(view.told("rings"));
const tabs = new Tabs(() => settle());
const sound = new DeskSound(onLevels, onLost);
const test = new SoundTest(view.part("heard-you"), sound, tellMicrophone, () => allowSignIn());
const transfer = new Transfer(view, (path, to) => act(path, { to }));

let seat = null; // as the box told it last
let isMuted = false;
let turn = Promise.resolve(); // when the last question has been answered
const underWay = new Set();

// ---- asking ----

// One after the other, in the order in which they were pressed; a double click asks once.
async function act(path, fields = {}) {
  if (underWay.has(path)) return false;
  underWay.add(path);
  const reply = await inTurn(path, fields);
  underWay.delete(path);
  take(reply, true);
  return !reply.told;
}

function inTurn(path, fields) {
  turn = turn.then(() => ask(root.dataset.csrf, path, fields));
  return turn;
}

async function refresh() {
  take(await look());
}

function take(reply, isAnswer = false) {
  view.flag("away", Boolean(reply.isAway));
  if (isAnswer) view.problem(reply.isAway ? "" : (reply.told ?? ""));
  if (!reply.seat) return;
  const before = seat;
  seat = reply.seat;
  if (before?.state !== seat.state || before?.pop_call !== seat.pop_call) changed(before);
  settle();
}

function changed(before) {
  if (seat.state !== "talking") {
    isMuted = false;
    view.text("digits", "");
    transfer.close();
  }
  const isAnswered = before?.state === "ringing" && seat.state === "talking";
  if (before?.pop_call !== seat.pop_call || isAnswered) showPop(seat.pop_call);
  window.htmx?.trigger(document.body, "own-seat");
}

// ---- the window that has the sound ----

const wantsSound = () => seat !== null && seat.state !== "offline" && seat.device === "browser";

// Everything that follows from the seat as it is; may be called at any time.
async function settle() {
  if (!seat) return;
  view.show(seat, isMuted || Boolean(seat.talk?.is_muted));
  if (!tabs.hasLooked) await tabs.look(wantsSound(), seat.has_sound);
  if (wantsSound()) tabs.takeBack(seat.has_sound);
  view.flag("elsewhere", wantsSound() && !tabs.hasSound);
  if (seat.state === "ringing" && (tabs.hasSound || !wantsSound())) ring.start(seat.offer?.queue ?? "");
  else ring.stop();
  sound.audio.mute(isMuted || seat.state !== "talking");
  keepSound();
}

async function keepSound() {
  if (!wantsSound()) {
    tabs.give();
    if (sound.isAttached) sound.close();
    return;
  }
  if (!tabs.hasSound) {
    if (sound.isAttached) sound.close();
    return;
  }
  if (sound.isAttached || sound.opening) return;
  await sound.open();
  if (!tabs.hasSound || !wantsSound() || sound.isAttached) return;
  sound.attach();
  sound.audio.mute(isMuted || seat.state !== "talking");
  tellMicrophone();
  listDevices();
  showSilence();
  sound.audio.context.onstatechange = showSilence;
}

function showSilence() {
  view.flag("silenced", sound.isOpen && sound.audio.isSilenced);
}

async function onLost(code) {
  if (code === SIGNED_OUT) location.reload();
  sound.detach();
  await new Promise((done) => setTimeout(done, RECONNECT_MS));
  const reply = await look();
  if (reply.seat?.has_sound && !sound.isAttached) tabs.lose(); // somebody else has it now
  take(reply);
}

function tellMicrophone() {
  const missing = sound.audio.microphone;
  view.banner("one-way", missing ? view.told(`mic-${missing}`) : "");
}

sound.audio.onMicrophoneLost = tellMicrophone;

function onLevels(heard, said) {
  view.levels(heard, said);
  test.hear(heard);
}

// ---- signing in ----

function allowSignIn() {
  view.button("sign-in").disabled = false;
}

// A telephone needs no test here.
function chooseDevice() {
  view.flag("sound-test", device() === "browser");
  view.button("sign-in").disabled = device() === "browser";
}

const device = () => root.querySelector("[name=device]:checked")?.value ?? "browser";

async function signIn() {
  test.end();
  sound.detach();
  if (device() === "browser") tabs.take();
  if (!(await act("sign-in", { device: device() }))) tabs.give();
}

function takeOver() {
  tabs.take();
  settle();
}

// ---- who calls ----

function showPop(call) {
  const place = document.getElementById("pop");
  if (call) window.htmx?.ajax("GET", `/desk/pop?call=${encodeURIComponent(call)}`, { target: place, swap: "innerHTML" });
  else place.replaceChildren(emptyPop.cloneNode(true));
}

const emptyPop = document.querySelector(".js-pop-empty").cloneNode(true);

// ---- in a talk ----

// What is not said by this page is kept back by the box.
function mute() {
  if (!wantsSound()) return act("mute", { on: seat.talk.is_muted ? "" : "1" });
  isMuted = !isMuted;
  settle();
}

function press(key) {
  if (seat?.state !== "talking") return;
  const button = view.part("keypad").querySelector(`[data-key="${CSS.escape(key)}"]`);
  button.classList.add("is-pressed");
  setTimeout(() => button.classList.remove("is-pressed"), 120);
  sound.audio.tone(key);
  view.text("digits", (view.part("digits").textContent + key).slice(-DIGITS_SHOWN));
  inTurn("digits", { keys: key }).then((reply) => take(reply, Boolean(reply.told)));
}

function toggleKeypad() {
  const isShown = view.part("keypad").hidden;
  view.flag("keypad", isShown);
  view.button("keypad").setAttribute("aria-expanded", String(isShown));
}

function showNotices(isOn) {
  view.part("notifies").checked = isOn;
  view.button("notify").hidden = isOn;
}

// ---- what is pressed ----

const deeds = {
  test: () => test.begin(),
  "skip-test": allowSignIn,
  "sign-in": signIn,
  "take-over": takeOver,
  hear: () => sound.audio.resume(),
  notify: () => view.part("notifies").click(),
  mute,
  keypad: toggleKeypad,
  "open-transfer": () => transfer.open(),
  consult: () => transfer.send("consult"),
  transfer: () => transfer.send("transfer"),
  "not-ready": ({ reason }) => act("not-ready", { reason }),
  "to-flow": ({ to }) => act("to-flow", { to }),
  "pause-recording": () => act("record", { on: "" }),
  "resume-recording": () => act("record", { on: "1" }),
  "pick-up": ({ extension }) => act("pick-up", { extension }),
  call: ({ number }) => act("dial", { number }),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-does]");
  if (!button || button.disabled) return;
  button.closest("details.menu")?.removeAttribute("open");
  const { does } = button.dataset;
  if (deeds[does]) deeds[does](button.dataset);
  else act(does);
});

function pressedKey(event) {
  const key = event.target.closest("[data-key]");
  if (key?.closest("[data-part=keypad]")) press(key.dataset.key);
  if (key?.closest("[data-part=dial-keypad]")) document.getElementById("dial-number").value += key.dataset.key;
}

root.addEventListener("pointerdown", (event) => event.button === 0 && pressedKey(event));
root.addEventListener("click", (event) => event.detail === 0 && pressedKey(event)); // with Enter or by a screen reader

// Buttons that call a number stand in several parts of the page; none of them may leave it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "dial-form" && form.getAttribute("action") !== "/desk/dial") return;
  event.preventDefault();
  const { number, purpose = "" } = Object.fromEntries(new FormData(form));
  act("dial", { number, purpose }).then((isDone) => {
    form.dispatchEvent(new Event("htmx:afterRequest", { bubbles: true })); // forms.js lets it be sent again
    if (isDone && form.id === "dial-form") form.reset();
  });
});

// Whoever looks something up in another room must not lose the telephone.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const isOurs = link && link.origin === location.origin && !link.getAttribute("href").startsWith("#");
  if (isOurs && tabs.hasSound && !event.defaultPrevented) link.target = "_blank";
});

watchKeys(view, () => seat, { press, does: (name) => view.button(name)?.click() });

for (const each of root.querySelectorAll("[name=device]")) each.addEventListener("change", chooseDevice);
for (const select of root.querySelectorAll("[data-device]")) {
  select.addEventListener("change", () => sound.choose(select.dataset.device, select.value).then(tellMicrophone));
}
navigator.mediaDevices?.addEventListener("devicechange", listDevices);
view.part("notifies").addEventListener("change", async ({ target }) => showNotices(await wishNotices(target.checked)));
showNotices(wishesNotices());

// ---- from now on ----

document.body.addEventListener("live:seat", ({ detail }) => {
  if (String(detail.user) === root.dataset.user) refresh();
});
document.body.addEventListener("live:service", refresh);
setInterval(refresh, LOOK_MS);

if (root.dataset.seat) take({ seat: JSON.parse(root.dataset.seat) });
else refresh();
