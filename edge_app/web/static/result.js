// What was read on a photo: its digits can be fixed one by one, and the text be copied, saved and shared.
"use strict";

let result = null, choosing = null, fixing = Promise.resolve();

function report(text, bad = false) {
  find("result-state").className = bad ? "outcome bad" : "outcome";
  find("result-state").textContent = text;
}

function digitsOf(record) {
  return record.lines.flatMap((line) => line.digits);
}

function lineText(line) {
  return line.digits.map(textOf).join("");
}

function resultLines() {
  return result.lines.filter((line) => lineText(line) !== "");
}

function resultText() {
  return resultLines().map(lineText).join("\n");
}

function showResult(record, name) {
  result = { ...record, name };
  showPhoto(true);
  report("");
  showDigits();
  const digits = digitsOf(record).length, count = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;
  find("reading").hidden = digits === 0;
  say([
    digits === 0
      ? "No digit was read. Hold the camera straight above the page, in good light."
      : `${count(digits, "digit")} in ${count(record.lines.length, "line")}, read in ${Math.max(1, Math.round(record.latency_ms))} ms.`,
    ...(record.pages ? [`Page 1 of ${record.pages}; read all with python -m edge_app read.`] : []),
    ...(record.turn ? [`This page was read turned by ${record.turn} degrees.`] : []),
  ].join(" "));
}

// A HEIC is read, though most browsers cannot show it: the boxes stand alone then.
function showPhoto(shown) {
  find("photo").hidden = !shown;
  find("photo-unseen").hidden = shown;
}

function showDigits() {
  drawBoxes(find("photo-boxes"), result, choose);
  find("photo-lines").replaceChildren(...resultLines().map((line) => {
    const item = element("li", "value", "");
    item.append(...line.digits.filter((digit) => digit.fixed !== "x").map(digitButton));
    return item;
  }));
  const states = new Set(digitsOf(result).map(stateOf));
  for (const entry of document.querySelectorAll("#legend li")) entry.hidden = !states.has(entry.className);
}

function digitButton(digit) {
  const button = element("button", stateOf(digit), textOf(digit));
  button.type = "button";
  button.title = describe(digit);
  button.setAttribute("aria-label", `${textOf(digit)}. ${describe(digit)}. Fix`);
  button.addEventListener("click", () => choose(digit));
  digit.button = button;
  return button;
}

// Asks which digit it is, with its place in the photo enlarged, as it was read.
function choose(digit) {
  choosing = digit;
  find("fix-what").textContent = `${describe(digit)}.`;
  for (const button of find("fix").querySelectorAll("[value]")) {
    button.classList.toggle("primary", button.value === String(digit.label ?? digit.guess));
  }
  find("fix").returnValue = "";
  find("fix").showModal();
  (find("fix").querySelector(".primary") ?? find("fix-cancel")).focus();
  enlarge(digit);
}

function enlarge({ box: [x, y, width, height] }) {
  const photo = find("photo"), canvas = find("fix-crop"), scale = photo.naturalWidth / result.width;
  canvas.hidden = !photo.naturalWidth;
  if (canvas.hidden) return;
  const side = Math.max(width, height) * 1.7, context = canvas.getContext("2d"), shown = canvas.width;
  const left = x + width / 2 - side / 2, top = y + height / 2 - side / 2;
  context.resetTransform();
  context.fillStyle = "#fff";
  context.fillRect(0, 0, shown, shown);
  // A 6 that lies upside down in the photo looks like a 9.
  context.translate(shown / 2, shown / 2);
  context.rotate((result.turn ?? 0) * Math.PI / 180);
  context.drawImage(photo, left * scale, top * scale, side * scale, side * scale, -shown / 2, -shown / 2, shown, shown);
}

function fix(digit, label) {
  const number = digitsOf(result).indexOf(digit), photo = result.photo;
  digit.fixed = label;
  showDigits();
  (digit.button?.isConnected ? digit.button : find("copy")).focus();
  report(label === "x" ? "Dropped." : `Fixed: ${label}.`);
  // One after the other: of two labels for a digit the later one counts.
  if (photo) fixing = fixing.then(() => keepFix(photo, number, label));
}

async function keepFix(photo, number, label) {
  try {
    await post(`/api/photos/${photo}/${number}/${label}`, null);
    report(`${label === "x" ? "Dropped" : `Fixed: ${label}`}, and kept to learn from.`);
  } catch (error) {
    report(`Fixed here, but not kept to learn from: ${error.message}`, true);
  }
}

function csv() {
  const rows = resultLines().map((line, at) => {
    const shown = line.digits.filter((digit) => digit.fixed !== "x");
    const confidence = Math.min(...shown.map((digit) => digit.fixed === undefined ? digit.confidence : 1));
    return [at + 1, lineText(line), shown.filter((digit) => stateOf(digit) === "doubtful").length, confidence];
  });
  return [["line", "number", "doubtful", "confidence"], ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  link.download = `${result.name.replace(/\.[^.]*$/, "") || "digits"}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

async function copy() {
  let copied = false;
  try {
    await navigator.clipboard.writeText(resultText());
    copied = true;
  } catch {
    // Over plain HTTP from another machine browsers have no clipboard for scripts.
    copied = copySelected(resultText());
  }
  report(copied ? "Copied." : "Your browser did not copy it; select the numbers instead.", !copied);
}

function copySelected(text) {
  const area = element("textarea", "unseen", "");
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  find("copy").focus();
  return copied;
}

async function share() {
  // Whoever closes the list of apps has not failed.
  await navigator.share({ title: "Digits", text: resultText() }).catch(() => {});
}

find("copy").addEventListener("click", copy);
find("csv").addEventListener("click", save);
find("share").addEventListener("click", share);
find("share").hidden = !navigator.share;
find("fix").addEventListener("close", ({ target }) => {
  if (/^[0-9x]$/.test(target.returnValue)) fix(choosing, target.returnValue);
  else choosing.button?.focus();
});
find("fix").addEventListener("keydown", (event) => {
  if (/^[0-9x]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) find("fix").close(event.key);
});
// A tap beside it closes it.
find("fix").addEventListener("click", (event) => {
  if (event.target === find("fix")) find("fix").close("");
});
find("photo").addEventListener("error", () => showPhoto(false));
