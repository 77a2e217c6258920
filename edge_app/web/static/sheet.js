// Sends the photo of a filled-in template, or has the camera take it, and says how many digits were cut out of it.
"use strict";

async function sendSheet(path, body) {
  const say = (text, bad = false) => {
    const place = document.getElementById("sheet-outcome");
    place.className = bad ? "outcome bad" : "outcome";
    place.textContent = text;
  };
  say("Cutting…");
  try {
    const record = await ask(path, "POST", body);
    const known = record.new ? "" : " This photo was there before.";
    const pages = record.pages ? ` Page 1 of ${record.pages}; send the others one by one.` : "";
    say(`${record.digits} digits cut, ${record.new} new, ${record.empty} empty boxes.${known}${pages}`);
    showCount(record);
  } catch (error) {
    say(`Not done: ${error.message}`, true);
  }
}

document.getElementById("sheet-file").addEventListener("change", async ({ target }) => {
  const form = new FormData();
  if (!target.files[0]) return;
  form.append("image", target.files[0]);
  await sendSheet("/api/sheet", form);
  // The same picture can be chosen again.
  target.value = "";
});
document.getElementById("sheet-camera").addEventListener("click", () => sendSheet("/api/sheet/photograph"));
