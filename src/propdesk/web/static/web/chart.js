// The equity chart: replaces the drawing that is there without this script.
(function () {
  "use strict";
  const place = document.querySelector("[data-chart]");
  const source = document.getElementById("chart-data");
  if (!place || !source || !window.uPlot) return;
  const data = JSON.parse(source.textContent);
  const zone = data.zone === "server" ? "UTC" : data.zone;
  // The synthetic server zone has no name a browser knows: seven hours after New York.
  const shownZone = data.zone === "server" ? "America/New_York" : zone;
  const shift = data.zone === "server" ? 7 * 3600 : 0;

  const seconds = (instant) => Date.parse(instant) / 1000;
  const column = (name) => data.series.map((row) => (row[name] == null ? null : Number(row[name])));
  const columns = [
    data.series.map((row) => seconds(row.at)),
    column("equity_low"), column("equity_high"), column("balance"),
    column("daily_floor"), column("overall_floor"), column("target"),
  ];
  const days = data.days.map(seconds);
  const breach = data.breach && data.breach.observed != null
    ? { at: seconds(data.breach.at), equity: Number(data.breach.observed) } : null;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const money = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
  const exact = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const stepped = window.uPlot.paths.stepped({ align: 1 });
  let chart = null;

  function marks(u) {
    const c = u.ctx;
    const { left, top, width, height } = u.bbox;
    c.save();
    c.beginPath();
    c.rect(left, top, width, height);
    c.clip();
    c.strokeStyle = colour("--pd-day");
    c.setLineDash([4, 4]);
    for (const at of days) {
      const x = Math.round(u.valToPos(at, "x", true)) + 0.5;
      c.beginPath(); c.moveTo(x, top); c.lineTo(x, top + height); c.stroke();
    }
    if (breach) {
      const x = u.valToPos(breach.at, "x", true);
      const y = u.valToPos(breach.equity, "y", true);
      const size = 6 * devicePixelRatio;
      c.setLineDash([]);
      c.strokeStyle = colour("--pd-breach");
      c.lineWidth = devicePixelRatio;
      c.beginPath(); c.moveTo(x, top); c.lineTo(x, top + height); c.stroke();
      c.lineWidth = 2.5 * devicePixelRatio;
      c.beginPath();
      c.moveTo(x - size, y - size); c.lineTo(x + size, y + size);
      c.moveTo(x + size, y - size); c.lineTo(x - size, y + size);
      c.stroke();
    }
    c.restore();
  }

  function line(label, stroke, more) {
    return Object.assign({
      label, stroke: colour(stroke), width: 1.5, points: { show: false },
      value: (_u, value) => (value == null ? "—" : exact.format(value)),
    }, more);
  }

  function height() {
    return window.innerWidth < 600 ? 240 : 340;
  }

  function draw() {
    if (chart) chart.destroy();
    place.replaceChildren();
    const axis = { stroke: colour("--pd-axis"), grid: { stroke: colour("--pd-grid"), width: 1 }, ticks: { show: false } };
    chart = new window.uPlot({
      width: place.clientWidth, height: height(),
      tzDate: (ts) => window.uPlot.tzDate(new Date((ts + shift) * 1000), shownZone),
      series: [
        { value: "{DD} {MMM} {YYYY}, {HH}:{mm}:{ss}" },
        line("Equity, lowest", "--pd-equity", { width: 2, points: { size: 5 } }),
        line("Equity, highest", "--pd-equity", { width: 1, alpha: 0.45 }),
        line("Balance", "--pd-balance", { paths: stepped }),
        line("Daily floor", "--pd-daily", { paths: stepped }),
        line("Overall floor", "--pd-overall", { paths: stepped }),
        line("Target", "--pd-target", { paths: stepped, dash: [6, 4] }),
      ],
      bands: [{ series: [2, 1], fill: colour("--pd-band") }],
      axes: [
        Object.assign({ space: 70 }, axis, { grid: { show: false }, values: [
          [86400, "{D} {MMM}", null, null, null, null, null, null, 1],
          [3600, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
          [60, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
          [0.001, "{HH}:{mm}:{ss}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
        ] }),
        Object.assign({ size: 64, values: (_u, ticks) => ticks.map((each) => money.format(each)) }, axis),
      ],
      scales: { y: { range: (_u, low, high) => {
        const more = (high - low || 1) * 0.06;
        return [low - more, high + more];
      } } },
      legend: { live: true },
      cursor: { drag: { x: true, y: false } },
      hooks: { drawClear: [], draw: [marks] },
    }, columns, place);
  }

  // The links of the ranges work without this script; with it they neither reload nor jump.
  const ranges = Array.from(document.querySelectorAll("[data-range]"));
  const times = columns[0];
  function show(link) {
    const seconds = Number(link.dataset.range);
    const last = times[times.length - 1];
    const first = seconds ? Math.max(times[0], last - seconds) : times[0];
    chart.setScale("x", { min: first, max: last });
    for (const each of ranges) each.toggleAttribute("aria-current", false);
    link.setAttribute("aria-current", "true");
  }
  for (const link of ranges) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      history.replaceState(null, "", link.getAttribute("href"));
      show(link);
    });
  }
  function shown() {
    draw();
    const link = ranges.find((each) => each.hasAttribute("aria-current"));
    if (link && link.dataset.range !== "0") show(link);
  }

  for (const each of document.querySelectorAll("[data-needs-script]")) each.hidden = false;
  shown();
  document.addEventListener("themechange", shown);
  let due = 0;
  window.addEventListener("resize", () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(() => chart.setSize({ width: place.clientWidth, height: height() }));
  });
})();
