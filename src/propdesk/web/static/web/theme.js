// Light or dark: the system's choice until a person makes one. Runs before the first paint.
(function () {
  "use strict";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const KEY = "propdesk-theme";

  function chosen() {
    try { return localStorage.getItem(KEY); } catch { return null; }
  }
  function apply(theme) {
    root.setAttribute("data-bs-theme", theme);
    document.dispatchEvent(new CustomEvent("themechange"));
    const word = document.querySelector("[data-theme-word]");
    if (word) {
      const button = word.closest("button");
      word.textContent = theme === "dark" ? button.dataset.light : button.dataset.dark;
    }
  }
  function current() {
    return chosen() || (system.matches ? "dark" : "light");
  }

  apply(current());
  system.addEventListener("change", () => apply(current()));
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    button.hidden = false;
    apply(current());
    button.addEventListener("click", () => {
      const next = current() === "dark" ? "light" : "dark";
      try { localStorage.setItem(KEY, next); } catch { /* the choice lasts for this page */ }
      apply(next);
    });
  });
})();
