// Sliders beside the number fields, and the list tried anew while they move; without this script "Try" does the same.
const form = document.querySelector("#weights");
const fields = [...form.querySelectorAll("input[type=number]:not(:disabled)")];
const ranges = new Map();
let asking = false;
let again = false;

const points = (field) => (field.value === "" || !field.validity.valid ? Number(field.dataset.here) : Number(field.value));

const moved = () => fields.filter((field) => points(field) !== Number(field.dataset.here));

// The share each weight has of the whole, as the list will be weighed.
const shares = () => {
  const whole = fields.reduce((sum, field) => sum + points(field), 0);
  for (const field of fields) {
    const share = whole > 0 ? (100 * points(field)) / whole : 0;
    const row = field.closest("li");
    row.querySelector("output").textContent = `${share.toFixed(0)} %`;
    row.classList.toggle("moved", points(field) !== Number(field.dataset.here));
  }
};

// On a phone the list stands far below the sliders: what it says in short stays in sight.
const tell = () => {
  document.querySelector("#now").textContent = document.querySelector("#list .weights-sum").dataset.short;
};

const address = () => {
  const query = new URLSearchParams(moved().map((field) => [field.name, String(points(field))])).toString();
  return location.pathname + (query ? `?${query}` : "");
};

// One question at a time: what moved meanwhile is asked when the answer is there, so the last position always wins.
const ask = async () => {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  do {
    again = false;
    const url = address();
    try {
      const answer = await fetch(url, { headers: { "Desk-Partial": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelector("#list").replaceWith(document.adoptNode(page.querySelector("#list")));
      tell();
      history.replaceState(null, "", url);
    } catch {
      location.assign(url); // the page says what is wrong
      return;
    }
  } while (again);
  asking = false;
};

const changed = () => {
  shares();
  ask();
};

for (const field of fields) {
  const range = document.createElement("input");
  range.type = "range";
  // A weight over half of the whole decides alone; the number field takes it all the same.
  Object.assign(range, { min: "0", max: String(Math.max(60, Number(field.value))), step: "0.1", value: field.value });
  range.setAttribute("aria-label", `${form.querySelector(`label[for="${field.id}"]`).textContent} slider`);
  range.setAttribute("aria-describedby", field.getAttribute("aria-describedby"));
  range.addEventListener("input", () => {
    field.value = range.value;
    changed();
  });
  field.addEventListener("input", () => {
    if (field.validity.valid) {
      range.value = field.value === "" ? field.dataset.here : field.value;
      changed();
    }
  });
  field.before(range);
  ranges.set(field, range);
}

// Saved is where the sliders stand now, not what was last tried without this script.
document.querySelector("#save")?.addEventListener("formdata", ({ formData }) => {
  for (const field of fields) formData.delete(field.name);
  for (const field of moved()) formData.set(field.name, String(points(field)));
});

document.querySelector("#try").hidden = true;
form.classList.add("sliding");
tell();

form.querySelector('a[data-key="r"]').addEventListener("click", (event) => {
  event.preventDefault();
  for (const field of fields) ranges.get(field).value = field.value = field.dataset.here;
  changed();
});
