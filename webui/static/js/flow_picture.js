// Draws one flow from its list: a card for each node, a port for each exit, lines from port to card. The list stays the
// truth; an editor later makes the ports and cards movable and writes the list.
import * as dagre from "../lib/dagre.js";

const { dia, shapes } = joint; // eslint-disable-line no-undef -- a plain script of the package, loaded before
const WIDTH = 236;
const LETTERS = 29; // of a line of the title; a Chinese character counts as two
const HEAD = 26; // the kind's line
const LINE = 17;
const ROW = 22;
const GAPS = { rankdir: "LR", nodesep: 26, ranksep: 76, marginx: 24, marginy: 24 };

const Card = dia.Element.define(
  "clinic.Card",
  {
    attrs: {
      body: { class: "node-card", width: "calc(w)", height: "calc(h)", rx: 8, ry: 8 },
      band: { class: "node-band", x: 1, y: 1, width: "calc(w-2)", rx: 7, ry: 7 },
      sort: { class: "node-sort", x: 12, y: 17 },
      label: { class: "node-label", x: 12, y: HEAD + 11, lineHeight: LINE },
    },
    ports: { groups: { exits: { position: { name: "absolute" }, label: { markup: [] } } } },
  },
  {
    markup: [
      { tagName: "rect", selector: "body" },
      { tagName: "rect", selector: "band" },
      { tagName: "text", selector: "sort" },
      { tagName: "text", selector: "label" },
    ],
    portMarkup: [
      { tagName: "text", selector: "text" },
      { tagName: "circle", selector: "dot" },
    ],
  },
);
// Rules for the drawing stand in our own sheet: the policy of the pages refuses those that a script writes inline.
const Paper = dia.Paper.extend({ stylesheet: "" });

function widthOf(text) {
  return [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 2 : 1), 0);
}

function cut(text, letters) {
  let kept = "";
  for (const letter of text) {
    if (widthOf(kept + letter) > letters - 1) return `${kept}…`;
    kept += letter;
  }
  return kept;
}

// The text in at most two lines, broken between words or Chinese characters.
function twoLines(text) {
  if (widthOf(text) <= LETTERS) return [text];
  let first = "";
  for (const word of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g)) {
    if (widthOf(first + word) > LETTERS) break;
    first += word;
  }
  first ||= cut(text, LETTERS).slice(0, -1);
  return [first, cut(text.slice(first.length).trim(), LETTERS)];
}

function cardOf(node) {
  const lines = twoLines(node.dataset.title);
  const head = HEAD + LINE * lines.length + 4;
  const exits = [...node.querySelectorAll("[data-exit]")];
  const card = new Card({ id: node.dataset.node, size: { width: WIDTH, height: head + ROW * exits.length + 8 } });
  card.attr({
    band: { height: head },
    sort: { text: node.dataset.kindTitle },
    label: { text: lines.join("\n") },
  });
  card.addPorts(exits.map((exit, i) => portOf(exit, String(i), head + 4 + ROW * (i + 0.5))));
  return card;
}

function portOf(exit, id, y) {
  const away = exit.dataset.flowTitle;
  const text = cut(away ? `${exit.dataset.exit} → ${away}` : exit.dataset.exit, LETTERS + 6);
  return {
    id,
    group: "exits",
    args: { x: WIDTH, y },
    attrs: {
      text: { text, x: 12 - WIDTH, y: 4, class: away ? "exit-label is-away" : "exit-label" },
      dot: { r: away || !exit.dataset.to ? 0 : 4, class: "exit-dot" },
    },
  };
}

function linksOf(node, known) {
  const exits = [...node.querySelectorAll("[data-exit]")];
  const near = exits.map((exit, i) => [exit.dataset.to, String(i)]).filter(([to]) => known.has(to));
  return near.map(
    ([to, port]) =>
      new shapes.standard.Link({
        source: { id: node.dataset.node, port, magnet: "dot" },
        target: { id: to, anchor: { name: "left", args: { dy: 0 } }, connectionPoint: { name: "anchor" } },
        connector: { name: "curve", args: { sourceDirection: "right", targetDirection: "left" } },
        attrs: { line: { class: "flow-line", targetMarker: { type: "path", d: "M 9 -5 0 0 9 5 z", class: "flow-tip" } } },
        z: -1,
      }),
  );
}

