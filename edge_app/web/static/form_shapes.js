// What drawing over a picture takes: a picture's own coordinates, handles for mouse and thumb, arrows as steps.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
// On the screen: of a handle, and of the place where a thumb meets it.
const HANDLE_PX = 6, TOUCH_PX = 18;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
// In parts of the picture; with Alt a quarter of it.
const STEP = 0.004;

const find = (id) => document.getElementById(id);
const within = (value, least = 0, most = 1) => Math.min(most, Math.max(least, value));

function shape(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  setAll(made, attributes);
  parent?.append(made);
  return made;
}

function setAll(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
}

// How many of the picture's pixels one on the screen is.
function pixelOf(svg) {
  return svg.viewBox.baseVal.width / (svg.clientWidth || svg.viewBox.baseVal.width);
}

// Where a pointer is, in parts of the picture's width and height.
function partsAt(svg, event) {
  const area = svg.getBoundingClientRect();
  return [within((event.clientX - area.left) / area.width), within((event.clientY - area.top) / area.height)];
}

// A handle: what is seen, and around it what is met.
function handle(parent, attributes) {
  const group = shape("g", { class: "handle", ...attributes }, parent);
  shape("circle", { class: "reach" }, group);
  shape("circle", { class: "knob" }, group);
  return group;
}

// A small box must be met between its handles: their reach lies outside of it, where [across, down] points.
function placeHandle(group, x, y, pixel, [across, down] = [0, 0]) {
  const off = 0.6 * TOUCH_PX * pixel;
  setAll(group.children[0], { cx: x + across * off, cy: y + down * off, r: TOUCH_PX * pixel });
  setAll(group.children[1], { cx: x, cy: y, r: HANDLE_PX * pixel });
}

function stepOf(event) {
  const arrow = ARROWS[event.key];
  if (!arrow || event.ctrlKey || event.metaKey) return null;
  event.preventDefault();
  return arrow.map((part) => part * (event.altKey ? STEP / 4 : STEP));
}

async function ask(path, body, method = "POST") {
  const answer = await fetch(path, { method, body: body instanceof FormData || body === undefined ? body : JSON.stringify(body) }).catch(() => {
    throw new Error("no connection to the app; try again when it runs");
  });
  const record = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(record.error), { record, status: answer.status });
  return record;
}

async function sendFile(path, input) {
  const form = new FormData();
  form.append("image", input.files[0]);
  // The same picture can be chosen again.
  input.value = "";
  return ask(path, form);
}

function say(id, text, bad = false) {
  find(id).className = bad ? "outcome bad" : "outcome";
  find(id).textContent = text;
}
