/* Drafts: what was typed and is not yet confirmed by the server, kept in this browser.
 *
 * One entry per person, form and field, so a computer shared by two people never shows one's words to the other.
 * An entry lives until the server has confirmed its text, or its writer throws it away; forgotten ones end after 60 days.
 */

const PREFIX = "pg:draft";
const FORGET_AFTER = 60 * 24 * 3600 * 1000;

export class Drafts {
  constructor(user, filing) {
    this.own = `${PREFIX}:${encodeURIComponent(user)}:`;
    this.prefix = `${this.own}${filing}:`;
  }

  /** Keep a text; the moment it was kept, or null where this browser keeps nothing (full, private, forbidden). */
  keep(path, value, about) {
    const at = new Date();
    try {
      localStorage.setItem(this.prefix + path, JSON.stringify({ ...about, value, at: at.getTime() }));
      return at;
    } catch (error) {
      return null;
    }
  }

  drop(path) {
    try {
      localStorage.removeItem(this.prefix + path);
    } catch (error) {
      // Nothing was kept there either.
    }
  }

  /** The field of a storage key, or null where it is none of this form and person. */
  pathOf(key) {
    return key && key.startsWith(this.prefix) ? key.slice(this.prefix.length) : null;
  }

  /** Everything of this person in this form, oldest first. */
  all() {
    const found = [];
    for (const key of this.keys()) {
      const path = this.pathOf(key);
      const entry = path === null ? null : this.read(key);
      if (entry) found.push({ ...entry, path });
    }
    return found.sort((a, b) => a.at - b.at);
  }

  keys() {
    const keys = [];
    try {
      for (let number = 0; number < localStorage.length; number += 1) keys.push(localStorage.key(number));
    } catch (error) {
      return [];
    }
    return keys.filter((key) => key.startsWith(this.own));
  }

  read(key) {
    try {
      const entry = JSON.parse(localStorage.getItem(key));
      if (typeof entry.value !== "string" || typeof entry.at !== "number") throw new Error("not ours");
      if (Date.now() - entry.at < FORGET_AFTER) return entry;
    } catch (error) {
      // Broken or foreign: of no use to anybody.
    }
    try {
      localStorage.removeItem(key);
    } catch (error) {
      // Then it stays.
    }
    return null;
  }
}

/** 10:58:07 today, 10月15日 10:58 before. */
export function clock(at) {
  const two = (number) => String(number).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? `${time}:${two(at.getSeconds())}` : `${at.getMonth() + 1}月${at.getDate()}日 ${time}`;
}

/** Offer what this browser has kept: each text beside the one on the page, to be put back or thrown away.
 *
 * `fields` finds the page's field for a path (or null), `restore(field, text)` puts a text into it.
 */
export function offer(drafts, place, { fields, restore, here }) {
  const kept = [];
  const elsewhere = new Map();
  for (const draft of drafts.all()) {
    const field = fields(draft.path);
    if (field && field.value === draft.value) drafts.drop(draft.path);
    else if (field) kept.push({ ...draft, field });
    else if (draft.url && draft.url !== here) elsewhere.set(draft.url, [...(elsewhere.get(draft.url) || []), draft]);
    else kept.push({ ...draft, field: null });
  }
  place.textContent = "";
  if (!kept.length && !elsewhere.size) return;
  const panel = make("section", { class: "pg-notice pg-notice--ask mb-4", "aria-labelledby": "drafts-h" });
  place.append(panel);
  const title = make("h2", { id: "drafts-h" });
  panel.append(title);

  const settle = (entry) => {
    entry.remove();
    const left = panel.querySelectorAll(".pg-draft").length;
    if (left) title.textContent = `本机有 ${left} 处没有存上的内容`;
    else if (elsewhere.size) title.textContent = "别的节还有没有存上的内容";
    else panel.remove();
    const all = panel.querySelector("[data-all]");
    if (all && left < 2) all.remove();
  };
  title.textContent = kept.length ? `本机有 ${kept.length} 处没有存上的内容` : "别的节还有没有存上的内容";
  if (kept.length) panel.append(make("p", {}, "上次没来得及保存，留在了这台电脑上，只有您登录时看得到。"));
  kept.forEach((draft) => panel.append(entryOf(draft, drafts, restore, settle)));
  if (kept.length > 1) {
    const all = make("p", { "data-all": "", class: "mt-3" });
    const button = make("button", { class: "btn btn-sm btn-line", type: "button" }, `${kept.length} 处全部放回`);
    button.addEventListener("click", () => panel.querySelectorAll("[data-restore]").forEach((one) => one.click()));
    all.append(button);
    panel.append(all);
  }
  elsewhere.forEach((list, url) => {
    const line = make("p", {}, `还有 ${list.length} 处在`);
    line.append(make("a", { href: url }, `“${list[0].section || "别的节"}”`), "，打开那一节可以放回。");
    panel.append(line);
  });

  window.addEventListener("storage", (event) => {
    const path = event.newValue === null ? drafts.pathOf(event.key) : null;
    const entry = path && [...panel.querySelectorAll(".pg-draft")].find((one) => one.dataset.draft === path);
    if (entry) settle(entry); // another window of the same person has saved it meanwhile
  });
}

function entryOf(draft, drafts, restore, settle) {
  const entry = make("div", { class: "pg-draft", "data-draft": draft.path });
  const label = draft.label || draft.path;
  entry.append(make("h3", { class: "pg-small" }, label));
  const versions = make("div", { class: "pg-versions" });
  const mine = make("div");
  mine.append(make("h4", { class: "pg-note" }, `本机的，写于 ${clock(new Date(draft.at))}`), textOf(draft.value));
  const theirs = make("div");
  theirs.append(make("h4", { class: "pg-note" }, "现在页面上的"), textOf(draft.field ? draft.field.value : ""));
  if (draft.field) {
    const back = make("button", { class: "btn btn-sm btn-line", type: "button", "data-restore": "" }, "放回");
    back.append(make("span", { class: "visually-hidden" }, `：${label}`));
    back.addEventListener("click", () => {
      settle(entry);
      restore(draft.field, draft.value);
    });
    mine.append(back);
    versions.append(mine, theirs);
  } else {
    mine.append(make("p", { class: "pg-note mb-0" }, "这一行现在不在页面上，可以抄走。"));
    versions.append(mine);
  }
  const away = make("button", { class: "btn btn-sm btn-text", type: "button" }, "丢掉本机的");
  away.append(make("span", { class: "visually-hidden" }, `：${label}`));
  away.addEventListener("click", () => {
    drafts.drop(draft.path);
    settle(entry);
  });
  (draft.field ? theirs : mine).append(away);
  entry.append(versions);
  return entry;
}

function textOf(text) {
  return text ? make("p", { class: "pg-text" }, text) : make("p", { class: "pg-note" }, "（空白）");
}

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  if (text) element.textContent = text;
  return element;
}
