// Parts of the desk's pages that go on by themselves: asked for anew every two seconds, and only
// what changed is put into its place. Without this script the page stands still and is complete.
const EVERY_MS = 2_000;

for (const part of document.querySelectorAll("[data-desk-part]")) follow(part);

function follow(part) {
  let asking = false;
  setInterval(async () => {
    if (document.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch(part.dataset.deskPart, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const made = document.createElement("div");
      made.innerHTML = await answer.text();
      take(part, made);
    } catch {
      lost(part);
    } finally {
      asking = false;
    }
  }, EVERY_MS);
}

function lost(part) {
  const age = part.querySelector(".desk-age");
  if (!age || age.dataset.now === "lost") return;
  age.dataset.now = "lost";
  const says = document.createElement("b");
  says.textContent = ` ${part.dataset.saysLost}`;
  age.append(says);
}

function take(part, made) {
  swap(part.querySelector(".desk-age"), made.querySelector(".desk-age"));
  const rows = part.querySelector("tbody"), fresh = made.querySelector("tbody");
  // Something appears where nothing was, or the last is gone: the whole part is another.
  if (!rows || !fresh) {
    if (Boolean(rows) !== Boolean(fresh)) part.replaceChildren(...made.childNodes);
    return;
  }
  // Nothing jumps under a pointer or a choice: cells change at once, the order when it is free.
  const held = rows.matches(":hover") || rows.contains(document.activeElement);
  for (const row of Array.from(fresh.children)) {
    const known = document.getElementById(row.id);
    if (known && known.parentNode === rows) patch(known, row);
  }
  if (held) return;
  const chosen = new Set(Array.from(rows.querySelectorAll("input:checked"), (box) => box.value));
  if (chosen.size) return;
  const wanted = Array.from(fresh.children, (row) => {
    const known = document.getElementById(row.id);
    return known && known.parentNode === rows ? known : row;
  });
  rows.replaceChildren(...wanted);
  swap(part.querySelector(".desk-pages"), made.querySelector(".desk-pages"));
}

function patch(known, row) {
  if (known.className !== row.className) known.className = row.className;
  Array.from(row.children).forEach((cell, index) => {
    if (!cell.querySelector("input")) swap(known.children[index], cell);
  });
}

function swap(old, fresh) {
  if (!old || !fresh || old.isEqualNode(fresh)) return;
  for (const { name, value } of Array.from(fresh.attributes)) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  old.replaceChildren(...Array.from(fresh.childNodes, (node) => node.cloneNode(true)));
}
