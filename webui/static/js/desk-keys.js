// The keyboard: function keys work everywhere, also while somebody writes a note; digits go to the far end of a talk.
const WRITES = "input:not([type=radio], [type=checkbox]), textarea, select";

const DEEDS = {
  F2: () => "answer",
  F4: (seat) => (seat.offer ? "reject" : "hang-up"),
  F7: (seat) => (seat.state === "ready" ? "pause" : seat.state === "wrap-up" ? "wrapped-up" : "ready"),
  F8: (seat) => (seat.talk?.is_held ? "resume" : "hold"),
  F9: () => "mute",
  F10: () => "open-transfer",
};

// `does(name)` presses the button, if it is there; `press(key)` sends a tone.
export function watchKeys(view, seatNow, { press, does }) {
  document.addEventListener("keydown", (event) => {
    const seat = seatNow();
    if (!seat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (DEEDS[event.key]) {
      event.preventDefault();
      if (event.repeat) return;
      const name = DEEDS[event.key](seat);
      if (name === "pause") openAbsence(view);
      else if (!isHidden(view.button(name))) does(name);
      return;
    }
    if (event.repeat || event.target.closest(WRITES) || !/^[0-9*#]$/.test(event.key)) return;
    if (seat.state !== "talking") return;
    event.preventDefault();
    press(event.key);
  });
}

function isHidden(button) {
  return !button || button.disabled || button.offsetParent === null;
}

// Why somebody goes is theirs to say: the list opens, and the arrow keys or Tab and Enter choose.
function openAbsence(view) {
  view.part("not-ready").open = true;
  view.part("not-ready").querySelector("[data-does]").focus();
}
