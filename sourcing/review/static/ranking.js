// The list follows the filters without a reload; without this script the button does the same.
const form = document.querySelector("#filters");
const wait = 250; // milliseconds after the last key
let timer = 0;
let asking = null;

const address = () => {
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  const text = new URLSearchParams(fields).toString();
  return form.action + (text ? `?${text}` : "");
};

const show = async (url) => {
  asking?.abort();
  asking = new AbortController();
  const list = document.querySelector("#list");
  list.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal: asking.signal });
    if (!answer.ok) return location.assign(url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceWith(document.adoptNode(page.querySelector("#list")));
    history.replaceState(null, "", url);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  }
};

form?.addEventListener("input", (event) => {
  clearTimeout(timer);
  // Half a word is no search: what is typed is asked a moment later.
  timer = setTimeout(() => show(address()), event.target.matches("[type=checkbox], select") ? 0 : wait);
});

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  location.assign(address()); // a whole page: the boxes follow what was typed
});
