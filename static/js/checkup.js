/* The 体检 column beside a step: refreshed after every save; links focus fields, fixes and reasons work in place.
 *
 *   perfgoals:findings  is dispatched on `document` after every refresh; `detail` lists {path, level, message}
 *   F8 / Shift+F8       next / previous finding of the page
 */

import { announce, csrfToken, icon } from "./autosave.js";

const QUIET = 300;

export class Checkup {
  constructor(column, autosave) {
    this.column = column;
    this.url = column.dataset.checkup;
    this.autosave = autosave;
    this.timer = 0;
    this.asked = 0;
    this.listen();
    this.mark();
    this.arrive();
  }

  listen() {
    document.addEventListener("perfgoals:saved", () => this.later());
    document.addEventListener("perfgoals:rescan", () => {
      this.mark();
      this.sayNext();
      this.later();
    });
    document.addEventListener("perfgoals:conflict", () => this.sayNext());
    document.addEventListener("click", (event) => {
      const link = event.target.closest ? event.target.closest("a[data-focus-path]") : null;
      if (link && this.focus(link.dataset.focusPath)) event.preventDefault();
    });
    document.addEventListener("click", (event) => {
      const pressed = event.target.closest ? event.target.closest("button[data-fix], button[data-reason], a[data-answer]") : null;
      if (!pressed) return;
      event.preventDefault();
      if (pressed.hasAttribute("data-fix")) this.fix(pressed);
      else if (pressed.hasAttribute("data-reason")) this.reason(pressed);
      else this.answer(pressed.dataset.answer);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "F8" || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.step(event.shiftKey ? -1 : 1);
    });
    window.addEventListener("hashchange", () => this.arrive());
  }