function arrange(cards, links) {
  const plan = new dagre.graphlib.Graph({ multigraph: true }).setGraph(GAPS).setDefaultEdgeLabel(() => ({}));
  for (const card of cards) plan.setNode(card.id, { ...card.size() });
  for (const link of links) plan.setEdge(link.source().id, link.target().id, {}, link.id);
  dagre.layout(plan);
  for (const card of cards) {
    const { x, y, width, height } = plan.node(card.id);
    card.position(x - width / 2, y - height / 2);
  }
  for (const link of links) {
    const points = plan.edge(link.source().id, link.target().id, link.id).points.slice(1, -1);
    if (points.length > 1) link.vertices(points); // a long line goes round the cards between
  }
  return plan.graph();
}

// The picture of the flow whose nodes stand in `list`, drawn into `place`.
export class FlowPicture {
  constructor(place, list, onChosen) {
    this.place = place;
    const nodes = [...list.querySelectorAll("[data-node]")];
    const known = new Set(nodes.map((node) => node.dataset.node));
    const cards = nodes.map(cardOf);
    const links = nodes.flatMap((node) => linksOf(node, known));
    this.size = arrange(cards, links);
    this.graph = new dia.Graph({}, { cellNamespace: { ...shapes, clinic: { Card } } });
    this.graph.addCells([...cards, ...links]);
    const el = document.createElement("div");
    place.replaceChildren(el);
    this.paper = new Paper({
      el,
      model: this.graph,
      cellViewNamespace: { ...shapes, clinic: { Card } },
      width: this.size.width,
      height: this.size.height,
      interactive: false,
      async: false,
      clickThreshold: 5,
    });
    this.paper.svg.setAttribute("aria-hidden", "true"); // the list says the same
    this.paper.on("element:pointerclick", (view) => onChosen(view.model.id));
    for (const node of nodes) this.dress(node);
    this.zoomTo(1);
  }

  dress(node) {
    const classes = this.paper.findViewByModel(node.dataset.node).el.classList;
    classes.add(`kind-${node.dataset.kind}`);
    classes.toggle("is-start", "start" in node.dataset);
    for (const mark of ["is-wrong", "is-warned"]) classes.toggle(mark, node.classList.contains(mark));
  }

  zoomTo(scale) {
    this.scale = Math.min(1.6, Math.max(0.05, scale));
    this.paper.scale(this.scale);
    this.paper.setDimensions(this.size.width * this.scale, this.size.height * this.scale);
  }

  // Nearer or farther, around the middle of what is seen.
  zoomBy(factor) {
    const { place, scale } = this;
    const [x, y] = [place.scrollLeft + place.clientWidth / 2, place.scrollTop + place.clientHeight / 2];
    this.zoomTo(scale * factor);
    const grown = this.scale / scale;
    place.scrollTo(x * grown - place.clientWidth / 2, y * grown - place.clientHeight / 2);
  }

  zoomToFit() {
    this.zoomTo(Math.min(this.place.clientWidth / this.size.width, this.place.clientHeight / this.size.height, 1));
  }

  choose(id) {
    for (const view of this.graph.getCells().map((cell) => this.paper.findViewByModel(cell))) {
      view.el.classList.toggle("is-chosen", view.model.id === id);
      view.el.classList.toggle("is-from-chosen", view.model.isLink() && view.model.source().id === id);
    }
    this.show(id);
  }

  show(id) {
    const box = this.graph.getCell(id).getBBox().scale(this.scale, this.scale, { x: 0, y: 0 });
    const { place } = this;
    const isSeen = box.x >= place.scrollLeft && box.y >= place.scrollTop &&
      box.x + box.width <= place.scrollLeft + place.clientWidth && box.y + box.height <= place.scrollTop + place.clientHeight;
    if (!isSeen) place.scrollTo(box.center().x - place.clientWidth / 2, box.center().y - place.clientHeight / 2);
  }
}
