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
