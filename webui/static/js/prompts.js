// Plays a prompt where it stands ([data-play] links, and the form that says any text), one at a time; when there is no
// sound to be had, the page says why.

const banner = document.getElementById("no-sound");
const audio = new Audio();
let pressed = null; // the control whose sound is loading or playing
let address = ""; // of the sound, given back to the browser when it is over

function show(told) {
  banner.querySelector(".words").textContent = told;
  banner.hidden = !told;
  if (told) banner.scrollIntoView({ block: "nearest" });
}

function stop() {
  audio.pause();
  URL.revokeObjectURL(address);
  pressed?.classList.remove("is-playing");
  pressed = null;
}

async function play(control, url) {
  const isSame = control === pressed;
  stop();
  if (isSame) return; // pressed again: stop
  show("");
  pressed = control;
  control.classList.add("is-playing");
  const reply = await fetch(url, { headers: { Accept: "audio/wav" } }).catch(() => null);
  if (control !== pressed) return; // another one was pressed meanwhile
  if (!reply?.ok || !reply.headers.get("Content-Type").startsWith("audio/")) {
    stop();
    show((await why(reply)) || document.getElementById("phone-service").textContent.trim());
    return;
  }
  address = URL.createObjectURL(await reply.blob());
  audio.src = address;
  await audio.play().catch(stop);
}

async function why(reply) {
  return reply?.headers.get("Content-Type")?.startsWith("text/plain") ? reply.text() : "";
}

audio.addEventListener("ended", stop);

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-play]");
  if (!link) return;
  event.preventDefault();
  play(link, link.href);
});

document.querySelector("[data-say]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  play(form.querySelector("button"), `${form.action}?${new URLSearchParams(new FormData(form))}`);
});

// A player whose sound can't be had.
document.addEventListener(
  "error",
  async (event) => {
    if (!event.target.matches("audio[src]")) return;
    const reply = await fetch(event.target.src, { headers: { Accept: "audio/wav" } }).catch(() => null);
    show((await why(reply)) || document.getElementById("phone-service").textContent.trim());
  },
  true, // errors of media do not bubble
);
