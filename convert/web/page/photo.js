// A photo or a picture that was chosen is read, and what was read is shown on it.
// @ts-check
import { ask } from "./client.js";
import { get } from "./find.js";
import { PictureError, enlarged, openPicture } from "./picture.js";

let address = "", latest = 0;

/**
 * @param {Blob} file
 * @returns {Promise<any>} the page
 */
export async function readPicture(file) {
  const { picture, scale, address: shown } = await openPicture(file);
  return { ...enlarged(await ask("page", { picture }, [picture]), scale), address: shown };
}

/** @param {Blob} file @param {string} name */
export async function showPicture(file, name) {
  const mine = ++latest, result = get("photo-result", HTMLElement);
  result.hidden = true;
  say("Reading…");
  try {
    const page = await readPicture(file);
    if (mine !== latest) return;
    URL.revokeObjectURL(address);
    address = page.address;
    get("photo", HTMLImageElement).src = address;
    result.hidden = false;
    showResult(page, name);
  } catch (error) {
    if (mine === latest) say(error instanceof PictureError ? error.message : `It could not be read: ${error instanceof Error ? error.message : error}`, true);
  }
}

/** Listens to the buttons. */
export function listenForPictures() {
  for (const id of ["shot", "file"]) {
    const input = get(id, HTMLInputElement);
    input.addEventListener("change", async () => {
      const file = input.files?.[0];
      if (file) await showPicture(file, file.name);
      // The same picture can be chosen again.
      input.value = "";
    });
  }
}
