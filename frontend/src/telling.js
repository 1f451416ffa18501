// A relation told in a sentence, with what is known of when and who says so. The sentences stand in
// templates/texts/connection.json, by type and role; what stands there in [brackets] is left out
// when a value in it is not known. itas_graph/telling.py says the same at the command line.

import { actions } from "./actions.js";
import { writeFragment } from "./address.js";
import { DATA } from "./data.js";
import { el, german } from "./elements.js";
import { passage } from "./evidence.js";
import { nodes } from "./model.js";
import { concept, counted, dateText, language, periodText, roleText, t } from "./words.js";

/** @typedef {string | Node} Piece */

/**
 * Put values into a template of the page's texts.
 * @param {string} template
 * @param {Record<string, Piece>} values those that are "" count as not known
 * @returns {Piece[]}
 */
export function filled(template, values) {
  const pieces = [];
  const put = (text) => {
    text.split(/\{(\w+)\}/).forEach((part, index) => {
      const piece = index % 2 ? values[part] ?? "" : part;
      if (piece !== "") pieces.push(piece);
    });
  };
  template.split(/\[([^\]]*)\]/).forEach((part, index) => {
    const names = [...part.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    if (index % 2 && names.some((name) => !values[name])) return;
    put(part);
  });
  return pieces;
}

/** A day, month or year with its preposition. @param {string} date */
function whenWords(date) {
  if (!date) return "";
  const kind = date.length > 7 ? "day" : date.length > 4 ? "month" : "year";
  return t(`connection.when.${kind}`, { date: dateText(date) });
}

// The most particular sentence there is for a relation.
function templateOf(relation) {
  const via = relation.via || {};
  const kind = relation.type === "affiliation" && !via.event ? "connection.affiliation.member" : `connection.${relation.type}`;
  const open = relation.phase === "planned" ? ".open" : "";
  const nobody = relation.type === "involvement" && !via.person ? ".nobody" : "";
  const keys = [`${kind}.${relation.role}${nobody}${open}`, `${kind}.${relation.role}${open}`, `${kind}${open}`, kind];
  return DATA.texts[keys.find((key) => key in DATA.texts)][language];
}

// What stands in quotation marks has inner ones itself, and none at its ends.
function nested(text) {
  const bare = text.replace(/^„([^„“]*)“$/, "$1");
  return language === "de" ? bare.replace(/„/g, "‚").replace(/“/g, "‘") : bare.replace(/„/g, "‘").replace(/“/g, "’");
}

/**
 * A name within a line that leads to its node.
 * @param {GraphNode} node
 * @param {string} [text] the name as the line writes it
 */
export function nameLink(node, text = node.label) {
  if (node.group === "field") return el("strong", {}, node.label);
  return german("a", { href: writeFragment({ select: node.key }), class: "called", "data-key": node.key, onclick: (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    actions.choose(node.key);
  } }, text);
}

// Names of initiatives and events stand in quotation marks.
const quotable = (node) => nameLink(node, ["initiative", "event"].includes(node.group) ? nested(node.label) : node.label);

/**
 * What a relation says, without its full stop.
 * @param {Relation} relation of a type that sources state
 * @returns {Piece[]}
 */
export function statement(relation) {
  const via = relation.via || {};
  const text = (words) => (words ? german("span", {}, nested(words)) : "");
  const organisation = nodes.get(via.organisation);
  return filled(templateOf(relation), {
    one: quotable(relation.one),
    other: quotable(relation.other),
    organisation: organisation ? nameLink(organisation) : "",
    role: roleText(relation.role),
    person: text(via.person),
    function: text(via.function),
    talk: text(via.talk && via.talk !== relation.other.label ? via.talk : ""),
    event: text(via.event),
    when: whenWords(relation.date || via.date || ""),
  });
}

/** When a relation held, as far as anything says so. @param {Relation} relation */
function sinceWhen(relation) {
  const period = periodText(relation.valid_from, relation.valid_until);
  const parts = [period, relation.as_of ? t("date.asOf", { date: dateText(relation.as_of) }) : ""].filter(Boolean);
  if (parts.length || relation.type === "field" || relation.date || relation.via?.date) return parts;
  const whole = relation.type === "involvement" ? periodText(relation.other.valid_from, relation.other.valid_until) : "";
  return [whole ? t("connection.period.initiative", { period: whole }) : t("date.undated")];
}

// The first source by name, with a link to the passage; how many more there are.
function sourcePieces(relation) {
  if (relation.type === "field") return [t("connection.source.initiative")];
  const [first] = relation.evidence;
  if (!first) return [t("details.evidence.none")];
  const source = DATA.sources[first.source] || { title: first.source };
  const words = german("span", {}, source.title || first.source);
  const url = passage(first);
  const link = url ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer external", title: t("details.passage") }, words, el("span", { class: "out", "aria-hidden": "true" }, " ↗")) : words;
  const about = [source.publisher, source.published && dateText(source.published)].filter(Boolean).join(", ");
  const more = new Set(relation.evidence.map((piece) => piece.source)).size - 1;
  return [...filled(t("connection.source"), { source: link }), about ? `, ${about}` : "", more ? ` ${counted("connection.source.more", more)}` : ""];
}

/**
 * A relation in a full sentence: who did what, when, how sure that is, and who says so.
 * @param {Relation} relation of a type that sources state
 * @returns {Piece[]}
 */
export function told(relation) {
  const remarks = [
    ...sinceWhen(relation),
    relation.phase === "planned" ? concept("status", relation.status) || t("phase.planned") : "",
    relation.certainty === "inferred" ? t("certainty.inferred.long") : "",
  ].filter(Boolean);
  return [...statement(relation), " (", ...remarks.map((remark) => `${remark}; `), ...sourcePieces(relation), ")."];
}
