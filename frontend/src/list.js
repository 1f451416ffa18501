// Cards: where a phone starts.

import { actions } from "./actions.js";
import { DATA } from "./data.js";
import { changeTag, differenceNote } from "./difference.js";
import { $, el, german } from "./elements.js";
import { find, importance, isInitiative, nodes, shown, state } from "./model.js";
import { kindLine, nodeSign } from "./signs.js";
import { emptyNote } from "./table.js";
import { byName, counted, number, t } from "./words.js";

export function card(node, choose) {
  const seen = node.relations.filter((relation) => shown.relations.has(relation.key)).length;
  return el("li", {}, el("button", { type: "button", class: state.selected === node.key ? "card on" : "card", "data-key": node.key, onclick: () => choose(node.key) },
    nodeSign(node), el("span", { class: "text" }, german("strong", {}, node.label), el("span", { class: "quiet" }, `${kindLine(node)} · ${counted("n.relations", seen)}`)), changeTag(node)));
}

export function drawList(choose, again) {
  const hits = state.query ? new Set(find(state.query).map((hit) => hit.node.key)) : null;
  const seen = [...shown.nodes].filter((key) => !hits || hits.has(key)).map((key) => nodes.get(key))
    .sort((one, other) => importance(other) - importance(one) || byName(one.label, other.label));
  const groups = [
    [t("list.consortium"), seen.filter((node) => node.consortium)],
    [t("list.initiatives"), seen.filter(isInitiative)],
    [t("list.organisations"), seen.filter((node) => !node.consortium && !isInitiative(node))],
  ];
  const content = [DATA.difference ? differenceNote(actions.change) : el("p", { class: "lead" }, el("span", {}, t("network.lead")))];
  for (const [title, members] of groups) {
    if (members.length) content.push(el("h2", {}, title, el("span", { class: "quiet" }, ` ${number(members.length)}`)), el("ul", { class: "cards" }, members.map((node) => card(node, choose))));
  }
  if (!seen.length) content.push(emptyNote(again));
  $("view-list").replaceChildren(...content);
  return seen.length;
}
