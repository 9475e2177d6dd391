// Forms that can't be sent twice by a double click, that warn before typed work is lost (data-keep), that refuse a file
// too large before it travels (data-max-bytes), that show how far an upload is, and that begin at what is wrong.

const PATIENCE_MS = 20000; // a form whose answer is a download leaves the page as it is

function lock(form) {
  form.dataset.sent = "";
  setTimeout(() => release(form), PATIENCE_MS);
  setTimeout(() => {
    // not before the browser has taken the pressed button's own name and value
    if (!("sent" in form.dataset)) return;
    for (const button of form.querySelectorAll("button[type=submit]")) {
      button.disabled = true;
      button.classList.add("is-working");
    }
  });
}

function release(form) {
  if (!("sent" in form.dataset)) return;
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button.is-working")) {
    button.disabled = false;
    button.classList.remove("is-working");
  }
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    delete form.dataset.changed;
    lock(form);
  },
  true, // before htmx sees it
);
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form) release(form);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) form.dataset.changed = "";
});
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-keep][data-changed]")) event.preventDefault();
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.matches("input[type=file][data-max-bytes]")) return;
  const isTooLarge = Array.from(field.files).some((file) => file.size > Number(field.dataset.maxBytes));
  field.setCustomValidity(isTooLarge ? field.dataset.tooLarge : "");
  field.reportValidity();
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.querySelector(".progress");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.querySelector("progress").value = event.detail.loaded / event.detail.total;
});

document.querySelector("[aria-invalid=true]")?.focus();
