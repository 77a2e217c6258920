// Sends a photographed page and shows what was read on it.
"use strict";

const MAX_BYTES = 20e6;
let address = null, sending = null;

function say(text, bad = false) {
  const place = document.getElementById("photo-state");
  place.className = bad ? "outcome bad" : "outcome";
  place.textContent = text;
}

async function send(file, signal) {
  const form = new FormData();
  form.append("image", file);
  const answer = await fetch("/api/read", { method: "POST", body: form, signal });
  const record = await answer.json();
  if (!answer.ok) throw new Error(record.error);
  return record;
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

async function readPhoto(input) {
  const file = input.files[0];
  // The same picture can be chosen again.
  if (!file) return;
  sending?.abort();
  const mine = sending = new AbortController();
  document.getElementById("photo-result").hidden = true;
  if (file.size > MAX_BYTES) return say("That picture is larger than 20 MB. Scale it down, or take it with a lower resolution.", true);
  say("Reading…");
  try {
    const record = await send(file, mine.signal);
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(file);
    document.getElementById("photo").src = address;
    document.getElementById("photo-result").hidden = false;
    showReading(record);
  } catch (error) {
    if (!mine.signal.aborted) say(`It could not be read: ${error.message}`, true);
  } finally {
    input.value = "";
  }
}

for (const id of ["shot", "file"]) {
  document.getElementById(id).addEventListener("change", (event) => readPhoto(event.target));
}
