// It rings: sound on the loudspeaker that was chosen for it, a title that blinks, and a notification if wished for.
import { chosen, keep } from "./desk-sound.js";

const RATE = 8000;
const RING_S = 1;
const PAUSE_S = 2;
const LOW_HZ = 880;
const HIGH_HZ = 1108; // a third above: gentle, and not the ring of the clinic's other telephones
const WARBLE_HZ = 12;
const LOUD = 0.25;
const BLINK_MS = 900;

export class Ring {
  constructor(told) {
    this.told = told; // what the title and the notification say
    this.title = document.title;
    this.source = null;
    this.blinking = 0;
  }

  start(detail) {
    if (this.blinking) return;
    this.blinking = setInterval(() => this.blink(), BLINK_MS);
    this.blink();
    this.sound();
    this.notify(detail);
  }

  stop() {
    clearInterval(this.blinking);
    this.blinking = 0;
    document.title = this.title;
    this.source?.stop();
    this.source = null;
    this.notification?.close();
    this.notification = null;
  }

  blink() {
    document.title = document.title === this.title ? this.told : this.title;
  }

  sound() {
    this.context ??= new AudioContext();
    this.context.setSinkId?.(chosen("ringer")).catch(() => {}); // it was unplugged: the computer's own rings
    this.context.resume().catch(() => {});
    this.source = new AudioBufferSourceNode(this.context, { buffer: this.tune(), loop: true });
    this.source.connect(this.context.destination);
    this.source.start();
  }

  tune() {
    const buffer = this.context.createBuffer(1, RATE * (RING_S + PAUSE_S), RATE);
    const samples = buffer.getChannelData(0);
    for (let at = 0; at < RATE * RING_S; at++) {
      const time = at / RATE;
      const hertz = Math.floor(time * WARBLE_HZ) % 2 ? HIGH_HZ : LOW_HZ;
      samples[at] = LOUD * Math.sin(2 * Math.PI * hertz * time) * Math.sin((Math.PI * time) / RING_S);
    }
    return buffer;
  }

  // Nothing of the caller: it may be seen on a locked screen.
  notify(detail) {
    if (!wishesNotices() || !document.hidden) return;
    this.notification = new Notification(this.told, { body: detail, tag: "clinicbox-desk" });
    this.notification.onclick = () => window.focus();
  }
}

export function wishesNotices() {
  return chosen("notices") === "1" && "Notification" in window && Notification.permission === "granted";
}

// Whether it is so now: the browser asks, and people may refuse.
export async function wishNotices(isWished) {
  const isAllowed = isWished && "Notification" in window && (await Notification.requestPermission()) === "granted";
  keep("notices", isAllowed ? "1" : "");
  return isAllowed;
}
