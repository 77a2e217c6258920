// What is known of each field: the list, and the entries of the one that is marked, with what is wrong beside them.
"use strict";

const KEYS = ["name", "pattern", "min", "max", "unit", "scale", "checksum", "only_rises", "max_step", "device_class", "state_class"];
const MORE = ["only_rises", "max_step", "device_class", "state_class"];

// told: changed(key, value), selected(at).
function startFields(told) {
  for (const key of KEYS) {
    const input = find(`key-${key}`), wrong = document.createElement("p");
    Object.assign(wrong, { id: `error-${key}`, className: "wrong" });
    wrong.setAttribute("role", "status");
    input.setAttribute("aria-describedby", wrong.id);
    input.closest(".entry").append(wrong);
    input.addEventListener("input", () => told.changed(key, input.type === "checkbox" ? input.checked : input.value));
  }
  find("fields").addEventListener("click", ({ target }) => {
    const item = target.closest("li");
    if (item) told.selected(Number(item.dataset.at));
  });
}

function part(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function showFields(fields, at) {
  find("none").hidden = fields.length > 0;
  find("fields").replaceChildren(...fields.map((field, number) => {
    const item = document.createElement("li"), button = document.createElement("button");
    item.dataset.at = number;
    button.type = "button";
    button.append(part("span", "", field.name || "(no name)"));
    if (field.said) button.append(part("span", `said ${field.state.replace(" ", "-")}`, field.said));
    if (field.wrong) button.append(part("span", "wrong", field.wrong.error));
    if (number === at) button.setAttribute("aria-current", "true");
    item.append(button);
    return item;
  }));
}

// The entries of a field; one that is being typed into stays as it is.
function showField(field) {
  find("field").hidden = !field;
  if (!field) return;
  find("field-title").textContent = field.name ? `Field ${field.name}` : "Field";
  for (const key of KEYS) {
    const input = find(`key-${key}`);
    if (input.type === "checkbox") input.checked = Boolean(field[key]);
    else if (input.value !== String(field[key] ?? "")) input.value = field[key] ?? "";
  }
  showWrong(field.wrong);
}

function showWrong(wrong) {
  for (const key of [...KEYS, "box", ""]) find(`error-${key}`).textContent = wrong?.key === key ? wrong.error : "";
  for (const key of KEYS) find(`key-${key}`).setAttribute("aria-invalid", wrong?.key === key);
  if (MORE.includes(wrong?.key)) find("more").open = true;
}

// What a field says, in a few words, as `read --form` has it.
function saidOf(reading) {
  if (reading.state === "read") return reading.unit ? `${reading.value ?? reading.text} ${reading.unit}` : reading.text;
  if (reading.state === "doubtful") return `${reading.guess ?? ""}?`;
  return reading.state === "refused" && reading.rejected ? `refused (${reading.rejected})` : reading.state;
}
