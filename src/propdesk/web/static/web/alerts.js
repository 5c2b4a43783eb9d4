// The desk's alerts: asks every second whether anything changed, and shows it. What is ticked or
// unfolded stays so. Without this script the page is complete and stands still.
const place = document.querySelector("[data-alerts]");
if (place) follow(place);

function follow(place) {
  const EVERY_MS = 1_000, HIDDEN_MS = 10_000, OLD_MS = 5_000;
  const line = document.querySelector("[data-alerts-live]");
  const say = document.querySelector("[data-alerts-say]");
  const all = document.querySelector("[data-choose-all]");
  let tag = place.dataset.tag, heard = performance.now();

  function tell() {
    const state = performance.now() - heard > OLD_MS ? "away" : "live";
    line.hidden = false;
    if (line.dataset.now === state) return;
    line.dataset.now = state;
    line.textContent = state === "live" ? line.dataset.saysLive : line.dataset.saysAway;
  }
  function show(html) {
    const ticked = new Set(Array.from(place.querySelectorAll("input:checked"), (each) => each.value));
    const open = new Set(Array.from(place.querySelectorAll("details[open]"), (each) => each.closest("li").id));
    const known = new Set(Array.from(place.querySelectorAll("li"), (each) => each.id));
    const focused = place.contains(document.activeElement) ? document.activeElement.value : null;
    place.innerHTML = html;
    for (const each of place.querySelectorAll("input[name=alert]")) {
      each.checked = ticked.has(each.value);
      if (focused && each.value === focused) each.focus();
    }
    for (const each of place.querySelectorAll("details")) each.open = open.has(each.closest("li").id);
    const fresh = Array.from(place.querySelectorAll("li")).filter((each) => !known.has(each.id));
    if (fresh.length) say.textContent = `${say.dataset.saysMore}: ${fresh.map((each) => each.querySelector("b").textContent).slice(0, 3).join("; ")}`;
  }
  async function look() {
    try {
      const answer = await fetch(place.dataset.alerts, { headers: { "If-None-Match": tag }, cache: "no-store", redirect: "error" });
      if (answer.status === 200) {
        show(await answer.text());
        tag = answer.headers.get("ETag");
      }
      if (answer.status === 200 || answer.status === 304) heard = performance.now();
    } catch {
      // The line says how old it is; the next look may be answered.
    }
    tell();
    setTimeout(look, document.hidden ? HIDDEN_MS : EVERY_MS);
  }
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => {
      for (const each of place.querySelectorAll("input[name=alert]")) each.checked = true;
    });
  }
  tell();
  setTimeout(look, EVERY_MS);
}
