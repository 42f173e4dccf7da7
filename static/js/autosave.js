/* Autosave: what is typed is on the server two seconds later, and until then in this browser.
 *
 * Every control with `data-path` and `data-seen` inside `[data-autosave]` takes part, cells of grids included. Requests go
 * one at a time, with the fields that differ from what the server holds. Events of `document`:
 *   perfgoals:saved     the server's answer is in `detail`
 *   perfgoals:conflict  one field has two versions; `detail` is the server's conflict
 *   perfgoals:rescan    dispatch it after putting new controls into the page
 *   perfgoals:flush     dispatch it to have everything saved now; a promise of that is pushed to `detail.waits`
 */

import { Drafts, clock, offer } from "./drafts.js";
import { grow } from "./growing.js";

const QUIET = 900; // after the last key
const CHOSEN = 60; // after a choice: no more keys will follow
const TIMEOUT = 20000;
const DELAYS = [2, 5, 10, 30];

/** One field of the page: one control, or the radio buttons of one path.
 *
 * A tick box says in `data-off` what it means when it is not ticked; a hidden input of the same name before it says the
 * same to a plain post.
 */
class Field {
  constructor(path) {
    this.path = path;
    this.controls = [];
    this.tried = []; // texts sent whose answer never came
    this.contest = null;
    this.refused = null;
    this.isKept = true;
    this.state = "";
  }

  bind(controls) {
    this.controls = controls;
    this.seen = Number(controls[0].dataset.seen) || 0;
    this.base = shownOf(controls);
  }

  get value() {
    return valueOf(this.controls);
  }

  set value(text) {
    const [first] = this.controls;
    if (isTicked(first)) this.controls.forEach((one) => (one.checked = one.value === text));
    else {
      if (first.tagName === "SELECT" && ![...first.options].some((one) => one.value === text)) {
        first.add(new Option(`${text}（不在清单）`, text));
      }
      first.value = text;
    }
    grow(first);
  }

  get isDirty() {
    return this.value !== this.base;
  }

  get isWaiting() {
    return this.isDirty && !this.contest && this.refused !== this.value;
  }

  get label() {
    const box = this.controls[0].closest("[data-field]");
    const own = this.controls[0].getAttribute("aria-label");
    const label = box && box.querySelector(".pg-labelrow label, .pg-labelrow .label");
    return own || (label ? label.firstChild.textContent.trim() : this.path);
  }

  settle(version, text) {
    this.seen = version;
    this.base = text;
    this.controls.forEach((one) => (one.dataset.seen = version));
  }

  focus() {
    const target = this.controls.find((one) => one.checked) || this.controls[0];
    target.focus();
    if (target.scrollIntoView) target.scrollIntoView({ block: "center" });
  }
}

function isTicked(control) {
  return control.type === "radio" || control.type === "checkbox";
}

function valueOf(controls) {
  if (!isTicked(controls[0])) return controls[0].value;
  const chosen = controls.find((one) => one.checked);
  return chosen ? chosen.value : controls[0].dataset.off || "";
}

/** What the server put there, whatever the browser or the person has done since. */
function shownOf(controls) {
  const [first] = controls;
  if (isTicked(first)) {
    const chosen = controls.find((one) => one.defaultChecked);
    return chosen ? chosen.value : first.dataset.off || "";
  }
  if (first.tagName !== "SELECT") return first.defaultValue;
  const chosen = [...first.options].find((one) => one.defaultSelected) || first.options[0];
  return chosen ? chosen.value : "";
}

export class Autosave {
  constructor(root) {
    this.root = root;
    this.url = root.dataset.autosave;
    this.user = root.dataset.user;
    this.drafts = new Drafts(this.user, root.dataset.filing);
    this.fields = new Map();
    this.failures = 0;
    this.halted = ""; // why nothing more can be saved from this page
    this.isSignedOut = false;
    this.sending = null;
    this.timer = 0;
    this.pressed = null;
    this.left = null;
    this.page = root.querySelector("input[name=page]");
    this.scan();
    this.listen();
    this.offerDrafts();
    this.catchUp();
  }

