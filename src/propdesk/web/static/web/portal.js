// A trader's own pages: the countdown to the reset, and the replay of a breach. Without this script
// the pages are complete and stand still.
const counted = document.querySelector("[data-countdown]");
if (counted) countDown(counted);
const button = document.querySelector("[data-replay]");
if (button) replays(button);

function countDown(node) {
  const ends = performance.now() + Number(node.dataset.countdown) * 1000;
  const two = (number) => String(number).padStart(2, "0");
  const tell = () => {
    const left = Math.max(0, Math.floor((ends - performance.now()) / 1000));
    node.textContent = `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  };
  tell();
  setInterval(tell, 1000);
}

function replays(button) {
  const STEP_MS = 400;
  const rows = Array.from(document.querySelectorAll("[data-minutes] tr"));
  const says = document.querySelector("[data-replay-says]");
  const begin = button.textContent;
  let timer = null;
  let place = 0;
  button.closest("[data-needs-script]").hidden = false;

  function stop() {
    clearInterval(timer);
    timer = null;
    button.textContent = begin;
  }
  function step() {
    rows.forEach((row) => row.removeAttribute("data-now"));
    const row = rows[place];
    if (!row) return stop();
    row.setAttribute("data-now", "");
    row.scrollIntoView({ block: "nearest" });
    says.textContent = Array.from(row.cells, (cell) => cell.textContent.trim()).slice(0, 2).join(": ");
    if (row.hasAttribute("aria-current")) return stop();
    place += 1;
  }
  button.addEventListener("click", () => {
    if (timer !== null) return stop();
    place = 0;
    button.textContent = button.dataset.stop;
    timer = setInterval(step, STEP_MS);
    step();
  });
}
