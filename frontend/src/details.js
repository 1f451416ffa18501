// What is known of the chosen node or relation.

import { $, cross, el, german } from "./elements.js";
import { strokeOf } from "./encoding.js";
import { evidenceList } from "./evidence.js";
import { FACETS, isInitiative, neighbour, nodes, relationOf, shown, state } from "./model.js";
import { fieldsText, kindLine, lineSign, nodeSign } from "./signs.js";
import { byName, concept, counted, dateText, number, periodText, roleText, t } from "./words.js";

export function tags(relation) {
  const made = [];
  if (relation.certainty === "inferred") made.push(el("span", { class: "tag inferred", title: t("certainty.inferred.long") }, t("certainty.inferred")));
  if (relation.phase === "planned") made.push(el("span", { class: "tag" }, concept("status", relation.status) || t("phase.planned")));
  if (relation.phase === "ended" && relation.ended) made.push(el("span", { class: "tag faded" }, t("phase.ended")));
  return made;
}

export function whenText(relation) {
  const parts = [periodText(relation.valid_from, relation.valid_until)];
  if (relation.as_of) parts.push(t("date.asOf", { date: dateText(relation.as_of) }));
  return parts.filter(Boolean).join(" · ");
}

export function viaLine(relation) {
  const { via } = relation;
  if (!via) return null;
  const where = [via.event, via.date && dateText(via.date)].filter(Boolean).join(", ");
  return el("p", { class: "via" }, via.person ? german("strong", {}, via.person) : null, via.person && via.function ? german("span", {}, `, ${via.function}`) : null, via.person && via.talk ? " – " : null, via.talk ? german("span", {}, via.talk) : null, where ? el("span", { class: "quiet" }, ` (${where})`) : null);
}

export function relationItem(relation, node, choose) {
  const other = neighbour(relation, node);
  return el("li", { class: shown.relations.has(relation.key) ? "relation" : "relation off" },
    el("div", { class: "what" }, lineSign(strokeOf(relation), relation.phase === "ended", relation.phase === "planned"),
      el("button", { type: "button", class: "role", title: t("details.open"), onclick: () => choose(relation.key) }, roleText(relation.role)), tags(relation),
      whenText(relation) ? el("span", { class: "when" }, whenText(relation)) : null),
    german("button", { type: "button", class: "other", onclick: () => choose(other.key) }, nodeSign(other), other.label),
    viaLine(relation),
    evidenceList(relation.evidence));
}

export function nodeDetails(node, choose) {
  const parts = [
    el("p", { class: "kindline" }, nodeSign(node), kindLine(node)),
    german("h2", { id: "details-title", tabindex: "-1" }, node.label),
  ];
  const facts = el("dl", {});
  const fact = (name, ...what) => facts.append(el("dt", {}, name), el("dd", {}, ...what));
  if (node.aliases.length) fact(t("details.also"), german("span", {}, node.aliases.join(" · ")));
  const guessed = node.inferred_fields.length ? el("span", { class: "tag inferred", title: t("certainty.inferred.long") }, t("certainty.inferred")) : null;
  fact(t("facet.field"), fieldsText(node), guessed ? " " : null, guessed);
  const period = periodText(node.valid_from, node.valid_until);
  if (period || node.period_as_written) {
    fact(t("details.period"), period, period && node.period_as_written ? el("br") : null, node.period_as_written ? german("span", { class: "quiet" }, t("details.asWritten", { text: node.period_as_written })) : null);
  }
  if (node.status) fact(t("details.status"), concept("status", node.status));
  const link = (key) => german("button", { type: "button", class: "other", onclick: () => choose(key) }, nodeSign(nodes.get(key)), nodes.get(key).label);
  if (nodes.has(node.unit_of)) fact(t("details.unitOf"), link(node.unit_of));
  const units = [...nodes.values()].filter((one) => one.unit_of === node.key);
  if (units.length) fact(t("details.units"), units.map((one) => link(one.key)));
  parts.push(facts);
  const list = [...node.relations].sort((one, other) => STROKE_RANK(one) - STROKE_RANK(other) || byName(neighbour(one, node).label, neighbour(other, node).label));
  const hidden = list.filter((relation) => !shown.relations.has(relation.key)).length;
  const partners = new Set(list.map((relation) => neighbour(relation, node).key)).size;
  const summary = `${counted("n.relations", list.length)} · ${counted(isInitiative(node) ? "n.organisations" : "n.initiatives", partners)}`;
  parts.push(el("h3", {}, t("details.relations"), el("span", { class: "quiet" }, ` ${summary}`)));
  if (hidden) parts.push(el("p", { class: "quiet" }, t("details.hidden", { n: number(hidden) })));
  parts.push(el("ul", { class: "relations" }, list.map((relation) => relationItem(relation, node, choose))));
  if (node.people.length) {
    const people = node.people.map((person) => el("li", {}, german("strong", {}, person.name), person.function ? german("span", {}, `, ${person.function}`) : null,
      el("span", { class: "quiet" }, [person.event, person.date && dateText(person.date)].filter(Boolean).map((text) => ` · ${text}`).join(""))));
    parts.push(el("h3", {}, t("details.people")), el("ul", { class: "people" }, people));
  }
  if (node.evidence.length) parts.push(el("h3", {}, t("details.evidence.node")), evidenceList(node.evidence));
  return parts;
}

export function STROKE_RANK(relation) {
  return Math.max(0, FACETS.role.entries.indexOf(relation.role || ""));
}

export function relationDetails(relation, choose) {
  const link = (node) => german("button", { type: "button", class: "other", onclick: () => choose(node.key) }, nodeSign(node), node.label);
  const facts = el("dl", {});
  const fact = (name, ...what) => facts.append(el("dt", {}, name), el("dd", {}, ...what));
  if (whenText(relation)) fact(t("details.period"), whenText(relation));
  if (relation.status) fact(t("details.status"), concept("status", relation.status));
  fact(t("facet.certainty"), relation.certainty === "inferred" ? t("certainty.inferred.long") : t("certainty.stated"));
  return [
    el("p", { class: "kindline" }, lineSign(strokeOf(relation), relation.phase === "ended", relation.phase === "planned"), t("details.relation")),
    el("h2", { id: "details-title", tabindex: "-1" }, roleText(relation.role)),
    el("div", { class: "ends" }, link(relation.one), link(relation.other)),
    viaLine(relation), facts, el("h3", {}, t("details.evidence")), evidenceList(relation.evidence),
  ];
}

export function drawDetails(choose) {
  const holder = $("details");
  const node = nodes.get(state.selected);
  const relation = relationOf(state.selected);
  document.body.classList.toggle("chosen", Boolean(node || relation));
  holder.hidden = !(node || relation);
  if (holder.hidden) return holder.replaceChildren();
  const close = el("button", { type: "button", class: "close", "aria-label": t("details.close"), onclick: () => choose(null) }, cross());
  holder.replaceChildren(close, ...(node ? nodeDetails(node, choose) : relationDetails(relation, choose)));
  holder.setAttribute("aria-labelledby", "details-title");
  holder.scrollTop = 0;
  return null;
}
