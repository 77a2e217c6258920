// Draws what was read over a picture, as SVG in the picture's own pixels.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

function svgNode(name, attributes, text = "") {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

function drawBoxes(svg, record) {
  svg.setAttribute("viewBox", `0 0 ${record.width} ${record.height}`);
  const digits = record.lines.flatMap((line) => line.digits);
  const smallest = record.width / 60;
  svg.replaceChildren(...digits.flatMap(({ label, box: [x, y, width, height] }) => {
    const state = label === null ? "doubtful" : "read";
    const size = Math.max(smallest, height * 0.45);
    return [
      svgNode("rect", { class: state, x, y, width, height, rx: Math.min(width, height) * 0.08 }),
      svgNode("text", { class: state, x: x + width / 2, y: Math.max(y - size * 0.2, size), "font-size": size, "text-anchor": "middle" }, label ?? "?"),
    ];
  }));
}
