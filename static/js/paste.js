/* Paste from a spreadsheet: one value goes into the cell; several go to a panel that shows how each line is read.
 * Nothing is written before the person presses “放入”. */

import { operate, operationUrl, say } from "./grid.js";

/** A copied cell ends with a line break; one that holds line breaks stands in quotes. */
function singleValue(text) {
  const bare = text.replace(/(\r\n|\n|\r)$/, "");
  if (!/[\t\r\n]/.test(bare)) return bare;
  const quoted = bare.match(/^"((?:[^"]|"")*)"$/);
  if (!quoted || /\t/.test(quoted[1])) return null;
  return quoted[1].replace(/""/g, '"').replace(/\s*[\r\n]+\s*/g, "");
}

function insert(cell, text) {
  if (document.execCommand && document.execCommand("insertText", false, text)) return; // keeps the browser's own undo
  cell.setRangeText(text, cell.selectionStart, cell.selectionEnd, "end");
  cell.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("paste", (event) => {
  const target = event.target.closest && event.target.closest("[data-rows] tbody .pg-cell, [data-rows] .pg-addline, [data-rows] .pg-toolbar *");
  if (!target || !event.clipboardData) return;
  const text = event.clipboardData.getData("text/plain");
  const isCell = target.classList.contains("pg-cell");
  const value = singleValue(text);
  if (value !== null) {
    if (!isCell || value === text) return;
    event.preventDefault();
    insert(target, value);
    return;
  }
  event.preventDefault();
  const root = target.closest("[data-rows]");
  const line = target.closest("tr");
  say("正在看粘贴的内容……");
  operate(root, operationUrl(root, "paste"), { text, here: (line && line.dataset.row) || "", column: target.dataset.col || "" }, { back: isCell ? target.id : "" });
});
