// The wall: hears a call before it asks to listen in (browsers play nothing later), and asks for a reason where it must.
//
// Who listens opens no microphone at all; to whisper or barge in, the page opens it first, and does nothing without.
import { DeskSound } from "./desk-sound.js";
import { REFUSED, SIGNED_OUT } from "./phone-audio.js";

const AGAIN_MS = 1000;
const SPEAKS = ["whisper", "barge"];

const banner = document.getElementById("wall-sound");
const now = document.getElementById("wall-now");
const csrf = document.querySelector("#release [name=csrf]").value;
const sound = new DeskSound(showLevel, lost);
let speaks = false; // whether the microphone is open
let asking = ""; // what was pressed and is not answered yet

function showLevel(heard) {
  const meter = now.querySelector("[data-level=heard]");
  if (meter) meter.value = heard <= 0 ? 0 : Math.round(Math.min(100, Math.max(0, 100 + 40 * Math.log10(heard))));
}

function say(text) {
  banner.hidden = !text;
  banner.querySelector(".words").textContent = text;
}

function supervises() {
  return now.querySelector("[data-supervises]")?.dataset.supervises ?? "";
}

// Opened anew when the microphone comes or goes: who only listens again must see the browser's sign go out.
async function begin(how) {
  const wishes = SPEAKS.includes(how);
  if (sound.isOpen && speaks !== wishes) sound.close();
  await sound.open({ listensOnly: !wishes });
  speaks = wishes;
  if (wishes && sound.audio.microphone) {
    end();
    say(banner.dataset.denied);
    return false;
  }
  say("");
  return sound.isAttached || (await takeSeat());
}

// One hears at one's own seat: it must be taken, and its sound be there, before the box is asked to listen.
async function takeSeat() {
  const reply = await fetch("/wall/seat", { method: "POST", headers: { "X-CSRF-Token": csrf } }).catch(() => null);
  if (!reply?.ok) {
    end();
    say(reply?.status === 409 ? await reply.text() : banner.dataset.lost);
    return false;
  }
  sound.attach();
  const socket = sound.audio.socket;
  const isOpen = await new Promise((tell) => {
    socket.addEventListener("open", () => tell(true), { once: true });
    socket.addEventListener("close", () => tell(false), { once: true });
  });
  if (!isOpen) {
    end();
    say(banner.dataset.none);
  }
  return isOpen;
}

function end() {
  if (sound.isOpen) sound.close();
  speaks = false;
}

function lost(code) {
  if (!supervises()) return end();
  if (code === SIGNED_OUT || code === REFUSED) return say(banner.dataset.lost);
  setTimeout(() => supervises() && sound.isOpen && sound.attach(), AGAIN_MS);
}

document.addEventListener("htmx:confirm", (event) => {
  const how = event.target.dataset.supervise;
  if (!how || how === "leave") return;
  event.preventDefault();
  take(how, event.detail.path);
});

// The pressed form may be gone by the time the sound is there: the wall is drawn anew whenever a seat changes.
async function take(how, path) {
  asking = path;
  const isReady = await begin(how);
  const values = { csrf, why: document.getElementById("wall-why").value };
  if (!isReady) asking = "";
  window.htmx.ajax(isReady ? "POST" : "GET", isReady ? path : "/wall/now", { source: now, target: now, values });
}

document.addEventListener("htmx:afterRequest", (event) => {
  const { path } = event.detail.requestConfig;
  if (path === asking) asking = "";
  if (path.endsWith("/leave")) say("");
  const dialog = event.target.closest("dialog");
  if (dialog) {
    dialog.close();
    event.target.reset();
  }
});

// The call may have ended, or a colleague may have taken over: the server knows.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target === now && !asking && !supervises()) end();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-asks]");
  if (!opener) return;
  const dialog = document.getElementById(opener.dataset.asks);
  dialog.querySelector("[name=agent]").value = opener.dataset.agent;
  dialog.querySelector("[data-name]").textContent = opener.dataset.who;
  if (opener.dataset.states) offer(dialog, opener.dataset.states.split(" "));
  dialog.showModal();
});

// Only what makes a difference can be chosen.
function offer(dialog, states) {
  for (const choice of dialog.querySelectorAll("[data-state]")) {
    choice.hidden = !states.includes(choice.dataset.state);
    choice.querySelector("input").checked = choice.dataset.state === states[0];
  }
}

// Who turns the page leaves the call: nobody must be told of a listener who is gone.
addEventListener("pagehide", () => {
  const leave = now.querySelector(".supervises form");
  if (leave && sound.isOpen) navigator.sendBeacon(leave.getAttribute("action"), new URLSearchParams({ csrf }));
});

if (supervises()) say(banner.dataset.lost); // the page was lost in the middle of it, and the box has not noticed yet
