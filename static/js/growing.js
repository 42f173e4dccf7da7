/* Fields that are as high as their text.
 *
 * A cell of a grid (`.pg-auto > textarea`) gets its height from a copy of its text that the style sheet lays out beneath
 * it, so the page is drawn right before any script runs and a keystroke costs one attribute. Other areas gain rows.
 * A cell holds one line of text however many lines it takes to show: line breaks typed, dropped or pasted are joined.
 */

const MOST_ROWS = 24;

export function grow(control) {
  if (control.tagName !== "TEXTAREA") return;
  const box = control.parentNode;
  if (box && box.classList.contains("pg-auto")) {
    if (box.dataset.text !== control.value) box.dataset.text = control.value;
    return;
  }
  while (control.rows < MOST_ROWS && control.scrollHeight > control.clientHeight + 2) control.rows += 1;
}

/** True where the caret is on the first (-1) or the last (1) line that the cell shows, and cannot go further. */
export function isAtEdge(cell, direction) {
  if (cell.tagName !== "TEXTAREA") return true;
  const style = window.getComputedStyle(cell);
  const line = parseFloat(style.lineHeight) || 22;
  const inner = cell.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  if (inner < 1.6 * line) return true;
  const copy = document.createElement("span");
  copy.className = "pg-cell pg-auto-copy";
  const caret = document.createElement("span");
  const at = direction < 0 ? cell.selectionStart : cell.selectionEnd;
  caret.textContent = cell.value.slice(at) || " ";
  copy.append(cell.value.slice(0, at), caret);
  cell.parentNode.appendChild(copy);
  const lines = caret.getClientRects();
  const [first] = lines;
  const top = copy.getBoundingClientRect().top + parseFloat(style.paddingTop);
  const isEdge = direction < 0 ? first.top - top < line / 2 : lines.length === 1 || lines[lines.length - 1].top - first.top < line / 2;
  copy.remove();
  return isEdge;
}

function joined(cell) {
  if (!/[\r\n]/.test(cell.value)) return;
  const join = (text) => text.replace(/\s*[\r\n]+\s*/g, "");
  const at = join(`${cell.value.slice(0, cell.selectionStart)}|`).length - 1;
  cell.value = join(cell.value);
  cell.setSelectionRange(at, at);
}

function cellOf(target) {
  return target.closest ? target.closest(".pg-auto > textarea") : null;
}

// First of all who listen: everybody else sees the joined text.
document.addEventListener("input", (event) => {
  const cell = cellOf(event.target);
  if (!cell) return;
  if (!event.isComposing) joined(cell);
  grow(cell);
}, true);
document.querySelectorAll(".pg-auto > textarea").forEach(grow);
