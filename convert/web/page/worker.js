// Reads in a thread of its own, so that the page never stalls. A classic worker: LiteRT.js brings its code by importScripts.
// @ts-check
"use strict";

// What comes before the code has been loaded waits for it. The page's address is in the first message: a blob has none.
/** @type {MessageEvent[]} */
const early = [];
/** @param {MessageEvent} event */
const keep = (event) => { early.push(event); };
self.addEventListener("message", keep);
self.addEventListener("message", async ({ data: { site } }) => {
  const { serve } = await import(`${site}service.js`);
  self.removeEventListener("message", keep);
  serve(site);
  for (const { data } of early.slice(1)) self.dispatchEvent(new MessageEvent("message", { data }));
}, { once: true });
