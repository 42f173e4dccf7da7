/* The table of results: ticks for many rows at once. Without script the same boxes and buttons post as they stand. */

/** “整组” ticks its rows; a group is ticked when all of its rows are. */
function follow(box) {
  const group = box.closest("[data-pick]");
  if (!group) return;
  const all = group.querySelector("[data-pick-all]");
  const rows = Array.from(group.querySelectorAll("li input[type=checkbox]"));
  if (box === all) rows.forEach((one) => (one.checked = all.checked));
  else if (all) all.checked = rows.every((one) => one.checked);
  if (all) all.indeterminate = !all.checked && rows.some((one) => one.checked);
}

/** Buttons say how many rows they are about. */
function count(panel) {
  const button = panel.querySelector("[data-picked]");
  if (!button) return;
  const ticked = panel.querySelectorAll("li input[type=checkbox]:checked").length;
  button.textContent = button.dataset.picked.replace("{n}", String(ticked));
}

document.querySelectorAll(".pg-together details").forEach((panel) => {
  panel.querySelectorAll("[data-pick-all][hidden]").forEach((all) => (all.hidden = false));
  panel.querySelectorAll("[data-pick] li:first-child input").forEach(follow);
  count(panel);
  panel.addEventListener("change", (event) => {
    if (event.target.type === "checkbox") follow(event.target);
    count(panel);
  });
});

/** What a row asks for follows what is saved in it: a result that a person has to judge brings its band into the open.
 *
 * Nothing moves under somebody's hands: what has the focus, or holds something, stays where it is.
 */
function follows(path, columns) {
  const open = document.querySelector(`[data-asks="${path}"]`);
  const rest = document.querySelector(`[data-rest="${path}"]`);
  if (!open || !rest) return;
  const boxOf = (column) => {
    const control = document.getElementById(`f-${path.split(".").join("-")}-${column}`);
    return control && control.closest(".pg-entryfield");
  };
  const isBusy = (box) => box.contains(document.activeElement);
  columns.forEach((column, at) => {
    const box = boxOf(column);
    if (!box || !rest.contains(box) || isBusy(box)) return;
    const next = columns.slice(at + 1).map(boxOf).find((one) => one && open.contains(one));
    open.insertBefore(box, next || null);
  });
  Array.from(open.querySelectorAll(".pg-entryfield")).forEach((box) => {
    const control = box.querySelector("[data-col]");
    if (columns.includes(control.dataset.col) || control.value || isBusy(box)) return;
    rest.querySelector("summary").after(box);
  });
}

/** A row that gets off track asks for its reason in the open. It opens only: what somebody opened or is in stays open. */
function unfolds(path) {
  const panel = document.querySelector(`[data-off-track="${path}"]`);
  if (panel) panel.open = true;
}

document.addEventListener("perfgoals:saved", (event) => {
  const readings = (event.detail && event.detail.readings) || {};
  Object.keys(readings).forEach((name) => {
    if (name.startsWith("asks.")) follows(name.slice(5), readings[name].split(" "));
    if (name.startsWith("off.") && readings[name]) unfolds(name.slice(4));
  });
});

/** A link to something inside a closed panel opens it. */
function open() {
  const place = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  const panel = place && place.closest("details");
  if (panel) panel.open = true;
}

window.addEventListener("hashchange", open);
open();
