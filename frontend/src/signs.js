// The signs of the network as small SVG drawings, and the words beside them.

import { svg } from "./elements.js";
import { SIGNS, bands, fieldNumber } from "./encoding.js";
import { fieldsOf, hasAllFields, isInitiative } from "./model.js";
import { concept, counted, dateText, fieldText, t } from "./words.js";

export function fieldSign(fields) {
  const size = 18 / fields.length;
  const sign = svg("svg", { viewBox: "0 0 18 18", class: "sign field", "aria-hidden": "true" });
  fields.forEach(({ field, mark }, index) => {
    const text = svg("text", { x: (index + 0.5) * size, y: 13, "text-anchor": "middle" });
    text.textContent = fields.length > 2 ? "" : mark;
    sign.append(svg("rect", { x: index * size, y: 0, width: size, height: 18, rx: fields.length > 1 ? 0 : 4, class: `field-${field}` }), text);
  });
  return sign;
}

export function kindSign(kind, consortium = false) {
  const sign = svg("svg", { viewBox: "-4 -4 32 32", class: consortium ? "sign kind consortium" : "sign kind", "aria-hidden": "true" });
  if (consortium) sign.append(svg("circle", { cx: 12, cy: 12, r: 15, class: "ring" }));
  sign.append(svg("circle", { cx: 12, cy: 12, r: consortium ? 12 : 14, class: "disc" }));
  const path = svg("path", { d: SIGNS[kind] || SIGNS[""] });
  path.setAttribute("transform", "translate(2.4 2.4) scale(.8)");
  sign.append(path);
  return sign;
}

export function lineSign({ width, dashes, kind = "" }, faded = false, arrow = false) {
  const sign = svg("svg", { viewBox: "0 0 36 12", class: `sign line ${kind}${faded && !kind ? "faded" : ""}`, "aria-hidden": "true" });
  const line = svg("path", { d: arrow ? "M1 6h33M28 2l6 4-6 4" : "M1 6h34", "stroke-width": Math.max(1.3, width) });
  if (dashes.length && !arrow) line.setAttribute("stroke-dasharray", dashes.join(" "));
  sign.append(line);
  return sign;
}

function shapeSign(path, kind) {
  return svg("svg", { viewBox: "0 0 20 20", class: `sign shape ${kind}`, "aria-hidden": "true" }, svg("path", { d: path }));
}

/** The sign of a node. @param {GraphNode} node */
export function nodeSign(node) {
  if (node.group === "person") return shapeSign("M10 3l7 7-7 7-7-7z", "person");
  if (node.group === "event") return shapeSign("M4 4h12v12H4z", "event");
  if (node.group === "field") return fieldSign([{ field: fieldNumber(node.key.split("/")[1]), mark: String(fieldNumber(node.key.split("/")[1])) }]);
  if (node.group === "cluster") return shapeSign("M10 2a8 8 0 1 0 .01 0", "cluster");
  return isInitiative(node) ? fieldSign(bands(node)) : kindSign(node.kind, node.consortium);
}

/** What two organisations share, in words. @param {string[]} items keys of initiatives and events */
export function sharedText(items) {
  const events = items.filter((key) => key.startsWith("event/")).length;
  return [events < items.length ? counted("n.initiatives", items.length - events) : "", events ? counted("n.events", events) : ""].filter(Boolean).join(", ");
}

export function kindLine(node) {
  if (node.group === "person") return t("kind.person");
  if (node.group === "cluster") return t("kind.cluster");
  if (node.group === "field") return t("facet.field");
  if (node.group === "event") return [t("kind.event"), dateText(node.date), node.status && node.status !== "held" ? concept("status", node.status) : ""].filter(Boolean).join(" · ");
  const kind = isInitiative(node) ? concept("initiative-kind", node.kind) || t("kind.initiative") : concept("organisation-kind", node.kind) || t("kind.organisation");
  return node.consortium ? `${kind} · ${t("details.consortium")}` : kind;
}

export function fieldsText(node) {
  if (hasAllFields(node)) return t("field.all");
  const fields = fieldsOf(node);
  return fields.length ? fields.map(fieldText).join(", ") : t("field.none");
}
