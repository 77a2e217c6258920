// Sends a photographed page and shows what was read on it.
"use strict";

const MAX_BYTES = 20e6;
let address = null, sending = null;

function say(text, bad = false) {
  const place = document.getElementById("photo-state");
  place.className = bad ? "outcome bad" : "outcome";
  place.textContent = text;
}

async function post(path, body, signal) {
  const answer = await fetch(path, { method: "POST", body, signal });
  const record = await answer.json();
  if (!answer.ok) throw new Error(record.error);
  return record;
}

async function send(file, signal) {
  const form = new FormData();
  form.append("image", file);
  const record = await post("/api/read", form, signal);
  return [record, URL.createObjectURL(file)];
}

// The camera's picture at its full size; the live view is a small one.
async function shoot(signal) {
  const record = await post("/api/photograph", null, signal);
  return [record, `/photograph.jpg?${Date.now()}`];
}

function showReading(record) {
  const lines = document.getElementById("photo-lines");
  drawBoxes(document.getElementById("photo-boxes"), record);
  lines.replaceChildren(...record.lines.map((line) => {
    const item = document.createElement("li");
    item.className = "value";
    item.textContent = line.text;
    return item;
  }));
  const digits = record.lines.reduce((sum, line) => sum + line.digits.length, 0);
  const count = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;
  document.querySelector("#photo-result figcaption").hidden = digits === 0;
  say(digits === 0
    ? "No digit was read. Hold the camera straight above the page, in good light."
    : `${count(digits, "digit")} in ${count(record.lines.length, "line")}, read in ${Math.max(1, Math.round(record.latency_ms))} ms.`);
}

async function readPhoto(reading) {
  sending?.abort();
  const mine = sending = new AbortController();
  document.getElementById("photo-result").hidden = true;
  say("Reading…");
  try {
    const [record, source] = await reading(mine.signal);
    if (address?.startsWith("blob:")) URL.revokeObjectURL(address);
    address = source;
    document.querySelector("#photo-result .sheet").hidden = false;
    document.getElementById("photo").src = address;
    document.getElementById("photo-result").hidden = false;
    showReading(record);
  } catch (error) {
    if (!mine.signal.aborted) say(`It could not be read: ${error.message}`, true);
  }
}

async function readFile(input) {
  const file = input.files[0];
  if (!file) return;
  if (file.size > MAX_BYTES) {
    sending?.abort();
    document.getElementById("photo-result").hidden = true;
    say("That picture is larger than 20 MB. Scale it down, or take it with a lower resolution.", true);
  } else {
    await readPhoto((signal) => send(file, signal));
  }
  // The same picture can be chosen again.
  input.value = "";
}

for (const id of ["shot", "file"]) {
  document.getElementById(id).addEventListener("change", (event) => readFile(event.target));
}
// Not every browser shows what can be read, such as HEIC.
document.getElementById("photo").addEventListener("error", () => {
  document.querySelector("#photo-result .sheet").hidden = true;
});
document.getElementById("camera-shot").addEventListener("click", () => readPhoto(shoot));
