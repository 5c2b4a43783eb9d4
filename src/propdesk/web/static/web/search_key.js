// The key "/" goes to the search box, unless somebody types or has switched it off.
(function () {
  "use strict";
  const KEY = "propdesk-search-key";

  function isOff() {
    try { return localStorage.getItem(KEY) === "off"; } catch { return false; }
  }
  function isTyping(target) {
    return target.isContentEditable || target.closest("input, textarea, select, [role=textbox]");
  }
  function box() {
    const boxes = [...document.querySelectorAll("[data-search-box] input, #q")];
    return boxes.find((each) => each.offsetParent !== null);
  }

  document.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key !== "/" || held || isOff() || isTyping(event.target)) return;
    event.preventDefault();
    const found = box();
    if (found) { found.focus(); found.select(); return; }
    const link = document.querySelector("[data-search-link]");
    if (link) link.click();
  });

  document.addEventListener("DOMContentLoaded", () => {
    const choice = document.querySelector("[data-slash-choice]");
    if (!choice) return;
    const tick = choice.querySelector("[data-slash-switch]");
    choice.hidden = false;
    tick.checked = !isOff();
    tick.addEventListener("change", () => {
      try { localStorage.setItem(KEY, tick.checked ? "on" : "off"); } catch { tick.checked = true; }
    });
  });
})();
