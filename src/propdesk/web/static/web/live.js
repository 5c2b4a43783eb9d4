// Live pages: takes the changes the server sends and puts each into its place. Without this script
// the page is complete and stands still.
const page = document.querySelector("[data-live]");
if (page) follow(page);
else if (document.querySelector("[data-look-again]")) lookAgain();

// There is no engine yet, and so nothing to follow: it begins some seconds after the pages do.
function lookAgain() {
  setInterval(() => {
    if (!document.hidden && !document.activeElement?.matches("input")) window.location.reload();
  }, 3_000);
}

function follow(page) {
  const STALE_MS = 2_000, OLD_MS = 10_000, SILENT_MS = 6_000, ENDED_ROW_MS = 20_000, ORDER_MS = 2_000;
  const line = document.querySelector("[data-live-age]");
  const says = line.dataset;
  const place = (name) => line.querySelector(`[data-${name}]`);
  const chart = curve();
  let ageAt = performance.now() - Number(says.ageMs || 0);
  let heard = performance.now();
  let away = line.dataset.now === "away" ? place("why").textContent : "";
  let silent = false;
  let events = null;
  let tries = 0;

  // -- the line that says how old the figures are --------------------------------------------
  function write(node, text) {
    if (node && node.textContent !== text) node.textContent = text;
  }
  function ago(ms) {
    const s = ms / 1000;
    if (s < 10) return `${s.toFixed(1)} s`;
    if (s < 60) return `${Math.floor(s)} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
    return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  }
  function tell() {
    const age = Math.max(0, performance.now() - ageAt);
    silent = performance.now() - heard > SILENT_MS;
    const state = silent ? "lost" : away ? "away" : age > OLD_MS ? "old" : age > STALE_MS ? "stale" : "fresh";
    if (line.dataset.now !== state) line.dataset.now = state;
    const fresh = state === "fresh" ? "yes" : "no";
    if (page.dataset.fresh !== fresh) page.dataset.fresh = fresh;
    write(place("ago"), `, ${says.saysAgo.replace("#", ago(age))}`);
    write(place("why"), silent ? says.saysLost : away || (state === "old" ? says.saysStale : ""));
  }

  // -- cells and parts -----------------------------------------------------------------------
  const all = (name, key) => page.querySelectorAll(`[data-${name}="${CSS.escape(key)}"]`);
  function patch(cells) {
    for (const [key, text] of Object.entries(cells)) {
      for (const node of all("cell", key)) write(node, text);
      for (const node of all("state", key)) if (node.dataset.now !== text) node.dataset.now = text;
      for (const node of all("width", key)) node.setAttribute("width", text);
    }
  }
  // Pieces with an id that stay are kept as they are: what is focused or selected stays so.
  function rearrange(part, html, order) {
    const now = performance.now();
    const focused = document.activeElement;
    const holder = document.createElement(part.tagName);
    if (html !== undefined) holder.innerHTML = html;
    const wanted = html === undefined ? Array.from(part.children) : Array.from(holder.children, (made) => {
      const kept = made.id && document.getElementById(made.id);
      return kept && kept.parentNode === part && part.dataset.order ? kept : made;
    });
    if (order) {
      const rank = new Map(order.map((id, index) => [id, index]));
      wanted.sort((one, other) => (rank.get(one.id) ?? order.length) - (rank.get(other.id) ?? order.length));
    }
    if (part.dataset.order) {
      // A row that ended is still seen for a while where it was, whatever the new order.
      Array.from(part.children).forEach((row, index) => {
        if (row.dataset.now !== "breached") return;
        row.dataset.endedAt = row.dataset.endedAt || String(now);
        if (now - Number(row.dataset.endedAt) > ENDED_ROW_MS) return;
        const there = wanted.indexOf(row);
        if (there >= 0) wanted.splice(there, 1);
        wanted.splice(Math.min(index, wanted.length), 0, row);
      });
    } else if (part.dataset.part === "alarms") {
      wanted.forEach((made, index) => {
        const kept = document.getElementById(made.id);
        if (kept && kept.parentNode === part) wanted[index] = kept;
      });
    }
    for (const gone of Array.from(part.children)) if (!wanted.includes(gone)) gone.remove();
    wanted.forEach((row, index) => {
      if (part.children[index] !== row) part.insertBefore(row, part.children[index] || null);
    });
    if (focused && focused !== document.activeElement && part.contains(focused)) focused.focus();
  }
  const waiting = new Map();
  const ordered = new Map();
  function arrange() {
    for (const [part, { html, order }] of waiting) {
      // Nothing jumps under a pointer, and a table is ordered anew at most every two seconds.
      const held = part.dataset.order && (part.matches(":hover") || performance.now() - (ordered.get(part) || 0) < ORDER_MS);
      if (held) continue;
      waiting.delete(part);
      ordered.set(part, performance.now());
      rearrange(part, html, order);
    }
  }
  function replace(parts, orders) {
    for (const [name, order] of Object.entries(orders)) {
      const part = page.querySelector(`[data-part="${CSS.escape(name)}"]`);
      if (part) waiting.set(part, { ...waiting.get(part), order });
    }
    for (const [name, html] of Object.entries(parts)) {
      const part = page.querySelector(`[data-part="${CSS.escape(name)}"]`);
      // An empty page has no table yet: the server draws it.
      if (!part && name === "rows" && html.trim()) window.location.reload();
      if (part) waiting.set(part, { ...waiting.get(part), html });
    }
    arrange();
  }

  // -- the stream ----------------------------------------------------------------------------
  function take(message) {
    // Minutes that passed unheard would be a hole in the curve: the page is made anew.
    if (chart && performance.now() - heard > 60_000) return window.location.reload();
    heard = performance.now();
    if (message.bye) return again();
    away = message.away ? `${says.saysAway}: ${message.away}` : "";
    if (message.age_ms !== undefined) ageAt = performance.now() - message.age_ms;
    if (message.asof) write(place("asof"), message.asof);
    write(place("recorded"), message.recorded || "");
    if (message.parts || message.orders) replace(message.parts || {}, message.orders || {});
    if (message.cells) patch(message.cells);
    if (message.curve && chart) chart.add(message.curve);
    tell();
  }
  function open() {
    events = new EventSource(page.dataset.live);
    events.onmessage = (event) => { tries = 0; take(JSON.parse(event.data)); };
    events.onerror = again;
  }
  let due = 0;
  function again() {
    if (events) events.close();
    clearTimeout(due);
    tries += 1;
    due = setTimeout(open, Math.min(15_000, 500 * 2 ** Math.min(tries, 5)) * (0.5 + Math.random()));
  }
  window.addEventListener("pagehide", () => events && events.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  setInterval(() => { arrange(); tell(); }, 200);
  open();
}

function curve() {
  const place = document.querySelector("[data-live-chart]");
  const source = document.getElementById("live-points");
  if (!place || !source || !window.uPlot) return null;
  const number = (text) => (text === null ? null : Number(text));
  const points = new Map();  // by second: four figures, and what the first two of them are
  const keep = ([at, low, high, daily, overall, equity]) => points.set(at, [...[low, high, daily, overall].map(number), equity]);
  JSON.parse(source.textContent || "[]").forEach(keep);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const language = document.documentElement.lang;
  const exact = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const stepped = window.uPlot.paths.stepped({ align: 1 });
  let chart = null;

  function columns() {
    const times = Array.from(points.keys()).sort((one, other) => one - other);
    return [times, ...[0, 1, 2, 3].map((index) => times.map((at) => points.get(at)[index]))];
  }
  function line(label, stroke, more) {
    return Object.assign({ label, stroke: colour(stroke), width: 1.5, points: { show: false },
      value: (_u, value) => (value == null ? "—" : exact.format(value)) }, more);
  }
  function worth(sign) {
    return (chart, value, _series, index) => {
      const told = index == null ? null : points.get(chart.data[0][index]);
      return value == null ? "—" : (told && told[4] === "between" ? sign : "") + exact.format(value);
    };
  }
  function height() {
    return window.innerWidth < 600 ? 240 : 300;
  }
  function draw() {
    if (points.size < 2) return;
    if (chart) chart.destroy();
    place.replaceChildren();
    const axis = { stroke: colour("--pd-axis"), grid: { stroke: colour("--pd-grid"), width: 1 }, ticks: { show: false } };
    chart = new window.uPlot({
      width: place.clientWidth, height: height(),
      tzDate: (ts) => window.uPlot.tzDate(new Date(ts * 1000), "UTC"),
      series: [
        { value: "{DD} {MMM} {YYYY}, {HH}:{mm}" },
        line("Equity, lowest", "--pd-equity", { width: 2, value: worth("≥ ") }),
        line("Equity, highest", "--pd-equity", { width: 1, alpha: 0.45, value: worth("≤ ") }),
        line("Daily floor", "--pd-daily", { paths: stepped }),
        line("Overall floor", "--pd-overall", { paths: stepped }),
      ],
      bands: [{ series: [2, 1], fill: colour("--pd-band") }],
      axes: [Object.assign({ space: 70 }, axis, { grid: { show: false }, values: [
        [86400, "{D} {MMM}", null, null, null, null, null, null, 1],
        [60, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
      ] }),
        Object.assign({ size: 64, values: (_u, ticks) => ticks.map((each) => whole.format(each)) }, axis)],
      scales: { y: { range: (_u, low, high) => {
        const more = (high - low || 1) * 0.06;
        return [low - more, high + more];
      } } },
      cursor: { drag: { x: true, y: false } },
    }, columns(), place);
  }
  draw();
  document.addEventListener("themechange", draw);
  window.addEventListener("resize", () => chart && chart.setSize({ width: place.clientWidth, height: height() }));
  return {
    add(rows) {
      rows.forEach(keep);
      if (chart) chart.setData(columns());
      else draw();
    },
  };
}
