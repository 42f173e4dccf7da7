/* Many cells of a fixed table at once: a block pasted from a spreadsheet, or one column copied to another.
 *
 * Rows neither come nor go, so a value goes where its line stands: the first pasted line into the row of the cell, the
 * next line into the next row. Nothing is written before the person has seen what goes where; then it is typed like
 * anything else (autosave, conflicts and refusals included), and one press takes it back.
 */

import { say } from "./grid.js";

const MOST = 2000; // cells looked at in one paste

/** Lines of cells. A spreadsheet quotes a cell that holds line breaks, tabs or quotes. */
function parse(text) {
  const lines = [[]];
  let cell = "";
  let quoted = false;
  const body = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < body.length; at += 1) {
    const sign = body[at];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (body[at + 1] === '"') {
        cell += sign;
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === "\t" || sign === "\n") {
      lines[lines.length - 1].push(cell);
      cell = "";
      if (sign === "\n") lines.push([]);
    } else cell += sign;
  }
  lines[lines.length - 1].push(cell);
  return lines.map((line) => line.map((one) => one.replace(/\s*\n\s*/g, " ").trim()));
}

function rowsOf(root) {
  return Array.from(root.querySelectorAll("tbody tr")).filter((line) => line.querySelector("[data-col]"));
}

function columnsOf(line) {
  return Array.from(line.querySelectorAll("[data-col]")).filter((one) => one.classList.contains("pg-cell") && one.tagName !== "SELECT" && !one.closest("details"));
}

function nameOf(line) {
  const name = line.querySelector(".pg-strong");
  return line.dataset.name || `${line.cells[0].textContent.trim()}　${name ? name.textContent : ""}`;
}

/** What goes where: cell, text, and why it cannot go there. Values beyond the table are counted, never dropped silently. */
function plan(root, start, lines) {
  const rows = rowsOf(root);
  const from = rows.indexOf(start.closest("tr"));
  const moves = [];
  let beyond = 0;
  lines.forEach((values, down) => {
    const line = rows[from + down];
    const columns = line ? columnsOf(line) : [];
    const first = columns.findIndex((one) => one.dataset.col === start.dataset.col);
    values.forEach((text, right) => {
      const cell = first < 0 ? null : columns[first + right];
      if (cell && moves.length < MOST) moves.push({ line, cell, text, locked: cell.readOnly || cell.disabled });
      else if (text) beyond += 1;
    });
  });
  return { moves, beyond };
}

function put(changes) {
  changes.forEach(({ cell, text }) => {
    const field = document.getElementById(cell.id);
    if (!field) return;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** Write and offer to take it back. */
function fill(root, moves, back) {
  const changes = moves.filter((one) => !one.locked && one.cell.value !== one.text);
  const before = changes.map(({ cell }) => ({ cell, text: cell.value }));
  const after = new Map(changes.map(({ cell, text }) => [cell.id, text]));
  put(changes);
  const words = changes.length ? `已放入 ${changes.length} 格。` : "和现在的一样，没有要改的。";
  const bar = notice(root, words);
  if (changes.length) {
    button(bar.querySelector(".pg-row"), "撤销", "btn btn-sm btn-line", () => {
      // What was typed over since is the person's own and stays.
      const mine = before.filter(({ cell }) => document.getElementById(cell.id).value === after.get(cell.id));
      put(mine);
      bar.remove();
      say(`已撤销，${mine.length} 格恢复原样。`);
      back.focus();
    });
  }
  say(words);
  back.focus();
}

function notice(root, words) {
  root.querySelectorAll("[data-fill]").forEach((old) => old.remove());
  const box = document.createElement("section");
  box.className = "pg-panel mb-2";
  box.dataset.fill = "";
  const row = box.appendChild(document.createElement("div"));
  row.className = "pg-row";
  row.appendChild(document.createElement("span")).textContent = words;
  root.insertBefore(box, root.querySelector("table"));
  return box;
}

function button(place, words, kind, act) {
  const one = document.createElement("button");
  one.type = "button";
  one.className = kind;
  one.textContent = words;
  one.addEventListener("click", act);
  place.appendChild(one);
  return one;
}

function head(cell) {
  const box = cell.closest("td");
  return (box && box.dataset.label) || cell.getAttribute("aria-label");
}

function preview(root, start, { moves, beyond }) {
  const box = notice(root, "");
  box.setAttribute("aria-label", "粘贴的内容");
  const row = box.querySelector(".pg-row");
  const title = document.createElement("h2");
  const free = moves.filter((one) => !one.locked);
  title.textContent = `把 ${free.length} 格放到这里？`;
  title.tabIndex = -1;
  row.replaceChild(title, row.firstChild);
  const scroll = box.appendChild(document.createElement("div"));
  scroll.className = "pg-scroll";
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", "每格放什么");
  const table = scroll.appendChild(document.createElement("table"));
  table.className = "pg-table pg-table--dense pg-stack";
  const top = table.createTHead().insertRow();
  ["行", "栏", "现在", "放入"].forEach((text) => {
    const cell = top.appendChild(document.createElement("th"));
    cell.scope = "col";
    cell.textContent = text;
  });
  const body = table.createTBody();
  moves.forEach(({ line, cell, text, locked }) => {
    const tr = body.insertRow();
    const said = [nameOf(line), head(cell), cell.value || "（空）", locked ? "没有退回，已锁定，不放" : text || "（空）"];
    said.forEach((words, number) => {
      const td = tr.insertCell();
      td.dataset.label = ["行", "栏", "现在", "放入"][number];
      const span = td.appendChild(document.createElement(!locked && number === 3 ? "b" : "span"));
      span.textContent = words;
    });
  });
  if (beyond) {
    const words = box.appendChild(document.createElement("p"));
    words.className = "pg-doubt";
    words.textContent = `还有 ${beyond} 个值在表外，没有地方放。从上面的行粘贴，或者少选几行再复制。`;
  }
  const acts = box.appendChild(document.createElement("div"));
  acts.className = "pg-row mt-2";
  const go = button(acts, `放入 ${free.length} 格`, "btn btn-sm btn-primary", () => fill(root, moves, start));
  go.disabled = !free.length;
  const close = () => {
    box.remove();
    start.focus();
  };
  button(acts, "不放", "btn btn-sm btn-line", close);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  (go.disabled ? title : go).focus();
  say(title.textContent);
}

document.addEventListener("paste", (event) => {
  const start = event.target.closest && event.target.closest("[data-fixed] tbody .pg-cell");
  if (!start || !event.clipboardData || start.tagName === "SELECT") return;
  const lines = parse(event.clipboardData.getData("text/plain"));
  const isOne = lines.length === 1 && lines[0].length === 1;
  const isText = start.tagName === "TEXTAREA" && lines.every((line) => line.length === 1) && start.dataset.col !== "actual";
  if (isOne || isText) return; // one value, or several paragraphs of a reason: into the cell, as the browser does it
  const root = start.closest("[data-rows]");
  event.preventDefault();
  preview(root, start, plan(root, start, lines));
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest && event.target.closest("button[data-copy]");
  if (!pressed) return;
  event.preventDefault();
  const root = pressed.closest("[data-rows]");
  const [, from, to] = pressed.value.split(":");
  const moves = rowsOf(root)
    .map((line) => ({ line, cell: line.querySelector(`[data-col="${to}"]`), text: line.querySelector(`[data-col="${from}"]`).value }))
    .filter(({ text }) => text.trim())
    .map((one) => ({ ...one, locked: one.cell.readOnly || one.cell.disabled }));
  fill(root, moves, pressed);
});
