/* The review page: ticks and notes are kept as they are made, keys lead from note to note and from form to form.
 *
 * Everything works without this script: ticks and notes are posted by whatever button is pressed.
 */

const form = document.querySelector("form[data-listing]");
const NOTE_DELAY = 900; // ms after the last key

/** Keeps the list: one request at a time, the last state wins. */
class Listing {
  constructor(root) {
    this.root = root;
    this.timer = 0;
    this.isBusy = false;
    this.isDirty = false;
    this.status = root.querySelector("[data-kept]");
    document.addEventListener("change", (event) => this.changed(event.target, 0));
    document.addEventListener("input", (event) => {
      if (event.target.name && event.target.name.startsWith("points:")) this.judge(event.target);
      else if (event.target.tagName === "TEXTAREA") this.changed(event.target, NOTE_DELAY);
    });
    document.addEventListener("perfgoals:signed-in", () => this.isDirty && this.send());
    window.addEventListener("beforeunload", (event) => {
      if (!this.isDirty || this.isLeaving) return;
      event.preventDefault();
      event.returnValue = "";
    });
    root.addEventListener("submit", (event) => {
      const button = event.submitter || document.activeElement;
      if (button && button.getAttribute("aria-disabled") === "true") {
        event.preventDefault();
        return;
      }
      this.isLeaving = true; // the button posts everything itself
    });
  }

  /** Points are kept once the field is left; other points than the unit's want a reason, so its box opens. */
  judge(control) {
    this.isDirty = true;
    const box = document.querySelector(`[data-points="${control.name.slice(7)}"] details`);
    if (box && control.value) box.open = true;
  }

  changed(control, delay) {
    if (control.form !== this.root) return;
    if (!/^(listed$|note:|points:|why:)/.test(control.name)) return;
    if (control.name === "listed") {
      // One place may have been listed from two cards: they say the same.
      document.querySelectorAll('input[name="listed"]').forEach((box) => {
        if (box.value === control.value) box.checked = control.checked;
      });
      const card = control.closest("[data-card]");
      if (card) card.classList.toggle("is-listed", control.checked);
    }
    this.isDirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), delay);
  }

  async send() {
    if (this.isBusy) return;
    this.isBusy = true;
    this.isDirty = false;
    const body = new FormData(this.root);
    body.set("do", "stay");
    try {
      const answer = await fetch(this.root.getAttribute("action"), {
        method: "POST",
        credentials: "same-origin",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(body),
      });
      if (answer.status === 401) {
        this.isDirty = true;
        document.dispatchEvent(new CustomEvent("perfgoals:signed-out"));
        return;
      }
      const told = await answer.json();
      if (!answer.ok) {
        this.say(told.message || "没有记下。", false);
        return;
      }
      this.show(told);
    } catch (error) {
      this.isDirty = true;
      this.say("网络不通，还没有记下，等一会儿再试。", false);
      this.timer = setTimeout(() => this.send(), 10000);
    } finally {
      this.isBusy = false;
      if (this.isDirty && !this.timer) this.send();
    }
  }

  show(told) {
    this.timer = 0;
    const wrong = this.showPoints(told.points || {});
    this.say(wrong ? `${wrong} 行审核分没有记下，原因写在行里` : `${told.saved_at} 已记下`, !wrong);
    this.root.elements.version.value = told.version;
    const judged = document.querySelector("[data-judged]");
    if (judged && told.judged !== undefined) judged.textContent = told.judged;
    const { count } = told;
    this.root.querySelector("[data-count-words]").textContent = count ? `退回 ${count} 处：` : "没有列退回的地方。";
    this.root.querySelector("[data-words]").textContent = told.words;
    const back = this.root.querySelector("[data-return]");
    if (back) back.textContent = count ? `退回 ${count} 处` : "退回……";
    this.root.querySelectorAll("[data-main]").forEach((button) => {
      if (count) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    });
    const blocked = this.root.querySelector("[data-blocked]");
    if (blocked) blocked.hidden = !count;
  }

  /** The reviewer's points of each row: what is kept by now, or why not. How many were refused. */
  showPoints(rows) {
    let wrong = 0;
    document.querySelectorAll("[data-points]").forEach((box) => {
      const row = rows[box.dataset.points];
      if (!row) return;
      box.querySelector('input[name^="was:"]').value = row.was;
      const error = box.querySelector("[data-points-error]");
      error.querySelector("span").textContent = row.error;
      error.hidden = !row.error;
      const reason = box.querySelector("textarea");
      if (row.error) {
        wrong += 1;
        reason.closest("details").open = true;
      }
      reason.setAttribute("aria-invalid", row.error ? "true" : "false");
    });
    return wrong;
  }

  say(text, isGood) {
    this.status.textContent = text;
    this.status.classList.toggle("pg-save--ok", isGood);
    this.status.classList.toggle("pg-save--fail", !isGood);
  }
}