  /** What was typed or chosen on a slow network before this script arrived. */
  catchUp() {
    this.waiting.forEach((field) => this.keep(field));
    if (this.waiting.length) this.later(CHOSEN);
  }

  // Fields --------------------------------------------------------------------------------------------------------------

  scan() {
    const groups = new Map();
    this.root.querySelectorAll("[data-path][data-seen]").forEach((one) => {
      groups.set(one.dataset.path, [...(groups.get(one.dataset.path) || []), one]);
    });
    groups.forEach((controls, path) => {
      const field = this.fields.get(path) || new Field(path);
      if (field.controls[0] === controls[0]) return;
      const typed = field.controls.length && field.isDirty ? field.value : null;
      field.bind(controls);
      this.fields.set(path, field);
      if (typed !== null && typed !== field.value) {
        field.value = typed; // a table was drawn again while a cell of it was not saved yet
        this.later(QUIET);
      }
      controls.forEach(grow);
    });
    this.fields.forEach((field, path) => {
      if (!groups.has(path) && !document.contains(field.controls[0])) this.fields.delete(path);
    });
  }

  fieldOf(control) {
    const path = control && control.dataset ? control.dataset.path : undefined;
    const field = path === undefined ? undefined : this.fields.get(path);
    return field && field.controls.includes(control) ? field : null;
  }

  get waiting() {
    return [...this.fields.values()].filter((field) => field.isWaiting);
  }

  get unsaved() {
    return [...this.fields.values()].filter((field) => field.isDirty);
  }

  // Typing --------------------------------------------------------------------------------------------------------------

