// One window has the seat's sound. This tells whether another window has it, and when another takes it.
const CHANNEL = "clinicbox.desk";
const MINE = "clinicbox.desk.mine"; // of this window, and still there when it is reloaded
const ANSWER_WITHIN_MS = 250;
const GONE_MS = 6000;

export class Tabs {
  // `onTaken` when another window of this browser takes the sound.
  constructor(onTaken) {
    this.channel = new BroadcastChannel(CHANNEL);
    this.hasSound = false;
    this.hasLooked = false;
    this.lostAt = null; // when this window had to give the sound away
    this.channel.onmessage = ({ data }) => {
      if (data === "who" && this.hasSound) this.channel.postMessage("me");
      if (data === "me") this.answer?.();
      if (data === "taken" && this.hasSound) {
        this.lose();
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
    this.lostAt = null;
    sessionStorage.setItem(MINE, "1");
  }

  // Somebody else has it.
  lose() {
    this.give();
    this.lostAt = performance.now();
  }

  // Nobody has it: the other window was closed, so it comes back to where it was before. A reload takes less time.
  takeBack(isInUse) {
    if (this.lostAt === null) return;
    if (isInUse) this.lostAt = performance.now();
    else if (performance.now() - this.lostAt > GONE_MS) this.take();
  }

  give() {
    this.hasSound = false;
    this.lostAt = null;
    sessionStorage.removeItem(MINE);
  }
}
