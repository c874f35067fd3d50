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
