// Follows the light or dark setting of the device. Loaded before the page is drawn, so that nothing flashes.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  const paper = matchMedia("print");
  follow();
  dark.addEventListener("change", follow);
  paper.addEventListener("change", () =>
    paper.matches ? document.documentElement.setAttribute("data-bs-theme", "light") : follow(),
  );
})();
