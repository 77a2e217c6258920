// The fields' boxes over the form's picture: drawn, moved and resized.
"use strict";

// Shorter ones are a tap, not a box.
const LEAST_BOX_PX = 8;
// Of a box's name.
const NAME_PX = 13;
// Which sides a corner moves: of left, top, right, bottom.
const CORNERS = [[0, 1], [2, 1], [2, 3], [0, 3]];

class Boxes {
  // told: drawn(box), selected(at), moved(at), removed(at), named(at).
  constructor(svg, told) {
    Object.assign(this, { svg, told, fields: [], groups: [], at: -1, drag: null });
    this.fresh = shape("rect", { class: "fresh", visibility: "hidden" });
    for (const [kind, act] of [["down", this.begin], ["move", this.go], ["up", this.end], ["cancel", this.cancel]]) {
      svg.addEventListener(`pointer${kind}`, act.bind(this));
    }
    svg.addEventListener("keydown", this.type.bind(this));
    addEventListener("resize", () => this.place());
  }

  // All boxes again, after there are more or fewer.
  show(fields, at) {
    Object.assign(this, { fields, at });
    this.groups = fields.map((_, number) => {
      const group = shape("g", { tabindex: 0, role: "button", "data-at": number });
      shape("rect", {}, group);
      shape("text", {}, group);
      CORNERS.forEach((__, corner) => handle(group, { "data-corner": corner }));
      group.addEventListener("focus", () => this.at === number || this.told.selected(number));
      return group;
    });
    this.svg.replaceChildren(...this.groups, this.fresh);
    this.place();
  }

  select(at) {
    this.at = at;
    this.place();
  }

  // Where each box is and what it says.
  place() {
    const { width, height } = this.svg.viewBox.baseVal, pixel = pixelOf(this.svg);
    this.groups.forEach((group, number) => {
      const field = this.fields[number], [left, top, right, bottom] = field.box;
      const [rect, text, ...handles] = group.children;
      setAll(rect, { x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height });
      setAll(text, { x: left * width + 3 * pixel, y: top * height - 4 * pixel, "font-size": NAME_PX * pixel });
      text.textContent = field.name + (field.said ? `: ${field.said}` : "");
      group.setAttribute("class", [number === this.at ? "current" : "", field.wrong ? "bad-box" : "", (field.state ?? "").replace(" ", "-")].join(" "));
      group.setAttribute("aria-label", `Field ${text.textContent}`);
      group.setAttribute("aria-pressed", number === this.at);
      handles.forEach((each, corner) => {
        const [side, level] = CORNERS[corner];
        placeHandle(each, field.box[side] * width, field.box[level] * height, pixel, [side - 1, level - 2]);
      });
    });
    // What is drawn last lies above; the marked one's handles must be met first.
    if (!this.drag && this.groups[this.at] && !this.svg.contains(document.activeElement)) this.svg.append(this.groups[this.at], this.fresh);
  }

  begin(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    const from = partsAt(this.svg, event), group = event.target.closest("[data-at]");
    const corner = event.target.closest("[data-corner]")?.dataset.corner;
    this.drag = { from, corner, at: group ? Number(group.dataset.at) : -1, x: event.clientX, y: event.clientY };
    this.svg.setPointerCapture(event.pointerId);
    if (!group) return;
    if (this.drag.at !== this.at) this.told.selected(this.drag.at);
    this.drag.former = [...this.fields[this.drag.at].box];
    this.groups[this.drag.at].focus({ preventScroll: true });
  }

  go(event) {
    if (!this.drag || !event.isPrimary) return;
    const to = partsAt(this.svg, event), { from, former, corner, at } = this.drag;
    if (at < 0) this.outline(ordered([...from, ...to]));
    else if (corner !== undefined) this.set(at, stretched(former, CORNERS[corner], to));
    else this.set(at, shifted(former, to[0] - from[0], to[1] - from[1]));
  }

  end(event) {
    if (!this.drag || !event.isPrimary) return;
    const { from, at, x, y, former } = this.drag;
    this.drag = null;
    this.fresh.setAttribute("visibility", "hidden");
    if (at >= 0) {
      // A mere tap changes nothing.
      if (former.some((part, side) => part !== this.fields[at].box[side])) this.told.moved(at);
    } else if (Math.min(Math.abs(event.clientX - x), Math.abs(event.clientY - y)) < LEAST_BOX_PX) this.told.selected(-1);
    else this.told.drawn(rounded(ordered([...from, ...partsAt(this.svg, event)])), event.pointerType);
  }

  // A second finger zooms: nothing was meant.
  cancel() {
    if (this.drag?.former) this.set(this.drag.at, this.drag.former);
    this.fresh.setAttribute("visibility", "hidden");
    this.drag = null;
  }

  outline([left, top, right, bottom]) {
    const { width, height } = this.svg.viewBox.baseVal;
    setAll(this.fresh, { visibility: "visible", x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height });
  }

  type(event) {
    const at = Number(event.target.closest("[data-at]")?.dataset.at ?? -1);
    if (at < 0) return;
    const step = stepOf(event);
    if (step) {
      const box = this.fields[at].box;
      this.set(at, event.shiftKey ? stretched(box, [2, 3], [box[2] + step[0], box[3] + step[1]]) : shifted(box, ...step));
      this.told.moved(at);
    } else if (event.key === "Delete" || event.key === "Backspace") this.told.removed(at);
    else if (event.key === "Enter") this.told.named(at);
    else return;
    event.preventDefault();
  }

  set(at, box) {
    this.fields[at].box = rounded(box);
    this.place();
  }
}

function ordered([x1, y1, x2, y2]) {
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
}

function rounded(box) {
  return box.map((part) => Math.round(part * 10000) / 10000);
}

function shifted([left, top, right, bottom], x, y) {
  const across = within(x, -left, 1 - right), down = within(y, -top, 1 - bottom);
  return [left + across, top + down, right + across, bottom + down];
}

// With two of its sides elsewhere, but never empty.
function stretched(box, [side, level], [x, y]) {
  const made = [...box];
  made[side] = side === 0 ? within(x, 0, box[2] - STEP) : within(x, box[0] + STEP);
  made[level] = level === 1 ? within(y, 0, box[3] - STEP) : within(y, box[1] + STEP);
  return made;
}
