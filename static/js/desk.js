// Small comforts. Every page works without them.
(() => {
  // htmx writes down the address of each page for a history that no page of ours uses.
  sessionStorage.removeItem("htmx-current-path-for-history");

  // One request for one press of a button.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
  });
  const again = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[aria-disabled]:not([data-not-yet])")) button.removeAttribute("aria-disabled");
  };
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(again);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form[data-sent]");
    if (form) again(form);
  });
  // A step that is not possible yet explains itself and does nothing.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-not-yet]")) event.preventDefault();
  });

  // Menus close when one looks elsewhere.
  const menus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // After a refused form the summary of what to put right is read first.
  document.querySelector("[data-focus-first]")?.focus();

  // Refusals and forms sent back (422, 409) are shown in place too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([403, 404, 409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
})();
