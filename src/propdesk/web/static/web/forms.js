// A form that was sent says so; without this script it is sent all the same.
(function () {
  "use strict";
  for (const form of document.querySelectorAll("[data-judge-form]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      if (button && button.dataset.busy) {
        button.classList.add("is-busy");
        button.setAttribute("aria-live", "polite");
        button.textContent = button.dataset.busy;
      }
    });
  }
  // Coming back by the browser's own button finds a form that can be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
  const told = document.querySelector("[data-focus]");
  if (told) told.focus();
})();
