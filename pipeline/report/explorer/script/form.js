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
