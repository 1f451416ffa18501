// The drawing as a picture to take along: the same painting, with title, date and legend.

import { DATA } from "./data.js";
import { drawing } from "./drawing.js";
import { CHANGES, INFERRED, SIGNS, STROKES, STROKE_OF, fieldNumber, strokeSign } from "./encoding.js";
import { FACETS, counts, drawnNow, nodeOf, shown, state } from "./model.js";
import { Recorder } from "./recorder.js";
import { FAMILY } from "./sheets.js";
import { counted, dateText, language, t } from "./words.js";

const MARGIN = 24;
const ROW = 24;

/** What the filters leave out or leave, a sentence each. */
function filters() {
  const said = Object.entries(FACETS).flatMap(([name, facet]) => {
    const [kept, left] = [false, true].map((off) => facet.entries.filter((slug) => state.off[name].has(slug) === off));
    if (!left.length) return [];
    const shorter = kept.length && kept.length < left.length;
    return [t(shorter ? "take.only" : "take.without", { facet: t(`facet.${name}`), names: (shorter ? kept : left).map((slug) => facet.name(slug)).join(", ") })];
  });
  return [...said, ...(state.undated ? [] : [t("asof.undated.off")])];
}

/** From how many sources what is shown was taken. */
function sourceCount() {
  return new Set([...shown.relations].flatMap((key) => drawnNow().get(key)?.evidence?.map(({ source }) => source) || [])).size;
}

/** What is said above the drawing: title, what is drawn, as of when, what is filtered. */
export function heading() {
  const n = counts();
  const groups = ["initiative", "organisation", "event", "person"].filter((group) => n[group]).map((group) => counted(`n.${group}s`, n[group]));
  const sources = sourceCount();
  return {
    title: DATA.title[language] || DATA.title.de || "",
    lines: [
      [t(`drawing.${state.drawing}`), state.drawing === "neighbourhood" && state.centre ? nodeOf(state.centre)?.label : "", ...groups, n.relations === null ? "" : counted("n.relations", n.relations), sources ? counted("n.sources", sources) : ""].filter(Boolean).join(" · "),
      [state.date ? t("asof.date", { date: dateText(state.date) }) : "", DATA.stand ? t("stand", { date: dateText(DATA.stand) }) : "", DATA.licence ? t("about.licence", { licence: DATA.licence }) : ""].filter(Boolean).join(" · "),
      ...filters(),
    ],
  };
}

const capital = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

// The entries of the legend that the drawing uses.
function entries() {
  const used = [...shown.relations].map((key) => drawnNow().get(key)).filter(Boolean);
  const members = [...shown.nodes].map((key) => nodeOf(key)).filter(Boolean);
  const found = [];
  for (const name of ["field", "kind", DATA.difference ? "change" : "role"]) {
    const slugs = new Set(FACETS[name].of(used, members).flat());
    for (const slug of FACETS[name].entries) if (slugs.has(slug)) found.push({ name, slug, label: FACETS[name].name(slug) });
  }
  if (members.some(({ consortium }) => consortium)) found.push({ name: "consortium", slug: "", label: capital(t("details.consortium")) });
  for (const group of ["event", "person"]) if (members.some((node) => node.group === group)) found.push({ name: group, slug: "", label: capital(t(`kind.${group}`)) });
  if (!DATA.difference && used.some(({ certainty }) => certainty === "inferred")) found.push({ name: "certainty", slug: "inferred", label: t("certainty.inferred.long") });
  if (used.some(({ phase }) => phase === "planned")) found.push({ name: "phase", slug: "planned", label: t("phase.planned") });
  return found;
}

function paintSign(ctx, colours, { name, slug }, x, y) {
  ctx.lineJoin = "round";
  ctx.lineCap = "round";
  if (name === "field") {
    ctx.beginPath();
    ctx.roundRect(x, y - 8, 16, 16, 4);
    ctx.fillStyle = colours.fields[fieldNumber(slug)] || colours.fields[0];
    ctx.fill();
    ctx.fillStyle = colours.paper;
    ctx.font = `600 11px ${FAMILY}`;
    ctx.textAlign = "center";
    ctx.fillText(slug ? String(fieldNumber(slug)) : "–", x + 8, y + 0.5);
    return 22;
  }
  if (name === "event" || name === "person") {
    ctx.beginPath();
    if (name === "event") ctx.rect(x + 2, y - 7, 14, 14);
    else {
      ctx.moveTo(x + 9, y - 7);
      ctx.lineTo(x + 16, y);
      ctx.lineTo(x + 9, y + 7);
      ctx.lineTo(x + 2, y);
      ctx.closePath();
    }
    ctx.fillStyle = name === "event" ? colours.accent : colours.box;
    ctx.fill();
    ctx.strokeStyle = name === "event" ? colours.accent : colours.ink;
    ctx.lineWidth = 1.3;
    ctx.stroke();
    return 24;
  }
  if (name === "kind" || name === "consortium") {
    ctx.beginPath();
    ctx.arc(x + 9, y, name === "kind" ? 9 : 7, 0, 2 * Math.PI);
    ctx.fillStyle = name === "kind" ? colours.box : colours.ink;
    ctx.fill();
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = 1.2;
    ctx.stroke();
    if (name === "consortium") {
      ctx.beginPath();
      ctx.arc(x + 9, y, 9.5, 0, 2 * Math.PI);
      ctx.stroke();
      return 24;
    }
    ctx.save();
    ctx.translate(x + 2.4, y - 6.6);
    ctx.scale(0.55, 0.55);
    ctx.lineWidth = 2;
    strokeSign(ctx, slug in SIGNS ? slug : "");
    ctx.restore();
    return 24;
  }
  const stroke = name === "change" ? CHANGES[slug] : name === "role" ? STROKES[STROKE_OF[slug] || "partner"] : name === "certainty" ? { width: 1.4, dashes: INFERRED } : STROKES.partner;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + 30, y);
  if (name === "phase") {
    ctx.moveTo(x + 24, y - 4);
    ctx.lineTo(x + 30, y);
    ctx.lineTo(x + 24, y + 4);
  }
  ctx.strokeStyle = colours.changes[stroke.kind] || colours.ink;
  ctx.lineWidth = Math.max(1.2, stroke.width);
  ctx.setLineDash(stroke.dashes);
  ctx.stroke();
  ctx.setLineDash([]);
  return 36;
}

