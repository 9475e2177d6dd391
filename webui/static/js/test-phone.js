// The test phone's page: who calls, the keys, how far the call is. The server knows what is true; this asks it once a
// second while there is a call, so that a page that was reloaded goes on where it was.
import { OVER, PhoneAudio, REFUSED, SIGNED_OUT } from "./phone-audio.js";

const LOOK_MS = 1000;
const KEEP_MS = 20000; // without a call: tells the server that the page is still open
const READY_LOOK_MS = 500;
const READY_WITHIN_MS = 30000;
const RECONNECT_MS = 1000;
const KEYS_SHOWN = 18;
const LIVE = ["dialling", "ringing", "answered", "busy", "congestion", "unobtainable"];

const root = document.getElementById("test-phone");
const phone = document.getElementById("handset");
const caller = document.getElementById("caller");
const transcript = document.getElementById("transcript");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const told = (name) => phone.dataset[`told${name.replace(/(^|-)(.)/g, (_, __, letter) => letter.toUpperCase())}`];

const audio = new PhoneAudio((heard, said) => {
  part("heard").value = percent(heard);
  part("said").value = percent(said);
});
let call = ""; // the call's name while there is one
let pressing = Promise.resolve(); // keys go one after the other, in their order
let look = 0;

// ---- asking ----

async function ask(path, fields = {}) {
  const body = new URLSearchParams(fields);
  const headers = { "X-CSRF-Token": caller.elements.csrf.value };
  const reply = await fetch(`/test-phone/${path}`, { method: "POST", body, headers, redirect: "manual" }).catch(() => null);
  return read(reply);
}

async function read(reply) {
  if (!reply) return { told: document.getElementById("stale").textContent.trim() };
  if (reply.type === "opaqueredirect" || reply.status === 401) location.reload(); // signed out: the sign-in page says so
  return reply.json().catch(() => ({ told: document.getElementById("phone-service").textContent.trim() }));
}

async function wait(milliseconds) {
  await new Promise((done) => setTimeout(done, milliseconds));
}

// ---- showing ----

function percent(level) {
  return level <= 0 ? 0 : Math.round(Math.min(100, Math.max(0, 100 + 2 * 20 * Math.log10(level)))); // -50 dB is nothing
}

function say(name, text) {
  part(name).hidden = !text;
  part(name).querySelector("span").textContent = text;
}

function show(state, seconds = 0) {
  if (phone.dataset.state !== state) {
    phone.dataset.state = state;
    part("state").textContent = told(state);
    const timer = document.createElement("time"); // since.js counts from when an element appears
    timer.dataset.part = "timer";
    timer.textContent = "0:00";
    if (state === "answered") timer.dataset.seconds = seconds;
    if (state !== "ended" && state !== "lost") part("timer").replaceWith(timer);
    else delete part("timer").dataset.seconds;
  }
  const isLive = LIVE.includes(state);
  const isBusy = isLive || state === "starting";
  part("call").hidden = isBusy;
  part("hang-up").hidden = !isBusy;
  part("mute").hidden = !isLive || Boolean(audio.microphone);
  part("hear").hidden = !isLive || !audio.isSilenced;
  part("mute").setAttribute("aria-pressed", String(audio.isMuted));
  if (isBusy) part("put-back").hidden = false;
  for (const field of caller.querySelectorAll("input:not([type=hidden])")) field.disabled = isBusy;
}

// ---- who calls ----

function chosen() {
  const who = caller.elements.who.value;
  const number = who === "patient" ? caller.querySelector("[name=patient_number]:checked")?.value : root.dataset.madeUp;
  return number ? { number, withheld: who === "withheld" ? "1" : "" } : null;
}

caller.addEventListener("change", () => {
  const number = chosen()?.number;
  if (number) document.querySelector("#write-text [name=number]").value = part("text-from").textContent = number;
});
caller.addEventListener("htmx:afterSwap", () => caller.dispatchEvent(new Event("change")));
caller.addEventListener("submit", (event) => event.preventDefault());

// ---- the call ----

async function begin() {
  const from = chosen();
  say("problem", from ? "" : told("choose"));
  if (!from) return;
  show("starting");
  part("keys").textContent = "";
  await openSound();
  const problem = await getReady();
  if (phone.dataset.state !== "starting") return; // hung up meanwhile
  const reply = problem ? { told: problem } : await ask("call", from);
  if (reply.told) return fail(reply.told);
  attach(reply.call);
}

async function getReady() {
  const end = performance.now() + READY_WITHIN_MS;
  while (performance.now() < end && phone.dataset.state === "starting") {
    const reply = await ask("pick-up");
    if (reply.told) return reply.told;
    if (reply.ready) return "";
    await wait(READY_LOOK_MS);
  }
  return told("slow");
}

async function openSound() {
  audio.close();
  await audio.open();
  say("one-way", audio.microphone ? told(`mic-${audio.microphone}`) : "");
}

