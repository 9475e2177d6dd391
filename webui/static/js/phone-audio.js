// A call's sound in the page: loudspeaker, microphone and the websocket between them and the box. Without a microphone
// the call still works one way; `microphone` then says why it is missing: denied, none, insecure or other.
import { BufferPlayer } from "./phone-buffers.js";

const FRAME_BYTES = 320;
const BACKLOG_BYTES = 50 * FRAME_BYTES; // a second that did not leave: older speech is of no use
const HUSH_S = 0.3; // while a key sounds in the room the microphone must not send it as well
const TONE_S = 0.09;
const ROWS_HZ = [697, 770, 852, 941]; // ITU-T Q.23
const COLUMNS_HZ = [1209, 1336, 1477];
const KEYS = "123456789*0#";
export const OVER = 4000; // close codes of webui/phone_socket.py
export const SIGNED_OUT = 4001;
export const REFUSED = 1008;

export class PhoneAudio {
  // `onLevels(heard, said)`: loudness from 0 to 1, some ten times a second.
  constructor(onLevels) {
    this.onLevels = onLevels;
    this.onMicrophoneLost = () => {}; // unplugged while it was in use
    this.devices = { microphone: "", loudspeaker: "" }; // ids as the browser names them; "": its own choice
    this.microphone = "";
    this.socket = null;
    this.isMuted = false;
  }

  // Begin within a press of a button: browsers play nothing before one. Who `listensOnly` opens no microphone.
  async open({ listensOnly = false } = {}) {
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.isMuted = false;
    this.output = this.context.createGain();
    this.output.connect(this.context.destination);
    this.resume();
    this.chooseLoudspeaker(this.devices.loudspeaker);
    const stream = listensOnly ? null : await this.openMicrophone();
    if (this.context.audioWorklet) await this.openWorklet(stream);
    else this.buffers = new BufferPlayer(this.context, this.output, (heard) => this.onLevels(heard, 0));
  }

  async openMicrophone() {
    this.microphone = "";
    if (!navigator.mediaDevices?.getUserMedia) {
      this.microphone = "insecure";
      return null;
    }
    const wishes = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    if (this.devices.microphone) wishes.deviceId = this.devices.microphone; // another one if this is not there
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: wishes });
      this.stream.getAudioTracks()[0].onended = () => {
        this.microphone = "none";
        this.onMicrophoneLost();
      };
      return this.stream;
    } catch (error) {
      this.microphone = { NotAllowedError: "denied", NotFoundError: "none" }[error.name] ?? "other";
      return null;
    }
  }

  async openWorklet(stream) {
    await this.context.audioWorklet.addModule(new URL("phone-worklet.js", import.meta.url));
    this.node = new AudioWorkletNode(this.context, "phone", { numberOfInputs: 1, outputChannelCount: [1] });
    this.node.port.onmessage = (event) => this.take(event.data);
    this.node.port.postMessage({ muted: this.isMuted });
    this.node.connect(this.output);
    this.connectMicrophone(stream);
  }

  connectMicrophone(stream) {
    this.source?.disconnect();
    this.source = stream && this.context.createMediaStreamSource(stream);
    this.source?.connect(this.node);
  }

  // Another microphone, also in the middle of a call.
  async chooseMicrophone(id) {
    this.devices.microphone = id;
    if (!this.node) return;
    this.stopMicrophone();
    this.connectMicrophone(await this.openMicrophone());
  }

  // Not every browser can play on another loudspeaker than the computer's own.
  async chooseLoudspeaker(id) {
    this.devices.loudspeaker = id;
    await this.context?.setSinkId?.(id).catch(() => {}); // it was unplugged: the computer's own goes on
  }

  stopMicrophone() {
    for (const track of this.stream?.getTracks() ?? []) track.stop(); // the browser's sign goes out
    this.stream = null;
  }

  get isSilenced() {
    return this.context?.state === "suspended";
  }

  // Waits for a press when there was none yet.
  resume() {
    return this.context.resume().catch(() => {}); // closed meanwhile
  }

  // `onClosed(code)` when the socket ends by itself.
  connect(url, onClosed) {
    this.disconnect();
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.hear(event.data);
    socket.onclose = (event) => {
      if (socket === this.socket) onClosed(event.code);
    };
    this.socket = socket;
  }

  disconnect() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  hear(frame) {
    if (!(frame instanceof ArrayBuffer) || frame.byteLength !== FRAME_BYTES) return;
    if (this.node) this.node.port.postMessage({ frame }, [frame]);
    else this.buffers?.play(frame);
  }

  take(message) {
    if ("heard" in message) this.onLevels(message.heard, message.said);
    const socket = this.socket;
    if (!message.frame || socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > BACKLOG_BYTES) return;
    socket.send(message.frame);
  }

  mute(isMuted) {
    this.isMuted = isMuted;
    this.node?.port.postMessage({ muted: isMuted });
  }

  // What a key sounds like, for whoever presses it; the box hears the network's own tone.
  tone(key) {
    if (!this.context) return;
    this.node?.port.postMessage({ hush: HUSH_S });
    const at = KEYS.indexOf(key);
    const now = this.context.currentTime;
    const gain = this.context.createGain();
    gain.gain.value = 0.06;
    gain.connect(this.output);
    for (const hertz of [ROWS_HZ[Math.floor(at / 3)], COLUMNS_HZ[at % 3]]) {
      const tone = new OscillatorNode(this.context, { frequency: hertz });
      tone.connect(gain);
      tone.start(now);
      tone.stop(now + TONE_S);
    }
  }

  close() {
    this.disconnect();
    this.stopMicrophone();
    this.context?.close();
    this.context = this.node = this.buffers = this.source = null;
    this.onLevels(0, 0);
  }
}
