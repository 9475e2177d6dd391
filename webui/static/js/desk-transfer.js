// The dialog in which somebody chooses to whom the caller goes, and whether they are spoken to first.
export class Transfer {
  // `onSend(path, to)` gives whether it was done.
  constructor(view, onSend) {
    this.view = view;
    this.onSend = onSend;
    this.dialog = document.getElementById("transfer");
    this.form = document.getElementById("transfer-form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault(); // Enter in the number
      this.send("consult");
    });
    this.form.elements.number.addEventListener("input", () => {
      for (const each of this.form.querySelectorAll("[name=to]")) each.checked = false;
    });
    this.form.addEventListener("change", (event) => {
      if (event.target.name === "to") this.form.elements.number.value = "";
    });
  }

  open() {
    this.form.reset();
    this.view.problem("", "transfer-problem");
    window.htmx?.trigger(document.getElementById("transfer-to"), "open");
    this.dialog.showModal();
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  async send(path) {
    const to = this.form.querySelector("[name=to]:checked")?.value ?? this.form.elements.number.value.trim();
    if (!to) return this.view.problem(this.view.told("choose-target"), "transfer-problem");
    if (await this.onSend(path, to)) this.close();
    else this.view.problem(this.view.part("problem").querySelector("span").textContent, "transfer-problem");
  }
}