function attach(theirs) {
  call = theirs.name;
  show(theirs.state, theirs.seconds);
  connect();
  watch();
}

function connect() {
  const address = new URL(`/test-phone/sound?call=${encodeURIComponent(call)}`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  audio.connect(address, onClosed);
}

async function onClosed(code) {
  if (code === SIGNED_OUT) location.reload();
  await refresh();
  if (!call) return;
  say("problem", code === OVER || code === REFUSED ? told("elsewhere") : told("broken"));
  if (code === OVER || code === REFUSED) return;
  await wait(RECONNECT_MS);
  if (call) connect();
}

async function refresh() {
  const reply = await read(await fetch("/test-phone/state", { redirect: "manual" }).catch(() => null));
  const theirs = reply.call;
  if (!call || reply.told) return;
  if (theirs?.name === call && LIVE.includes(theirs.state)) {
    show(theirs.state, theirs.seconds);
    window.htmx?.trigger(transcript, "look"); // also when the page can't be told of events
    if (audio.socket?.readyState === WebSocket.OPEN) say("problem", "");
  } else end(theirs?.lost ? "lost" : "ended");
}

function watch() {
  clearInterval(look);
  look = setInterval(refresh, call ? LOOK_MS : KEEP_MS);
}

function end(state) {
  call = "";
  say("problem", "");
  show(state);
  audio.close();
  watch();
  window.htmx.trigger(transcript, "look");
}

function fail(text) {
  end("idle");
  say("problem", text);
}

async function hangUp() {
  const wasStarting = phone.dataset.state === "starting";
  if (!wasStarting) await ask("hang-up");
  end("ended");
}

// ---- keys ----

function press(key) {
  const button = phone.querySelector(`[data-key="${CSS.escape(key)}"]`);
  button.classList.add("is-pressed");
  setTimeout(() => button.classList.remove("is-pressed"), 120);
  if (!call || phone.dataset.state !== "answered") return;
  if (audio.isSilenced) part("hear").click(); // a page that was reloaded may sound from the first press on
  audio.tone(key);
  part("keys").textContent = (part("keys").textContent + key).slice(-KEYS_SHOWN);
  pressing = pressing.then(() => ask("press", { keys: key })).then((reply) => {
    if (reply.told && call) say("problem", reply.told);
  });
}

phone.addEventListener("pointerdown", (event) => {
  const key = event.target.closest("[data-key]");
  if (key && event.button === 0) press(key.dataset.key);
});
phone.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]");
  if (key && event.detail === 0) press(key.dataset.key); // pressed with Enter or by a screen reader
});
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=radio]), textarea, select")) return;
  if (/^[0-9*#]$/.test(event.key)) {
    event.preventDefault();
    press(event.key);
  }
});

part("call").addEventListener("click", begin);
part("hang-up").addEventListener("click", hangUp);
part("hear").addEventListener("click", async () => {
  await audio.resume();
  part("hear").hidden = true;
});
part("mute").addEventListener("click", () => {
  audio.mute(!audio.isMuted);
  show(phone.dataset.state);
});

// ---- what is said, and texts ----

const tabs = Array.from(document.querySelectorAll("[data-opens-view]"));

function open(tab) {
  for (const each of tabs) {
    const isOpen = each === tab;
    each.setAttribute("aria-pressed", String(isOpen));
    document.getElementById(each.dataset.opensView).hidden = !isOpen;
  }
  if (tab.id === "tab-texts") part("new-texts").hidden = true;
}
for (const tab of tabs) tab.addEventListener("click", () => open(tab));

function received() {
  return Number(document.querySelector("[data-received]")?.dataset.received ?? 0);
}

let seen = received();
document.getElementById("texts").addEventListener("htmx:afterSwap", (event) => {
  const news = received() - seen;
  seen = received();
  if (news > 0 && document.getElementById("view-texts").hidden) {
    part("new-texts").textContent = Number(part("new-texts").hidden ? 0 : part("new-texts").textContent) + news;
    part("new-texts").hidden = false;
  }
  if (news > 0) event.target.scrollTop = event.target.scrollHeight;
});
document.getElementById("text-body").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return; // a new line, or a word of an input method
  event.preventDefault();
  event.target.form.requestSubmit();
});
document.getElementById("write-text").addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && !document.querySelector("#texts .error")) event.target.reset();
});
let shown = "";
transcript.addEventListener("htmx:beforeSwap", (event) => {
  event.detail.shouldSwap = event.detail.serverResponse !== shown; // somebody may be reading or marking text
  shown = event.detail.serverResponse;
});
transcript.addEventListener("htmx:afterSwap", () => {
  const lines = transcript.querySelector(".transcript");
  if (lines) lines.scrollTop = lines.scrollHeight;
});

// ---- a page that was reloaded in a call ----

if (root.dataset.call) {
  await openSound();
  call = root.dataset.call;
  connect();
  await refresh();
}
watch();
