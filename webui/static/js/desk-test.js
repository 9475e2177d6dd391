// The speaking test: what is said goes to the box and comes back a second later. Heard back means heard by the box.
import { fillDevices } from "./desk-sound.js";

const LOUD = 0.01; // -40 dB
const TICKS = 3; // levels come ten times a second: a click is no speech
const PATIENCE_MS = 10000;
const GOODBYE_MS = 2500; // so long after having been heard one still hears oneself

export class SoundTest {
  constructor(place, sound, tellMicrophone, onHeard) {
    this.place = place;
    this.sound = sound;
    this.tellMicrophone = tellMicrophone;
    this.onHeard = onHeard;
    this.isRunning = false;
  }

  async begin() {
    await this.sound.open();
    listDevices();
    this.tellMicrophone();
    if (this.sound.audio.microphone) return;
    this.isRunning = true;
    this.ticks = 0;
    this.tell("Speak");
    this.sound.audio.mute(false);
    this.sound.tryOut(() => this.end("Broken"));
    this.sound.audio.tone("5");
    this.patience = setTimeout(() => this.tell("Silent", "is-bad"), PATIENCE_MS);
  }

  // The loudness of what came back.
  hear(level) {
    if (!this.isRunning) return;
    this.ticks = level >= LOUD ? this.ticks + 1 : 0;
    if (this.ticks < TICKS) return;
    this.isRunning = false;
    clearTimeout(this.patience);
    this.tell("Heard", "is-good");
    this.goodbye = setTimeout(() => this.sound.detach(), GOODBYE_MS);
    this.onHeard();
  }

  end(told = "") {
    clearTimeout(this.patience);
    clearTimeout(this.goodbye);
    this.isRunning = false;
    this.tell(told, told ? "is-bad" : "");
  }

  tell(name, tone = "") {
    this.place.textContent = name ? this.place.dataset[`told${name}`] : "";
    this.place.className = `desk-heard ${tone}`;
  }
}

export function listDevices() {
  fillDevices(document.getElementById("microphone"), "audioinput", "microphone");
  fillDevices(document.getElementById("loudspeaker"), "audiooutput", "loudspeaker");
  fillDevices(document.getElementById("ringer"), "audiooutput", "ringer");
}
