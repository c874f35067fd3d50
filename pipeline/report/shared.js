// What the pages of the report and the explorer share: the theme, numbers as they are written, CSV.
"use strict";

// A page that is opened from a file may have no storage; then the choice lasts as long as the page.
const storage = (() => { try { return window.localStorage; } catch { return null; } })();
const chosen = storage && storage.getItem("theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;

function themeButton(button) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const shown = () => document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
  const name = () => { button.textContent = shown() === "dark" ? "Light page" : "Dark page"; };
  button.addEventListener("click", () => {
    const next = shown() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { storage.setItem("theme", next); } catch { /* not remembered */ }
    name();
  });
  dark.addEventListener("change", name);
  button.hidden = false;
  name();
}

// Numbers as the page writes them: thousands, per cent, signs, infinities. Blanks have none.
function numberIn(text) {
  const plain = text.replace(/−/g, "-").replace(/,(?=\d{3})/g, "").replace(/^([<>~]|p =)\s*/, "");
  if (/^[+-]?(∞|inf)/.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  const found = plain.match(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i);
  return found ? Number(found[0]) : NaN;
}

// A name that begins like a formula is a text to a spreadsheet, too.
function quoted(text) {
  const isFormula = /^[=+@\t\r-]/.test(text) && Number.isNaN(numberIn(text));
  const safe = isFormula ? "'" + text : text;
  return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
}

function download(rows, label) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([rows.join("\r\n") + "\r\n"], { type: "text/csv" }));
  link.download = label.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") + ".csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
