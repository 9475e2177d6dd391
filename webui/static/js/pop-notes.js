// Notes are saved while they are written. Until the box has said that it has them they stay in the browser too, so
// that neither a reload nor a lost connection costs a word.
const PAUSE_MS = 600; // after the last key
const RETRY_MS = 4000;

const latest = new Map(); // what stands in this page's note, also when a part of the page comes that is older
const timers = new WeakMap(); // form -> timer of the save to come
const saving = new WeakSet();

function kept(form) {
  return `note-${form.elements.call.value}`;
}

function tell(form, what) {
  const shown = form.closest("section").querySelector("[data-note-state]");
  shown.textContent = what ? form.closest(".pop").dataset[what] : "";
}

function soon(form, after = PAUSE_MS) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => save(form), after));
}

function fields(form) {
  return new URLSearchParams(new FormData(form));
}

async function save(form) {
  if (saving.has(form)) return; // the answer to come finds what was written meanwhile
  const body = form.elements.body.value;
  saving.add(form);
  let isSaved = false;
  try {
    const reply = await fetch(form.action, { method: "POST", body: fields(form), headers: { "HX-Request": "true" } });
    isSaved = reply.status === 204;
  } catch {
    // the box is away: the words stay here, and are sent again
  }
  saving.delete(form);
  tell(form, isSaved ? "saved" : "failed");
  if (isSaved && form.elements.body.value === body) sessionStorage.removeItem(kept(form));
  else if (form.isConnected) soon(form, isSaved ? 0 : RETRY_MS);
}

// What was written and not saved before the page (or the part with the form) was loaded again.
function takeUp(form) {
  const draft = latest.get(kept(form)) ?? sessionStorage.getItem(kept(form));
  if (draft === null || draft === form.elements.body.value) return;
  form.elements.body.value = draft;
  soon(form, 0);
}

function formsIn(part) {
  return part.querySelectorAll("form[data-note]");
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-note]");
  if (!form) return;
  latest.set(kept(form), form.elements.body.value);
  sessionStorage.setItem(kept(form), form.elements.body.value);
  tell(form, "unsaved");
  soon(form);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-note]");
  if (form) soon(form, 0);
});
addEventListener("pagehide", () => {
  for (const form of formsIn(document)) {
    if (sessionStorage.getItem(kept(form)) !== null) navigator.sendBeacon(form.action, fields(form));
  }
});

// The part may be loaded anew while somebody writes: they go on where they were.
let caret = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const field = event.detail.target.querySelector?.("form[data-note] textarea");
  caret = field && field === document.activeElement ? [kept(field.form), field.selectionStart, field.selectionEnd] : null;
});
document.addEventListener("htmx:afterSwap", (event) => {
  const from = event.detail.target.isConnected ? event.detail.target : document;
  for (const form of formsIn(from)) {
    takeUp(form);
    if (caret?.[0] !== kept(form)) continue;
    form.elements.body.focus();
    form.elements.body.setSelectionRange(caret[1], caret[2]);
  }
});
formsIn(document).forEach(takeUp);
