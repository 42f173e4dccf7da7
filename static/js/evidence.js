/* Uploading evidence: what is chosen is told before it is sent, large files show how far they are, files can be dropped.
 * Without script the form posts as it stands. */

function size(bytes) {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

function ready(form) {
  const input = form.querySelector("input[type=file]");
  const told = form.querySelector("[data-chosen]");
  const button = form.querySelector("button[type=submit]");
  const most = Number(form.dataset.megabytes) * 2 ** 20;
  form.querySelector("[data-drop-hint]").textContent = "也可以把文件拖到这里。";

  function tell(words, kind = "pg-note") {
    told.textContent = "";
    if (!words) return;
    const line = told.appendChild(document.createElement("p"));
    line.className = kind;
    line.textContent = words;
  }

  /** Says what is chosen; false where something of it is too large to be sent. */
  function look() {
    const files = Array.from(input.files);
    const large = files.filter((file) => file.size > most);
    const whole = files.reduce((sum, file) => sum + file.size, 0);
    if (large.length) {
      const names = large.map((file) => `“${file.name}”有 ${size(file.size)}`).join("，");
      tell(`${names}，超过 ${form.dataset.megabytes} MB。请压缩或拆开。`, "pg-error");
    } else tell(files.length > 1 ? `${files.length} 个文件，共 ${size(whole)}。` : files.length ? size(whole) : "");
    return !large.length;
  }

  function failed(words) {
    button.disabled = false;
    tell(`没有上传：${words}。文件还选着，再按一次“上传”。`, "pg-error");
  }

  /** The page that answers is put in place of this one, refusals and messages included. */
  function put(request) {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const fresh = page.querySelector(".pg-flow");
    const next = page.querySelector("form[data-upload]");
    if (request.status >= 500) return failed("系统出错了");
    if (!fresh || !next) return failed("登录到期，或者这张表已经不能改。在新的页面登录以后再来");
    document.querySelector(".pg-flow").replaceWith(document.adoptNode(fresh));
    document.getElementById("messages").innerHTML = page.getElementById("messages").innerHTML;
    window.history.replaceState(null, "", request.responseURL);
    ready(next);
    next.querySelector("input[type=file]").focus();
    return undefined;
  }

  function send() {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      tell(event.loaded < event.total ? `已上传 ${Math.floor((100 * event.loaded) / event.total)}%` : "已传完，正在检查文件……");
    });
    request.addEventListener("error", () => failed("网络断了"));
    request.addEventListener("load", () => put(request));
    button.disabled = true;
    request.send(new FormData(form));
  }

  input.addEventListener("change", look);
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return; // the server says so
    event.preventDefault();
    if (look()) send();
    else input.focus();
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    look();
  });
}

const form = document.querySelector("form[data-upload]");
if (form) ready(form);
