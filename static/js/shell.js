/* The shell: a session's end is announced, and signing in again happens inside the page, so that nothing typed is lost.
 *
 * Others may rely on two events of `document`:
 *   perfgoals:signed-out  dispatch it when a request was answered 401; the sign-in dialog opens
 *   perfgoals:signed-in   is dispatched after signing in again; whatever waited may be sent once more
 * CSRF tokens of the page are renewed before every htmx request and every submitted form: signing in elsewhere changes them.
 */

const WARN_SECONDS = 300;
const body = document.body;
const probeUrl = body.dataset.session;
const warning = document.getElementById("session-warning");
const over = document.getElementById("session-over");
const dialog = document.getElementById("session-dialog");

let endsAt = 0;
let timer = 0;
let returnTo = null;
let awaitsSecond = false; // the password was right, the second factor is given in another window

/** The CSRF token of now: the cookie is the only place that is always right. */
function csrfToken() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]*)/);
  return found ? decodeURIComponent(found[1]) : "";
}

async function ask({ background }) {
  const headers = { Accept: "application/json" };
  if (background) headers["X-Background"] = "1";
  const answer = await fetch(probeUrl, { headers, credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw new Error(`session probe: ${answer.status}`);
  return answer.json();
}

function schedule(seconds) {
  endsAt = Date.now() + seconds * 1000;
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(1, Math.min(seconds - WARN_SECONDS, seconds)) * 1000);
}

/** Ask how long the session still lasts; other tabs may have kept it alive, or ended it. */
async function look() {
  let state;
  try {
    state = await ask({ background: true });
  } catch (error) {
    timer = setTimeout(look, 30000); // no network: the server knows, we cannot
    return;
  }
  if (!state.authenticated) {
    signedOut();
  } else if (state.second_factor) {
    signedOut();
    askSecond(state.second_factor);
  } else if (state.seconds_left <= WARN_SECONDS) {
    endsAt = Date.now() + state.seconds_left * 1000;
    warn(state.seconds_left);
  } else {
    warning.hidden = true;
    if (!over.hidden || dialog.open) backAgain();
    schedule(state.seconds_left);
  }
}

function warn(seconds) {
  const text = warning.dataset.text.replace("{minutes}", String(Math.max(1, Math.ceil(seconds / 60))));
  const line = warning.querySelector("p");
  if (line.textContent !== text) line.textContent = text;
  warning.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(look, Math.min(30, seconds + 1) * 1000);
}

async function keep() {
  try {
    const state = await ask({ background: false });
    if (!state.authenticated || state.second_factor) {
      look();
      return;
    }
    warning.hidden = true;
    schedule(state.seconds_left);
  } catch (error) {
    look();
  }
}

function signedOut() {
  clearTimeout(timer);
  warning.hidden = true;
  if (!dialog.open && over.hidden) openDialog();
}

function openDialog() {
  over.hidden = true;
  if (dialog.open) return;
  returnTo = document.activeElement;
  say("");
  showSecond(false);
  if (dialog.showModal) dialog.showModal();
  else dialog.setAttribute("open", "");
  document.getElementById("session-password").focus();
}

function closeDialog() {
  if (dialog.close) dialog.close();
  else dialog.removeAttribute("open");
  if (returnTo && document.contains(returnTo)) returnTo.focus();
}

/** The second factor needs its own page: in another window, so that what is typed here stays. */
function askSecond(url) {
  const line = document.getElementById("session-second");
  const link = line.querySelector("a");
  link.href = url;
  awaitsSecond = true;
  if (!line.hidden || !dialog.open) return;
  showSecond(true);
  link.focus();
}

/** Either the password is asked for, or the second factor. */
function showSecond(shown) {
  document.getElementById("session-second").hidden = !shown;
  dialog.querySelectorAll(".pg-field, [type=submit]").forEach((part) => {
    part.hidden = shown;
  });
}

function say(message) {
  const error = document.getElementById("session-error");
  error.querySelector("span").textContent = message;
  error.hidden = !message;
  const field = document.getElementById("session-password");
  field.classList.toggle("is-invalid", Boolean(message));
  field.setAttribute("aria-invalid", String(Boolean(message)));
}

async function signIn(event) {
  event.preventDefault();
  const form = event.target;
  const field = document.getElementById("session-password");
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const before = await ask({ background: true });
    const answer = await fetch(form.action, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": before.csrf },
      body: new URLSearchParams(new FormData(form)),
    });
    const state = await answer.json();
    if (!answer.ok) {
      say(state.message || "现在登录不了，过一会儿再试。");
      field.select();
    } else if (state.second_factor) {
      say("");
      askSecond(state.second_factor);
    } else if (state.must_change_password) {
      say("密码到期了。请另开一个窗口改密码，改好再回来保存。");
    } else {
      backAgain();
      schedule(state.seconds_left);
    }
  } catch (error) {
    say("网络不通，没有登录成功。您写的内容还在本机。");
  } finally {
    button.disabled = false;
    field.value = "";
  }
}

function backAgain() {
  awaitsSecond = false;
  over.hidden = true;
  if (dialog.open) closeDialog();
  renewTokens(document);
  document.dispatchEvent(new CustomEvent("perfgoals:signed-in", { detail: { csrf: csrfToken() } }));
}

function renewTokens(root) {
  const token = csrfToken();
  if (!token) return;
  root.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => {
    input.value = token;
  });
  if (body.hasAttribute("hx-headers")) body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
}

document.addEventListener("submit", (event) => renewTokens(event.target), true);
document.addEventListener("htmx:configRequest", (event) => {
  const token = csrfToken();
  if (token) event.detail.headers["X-CSRFToken"] = token;
});

if (probeUrl) {
  schedule(Number(body.dataset.seconds));
  document.addEventListener("perfgoals:signed-out", signedOut);
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) signedOut();
  });
  // Timers sleep with the machine: look again when somebody comes back.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && (awaitsSecond || Date.now() > endsAt - WARN_SECONDS * 1000)) look();
  });
  window.addEventListener("focus", () => {
    if (awaitsSecond) look();
  });
  dialog.querySelector("form").addEventListener("submit", signIn);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    closeDialog();
    over.hidden = false;
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-session]");
    if (!button) return;
    if (button.dataset.session === "keep") keep();
    if (button.dataset.session === "open") openDialog();
    if (button.dataset.session === "look") {
      closeDialog();
      over.hidden = false;
    }
  });
}

// Alt+S: the main action of the page.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyS") return;
  const action = document.querySelector("main .pg-actionbar .btn-primary, main .btn-primary");
  if (!action) return;
  event.preventDefault();
  action.focus();
});
