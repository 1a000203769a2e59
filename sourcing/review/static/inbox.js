// The inbox without reloading: forms and links marked data-partial answer with the next card, and two keys decide.
const home = document.querySelector("#inbox");

const show = (text, address) => {
  home.innerHTML = text; // our own server's page, escaped there; the policy runs no script in it
  if (address) history.replaceState(null, "", address);
  home.setAttribute("aria-busy", "false");
  home.querySelector("#who")?.focus();
};

const fetched = async (address, request, after) => {
  home.setAttribute("aria-busy", "true");
  const answer = await fetch(address, { ...request, headers: { "Desk-Partial": "true" } });
  const text = await answer.text();
  if (answer.ok) return show(text, after);
  home.setAttribute("aria-busy", "false");
  const page = new DOMParser().parseFromString(text, "text/html");
  const note = document.createElement("p");
  note.className = "note warn";
  note.setAttribute("role", "alert");
  note.textContent = [...page.querySelectorAll("main h1, main h1 + p")].map((one) => one.textContent).join(": ") || `The desk answered ${answer.status}.`;
  home.prepend(note);
};

// Where the network fails, the plain form or link does the work.
let busy = false;
const once = async (work, otherwise) => {
  if (busy) return;
  busy = true;
  try { await work(); } catch { otherwise(); } finally { busy = false; }
};

home.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-partial]")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  once(() => fetched(form.action, { method: "POST", body }), () => location.reload());
});

home.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-partial]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  once(() => fetched(link.href, {}, link.href), () => location.assign(link.href));
});

// While the reasons of an answer are open, a digit or a letter presses one of them, before any other key is looked at.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const open = home.querySelector("details[data-answer][open]");
  if (!open) return;
  const buttons = [...open.querySelectorAll("button")];
  const key = event.key;
  const chosen = buttons.find((one) => one.dataset.digit === key) ?? buttons.find((one) => one.dataset.letter === key);
  const other = [...home.querySelectorAll("summary[data-key]")].some((one) => one.dataset.key === key);
  if (key === "Escape") open.open = false;
  else if (chosen && !other) chosen.click();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });
