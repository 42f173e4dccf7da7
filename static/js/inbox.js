/* The inbox: picking rows, and the keys of the list (J, K, X, Enter, A, /, ?). Everything here is a convenience: without
 * it the boxes and buttons of the form do the same. Keys do nothing while a field or a dialog has the focus.
 */

const form = document.getElementById("inbox");
const rows = Array.from(document.querySelectorAll(".pg-inbox [data-row]")); // also of a list in which nothing is picked

const boxOf = (row) => row.querySelector("input[name=pick]");
const linkOf = (row) => row.querySelector("a.pg-name");
const yuan = (cents) =>
  (cents / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).replace("-", "−");

/** What is picked, said in the bar; the bar goes where nothing is. */
function tell() {
  const picked = rows.filter((row) => boxOf(row).checked);
  rows.forEach((row) => row.classList.toggle("is-picked", boxOf(row).checked));
  const bar = document.getElementById("inbox-bar");
  bar.hidden = !picked.length;
  bar.querySelectorAll("[data-count]").forEach((one) => {
    one.textContent = ` ${picked.length} 个`;
  });
  bar.querySelector("[data-unpick]").hidden = false;
  const all = form.querySelector("[data-pick-all] input");
  all.checked = picked.length === rows.length;
  if (!picked.length) return;
  const sum = picked.reduce((total, row) => total + Number(row.dataset.cents), 0);
  const open = picked.filter((row) => "open" in row.dataset).length;
  const rest = open ? `，其中 ${open} 个有没处理的问题，不能一起${bar.dataset.label}` : "，都没有没处理的问题";
  bar.querySelector("[data-picked]").textContent = `已选 ${picked.length} 个，合计 ${yuan(sum)} 元${rest}`;
}

function pick(some, checked) {
  some.forEach((row) => {
    boxOf(row).checked = checked;
  });
  tell();
}

function here() {
  return rows.findIndex((row) => row.contains(document.activeElement));
}

/** J and K: the next or previous row gets the focus; from outside the list the first one. */
function go(step) {
  const at = here();
  const to = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step));
  linkOf(rows[to]).focus({ preventScroll: true });
  rows[to].scrollIntoView({ block: "nearest" });
  keepClear(rows[to]);
}

/** The bar at the bottom and the table head at the top must not cover the row that has the focus. */
function keepClear(row) {
  const box = row.getBoundingClientRect();
  const bar = document.getElementById("inbox-bar");
  const floor = !bar || bar.hidden ? window.innerHeight : bar.getBoundingClientRect().top;
  if (box.bottom > floor) window.scrollBy(0, box.bottom - floor + 8);
  const head = row.closest("table").querySelector("thead").getBoundingClientRect().height;
  if (box.top < head) window.scrollBy(0, box.top - head - 8);
}

function toggleKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  if (dialog.open) dialog.close();
  else if (dialog.showModal) dialog.showModal();
  else dialog.setAttribute("open", "");
}

const isTyping = (target) =>
  target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  x: () => {
    const at = here();
    if (form && at >= 0) pick([rows[at]], !boxOf(rows[at]).checked);
  },
  a: () => {
    if (!form) return;
    const quiet = rows.filter((row) => !("open" in row.dataset));
    pick(quiet, !quiet.every((row) => boxOf(row).checked));
  },
  "/": () => document.getElementById("q").focus(),
  "?": toggleKeys,
  "？": toggleKeys, // a Chinese keyboard
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const open = document.querySelector("dialog[open]");
  if (!act || (open && act !== toggleKeys)) return;
  event.preventDefault();
  act();
}

if (rows.length) document.addEventListener("keydown", onKey);

if (form) {
  const all = form.querySelector("[data-pick-all]");
  all.hidden = false;
  all.querySelector("input").addEventListener("change", (event) => pick(rows, event.target.checked));
  form.addEventListener("change", (event) => {
    if (event.target.name === "pick") tell();
  });
  form.querySelector("[data-unpick]").addEventListener("click", () => {
    pick(rows, false);
    go(0);
  });
  document.querySelectorAll("[data-keys-open]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", toggleKeys);
  });
  document.querySelector("[data-keys-close]").addEventListener("click", toggleKeys);
  window.addEventListener("pageshow", tell); // back from a summary: the browser may have kept the boxes
  tell();
}

// A reason of the list begins the text, as long as nothing else has been typed.
const reason = document.getElementById("reason");
if (reason) {
  const comment = document.getElementById("comment");
  let offered = "";
  reason.addEventListener("change", () => {
    if (comment.value.trim() !== offered) return;
    offered = (reason.selectedOptions[0].dataset.wording || "").trim();
    comment.value = offered;
  });
}

// The way back closes after a minute; the server decides, this only says so.
const undo = document.querySelector("form[data-seconds]");
if (undo) {
  const ends = Date.now() + Number(undo.dataset.seconds) * 1000;
  const button = undo.querySelector("button");
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    undo.querySelector("[data-left]").textContent = String(left);
    button.textContent = button.textContent.replace(/（.*/, `（${left} 秒内）`);
    if (left) return;
    clearInterval(timer);
    undo.querySelector("[data-undo-text]").textContent = "过了一分钟，不能再一起撤销。";
    button.hidden = true;
  }, 1000);
}
