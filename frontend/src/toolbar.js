// Above the drawing: which drawing, whose neighbourhood, what the size of a disc tells.

import { actions } from "./actions.js";
import { DATA } from "./data.js";
import { differenceNote } from "./difference.js";
import { el, german } from "./elements.js";
import { DRAWINGS, nodeOf, nodes, overviewNow, state } from "./model.js";
import { nodeSign } from "./signs.js";
import { language, t } from "./words.js";

/** The drawings that this page's data has. */
export const available = DRAWINGS.filter((name) => name === "neighbourhood" || DATA.drawings[name]);

/**
 * Go to another drawing.
 * @param {DrawingName} name
 * @param {string | null} centre for the neighbourhood: whose
 */
export function changeDrawing(name, centre = state.centre) {
  actions.change(() => {
    state.drawing = name;
    state.cluster = null;
    state.highlight = null;
    state.centre = name === "neighbourhood" ? centre : null;
    if (state.centre) state.selected = state.centre;
    state.view = "network";
  }, true);
}

function choice(name) {
  const on = state.drawing === name;
  return el("button", { type: "button", class: "choice", "aria-pressed": String(on), "data-drawing": name, onclick: () => changeDrawing(name) }, el("span", { class: "long" }, t(`drawing.${name}`)), el("span", { class: "short" }, t(`drawing.${name}.short`)));
}

function neighbourhoodChoice() {
  const centre = nodes.get(state.selected) || nodes.get(state.centre);
  const on = state.drawing === "neighbourhood";
  return el("button", { type: "button", class: "choice", "aria-pressed": String(on), "data-drawing": "neighbourhood", disabled: centre ? null : true, title: centre ? null : t("drawing.neighbourhood.hint"), onclick: () => changeDrawing("neighbourhood", centre.key) }, t("drawing.neighbourhood"));
}

/** What a large network shows, in a sentence: its communities, or one of them. */
export function overviewLead() {
  const cluster = nodeOf(state.cluster);
  if (cluster) return el("p", { class: "lead" }, el("button", { type: "button", class: "plain", id: "leave-cluster", onclick: () => actions.change(() => (state.cluster = null), true) }, t("overview.back")), " · ", el("b", {}, cluster.names[language]));
  return overviewNow() ? el("p", { class: "lead" }, t("overview.lead"), " ", el("strong", {}, t("overview.invite"))) : null;
}

/** What the drawing shows, in a sentence. */
function lead() {
  if (state.drawing === "neighbourhood") {
    const centre = nodes.get(state.centre);
    if (!centre) return el("p", { class: "lead" }, t("drawing.neighbourhood.none"));
    return el("p", { class: "lead" }, t("drawing.neighbourhood.lead"), " ", german("b", {}, centre.label));
  }
  return overviewLead() || el("p", { class: "lead" }, el("span", {}, t(`drawing.${state.drawing}.lead`)), " ", el("strong", {}, t("network.invite")));
}

function highlighted() {
  if (!state.highlight) return null;
  return el("p", { class: "highlighted", role: "status" }, el("span", {}, state.highlight.label || t("highlight")), " ", el("button", { type: "button", class: "plain", onclick: () => actions.highlight(null) }, t("highlight.end")));
}

/**
 * Draw the tools above the drawing.
 * @param {HTMLElement} holder
 */
export function drawToolbar(holder) {
  const focused = holder.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  const again = focused && (focused.id ? `#${focused.id}` : focused.dataset.drawing ? `[data-drawing="${focused.dataset.drawing}"]` : null);
  holder.replaceChildren(
    el("div", { class: "tools-row" },
      el("div", { class: "choices", role: "group", "aria-label": t("drawing") }, available.filter((name) => name !== "neighbourhood").map(choice), neighbourhoodChoice())),
    ...[differenceNote(actions.change) || lead(), highlighted()].filter(Boolean));
  if (again) /** @type {HTMLElement | null} */ (holder.querySelector(again))?.focus();
}

/** A button that draws the neighbourhood of a node, for its details. @param {GraphNode} node */
export function neighbourhoodButton(node) {
  return el("button", { type: "button", class: "plain around", onclick: () => changeDrawing("neighbourhood", node.key) }, nodeSign(node), " ", t("drawing.neighbourhood.of"));
}
