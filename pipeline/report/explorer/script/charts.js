// Charts: axes and marks are uPlot's.

// Wilson's 95 % interval of a proportion, as in sql/macros/wilson.sql; elsewhere 1.96 standard errors, where they are known.
function band(i, at) {
  const [share, n] = [points.score[at], curves.n_test[i]];
  const error = points.standard_error?.[at];
  if (share === null) return [null, null];
  if (tests && nameOf(tests.basis, i) === "binomial" && n && share >= 0 && share <= 1) {
    const half = 1.96 * Math.sqrt(share * (1 - share) / n + 0.9604 / (n * n));
    return [-half, half].map(side => (share + 1.9208 / n + side) / (1 + 3.8416 / n));
  }
  return error ? [share - 1.96 * error, share + 1.96 * error] : [null, null];
}

const scaleAt = at => points.scales[points.model[at]];
const isLog = i => { for (let at = starts[i]; at < starts[i + 1]; at++) if (!(scaleAt(at) > 0)) return false; return true; };

// Small multiples of one task share the axes: that of scale, and that of scores under one metric.
function framed() {
  if (!state.task || !points || state.axes) return null;
  const frame = { x: [Infinity, -Infinity], y: new Map() };
  for (const i of selected) {
    if (!isLog(i)) return null;
    const metric = curves.metric.of[i];
    const range = frame.y.get(metric) ?? [Infinity, -Infinity];
    widen(range, extremes(i));
    frame.y.set(metric, range);
    widen(frame.x, [scaleAt(starts[i]), scaleAt(starts[i + 1] - 1)]);
  }
  return frame;
}

function extremes(i) {
  const range = [Infinity, -Infinity];
  for (let at = starts[i]; at < starts[i + 1]; at++) widen(range, [points.score[at], points.fitted[at], ...band(i, at)]);
  if (tests) widen(range, [tests.forecast_low[i], tests.forecast_high[i], tests.chance[i]]);
  return range;
}

function widen(range, others) {
  for (const other of others) {
    if (other === null || other === undefined) continue;
    range[0] = Math.min(range[0], other);
    range[1] = Math.max(range[1], other);
  }
}

function padded([low, high]) {
  const room = (high - low || Math.abs(high) || 1) * 0.07;
  return [low - room, high + room];
}

// Decades, or 1, 2 and 5 of each where there are few.
function ticks(low, high) {
  const decades = Math.log10(high / low);
  const steps = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of steps) found.push(step * 10 ** power);
  }
  const inside = found.filter(tick => tick >= low * 0.999 && tick <= high * 1.001);
  const every = Math.ceil(inside.length / 5);
  return inside.filter((_, place) => place % every === 0);
}

// A canvas does not know of light-dark(): the browser resolves it.
function colours() {
  const probe = element("span", { hidden: true });
  document.body.append(probe);
  const found = Object.fromEntries(["ink", "quiet", "line", "accent", "fit", "band", "forecast"].map(name => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  }));
  probe.remove();
  return found;
}
let ink = colours();

function series(i, log) {
  const [from, to] = [starts[i], starts[i + 1]];
  const at = [...Array(to - from).keys()].map(place => ({ x: log ? scaleAt(from + place) : place + 1, at: from + place, isLargest: place === to - from - 1 }));
  const end = at.at(-1).x;
  // The forecast is one interval: a box around the largest model.
  const hasForecast = tests && tests.forecast_low[i] !== null;
  const sides = hasForecast ? (log ? [end / 1.3, end * 1.3] : [end - 0.3, end + 0.3]) : [];
  const all = [...at, ...sides.map(x => ({ x, isSide: true }))].sort((a, b) => a.x - b.x);
  const column = read => all.map(one => { const found = read(one); return found === undefined || found === null ? null : found; });
  const forecast = key => column(one => one.isSide || (hasForecast && one.isLargest) ? tests[key][i] : null);
  return {
    at: all.map(one => one.at),
    columns: [
      all.map(one => one.x),
      column(one => one.at === undefined ? null : band(i, one.at)[1]), column(one => one.at === undefined ? null : band(i, one.at)[0]),
      forecast("forecast_high"), forecast("forecast_low"), forecast("predicted"),
      column(() => tests ? tests.chance[i] : null),
      column(one => one.at === undefined ? null : points.fitted[one.at]),
      column(one => one.at === undefined ? null : points.score[one.at]),
      column(one => one.isLargest ? points.score[one.at] : null),
    ],
  };
}

