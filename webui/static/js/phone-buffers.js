// Plays 20 ms frames where there is no sound thread for scripts (a page without https): one piece after the other.
const RATE = 8000;
const PIECE_FRAMES = 3; // played at once: fewer seams
const AHEAD_S = 0.1;

export class BufferPlayer {
  constructor(context, output, onLevel) {
    this.context = context;
    this.output = output;
    this.onLevel = onLevel;
    this.waiting = [];
    this.until = 0; // when what has been handed over is played
  }

  play(frame) {
    this.waiting.push(new Int16Array(frame));
    if (this.waiting.length < PIECE_FRAMES) return;
    const samples = this.waiting.splice(0).flatMap((each) => Array.from(each, (sample) => sample / 32768));
    this.onLevel(Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length));
    const now = this.context.currentTime;
    if (this.until < now || this.until > now + 4 * AHEAD_S) this.until = now + AHEAD_S;
    const buffer = this.context.createBuffer(1, samples.length, RATE);
    buffer.copyToChannel(Float32Array.from(samples), 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.output);
    source.start(this.until);
    this.until += samples.length / RATE;
  }
}
