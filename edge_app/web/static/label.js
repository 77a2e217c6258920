// Shows the crops that wait and sends what each of them is; the server has every label before the next crop is shown.
"use strict";

const KEYS = ["Enter", "x", "z", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];
const NAMES = { Enter: "✓", x: "no digit", z: "undo" };
const REFRESH_MS = 2000;
const list = document.getElementById("crops");
let sending = Promise.resolve(), failures = 0;

function say(text) {
  document.getElementById("outcome").textContent = text;
}

function current() {
  return list.querySelector("[aria-current=true]");
}

function select(item) {
  current()?.removeAttribute("aria-current");
  item?.setAttribute("aria-current", "true");
  item?.querySelector("button").focus();
  const take = document.getElementById("take"), guess = item?.dataset.guess;
  take.textContent = guess ? `✓ ${guess}` : "✓";
  take.setAttribute("aria-label", guess ? `Take the guess ${guess}` : "Take the guess");
}

function showCount(record) {
  document.getElementById("collected").textContent = `${record.collected} labelled digit${record.collected === 1 ? "" : "s"} of ${record.writer} in all.`;
}

function show(record) {
  showCount(record);
  document.getElementById("count").textContent = `${record.waiting} to do, ${record.labelled} done`;
  document.getElementById("none").hidden = record.waiting > 0;
  const former = current()?.dataset.id;
  list.replaceChildren(...record.crops.map((crop) => {
    const item = document.createElement("li");
    item.dataset.id = crop.id;
    item.dataset.guess = crop.guess;
    const button = document.createElement("button");
    button.type = "button";
    const picture = document.createElement("img");
    picture.src = `/crops/${crop.id}.png`;
    picture.alt = "";
    const guess = document.createElement("span");
    guess.textContent = `${crop.guess}?`;
    button.setAttribute("aria-label", `Crop, guessed ${crop.guess} at ${percentOf(crop.confidence)}, ${crop.reason}`);
    button.append(picture, guess);
    button.addEventListener("click", () => select(item));
    item.append(button);
    return item;
  }));
  select(list.querySelector(`[data-id="${former}"]`) ?? list.firstElementChild);
}

async function ask(path, method = "GET", body = null) {
  const answer = await fetch(path, { method, body }).catch(() => {
    throw new Error("no connection to the app; try again when it runs");
  });
  const record = await answer.json();
  if (!answer.ok) throw new Error(record.error);
  return record;
}

async function load() {
  show(await ask("/api/crops"));
}

async function label(item, key) {
  await ask(`/api/crops/${item.dataset.id}/${key}`, "POST");
  select(item.nextElementSibling ?? item.previousElementSibling);
  item.remove();
  say(`Labelled ${key}.`);
  await load();
}

async function undo() {
  const record = await ask("/api/crops/undo", "POST");
  say(record.id ? "Taken back." : "There is nothing to take back.");
  await load();
  if (record.id) select(list.querySelector(`[data-id="${record.id}"]`));
}

// One after the other, in the order of the keys; where it is meant for one crop, for no other.
function act(key, meant) {
  const before = failures;
  sending = sending.then(async () => {
    // Typed ahead for the crops after one that got no label.
    if (failures !== before) return;
    const item = current();
    if (key === "z") await undo();
    else if (item && (meant ?? item.dataset.id) === item.dataset.id) await label(item, key === "Enter" ? item.dataset.guess : key);
  }).catch((error) => {
    failures += 1;
    say(`Not labelled: ${error.message}`);
    // Were it to fail too, the next key would be lost.
    return load().catch(() => {});
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const steps = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" };
  if (event.key in steps) select(current()?.[steps[event.key]] ?? current());
  else if (!/^[0-9xz]$/.test(event.key) && !(event.key === "Enter" && list.contains(document.activeElement))) return;
  // A key that is held down is one label.
  else if (!event.repeat) act(event.key);
  event.preventDefault();
});

document.getElementById("keys").append(...KEYS.map((key) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = NAMES[key] ?? key;
  if (key === "Enter") {
    button.id = "take";
    button.className = "primary";
  }
  // Tapped twice, it takes no guess that nobody saw on it.
  button.addEventListener("click", () => act(key, key === "Enter" ? current()?.dataset.id : undefined));
  return button;
}));
load().catch((error) => say(error.message));
// New crops come by themselves, but never take the focus from whatever is being done.
setInterval(() => {
  if (!list.children.length && document.activeElement === document.body && !document.hidden) load().catch(() => {});
}, REFRESH_MS);
