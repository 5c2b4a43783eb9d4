// Asks for this page again while somebody looks at it, and shows the piece that is renewed.
(function () {
  "use strict";
  const piece = document.querySelector("[data-renewed]");
  if (!piece) return;
  const every = Number(piece.dataset.every);

  async function renew() {
    if (!document.hidden && !piece.contains(document.activeElement)) {
      try {
        const answer = await fetch(location.href);
        if (answer.ok && !answer.redirected) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const fresh = page.querySelector("[data-renewed]");
          if (fresh) piece.replaceChildren(...fresh.childNodes);
        }
      } catch { /* the next round asks again; the age of what is shown stands on the page */ }
    }
    setTimeout(renew, every);
  }
  setTimeout(renew, every);
})();
