// What is known of the chosen node or relation.

import { actions } from "./actions.js";
import { writeFragment } from "./address.js";
import { connectionDetails, connectionForm, settleConnection } from "./connection.js";
import { DATA } from "./data.js";
import { latest } from "./dates.js";
import { changeDetails, changeTag } from "./difference.js";
import { $, cross, el, german } from "./elements.js";
import { STROKE_OF, strokeOf } from "./encoding.js";
import { evidenceList } from "./evidence.js";
import { FACETS, isInitiative, isOrganisation, neighbour, nodes, relationOf, shown, state } from "./model.js";
import { fieldsText, kindLine, lineSign, nodeSign, sharedText } from "./signs.js";
import { nameLink, told } from "./telling.js";
import { neighbourhoodButton } from "./toolbar.js";
import { byName, concept, counted, dateText, language, number, periodText, roleText, t } from "./words.js";

export function tags(relation) {
  const made = [];
  if (relation.certainty === "inferred") made.push(el("span", { class: "tag inferred", title: t("certainty.inferred.long") }, t("certainty.inferred")));
  if (relation.phase === "planned") made.push(el("span", { class: "tag" }, concept("status", relation.status) || t("phase.planned")));
  if (relation.phase === "ended" && relation.ended) made.push(el("span", { class: "tag faded" }, t("phase.ended")));
  return made;
}

export function whenText(relation) {
  const parts = [relation.date ? dateText(relation.date) : "", periodText(relation.valid_from, relation.valid_until)];
  if (relation.as_of) parts.push(t("date.asOf", { date: dateText(relation.as_of) }));
  return parts.filter(Boolean).join(" · ");
}

/** What a relation is: its role, or what stands in place of one. @param {Relation} relation */
export function relationText(relation) {
  if (relation.type === "affiliation") return t("details.affiliation");
  if (relation.type === "presentation") return t("details.presentation");
  if (relation.type === "shared") return t("details.shared");
  if (relation.type === "link") return counted("details.link", relation.count);
  return roleText(relation.role);
}

/** Where a role stands in a list: what an organisation is to an initiative before who spoke about it. */
export function STROKE_RANK(relation) {
  const spoken = relation.type === "involvement" && STROKE_OF[relation.role] === "talk" ? 1000 : 0;
  return spoken + Math.max(0, FACETS.role.entries.indexOf(relation.role || ""));
}

/**
 * A number as a link to the question that counts it; plain words in a page without questions.
 * @param {string} words
 * @param {string} question
 * @param {string} parameter
 * @param {GraphNode} node its value
 */
function countLink(words, question, parameter, node) {
  if (!(DATA.questions || []).some(({ name }) => name === question)) return words;
  const alone = [...nodes.values()].filter((one) => one.group === node.group && (one.label === node.label || one.aliases.includes(node.label))).length === 1;
  const value = alone ? node.label : node.key.split("/")[1];
  const href = writeFragment({ view: "questions", question, [`with-${parameter}`]: value, sparql: null, select: null, connect: null });
  return el("a", { href, title: t("details.counts") }, words);
}

const isLeft = (relation) => shown.left.has(relation.key);

/** A name that leads to its node. */
function link(node) {
  return german("button", { type: "button", class: "other", "data-key": node.key, onclick: () => actions.choose(node.key) }, nodeSign(node), el("span", {}, node.label), changeTag(node, true));
}

/** Words side by side, with a dot between; what is empty is left out. */
function dotted(...pieces) {
  const kept = pieces.flat().filter(Boolean);
  return kept.flatMap((piece, index) => (index ? [" · ", piece] : [piece]));
}

/** What stands in the line under a name: the person, as what, on what, where, when. */
export function viaLine(relation) {
  const { via } = relation;
  if (!via || !(via.person || via.talk)) return null;
  const where = [via.event, via.date && dateText(via.date)].filter(Boolean).join(", ");
  return el("p", { class: "via" }, via.person ? german("strong", {}, via.person) : null, via.person && via.function ? german("span", {}, `, ${via.function}`) : null, via.person && via.talk ? " – " : null, via.talk ? german("span", {}, via.talk) : null, where ? el("span", { class: "quiet" }, ` (${where})`) : null);
}

function openButton(relation, text) {
  return el("button", { type: "button", class: "role", title: t("details.open"), onclick: () => actions.choose(relation.key) }, text);
}

function involvementItem(relation, node) {
  const other = neighbour(relation, node);
  return el("li", { class: isLeft(relation) ? "relation" : "relation off" },
    el("div", { class: "what" }, lineSign(strokeOf(relation), relation.phase === "ended", relation.phase === "planned"),
      openButton(relation, relationText(relation)), changeTag(relation), tags(relation),
      whenText(relation) ? el("span", { class: "when" }, whenText(relation)) : null),
    link(other),
    viaLine(relation),
    evidenceList(relation.evidence));
}