/** The text that stands on the form at a path, without marks and without what was struck out. */
function textAt(path) {
  const cells = Array.from(document.querySelectorAll("[data-review] [data-path]"));
  const cell = cells.find((one) => one.dataset.path === path);
  if (!cell) return "";
  const copy = cell.cloneNode(true);
  copy.querySelectorAll(".pg-mark, del").forEach((part) => part.remove());
  return copy.textContent.replace(/\u3000+$/, "");
}

function fillSuggestion(event) {
  const details = event.target;
  const area = details.open && details.querySelector ? details.querySelector("textarea[data-fill]") : null;
  if (area && !area.value) area.value = textAt(area.dataset.fill);
}

/** A press on a cell of the form leads to its card, or to a new note for it. */
function pressCell(event) {
  const cell = event.target.closest("[data-review] td[data-path]");
  if (!cell || event.target.closest("a") || String(window.getSelection())) return;
  const cards = Array.from(document.querySelectorAll("[data-card]"));
  const card = cards.find((one) => one.dataset.card === cell.dataset.path);
  if (card) {
    card.focus();
    return;
  }
  const options = Array.from(document.querySelectorAll("[data-compose] option"));
  const option = options.find((one) => one.value === cell.dataset.path);
  if (!option) return;
  const compose = option.closest("[data-compose]");
  compose.open = true;
  option.selected = true;
  compose.querySelector("textarea").focus();
}

function step(backwards) {
  const cards = Array.from(document.querySelectorAll("[data-review] [data-card]"));
  if (!cards.length) return;
  const now = document.activeElement.closest ? document.activeElement.closest("[data-card]") : null;
  const at = cards.indexOf(now);
  const next = at < 0 ? (backwards ? cards.length - 1 : 0) : at + (backwards ? -1 : 1);
  cards[(next + cards.length) % cards.length].focus();
}

function isTyping(target) {
  return Boolean(target.closest && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog"));
}

document.addEventListener("keydown", (event) => {
  if (event.key === "F8") {
    event.preventDefault();
    step(event.shiftKey);
    return;
  }
  if (event.altKey && event.key.toLowerCase() === "s") {
    const main = document.querySelector("[data-main]:not([aria-disabled]), [data-return], [data-main]");
    if (main) {
      event.preventDefault();
      main.focus();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const keys = document.getElementById("keys");
  if ((event.key === "?" || event.key === "？") && keys && keys.showModal && !keys.open) {
    event.preventDefault();
    keys.showModal();
  }
});

/** The chosen reason begins the text and names its clause, where the reviewer has written nothing else. */
function offer(select) {
  const option = select.selectedOptions[0];
  const offered = [
    [document.getElementById("comment"), option.dataset.wording || ""],
    [document.getElementById("clause"), option.dataset.clause || ""],
  ];
  offered.forEach(([field, text]) => {
    if (field.value && field.value !== field.dataset.offered) return;
    field.value = text;
    field.dataset.offered = text;
  });
}

if (form) {
  const listing = new Listing(form);
  if (form.querySelector("[data-main]")) document.addEventListener("click", pressCell);
  window.addEventListener("pageshow", (event) => event.persisted && listing.send());
}
document.addEventListener("toggle", fillSuggestion, true);
const reasons = document.querySelector("[data-reasons]");
if (reasons) reasons.addEventListener("change", () => offer(reasons));
