// The next reset on the reader's own clock, and how long until then; without it the rulebook's stays.
(function () {
  "use strict";
  const shown = document.querySelector("[data-reset]");
  if (!shown) return;
  const at = new Date(shown.dateTime);
  const mine = document.querySelector("[data-reset-mine]");
  const until = document.querySelector("[data-reset-until]");
  // In the order of the page's own moments: day, month, time.
  const lang = document.documentElement.lang;
  const part = (options) => new Intl.DateTimeFormat(lang, options).format(at);
  const time = part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = `${at.getDate()} ${part({ month: "short" })}`;
  mine.textContent = ` (${day}, ${time} ${shown.dataset.mine})`;

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
