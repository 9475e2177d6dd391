// What the page asks the box: `{ seat }` as it is afterwards, `{ told }` why not, `isAway` when nobody can tell.
export async function ask(csrf, path, fields = {}) {
  const headers = { "X-CSRF-Token": csrf, Accept: "application/json" };
  const body = new URLSearchParams(fields);
  const wanted = fetch(`/desk/${path}`, { method: "POST", body, headers, redirect: "manual" });
  return read(await wanted.catch(() => null));
}

export async function look() {
  const headers = { "HX-Request": "true" }; // a page that looks by itself keeps nobody signed in
  return read(await fetch("/desk/state", { headers, redirect: "manual" }).catch(() => null));
}

async function read(reply) {
  if (!reply) return { isAway: true, told: "" };
  const isOurs = reply.headers.get("Content-Type") === "application/json";
  if (reply.type === "opaqueredirect" || (!isOurs && reply.status < 500)) {
    location.reload(); // signed out, or signed in anew elsewhere: the page that comes says so
    return { told: "" };
  }
  if (!isOurs) return { isAway: true, told: "" };
  return { isAway: reply.status === 503, ...(await reply.json()) };
}
