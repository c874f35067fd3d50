// The explorer. The address holds the state; all that is shown follows from it and from the data.
// Names come from anybody's files: they reach the page as text nodes alone.

const byId = id => document.getElementById(id);
const data = await unpack(byId("data").textContent);
const { curves, tests, points } = data;
const count = curves.n_scales.length;
const starts = offsets(curves.n_scales);
const PAGE = 60;

async function unpack(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let place = 0; place < letters.length; place++) bytes[place] = letters.charCodeAt(place);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

function offsets(lengths) {
  const found = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, place) => { found[place + 1] = found[place] + length; });
  return found;
}

// Elements and numbers.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter(child => child !== null && child !== ""));
  return made;
}

// A long name may break after its underscores.
const breakable = name => name.split(/(?<=[_/])/).flatMap(part => [part, element("wbr")]);

function num(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(1);
  return value.toLocaleString("en", Math.abs(value) < 10 ** digits ? { maximumSignificantDigits: digits } : { maximumFractionDigits: 0 });
}

function size(value) {
  const unit = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "k"]].find(([least]) => value >= least * 0.9995) ?? [1, ""];
  return Number((value / unit[0]).toPrecision(3)) + unit[1];
}

const q = value => value !== null && value < 1e-15 ? "< 1e-15" : `= ${num(value, 2)}`;
const counted = (number, one, many = one + "s") => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
const nameOf = (column, i) => column && column.of[i] >= 0 ? column.names[column.of[i]] : "";
const of = {
  task: i => nameOf(curves.task, i),
  subtask: i => nameOf(curves.subtask, i),
  metric: i => nameOf(curves.metric, i),
  family: i => nameOf(curves.family, i),
  n_test: i => nameOf(curves.n_test_class, i),
  annotated: i => annotations[curves.task.of[i]],
  verdict: i => tests ? nameOf(tests.verdict, i) || "average of others" : "",
  task_verdict: i => taskVerdicts[curves.task.of[i]],
};

// Tasks are kept by the number that curves know them by.
const inOrder = new Map(data.tasks.task.of.map((name, row) => [data.tasks.task.names[name], row]));
const perTask = column => curves.task.names.map(name => nameOf(column, inOrder.get(name)));
const annotations = perTask(data.tasks.annotated_class).map(name => name || "not annotated");
const taskVerdicts = perTask(data.tasks.verdict);
const isAnnotated = annotations.some(name => name !== "not annotated");
const places = new Map(data.verdicts.map(([verdict], place) => [verdict, place]));

const isFlat = i => nameOf(curves.status, i) === "flat";
const emergence = i => curves.emergence_score[i] ?? (nameOf(curves.status, i) === "infinite" ? curves.direction[i] * Infinity : NaN);

// What a convention makes of a curve; NaN where it leaves the curve out.
function value(i, [, isAbsolute, keepsInfinite]) {
  if (isFlat(i)) return 0;
  const score = emergence(i);
  if (!Number.isFinite(score) && !keepsInfinite) return NaN;
  return isAbsolute ? Math.abs(score) : score;
}

const lateGain = i => tests && of.verdict(i) === "late gain" ? tests.above_forecast[i] : null;
const aboveForecast = i => tests ? tests.above_forecast[i] : null;

// State: a list of choices by name, in the address.

const defaults = {
  q: "", convention: "published", threshold: String(data.threshold), task: "", view: "tasks", by: tests ? "late gain" : "E",
  verdict: "", task_verdict: "", metric: "", family: "", n_test: "", annotated: "", emergent: "", order: "", axes: "",
};
const FILTERS = [
  ...(tests ? [["task_verdict", "Verdict of the task"], ["verdict", "Verdict of the curve"]] : []),
  ["metric", "Metric"], ["family", "Family"], ["n_test", "Test examples"], ...(isAnnotated ? [["annotated", "Annotated as"]] : []),
];
let state = readState();

function readState() {
  const given = new URLSearchParams(location.hash.slice(1));
  const read = Object.fromEntries(Object.entries(defaults).map(([name, usual]) => [name, given.get(name) ?? usual]));
  if (!(Number(read.threshold) >= 0)) read.threshold = defaults.threshold;
  if (!data.conventions.some(([name]) => name === read.convention)) read.convention = defaults.convention;
  return read;
}

