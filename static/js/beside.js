/* J and K on a form that was opened from the inbox: the next and the previous one, while no field has the focus. */

const nav = document.querySelector("[data-beside]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const target = event.target;
  if (target.isContentEditable || target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) return;
  const rel = { j: "next", k: "prev" }[event.key.toLowerCase()];
  const link = rel && nav.querySelector(`a[rel=${rel}]`);
  if (link) window.location.assign(link.href);
});
