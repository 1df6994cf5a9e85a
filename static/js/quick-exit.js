// Quick exit: the button, or Escape three times within two seconds. The page goes blank at once, the session is
// ended, and a neutral page takes this one's place. Without this script the button is an ordinary form.
(() => {
  const PRESSES = 3;
  const WITHIN = 2000;
  const form = document.querySelector("form[data-quick-exit]");
  if (!form) return;
  let presses = [];

  const blank = () => {
    const veil = document.createElement("div");
    veil.className = "veil";
    document.body.append(veil);
    document.title = "\u00a0";
  };
  const leave = () => {
    blank();
    const away = () => location.replace(form.dataset.quickExit);
    fetch(form.action, { method: "POST", keepalive: true, redirect: "manual", credentials: "same-origin" }).then(away, away);
    setTimeout(away, 1500);
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-quick-exit]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    leave();
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    presses = [...presses.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
    if (presses.length >= PRESSES) leave();
  }, true);
  // A page kept by the browser must not come back after leaving.
  addEventListener("pageshow", (event) => {
    if (event.persisted && document.querySelector(".veil")) location.reload();
  });
})();
