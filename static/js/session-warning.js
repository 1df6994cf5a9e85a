// Warns before the session ends for want of use. "Keep working" makes one small request, which counts as use.
(() => {
  const dialog = document.querySelector("dialog[data-idle-minutes]");
  if (!dialog) return;
  const MINUTE = 60_000;
  const WARN_BEFORE = 2 * MINUTE;
  const idle = Number(dialog.dataset.idleMinutes) * MINUTE;
  if (!(idle > WARN_BEFORE)) return;
  let warning;
  let ending;

  // By address and not by reload: a form that was sent must not be sent again. A page that still holds answers which
  // never arrived may stay.
  const expired = () => {
    const stays = !document.dispatchEvent(new CustomEvent("session:ending", { cancelable: true }));
    if (stays) dialog.close();
    else location.replace(location.pathname + location.search);
  };
  const restart = () => {
    clearTimeout(warning);
    clearTimeout(ending);
    warning = setTimeout(() => dialog.open || dialog.showModal(), idle - WARN_BEFORE);
    ending = setTimeout(expired, idle + 5_000);
  };
  const keep = async () => {
    const answer = await fetch(dialog.dataset.keepUrl, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
    if (!answer?.ok) return expired();
    dialog.close();
    restart();
  };

  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.querySelector("[data-keep]").addEventListener("click", keep);
  // What the service did not take is tried again without anybody being there, so it is no sign of use.
  document.addEventListener("htmx:afterRequest", (event) => {
    const { status } = event.detail.xhr;
    if (status > 0 && status < 500) restart();
  });
  restart();
})();
