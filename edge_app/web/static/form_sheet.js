// The photo of the form and the four corners of its sheet.
"use strict";

class Sheet {
  // used: called when the server has a new picture of the form.
  constructor(used) {
    Object.assign(this, { used, corners: [], width: 1, height: 1, held: -1 });
    this.svg = find("corners");
    for (const id of ["shot", "photo-file"]) find(id).addEventListener("change", ({ target }) => target.files[0] && this.send(target));
    find("straighten").addEventListener("click", () => this.straighten());
    find("turn").addEventListener("click", () => this.turn());
    find("whole").addEventListener("click", () => this.put([[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => [x * this.width, y * this.height])));
    this.svg.addEventListener("pointerdown", (event) => this.take(event));
    this.svg.addEventListener("pointermove", (event) => this.held < 0 || this.move(this.held, partsAt(this.svg, event)));
    for (const kind of ["pointerup", "pointercancel"]) this.svg.addEventListener(kind, () => { this.held = -1; });
    this.svg.addEventListener("keydown", (event) => this.type(event));
    addEventListener("resize", () => this.place());
  }

  async send(input) {
    say("sheet-outcome", "Looking for the sheet…");
    try {
      this.show(await sendFile("/api/form/photo", input));
    } catch (error) {
      say("sheet-outcome", error.message, true);
    }
  }

  show(photo) {
    Object.assign(this, { width: photo.width, height: photo.height });
    find("photo").src = `/photo.jpg?${Date.now()}`;
    for (const name of ["width", "height"]) find("photo").setAttribute(name, photo[name]);
    find("corners-part").hidden = false;
    this.svg.setAttribute("viewBox", `0 0 ${photo.width} ${photo.height}`);
    this.outline = shape("path", { class: "outline" });
    const handles = ["Upper left", "Upper right", "Lower right", "Lower left"].map((name, at) =>
      handle(null, { tabindex: 0, role: "button", "aria-label": `${name} corner`, "data-at": at }));
    this.svg.replaceChildren(this.outline, ...handles);
    this.put(photo.corners);
    say("sheet-outcome", photo.found ? "" : "The sheet's edges were not found: drag the corners onto them, or take the whole picture.");
  }

  put(corners) {
    this.corners = corners;
    this.place();
  }

  place() {
    if (!this.outline) return;
    this.outline.setAttribute("d", `M0 0H${this.width}V${this.height}H0Z M${this.corners.map((each) => each.join(" ")).join("L")}Z`);
    const pixel = pixelOf(this.svg);
    this.corners.forEach(([x, y], at) => {
      const each = this.svg.querySelector(`[data-at="${at}"]`);
      placeHandle(each, x, y, pixel);
      each.classList.toggle("first", at === 0);
    });
  }

  take(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    const [x, y] = partsAt(this.svg, event), far = this.corners.map((each) => Math.hypot(each[0] - x * this.width, each[1] - y * this.height));
    this.held = far.indexOf(Math.min(...far));
    this.svg.setPointerCapture(event.pointerId);
    this.svg.querySelector(`[data-at="${this.held}"]`).focus({ preventScroll: true });
  }

  type(event) {
    const at = Number(event.target.closest("[data-at]")?.dataset.at ?? -1), step = at < 0 ? null : stepOf(event);
    if (step) this.move(at, [this.corners[at][0] / this.width + step[0], this.corners[at][1] / this.height + step[1]]);
  }

  move(at, [x, y]) {
    this.corners[at] = [within(x) * this.width, within(y) * this.height];
    this.place();
  }

  // The corner before is the upper left one from now on: what lay on its left side stands.
  turn() {
    this.put([...this.corners.slice(-1), ...this.corners.slice(0, -1)]);
    say("sheet-outcome", "Turned: the blue corner becomes the upper left one.");
  }

  async straighten() {
    say("sheet-outcome", "Straightening…");
    try {
      const size = await ask("/api/form/straighten", { corners: this.corners });
      say("sheet-outcome", "");
      this.used(size);
    } catch (error) {
      say("sheet-outcome", error.message, true);
    }
  }
}
