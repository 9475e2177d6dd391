// One window has the seat's sound. This tells whether another window has it, and when another takes it.
const CHANNEL = "clinicbox.desk";
const MINE = "clinicbox.desk.mine"; // of this window, and still there when it is reloaded
const ANSWER_WITHIN_MS = 250;

export class Tabs {
  // `onTaken` when another window of this browser takes the sound.
  constructor(onTaken) {
    this.channel = new BroadcastChannel(CHANNEL);
    this.hasSound = false;
    this.hasLooked = false;
    this.channel.onmessage = ({ data }) => {
      if (data === "who" && this.hasSound) this.channel.postMessage("me");
      if (data === "me") this.answer?.();
      if (data === "taken" && this.hasSound) {
        this.give();
        onTaken();
      }
    };
  }

  // Once, when the page opens: takes the sound unless another window has it. `isInUse` is what the box says of the
  // seat; after a reload it may still mean this very window.
  async look(isWanted, isInUse) {
    this.looking ??= this.findOut(isWanted, isInUse);
    await this.looking;
  }

  async findOut(isWanted, isInUse) {
    const isElsewhere = isWanted && ((await this.isNextDoor()) || (isInUse && sessionStorage.getItem(MINE) === null));
    if (isWanted && !isElsewhere) this.take();
    this.hasLooked = true;
  }

  isNextDoor() {
    const isAnswered = new Promise((tell) => {
      this.answer = () => tell(true);
      setTimeout(() => tell(false), ANSWER_WITHIN_MS);
    });
    this.channel.postMessage("who");
    return isAnswered;
  }

  take() {
    this.channel.postMessage("taken");
    this.hasSound = true;
    sessionStorage.setItem(MINE, "1");
  }

  give() {
    this.hasSound = false;
    sessionStorage.removeItem(MINE);
  }
}
