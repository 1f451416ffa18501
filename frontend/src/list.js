// Cards: where a phone starts.

import { actions } from "./actions.js";
import { DATA } from "./data.js";
import { changeTag, differenceNote } from "./difference.js";
import { $, el, german } from "./elements.js";
import { clusterWith, find, importance, isInitiative, nodeOf, overviewNow, shown, state } from "./model.js";
import { kindLine, nodeSign } from "./signs.js";
import { emptyNote } from "./table.js";
import { overviewLead } from "./toolbar.js";
import { byName, counted, language, number, t } from "./words.js";

const HITS = 100;

export function card(node, choose) {
  const seen = node.relations.filter((relation) => (shown.nodes.has(node.key) ? shown.relations : shown.left).has(relation.key)).length;
  return el("li", {}, el("button", { type: "button", class: state.selected === node.key ? "card on" : "card", "data-key": node.key, onclick: () => choose(node.key) },
    nodeSign(node), el("span", { class: "text" }, german("strong", {}, node.label), el("span", { class: "quiet" }, `${kindLine(node)} · ${counted("n.relations", seen)}`)), changeTag(node)));
}

/** A community of a large network, which opens. */
function clusterCard(node, open) {
  const parts = Object.entries(node.counts).filter(([, n]) => n).map(([group, n]) => counted(`n.${group}s`, n));
  return el("li", {}, el("button", { type: "button", class: "card", "data-key": node.key, onclick: () => open(node.key) },
    nodeSign(node), el("span", { class: "text" }, german("strong", {}, node.names[language]), el("span", { class: "quiet" }, parts.join(" · ")))));
}

// A large network lists its communities, and whoever is sought.
function drawClusters(choose, again, open) {
  const hits = state.query ? find(state.query).map((hit) => hit.node).filter((node) => clusterWith(node.key)) : [];
  const clusters = state.query ? [] : overviewNow().clusters.map(({ key }) => nodeOf(`cluster/${key}`)).filter((node) => shown.nodes.has(node.key));
  const found = hits.length > HITS ? el("p", { class: "more" }, t("list.first", { n: number(HITS), all: number(hits.length) })) : null;
  const content = [overviewLead(), clusters.length ? el("ul", { class: "cards" }, clusters.map((node) => clusterCard(node, open))) : null,
    hits.length ? el("ul", { class: "cards" }, hits.slice(0, HITS).map((node) => card(node, choose))) : null, found, clusters.length || hits.length ? null : emptyNote(again)];
  $("view-list").replaceChildren(...content.filter(Boolean));
  return clusters.length || hits.length;
}

export function drawList(choose, again, open) {
  if ([...shown.nodes].some((key) => nodeOf(key).group === "cluster")) return drawClusters(choose, again, open);
  const hits = state.query ? new Set(find(state.query).map((hit) => hit.node.key)) : null;
  const seen = [...shown.nodes].filter((key) => !hits || hits.has(key)).map(nodeOf)
    .sort((one, other) => importance(other) - importance(one) || byName(one.label, other.label));
  const groups = [
    [t("list.consortium"), seen.filter((node) => node.consortium)],
    [t("list.initiatives"), seen.filter(isInitiative)],
    [t("list.organisations"), seen.filter((node) => !node.consortium && !isInitiative(node))],
  ];
  const content = [DATA.difference ? differenceNote(actions.change) : state.cluster ? overviewLead() : el("p", { class: "lead" }, el("span", {}, t("network.lead")))];
  for (const [title, members] of groups) {
    if (members.length) content.push(el("h2", {}, title, el("span", { class: "quiet" }, ` ${number(members.length)}`)), el("ul", { class: "cards" }, members.map((node) => card(node, choose))));
  }
  if (!seen.length) content.push(emptyNote(again));
  $("view-list").replaceChildren(...content);
  return seen.length;
}
