// The next reset on the reader's own clock, and how long until then; without it the rulebook's stays.
(function () {
  "use strict";
  const shown = document.querySelector("[data-reset]");
  if (!shown) return;
  const at = new Date(shown.dateTime);
  const mine = document.querySelector("[data-reset-mine]");
  const until = document.querySelector("[data-reset-until]");
  const written = new Intl.DateTimeFormat(document.documentElement.lang, {
    day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  mine.textContent = ` (${written.format(at)} ${shown.dataset.mine})`;

  function tell() {
    const minutes = Math.ceil((at - Date.now()) / 60000);
    if (minutes <= 0) {
      until.textContent = `. ${shown.dataset.past}`;
      clearInterval(timer);
      return;
    }
    const hours = Math.floor(minutes / 60);
    const left = hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
    until.textContent = ` · ${shown.dataset.in} ${left}`;
  }
  const timer = setInterval(tell, 15000);
  tell();
})();
