// Shows one field after the other; the server has each answer before the next field is shown.
"use strict";

// Pictures asked for ahead, and when more questions are fetched.
const AHEAD = 6, FETCH_AT = 20, RETRY_MS = 120, REFRESH_MS = 2000;
const find = (id) => document.getElementById(id);
const box = find("text");
const WORDS = { held: "held", doubtful: "doubtful", refused: "against the rules", "not found": "not found", read: "read", blank: "blank" };

let questions = [], at = 0, last = null, complete = false, others = false, counts = { waiting: 0, done: 0 };
let answered = [];
// What was typed while an answer was on its way; and the text that the rules refused, which a second Enter keeps.
let busy = false, ahead = [], refused = null;
const pictures = new Map();

async function ask(path, method = "GET") {
  const answer = await fetch(path, { method }).catch(() => {
    throw new Error("no connection to the app; try again when it runs");
  });
  const record = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(record.error), { status: answer.status });
  return record;
}

function say(text, bad = false) {
  find("outcome").textContent = text;
  find("outcome").classList.toggle("bad", bad);
}

function current() {
  return questions[at];
}

async function fetchMore() {
  if (complete) return;
  const query = new URLSearchParams({ ...(last ? { after: last } : {}), ...(others ? { others: "1" } : {}) });
  const record = await ask(`/api/review?${query}`);
  showCounts(record);
  const known = new Set(questions.map((each) => each.id));
  questions.push(...record.questions.filter((each) => !known.has(each.id)));
  complete = record.questions.length === 0 || record.live;
  last = record.questions.at(-1)?.id ?? last;
}

function showCounts(record) {
  counts = record;
  find("count").textContent = `${record.waiting} to look at, ${record.done} done`;
  find("progress").max = Math.max(1, record.waiting + record.done);
  find("progress").value = record.done;
  find("live-link").hidden = !record.live;
}

// A picture as the address of a blob, "" if there is none; cut on the server meanwhile.
function picture(question) {
  if (!pictures.has(question.id)) pictures.set(question.id, loadPicture(question));
  return pictures.get(question.id);
}

