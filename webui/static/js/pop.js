// The pop of a call: notes that are never lost, and a pane in which bookings are made without leaving the page.
import "./pop-notes.js";
import "./pop-pane.js";

// What is known of the caller keeps itself true, but not under the hands of somebody who fills in a form there.
function isBeingFilledIn(facts) {
  if (facts.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) return true;
  return Array.from(facts.querySelectorAll("input:not([type=hidden])")).some((each) => each.value !== each.defaultValue);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  if (target.id === "pop-facts" && isBeingFilledIn(target)) event.detail.shouldSwap = false;
});
