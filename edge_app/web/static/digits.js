// How digits are shown, in words and in pictures: sure, unsure, doubtful (?), or fixed by hand.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
// contract.py's DOUBTFUL_BELOW: whoever enters data looks at what is less sure.
const SURE = 0.9;
// On the screen; a page's digits may be far smaller there than in the photo.
const MIN_LABEL_PX = 11, LINE_PX = 1.5;
// What a label's character takes, with its rim, as parts of its size.
const LABEL_WIDE = 0.8, LABEL_HIGH = 0.94, LABEL_RIM = 0.1;

const find = (id) => document.getElementById(id);

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

// The text with each ? in amber, its guess as a tooltip.
function showText(place, text, guess) {
  place.replaceChildren(...[...text].map((character, at) => {
    if (character !== "?") return character;
    const mark = element("span", "doubtful", character);
    if (guess) mark.title = `Perhaps ${guess[at]}`;
    return mark;
  }));
  return place;
}

function stateOf(digit) {
  if (digit.fixed !== undefined) return digit.fixed === "x" ? "dropped" : "fixed";
  if (digit.label === null) return "doubtful";
  return digit.confidence < SURE ? "unsure" : "sure";
}

function textOf(digit) {
  return digit.fixed === "x" ? "" : digit.fixed ?? String(digit.label ?? "?");
}

// Rounded down: only what is certain is 100 % sure. The small part is for 0.29 * 100, which is a little less than 29.
function percentOf(confidence) {
  return `${Math.floor(confidence * 100 + 1e-6)} %`;
}

function describe(digit) {
  const percent = `${percentOf(digit.confidence)} sure`;
  return {
    sure: () => `Read as ${digit.label}, ${percent}`,
    unsure: () => `Read as ${digit.label}, only ${percent}`,
    doubtful: () => `Doubtful; perhaps ${digit.guess}`,
    fixed: () => `You made it ${digit.fixed}`,
    dropped: () => "You said that it is no digit",
  }[stateOf(digit)]();
}

function svgNode(name, attributes, text = "") {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

// What merely touches, but for rounding, does not overlap.
function overlap([x, y, width, height], other) {
  const most = 1e-6;
  return x + most < other[0] + other[2] && other[0] + most < x + width && y + most < other[1] + other[3] && other[1] + most < y + height;
}

// Above, below, right or left of a box, as captions.py does; null where a label would cover another digit or label:
// the box's colour speaks then, and a tap.
function labelPlace([x, y, width, height], sizes, taken, picture) {
  for (const side of ["above", "below", "right", "left"]) {
    for (const size of sizes) {
      const [wide, high] = [LABEL_WIDE * size, LABEL_HIGH * size];
      const left = { right: x + width, left: x - wide }[side] ?? x + (width - wide) / 2;
      const top = { above: y - high, below: y + height }[side] ?? y + (height - high) / 2;
      const place = [left, top, wide, high];
      const inside = left >= 0 && top >= 0 && left + wide <= picture.width && top + high <= picture.height;
      // Nothing else as near as its own digit, or it would be taken for the other one's.
      const room = { below: [left, top, wide, 2 * high], right: [left, top, 2 * wide, high], left: [left - wide, top, 2 * wide, high] }[side] ?? place;
      if (!inside || taken.some((each) => overlap(room, each))) continue;
      taken.push(place);
      return { x: left + wide / 2, y: top + high - LABEL_RIM * size, "font-size": size };
    }
  }
  return null;
}

// As SVG in the picture's own pixels; a tap on a box calls tapped with its digit.
function drawBoxes(svg, record, tapped) {
  svg.setAttribute("viewBox", `0 0 ${record.width} ${record.height}`);
  const digits = record.lines.flatMap((line) => line.digits);
  const shownPx = svg.parentElement.clientWidth || record.width;
  const pixel = record.width / shownPx, pad = LINE_PX * pixel;
  const heights = digits.map((digit) => digit.box[3]).sort((one, other) => one - other);
  const least = MIN_LABEL_PX * pixel, sizes = [Math.max(least, 0.4 * (heights[heights.length >> 1] ?? 0)), least];
  const around = digits.map(({ box: [x, y, width, height] }) => [x - pad, y - pad, width + 2 * pad, height + 2 * pad]);
  const taken = [...around];
  const groups = digits.map((digit, at) => {
    const [x, y, width, height] = digit.box;
    const group = svgNode("g", { class: stateOf(digit) });
    group.append(
      // Around the ink, so that the line covers none.
      svgNode("rect", { x: x - pad, y: y - pad, width: width + 2 * pad, height: height + 2 * pad, rx: 2 * pad }),
    );
    const label = labelPlace(around[at], sizes, taken, record);
    if (label) group.append(svgNode("text", { ...label, "text-anchor": "middle" }, textOf(digit)));
    group.addEventListener("click", () => tapped(digit));
    return group;
  });
  // What is to be looked at lies over its neighbours.
  const doubtful = (group) => group.classList.contains("doubtful");
  svg.replaceChildren(...groups.filter((group) => !doubtful(group)), ...groups.filter(doubtful));
}
