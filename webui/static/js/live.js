// Tells the page what has changed elsewhere: events of the server become events of <body> that htmx parts wait for.
//
//   lines   what a line is doing        calls   something happened in a call
//   texts   the inbox or the outbox     ledger  anything that is kept: bookings, messages, the roster, ...
//   seats   what an agent does          queues  who waits for one
//
// For scripts each event also comes at once and whole: "live:line", "live:call", ... with the details of the exchange.
//
// While the tab is hidden nothing is listened to: a browser keeps only six connections to one server. Only a page that
// must ring (data-live-when-hidden) goes on. When the server has too many listeners the page asks by itself now and then.
const EVENTS = { line: "lines", call: "calls", texts: "texts", ledger: "ledger", seat: "seats", queue: "queues" };
const LEAST_GAP_MS = 500; // between two events of one name: a busy exchange must not flood the server with questions
const PATIENCE_MS = 3000; // a stream that breaks for a moment is not worth a word
const POLL_MS = 5000;
const RETRY_MS = 60000;

const stale = document.getElementById("stale");
const waiting = new Map(); // name -> timer of the event that is to come
const last = new Map(); // name -> when it was told
let source = null;
let poll = 0;
let retry = 0;
let patience = 0;

function tell(name, detail = {}) {
  window.htmx?.trigger(document.body, name, detail);
}

// At once, and once more at the end of the gap when more has happened in it.
function tellSoon(name) {
  if (waiting.has(name)) return;
  const gap = (last.get(name) ?? -LEAST_GAP_MS) + LEAST_GAP_MS - performance.now();
  const now = () => {
    waiting.delete(name);
    last.set(name, performance.now());
    tell(name);
  };
  if (gap <= 0) now();
  else waiting.set(name, setTimeout(now, gap));
}

function tellAll() {
  for (const name of Object.values(EVENTS)) tellSoon(name);
}

// The words are the server's: why the phone service does not work, in the reader's language.
function showService(state) {
  const shown = document.getElementById("phone-service");
  if (shown && shown.dataset.state !== state) tell("service");
}

function showStale(isStale) {
  clearTimeout(patience);
  patience = 0;
  if (stale) stale.hidden = !isStale;
}

function listen() {
  source = new EventSource("/live");
  source.addEventListener("open", () => {
    stopPolling();
    showStale(false);
    tellAll(); // what happened between the making of the page and now
  });
  source.addEventListener("error", onError);
  source.addEventListener("service", (event) => {
    showService(JSON.parse(event.data).state);
    tellSoon("lines");
  });
  for (const [theirs, ours] of Object.entries(EVENTS)) {
    source.addEventListener(theirs, (event) => {
      tellSoon(ours);
      document.body.dispatchEvent(new CustomEvent(`live:${theirs}`, { detail: JSON.parse(event.data) }));
    });
  }
}

function onError() {
  if (source?.readyState === EventSource.CLOSED) {
    startPolling(); // refused: too many pages listen, or the session is over (the next question finds that out)
    return;
  }
  patience ||= setTimeout(() => showStale(true), PATIENCE_MS); // it connects again by itself
}

function startPolling() {
  leave();
  poll ||= setInterval(tellAll, POLL_MS);
  retry ||= setTimeout(() => {
    retry = 0;
    listen();
  }, RETRY_MS);
}

function stopPolling() {
  clearInterval(poll);
  clearTimeout(retry);
  poll = retry = 0;
}

function leave() {
  source?.close();
  source = null;
  clearTimeout(patience);
  patience = 0;
  for (const timer of waiting.values()) clearTimeout(timer);
  waiting.clear();
}

const listensHidden = document.querySelector("[data-live-when-hidden]") !== null;

document.addEventListener("visibilitychange", () => {
  if (document.hidden && !listensHidden) {
    leave();
    stopPolling();
  } else if (source === null) {
    listen();
  }
});
addEventListener("pagehide", leave);

if (!document.hidden || listensHidden) listen();
