// Answers are saved as they are given. What could not be saved stays on the page, says so, and is tried again.
(() => {
  const AGAIN_AFTER = 4_000;
  const NOT_SAVED = "not-saved";
  const SIGNED_OUT = "signed-out";
  const form = () => document.querySelector("form[data-saving]");
  // The part of the page a request of htmx saves: one sign, or the section by its button.
  const partOf = (event) => event.detail.requestConfig?.elt.closest?.("[data-saved-alone], form[data-saving]");
  const unsaved = () => [...document.querySelectorAll("[data-unsaved]")];
  const onItsWay = () => document.querySelector("[data-on-its-way]");
  const isCovered = () => document.querySelector(".veil") !== null;
  let timer;
  let goal;

  // What is said where

  const say = (place, what) => {
    const template = what && document.getElementById(what);
    place?.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
  };
  const bar = () => document.querySelector("[data-saving-says]");
  const sayOverall = () => {
    const reasons = unsaved().map((part) => part.dataset.unsaved);
    say(bar(), reasons.includes(SIGNED_OUT) ? SIGNED_OUT : reasons[0]);
  };

  // What became of a request

  const wait = (part, why) => {
    part.dataset.unsaved = why;
    if (part !== form()) say(part.querySelector("[role=status]"), why);
    sayOverall();
    if (!isCovered()) timer ??= setInterval(again, AGAIN_AFTER);
  };
  const settle = (part) => {
    delete part.dataset.unsaved;
    delete part.dataset.renewed;
    sayOverall();
    if (unsaved().length) return;
    clearInterval(timer);
    timer = undefined;
    uncover();
    if (goal && !onItsWay()) location.assign(goal);
  };
  // A reply that leads away from this screening comes from a door that has shut: the session ended.
  const leadsOut = (xhr) => {
    const address = xhr.getResponseHeader("HX-Redirect");
    return address && !address.startsWith(form().dataset.here);
  };
  // The token of a page that is older than the last sign-in is refused; once, it is renewed.
  const isStale = (part, xhr) => xhr.status === 403 && !part.dataset.renewed;

  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = partOf(event);
    if (part) part.dataset.onItsWay = "yes";
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (partOf(event) && leadsOut(event.detail.xhr)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = partOf(event);
    if (part && isStale(part, event.detail.xhr)) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const part = partOf(event);
    if (!part) return;
    delete part.dataset.onItsWay;
    const { xhr } = event.detail;
    if (xhr.status === 0 || xhr.status >= 500) wait(part, NOT_SAVED);
    else if (leadsOut(xhr) || isStale(part, xhr)) wait(part, SIGNED_OUT);
    else {
      // A refusal is read before anybody leaves.
      if (xhr.status >= 400) goal = undefined;
      settle(part);
    }
  });
  document.addEventListener("htmx:afterSettle", () => document.querySelector("[data-focus-first]:not(:focus)")?.focus());

  // Trying again

  async function again() {
    const waiting = unsaved();
    if (!waiting.length || onItsWay()) return;
    if (waiting.some((part) => part.dataset.unsaved === SIGNED_OUT) && !(await isSignedInAgain())) return;
    for (const part of waiting.includes(form()) ? [form()] : waiting) {
      if (part.dataset.unsaved === SIGNED_OUT) part.dataset.renewed = "yes";
      htmx.trigger(part, part === form() ? "go-on" : "again");
    }
  }
  // The same person, that is: what one has typed is not saved in the name of another.
  async function isSignedInAgain() {
    const answer = await fetch(form().dataset.here + location.search, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
    if (!answer?.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-saving]");
    if (fresh?.dataset.by !== form().dataset.by) return false;
    const token = fresh.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    return true;
  }
  addEventListener("online", again);
  addEventListener("focus", again);
  document.addEventListener("visibilitychange", () => document.hidden || again());

  // Leaving

  document.addEventListener("change", (event) => {
    if (event.target.closest?.("[data-saved-alone]")) goal = undefined;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-after-saving]");
    if (!link || (!unsaved().length && !onItsWay())) return;
    event.preventDefault();
    goal = link.href;
    sayOverall();
    again();
  });
  // Fired before the page of an ended session is cleared. What never arrived is kept on it, out of everybody's sight
  // until it is saved: nobody was here for a while, and who comes may be somebody else.
  document.addEventListener("session:ending", (event) => {
    if (!unsaved().length) return;
    event.preventDefault();
    for (const part of unsaved()) wait(part, SIGNED_OUT);
    cover();
    // Trying for ever would keep a session alive; it goes on when somebody comes back.
    clearInterval(timer);
    timer = undefined;
  });
  function cover() {
    if (isCovered()) return;
    for (const part of document.body.children) part.inert = true;
    const veil = document.createElement("div");
    veil.className = "veil";
    veil.setAttribute("role", "alert");
    veil.addEventListener("pointerdown", again);
    document.body.append(veil);
    say(veil, SIGNED_OUT);
    veil.querySelector("a")?.focus();
  }
  function uncover() {
    document.querySelector(".veil")?.remove();
    for (const part of document.body.children) part.inert = false;
  }
})();