// A line of a list of people or appearances: to whom or where it leads, then what is known of it.
// Of several in a row with the same name, the first shows it.
function briefItem(relation, other, again, ...about) {
  const line = dotted(...about);
  return el("li", { class: `relation brief${isLeft(relation) ? "" : " off"}${again ? " again" : ""}` },
    again ? german("span", { class: "hidden" }, other.label) : link(other),
    el("div", { class: "what" }, openButton(relation, relationText(relation)), changeTag(relation), tags(relation), whenText(relation) ? el("span", { class: "when" }, whenText(relation)) : null),
    line.length ? el("p", { class: "via" }, line) : null,
    evidenceList(relation.evidence));
}

const functionOf = (relation) => (relation.via?.function ? german("span", {}, relation.via.function) : "");
const talkOf = (relation) => (relation.via?.talk ? german("span", {}, `„${relation.via.talk}“`) : "");
const behalfOf = (relation) => {
  const organisation = nodes.get(relation.via?.organisation);
  return organisation ? el("span", {}, `${t("details.behalf")} `, nameLink(organisation)) : "";
};
const occasionOf = (relation) => {
  const event = relation.via?.event && [...nodes.values()].find((node) => node.group === "event" && node.label === relation.via.event);
  return event ? nameLink(event) : relation.via?.event ? german("span", {}, relation.via.event) : "";
};

/**
 * A part of the details with its heading, a count and what filters hide of it; nothing if it is empty.
 * @param {string} title
 * @param {Relation[]} list
 * @param {(relation: Relation, index: number, list: Relation[]) => HTMLElement} item
 * @param {(string | Node)[]} about words beside the heading
 */
function part(title, list, item, about) {
  if (!list.length) return [];
  const hidden = list.filter((relation) => !isLeft(relation)).length;
  return [
    el("h3", {}, title, el("span", { class: "quiet" }, " ", ...about)),
    hidden ? el("p", { class: "quiet" }, t("details.hidden", { n: number(hidden) })) : null,
    el("ul", { class: "relations" }, list.map(item)),
  ];
}

/** Whether the one before in a list has the same end. @param {"from" | "to"} end */
const same = (end) => (relation, index, list) => index > 0 && list[index - 1][end] === relation[end];
const byDate = (one, other) => (other.date || other.as_of || other.valid_from || "").localeCompare(one.date || one.as_of || one.valid_from || "");
const ofType = (node, type) => node.relations.filter((relation) => relation.type === type);
const numberOf = (list, end) => new Set(list.map((relation) => relation[end])).size;

function involvements(node) {
  const list = ofType(node, "involvement").sort((one, other) => STROKE_RANK(one) - STROKE_RANK(other) || byName(neighbour(one, node).label, neighbour(other, node).label));
  const counts = isInitiative(node)
    ? countLink(counted("n.organisations", numberOf(list, "from")), "organisations-by-initiative", "initiative", node)
    : countLink(counted("n.initiatives", numberOf(list, "to")), "initiatives-by-organisation", "organisation", node);
  return part(t(isInitiative(node) ? "details.organisations" : "details.initiatives"), list, (relation) => involvementItem(relation, node), [counted("n.relations", list.length), " · ", counts]);
}

function people(node) {
  const list = ofType(node, "affiliation").sort((one, other) => byName(one.one.label, other.one.label) || byDate(one, other));
  return part(t("details.people"), list, (...at) => briefItem(at[0], at[0].one, same("from")(...at), functionOf(at[0]), occasionOf(at[0])),
    [countLink(counted("n.persons", numberOf(list, "from")), "speakers-by-organisation", "organisation", node)]);
}

function presentedAt(node) {
  const list = ofType(node, "presentation").sort((one, other) => byDate(one, other) || byName(one.one.label, other.one.label));
  return part(t("details.presentedAt"), list, (...at) => briefItem(at[0], at[0].one, same("from")(...at), talkOf(at[0])), [counted("n.events", numberOf(list, "from"))]);
}

