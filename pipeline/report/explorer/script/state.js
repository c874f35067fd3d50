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
