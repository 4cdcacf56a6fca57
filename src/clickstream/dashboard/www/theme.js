// Chooses light or dark before the first paint: the visitor's choice, else the system's.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const choose = () => {
    let chosen = null;
    try { chosen = localStorage.getItem("theme"); } catch { /* storage may be forbidden */ }
    document.documentElement.dataset.theme = chosen ?? (system.matches ? "dark" : "light");
  };
  choose();
  system.addEventListener("change", () => {
    choose();
    document.dispatchEvent(new Event("themechange"));
  });
})();
