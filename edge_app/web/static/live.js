// The live view: picture, numbers in view, history.
"use strict";

const RETRY_MS = 5000;
const WORDS = { read: "read", changed: "changed", left: "left" };
let shown = {}, announced = null, paused = false, retry = 0, collecting = false;

function setText(id, text) {
  // Only what changes is spoken by a screen reader.
  if (find(id).textContent !== text) find(id).textContent = text;
}

function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

function changed(name, value) {
  const text = JSON.stringify(value);
  if (shown[name] === text) return false;
  shown[name] = text;
  return true;
}

function showNumbers(numbers) {
  const rows = numbers.map(({ text, guess, confidence, track }) => ({ text, guess, track, sure: sureness(text, guess, confidence) }));
  if (!changed("numbers", [rows, collecting])) return;
  find("no-numbers").hidden = numbers.length > 0;
  find("numbers").replaceChildren(...rows.map(({ text, guess, track, sure }) => {
    const item = element("li", "", "");
    item.append(showText(element("span", "value", ""), text, guess), element("span", "quiet", sure));
    if (collecting) item.append(fixButton(text, track));
    return item;
  }));
}

function sureness(text, guess, confidence) {
  if (!guess) return `${percentOf(confidence)} sure`;
  return `perhaps ${[...guess].filter((_, at) => text[at] === "?").join(", ")}`;
}

function fixButton(text, track) {
  const button = element("button", "", "Fix");
  button.type = "button";
  button.setAttribute("aria-label", `Fix ${text}`);
  button.addEventListener("click", () => fixNumber(track));
  return button;
}

// Its digits are cut out of the picture, and the page for labels asks what they are.
async function fixNumber(track) {
  setText("fix-state", "");
  try {
    const answer = await fetch(`/api/numbers/${track}/wrong`, { method: "POST" });
    const record = await answer.json();
    if (!answer.ok) throw new Error(record.error);
    if (record.waiting === 0) throw new Error("its digits were labelled before");
    location.assign("/label");
  } catch (error) {
    setText("fix-state", `Not taken: ${error.message}`);
  }
}

function showHistory(history) {
  if (!changed("history", history)) return;
  find("no-history").hidden = history.length > 0;
  find("history").replaceChildren(...[...history].reverse().map((event) => {
    const row = element("tr", "", ""), number = showText(element("td", "value", ""), event.text, event.guess), what = element("td", "", "");
    if (event.guess) number.append(element("span", "former", `perhaps ${event.guess}`));
    if (event.former !== null) number.append(element("span", "former", `was ${event.former}`));
    what.append(element("span", `tag ${event.event}`, WORDS[event.event]));
    row.append(element("td", "", clock(event.time)), number, what);
    return row;
  }));
  const last = history.at(-1), key = last && `${last.track} ${last.event} ${last.time}`;
  // What happened before the page was opened is not news.
  if (announced !== null && key && key !== announced) setText("news", `${last.text} ${WORDS[last.event]}${last.guess ? `, perhaps ${last.guess}` : ""}`);
  announced = key ?? "";
}

function showState(record) {
  if (changed("model", record.model_sha256)) showAbout().catch(() => { shown.model = null; });
  const away = record.trouble !== null;
  const percent = (share) => `${(100 * share).toFixed(0)} %`;
  find("drift").hidden = !record.drift.alarm;
  setText("drift", record.drift.alarm ? `${percent(record.drift.share)} of the last ${record.drift.digits} digits were doubtful, far more than usual. Check the light and the lens, or fine-tune the model on this handwriting.` : "");
  find("state").dataset.state = away ? "away" : "live";
  find("numbers").dataset.stale = away;
  setText("state-text", away ? "Camera is away" : "Live");
  setText("rate", away ? record.camera : `${record.camera} · ${Math.round(record.frames_per_second)} frames/s`);
  veil(away ? (record.frame < 0 ? `Waiting for the first picture. Camera: ${record.camera}` : `The camera is away: ${record.trouble}`) : "");
}

function veil(text) {
  setText("veil", text);
  find("veil").hidden = text === "";
}

function watchEvents() {
  const events = new EventSource("/api/events");
  events.onmessage = (message) => {
    const record = JSON.parse(message.data);
    showState(record);
    showNumbers(record.numbers);
    showHistory(record.history);
    if (record.frame >= 0 && find("stream").hidden && !paused && !retry && !document.hidden) startStream();
  };
  events.onerror = () => {
    find("state").dataset.state = "lost";
    setText("state-text", "No connection");
    veil("No connection to the app. Trying again…");
    stopStream();
    if (events.readyState === EventSource.CLOSED) setTimeout(watchEvents, RETRY_MS);
  };
}

function startStream() {
  clearTimeout(retry);
  retry = 0;
  const stream = find("stream");
  stream.src = `/stream.mjpg?${Date.now()}`;
  stream.hidden = false;
  find("still").hidden = true;
}

function stopStream() {
  find("stream").hidden = true;
  find("stream").removeAttribute("src");
}

function pause() {
  const stream = find("stream"), still = find("still"), button = find("pause");
  paused = !paused;
  button.setAttribute("aria-pressed", String(paused));
  button.textContent = paused ? "Go on" : "Pause";
  if (!paused) return startStream();
  if (stream.naturalWidth) {
    still.width = stream.naturalWidth;
    still.height = stream.naturalHeight;
    still.getContext("2d").drawImage(stream, 0, 0);
    still.hidden = false;
  }
  stopStream();
}

find("stream").addEventListener("error", () => {
  if (find("stream").hidden) return;
  stopStream();
  veil("No picture: perhaps too many are watching. Trying again…");
  retry = setTimeout(() => { retry = 0; }, RETRY_MS);
});
find("pause").addEventListener("click", pause);
// A page that nobody sees costs the camera's machine nothing.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stopStream();
  else if (!paused) startStream();
});

// Again when another model reads.
async function showAbout() {
  const info = await (await fetch("/api/info")).json();
  collecting = info.collecting;
  find("label-link").hidden = !collecting;
  find("review-link").hidden = !info.reviewing;
  find("kept-not").hidden = collecting;
  find("kept").hidden = !collecting;
  find("about").textContent = `digits-edge ${info.version} · ${info.runtime} · model ${info.model_sha256.slice(0, 12)}`;
}

watchEvents();
