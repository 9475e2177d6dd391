// Shows the newest state every few seconds without losing the reader's place.
"use strict";

const REFRESH_MS = 3000;

async function refresh() {
  const stale = document.getElementById("stale");
  try {
    const reply = await fetch(location.href, { cache: "no-store" });
    if (!reply.ok) throw new Error(reply.statusText);
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const live = document.getElementById("live");
    const fresh = page.getElementById("live");
    if (live.innerHTML !== fresh.innerHTML) live.replaceWith(document.adoptNode(fresh));
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
  setTimeout(refresh, REFRESH_MS);
}

setTimeout(refresh, REFRESH_MS);
