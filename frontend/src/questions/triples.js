// Triples as a drawing: resources as boxes, properties as labelled arrows.

import { el } from "../elements.js";
import { language, t } from "../words.js";
import { nodeOfIri, short } from "./results.js";

const MOST = 300;

/**
 * @param {import("../engine/engine.js").Term} term
 * @param {Record<string, Words>} labels
 */
function labelOf(term, labels) {
  const text = term.type === "uri" ? nodeOfIri(term.value)?.label || labels[term.value]?.[language] || short(term.value) : term.value;
  return text.length > 40 ? `${text.slice(0, 38)} …` : text;
}

/**
 * Draw triples into a holder; beyond 300 resources only the table remains.
 * @param {HTMLElement} holder
 * @param {import("../engine/engine.js").Term[][]} triples
 * @param {Record<string, Words>} labels by IRI
 */
export function drawTriples(holder, triples, labels) {
  const frame = el("div", { class: "triples-frame", role: "img", "aria-label": t("questions.triples.label") });
  draw(holder, frame, triples, labels);
  // A canvas does not follow the theme by itself.
  const watch = new MutationObserver(() => (holder.isConnected ? draw(holder, frame, triples, labels) : watch.disconnect()));
  watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

function draw(holder, frame, triples, labels) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const nodes = new Map();
  const node = (term) => {
    const id = `${term.type} ${term.value} ${term["xml:lang"] || ""}`;
    if (!nodes.has(id)) nodes.set(id, { id, label: labelOf(term, labels), shape: "box", borderWidth: term.type === "uri" ? 1.5 : 0, color: { background: colour(term.type === "uri" ? "box" : "hover"), border: colour("ink") }, font: { color: colour("ink"), size: 17 }, margin: 8 });
    return id;
  };
  const edges = triples.map(([subject, predicate, object], id) => ({ id, from: node(subject), to: node(object), label: labels[predicate.value]?.[language] || short(predicate.value).replace(/^.*:/, ""), arrows: "to", color: colour("muted"), font: { color: colour("muted"), size: 14, strokeColor: colour("paper") } }));
  if (nodes.size > MOST) {
    holder.replaceChildren(el("p", { class: "quiet" }, t("questions.triples.many")));
    return;
  }
  const zoom = (key, act) => el("button", { type: "button", class: "tool", "aria-label": t(`zoom.${key}`), title: t(`zoom.${key}`), onclick: act }, { in: "+", out: "−", fit: "⤢" }[key]);
  const by = (factor) => () => network.moveTo({ scale: network.getScale() * factor });
  holder.replaceChildren(frame, el("div", { class: "triples-zoom" }, zoom("in", by(1.3)), zoom("out", by(1 / 1.3)), zoom("fit", () => network.fit())));
  const network = new vis.Network(frame, { nodes: [...nodes.values()], edges }, {
    layout: { randomSeed: 1, improvedLayout: nodes.size < 150 },
    physics: { solver: "forceAtlas2Based", forceAtlas2Based: { springLength: 60, avoidOverlap: 0.5 }, stabilization: { iterations: 200, fit: true } },
    interaction: { zoomView: false, keyboard: false, hover: false },
  });
  network.once("stabilized", () => network.setOptions({ physics: false }));
  for (const part of frame.querySelectorAll("[tabindex]")) part.setAttribute("tabindex", "-1");
}