  listen() {
    const { root } = this;
    root.addEventListener("input", (event) => this.typed(event));
    root.addEventListener("change", (event) => this.typed(event, true));
    root.addEventListener("compositionend", (event) => this.typed(event));
    root.addEventListener("focusout", (event) => {
      const field = this.fieldOf(event.target);
      if (field && field.isWaiting) this.later(CHOSEN);
    });
    document.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("submit", (event) => this.submitted(event));
    document.addEventListener("perfgoals:rescan", () => this.scan());
    document.addEventListener("perfgoals:flush", (event) => {
      const isDone = this.flush();
      if (event.detail && event.detail.waits) event.detail.waits.push(isDone);
    });
    document.addEventListener("perfgoals:signed-in", () => {
      this.isSignedOut = false;
      this.again();
    });
    window.addEventListener("online", () => this.again());
    window.addEventListener("offline", () => this.offline());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.send();
    });
    window.addEventListener("pagehide", () => this.send());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted && !this.unsaved.length) window.location.reload();
    });
    window.addEventListener("beforeunload", (event) => {
      // Only where leaving would lose something: not saved, and this browser keeps no copy.
      if (!this.unsaved.some((field) => !field.isKept)) return;
      event.preventDefault();
      event.returnValue = "";
    });
    const retry = document.querySelector("#offline [data-retry]");
    if (retry) retry.addEventListener("click", () => this.again());
    const hint = root.querySelector("[data-hint]");
    if (hint) hint.textContent = "不用点保存，停止输入后两秒内自动保存。有空着的也能保存。";
  }

  typed(event, isChosen = false) {
    const field = this.fieldOf(event.target);
    if (!field || event.isComposing) return;
    const control = event.target;
    grow(control);
    this.count(field);
    if (!field.isDirty) {
      this.asBefore(field);
      return;
    }
    this.keep(field);
    if (field.contest) return;
    if (!this.failures && !this.isSignedOut && !this.halted) this.busy(field);
    const isQuick = isChosen && (isTicked(control) || control.tagName === "SELECT");
    this.later(isQuick ? CHOSEN : QUIET);
  }

  /** Typed back to what the server holds: nothing waits here any more. */
  asBefore(field) {
    this.drafts.drop(field.path);
    if (field.refused !== null) this.refusal(field, "", "error");
    field.refused = null;
    if (field.contest || field.state === "ok" || !field.state) return;
    this.say(field, "ok", "没有改动");
    if (!this.unsaved.length && !this.sending) this.status("ok", "已全部保存");
  }

  keep(field) {
    const about = {
      seen: field.seen,
      label: field.label,
      url: window.location.pathname,
      section: this.root.dataset.sectionTitle,
    };
    const at = this.drafts.keep(field.path, field.value, about);
    field.isKept = at !== null;
    field.keptAt = at;
  }

  count(field) {
    const place = this.root.querySelector(`[data-count-for="${field.path}"]`);
    if (!place) return;
    const length = Array.from(field.value).length;
    const limit = Number(field.controls[0].dataset.limit) || Infinity;
    place.textContent = length > limit ? `${length} 字，最多 ${limit} 字` : `${length} 字`;
  }

  // Sending -------------------------------------------------------------------------------------------------------------

  later(delay) {
    if (this.failures || this.isSignedOut || this.halted) return; // the retry has its own clock
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), delay);
  }

  /** Now, whatever the clock says: the network is back, the person is back. */
  again() {
    this.failures = 0;
    clearTimeout(this.timer);
    clearInterval(this.ticking);
    this.send();
  }

  /** Save everything that waits. True when nothing unsaved is left that could have been saved. */
  async flush() {
    clearTimeout(this.timer);
    for (let round = 0; round < 3 && (this.sending || this.waiting.length); round += 1) {
      const isSent = await this.send();
      if (!isSent) return false;
    }
    return !this.unsaved.length;
  }

  send() {
    if (this.sending) return this.sending;
    const fields = this.waiting;
    if (!fields.length || this.isSignedOut || this.halted) return Promise.resolve(!fields.length);
    clearTimeout(this.timer);
    this.sending = this.post(fields).finally(() => {
      this.sending = null;
      if (this.waiting.length) this.later(CHOSEN);
    });
    return this.sending;
  }

  async post(fields) {
    const sent = fields.map((field) => ({ path: field.path, value: field.value, seen: field.seen }));
    fields.forEach((field) => this.busy(field));
    try {
      const answer = await this.request({ as: this.user, changes: sent });
      return this.answered(answer, fields, sent);
    } catch (error) {
      sent.forEach((change, number) => fields[number].tried.push(change.value));
      this.failed(true);
      return false;
    }
  }

  async request(body) {
    const text = JSON.stringify(body);
    const abort = new AbortController();
    const clockwork = setTimeout(() => abort.abort(), TIMEOUT);
    try {
      return await fetch(this.url, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
        body: text,
        keepalive: text.length < 20000,
        signal: abort.signal,
      });
    } finally {
      clearTimeout(clockwork);
    }
  }

  async answered(answer, fields, sent) {
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    const body = isJson ? await answer.json() : null;
    if (answer.status === 401) return this.signedOut();
    if (body && Array.isArray(body.saved)) {
      this.failures = 0;
      clearInterval(this.ticking);
      this.bar(false);
      this.take(body, sent);
      return true;
    }
    if (body && ["closed", "other_user", "forbidden"].includes(body.code)) return this.halt(body.message);
    if (answer.status === 403 && !this.isRenewed) return this.renew(fields);
    sent.forEach((change, number) => fields[number].tried.push(change.value));
    this.failed(false);
    return false;
  }

  /** A token that is no longer good, or a session that ended together with it: ask which, and go on once. */
  async renew(fields) {
    const headers = { Accept: "application/json", "X-Background": "1" };
    const answer = await fetch(document.body.dataset.session, { headers, credentials: "same-origin", cache: "no-store" });
    const session = await answer.json();
    if (!session.authenticated) return this.signedOut();
    this.isRenewed = true;
    try {
      return await this.post(fields);
    } finally {
      this.isRenewed = false;
    }
  }

  /** Put the server's answer into the page; also for saves that others made (fixes). */
  take(body, sent = []) {
    const values = new Map(sent.map((change) => [change.path, change.value]));
    body.saved.forEach((saved) => this.saved(saved, values.get(saved.path)));
    body.conflicts.forEach((conflict) => this.conflict(conflict));
    body.refused.forEach((refused) => this.refuse(refused));
    Object.entries(body.readings || {}).forEach(([path, html]) => {
      this.root.querySelectorAll(`[data-reading="${path}"]`).forEach((place) => (place.innerHTML = html));
    });
    const left = this.unsaved.length;
    const [last] = body.saved.slice(-1);
    if (last && !this.waiting.length) this.status("ok", `${last.time} 已保存${left ? `，还有 ${left} 处没有` : ""}`);
    else if (body.refused.length && !body.conflicts.length && !this.waiting.length) {
      // What was refused may stand in no field of this page (a ready fix), or may have been typed back meanwhile.
      const elsewhere = body.refused.some((refused) => !this.fields.has(refused.path));
      if (left) this.status("fail", `有 ${left} 处没有保存，已存在本机`);
      else this.status(elsewhere ? "fail" : "ok", elsewhere ? "没有改成" : "已全部保存");
    }
    document.dispatchEvent(new CustomEvent("perfgoals:saved", { detail: body }));
  }

  saved(saved, sentValue) {
    const field = this.fields.get(saved.path);
    if (!field) return;
    const isUntouched = field.value === sentValue;
    field.settle(saved.version, saved.value);
    field.tried = [];
    field.refused = null;
    if (isUntouched && field.value !== saved.value) field.value = saved.value;
    this.know(field);
    this.refusal(field, saved.note, "doubt");
    this.complain(field, "");
    if (field.isDirty) {
      this.keep(field);
      return;
    }
    this.drafts.drop(field.path);
    this.say(field, "ok", `${saved.time} 已保存`);
    const author = this.root.querySelector(`[data-author-for="${field.path}"]`);
    if (author) author.textContent = `${saved.by}　${saved.time.slice(0, 5)}`;
    this.count(field);
  }

  /** A plain post of this page, should it come to one, must not take what was autosaved for a change of its own. */
  know(field) {
    if (!this.page) return;
    const page = JSON.parse(this.page.value || "{}");
    page[field.path] = [field.seen, `=${field.base}`];
    this.page.value = JSON.stringify(page);
  }

  refuse(refused) {
    const field = this.fields.get(refused.path);
    if (!field) return;
    field.refused = refused.value;
    this.refusal(field, refused.message, "error");
    this.complain(field, refused.message);
    this.keep(field);
    this.say(field, "fail", field.isKept ? `没有保存，已存在本机 ${clock(field.keptAt)}` : "没有保存");
    announce(`“${field.label}”没有保存。${refused.message}`);
  }

  /** A cell of a table has no room for a sentence; it stands over the form, with the text to copy away. */
  complain(field, message) {
    const place = document.getElementById("conflicts");
    if (!place || this.root.querySelector(`[data-refusal-for="${field.path}"]`)) return;
    const old = [...place.querySelectorAll("[data-lost]")].find((one) => one.dataset.lost === field.path);
    if (old) old.remove();
    if (!message) return;
    const notice = document.createElement("section");
    notice.className = "pg-notice pg-notice--err mb-4";
    notice.dataset.lost = field.path;
    const [title, words, text] = ["h2", "p", "p"].map((name) => notice.appendChild(document.createElement(name)));
    title.textContent = `${field.label}没有保存`;
    words.textContent = message;
    text.className = "pg-text";
    text.textContent = `您写的是：${field.value}`;
    place.append(notice);
  }

  refusal(field, message, shape) {
    const place = this.root.querySelector(`[data-refusal-for="${field.path}"]`);
    field.controls.forEach((one) => {
      if (!isTicked(one)) one.classList.toggle("is-invalid", shape === "error" && Boolean(message));
    });
    if (!place) return;
    place.textContent = "";
    if (!message) return;
    const line = document.createElement("p");
    line.className = shape === "error" ? "pg-error" : "pg-doubt";
    const words = document.createElement("span");
    words.textContent = message;
    line.append(icon(shape), words);
    place.append(line);
  }

  // Conflicts -----------------------------------------------------------------------------------------------------------

  conflict(conflict) {
    const field = this.fields.get(conflict.path);
    if (!field) return;
    if (field.tried.includes(conflict.theirs) || conflict.theirs === field.base) {
      // Our own text whose answer got lost, or somebody's change that was taken back: there is nothing to decide.
      field.tried = [];
      field.settle(conflict.version, conflict.theirs);
      this.later(CHOSEN);
      return;
    }
    field.contest = conflict;
    this.keep(field);
    this.say(field, "wait", "等待选定");
    const place = document.getElementById("conflicts");
    if (place) {
      const old = this.panel(conflict.path);
      if (old) old.remove();
      place.insertAdjacentHTML("beforeend", conflict.html);
    }
    this.status("wait", "有两份内容等您选定");
    announce(`“${conflict.label}”有两份，请选一份。您写的还在。`);
    document.dispatchEvent(new CustomEvent("perfgoals:conflict", { detail: conflict }));
  }

  panel(path) {
    return [...document.querySelectorAll("[data-conflict]")].find((one) => one.dataset.conflict === path);
  }

  decide(button) {
    const panel = button.closest("[data-conflict]");
    const field = this.fields.get(panel.dataset.conflict);
    if (!field || !field.contest) return false;
    const { version, theirs, both } = field.contest;
    field.contest = null;
    field.settle(version, theirs);
    if (button.dataset.use === "theirs") field.value = theirs;
    if (button.dataset.use === "both") field.value = both;
    this.know(field);
    panel.remove();
    this.count(field);
    field.focus();
    if (field.isDirty) {
      this.keep(field);
      this.busy(field);
      this.later(button.dataset.use === "both" ? 2000 : CHOSEN);
    } else {
      this.drafts.drop(field.path);
      this.say(field, "ok", "已选定");
      if (!this.unsaved.length) this.status("ok", "已全部保存");
    }
    const said = { mine: "用了您写的。", theirs: "用了另一份。", both: "两份已经合在一起，可以接着改。" };
    announce(`“${field.label}”${said[button.dataset.use]}`);
    document.dispatchEvent(new CustomEvent("perfgoals:rescan", { detail: { root: this.root } }));
    return true;
  }

  // Leaving -------------------------------------------------------------------------------------------------------------

  clicked(event) {
    this.pressed = event.target.closest ? event.target.closest("button") : null;
    const link = event.target.closest ? event.target.closest("a[href]") : null;
    const isPlain = !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !isPlain || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href, window.location.href);
    const isHere = url.pathname === window.location.pathname && url.search === window.location.search;
    if (url.origin !== window.location.origin || isHere || !(this.unsaved.length || this.sending)) return;
    event.preventDefault();
    this.leave(link.href, link);
  }

  submitted(event) {
    const button = event.submitter || this.pressed;
    if (button && button.form === this.root && button.hasAttribute("formaction")) return; // row operations are the grid's
    if (button && button.dataset.use) {
      if (this.decide(button)) event.preventDefault();
      return; // a panel drawn by the server posts as a plain form
    }
    event.preventDefault();
    this.leave((button && button.dataset.go) || "", button);
  }

  /** Save, then go. Where something could not be saved the first press stays and shows it; the second one goes. */
  async leave(url, pressed) {
    const isDone = await this.flush();
    if (isDone || (url && this.left === pressed)) {
      if (url) window.location.assign(url);
      else announce("已保存。");
      return;
    }
    this.left = pressed;
    const contested = [...this.fields.values()].find((field) => field.contest);
    const [stuck] = this.unsaved;
    if (contested && this.panel(contested.path)) {
      this.panel(contested.path).focus();
      announce(`“${contested.label}”有两份，选定以后再换页；再按一次也可以先走，您写的留在本机。`);
    } else if (stuck && !this.isSignedOut) {
      stuck.focus();
      announce(`“${stuck.label}”还没有保存，已存在本机。再按一次可以先走。`);
    }
  }

  // States --------------------------------------------------------------------------------------------------------------

  busy(field) {
    this.say(field, "wait", "正在保存……");
    this.status("wait", "正在保存……");
  }

  say(field, kind, text) {
    field.state = kind;
    const place = this.root.querySelector(`[data-save-for="${field.path}"]`);
    if (place) show(place, kind, text);
  }

  status(kind, text) {
    const place = document.getElementById("page-save");
    if (!place) return;
    place.className = `pg-save${kind ? ` pg-save--${kind}` : ""}`;
    const words = place.querySelector("[data-text]");
    if (words.textContent === text) return;
    words.textContent = text;
    const old = place.querySelector(".pg-ico");
    if (old) old.replaceWith(icon({ ok: "ok", wait: "save", fail: "error" }[kind] || "ring"));
  }

  unsavedStates() {
    this.unsaved.filter((field) => !field.contest).forEach((field) => {
      if (!field.keptAt) this.keep(field);
      this.say(field, "wait", field.isKept ? `未保存，已存在本机 ${clock(field.keptAt)}` : "未保存，本机也存不下");
    });
  }

  failed(isNetwork) {
    const delay = DELAYS[Math.min(this.failures, DELAYS.length - 1)];
    this.failures += 1;
    clearTimeout(this.timer);
    clearInterval(this.ticking);
    this.timer = setTimeout(() => {
      clearInterval(this.ticking);
      this.send();
    }, delay * 1000);
    this.unsavedStates();
    const isKept = this.unsaved.every((field) => field.isKept);
    const until = Date.now() + delay * 1000;
    const tick = () => {
      const left = Math.max(1, Math.round((until - Date.now()) / 1000));
      this.status("fail", `保存失败，${isKept ? "本机已留底，" : "先不要关页面，"}${left} 秒后再试`);
    };
    tick();
    this.ticking = setInterval(tick, 1000);
    if (isNetwork) this.bar(true);
    if (this.failures === 1) {
      announce(isNetwork ? "网络断了，写的内容先存在本机，连上后自动保存。" : "保存失败，本机已留底，过一会儿再试。");
    }
  }

  offline() {
    if (this.unsaved.length) this.unsavedStates();
    this.bar(true);
  }

  bar(isShown) {
    const bar = document.getElementById("offline");
    if (!bar) return;
    const wasShown = !bar.hidden;
    bar.hidden = !isShown;
    if (isShown) {
      const count = this.unsaved.length;
      const kept = this.unsaved.every((field) => field.isKept);
      const what = count ? `${count} 处改动${kept ? "先存在本机" : "还没有存，先不要关页面"}，` : "写的内容先存在本机，";
      bar.querySelector("[data-text]").textContent = `网络断了。您还可以接着写，${what}连上后自动保存。`;
    } else if (wasShown) announce("网络恢复了，已保存。");
  }

  signedOut() {
    this.isSignedOut = true;
    clearInterval(this.ticking);
    this.unsavedStates();
    this.status("fail", "登录已过期，写的内容已存在本机");
    document.dispatchEvent(new CustomEvent("perfgoals:signed-out"));
    return false;
  }

  halt(message) {
    this.halted = message;
    clearInterval(this.ticking);
    this.unsavedStates();
    this.status("fail", "没有保存，写的内容已存在本机");
    const place = document.getElementById("conflicts");
    if (place && !place.querySelector("[data-halted]")) {
      const panel = document.createElement("section");
      panel.className = "pg-notice pg-notice--err mb-4";
      panel.dataset.halted = "";
      panel.setAttribute("role", "alert");
      const words = document.createElement("p");
      words.textContent = message;
      panel.append(words);
      place.prepend(panel);
    }
    return false;
  }

  offerDrafts() {
    const place = document.getElementById("drafts");
    if (!place) return;
    offer(this.drafts, place, {
      here: window.location.pathname,
      fields: (path) => this.fields.get(path) || null,
      restore: (field, text) => {
        field.value = text;
        this.keep(field);
        this.count(field);
        this.busy(field);
        this.later(CHOSEN);
        field.focus();
      },
    });
  }
}

/** Say something to people who do not see the page change. */
export function announce(text) {
  const place = document.getElementById("announce");
  if (!place) return;
  place.textContent = "";
  setTimeout(() => (place.textContent = text), 50); // the same words twice are said twice
}

/** The token of now: signing in again changes it, and the cookie is the only place that is always right. */
export function csrfToken() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]*)/);
  return found ? decodeURIComponent(found[1]) : "";
}

export function icon(name) {
  const shapes = document.getElementById("icons");
  const found = shapes && shapes.content.querySelector(`[data-icon="${name}"] svg`);
  return found ? found.cloneNode(true) : document.createTextNode("");
}

function show(place, kind, text) {
  place.className = `pg-save${kind ? ` pg-save--${kind}` : ""}`;
  place.textContent = "";
  if (text) place.append(icon({ ok: "ok", wait: "save", fail: "error" }[kind] || "ring"), text);
}
