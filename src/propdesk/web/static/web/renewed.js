// Asks for this page again while somebody looks at it, and shows the piece that is renewed. While
// somebody is in it, with a form unfolded or a field begun, nothing of it moves; and where no
// answer comes, its age says so. Without this script the page is complete and stands still.
(function () {
  "use strict";
  const piece = document.querySelector("[data-renewed]");
  if (!piece) return;
  const every = Number(piece.dataset.every);
  // A page that refused a form is at the form's address, which answers no look.
  const from = piece.dataset.from || location.href;
  const BEGUN = "details[open], input:checked, input:not([type=hidden]):focus, textarea:focus";
  let heard = performance.now();

  function isInUse() {
    return piece.contains(document.activeElement) || piece.querySelector(BEGUN) !== null
      || Array.from(piece.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), textarea"))
        .some((field) => field.value !== field.defaultValue);
  }
  function tell(state, word) {
    const age = piece.querySelector("[data-age]");
    if (!age || age.dataset.now === state) return;
    age.dataset.now = state;
    if (!word) return;
    const says = document.createElement("b");
    says.textContent = ` ${word}`;
    age.append(says);
  }
  async function renew() {
    if (!document.hidden) {
      try {
        const answer = await fetch(from, { credentials: "same-origin", redirect: "error" });
        if (!answer.ok) throw new Error(String(answer.status));
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("[data-renewed]");
        heard = performance.now();
        if (fresh && isInUse()) tell("held", piece.dataset.saysHeld);
        else if (fresh) piece.replaceChildren(...fresh.childNodes);
      } catch {
        if (performance.now() - heard > 2 * every) tell("lost", piece.dataset.saysLost);
      }
    }
    setTimeout(renew, every);
  }
  setTimeout(renew, every);
})();
