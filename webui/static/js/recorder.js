// Records from the microphone in the page: level, time and a limit while it runs, then a WAV file that lies in the
// form's file field as if it had been chosen there. So there is one way to send it, and nothing is sent before it is saved.
import { wavOf } from "./wav.js";

const WISHED = { sampleRate: 48000 }; // what microphones have; a minute of it stays below the upload's limit

class Recorder {
  constructor(place) {
    this.place = place;
    this.form = place.closest("form");
    this.part = (name) => place.querySelector(`[data-${name}]`);
    this.mostSeconds = Number(place.dataset.mostS);
    this.part("start").addEventListener("click", () => this.begin());
    this.part("end").addEventListener("click", () => this.finish(this.place.dataset.listen));
    place.hidden = false;
  }

  tell(text) {
    this.part("told").textContent = text;
  }

  async begin() {
    if (!navigator.mediaDevices?.getUserMedia) return this.tell(this.place.dataset.insecure);
    this.part("start").disabled = true;
    try {
      const wishes = { channelCount: 1, echoCancellation: false, noiseSuppression: true, autoGainControl: true };
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: wishes });
      await this.listen();
    } catch (error) {
      this.release();
      this.tell(this.place.dataset[{ NotAllowedError: "denied", NotFoundError: "none" }[error.name] ?? "other"]);
    }
    this.part("start").disabled = false;
  }

  async listen() {
    this.blocks = [];
    this.count = 0;
    this.context = newContext();
    await this.context.audioWorklet.addModule(new URL("recorder-worklet.js", import.meta.url));
    const source = this.context.createMediaStreamSource(this.stream);
    this.node = new AudioWorkletNode(this.context, "recorder", { numberOfOutputs: 0 });
    this.node.port.onmessage = (event) => this.hear(event.data);
    source.connect(this.node);
    this.part("result").hidden = true;
    this.swap(true);
    this.tell("");
    this.part("end").focus();
  }

  hear(samples) {
    this.blocks.push(samples);
    this.count += samples.length;
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    this.part("level").value = Math.min(100, Math.max(0, 100 + 2 * decibels(peak)));
    const seconds = this.count / this.context.sampleRate;
    this.part("time").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
    if (seconds >= this.mostSeconds - 0.2) this.finish(this.place.dataset.limit);
  }

  finish(told) {
    const rate = this.context.sampleRate;
    this.node.port.onmessage = null; // what is still on its way is over
    this.release();
    const wav = wavOf(this.blocks, rate);
    const file = new DataTransfer();
    file.items.add(new File([wav], "recording.wav", { type: "audio/wav" }));
    this.form.elements.sound.files = file.files;
    this.offer(wav);
    this.tell(told);
  }

  offer(wav) {
    const result = this.part("result");
    URL.revokeObjectURL(result.src);
    result.src = URL.createObjectURL(wav);
    result.hidden = false;
    result.focus();
  }

  release() {
    for (const track of this.stream?.getTracks() ?? []) track.stop(); // the browser's sign goes out
    this.context?.close();
    this.context = this.stream = null;
    this.part("level").value = 0;
    this.swap(false);
  }

  swap(isRunning) {
    this.part("start").hidden = isRunning;
    this.part("end").hidden = !isRunning;
  }
}

function newContext() {
  try {
    return new AudioContext(WISHED);
  } catch {
    return new AudioContext(); // a browser that takes the microphone's own rate only
  }
}

function decibels(peak) {
  return 20 * Math.log10(Math.max(peak, 1e-5));
}

for (const place of document.querySelectorAll("[data-recorder]")) new Recorder(place);