function address(changes) {
  const changed = Object.entries({ ...state, ...changes }).filter(([name, now]) => now !== defaults[name]);
  return "#" + new URLSearchParams(changed);
}

function go(changes, { isStep = true } = {}) {
  const next = address(changes);
  if (next !== (location.hash || "#")) history[isStep ? "pushState" : "replaceState"](null, "", next);
  state = readState();
  show();
}

addEventListener("popstate", () => { state = readState(); show(); });

// Selection: the curves that the filters leave, and what a convention says of them.

let selected = [];
let values = new Float64Array(count);

function select() {
  const rule = data.conventions.find(([name]) => name === state.convention);
  const threshold = Number(state.threshold);
  const wanted = FILTERS.filter(([name]) => state[name]).map(([name]) => [of[name], state[name]]);
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const names = curves.task.names.map(name => name.toLowerCase());
  const subtasks = curves.subtask.names.map(name => name.toLowerCase());
  const taskFound = names.map(name => words.every(word => name.includes(word)));
  const isFound = i => !words.length || taskFound[curves.task.of[i]]
    || words.every(word => names[curves.task.of[i]].includes(word) || subtasks[curves.subtask.of[i]]?.includes(word));
  const told = { matching: 0, kept: 0, emergent: 0, tasks: new Set() };
  selected = [];
  for (let i = 0; i < count; i++) {
    values[i] = value(i, rule);
    if (state.task && of.task(i) !== state.task) continue;
    if (!isFound(i) || !wanted.every(([read, name]) => read(i) === name)) continue;
    const isEmergent = values[i] > threshold;
    told.matching++;
    if (!Number.isNaN(values[i])) told.kept++;
    if (isEmergent) { told.emergent++; told.tasks.add(curves.task.of[i]); }
    if (isEmergent || !state.emergent) selected.push(i);
  }
  return told;
}

function taskRows() {
  const rows = new Map(), rank = ORDERS[defaults.by];
  const threshold = Number(state.threshold);
  for (const i of selected) {
    const number = curves.task.of[i];
    if (!rows.has(number)) rows.set(number, { number, first: i, curves: 0, emergent: 0, value: null, span: null, gain: null, q: null });
    const row = rows.get(number);
    if (rank(i, row.first) < 0) row.first = i;
    row.curves++;
    if (values[i] > threshold) row.emergent++;
    if (!Number.isNaN(values[i]) && (row.value === null || values[i] > row.value)) row.value = values[i];
    row.span = most(row.span, curves.span[i]);
    row.gain = most(row.gain, lateGain(i));
    if (tests) row.q = least(row.q, tests.upper_q[i]);
  }
  return [...rows.values()];
}

const most = (a, b) => a === null ? b : b === null ? a : Math.max(a, b);
const least = (a, b) => a === null ? b : b === null ? a : Math.min(a, b);

// The table of tasks.

const numeric = (key, title, digits = 4) => ({
  name: key, title, type: "known", className: "number", data: key,
  render: (told, kind) => kind === "display" ? num(told, digits) : told,
});
const columns = [
  { name: "task", title: "Task", type: "words", data: "number", render: (number, kind) => kind === "display" ? taskLink(number) : curves.task.names[number].toLowerCase() },
  ...(tests ? [{
    name: "verdict", title: "Verdict", type: "known", data: "number",
    render: (number, kind) => kind === "display" ? badge(taskVerdicts[number]) : places.get(taskVerdicts[number]) ?? null,
  }] : []),
  ...(isAnnotated ? [{ name: "annotated", title: "Annotated as", type: "words", data: "number", render: (number, kind) => kind === "display" ? element("span", { class: "quiet" }, annotations[number]) : annotations[number] }] : []),
  ...(points ? [{ name: "curve", title: tests ? "Curve with the smallest q" : "Curve with the largest E", orderable: false, data: "first", className: "spark", render: (first, kind) => kind === "display" ? element("div", { class: "line", "data-first": String(first) }) : first }] : []),
  numeric("curves", "Curves"),
  numeric("emergent", "E-emergent"),
  numeric("value", "Largest E"),
  numeric("span", "Largest span", 3),
  ...(tests ? [numeric("gain", "Late gain", 2), numeric("q", "q", 2)] : []),
];
const columnOf = name => columns.findIndex(column => column.name === name);
const usualOrder = tests ? [[columnOf("verdict"), "asc"], [columnOf("gain"), "desc"], [columnOf("q"), "asc"]] : [[columnOf("emergent"), "desc"], [columnOf("value"), "desc"]];

