// The page works without this. With it: a theme that is remembered, tables that sort, download and link to the explorer,
// contents that follow.
document.addEventListener("DOMContentLoaded", () => {
  themeButton(document.getElementById("theme"));
  document.querySelectorAll(".table").forEach(table => { linkTasks(table); makeSortable(table); offerCsv(table); });
  document.querySelectorAll("[data-copy]").forEach(copyButton);
  document.querySelectorAll(".scroll, main pre").forEach(showCut);
  followContents();
  openTarget();
  window.addEventListener("hashchange", openTarget);
  unfoldForPrint();
});

// Only where the run has an explorer, and the whole name is there.
function linkTasks(box) {
  const explorer = document.querySelector("header nav a[href='explorer.html']");
  if (!explorer || box.querySelector("th")?.textContent !== "task") return;
  box.querySelectorAll("tbody td:first-child").forEach(cell => {
    const name = cell.textContent;
    if (!name || name.includes("…")) return;
    const link = document.createElement("a");
    link.href = `explorer.html#${new URLSearchParams({ task: name })}`;
    link.append(...cell.childNodes);
    cell.append(link);
  });
}

function makeSortable(box) {
  const body = box.querySelector("tbody");
  if (!body || body.rows.length < 3) return;
  const original = [...body.rows];
  const headers = [...box.querySelectorAll("th")];
  headers.forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const now = header.getAttribute("aria-sort");
      const next = now === "ascending" ? "descending" : now === "descending" ? null : "ascending";
      headers.forEach(each => each.removeAttribute("aria-sort"));
      if (next) header.setAttribute("aria-sort", next);
      body.append(...(next ? sorted(original, column, next) : original));
    });
  });
}

function sorted(rows, column, order) {
  const isNumeric = rows[0].cells[column].classList.contains("number");
  const sign = order === "ascending" ? 1 : -1;
  const keyed = rows.map(row => {
    const text = row.cells[column].textContent.trim();
    return { row, text, value: isNumeric ? numberIn(text) : NaN };
  });
  const compare = (a, b) => {
    if (!a.text || !b.text) return !a.text - !b.text;
    if (isNumeric) {
      const known = Number.isNaN(a.value) - Number.isNaN(b.value);
      if (known || Number.isNaN(a.value)) return known;
      return a.value === b.value ? 0 : sign * (a.value < b.value ? -1 : 1);
    }
    return sign * a.text.localeCompare(b.text, "en", { numeric: true });
  };
  return keyed.sort(compare).map(each => each.row);
}

function offerCsv(box) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "CSV";
  const label = box.querySelector(".scroll").getAttribute("aria-label");
  button.setAttribute("aria-label", `CSV of ${label}`);
  button.title = "Download the table as it is shown here";
  button.addEventListener("click", () => {
    const rows = [...box.querySelectorAll("tr")].map(row => [...row.cells].map(cell => quoted(cell.textContent.trim())).join(","));
    download(rows, label);
  });
  box.querySelector(".caption").append(button);
}

function copyButton(button) {
  const name = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    let isCopied = false;
    try {
      await navigator.clipboard.writeText(source.textContent);
      isCopied = true;
    } catch {
      getSelection().selectAllChildren(source);
    }
    button.textContent = isCopied ? "Copied" : "Selected: copy it now";
    setTimeout(() => { button.textContent = name; }, 2000);
  });
}

// A box that is wider than its place fades where it is cut, and can be reached by keyboard; another need not be.
function showCut(box) {
  const show = () => {
    const rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
    box.dataset.cut = [box.scrollLeft > 1 && "left", rest > 1 && "right"].filter(Boolean).join(" ");
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  box.addEventListener("scroll", show, { passive: true });
  new ResizeObserver(show).observe(box);
}

function followContents() {
  const links = new Map([...document.querySelectorAll(".contents li a")].map(link => [decodeURIComponent(link.hash.slice(1)), link]));
  if (!links.size) return;
  const fold = document.querySelector(".contents details");
  const wide = matchMedia("(min-width: 64.01rem)");
  const setFold = () => { fold.open = wide.matches; };
  wide.addEventListener("change", setFold);
  setFold();
  const headings = [...document.querySelectorAll("main h2[id]")];
  const mark = () => {
    const passed = headings.filter(heading => heading.getBoundingClientRect().top < innerHeight / 4);
    const current = links.get(passed.at(-1)?.id);
    links.forEach(link => link === current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
    if (current && wide.matches) keepInView(current, document.querySelector(".contents"));
  };
  const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -75% 0px" });
  headings.forEach(heading => observer.observe(heading));
}

function keepInView(link, box) {
  const place = link.getBoundingClientRect(), frame = box.getBoundingClientRect();
  if (place.top < frame.top || place.bottom > frame.bottom) box.scrollTop += place.top - frame.top - frame.height / 2;
}

// A link into a folded section opens it.
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target && target.closest("details.section");
  if (fold && !fold.open) {
    fold.open = true;
    target.scrollIntoView();
  }
}

function unfoldForPrint() {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.section:not([open])")];
    opened.forEach(fold => { fold.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach(fold => { fold.open = false; }));
}
