// Follows what happens and brings the page up to date: the server makes the markup, and
// texts of models and tools only ever become text.
"use strict";

const main = () => document.getElementById("main");

// renew fetches the page again and puts its content in place of this one's, keeping what
// is open, what is being written and where the reader is.
let renewing = false, again = false;
async function renew() {
  if (renewing) { again = true; return; }
  renewing = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = main(), next = fresh.getElementById("main");
    if (!next || writing(now)) return;
    const focus = document.activeElement && document.activeElement.id;
    for (const d of now.querySelectorAll("details[open][id]")) {
      const same = next.querySelector("#" + CSS.escape(d.id));
      if (same) same.open = true;
    }
    const bottom = window.innerHeight + window.scrollY >= document.body.scrollHeight - 80;
    now.replaceWith(document.adoptNode(next));
    const nav = document.querySelector("header nav"), freshNav = fresh.querySelector("header nav");
    if (nav && freshNav) nav.replaceWith(document.adoptNode(freshNav));
    if (focus) { const el = document.getElementById(focus); if (el) el.focus({ preventScroll: true }); }
    if (bottom && document.querySelector(".talk")) window.scrollTo(0, document.body.scrollHeight);
    follow();
    count();
  } catch (_) { /* the server is away: the next event or moment tries again */ } finally {
    renewing = false;
    if (again) { again = false; later(); }
  }
}

// writing says whether somebody is in the middle of a form, which must not vanish.
function writing(root) {
  for (const f of root.querySelectorAll("input, textarea, select")) {
    if (f.type === "hidden") continue;
    if (f.type === "checkbox" || f.type === "radio" ? f.checked !== f.defaultChecked : f.tagName === "SELECT" ? f === document.activeElement : f.value !== f.defaultValue) return true;
  }
  return false;
}

// count says in the menu how much waits for a person; finding out may take a while.
let counted = 0, waits = 0;
async function count() {
  const place = document.getElementById("waiting");
  if (!place) return;
  const show = () => { const p = document.getElementById("waiting"); if (p) { p.hidden = waits === 0; p.textContent = waits; p.setAttribute("aria-label", waits + " waiting"); } };
  show();
  if (Date.now() - counted < 4000) return;
  counted = Date.now();
  try {
    let n = 0;
    for (const status of ["waiting", "outcome_unknown"]) {
      const list = await (await fetch("/v1/runs?limit=100&status=" + status)).json();
      for (const r of list.data || []) n += (r.approvals || []).length + (r.unknown || []).length;
    }
    waits = n;
    show();
  } catch (_) { /* who may not list runs has no count */ }
}

let timer = 0;
function later(ms = 120) { clearTimeout(timer); timer = setTimeout(renew, ms); }

let source = null, followed = "";
function follow() {
  const m = main(), events = m.dataset.events || "";
  if (events !== followed) {
    if (source) source.close();
    source = null;
    followed = events;
    if (events) listen(events);
  }
  const every = Number(m.dataset.refresh || 0);
  if (every) later(every);
}

function listen(address) {
  source = new EventSource(address);
  source.onmessage = (e) => {
    let ev;
    try { ev = JSON.parse(e.data); } catch (_) { return; }
    const live = document.getElementById("live");
    switch (ev.type) {
      case "TEXT_MESSAGE_START":
        if (live) live.textContent = "";
        break;
      case "TEXT_MESSAGE_CONTENT":
        if (live) {
          live.parentElement.hidden = false;
          live.textContent += ev.delta || "";
        }
        break;
      default:
        later();
    }
  };
  source.onerror = () => { if (source && source.readyState === EventSource.CLOSED) later(500); };
}

document.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && !e.shiftKey && !e.isComposing && e.target.id === "text") {
    e.preventDefault();
    e.target.form.requestSubmit();
  }
  if (e.key === "Escape") { const stop = document.getElementById("stop"); if (stop) stop.focus(); }
});

// A form is sent once: a second click on a button that asks for money asks for it again.
document.addEventListener("submit", (e) => {
  if (e.target.method !== "post") return;
  if (e.target.dataset.sent) { e.preventDefault(); return; }
  e.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => { for (const f of document.forms) delete f.dataset.sent; });

follow();
count();
if (document.querySelector(".talk") && document.querySelector(".turn")) window.scrollTo(0, document.body.scrollHeight);
