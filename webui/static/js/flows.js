// The page of a flow set: tabs show one flow at a time, its picture with zoom and pan, and at the side what the chosen
// node says and where it leads.
import { FlowPicture } from "./flow_picture.js";

const frame = document.querySelector("[data-flow-picture]");
const view = frame.querySelector("[data-flow-view]");
const side = frame.querySelector("[data-flow-side]");
const hint = side.firstElementChild;
const lists = [...document.querySelectorAll("[data-flow-list]")];
const tabs = [...document.querySelectorAll("[data-flow-tabs] a")];
const STEP_PX = 80;
let picture = null;
let shown = "";

function showFlow(name) {
  if (name === shown) return;
  shown = name;
  for (const list of lists) list.hidden = list.dataset.flowList !== name;
  for (const tab of tabs) {
    if (tab.dataset.flow === name) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  const list = lists.find((each) => each.dataset.flowList === name);
  view.setAttribute("aria-label", view.dataset.label.replace("%", list.dataset.title));
  picture = new FlowPicture(view, list, choose);
  side.replaceChildren(hint);
  const start = list.querySelector("[data-start]");
  picture.zoomTo(0.85);
  view.scrollTo(0, 0);
  if (start) picture.show(start.dataset.node);
}

function choose(address) {
  const node = document.getElementById(`node-${address}`);
  if (!node) return;
  showFlow(node.closest("[data-flow-list]").dataset.flowList);
  picture.choose(address);
  const copy = node.cloneNode(true);
  copy.removeAttribute("id");
  side.replaceChildren(copy);
}

function follow(hash) {
  const [kind, name] = [hash.slice(1, 6), decodeURIComponent(hash.slice(6))];
  if (kind === "node-") choose(name);
  else if (kind === "flow-" && lists.some((list) => list.dataset.flowList === name)) showFlow(name);
  else return false;
  return true;
}

const ZOOMS = {
  in: () => picture.zoomBy(1.25),
  out: () => picture.zoomBy(0.8),
  fit: () => picture.zoomToFit(),
  real: () => picture.zoomTo(1),
};
for (const button of frame.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => ZOOMS[button.dataset.zoom]());
}

const KEYS = {
  "+": ZOOMS.in,
  "=": ZOOMS.in,
  "-": ZOOMS.out,
  0: ZOOMS.fit,
  1: ZOOMS.real,
  ArrowLeft: () => view.scrollBy(-STEP_PX, 0),
  ArrowRight: () => view.scrollBy(STEP_PX, 0),
  ArrowUp: () => view.scrollBy(0, -STEP_PX),
  ArrowDown: () => view.scrollBy(0, STEP_PX),
};
view.addEventListener("keydown", (event) => {
  const act = event.ctrlKey || event.metaKey || event.altKey ? null : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// By mouse the picture is dragged; fingers scroll it as they scroll everything.
view.addEventListener("pointerdown", (event) => {
  if (event.pointerType !== "mouse" || event.button !== 0) return;
  let [x, y] = [event.clientX, event.clientY];
  const drag = (moved) => {
    view.classList.add("is-dragged");
    view.scrollBy(x - moved.clientX, y - moved.clientY);
    [x, y] = [moved.clientX, moved.clientY];
  };
  const end = () => {
    view.classList.remove("is-dragged");
    removeEventListener("pointermove", drag);
  };
  addEventListener("pointermove", drag);
  addEventListener("pointerup", end, { once: true });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#flow-'], a[href^='#node-']");
  if (!link || link.closest(".flow-lists")) return;
  event.preventDefault();
  history.replaceState(null, "", link.hash);
  follow(link.hash);
  if (!link.closest("[data-flow-picture]")) frame.scrollIntoView({ block: "nearest" });
});
addEventListener("hashchange", () => follow(location.hash));

frame.hidden = false;
if (follow(location.hash)) {
  addEventListener("load", () => frame.scrollIntoView()); // the browser goes to the place in the list
} else {
  const wrong = document.querySelector(".flow-lists .is-wrong, .flow-lists .is-warned");
  if (wrong) choose(wrong.dataset.node);
  else showFlow(lists[0].dataset.flowList);
}