// Where a person appeared; then whom it belonged to, as far as no appearance says so already.
function appearances(node) {
  const list = ofType(node, "contribution").sort((one, other) => byDate(one, other) || byName(one.other.label, other.other.label));
  const told = new Set(list.map((relation) => `${relation.via?.organisation} ${relation.other.label}`));
  const rest = ofType(node, "affiliation").filter((relation) => !told.has(`${relation.to} ${relation.via?.event}`)).sort((one, other) => byDate(one, other) || byName(one.other.label, other.other.label));
  return [
    ...part(t("details.appearances"), list, (...at) => briefItem(at[0], at[0].other, same("to")(...at), functionOf(at[0]), talkOf(at[0]), behalfOf(at[0])), [counted("n.events", numberOf(list, "to"))]),
    ...part(t("details.affiliations"), rest, (...at) => briefItem(at[0], at[0].other, same("to")(...at), functionOf(at[0]), occasionOf(at[0])), [counted("n.organisations", numberOf(rest, "to"))]),
  ];
}

function programme(node) {
  const list = ofType(node, "contribution").sort((one, other) => STROKE_RANK(one) - STROKE_RANK(other) || byName(one.via?.talk || "\uffff", other.via?.talk || "\uffff") || byName(one.one.label, other.one.label));
  const presented = ofType(node, "presentation").sort((one, other) => byName(one.other.label, other.other.label));
  return [
    ...part(t("details.programme"), list, (...at) => briefItem(at[0], at[0].one, same("from")(...at), functionOf(at[0]), talkOf(at[0]), behalfOf(at[0])),
      [countLink(counted("n.persons", numberOf(list, "from")), "programme", "event", node)]),
    ...part(t("details.initiatives.presented"), presented, (...at) => briefItem(at[0], at[0].other, same("to")(...at), talkOf(at[0])), [counted("n.initiatives", numberOf(presented, "to"))]),
  ];
}

// What sources state differently: each value beside who gives it.
function conflictTable(conflicts) {
  if (!conflicts.length) return [];
  const written = (text) => (/^\d{4}-\d{2}(-\d{2})?$/.test(text) ? dateText(text) : /^\d{5,}$/.test(text) ? number(Number(text)) : text.replace(/\((\d{4}(-\d{2}){0,2})\)$/, (_, day) => `(${dateText(day)})`));
  const sourceOf = (slug) => {
    const source = DATA.sources[slug] || { title: slug };
    const name = source.title || slug;
    return el("li", {}, source.url ? german("a", { href: source.url, target: "_blank", rel: "noopener noreferrer external" }, name, el("span", { class: "out", "aria-hidden": "true" }, " ↗")) : german("span", {}, name));
  };
  const groups = conflicts.map(({ property, values }) => el("tbody", {},
    el("tr", {}, el("th", { scope: "rowgroup", colspan: "2" }, property[language] || property.de)),
    values.map(({ value, sources }) => el("tr", {}, el("td", { class: "value" }, value.de === value.en ? german("span", {}, written(value.de)) : written(value[language] || value.de)), el("td", {}, el("ul", { class: "plain" }, sources.map(sourceOf)))))));
  return [el("h3", {}, t("details.conflicts")), el("table", { class: "conflicts" }, el("caption", { class: "hidden" }, t("details.conflicts")),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("details.conflicts.value")), el("th", { scope: "col" }, t("details.conflicts.source")))), groups)];
}

const SOME = 5;

// The first of many; the rest at one press.
function several(items) {
  if (items.length <= SOME + 1) return items;
  return [...items.slice(0, SOME), el("details", { class: "also" }, el("summary", {}, t("details.more", { n: number(items.length - SOME) })), items.slice(SOME))];
}

// Name and value, one below the other.
function factList() {
  const facts = el("dl", {});
  return { facts, fact: (name, ...what) => facts.append(el("dt", {}, name), el("dd", {}, ...what.flat().filter(Boolean))) };
}

// What a source asked for or announced before it began is said to be of then.
function statusText(node) {
  const begun = node.group === "initiative" && node.valid_from && DATA.stand && latest(node.valid_from) <= DATA.stand;
  const before = ["requested", "planned", "announced"].includes(node.status);
  return begun && before ? t("details.status.before", { status: concept("status", node.status) }) : concept("status", node.status);
}

