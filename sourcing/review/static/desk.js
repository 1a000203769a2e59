// The keyboard and partial updates; everything works without it as plain links and forms.
const typing = (node) => node.closest("input, select, textarea, [contenteditable]");

// A control with data-key answers to that key: a link is followed, a button pressed, a field focused.
const press = (node) => (node.matches("input, select, textarea") ? node.focus() : node.click());

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const node = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find((one) => one.offsetParent);
  if (!node) return;
  event.preventDefault();
  press(node);
});
