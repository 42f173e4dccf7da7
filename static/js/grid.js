/* The tables one edits row by row: keys, row operations without loading the page, the row menu, dragging, live sums.
 *
 * The server draws the table; this module asks for it anew after each operation and puts it in place without losing a
 * letter: a cell whose text the server has not confirmed keeps its text, and autosave is told to look again.
 *
 * Others may rely on: `perfgoals:rescan` (detail.root) after new cells are in the page; `perfgoals:flush` (push promises
 * to detail.waits) before an operation, so that what was typed is saved first; a table root is `[data-rows]`.
 */

import { isAtEdge } from "./growing.js";
import { isHidden, showFindings } from "./row-findings.js";

const confirmed = new Map(); // path → text the server holds, as far as it told us
const live = document.createElement("div");
live.className = "visually-hidden";
live.setAttribute("role", "status");
document.body.appendChild(live);

let busy = null; // the operation on its way: rows change one step after the other
let lastColumn = "name";
let entered = { cell: null, text: "", typed: false };

// Asking the server -----------------------------------------------------------------------------------------------------

function csrfToken() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]*)/);
  return found ? decodeURIComponent(found[1]) : "";
}

/** Fetch a part of the page. Answers the parsed fragment and whether the server did what was asked. */
async function ask(url, body) {
  let answer;
  try {
    answer = await fetch(url, {
      method: body ? "POST" : "GET",
      headers: body ? { "X-Part": "1", "X-CSRFToken": csrfToken() } : { "X-Part": "1" },
      credentials: "same-origin",
      cache: "no-store",
      body: body || undefined,
    });
  } catch (error) {
    return { problem: "网络不通，表没有改动。写的内容还在。网络好了再做一次。" };
  }
  if (answer.status === 401 || (answer.redirected && new URL(answer.url).pathname === document.body.dataset.login)) {
    document.dispatchEvent(new CustomEvent("perfgoals:signed-out"));
    return { problem: "登录到期了，表没有改动。登录之后再做一次。" };
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const table = page.querySelector("[data-rows]");
  const panel = page.querySelector("[data-panel-name]");
  if (!table && !panel) return { problem: "系统没有做成这一步，表没有改动。刷新页面再试。" };
  return { table, panel, ok: answer.ok };
}

/** Let autosave send what was typed before rows change under it. */
async function flush() {
  const detail = { waits: [] };
  document.dispatchEvent(new CustomEvent("perfgoals:flush", { detail }));
  await Promise.race([Promise.all(detail.waits).catch(() => null), new Promise((done) => setTimeout(done, 4000))]);
}

export function say(text) {
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 50);
}

function complain(root, text) {
  say(text);
  root.querySelectorAll("[data-refused]").forEach((old) => old.remove());
  const notice = document.createElement("div");
  notice.className = "pg-notice pg-notice--ask mb-2";
  notice.dataset.refused = "";
  notice.appendChild(document.createElement("p")).textContent = text;
  root.insertBefore(notice, root.firstChild);
}

/** One operation: save what is typed, ask, put the answer in place. Operations wait for each other. */
export function operate(root, url, body, options = {}) {
  const turn = (busy || Promise.resolve()).then(async () => {
    const now = document.getElementById(root.id) || root;
    now.classList.add("is-busy");
    await flush();
    const data = body ? new URLSearchParams(body) : null;
    const shown = openCards(now);
    if (data) shown.forEach((row) => data.append("open", row));
    const answer = await ask(url, data);
    if (options.before) await options.before(); // nobody is cut off in the middle of a word
    now.classList.remove("is-busy");
    if (answer.problem) complain(now, answer.problem);
    else if (answer.panel) showPanel(now, answer.panel, options);
    else put(now, answer.table, { closePanel: answer.ok && options.closePanel, column: options.column });
    return answer;
  });
  busy = turn.catch(() => null);
  return turn;
}

// Putting the new table in place -------------------------------------------------------------------------------------------

function cells(root) {
  return Array.from(root.querySelectorAll("[data-path][data-seen]"));
}

function knownText(cell) {
  return confirmed.has(cell.dataset.path) ? confirmed.get(cell.dataset.path) : cell.defaultValue;
}

