/* Findings under the rows they are about, with their ready fixes; the server draws the same lines (row_findings.html). */

const LEVELS = { error: ["is-err", "pg-level--err", "错误"], doubt: ["is-ask", "pg-level--ask", "疑问"] };
const shown = new WeakMap(); // table → what it shows, so that nothing is drawn again that has not changed

/** Columns that the table does not show (`data-hidden`), those of a row's card: 体检 says them, not the grid. */
export function isHidden(root, column) {
  return (root.dataset.hidden || "").split(" ").includes(column);
}

/** Show findings (path, level, message, fixes) as lines under their rows, in place of those shown before. */
export function showFindings(findings) {
  document.querySelectorAll("[data-rows]").forEach((root) => {
    const byRow = new Map();
    findings.forEach((finding) => {
      const [table, row, cell] = finding.path.split(".");
      if (table !== root.dataset.rows || !row || !LEVELS[finding.level] || isHidden(root, cell)) return;
      byRow.set(row, (byRow.get(row) || []).concat(finding));
    });
    const text = JSON.stringify([...byRow]);
    if (shown.get(root) === text) return;
    shown.set(root, text);
    const held = heldIn(root);
    root.querySelectorAll("tr[data-say]").forEach((line) => line.remove());
    root.querySelectorAll("tr[data-row]").forEach((line) => markRow(root, line, byRow.get(line.dataset.row) || []));
    respan(root);
    if (held) release(root, held);
  });
}

/** Where the focus is, if it is in a line that is about to be drawn again. */
function heldIn(root) {
  const active = document.activeElement;
  const line = active && active.closest && active.closest("tr[data-say]");
  return line && root.contains(line) ? { row: line.dataset.say, words: active.textContent } : null;
}

function release(root, { row, words }) {
  const line = root.querySelector(`tr[data-say="${row}"]`);
  const same = line && [...line.querySelectorAll("button, a")].find((one) => one.textContent === words);
  const target = same || root.querySelector(`[data-row="${row}"] .pg-cell`);
  if (target) target.focus();
}

function markRow(root, line, found) {
  line.classList.remove("has-say", "is-err", "is-ask");
  line.querySelectorAll(".pg-cell").forEach((cell) => {
    cell.removeAttribute("aria-invalid");
    cell.removeAttribute("aria-describedby");
  });
  if (!found.length) return;
  const [rowClass] = LEVELS[found.some((finding) => finding.level === "error") ? "error" : "doubt"];
  line.classList.add("has-say", rowClass);
  const say = document.createElement("tr");
  say.className = `pg-say ${rowClass}`;
  say.dataset.say = line.dataset.row;
  say.dataset.l1 = line.dataset.l1 || "";
  say.dataset.l2 = line.dataset.l2 || "";
  const box = say.appendChild(document.createElement("td"));
  box.colSpan = Array.from(line.children).filter((cell) => cell.tagName === "TD").length;
  found.forEach((finding, number) => box.appendChild(sentence(root, line, finding, number)));
  line.after(say);
}

function sentence(root, line, finding, number) {
  const [, levelClass, word] = LEVELS[finding.level];
  const row = document.createElement("div");
  row.className = "pg-row";
  const text = row.appendChild(document.createElement("span"));
  text.id = `say-${line.dataset.row}-${number}`;
  const level = text.appendChild(document.createElement("span"));
  level.className = `pg-level ${levelClass}`;
  const shape = root.querySelector(`template[data-shape="${finding.level}"]`) || document.querySelector(`template[data-shape="${finding.level}"]`);
  if (shape) level.appendChild(shape.content.cloneNode(true));
  level.appendChild(document.createTextNode(word));
  text.appendChild(document.createTextNode(`　${finding.message}`));
  const place = `：第 ${parseInt(line.querySelector(".pg-rowno").textContent, 10)} 行`; // a locked row has a word after it
  (finding.fixes || []).forEach(([label, value]) => row.appendChild(fixButton(root, label, value, place)));
  if (finding.level === "doubt" && finding.key) row.appendChild(answerLink(finding, place));
  const cell = line.querySelector(`[data-path="${finding.path}"]`);
  if (cell) {
    if (finding.level === "error") cell.setAttribute("aria-invalid", "true");
    cell.setAttribute("aria-describedby", `${cell.getAttribute("aria-describedby") || ""} ${text.id}`.trim());
  }
  return row;
}

function named(one, words, place) {
  one.textContent = words;
  const hidden = one.appendChild(document.createElement("span"));
  hidden.className = "visually-hidden";
  hidden.textContent = place;
  return one;
}

function fixButton(root, label, value, place) {
  const button = document.createElement("button");
  button.className = "btn btn-sm btn-line";
  button.type = "submit";
  button.name = "fix";
  button.value = value;
  button.formAction = root.dataset.fix;
  button.formMethod = "post";
  button.formNoValidate = true;
  button.dataset.fix = "";
  return named(button, label, place);
}

function answerLink(finding, place) {
  const link = document.createElement("a");
  link.className = "pg-keep";
  link.href = `#${finding.anchor}`;
  link.dataset.answer = finding.key;
  return named(link, "保留，写明理由", place);
}

/** Merged cells reach over exactly the lines of their group. */
function respan(root) {
  [["pg-l1", "l1"], ["pg-l2", "l2"]].forEach(([name, key]) => {
    root.querySelectorAll(`tbody th.${name}`).forEach((head) => {
      const run = head.closest("tr").dataset[key];
      head.rowSpan = root.querySelectorAll(`tbody tr[data-${key}="${run}"]`).length;
    });
  });
  const lines = Array.from(root.querySelectorAll("tbody tr[data-l1]"));
  lines.forEach((line, at) => line.classList.toggle("pg-end", !lines[at + 1] || lines[at + 1].dataset.l1 !== line.dataset.l1));
}
