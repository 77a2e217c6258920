// How digits are shown, in words and in pictures: sure, unsure, doubtful (?), or fixed by hand.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
// contract.py's DOUBTFUL_BELOW: whoever enters data looks at what is less sure.
const SURE = 0.9;
// On the screen; a page's digits may be far smaller there than in the photo.
const MIN_LABEL_PX = 11, LINE_PX = 1.5;

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

// As SVG in the picture's own pixels; a tap on a box calls tapped with its digit.
function drawBoxes(svg, record, tapped) {
  svg.setAttribute("viewBox", `0 0 ${record.width} ${record.height}`);
  const digits = record.lines.flatMap((line) => line.digits);
  const shownPx = svg.parentElement.clientWidth || record.width;
  const pixel = record.width / shownPx, pad = LINE_PX * pixel;
  const heights = digits.map((digit) => digit.box[3]).sort((one, other) => one - other);
  const size = Math.max(MIN_LABEL_PX * pixel, 0.4 * (heights[heights.length >> 1] ?? 0));
  const groups = digits.map((digit) => {
    const [x, y, width, height] = digit.box;
    const group = svgNode("g", { class: stateOf(digit) });
    group.append(
      // Around the ink, so that the line covers none.
      svgNode("rect", { x: x - pad, y: y - pad, width: width + 2 * pad, height: height + 2 * pad, rx: 2 * pad }),
      svgNode("text", { x: x + width / 2, y: Math.max(y - pad - size * 0.25, size), "font-size": size, "text-anchor": "middle" }, textOf(digit)),
    );
    group.addEventListener("click", () => tapped(digit));
    return group;
  });
  // What is to be looked at lies over its neighbours.
  const doubtful = (group) => group.classList.contains("doubtful");
  svg.replaceChildren(...groups.filter((group) => !doubtful(group)), ...groups.filter(doubtful));
}
