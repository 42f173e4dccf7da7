/* The form of a campaign: of the form editions only those of the chosen kind can be chosen, and the month only for
 * monitoring. Without script the editions stand under the name of their kind, and the server refuses what does not fit. */

const kind = document.querySelector("select[name=kind]");
const edition = document.querySelector("select[name=edition_id]");
const month = document.querySelector("select[name=cutoff_month]");

function offer() {
  const label = kind.value && kind.selectedOptions[0].textContent.trim();
  for (const group of edition.querySelectorAll("optgroup")) {
    const fits = !label || group.label === label;
    group.hidden = !fits;
    group.disabled = !fits;
  }
  const chosen = edition.selectedOptions[0];
  if (chosen && chosen.parentElement.disabled) {
    edition.value = "";
  }
  if (month) {
    month.closest("div").hidden = Boolean(label) && kind.value !== "monitoring";
  }
}

if (kind && edition) {
  kind.addEventListener("change", offer);
  offer();
}
