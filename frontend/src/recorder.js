// A surface that looks like a canvas context and records SVG, text as text. It knows what the
// drawing uses; svgcanvas, the library for it, sets inline styles, which the page's policy forbids.

const SVG = "http://www.w3.org/2000/svg";
const STATE = ["fillStyle", "strokeStyle", "lineWidth", "lineCap", "lineJoin", "font", "textAlign", "textBaseline", "globalAlpha"];
const ANCHORS = { left: "start", start: "start", center: "middle", right: "end", end: "end" };
const round = (value) => Math.round(value * 100) / 100;

/** Records what is painted as an SVG element. */
export class Recorder {
  /** @param {string} name what the parts named in this picture begin with, where several stand on one page */
  constructor(name = "picture") {
    this.name = name;
    this.clips = 0;
    this.root = document.createElementNS(SVG, "svg");
    this.measure = document.createElement("canvas").getContext("2d");
    this.fillStyle = "#000";
    this.strokeStyle = "#000";
    this.lineWidth = 1;
    this.lineCap = "butt";
    this.lineJoin = "miter";
    this.font = "10px sans-serif";
    this.textAlign = "left";
    this.textBaseline = "alphabetic";
    this.globalAlpha = 1;
    this.dashes = [];
    this.matrix = new DOMMatrix();
    this.clipping = "";
    this.path = "";
    this.stack = [];
  }

  save() {
    this.stack.push({ ...Object.fromEntries(STATE.map((name) => [name, this[name]])), dashes: this.dashes, matrix: DOMMatrix.fromMatrix(this.matrix), clipping: this.clipping });
  }

  restore() {
    Object.assign(this, this.stack.pop() || {});
  }

  setTransform(a, b, c, d, e, f) {
    this.matrix = new DOMMatrix([a, b, c, d, e, f]);
  }

  translate(x, y) {
    this.matrix = this.matrix.translate(x, y);
  }

  scale(x, y) {
    this.matrix = this.matrix.scale(x, y);
  }

  rotate(angle) {
    this.matrix = this.matrix.rotate((angle * 180) / Math.PI);
  }

  /** A canvas is wiped before each painting. */
  clearRect() {
    this.root.replaceChildren();
  }

  // ---- paths: in their own coordinates, the transform goes with the element

  beginPath() {
    this.path = "";
  }

  closePath() {
    if (this.path) this.path += "Z";
  }

  moveTo(x, y) {
    this.path += `M${round(x)} ${round(y)}`;
  }

  lineTo(x, y) {
    this.path += `${this.path ? "L" : "M"}${round(x)} ${round(y)}`;
  }

  quadraticCurveTo(cx, cy, x, y) {
    this.path += `Q${round(cx)} ${round(cy)} ${round(x)} ${round(y)}`;
  }

  bezierCurveTo(ax, ay, bx, by, x, y) {
    this.path += `C${round(ax)} ${round(ay)} ${round(bx)} ${round(by)} ${round(x)} ${round(y)}`;
  }

  rect(x, y, width, height) {
    this.path += `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}Z`;
  }

  roundRect(x, y, width, height, radius = 0) {
    const r = Math.min(radius, width / 2, height / 2);
    this.path += `M${round(x + r)} ${round(y)}h${round(width - 2 * r)}a${r} ${r} 0 0 1 ${r} ${r}v${round(height - 2 * r)}a${r} ${r} 0 0 1 ${-r} ${r}h${round(2 * r - width)}a${r} ${r} 0 0 1 ${-r} ${-r}v${round(2 * r - height)}a${r} ${r} 0 0 1 ${r} ${-r}Z`;
  }

  arc(x, y, radius, from, until) {
    this.ellipse(x, y, radius, radius, 0, from, until);
  }

