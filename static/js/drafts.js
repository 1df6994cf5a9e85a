// What is typed into a long form is kept on the server while it is typed: a moment after the last key, when a field is
// left, and when the page goes out of sight. Nothing waits for it, and nothing is ever kept in the browser.
(() => {
  const PAUSE = 1_500;
  const AGAIN = 5_000;
  const part = document.querySelector("[data-draft]");
  const form = part?.closest("form");
  if (!form) return;
  const says = part.querySelector("[data-draft-says]");
  const byHand = part.querySelector("[data-keep-for-later]");
  const waits = part.hasAttribute("data-draft-waits");
  let typed = 0; // how often something was typed
  let kept = 0; // up to where it is kept
  let sent = 0; // up to where it is on its way
  let leaving = false;
  let timer;

  const say = (what) => says.replaceChildren(part.querySelector(`[data-draft-text="${what}"]`).content.cloneNode(true));
  const soon = (pause) => {
    clearTimeout(timer);
    if (!waits && !leaving && kept < typed) timer = setTimeout(keep, pause);
  };
  function keep() {
    clearTimeout(timer);
    if (waits || leaving || kept >= typed) return;
    sent = typed;
    htmx.trigger(part, "keep-draft");
  }
  function noteTyped(event) {
    if (part.contains(event.target)) return;
    leaving = false;
    typed += 1;
    soon(PAUSE);
  }

  if (!waits) byHand.hidden = true;
  form.addEventListener("input", noteTyped);
  form.addEventListener("change", noteTyped);
  form.addEventListener("focusout", () => soon(200));
  document.addEventListener("visibilitychange", () => document.hidden && keep());
  addEventListener("online", () => soon(0));
  // A page that came back with its faults holds what was kept nowhere.
  if (part.hasAttribute("data-draft-typed")) {
    typed = 1;
    soon(PAUSE);
  }

  // The form itself is sent: what is on its way for later comes too late, and the service knows it.
  document.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    leaving = true;
    clearTimeout(timer);
    htmx.trigger(part, "htmx:abort");
  }, true);
  addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });
  // Going away before the pause is over.
  addEventListener("pagehide", () => {
    if (waits || leaving || kept >= typed) return;
    const leftOut = part.getAttribute("hx-params").replace(/^not /, "").split(", ").filter((name) => name !== "csrfmiddlewaretoken");
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !leftOut.includes(name)) body.append(name, value);
    }
    fetch(part.getAttribute("hx-post"), { method: "POST", body, keepalive: true, credentials: "same-origin", redirect: "manual", headers: { "HX-Request": "true" } }).catch(() => {});
  });

  // What became of it

  const isOurs = (event) => event.detail.requestConfig?.elt === part || event.detail.elt === part;
  // Followed only where nothing is lost by it: the session ran out, and what was sent was kept all the same.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr } = event.detail;
    if (isOurs(event) && xhr.getResponseHeader("HX-Redirect") && !xhr.getResponseHeader("X-Draft-Kept")) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (isOurs(event)) event.detail.shouldSwap = [200, 409, 422].includes(event.detail.xhr.status);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isOurs(event)) return;
    const { xhr } = event.detail;
    if (leaving) return;
    if (xhr.getResponseHeader("HX-Redirect")) {
      if (!xhr.getResponseHeader("X-Draft-Kept")) say("signed-out");
    } else if (xhr.status === 0 || xhr.status === 429 || xhr.status >= 500) {
      if (xhr.status !== 429) say("not-kept");
      soon(AGAIN);
    } else if (xhr.status === 200) {
      kept = sent;
      soon(PAUSE);
    } else {
      // Not before something else is typed: the sentence says why. By hand it can be kept all the same.
      kept = sent;
      byHand.hidden = xhr.status !== 409;
      if (![409, 422].includes(xhr.status)) say("refused");
    }
  });

  // The session runs out while something was not kept: it still is, on the way to the door.
  document.addEventListener("session:ending", (event) => {
    if (waits || kept >= typed) return;
    event.preventDefault();
    keep();
    setTimeout(() => location.replace(location.pathname), AGAIN);
  });
})();