function openCards(root) {
  return Array.from(root.querySelectorAll("[data-cardline]"), (line) => line.dataset.cardline);
}

function put(root, fresh, { closePanel = false, column = "" } = {}) {
  const focused = document.activeElement;
  const had = root.contains(focused) || focused === document.body;
  const place = focused && focused.dataset && focused.dataset.path;
  const caret = place && focused.selectionStart !== null ? [focused.selectionStart, focused.selectionEnd] : null;
  const unsaved = new Map(cells(root).filter((cell) => cell.value !== knownText(cell)).map((cell) => [cell.dataset.path, cell]));
  const panel = root.querySelector("[data-panel]");
  const newPanel = fresh.querySelector("[data-panel]");
  if (panel && newPanel && !closePanel) newPanel.replaceWith(panel);
  const table = document.adoptNode(fresh);
  root.replaceWith(table);
  const again = [];
  cells(table).forEach((cell) => {
    const mine = unsaved.get(cell.dataset.path);
    confirmed.delete(cell.dataset.path);
    if (!mine) return;
    // The text is still only here: keep it, and the version it was written over, so that a conflict is noticed.
    cell.value = mine.value;
    cell.dataset.seen = mine.dataset.seen;
    again.push(cell);
  });
  ready(table);
  document.dispatchEvent(new CustomEvent("perfgoals:rescan", { detail: { root: table } }));
  again.forEach((cell) => cell.dispatchEvent(new Event("input", { bubbles: true })));
  if (had) focusRow(table, table.dataset.focus, column || lastColumn, caret && { path: place, caret });
  const words = table.querySelector("[data-refused]");
  if (table.dataset.said) say(`${table.dataset.said}。`);
  else if (words) say(words.textContent.trim());
}

function focusRow(root, rowId, column, before) {
  const same = before && cells(root).find((cell) => cell.dataset.path === before.path);
  const row = rowId && root.querySelector(`[data-row="${rowId}"]`);
  const cell = row ? row.querySelector(`[data-col="${column}"]`) || row.querySelector(".pg-cell") : same;
  const target = cell || root.querySelector(".pg-cell, .pg-addline, .pg-toolbar .btn");
  if (!target) return;
  target.focus();
  if (same && same === target && before.caret) target.setSelectionRange(before.caret[0], before.caret[1]);
  if (target.scrollIntoView) target.scrollIntoView({ block: "nearest" });
}

// Panels -----------------------------------------------------------------------------------------------------------------------

// Where work in a panel begins: the first of these that it has.
const FIRST = ["input[type=search]", "textarea", "input[type=radio]:checked", ".btn-primary:not([disabled])", "input[type=checkbox]", "h2"];

function showPanel(root, panel, { focus = true, back = null } = {}) {
  const slot = root.querySelector("[data-panel]");
  if (!slot) return;
  if (back) slot.dataset.back = back;
  slot.replaceChildren ? slot.replaceChildren(document.adoptNode(panel)) : ((slot.textContent = ""), slot.appendChild(document.adoptNode(panel)));
  count(slot);
  const title = slot.querySelector("h2");
  if (title) say(title.textContent.trim());
  if (!focus) return;
  const first = FIRST.map((kind) => slot.querySelector(kind)).find(Boolean);
  if (first) first.focus();
  slot.scrollIntoView({ block: "nearest" });
}

function closePanel(root) {
  const slot = root.querySelector("[data-panel]");
  if (!slot) return;
  slot.textContent = "";
  const back = slot.dataset.back && document.getElementById(slot.dataset.back);
  (back || root.querySelector(".pg-cell, .pg-toolbar .btn")).focus();
}

function count(slot) {
  const form = slot.querySelector("[data-counted]");
  if (!form) return;
  const button = form.querySelector("[data-count]");
  const picked = form.querySelectorAll("[name=pick]:checked").length;
  button.textContent = picked ? form.dataset.counted.replace("{n}", String(picked)) : "先选要带入的行";
  button.disabled = !picked;
}

let pressed = null; // the submit button that was clicked; Chrome 80 does not tell

