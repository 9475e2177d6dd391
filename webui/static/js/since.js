// Counts the seconds of what is going on: <time data-seconds="42">0:42</time> grows without asking the server.
const begun = new WeakMap(); // element -> when it stood at 0

function length(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function count() {
  for (const each of document.querySelectorAll("[data-seconds]")) {
    if (!begun.has(each)) begun.set(each, performance.now() - 1000 * Number(each.dataset.seconds));
    each.textContent = length((performance.now() - begun.get(each)) / 1000);
  }
}

setInterval(count, 1000);