// What is not known comes last in both directions.
const last = sign => (a, b) => (a === null) - (b === null) || (a === b ? 0 : sign * (a < b ? -1 : 1));
DataTable.type("known", { order: { asc: last(1), desc: last(-1) }, className: "" });
DataTable.type("words", { order: { asc: last(1), desc: last(-1) }, className: "" });

const table = new DataTable("#table", {
  data: [], columns, order: usualOrder, pageLength: 25, autoWidth: false, typeDetect: false, orderMulti: false,
  layout: { topStart: null, topEnd: null, bottomStart: "info", bottomEnd: "paging" },
  language: {
    info: "Tasks _START_ to _END_ of _TOTAL_", infoEmpty: "", emptyTable: "No curve fits these filters.", zeroRecords: "No curve fits these filters.",
    paginate: { first: "First", previous: "Previous", next: "Next", last: "Last" },
  },
});
table.on("draw", () => document.querySelectorAll(".line:empty").forEach(holder => sketch(holder, Number(holder.dataset.first))));
let isOrdering = false;
table.on("order", () => {
  const [[column, direction] = []] = table.order();
  if (isOrdering || column === undefined) return;
  go({ order: direction ? `${columns[column].name} ${direction}` : "" }, { isStep: false });
});

function showTable() {
  const [name, direction] = state.order.split(" ");
  const column = columnOf(name);
  isOrdering = true;
  table.order(column >= 0 && (direction === "asc" || direction === "desc") ? [[column, direction]] : usualOrder);
  table.clear().rows.add(taskRows()).draw();
  isOrdering = false;
}

function taskLink(number) {
  const name = curves.task.names[number];
  return element("a", { href: address({ task: name, q: "" }), onclick: follow({ task: name, q: "" }) }, ...breakable(name));
}

// A link that changes the state without loading anything; with a modifier key it opens as any other.
function follow(changes) {
  return event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(changes);
    (state.task ? byId("task") : byId("main")).focus({ preventScroll: true });
    scrollTo(0, 0);
  };
}

function badge(verdict) {
  return element("span", { class: "badge", "data-verdict": verdict }, verdict || "none");
}

// The gallery of curves.

const known = read => (a, b) => {
  const [one, other] = [read(a), read(b)];
  return (one === null) - (other === null) || other - one || a - b;
};
const ORDERS = {
  ...(tests ? {
    "late gain": (a, b) => known(i => tests.upper_q[i] === null ? null : -tests.upper_q[i])(a, b),
    "points above the forecast": known(aboveForecast),
  } : {}),
  E: known(i => Number.isNaN(values[i]) ? null : values[i] === Infinity ? 1e300 : values[i] === -Infinity ? -1e300 : values[i]),
  span: known(i => curves.span[i]),
  "family, shots and metric": (a, b) => curves.subtask.of[a] - curves.subtask.of[b] || compare(of.metric(a), of.metric(b)) || compare(of.family(a), of.family(b)) || curves.shots[a] - curves.shots[b] || a - b,
};
const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;
let ordered = [];
let shownCards = 0;

function showGallery() {
  ordered = [...selected].sort(ORDERS[state.by] ?? ORDERS[defaults.by]);
  shownCards = 0;
  byId("cards").replaceChildren();
  byId("task").replaceChildren(...(state.task ? taskHead() : []));
  byId("tools").replaceChildren(
    element("label", {}, "Order by ", chooser("by", Object.keys(ORDERS).map(name => [name, name]))),
    state.task && points ? element("label", {}, element("input", { type: "checkbox", checked: !state.axes, onchange: event => go({ axes: event.target.checked ? "" : "own" }) }), " Same axes for all") : "",
    element("button", { type: "button", onclick: () => download(csv(ordered), state.task || "curves") }, `CSV of ${counted(ordered.length, "curve")}`),
  );
  further();
}

