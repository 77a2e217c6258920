// The service worker: keeps the whole page, so that it works without a network.
// @ts-check
"use strict";

// `python -m convert --web` writes what there is, and a version that changes with any of it.
const VERSION = "development";
/** @type {string[]} */
const FILES = /* FILES */ [];
const CACHE = `digits-${VERSION}`;
const worker = /** @type {any} */ (self);

/** The runtime's files for browsers with relaxed SIMD, or for those without: the smallest function that uses some. */
const RELAXED = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11,
]);

function needed() {
  const other = WebAssembly.validate(RELAXED) ? "litert_wasm_compat_internal" : "litert_wasm_internal";
  return ["./", ...FILES.filter((name) => !name.startsWith(`litert/${other}.`))];
}

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(needed().map((name) => new Request(name, { cache: "reload" })));
    await worker.skipWaiting();
  })());
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("digits-") && name !== CACHE).map((name) => caches.delete(name)));
    await worker.clients.claim();
  })());
});

// What is kept comes from here, at any time; all else is of the network.
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  if (event.request.method !== "GET") return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    return await cache.match(event.request, { ignoreSearch: true }) ?? fetch(event.request);
  })());
});