// Where each entry of the legend goes, in rows, and how high that gets.
function flow(ctx, list, width) {
  ctx.font = `400 12px ${FAMILY}`;
  let [x, y] = [0, 0];
  const placed = list.map((entry) => {
    const wide = (entry.name === "field" ? 22 : ["kind", "consortium", "event", "person"].includes(entry.name) ? 24 : 36) + ctx.measureText(entry.label).width + 20;
    if (x && x + wide > width) [x, y] = [0, y + ROW];
    const at = { entry, x, y };
    x += wide;
    return at;
  });
  return { placed, height: list.length ? y + ROW : 0 };
}

// Text in lines of a width.
function wrapped(ctx, text, width) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && ctx.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/**
 * Paint frame, title and legend around an area for the drawing.
 * @returns {{ top: number, left: number, width: number, height: number }} where the drawing goes, and the whole size
 */
function frame(ctx, size, paint) {
  const colours = drawing.palette();
  const said = heading();
  const width = Math.max(size.width, 640) + 2 * MARGIN;
  const left = Math.round((width - size.width) / 2);
  const broken = (font, text) => {
    ctx.font = font;
    return wrapped(ctx, text, width - 2 * MARGIN);
  };
  const [titleFont, lineFont] = [`600 20px ${FAMILY}`, `400 12px ${FAMILY}`];
  const title = broken(titleFont, said.title);
  const lines = said.lines.flatMap((line) => broken(lineFont, line));
  const top = (title.length - 1) * 26 + MARGIN + 28 + lines.length * 18 + 8;
  const { placed, height: legend } = flow(ctx, entries(), width - 2 * MARGIN);
  const height = top + size.height + 16 + legend + MARGIN;
  if (!paint) return { top, left, width, height };
  ctx.fillStyle = colours.paper;
  ctx.fillRect(0, 0, width, height);
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.fillStyle = colours.ink;
  ctx.font = titleFont;
  title.forEach((line, at) => ctx.fillText(line, MARGIN, MARGIN + 12 + at * 26));
  ctx.font = lineFont;
  ctx.fillStyle = colours.muted;
  lines.forEach((line, at) => ctx.fillText(line, MARGIN, MARGIN + 36 + (title.length - 1) * 26 + at * 18));
  for (const { entry, x, y } of placed) {
    const from = MARGIN + x;
    const middle = top + size.height + 16 + y + ROW / 2;
    const shift = paintSign(ctx, colours, entry, from, middle);
    ctx.font = `400 12px ${FAMILY}`;
    ctx.textAlign = "left";
    ctx.fillStyle = colours.ink;
    ctx.fillText(entry.label, from + shift, middle);
  }
  return { top, left, width, height };
}

/**
 * The drawing as an SVG element with text as text.
 * @param {{ whole?: boolean, upright?: boolean | null, name?: string }} how whole: the whole sheet instead of what is in sight; upright: its form; name: where several stand on one page
 * @returns {SVGSVGElement}
 */
export function svgPicture({ whole = false, upright = null, name = "picture" } = {}) {
  const inner = new Recorder(`${name}-drawing`);
  const size = drawing.paintOnto(inner, { whole, upright });
  const outer = new Recorder(name);
  const { top, left, width, height } = frame(outer, size, true);
  const svg = /** @type {SVGSVGElement} */ (outer.root);
  const part = /** @type {SVGSVGElement} */ (inner.root);
  for (const [name, value] of Object.entries({ x: left, y: top, width: size.width, height: size.height, viewBox: `0 0 ${size.width} ${size.height}` })) part.setAttribute(name, String(value));
  svg.append(part);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  svg.setAttribute("role", "img");
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = `${heading().title}: ${heading().lines[0]}`;
  svg.prepend(title);
  return svg;
}

/**
 * The drawing as a PNG, twice as fine as the screen.
 * @returns {Promise<Blob>}
 */
export async function pngPicture() {
  const ratio = 2;
  const surface = (width, height) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    return canvas;
  };
  const holder = document.getElementById("drawing");
  const inner = surface(holder.clientWidth, holder.clientHeight);
  const size = drawing.paintOnto(inner.getContext("2d"), { ratio });
  const probe = frame(surface(1, 1).getContext("2d"), size, false);
  const whole = surface(probe.width, probe.height);
  const ctx = whole.getContext("2d");
  ctx.scale(ratio, ratio);
  const { top, left } = frame(ctx, size, true);
  ctx.drawImage(inner, left, top, size.width, size.height);
  return new Promise((resolve) => whole.toBlob(resolve, "image/png"));
}