function draw(holder, i, frame, readingOf) {
  const log = isLog(i);
  const { at, columns: lines } = series(i, log);
  const xs = lines[0];
  const shared = frame?.y.get(curves.metric.of[i]);
  const y = padded(shared && Number.isFinite(shared[0]) ? shared : extremes(i).every(Number.isFinite) ? extremes(i) : [0, 1]);
  const ends = frame && log ? frame.x : [xs[0], xs.at(-1)];
  const x = log ? [ends[0] / 1.6, ends[1] * 1.6] : [0.5, xs.at(-1) + 0.5];
  const plain = { spanGaps: true, points: { show: false } };
  const hidden = { ...plain, stroke: "transparent", width: 0 };
  const axis = { stroke: ink.quiet, font: "11px system-ui, sans-serif", ticks: { stroke: ink.line, width: 1, size: 4 }, grid: { stroke: ink.line, width: 1 } };
  const isGain = of.verdict(i) === "late gain";
  holder.chart?.destroy();
  holder.chart = new uPlot({
    width: Math.max(holder.clientWidth, 120), height: 190, pxAlign: false, legend: { show: false }, padding: [8, 8, 0, 0],
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: false } },
    scales: { x: { time: false, distr: log ? 3 : 1, range: x }, y: { range: y } },
    axes: [
      { ...axis, size: 28, gap: 2, grid: { show: false }, splits: () => log ? ticks(...x) : xs.filter(Number.isInteger), filter: (_, found) => found, values: (_, found) => found.map(tick => log ? size(tick) : String(tick)) },
      { ...axis, size: 44, gap: 4, space: 34, values: (_, found) => found.map(tick => num(tick, 3)) },
    ],
    bands: [{ series: [1, 2], fill: ink.band }, { series: [3, 4], fill: ink.forecast }],
    series: [
      {}, hidden, hidden,
      { ...plain, stroke: ink.accent, width: 1 }, { ...plain, stroke: ink.accent, width: 1 }, { ...plain, stroke: ink.accent, width: 1, dash: [2, 3] },
      { ...plain, stroke: ink.quiet, width: 1, dash: [5, 4] },
      { ...plain, stroke: ink.fit, width: 2 },
      { spanGaps: true, stroke: ink.ink, width: 1, points: { show: true, size: 5, width: 0, fill: ink.ink, stroke: ink.ink } },
      { ...plain, stroke: "transparent", width: 0, points: { show: true, size: 9, width: 0, fill: isGain ? ink.accent : ink.ink, stroke: ink.ink } },
    ],
    hooks: { setCursor: [chart => {
      const place = chart.cursor.idx;
      const one = place === null || place === undefined ? undefined : at[place] ?? at[nearest(at, place)];
      readingOf.textContent = one === undefined || chart.cursor.left < 0 ? "" : `${points.models[points.model[one]]}${log ? `, ${size(scaleAt(one))}` : ""}: ${reading(i, one)}`;
    }] },
  }, lines, holder);
}

const nearest = (at, place) => [1, -1, 2, -2].map(step => place + step).find(other => at[other] !== undefined);

// A curve as it is in a line of the table: its scores alone.
function sketch(holder, i) {
  const log = isLog(i);
  const { columns: [xs, , , , , , , , scores, largest] } = series(i, log);
  const plain = { spanGaps: true, points: { show: false } };
  const ends = log ? [xs[0] / 1.5, xs.at(-1) * 1.5] : [0.5, xs.at(-1) + 0.5];
  holder.chart = new uPlot({
    width: 120, height: 30, pxAlign: false, legend: { show: false }, cursor: { show: false }, padding: [3, 3, 3, 3],
    scales: { x: { time: false, distr: log ? 3 : 1, range: ends }, y: { range: padded(extremes(i).every(Number.isFinite) ? extremes(i) : [0, 1]) } },
    axes: [{ show: false }, { show: false }],
    series: [{}, { ...plain, stroke: ink.ink, width: 1.25 }, { ...plain, stroke: "transparent", points: { show: true, size: 5, width: 0, fill: of.verdict(i) === "late gain" ? ink.accent : ink.ink } }],
  }, [xs, scores, largest], holder);
}

// A picture is drawn when it comes near the screen.
const seen = new IntersectionObserver(entries => {
  for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); entry.target.draw(); }
}, { rootMargin: "400px" });

function redraw() {
  ink = colours();
  document.querySelectorAll(".card:has(.uplot)").forEach(one => one.draw());
  document.querySelectorAll(".line").forEach(one => { one.replaceChildren(); sketch(one, Number(one.dataset.first)); });
}
new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
let width = innerWidth;
addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; redraw(); } });
