// Filters act as soon as something is chosen; a slot that is kept is given back when its page is left.

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submits]");
  if (form) form.requestSubmit();
});

let staysWithin = false; // on the way to the next step of the same booking
document.addEventListener("click", (event) => {
  if (event.target.closest("a[data-keeps]")) staysWithin = true;
});
document.addEventListener("submit", () => {
  staysWithin = true;
});
addEventListener("pageshow", () => {
  staysWithin = false;
});
addEventListener("pagehide", () => {
  if (!staysWithin) giveBack(document);
});

// The slot that `part` of a page keeps, if it keeps one.
export function giveBack(part) {
  const keeping = part.querySelector(".bookings-keeping");
  if (!keeping) return;
  const sent = new URLSearchParams({ csrf: keeping.elements.csrf.value, slot: keeping.querySelector("input[name=slot]").value });
  navigator.sendBeacon("/bookings/release", sent);
}
