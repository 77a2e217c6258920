// Makes a form: its picture, its fields, trying out, saving. The server checks all as `form check` does.
"use strict";

const CHECK_MS = 250;
let fields = [], at = -1, asked = 0, timer = null, saved = true;
// Of the files that somebody agreed to replace, or that this page wrote.
let stamp = null;

const boxes = new Boxes(find("boxes"), {
  drawn: (box, by) => {
    addField(box);
    // A keyboard that slides over the picture would hide what was just drawn.
    if (by === "mouse") nameIt();
  },
  selected: select,
  moved: () => changed(),
  removed: remove,
  named: (number) => {
    select(number);
    nameIt();
  },
});
const sheet = new Sheet(showPicture);

function formNow() {
  const given = (field) => ["box", ...KEYS].filter((key) => field[key] !== undefined);
  return {
    name: find("form-name").value,
    fields: fields.map((field) => Object.fromEntries(given(field).map((key) => [key, field[key]]))),
  };
}

function redraw() {
  boxes.select(at);
  showFields(fields, at);
  showField(fields[at]);
}

function select(number) {
  at = number;
  redraw();
}

function addField(box) {
  const taken = new Set(fields.map((field) => field.name));
  let number = fields.length + 1;
  while (taken.has(`field ${number}`)) number += 1;
  fields.push({ name: `field ${number}`, box });
  at = fields.length - 1;
  boxes.show(fields, at);
  changed();
}

function nameIt() {
  find("key-name").focus();
  find("key-name").select();
}

function remove(number) {
  fields.splice(number, 1);
  at = Math.min(number, fields.length - 1);
  boxes.show(fields, at);
  changed();
  (boxes.groups[at] ?? find("add")).focus();
}

function changed() {
  saved = false;
  // What was read is of the field as it was.
  if (fields[at]) Object.assign(fields[at], { said: undefined, state: undefined });
  redraw();
  clearTimeout(timer);
  timer = setTimeout(() => check().catch((error) => say("outcome", error.message, true)), CHECK_MS);
}

async function check() {
  const mine = ++asked, { problems } = await ask("/api/form/check", { form: formNow() });
  if (mine === asked) showProblems(problems);
}

function showProblems(problems) {
  for (const field of fields) delete field.wrong;
  find("form-error").textContent = "";
  for (const problem of problems) {
    if (fields[problem.field]) fields[problem.field].wrong = problem;
    // Without a name or a field it is merely not done yet.
    else if (fields.length && find("form-name").value) find("form-error").textContent = problem.error;
  }
  redraw();
}

// What was asked for cannot be done with this form: the first entry that is wrong, and why.
function refuse(error) {
  say("outcome", error.message, true);
  const problems = error.record?.problems;
  if (!problems) return;
  asked += 1;
  showProblems(problems);
  const first = problems.find((each) => fields[each.field]);
  if (!first) {
    find("form-error").textContent = problems[0].error;
    find("form-name").focus();
    return;
  }
  select(first.field);
  (find(`key-${first.key}`) ?? boxes.groups[first.field]).focus();
}

async function tryOut(before) {
  say("outcome", "Reading…");
  try {
    await before?.();
    const record = await ask("/api/form/try", { form: formNow() });
    record.fields.forEach((reading, number) => Object.assign(fields[number], { state: reading.state, said: saidOf(reading) }));
    const read = `Read in ${Math.round(record.latency_ms)} ms.`;
    say("outcome", record.found ? read : `The form is not found on the photo: ${record.not_found}. It is found by its print.`, !record.found);
    redraw();
  } catch (error) {
    refuse(error);
  }
}

async function save() {
  try {
    const record = await ask("/api/form/save", { form: formNow(), replace: stamp });
    ({ stamp } = record);
    saved = true;
    say("outcome", `Saved ${record.form}${record.picture ? ` and ${record.picture}` : ""}.`);
    find("command").textContent = `python -m edge_app read --form ${record.form}${record.picture ? ` --form-picture ${record.picture}` : ""} PHOTO`;
    find("command").hidden = false;
    showProblems([]);
  } catch (error) {
    if (error.status !== 409) {
      refuse(error);
      return;
    }
    find("replace-what").textContent = error.message;
    find("replace").dataset.stamp = error.record.stamp;
    find("replace").showModal();
  }
}

function showPart(photo) {
  find("sheet").hidden = !photo;
  for (const id of ["draw", "side"]) find(id).hidden = photo;
  if (photo) sheet.place();
  else boxes.show(fields, at);
}

function showPicture(size) {
  find("picture").src = `/picture.jpg?${Date.now()}`;
  for (const name of ["width", "height"]) find("picture").setAttribute(name, size[name]);
  find("boxes").setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  find("back").hidden = false;
  saved = false;
  showPart(false);
  redraw();
}

async function load() {
  const record = await ask("/api/form", undefined, "GET");
  find("file").textContent = record.file;
  find("form-name").value = record.form.name;
  ({ fields } = record.form);
  at = fields.length ? 0 : -1;
  showPart(true);
  if (record.photo) sheet.show(record.photo);
  if (record.picture) showPicture(record.picture);
  if (record.pending) showPart(true);
  saved = true;
}

startFields({
  changed: (key, value) => {
    fields[at][key] = value;
    changed();
  },
  selected: (number) => {
    select(number);
    find("key-name").focus();
  },
});
find("form-name").addEventListener("input", changed);
find("add").addEventListener("click", () => {
  addField([0.4, 0.45, 0.6, 0.5]);
  boxes.groups[at].focus();
});
find("remove").addEventListener("click", () => remove(at));
find("other").addEventListener("click", () => showPart(true));
find("back").addEventListener("click", () => showPart(false));
find("try").addEventListener("click", () => tryOut());
find("sample").addEventListener("change", ({ target }) => target.files[0] && tryOut(() => sendFile("/api/form/sample", target)));
find("save").addEventListener("click", save);
find("replace-yes").addEventListener("click", () => {
  ({ stamp } = find("replace").dataset);
  find("replace").close();
  save();
});
find("replace-no").addEventListener("click", () => find("replace").close());
addEventListener("beforeunload", (event) => saved || event.preventDefault());
load().catch((error) => {
  find("sheet").hidden = false;
  say("sheet-outcome", error.message, true);
});
