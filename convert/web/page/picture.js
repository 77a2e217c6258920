// A file as a picture that the worker can read, however large.
// @ts-check

// What the reader works on has 3 million pixels; more than these are not even decoded. As edge_app/page/ink.py does for
// smaller ones, the reader scales by areas.
const MAX_PIXELS = 16_000_000, SCALED_PIXELS = 3_000_000, MIN_SIDE_PX = 32;

/** What is wrong with a file, in words for whoever chose it. */
export class PictureError extends Error {}

/**
 * @param {Blob} file
 * @returns {Promise<{ picture: ImageBitmap, scale: number, address: string }>} how many of its pixels one here stands
 *   for, and an address to show it under
 */
export async function openPicture(file) {
  const address = URL.createObjectURL(file);
  try {
    const { width, height } = await sizeOf(address), scale = width * height > MAX_PIXELS ? Math.sqrt((width * height) / SCALED_PIXELS) : 1;
    if (Math.min(width, height) < MIN_SIDE_PX) throw new PictureError(`That picture has only ${width}×${height} pixels; it takes at least ${MIN_SIDE_PX} each way.`);
    const size = scale === 1 ? {} : { resizeWidth: Math.round(width / scale), resizeHeight: Math.round(height / scale), resizeQuality: /** @type {const} */ ("medium") };
    return { picture: await createImageBitmap(file, { colorSpaceConversion: "none", ...size }), scale, address };
  } catch (error) {
    URL.revokeObjectURL(address);
    throw error instanceof PictureError ? error : new PictureError("That is no picture that this browser can open. Try a photo as JPEG, PNG or WebP.");
  }
}

/**
 * Width and height out of the file's head: its pixels are not decoded for it.
 * @param {string} address
 * @returns {Promise<{ width: number, height: number }>}
 */
function sizeOf(address) {
  return new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done({ width: image.naturalWidth, height: image.naturalHeight });
    image.onerror = () => failed(new Error("no picture"));
    image.src = address;
  });
}

/**
 * A page that was read on a smaller picture, in pixels of the whole one.
 * @template {{ lines: { digits: { box: number[] }[] }[], width: number, height: number }} T
 * @param {T} page
 * @param {number} scale
 * @returns {T}
 */
export function enlarged(page, scale) {
  if (scale === 1) return page;
  const lines = page.lines.map((line) => ({ ...line, digits: line.digits.map((digit) => ({ ...digit, box: digit.box.map((side) => side * scale) })) }));
  return { ...page, lines, width: page.width * scale, height: page.height * scale };
}
