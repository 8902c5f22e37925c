"use strict";
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement, table = head.closest("table"), body = table.tBodies[0];
    const column = head.cellIndex, down = head.getAttribute("aria-sort") === "ascending";
    // 1/24.3 is less than 1x; units of time are brought to nanoseconds.
    const units = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, x: 1 };
    const value = (row) => {
      const text = row.cells[column].textContent.trim();
      const match = /^(1\/)?(-?[\d.]+) ?(ns|us|ms|s|x)?( |$)/.exec(text);
      if (!match) return text;
      const number = match[1] ? 1 / parseFloat(match[2]) : parseFloat(match[2]);
      return number * (units[match[3]] || 1);
    };
    const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
    const rows = [...body.rows].sort((a, b) => order(value(a), value(b)) * (down ? -1 : 1));
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...rows);
  });
}