  // The saved form, checked anew -------------------------------------------------------------------------------------------

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), QUIET);
  }

  async refresh() {
    this.asked += 1;
    const number = this.asked;
    let text = "";
    try {
      const headers = { Accept: "application/json, text/html", "X-Background": "1" };
      const answer = await fetch(this.url, { headers, credentials: "same-origin", cache: "no-store" });
      if (!answer.ok) return;
      text = await answer.text();
    } catch (error) {
      return; // no network: autosave says so, and the column keeps what it knew
    }
    if (number === this.asked) this.put(text);
  }

  /** Put the answer in place without taking anybody's focus or a reason half written. */
  put(text) {
    const parts = new DOMParser().parseFromString(text, "text/html");
    const held = this.hold();
    parts.querySelectorAll("[data-part]").forEach((part) => {
      const place = document.querySelector(`[data-live="${part.dataset.part}"]`);
      if (place && place.innerHTML !== part.innerHTML) place.innerHTML = part.innerHTML;
    });
    this.release(held);
    this.mark();
    this.sayNext();
  }

  /** What waits for a choice comes first in “下一步”, whatever the check-up of the saved form says. */
  sayNext() {
    const place = document.querySelector("[data-live=next]");
    if (!place) return;
    if (!place.querySelector("[data-first]")) place.insertAdjacentHTML("afterbegin", "<span data-first></span>");
    const labels = [...document.querySelectorAll("[data-conflict]")].map((one) => one.dataset.label);
    place.querySelector("[data-first]").textContent = labels.length ? `选定“${labels.join("”、“")}”用哪一份。` : "";
  }

  hold() {
    const active = document.activeElement;
    const remark = active && this.column.contains(active) ? active.closest("[data-remark]") : null;
    const reasons = new Map();
    this.column.querySelectorAll("[data-remark]").forEach((one) => {
      const box = one.querySelector("details.pg-reason");
      const field = one.querySelector("textarea");
      const isOpen = [...one.querySelectorAll("details")].map((details) => details.open);
      reasons.set(one.dataset.remark, {
        isOpen,
        text: box && box.open && field.value !== field.defaultValue ? field.value : null,
      });
    });
    const isField = active && active.tagName === "TEXTAREA";
    return {
      reasons,
      scroll: this.column.scrollTop,
      remark: remark ? remark.dataset.remark : null,
      at: isField ? [active.selectionStart, active.selectionEnd] : null,
      index: remark ? focusable(remark).indexOf(active) : -1,
      isInside: Boolean(active && this.column.contains(active)),
    };
  }

  release(held) {
    this.column.querySelectorAll("[data-remark]").forEach((one) => {
      const before = held.reasons.get(one.dataset.remark);
      if (!before) return;
      one.querySelectorAll("details").forEach((details, number) => {
        details.open = details.open || Boolean(before.isOpen[number]);
      });
      if (before.text !== null) one.querySelector("textarea").value = before.text;
    });
    this.column.scrollTop = held.scroll;
    if (!held.isInside || this.column.contains(document.activeElement)) return;
    const again = held.remark && this.remark(held.remark);
    const target = again ? focusable(again)[held.index] : null;
    if (!target) {
      this.column.focus();
      return;
    }
    target.focus();
    if (held.at && target.setSelectionRange) target.setSelectionRange(...held.at);
  }

  remark(key) {
    return [...this.column.querySelectorAll("[data-remark]")].find((one) => one.dataset.remark === key);
  }

  // Marks at the fields ------------------------------------------------------------------------------------------------------

  mark() {
    const source = this.column.querySelector("[data-findings]");
    const found = source ? JSON.parse(source.dataset.findings) : [];
    const byPath = new Map();
    found.forEach((finding) => byPath.set(finding.path, [...(byPath.get(finding.path) || []), finding]));
    document.querySelectorAll("[data-findings-for]").forEach((place) => {
      show(place, byPath.get(place.dataset.findingsFor) || []);
    });
    if (this.autosave) {
      this.autosave.fields.forEach((field) => {
        const own = byPath.get(field.path) || [];
        const isWrong = own.some((finding) => finding.level === "error") || field.refused === field.value;
        field.controls.forEach((control) => {
          if (["radio", "checkbox"].includes(control.type) || control.closest("tr[data-row]")) return; // the grid marks its own cells
          control.classList.toggle("is-invalid", isWrong);
          control.classList.toggle("is-doubt", !isWrong && own.length > 0);
          if (isWrong) control.setAttribute("aria-invalid", "true");
          else control.removeAttribute("aria-invalid");
        });
      });
    }
    const others = document.querySelector("#page-save [data-others]");
    const names = source ? JSON.parse(source.dataset.others || "[]") : [];
    const words = names.length ? `，${names.join("、")}也在填` : "";
    if (others && others.textContent !== words) others.textContent = words;
    document.dispatchEvent(new CustomEvent("perfgoals:findings", { detail: found }));
  }

  // Going there ---------------------------------------------------------------------------------------------------------------

  /** Focus the control at `path`; false where this page has none. */
  focus(path) {
    unfold(document.getElementById(`f-${path.split(".").join("-")}`));
    const field = this.autosave && this.autosave.fields.get(path);
    if (field) {
      field.focus();
      return true;
    }
    const place = document.getElementById(`f-${path.split(".").join("-")}`) || rowOf(path);
    if (!place) return false;
    const control = place.matches("input, select, textarea") ? place : place.querySelector("[data-path][data-seen]");
    (control || place).focus();
    (control || place).scrollIntoView({ block: "center" });
    return true;
  }

  /** A link from elsewhere names the control: `#f-end_date`. */
  arrive() {
    const id = decodeURIComponent(window.location.hash.slice(1));
    if (!id.startsWith("f-")) return;
    const field = this.autosave && [...this.autosave.fields.values()].find((one) => `f-${one.path.split(".").join("-")}` === id);
    const place = document.getElementById(id);
    unfold(place);
    if (field) field.focus();
    else if (place) this.focus(id.slice(2));
  }

  step(direction) {
    const links = [...this.column.querySelectorAll("a[data-focus-path]")];
    if (!links.length) {
      announce("本节没有要看的问题。");
      return;
    }
    const places = links.map((link) => ({ link, place: this.placeOf(link.dataset.focusPath) }));
    places.sort((a, b) => (a.place && b.place ? order(a.place, b.place) : 0));
    const current = this.column.querySelector(".pg-finding.is-current a[data-focus-path]");
    const at = places.findIndex((one) => one.link === current);
    const next = places[at < 0 ? (direction > 0 ? 0 : places.length - 1) : (at + direction + places.length) % places.length];
    this.column.querySelectorAll(".is-current").forEach((one) => one.classList.remove("is-current"));
    const remark = next.link.closest("[data-remark]");
    remark.classList.add("is-current");
    remark.scrollIntoView({ block: "nearest" });
    if (!this.focus(next.link.dataset.focusPath)) next.link.focus();
    const number = places.indexOf(next) + 1;
    announce(`第 ${number} 处，共 ${places.length} 处。${next.link.textContent}：${remark.querySelector("p").textContent}`);
  }

  placeOf(path) {
    const field = this.autosave && this.autosave.fields.get(path);
    return field ? field.controls[0] : document.getElementById(`f-${path.split(".").join("-")}`) || rowOf(path);
  }

  // Fixes and reasons -----------------------------------------------------------------------------------------------------------

  /** Write the ready fix of a button: the changes it names, for the versions it was made for. */
  async fix(button) {
    const changes = JSON.parse(button.value);
    const label = button.firstChild.textContent.trim();
    const typed = changes.map(([path]) => this.autosave && this.autosave.fields.get(path)).filter((field) => field && field.isDirty);
    if (this.autosave) await this.autosave.flush();
    if (typed.length) {
      // The fix was made for the text before; what is typed over it is what the person wants.
      announce("您刚改过这一处，已照您写的保存，没有再替您改。");
      typed[0].focus();
      return;
    }
    try {
      const answer = await fetch(button.formAction, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify({ changes }),
      });
      if (answer.status === 401) document.dispatchEvent(new CustomEvent("perfgoals:signed-out"));
      const body = await answer.json();
      if (!Array.isArray(body.saved)) {
        announce(body.message || "没有改成，再试一次。");
        return;
      }
      this.adopt(body);
      if (!body.saved.length) return;
      const [{ path }] = body.saved;
      const moved = body.saved.find((saved) => /\.level[12]$/.test(saved.path));
      // A row stands in another group now: the whole merged table is different.
      if (moved) await this.redrawn(moved.path);
      this.focus(moved ? path.replace(/level[12]$/, "name") : path);
      announce(`${this.whereOf(path)}：已${label}。`);
    } catch (error) {
      announce("网络断了，没有改成。连上后再按一次。");
    }
  }

  redrawn(path) {
    const detail = { table: path.split(".")[0], waits: [] };
    document.dispatchEvent(new CustomEvent("perfgoals:redraw", { detail }));
    return Promise.all(detail.waits);
  }

  /** The place of a path in words: the label of its control. */
  whereOf(path) {
    const cell = path.replace(/level[12]$/, "name");
    const field = this.autosave && this.autosave.fields.get(cell);
    return field ? field.label : "这一处";
  }

  /** Open the box for a reason of the finding `key`. */
  answer(key) {
    const remark = this.remark(key);
    const box = remark && remark.querySelector("details.pg-reason");
    if (!box) return;
    box.open = true;
    box.querySelector("textarea").focus();
    remark.scrollIntoView({ block: "nearest" });
  }

  /** The fix is now in the fields, not only on the server. */
  adopt(body) {
    if (!this.autosave) return;
    body.saved.forEach((saved) => {
      const field = this.autosave.fields.get(saved.path);
      if (field) field.value = saved.value;
    });
    this.autosave.take(body, body.saved);
  }

  async reason(button) {
    const key = button.value;
    const [code, path] = key.split("|");
    const { value: reason } = button.closest("[data-remark]").querySelector("textarea");
    try {
      const answer = await fetch(button.formAction, {
        method: "POST",
        credentials: "same-origin",
        headers: { Accept: "application/json, text/html", "X-Part": "1", "X-CSRFToken": csrfToken() },
        body: new URLSearchParams({ code, path, reason }),
      });
      if (answer.status === 401) {
        document.dispatchEvent(new CustomEvent("perfgoals:signed-out"));
        return;
      }
      if (![200, 409, 422].includes(answer.status)) throw new Error(`reason: ${answer.status}`);
      this.answered(await answer.text(), key, answer.status);
    } catch (error) {
      announce("理由没有存上，写的还在。过一会儿再按一次。");
    }
  }

  answered(text, key, status) {
    this.asked += 1; // an older refresh must not overwrite this
    const parts = new DOMParser().parseFromString(text, "text/html");
    const isGood = status === 200;
    const old = this.remark(key);
    if (old && isGood) old.querySelectorAll("details").forEach((details) => (details.open = false));
    if (old) old.querySelector("textarea").value = old.querySelector("textarea").defaultValue;
    this.put(text);
    const said = parts.querySelector("[data-part=said]");
    if (said) announce(said.textContent);
    const now = this.remark(key);
    const target = now && (isGood ? now.querySelector(".pg-reason > summary") : now.querySelector("textarea"));
    if (target) target.focus();
  }
}

/** A place inside closed panels is in sight before it takes the focus. */
function unfold(place) {
  for (let panel = place && place.closest("details"); panel; panel = panel.parentElement.closest("details")) panel.open = true;
}

function rowOf(path) {
  const parts = path.split(".");
  const row = parts.length > 1 ? parts.slice(0, 2).join(".") : path;
  return [...document.querySelectorAll("tr[data-path]")].find((one) => one.dataset.path === row) || null;
}

function focusable(root) {
  return [...root.querySelectorAll("a[href], button, summary, textarea")];
}

function order(a, b) {
  return a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
}

function show(place, findings) {
  const words = findings.map((finding) => finding.level + finding.message).join("\n");
  if (place.dataset.shown === words) return;
  place.dataset.shown = words;
  place.textContent = "";
  findings.forEach((finding) => {
    const line = document.createElement("p");
    line.className = finding.level === "error" ? "pg-error" : "pg-doubt";
    const text = document.createElement("span");
    text.textContent = finding.message;
    line.append(icon(finding.level === "error" ? "error" : "doubt"), text);
    place.append(line);
  });
}