function taskHead() {
  const number = curves.task.names.indexOf(state.task);
  const back = element("a", { href: address({ task: "" }), onclick: follow({ task: "" }) }, "← All tasks");
  if (number < 0) return [element("p", {}, back), element("h1", {}, state.task), element("p", {}, "There is no task of this name here.")];
  const verdict = taskVerdicts[number];
  const meaning = data.verdicts.find(([name]) => name === verdict)?.[1];
  const total = curves.task.of.filter(each => each === number).length;
  const said = isAnnotated ? ` Annotated as ${annotations[number]}.` : "";
  const left = selected.length < total ? ` The filters leave ${selected.length.toLocaleString("en")} of its ${counted(total, "curve")}.` : ` ${counted(total, "curve")}.`;
  return [
    element("p", {}, back),
    element("h1", {}, ...breakable(state.task)),
    element("p", {}, ...(verdict ? [badge(verdict), ` ${meaning[0].toUpperCase()}${meaning.slice(1)}.`] : []), said + left),
  ];
}

const where = i => {
  const [task, subtask] = [of.task(i), of.subtask(i)];
  const rest = subtask === task ? "" : subtask.startsWith(`${task}:`) ? subtask.slice(task.length + 1) : subtask;
  return [state.task ? "" : task, rest].filter(Boolean).join(" · ");
};

function further() {
  const next = ordered.slice(shownCards, shownCards + PAGE);
  const frame = framed();
  byId("cards").append(...next.map(i => card(i, frame)));
  shownCards += next.length;
  const rest = ordered.length - shownCards;
  byId("further").hidden = rest === 0;
  byId("further").textContent = `Show ${Math.min(PAGE, rest)} more of ${counted(rest, "curve")}`;
  if (!ordered.length) byId("cards").append(element("p", { class: "note" }, "No curve fits these filters."));
}
byId("further").addEventListener("click", further);

function sentence(i) {
  if (!tests) return data.sentences.no_tests;
  const [low, high] = [tests.forecast_low[i], tests.forecast_high[i]].sort((a, b) => a - b);
  const score = curves.last_score[i];
  const told = {
    model: points ? points.models[points.model[starts[i + 1] - 1]] : "", score: num(score, 3), low: num(low, 3), high: num(high, 3),
    side: score > high ? "above" : score < low ? "below" : "within", upper_q: q(tests.upper_q[i]), lower_q: q(tests.lower_q[i]),
    broken_by: num(tests.broken_by[i], 2), broken_q: q(tests.broken_q[i]), n_test: num(curves.n_test[i]), n_scales: curves.n_scales[i],
  };
  const verdict = nameOf(tests.verdict_said, i);
  const parts = [data.sentences[nameOf(tests.forecast_said, i)], data.sentences[verdict] ?? (verdict === "late_gain" ? "" : data.sentences.not_tested)];
  // The key of a late gain is that of its forecast.
  return [...new Set(parts)].filter(Boolean).join(" ").replace(/\{(\w+)\}/g, (_, name) => told[name]);
}

function card(i, frame) {
  const shots = `${curves.shots[i]}\u2011shot`;
  const title = [of.family(i), shots, of.metric(i)].join("\u00a0· ");
  const said = sentence(i);
  const status = nameOf(curves.status, i);
  const emergent = values[i] > Number(state.threshold);
  const facts = [`E ${status === "finite" || status === "infinite" ? "= " + num(emergence(i)) : "is not defined"} (${status})`, curves.n_test[i] ? `n = ${num(curves.n_test[i])}` : "n not known"];
  const holder = element("div", { class: "chart", role: "img", "aria-label": `${title}. ${said}` });
  const readingOf = element("p", { class: "reading", "aria-hidden": "true" });
  const made = element("article", { class: "card", "aria-label": title, "data-curve": String(i) },
    element("h2", {}, title),
    where(i) ? element("p", { class: "where", title: of.subtask(i) }, ...breakable(where(i))) : "",
    points ? element("div", { class: "picture" }, holder, readingOf) : "",
    element("p", { class: "said" }, tests && of.verdict(i) ? badge(of.verdict(i)) : "", " " + said),
    element("p", { class: "facts" }, element("span", emergent ? { class: "emergent" } : {}, facts[0]), " · " + facts[1]),
    element("div", { class: "actions" }, points ? scoresOf(i) : element("span"),
      element("button", { type: "button", onclick: event => copy(event.target, csv([i]).join("\r\n")), "aria-label": `Copy row of ${title}` }, "Copy row")),
  );
  if (points) {
    made.draw = () => draw(holder, i, frame, readingOf);
    seen.observe(made);
  }
  return made;
}

