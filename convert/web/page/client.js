// Asks the worker: one promise for each question.
// @ts-check

/** @type {Map<number, { done: (answer: any) => void, failed: (error: Error) => void }>} */
const waiting = new Map();
/** @type {Promise<Worker> | null} */
let worker = null;
let asked = 0;

/** The page's own address, without a file's name. */
export const SITE = new URL("./", import.meta.url).href;

/** A blob's worker has the page's content policy, whatever headers the host sends. */
async function start() {
  const answer = await fetch(`${SITE}worker.js`), source = await answer.blob();
  const started = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  started.addEventListener("message", ({ data: { id, answer: given, error } }) => {
    const question = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) question?.done(given);
    else question?.failed(new Error(error));
  });
  started.addEventListener("error", (event) => {
    for (const { failed } of waiting.values()) failed(new Error(event.message));
    waiting.clear();
  });
  started.postMessage({ site: SITE });
  return started;
}

/**
 * @param {"ready" | "page" | "drawing" | "images"} kind
 * @param {Record<string, unknown>} [question]
 * @param {Transferable[]} [given] away to the worker
 * @returns {Promise<any>}
 */
export async function ask(kind, question = {}, given = []) {
  worker ??= start();
  const asking = await worker, id = ++asked;
  return new Promise((done, failed) => {
    waiting.set(id, { done, failed });
    asking.postMessage({ id, kind, ...question }, given);
  });
}
