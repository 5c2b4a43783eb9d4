// Where a form asks for the time zone and nobody has chosen one, the browser's own stands there.
(function () {
  "use strict";
  const field = document.querySelector("[data-own-zone]");
  if (field && field.value === "UTC") {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  }
  const told = document.querySelector("[data-focus]");
  if (told) told.focus();
})();
