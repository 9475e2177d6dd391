// Runs in the browser's sound thread. Downwards: frames of 20 ms at 8 kHz wait in a small buffer and are played at the
// rate of the sound card. Upwards: the microphone becomes such frames. In between the page learns how loud both are.
const RATE = 8000;
const FRAME = 160;
const LEAST_WAITING = 3; // frames in the buffer: they come unevenly over a network
const MOST_WAITING = 6;
const SLACK = 4; // more than this beyond what should wait is delay that nobody needs
const CALM_FRAMES = 500; // ten seconds without a gap: a smaller buffer will do
const LEVEL_FRAMES = 5; // levels are told ten times a second
const PHASES = 192; // 1/6 of a sample, the step between 8 and 48 kHz, is met exactly
const ZERO_CROSSINGS = 12;

// Windowed-sinc interpolation (Smith, "Digital Audio Resampling", 2002) between two rates.
class Resampler {
  constructor(from, to) {
    this.step = from / to;
    const cutoff = 0.92 * Math.min(1, to / from);
    this.half = Math.ceil(ZERO_CROSSINGS / cutoff);
    this.taps = Resampler.taps(this.half, cutoff);
    this.held = new Float32Array(8 * (2 * this.half + 2 * FRAME * Math.ceil(Math.max(1, this.step))));
    this.count = 2 * this.half; // silence before the first sample
    this.position = this.half;
  }

  static taps(half, cutoff) {
    const taps = new Float32Array(PHASES * 2 * half);
    for (let phase = 0; phase < PHASES; phase++) {
      for (let at = 0; at < 2 * half; at++) {
        const x = at - half + 1 - phase / PHASES;
        const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (half + 1));
        const angle = Math.PI * cutoff * x;
        taps[phase * 2 * half + at] = cutoff * window * (x === 0 ? 1 : Math.sin(angle) / angle);
      }
    }
    return taps;
  }

  push(samples) {
    if (this.count + samples.length > this.held.length) this.forget();
    this.held.set(samples, this.count);
    this.count += samples.length;
  }

  // Fills `out` from `start` on as far as there is sound for it; where it stopped.
  pull(out, start) {
    const width = 2 * this.half;
    let at = start;
    while (at < out.length && Math.floor(this.position) + this.half + 1 < this.count) {
      let whole = Math.floor(this.position);
      let phase = Math.round((this.position - whole) * PHASES);
      if (phase === PHASES) {
        phase = 0;
        whole += 1;
      }
      let sum = 0;
      const first = whole - this.half + 1;
      for (let tap = 0; tap < width; tap++) sum += this.held[first + tap] * this.taps[phase * width + tap];
      out[at++] = sum;
      this.position += this.step;
    }
    return at;
  }

  forget() {
    const first = Math.floor(this.position) - this.half;
    this.held.copyWithin(0, first, this.count);
    this.count -= first;
    this.position -= first;
  }
}

// Frames that wait to be played: few while they come evenly, more when there was a gap.
class PlayOut {
  constructor() {
    this.frames = [];
    this.target = LEAST_WAITING;
    this.isPlaying = false;
    this.settle();
  }

  settle() {
    this.calm = 0;
    this.least = MOST_WAITING;
  }

  put(frame) {
    this.frames.push(frame);
    if (this.frames.length > this.target + SLACK) this.frames.splice(0, this.frames.length - this.target);
  }

  next() {
    if (!this.isPlaying && this.frames.length < this.target) return null;
    if (this.frames.length === 0) {
      this.isPlaying = false;
      this.target = Math.min(MOST_WAITING, this.target + 1);
      this.settle();
      return null;
    }
    this.isPlaying = true;
    const frame = this.frames.shift();
    this.least = Math.min(this.least, this.frames.length);
    if (++this.calm >= CALM_FRAMES) this.shrink();
    return frame;
  }

  shrink() {
    if (this.least >= 1 && this.target > LEAST_WAITING) {
      this.target -= 1;
      this.frames.shift();
    }
    this.settle();
  }
}

class Level {
  constructor() {
    this.energy = 0;
    this.frames = 0;
    this.last = 0;
  }

  add(samples) {
    for (const sample of samples) this.energy += sample * sample;
    if (++this.frames === LEVEL_FRAMES) {
      this.last = Math.sqrt(this.energy / (this.frames * FRAME));
      this.energy = this.frames = 0;
    }
  }
}

class Phone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.down = new Resampler(RATE, sampleRate);
    this.up = new Resampler(sampleRate, RATE);
    this.playOut = new PlayOut();
    this.silence = new Float32Array(FRAME);
    this.said = new Float32Array(FRAME);
    this.saidCount = 0;
    this.heardLevel = new Level();
    this.saidLevel = new Level();
    this.played = 0;
    this.isMuted = false;
    this.hushedUntil = 0;
    this.port.onmessage = (event) => this.take(event.data);
  }

  take(message) {
    if (message.frame) this.playOut.put(floats(message.frame));
    if ("muted" in message) this.isMuted = message.muted;
    if (message.hush) this.hushedUntil = currentTime + message.hush;
  }

  process([input], [output]) {
    this.play(output);
    if (input[0]) this.listen(input[0]);
    return true;
  }

  play(output) {
    const out = output[0];
    for (let at = 0; (at = this.down.pull(out, at)) < out.length; ) {
      const frame = this.playOut.next() ?? this.silence;
      this.down.push(frame);
      this.heardLevel.add(frame);
      if (++this.played % LEVEL_FRAMES === 0) this.tellLevels();
    }
    for (const other of output.slice(1)) other.set(out);
  }

  listen(samples) {
    this.up.push(samples);
    while ((this.saidCount = this.up.pull(this.said, this.saidCount)) === FRAME) {
      this.saidCount = 0;
      const isHeard = !this.isMuted && currentTime >= this.hushedUntil;
      this.saidLevel.add(isHeard ? this.said : this.silence);
      if (!isHeard) continue;
      const frame = shorts(this.said);
      this.port.postMessage({ frame }, [frame]);
    }
  }

  tellLevels() {
    this.port.postMessage({ heard: this.heardLevel.last, said: this.saidLevel.last });
  }
}

function floats(buffer) {
  return Float32Array.from(new Int16Array(buffer), (sample) => sample / 32768);
}

function shorts(samples) {
  return Int16Array.from(samples, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768)))).buffer;
}

registerProcessor("phone", Phone);
