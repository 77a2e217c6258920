// Sends a photographed page to be read.
"use strict";

const MAX_BYTES = 20e6;
let address = null, sending = null;

function say(text, bad = false) {
  const place = find("photo-state");
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
  return [record, URL.createObjectURL(file), file.name];
}

// The camera's picture at its full size; the live view is a small one.
async function shoot(signal) {
  const record = await post("/api/photograph", null, signal);
  return [record, `/photograph.jpg?${Date.now()}`, "photograph"];
}

async function readPhoto(reading) {
  sending?.abort();
  const mine = sending = new AbortController();
  find("photo-result").hidden = true;
  say("Reading…");
  try {
    const [record, source, name] = await reading(mine.signal);
    if (address?.startsWith("blob:")) URL.revokeObjectURL(address);
    address = source;
    find("photo").src = address;
    find("photo-result").hidden = false;
    showResult(record, name);
  } catch (error) {
    if (!mine.signal.aborted) say(`It could not be read: ${error.message}`, true);
  }
}

async function readFile(input) {
  const file = input.files[0];
  if (!file) return;
  if (file.size > MAX_BYTES) {
    sending?.abort();
    find("photo-result").hidden = true;
    say("That picture is larger than 20 MB. Scale it down, or take it with a lower resolution.", true);
  } else {
    await readPhoto((signal) => send(file, signal));
  }
  // The same picture can be chosen again.
  input.value = "";
}

for (const id of ["shot", "file"]) {
  find(id).addEventListener("change", (event) => readFile(event.target));
}
find("camera-shot").addEventListener("click", () => readPhoto(shoot));