function nodeFacts(node) {
  const { facts, fact } = factList();
  if (node.aliases.length) fact(t("details.also"), several(node.aliases.map((alias) => german("span", { class: "alias" }, alias))));
  if (isOrganisation(node) || isInitiative(node)) {
    const guessed = node.inferred_fields.length ? el("span", { class: "tag inferred", title: t("certainty.inferred.long") }, t("certainty.inferred")) : null;
    fact(t("facet.field"), fieldsText(node), guessed ? " " : null, guessed);
  }
  if (node.group === "event") {
    fact(t("details.when"), node.date ? (node.until && node.until !== node.date ? t("date.range", { from: dateText(node.date), until: dateText(node.until) }) : dateText(node.date)) : t("date.undated"));
    if (node.place_name) fact(t("details.where"), german("span", {}, node.place_name));
    if (node.series) fact(t("details.series"), german("span", {}, node.series));
  }
  const period = periodText(node.valid_from, node.valid_until);
  if (period || node.period_as_written) {
    fact(t("details.period"), period, period && node.period_as_written ? el("br") : null, node.period_as_written ? german("span", { class: "quiet" }, t("details.asWritten", { text: node.period_as_written })) : null);
  }
  if (node.status) fact(t("details.status"), statusText(node));
  if (nodes.has(node.unit_of)) fact(t("details.unitOf"), link(nodes.get(node.unit_of)));
  const units = [...nodes.values()].filter((one) => one.unit_of === node.key);
  if (units.length) fact(t("details.units"), several(units.map(link)));
  if (nodes.has(node.part_of)) fact(t("details.partOf"), link(nodes.get(node.part_of)));
  const parts = [...nodes.values()].filter((one) => one.part_of === node.key);
  if (parts.length) fact(t("details.includes"), several(parts.map(link)));
  if (node.url) fact(t("details.homepage"), el("a", { href: node.url, target: "_blank", rel: "noopener noreferrer external" }, new URL(node.url).host, el("span", { class: "out", "aria-hidden": "true" }, " ↗")));
  return facts;
}

function nodeDetails(node) {
  const lists = node.group === "person" ? appearances(node) : node.group === "event" ? programme(node) : [...involvements(node), ...(isInitiative(node) ? presentedAt(node) : people(node))];
  return [
    el("p", { class: "kindline" }, nodeSign(node), kindLine(node)),
    german("h2", { id: "details-title", tabindex: "-1" }, node.label),
    ...changeDetails(node),
    nodeFacts(node),
    connectionForm(node),
    neighbourhoodButton(node),
    ...conflictTable(node.conflicts),
    ...lists,
    ...(node.evidence.length ? [el("h3", {}, t("details.evidence.node")), evidenceList(node.evidence)] : []),
  ];
}

// Initiatives and events that two organisations have in common.
function sharedItems(relation) {
  const items = relation.shared.map((key) => nodes.get(key)).sort((one, other) => (one.group < other.group ? 1 : one.group > other.group ? -1 : 0) || byName(one.label, other.label));
  return [el("p", { class: "quiet" }, sharedText(relation.shared)), el("ul", { class: "relations" }, items.map((node) => el("li", { class: "relation brief" }, link(node), el("p", { class: "via" }, kindLine(node)))))];
}

function relationDetails(relation) {
  const title = [
    el("p", { class: "kindline" }, lineSign(strokeOf(relation), relation.phase === "ended", relation.phase === "planned"), t("details.relation")),
    el("h2", { id: "details-title", tabindex: "-1" }, relationText(relation)),
    el("div", { class: "ends" }, link(relation.one), link(relation.other)),
    ...changeDetails(relation),
  ];
  if (relation.type === "shared") return [...title, ...sharedItems(relation)];
  if (relation.type === "link") return title;
  const { facts, fact } = factList();
  if (whenText(relation)) fact(t("details.period"), whenText(relation));
  if (relation.status) fact(t("details.status"), concept("status", relation.status));
  fact(t("facet.certainty"), relation.certainty === "inferred" ? t("certainty.inferred.long") : t("certainty.stated"));
  // What is disputed of an end is shown there.
  const known = [relation.one, relation.other].flatMap((node) => node.conflicts.map((one) => JSON.stringify(one)));
  const own = (relation.conflicts || []).filter((one) => !known.includes(JSON.stringify(one)));
  return [...title, el("p", { class: "told" }, told(relation)), viaLine(relation), facts, ...conflictTable(own), el("h3", {}, t("details.evidence")), evidenceList(relation.evidence)];
}

/** Draw what is chosen, or the connection asked for. @param {(key: string | null) => void} choose */
export function drawDetails(choose) {
  const holder = $("details");
  const connected = settleConnection();
  const node = nodes.get(state.selected);
  const relation = relationOf(state.selected);
  document.body.classList.toggle("chosen", Boolean(node || relation || connected));
  holder.hidden = !(node || relation || connected);
  if (holder.hidden) return holder.replaceChildren();
  const close = el("button", { type: "button", class: "close", "aria-label": t("details.close"), onclick: () => choose(null) }, cross());
  const content = connected ? connectionDetails() : [close, ...(node ? nodeDetails(node) : relationDetails(relation))];
  holder.replaceChildren(...content.filter(Boolean));
  holder.setAttribute("aria-labelledby", "details-title");
  holder.scrollTop = 0;
  return null;
}
