// Triples as a drawing: resources as boxes, properties as labelled arrows.

import { el } from "../elements.js";
import { t } from "../words.js";
import { nodeOfIri, short } from "./results.js";

const MOST = 300;

/** @param {import("../engine/engine.js").Term} term */
function labelOf(term) {
  const text = term.type === "uri" ? nodeOfIri(term.value)?.label || short(term.value) : term.value;
  return text.length > 40 ? `${text.slice(0, 38)} …` : text;
}

/**
 * Draw triples into a holder; beyond 300 resources only the table remains.
 * @param {HTMLElement} holder
 * @param {import("../engine/engine.js").Term[][]} triples
 */
export function drawTriples(holder, triples) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const nodes = new Map();
  const node = (term) => {
    const id = `${term.type} ${term.value} ${term["xml:lang"] || ""}`;
    if (!nodes.has(id)) nodes.set(id, { id, label: labelOf(term), shape: "box", borderWidth: term.type === "uri" ? 1.5 : 0, color: { background: colour(term.type === "uri" ? "box" : "hover"), border: colour("ink") }, font: { color: colour("ink"), size: 13 }, margin: 6 });
    return id;
  };
  const edges = triples.map(([subject, predicate, object], id) => ({ id, from: node(subject), to: node(object), label: short(predicate.value).replace(/^.*:/, ""), arrows: "to", color: colour("muted"), font: { color: colour("muted"), size: 11, strokeColor: colour("paper") } }));
  if (nodes.size > MOST) {
    holder.replaceChildren(el("p", { class: "quiet" }, t("questions.triples.many")));
    return;
  }
  holder.setAttribute("role", "img");
  holder.setAttribute("aria-label", t("questions.triples.label"));
  const network = new vis.Network(holder, { nodes: [...nodes.values()], edges }, {
    layout: { randomSeed: 1, improvedLayout: nodes.size < 150 },
    physics: { solver: "forceAtlas2Based", forceAtlas2Based: { springLength: 80, avoidOverlap: 0.6 }, stabilization: { iterations: 200, fit: true } },
    interaction: { zoomView: false, keyboard: false, hover: false },
  });
  network.once("stabilized", () => network.setOptions({ physics: false }));
  for (const frame of holder.querySelectorAll("[tabindex]")) frame.setAttribute("tabindex", "-1");
}
