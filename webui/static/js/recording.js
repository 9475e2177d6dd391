// The player of a recording: its marks jump, and each side (the caller left, the clinic right) can be heard alone.
//
// <figure data-player><audio>, <div data-sides hidden><button data-side="0" aria-pressed>...; buttons [data-seek] anywhere.

function jump(audio, seconds) {
  audio.currentTime = seconds;
  audio.play().catch(() => {}); // some browsers wait for a press on the player itself; the place is right then
}

// Both sides at first as they are, one in each ear; a side that is heard alone is heard in both.
function wire(audio) {
  const context = new AudioContext();
  const splitter = context.createChannelSplitter(2);
  const merger = context.createChannelMerger(2);
  context.createMediaElementSource(audio).connect(splitter);
  merger.connect(context.destination);
  const gains = [0, 1].map((side) =>
    [0, 1].map((ear) => {
      const gain = context.createGain();
      splitter.connect(gain, side);
      gain.connect(merger, 0, ear);
      return gain;
    }),
  );
  return (heard) => {
    context.resume();
    const alone = heard[0] !== heard[1];
    for (const side of [0, 1])
      for (const ear of [0, 1]) gains[side][ear].gain.value = heard[side] && (alone || side === ear) ? 1 : 0;
  };
}

function addSides(group, audio) {
  const buttons = [...group.querySelectorAll("[data-side]")];
  let hear = null; // made at the first press: until then the browser plays by itself
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const button = event.target.closest("[data-side]");
    if (!button) return;
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    hear ??= wire(audio);
    hear(buttons.map((each) => each.getAttribute("aria-pressed") === "true"));
  });
}

for (const figure of document.querySelectorAll("[data-player]")) {
  const audio = figure.querySelector("audio");
  addSides(figure.querySelector("[data-sides]"), audio);
  for (const button of document.querySelectorAll("[data-seek]"))
    button.addEventListener("click", () => jump(audio, Number(button.dataset.seek)));
}