function submitPanel(event, root, form) {
  event.preventDefault();
  event.stopPropagation();
  const button = pressed && form.contains(pressed) ? pressed : null;
  pressed = null;
  const data = new URLSearchParams(new FormData(form));
  if (button && button.name) data.append(button.name, button.value);
  if (form.method === "get") {
    const url = root.querySelector("[data-panel-name]").dataset.panelName;
    operate(root, `${operationUrl(root, url)}?${data}`, null);
    return;
  }
  const action = button && button.hasAttribute("formaction") ? button.formAction : form.action;
  operate(root, action, data, { closePanel: true });
}

/** A table whose rows neither come nor go, such as targets that were copied: cells to type in and nothing else. */
export function isFixed(root) {
  return root.hasAttribute("data-fixed");
}

export function operationUrl(root, operation) {
  return root.dataset.url.replace(/table\/$/, `${operation}/`);
}

// The row menu --------------------------------------------------------------------------------------------------------------------

function closeMenus(except) {
  document.querySelectorAll(".pg-menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
}

function openMenu(row) {
  const menu = row.querySelector(".pg-menu");
  if (!menu) return;
  menu.open = true;
  const first = menu.querySelector(".pg-menulist > :not(:disabled):not(p)");
  if (first) first.focus();
}

/** An open menu opens where there is room, and half-covered buttons of other rows step back: nobody can aim at them. */
function onToggle(event) {
  const menu = event.target;
  if (!menu.classList || !menu.classList.contains("pg-menu")) return;
  const root = menu.closest("[data-rows]");
  const others = Array.from(root.querySelectorAll(".pg-menu > summary")).filter((one) => one.parentNode !== menu);
  root.querySelectorAll(".is-under").forEach((one) => one.classList.remove("is-under"));
  if (!menu.open) return;
  const box = menu.getBoundingClientRect();
  menu.classList.toggle("is-up", window.innerHeight - box.bottom < 280 && box.top > 280);
  const list = menu.querySelector(".pg-menulist").getBoundingClientRect();
  others.forEach((one) => {
    const own = one.getBoundingClientRect();
    one.classList.toggle("is-under", own.top < list.bottom && own.bottom > list.top);
  });
}

function onMenuKey(event, menu) {
  const items = Array.from(menu.querySelectorAll(".pg-menulist > :not(:disabled):not(p)"));
  const at = items.indexOf(document.activeElement);
  const row = menu.closest("[data-row]");
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    (row.querySelector(`[data-col="${lastColumn}"]`) || menu.querySelector("summary")).focus();
  } else if (event.key === "ArrowDown" && menu.open) items[(at + 1) % items.length].focus();
  else if (event.key === "ArrowUp" && menu.open) items[(at + items.length - 1) % items.length].focus();
  else return false;
  return true;
}

// Keys ----------------------------------------------------------------------------------------------------------------------------

function stops(root) {
  return Array.from(root.querySelectorAll("tbody .pg-cell, tbody .pg-addline"));
}

/** Same column, next or previous line that can be written in. */
function vertical(root, from, step) {
  const lines = Array.from(root.querySelectorAll("tbody tr")).filter((line) => line.querySelector(".pg-cell, .pg-addline"));
  const next = lines[lines.indexOf(from.closest("tr")) + step];
  if (!next) return null;
  const column = `[data-col="${from.dataset.col || lastColumn}"]`;
  // What is folded away in a row cannot take the focus: the first open cell does.
  const open = (kind) => Array.from(next.querySelectorAll(kind)).find((one) => !one.closest("details:not([open])"));
  return open(column) || open(".pg-addline, .pg-cell");
}

function enter(cell) {
  if (!cell) return false;
  cell.focus();
  if (cell.select && cell.classList.contains("pg-cell")) cell.select();
  return true;
}

function rowOperation(root, operation, row) {
  operate(root, operationUrl(root, operation), { row });
}