  ellipse(x, y, rx, ry, _, from, until) {
    const at = (angle) => `${round(x + rx * Math.cos(angle))} ${round(y + ry * Math.sin(angle))}`;
    const whole = Math.abs(until - from) >= 2 * Math.PI - 1e-6;
    const middle = (from + until) / 2;
    this.path += `${this.path && !whole ? "L" : "M"}${at(from)}A${round(rx)} ${round(ry)} 0 0 1 ${at(middle)}A${round(rx)} ${round(ry)} 0 0 1 ${at(until)}${whole ? "Z" : ""}`;
  }

  clip() {
    this.clips += 1;
    const id = `${this.name}-clip-${this.clips}`;
    const clip = this.add("clipPath", { id });
    clip.removeAttribute("clip-path");
    clip.removeAttribute("opacity");
    const shape = document.createElementNS(SVG, "path");
    shape.setAttribute("d", this.path);
    shape.setAttribute("transform", clip.getAttribute("transform") || "");
    clip.removeAttribute("transform");
    clip.append(shape);
    this.clipping = `url(#${id})`;
  }

  // ---- painting

  add(name, attributes) {
    const made = document.createElementNS(SVG, name);
    const { a, b, c, d, e, f } = this.matrix;
    const moved = [a, b, c, d, e, f].map((value) => Math.round(value * 1e4) / 1e4);
    const all = { ...attributes, transform: `matrix(${moved.join(" ")})`, opacity: this.globalAlpha === 1 ? "" : round(this.globalAlpha) };
    for (const [key, value] of Object.entries(all)) if (value !== "" && value !== undefined) made.setAttribute(key, String(value));
    if (this.clipping && name !== "clipPath") {
      // A clip stands in the picture's coordinates: it goes around, not onto, what is moved.
      const around = document.createElementNS(SVG, "g");
      around.setAttribute("clip-path", this.clipping);
      around.append(made);
      this.root.append(around);
    } else this.root.append(made);
    return made;
  }

  fill() {
    if (this.path) this.add("path", { d: this.path, fill: this.fillStyle });
  }

  stroke() {
    if (this.path) this.strokePathText(this.path);
  }

  /** Stroke a path given as text. */
  strokePathText(path) {
    this.add("path", { d: path, fill: "none", stroke: this.strokeStyle, "stroke-width": round(this.lineWidth), "stroke-linecap": this.lineCap, "stroke-linejoin": this.lineJoin, "stroke-dasharray": this.dashes.join(" ") });
  }

  setLineDash(dashes) {
    this.dashes = [...dashes];
  }

  getLineDash() {
    return this.dashes;
  }

  fillRect(x, y, width, height) {
    this.add("rect", { x: round(x), y: round(y), width: round(width), height: round(height), fill: this.fillStyle });
  }

  measureText(text) {
    this.measure.font = this.font;
    return this.measure.measureText(text);
  }

  write(text, x, y, most, paint) {
    const [, weight, size, family] = /^(?:(\d+|bold|normal)\s+)?([\d.]+)px\s+(.*)$/.exec(this.font) || [null, "400", "12", "sans-serif"];
    const { width } = this.measureText(text);
    const baseline = this.textBaseline === "middle" ? "central" : "auto";
    const made = this.add("text", { x: round(x), y: round(y), "font-family": family.replaceAll('"', "'"), "font-size": round(Number(size)), "font-weight": weight || "400", "text-anchor": ANCHORS[this.textAlign], "dominant-baseline": baseline, textLength: most && width > most ? round(most) : "", lengthAdjust: most && width > most ? "spacingAndGlyphs" : "", ...paint });
    made.textContent = text;
  }

  fillText(text, x, y, most) {
    this.write(text, x, y, most, { fill: this.fillStyle });
  }

  strokeText(text, x, y, most) {
    // The halo of a name: seen, not read.
    this.write(text, x, y, most, { fill: "none", stroke: this.strokeStyle, "stroke-width": round(this.lineWidth), "stroke-linejoin": "round", "aria-hidden": "true" });
  }
}