// The scores as text, for whoever cannot see the picture; made when asked for.
function scoresOf(i) {
  const list = element("dl");
  const fold = element("details", { ontoggle: () => {
    if (list.childElementCount) return;
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      list.append(element("div", {}, element("dt", {}, points.models[points.model[at]]), element("dd", {}, reading(i, at))));
    }
  } }, element("summary", {}, "Scores"), list);
  return fold;
}

function reading(i, at) {
  const [low, high] = band(i, at);
  return num(points.score[at]) + (low === null ? "" : ` (${num(low, 2)} to ${num(high, 2)})`);
}

async function copy(button, text) {
  const name = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    const box = element("textarea", { readOnly: true, "aria-label": "The row, to be copied" }, text);
    button.after(box);
    box.select();
    button.textContent = "Copy it now";
  }
  setTimeout(() => { button.textContent = name; }, 2000);
}

const RECORD = {
  task: of.task, subtask: of.subtask, metric: of.metric, shots: i => curves.shots[i], family: of.family, n_scales: i => curves.n_scales[i],
  n_test: i => curves.n_test[i], lowest: i => curves.lowest[i], highest: i => curves.highest[i], last_score: i => curves.last_score[i], span: i => curves.span[i],
  emergence_score: i => { const score = emergence(i); return Number.isNaN(score) ? null : Number.isFinite(score) ? score : score > 0 ? "inf" : "-inf"; },
  status: i => nameOf(curves.status, i),
  ...(tests ? {
    verdict: of.verdict, test_status: i => nameOf(tests.test_status, i), chance: i => tests.chance[i], predicted: i => tests.predicted[i],
    low: i => tests.forecast_low[i], high: i => tests.forecast_high[i], late_gain_q: i => tests.upper_q[i], late_loss_q: i => tests.lower_q[i],
  } : {}),
};
const csv = chosen => [Object.keys(RECORD).join(","), ...chosen.map(i => Object.values(RECORD).map(read => quoted(String(read(i) ?? ""))).join(","))];

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

// The form.

const form = byId("filters");

function chooser(name, choices) {
  const made = element("select", { name, onchange: event => go({ [name]: event.target.value }) }, ...choices.map(([choice, title]) => element("option", { value: choice }, title)));
  made.value = state[name];
  return made;
}

function choicesOf(name) {
  const found = new Set();
  for (let i = 0; i < count; i++) found.add(of[name](i));
  const order = { verdict: places, task_verdict: places, n_test: new Map(data.n_test_classes.map((each, place) => [each, place])) }[name];
  return [...found].filter(Boolean).sort((a, b) => order ? (order.get(a) ?? 99) - (order.get(b) ?? 99) : compare(a.toLowerCase(), b.toLowerCase()));
}

