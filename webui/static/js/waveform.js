// A recording as a picture above the browser's own player (which stays: it is what the keyboard and a screen reader use).
//
// <figure data-waveform><audio controls src="..."></audio></figure>; two channels are drawn one above the other. Below
// stand the marks, <button data-seek="12">: in the picture each is a line, and pressed it jumps there.

import WaveSurfer from "../lib/wavesurfer.js";

const HEIGHT_PX = 64; // of one channel

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function channel(played, rest) {
  return { height: HEIGHT_PX, waveColor: colour(rest), progressColor: colour(played) };
}

// The package writes its style sheet into its shadow tree as text, which our content-security policy forbids. So the tree
// is made outside the page, and its styles become a sheet of the tree before it is shown.
function adoptStyles(root) {
  const written = root.querySelector("style");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(written.textContent);
  root.adoptedStyleSheets = [sheet];
  written.remove();
}

function draw(figure) {
  const audio = figure.querySelector("audio");
  const place = document.createElement("div");
  place.className = "waveform";
  place.setAttribute("aria-hidden", "true");
  const wave = WaveSurfer.create({
    container: place,
    media: audio,
    url: audio.src,
    normalize: true,
    barWidth: 2,
    barGap: 1,
    barRadius: 2,
    cursorColor: colour("--bad"),
    cursorWidth: 2,
    height: HEIGHT_PX,
    splitChannels: [channel("--busy-ink", "--rule-strong"), channel("--accent", "--rule-strong")],
  });
  adoptStyles(wave.getWrapper().getRootNode());
  figure.prepend(place);
  wave.on("error", () => place.remove()); // the player below says what is wrong
  wave.on("ready", (seconds) => drawMarks(place, seconds));
}

function drawMarks(place, seconds) {
  for (const button of document.querySelectorAll("[data-seek]")) {
    const line = document.createElement("span");
    line.className = "waveform-mark";
    line.title = button.textContent.trim();
    line.style.left = `${Math.min(100, (100 * Number(button.dataset.seek)) / seconds)}%`;
    place.append(line);
  }
}

for (const figure of document.querySelectorAll("[data-waveform]")) draw(figure);
