// Runs in the browser's sound thread: hands the microphone's samples to the page, about twenty times a second.
const SENT_AT_ONCE = 2048;

class Recorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Float32Array(SENT_AT_ONCE);
    this.count = 0;
  }

  process([input]) {
    const heard = input[0];
    if (!heard) return true;
    for (const sample of heard) {
      this.samples[this.count++] = sample;
      if (this.count === SENT_AT_ONCE) {
        this.port.postMessage(this.samples.slice());
        this.count = 0;
      }
    }
    return true;
  }
}

registerProcessor("recorder", Recorder);