function makeForm() {
  form.addEventListener("submit", event => {
    event.preventDefault();
  });
  // Enter opens the first task of the table.
  form.elements.q.addEventListener("keydown", event => {
    if (event.key !== "Enter") return;
    const [first] = table.rows({ order: "applied" }).data().toArray();
    if (first && !state.task) go({ task: curves.task.names[first.number], q: "" });
  });
  form.elements.convention.replaceWith(chooser("convention", data.conventions.map(([name, , , description]) => [name, description])));
  for (const [name, title] of FILTERS) {
    const any = name === "family" ? "every family" : "any";
    byId("choices").append(element("label", {}, title, chooser(name, [["", any], ...choicesOf(name).map(each => [each, each])])));
  }
  byId("choices").append(element("div", { class: "ends" },
    element("label", { class: "check" }, element("input", { type: "checkbox", name: "emergent", onchange: event => go({ emergent: event.target.checked ? "1" : "" }) }), " E-emergent only"),
    element("button", { type: "button", id: "reset", onclick: () => go({ ...defaults, task: state.task, view: state.view }) }, "Clear all"),
  ));
  const typed = name => event => go({ [name]: event.target.value }, { isStep: false });
  form.elements.q.addEventListener("input", typed("q"));
  form.elements.threshold.addEventListener("input", event => { if (Number(event.target.value) >= 0 && event.target.value) typed("threshold")(event); });
  form.elements.slider.addEventListener("input", event => go({ threshold: String(Number((10 ** event.target.value).toPrecision(3))) }, { isStep: false }));
  byId("more").open = matchMedia("(min-width: 48rem)").matches;
}

function showForm() {
  for (const name of ["convention", "q", ...FILTERS.map(([each]) => each)]) if (form.elements[name].value !== state[name]) form.elements[name].value = state[name];
  if (document.activeElement !== form.elements.threshold) form.elements.threshold.value = state.threshold;
  form.elements.slider.value = String(Math.log10(Math.max(Number(state.threshold), 1)));
  form.elements.slider.setAttribute("aria-valuetext", state.threshold);
  form.elements.emergent.checked = Boolean(state.emergent);
  const active = FILTERS.filter(([name]) => state[name]).length + Boolean(state.emergent);
  byId("active").textContent = active ? ` (${active} in use)` : "";
  byId("reset").disabled = address({}) === address({ ...defaults, task: state.task, view: state.view, by: state.by, order: state.order });
}

function showCount(told) {
  const rule = data.conventions.find(([name]) => name === state.convention)[3].split(",")[0];
  const left = told.matching - told.kept;
  byId("count").replaceChildren(
    element("strong", {}, `${told.emergent.toLocaleString("en")} of ${counted(told.kept, "curve")}`),
    ` ${told.kept === 1 ? "is" : "are"} E-emergent (${rule} > ${num(Number(state.threshold), 6)}), in ${counted(told.tasks.size, "task")}.`,
    left ? element("span", { class: "quiet" }, ` ${counted(left, "more curve")} ${left === 1 ? "has" : "have"} no such value.`) : "",
  );
}

function showViews() {
  const link = (view, title) => element("a", { href: address({ view, task: "" }), onclick: follow({ view, task: "" }), ...(!state.task && state.view === view ? { "aria-current": "page" } : {}) }, title);
  const tasks = new Set(selected.map(i => curves.task.of[i])).size;
  byId("views").replaceChildren(link("tasks", counted(tasks, "task")), link("curves", counted(selected.length, "curve")));
  byId("views").hidden = Boolean(state.task);
}

function showLegend() {
  const marks = [["dot", "score"], ["band", "95 % interval given n"], ["fit", "smooth fit"], ["forecast", `forecast of the ${data.words.last_one} from the ${data.words.earlier}`], ["chance", "chance"]];
  const scale = element("span", {}, `x: ${data.words.scale_name}, log`);
  byId("legend").replaceChildren(...(tests ? marks : marks.slice(0, 1)).map(([kind, title]) => element("span", { class: kind }, title)), scale);
}

let waiting = 0;

function show() {
  showForm();
  const told = select();
  const isGallery = Boolean(state.task) || state.view === "curves";
  showCount(told);
  showViews();
  byId("tasks").hidden = isGallery;
  byId("gallery").hidden = !isGallery;
  document.querySelector(".head").hidden = Boolean(state.task);
  // Once a frame, however fast somebody types or drags.
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(isGallery ? showGallery : showTable);
  document.title = state.task ? `${state.task} · Explorer` : "Explorer: every curve";
}

themeButton(byId("theme"));
makeForm();
if (points) showLegend();
show();
requestAnimationFrame(() => {
  document.documentElement.dataset.ready = "";
  performance.mark("ready");
});
