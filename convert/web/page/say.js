// What result.js, which the app's own page has too, says under the photo.
// @ts-check
"use strict";

/** @param {string} text @param {boolean} [bad] */
function say(text, bad = false) {
  const place = /** @type {HTMLElement} */ (document.getElementById("photo-state"));
  place.className = bad ? "outcome bad" : "outcome";
  place.textContent = text;
}
