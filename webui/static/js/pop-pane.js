// Bookings in a pane of the pop: the pages of the bookings' own room, fetched and shown without leaving the call.
import { giveBack } from "./bookings.js";

const ROOM = "/bookings";

let address = ""; // of what the pane shows

function isOfRoom(path) {
  return path === ROOM || path.startsWith(`${ROOM}/`);
}

function paneOf(element) {
  return element.closest(".pop")?.querySelector("[data-pane-body]");
}

function show(pane, html) {
  const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  if (!main) throw new Error("this is no page of a room");
  for (const each of main.querySelectorAll("#stale, #phone-service, .back")) each.remove();
  const content = pane.querySelector("[data-pane-content]");
  content.replaceChildren(...main.childNodes);
  window.htmx?.process(content);
  (content.querySelector("[autofocus]") ?? pane).focus({ preventScroll: true });
  pane.scrollIntoView({ block: "nearest" });
}

async function open(pane, url, options = {}) {
  pane.hidden = false;
  pane.setAttribute("aria-busy", "true");
  try {
    const reply = await fetch(url, { ...options, referrer: address || location.href });
    const there = new URL(reply.url);
    if (!isOfRoom(there.pathname)) {
      location.reload(); // signed out, or something that no pane can show
      return;
    }
    address = there.href;
    show(pane, await reply.text());
  } catch {
    pane.querySelector("[data-pane-content]").textContent = pane.dataset.failed;
  }
  pane.removeAttribute("aria-busy");
}

function close(pane) {
  giveBack(pane);
  pane.hidden = true;
  pane.querySelector("[data-pane-content]").replaceChildren();
  address = "";
}

function send(pane, form, submitter) {
  const url = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", address || location.href);
  const fields = new URLSearchParams(new FormData(form, submitter));
  if (form.method === "post") open(pane, url, { method: "POST", body: fields });
  else open(pane, `${url.pathname}?${fields}`);
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("a[href]");
    if (event.target.closest("[data-pane-close]")) close(paneOf(event.target));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const pane = paneOf(link);
    if (!pane || !(pane.contains(link) || "pane" in link.dataset)) return;
    if (!isOfRoom(new URL(link.href).pathname)) {
      link.target = "_blank";
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (!("keeps" in link.dataset)) giveBack(pane);
    open(pane, link.href);
  },
  true, // before those who open other rooms elsewhere
);
document.addEventListener("submit", (event) => {
  const form = event.target;
  const pane = paneOf(form);
  if (event.defaultPrevented || !pane || !(pane.contains(form) || "pane" in form.dataset)) return;
  event.preventDefault();
  send(pane, form, event.submitter);
});