async function loadPicture(question) {
  for (;;) {
    const answer = await fetch(`/api/review/${question.id}/picture`);
    if (answer.status === 200) return { url: URL.createObjectURL(await answer.blob()) };
    if (answer.status !== 202) return { error: (await answer.json()).error };
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
}

function forgetPictures() {
  const near = new Set(questions.slice(Math.max(0, at - AHEAD), at + AHEAD + 1).map((each) => each.id));
  for (const [id, made] of pictures) {
    if (near.has(id)) continue;
    pictures.delete(id);
    made.then(({ url }) => url && URL.revokeObjectURL(url), () => {});
  }
}

async function showPicture(question) {
  find("ink").hidden = true;
  find("no-ink").hidden = false;
  find("no-ink").textContent = "Cutting the picture…";
  const made = await picture(question).catch(() => ({ error: "no connection to the app" }));
  if (made.error) pictures.delete(question.id);
  if (current() !== question) return;
  if (made.url) find("ink").src = made.url;
  find("ink").hidden = !made.url;
  find("no-ink").hidden = Boolean(made.url);
  find("no-ink").textContent = made.error ?? "";
}

function keyboard(symbols) {
  return /^[0-9]*$/.test(symbols) ? "numeric" : /^[0-9.,]*$/.test(symbols) ? "decimal" : "text";
}

function hintOf(question) {
  const parts = [];
  if (question.given) parts.push(`You said: ${question.given.text || question.given.how}.`);
  if (question.state === "not found") parts.push("The page does not show it.");
  if (question.note) parts.push(`Held: ${question.note}.`);
  if (question.rejected) parts.push(`The ink alone seems to say ${question.rejected}.`);
  return parts.join(" ");
}

function show() {
  const question = current();
  refused = null;
  find("ask").hidden = !question;
  find("none").hidden = Boolean(question);
  find("state").hidden = !question;
  if (!question) {
    showNone();
    return;
  }
  find("field").textContent = question.field;
  find("state").textContent = WORDS[question.state];
  find("where").textContent = question.page > 1 ? `${question.source}, page ${question.page}` : question.source;
  find("unit").textContent = question.unit ?? "";
  find("hint").textContent = hintOf(question);
  box.inputMode = keyboard(question.symbols);
  box.value = question.draft ?? question.given?.text ?? question.guess ?? "";
  box.placeholder = question.guess ? "" : "no guess";
  box.focus();
  box.select();
  showPicture(question);
  for (const next of questions.slice(at + 1, at + 1 + AHEAD)) picture(next).catch(() => pictures.delete(next.id));
  forgetPictures();
}

function showNone() {
  find("field").textContent = others ? "All fields" : "Fields in doubt";
  find("none-text").textContent = counts.waiting && !others ? `${counts.waiting} were left for later.` : others || counts.done ? "All is looked at." : "Nothing is in doubt.";
  find("skipped").hidden = !counts.waiting;
  find("others").hidden = others || counts.live;
}

async function go(step) {
  at = Math.max(0, at + step);
  if (at > questions.length - FETCH_AT) {
    const more = fetchMore();
    if (at >= questions.length) await more;
    else more.catch((error) => say(error.message, true));
  }
  at = Math.min(at, questions.length);
  show();
}

async function answer(text) {
  const question = current(), force = refused !== null && refused === text;
  const query = new URLSearchParams({ ...(text === null ? {} : { text }), ...(force ? { force: "1" } : {}) });
  try {
    showCounts(await ask(`/api/review/${question.id}?${query}`, "POST"));
  } catch (error) {
    refused = error.status === 422 ? text : null;
    say(refused === null ? `Not kept: ${error.message}` : `Not kept yet: ${error.message}, or press Enter again to keep it all the same.`, true);
    box.select();
    ahead = [];
    return;
  }
  question.given = { text, how: text === null ? "unreadable" : text === "" ? "blank" : "kept" };
  delete question.draft;
  answered.push(question);
  say(`${question.field}: ${text === null ? "unreadable" : text === "" ? "blank" : text}, kept.`);
  await go(1);
}

async function undo() {
  const question = answered.pop();
  if (!question) {
    say("There is nothing to take back.");
    return;
  }
  showCounts(await ask(`/api/review/${question.id}/undo`, "POST"));
  delete question.given;
  if (!questions.includes(question)) questions.unshift(question);
  at = questions.indexOf(question);
  show();
  say(`${question.field}: taken back.`);
}

function typed() {
  const question = current();
  return question && box.value !== (question.given?.text ?? question.guess ?? "");
}

// What was typed is still there when one comes back.
function leave(step) {
  if (typed()) current().draft = box.value;
  return go(step);
}

// A ten at the end of an ISBN is an X.
function text() {
  return box.value.trim().toUpperCase();
}

const ACTIONS = {
  Enter: async () => {
    if (!current()) return;
    if (text()) await answer(text());
    else say("Type what stands there; b says that nothing does, ? that nobody can read it.");
  },
  Tab: () => (typed() && text() ? answer(text()) : go(1)),
  later: () => leave(1),
  back: () => leave(-1),
  b: () => answer(""),
  "?": () => answer(null),
  z: undo,
};

// One after the other; what is typed meanwhile is for the next field.
async function act(name) {
  if (busy) {
    ahead.push(name);
    return;
  }
  busy = true;
  try {
    await ACTIONS[name]();
  } catch (error) {
    say(`Not done: ${error.message}`, true);
    ahead = [];
  }
  busy = false;
  while (ahead.length && !busy) {
    const next = ahead.shift();
    if (next in ACTIONS) act(next);
    else box.setRangeText(next, box.selectionStart, box.selectionEnd, "end");
  }
}

function nameOf(event) {
  if (event.key === "Tab") return event.shiftKey ? "back" : "Tab";
  return event.key in ACTIONS ? event.key : null;
}

box.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const name = nameOf(event);
  // From there Tab goes where it always does.
  if (event.key === "Escape") find("take").focus();
  else if (name) {
    event.preventDefault();
    // A key that is held down is one answer.
    if (!event.repeat) act(name);
  } else if (busy && event.key.length === 1) {
    event.preventDefault();
    ahead.push(event.key);
  }
});
box.addEventListener("input", () => { refused = null; });
find("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  act("Enter");
});
for (const [id, name] of [["back", "back"], ["blank", "b"], ["unreadable", "?"], ["later", "later"]]) find(id).addEventListener("click", () => act(name));

async function start(withOthers) {
  questions = [];
  at = 0;
  last = null;
  complete = false;
  others = withOthers;
  await fetchMore();
  show();
}

for (const [id, withOthers] of [["skipped", false], ["others", true]]) {
  find(id).addEventListener("click", () => start(withOthers).catch((error) => say(error.message, true)));
}
start(false).catch((error) => { find("count").textContent = error.message; });
// New ones come by themselves, but never in place of what is being looked at.
setInterval(() => {
  if (counts.live && !current() && !document.hidden && !busy) start(false).catch(() => {});
}, REFRESH_MS);
