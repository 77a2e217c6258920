// What hangs together, with its neighbours at corners too.
// @ts-check

/**
 * @typedef {{ x: number, y: number, width: number, height: number, area: number }} Component a box and its number of pixels
 * @typedef {{ labels: Int32Array, width: number, height: number, stats: Component[] }} Connected
 *   the number of the component each pixel belongs to, and each one's place; 0 is paper
 */

/**
 * @param {import("./grey.js").Grey} mask not 0 where there is ink
 * @returns {Connected}
 */
export function connectedComponents({ data, width, height }) {
  const runs = runsOf(data, width, height), labels = new Int32Array(width * height);
  const numbers = new Int32Array(runs.starts.length), stats = [{ x: 0, y: 0, width: 0, height: 0, area: 0 }];
  for (let run = 0; run < runs.starts.length; run++) {
    const root = find(runs.parents, run), start = runs.starts[run], end = runs.ends[run], y = runs.rows[run];
    if (numbers[root] === 0) {
      numbers[root] = stats.length;
      stats.push({ x: start, y, width: end - start, height: 1, area: 0 });
    }
    const number = numbers[root], of = stats[number], right = Math.max(of.x + of.width, end);
    of.x = Math.min(of.x, start);
    of.width = right - of.x;
    of.height = y + 1 - of.y;
    of.area += end - start;
    labels.fill(number, y * width + start, y * width + end);
  }
  return { labels, width, height, stats };
}

/**
 * Pieces of rows, joined with those above that they touch.
 * @param {Uint8Array} data
 * @param {number} width
 * @param {number} height
 */
function runsOf(data, width, height) {
  /** @type {number[]} */ const starts = [];
  /** @type {number[]} */ const ends = [];
  /** @type {number[]} */ const rows = [];
  /** @type {number[]} */ const parents = [];
  for (let y = 0, above = 0, first = 0; y < height; y++, above = first, first = starts.length) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      if (data[row + x] === 0) continue;
      const start = x;
      while (x < width && data[row + x] !== 0) x++;
      const run = starts.push(start) - 1;
      ends.push(x);
      rows.push(y);
      parents.push(run);
      while (above < first && ends[above] < start) above++;
      for (let other = above; other < first && starts[other] <= x; other++) join(parents, run, other);
    }
  }
  return { starts, ends, rows, parents };
}

/** @param {number[]} parents @param {number} run */
function find(parents, run) {
  while (parents[run] !== run) run = parents[run] = parents[parents[run]];
  return run;
}

/** @param {number[]} parents @param {number} one @param {number} other */
function join(parents, one, other) {
  const [a, b] = [find(parents, one), find(parents, other)];
  parents[Math.max(a, b)] = Math.min(a, b);
}
