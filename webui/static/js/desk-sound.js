// The sound of one's own seat in the page. The box parks a talk whose page has gone and goes on when the page is back,
// so this may be opened and lost at any time.
//
//   const sound = new DeskSound((heard, said) => ..., (code) => ...);
//   await sound.open({ listensOnly: true });   // within a press of a button; without `listensOnly` with the microphone
//   sound.attach();                            // to the seat; `onLost(code)` when the box or somebody else ended it
//   sound.close();
import { PhoneAudio } from "./phone-audio.js";

const KEPT = "clinicbox.sound."; // where this browser keeps which devices were chosen
const ECHO = "/desk/echo";
const SEAT = "/desk/sound";

export class DeskSound {
  constructor(onLevels, onLost = () => {}) {
    this.audio = new PhoneAudio(onLevels);
    this.onLost = onLost;
    for (const device of ["microphone", "loudspeaker"]) this.audio.devices[device] = chosen(device);
  }

  async open(wishes = {}) {
    if (this.opening) return this.opening;
    if (!this.isOpen) {
      this.opening = this.audio.open(wishes).finally(() => (this.opening = null));
      return this.opening;
    }
    this.audio.resume(); // not waited for: without a press it never comes to an end
  }

  get isOpen() {
    return Boolean(this.audio.context);
  }

  get isAttached() {
    return this.audio.socket !== null && this.audio.socket.readyState <= WebSocket.OPEN && this.path === SEAT;
  }

  attach() {
    this.connect(SEAT, this.onLost);
  }

  // To hear oneself a second later.
  tryOut(onEnded) {
    this.connect(ECHO, onEnded);
  }

  connect(path, onEnded) {
    this.path = path;
    const address = new URL(path, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.audio.connect(address, onEnded);
  }

  detach() {
    this.audio.disconnect();
  }

  async choose(device, id) {
    keep(device, id);
    if (device === "microphone") await this.audio.chooseMicrophone(id);
    if (device === "loudspeaker") await this.audio.chooseLoudspeaker(id);
  }

  close() {
    this.audio.close();
  }
}

export function chosen(device) {
  try {
    return localStorage.getItem(KEPT + device) ?? "";
  } catch {
    return ""; // storage is switched off in this browser
  }
}

export function keep(device, id) {
  try {
    localStorage.setItem(KEPT + device, id);
  } catch {
    // the choice holds for this page
  }
}

// Fills a list with what the browser has; names are known only once a microphone was allowed.
export async function fillDevices(select, kind, device) {
  const found = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
  const usable = found.filter((each) => each.kind === kind && each.label && each.deviceId !== "default");
  select.replaceChildren(select.options[0], ...usable.map((each) => new Option(each.label, each.deviceId)));
  select.value = chosen(device);
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}