/** Ask for a row, and let what is typed meanwhile wait beneath `place` until the row is there to take it. */
async function addRow(root, url, body, place, column) {
  if (root.querySelector(".pg-waiting")) return;
  const from = document.activeElement;
  const waiting = waitBelow(place);
  const answer = await operate(root, url, body, { column, before: waiting.settled });
  const text = waiting.taken();
  const cell = answer.table ? document.activeElement : from;
  if (!answer.table && from.isConnected) from.focus();
  if (!text || !cell || !cell.classList.contains("pg-cell")) return;
  cell.value += text;
  cell.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A field for the text of a row that is still on its way. `settled` waits for the end of a composition. */
function waitBelow(place) {
  const area = document.createElement("textarea");
  area.className = "pg-waiting";
  area.rows = 1;
  area.setAttribute("aria-label", "正在加一行，可以先写");
  area.placeholder = "正在加一行……";
  let composed = null;
  area.addEventListener("compositionstart", () => {
    composed = new Promise((done) => area.addEventListener("compositionend", () => setTimeout(done, 0), { once: true }));
  });
  area.addEventListener("keydown", (event) => {
    if (event.isComposing || !["Enter", "Tab", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  place.appendChild(area);
  area.focus();
  const taken = () => {
    area.remove();
    return area.value.replace(/\s*[\r\n]+\s*/g, "");
  };
  return { settled: () => composed, taken };
}

function undo(root) {
  const button = root.querySelector('[data-op="undo"]');
  if (!button) {
    say("没有可以撤销的步骤。");
    return;
  }
  operate(root, button.formAction, { step: button.value });
}

function ends(root, step) {
  const more = isFixed(root) ? "" : "，按 Ctrl+Enter 加一行";
  say(step < 0 ? "这是第一行。" : `这是最后一行${more}。`);
  return true;
}

/** The Enter of a telephone's keyboard names no key; what it is about to type does. */
function onBreak(event) {
  const cell = event.target.closest && event.target.closest("[data-rows] tbody .pg-cell");
  if (!cell || !/^insert(LineBreak|Paragraph)$/.test(event.inputType)) return;
  event.preventDefault();
  const root = cell.closest("[data-rows]");
  if (!enter(vertical(root, cell, 1))) ends(root, 1);
}

function onCellKey(event, root, cell) {
  const row = cell.closest("tr").dataset.row;
  const down = event.key === "ArrowDown";
  if (isFixed(root) && (event.altKey || event.ctrlKey || event.metaKey)) return false;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (row) addRow(root, operationUrl(root, "add"), { below: row }, cell.closest("td"), lastColumn);
    else cell.click();
    return true;
  }
  if ((down || event.key === "ArrowUp") && event.altKey) {
    if (row) rowOperation(root, down ? "down" : "up", row);
    return true;
  }
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  if (event.key === "Enter" && cell.classList.contains("pg-addline")) return false;
  if (event.key === "Enter") {
    const next = vertical(root, cell, event.shiftKey ? -1 : 1);
    return enter(next) || ends(root, event.shiftKey ? -1 : 1);
  }
  if (down || event.key === "ArrowUp") {
    if (cell.tagName === "SELECT") return false; // the arrows choose
    if (!isAtEdge(cell, down ? 1 : -1)) return false;
    enter(vertical(root, cell, down ? 1 : -1));
    return true;
  }
  if (event.key === "Tab" && isFixed(root)) return false; // between its cells stand links and folds to be reached
  if (event.key === "Tab") {
    const all = stops(root);
    return enter(all[all.indexOf(cell) + (event.shiftKey ? -1 : 1)]);
  }
  if (event.key === "Escape") return restore(root, cell);
  if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
    openMenu(cell.closest("tr"));
    return true;
  }
  return false;
}

/** First Esc: the text the cell had when it was entered. Second Esc: out of the grid. */
function restore(root, cell) {
  if (entered.cell === cell && cell.value !== entered.text) {
    cell.value = entered.text;
    entered.typed = false;
    cell.dispatchEvent(new Event("input", { bubbles: true }));
    say("已还原这一格。");
    return true;
  }
  const out = root.querySelector(".pg-toolbar a, .pg-toolbar button:not([tabindex])");
  if (out) out.focus();
  return true;
}

function onKey(event) {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const target = event.target;
  const root = target.closest && target.closest("[data-rows]");
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "z") {
    onUndoKey(event, target, root);
    return;
  }
  if (!root) return;
  const menu = target.closest(".pg-menu");
  const cell = target.closest("tbody .pg-cell, tbody .pg-addline");
  let done = false;
  if (menu) done = onMenuKey(event, menu);
  else if (cell) done = onCellKey(event, root, cell);
  else if (event.key === "Escape" && target.closest("[data-panel]")) {
    closePanel(root);
    done = true;
  }
  if (done) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/** In a field with fresh text the browser's own undo works; elsewhere the last row operation is taken back. */
function onUndoKey(event, target, root) {
  const isField = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
  const isQuietCell = target.classList && target.classList.contains("pg-cell") && !(entered.cell === target && entered.typed);
  if (isField && !isQuietCell) return;
  const table = root || document.querySelector("[data-rows]");
  if (!table || isFixed(table)) return;
  event.preventDefault();
  undo(table);
}

// Dragging ------------------------------------------------------------------------------------------------------------------------

/** Merged cells cannot be dragged about, so nothing moves while dragging: a line shows where the row would go. */
function makeSortable(root) {
  const body = root.querySelector("tbody");
  if (!window.Sortable || !body || !body.querySelector("[data-grip]")) return;
  let near = null;
  let after = false;
  const clear = () => body.querySelectorAll(".is-drop-before, .is-drop-after").forEach((row) => row.classList.remove("is-drop-before", "is-drop-after"));
  window.Sortable.create(body, {
    draggable: "tr[data-row]",
    handle: "[data-grip]",
    chosenClass: "is-dragged",
    ghostClass: "is-dragged",
    animation: 0,
    delay: 150,
    delayOnTouchOnly: true,
    setData(transfer, row) {
      transfer.setData("text/plain", "");
      if (transfer.setDragImage) transfer.setDragImage(row.querySelector("[data-grip]"), 0, 0);
    },
    onMove(event) {
      clear();
      near = event.related && event.related.dataset.row ? event.related : null;
      if (!near || near === event.dragged) return false;
      after = event.willInsertAfter;
      near.classList.add(after ? "is-drop-after" : "is-drop-before");
      return false;
    },
    onEnd(event) {
      clear();
      if (!near || near === event.item) return;
      const body = { row: event.item.dataset.row, near: near.dataset.row, side: after ? "after" : "before" };
      near = null;
      operate(root, operationUrl(root, "place"), body);
    },
  });
}

// Sums and readings -----------------------------------------------------------------------------------------------------------

/** Whether a sum of this table moves with the path: `data-sums` names columns of the table, and fields of the form. */
function isCounted(root, path) {
  const [table, , column] = path.split(".");
  const counted = (root.dataset.sums || "").split(" ");
  return counted.includes(path) || (table === root.dataset.rows && counted.includes(column));
}

function onSaved(event) {
  const told = event.detail || {};
  (told.saved || []).forEach((saved) => confirmed.set(saved.path, saved.value));
  Object.keys(told.readings || {}).forEach((path) => {
    document.querySelectorAll(`[data-reading="${path}"]`).forEach((cell) => { cell.innerHTML = told.readings[path]; });
  });
  document.querySelectorAll("[data-rows]").forEach((root) => {
    if ((told.saved || []).some((saved) => isCounted(root, saved.path))) refreshSums(root);
  });
}

async function refreshSums(root) {
  if (!root.querySelector("[data-total]")) return;
  const answer = await ask(root.dataset.url, null);
  if (!answer.table) return;
  answer.table.querySelectorAll("[data-total]").forEach((fresh) => {
    const old = document.getElementById(fresh.id);
    if (old) old.replaceWith(document.adoptNode(fresh));
  });
}

// Wiring ----------------------------------------------------------------------------------------------------------------------------

function onClick(event) {
  const target = event.target.closest && event.target.closest("button, a, summary");
  closeMenus(event.target.closest && event.target.closest(".pg-menu"));
  const root = target && target.closest("[data-rows]");
  if (!root) return;
  if (target.tagName === "SUMMARY") return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (target.closest("[data-panel]")) {
    onPanelClick(event, root, target);
  } else if (target.dataset.op) {
    event.preventDefault();
    const body = target.name ? { [target.name]: target.value } : {};
    if (target.dataset.op !== "add") operate(root, target.formAction, body, { column: "" });
    else addRow(root, target.formAction, body, placeBelow(target), "name");
  } else if (target.dataset.openPanel) {
    event.preventDefault();
    closeMenus(null);
    const cell = target.closest("tr") && target.closest("tr").querySelector(".pg-cell");
    operate(root, target.href, null, { back: cell ? cell.id : "" });
  } else if (target.dataset.card) {
    event.preventDefault();
    toggleCard(root, target.dataset.card);
  }
}

/** Where the text of a row waits that this button asks for: in its row or its empty group, else under the toolbar. */
function placeBelow(button) {
  const row = button.closest("[data-row]");
  closeMenus(null);
  return row ? row.querySelector(".pg-in") : button.closest("td") || button.parentNode;
}

function onPanelClick(event, root, target) {
  if (target.hasAttribute("data-close-panel")) {
    event.preventDefault();
    closePanel(root);
  } else if (target.type === "submit") {
    pressed = target;
  }
}

/** A link to a field of a closed card opens the card first. */
function cardOf(path) {
  const [table, row, cell] = path.split(".");
  if (!row || !cell || document.getElementById(`f-${path.split(".").join("-")}`)) return null;
  const root = document.querySelector(`[data-rows="${CSS.escape(table)}"]`);
  if (!root || !isHidden(root, cell)) return null;
  return root.querySelector(`[data-row="${CSS.escape(row)}"]`) ? { root, row, cell } : null;
}

async function openAt({ root, row, cell }) {
  await toggleCard(root, row);
  const field = document.getElementById(`f-${root.dataset.rows}-${row}-${cell}`);
  if (field) field.focus();
}

async function toggleCard(root, row) {
  const shown = openCards(root);
  const opening = shown.indexOf(row) < 0;
  const wanted = opening ? shown.concat(row) : shown.filter((other) => other !== row);
  const query = wanted.map((id) => `open=${encodeURIComponent(id)}`).join("&");
  await operate(root, `${root.dataset.url}?${query}`, null);
  const now = document.getElementById(root.id);
  const field = opening && now.querySelector(`[data-cardline="${row}"] textarea`);
  const cell = now.querySelector(`[data-row="${row}"] .pg-cell`);
  if (field || cell) (field || cell).focus();
}

function ready(root) {
  makeSortable(root);
}

document.addEventListener("keydown", onKey);
document.addEventListener("beforeinput", onBreak);
document.addEventListener("toggle", onToggle, true);
document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest("a[data-focus-path]");
  const card = link && cardOf(link.dataset.focusPath);
  if (!card) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  openAt(card);
}, true);
document.addEventListener("click", onClick);
document.addEventListener("submit", (event) => {
  const panel = event.target.closest && event.target.closest("[data-panel]");
  if (panel) submitPanel(event, panel.closest("[data-rows]"), event.target);
}, true);
document.addEventListener("change", (event) => {
  const slot = event.target.closest && event.target.closest("[data-panel]");
  if (!slot) return;
  count(slot);
  const reread = event.target.hasAttribute("data-regroup") && slot.querySelector("[data-reread]");
  if (reread) {
    const id = event.target.name;
    const root = slot.closest("[data-rows]");
    operate(root, reread.formAction, new URLSearchParams(new FormData(event.target.form)), { focus: false }).then(() => {
      const again = document.querySelector(`[data-panel] [name="${id}"]`);
      if (again) again.focus();
    });
  }
});
document.addEventListener("focusin", (event) => {
  const cell = event.target.closest && event.target.closest("[data-rows] .pg-cell");
  if (!cell) return;
  entered = { cell, text: cell.value, typed: false };
  if (cell.dataset.col) lastColumn = cell.dataset.col;
});
document.addEventListener("input", (event) => { if (event.target === entered.cell) entered.typed = true; });
document.addEventListener("perfgoals:saved", onSaved);
document.addEventListener("perfgoals:redraw", (event) => {
  const root = document.querySelector(`[data-rows="${event.detail.table}"]`);
  if (root) event.detail.waits.push(operate(root, root.dataset.url, null));
});
document.addEventListener("perfgoals:findings", (event) => showFindings(event.detail || []));
document.querySelectorAll("[data-rows]").forEach(ready);
const asked = cardOf(decodeURIComponent(window.location.hash.slice(3)).split("-").join("."));
if (asked) openAt(asked);
