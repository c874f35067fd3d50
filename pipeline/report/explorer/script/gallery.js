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
