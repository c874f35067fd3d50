// The data, and what is made of it once. Names come from anybody's files: they reach the page as text nodes alone.

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
