// Times that run in the page: <time> elements that count up from, or down from, so many seconds.
const DRIFT_S = 1.5; // a correction below this would only make the seconds jump
const running = new Map(); // element -> { zero: when it showed 0, isDown }

function length(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

function value({ zero, isDown }) {
  const passed = (performance.now() - zero) / 1000;
  return isDown ? -passed : passed;
}

export function run(element, seconds, isDown = false) {
  const known = running.get(element);
  if (known && known.isDown === isDown && Math.abs(value(known) - seconds) < DRIFT_S) return;
  running.set(element, { zero: performance.now() - 1000 * (isDown ? -seconds : seconds), isDown });
  element.textContent = length(seconds);
}

export function stop(element) {
  running.delete(element);
  element.textContent = "";
}

setInterval(() => {
  for (const [element, clock] of running) element.textContent = length(Math.max(0, value(clock)));
}, 500);
