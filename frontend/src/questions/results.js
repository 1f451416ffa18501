// An answer as a table that sorts, leads to the nodes it names, and can be taken along.

import { actions } from "../actions.js";
import { DATA } from "../data.js";
import { all, el, german } from "../elements.js";
import { nodes } from "../model.js";
import { nodeSign } from "../signs.js";
import { byName, counted, dateText, language, number, t } from "../words.js";
import { csv, save } from "../files.js";
import { drawTriples } from "./triples.js";

/** @typedef {import("../engine/engine.js").Term} Term */
/** @typedef {import("../engine/engine.js").Answer} Answer */

const FIRST = 500;
const NUMBERS = /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;
const sorting = { column: -1, down: false };
let whole = false;

/** The node that an IRI names, if the page knows it. @param {string} iri */
export function nodeOfIri(iri) {
  return nodes.get(iri.split("/").slice(-2).join("/"));
}

const prefixes = Object.entries(DATA.prefixes || {}).sort(([, one], [, other]) => other.length - one.length);

/** An IRI as short as the prefixes make it. @param {string} iri */
export function short(iri) {
  const found = prefixes.find(([, namespace]) => iri.startsWith(namespace) && /^[\w-]*$/.test(iri.slice(namespace.length)));
  return found ? `${found[0]}:${iri.slice(found[1].length)}` : iri;
}

/** A term in words. @param {Term | null} term */
function plainText(term) {
  if (!term) return "";
  if (term.type !== "uri") return term.value;
  return nodeOfIri(term.value)?.label || short(term.value);
}

const isDate = (text = "") => /^\d{4}-\d{2}(-\d{2})?$/.test(text);
const isNumber = (term) => term?.type === "literal" && NUMBERS.test(term.datatype || "");

// Where a column has its address beside it (organisation, organisation_id), one column is enough.
function pairs(columns) {
  return columns.map((name, at) => ({ name, at, id: columns.indexOf(`${name}_id`) })).filter(({ name }) => !(name.endsWith("_id") && columns.includes(name.slice(0, -3))));
}

const FEW = 3;
const LONG = 64;
const isWeb = (text) => /^https?:\/\/\S+$/i.test(text);

// An address as one reads it; all of it where the pointer rests.
function webLink(address, text = address) {
  let plain = text.replace(/^https?:\/\/(www\.)?/i, "");
  try {
    const passage = /#:~:text=([^&]+)/.exec(plain);
    plain = passage ? `${plain.split("/")[0]} „${decodeURIComponent(passage[1])}“` : decodeURI(plain);
  } catch {
    // Not every address is written as UTF-8.
  }
  return el("a", { href: address, title: address, target: "_blank", rel: "noopener noreferrer external" }, plain.length > LONG ? `${plain.slice(0, LONG - 2)} …` : plain, " ↗");
}

// Several values that a question joins are a list again.
function listed(text) {
  const parts = text.split(" | ");
  const item = (part) => german("li", {}, isWeb(part) ? webLink(part) : part);
  const some = el("ul", { class: "values" }, parts.slice(0, parts.length > FEW + 1 ? FEW : parts.length).map(item));
  if (parts.length <= FEW + 1) return some;
  return el("div", {}, some, el("details", {}, el("summary", {}, t("questions.more", { n: number(parts.length - FEW) })), el("ul", { class: "values" }, parts.slice(FEW).map(item))));
}

/**
 * @param {Term | null} term
 * @param {Term | null} [address] what the term names
 */
function shown(term, address = null) {
  if (!term) return "";
  const named = address?.type === "uri" && term.type === "literal" ? nodeOfIri(address.value) : null;
  if (named) return german("button", { type: "button", class: "cell", onclick: () => actions.choose(named.key) }, nodeSign(named), " ", term.value);
  if (term.type === "uri") {
    const node = nodeOfIri(term.value);
    if (node) return german("button", { type: "button", class: "cell", onclick: () => actions.choose(node.key) }, nodeSign(node), " ", node.label);
    if (isWeb(term.value) && !term.value.startsWith("https://w3id.org/itas-graph/")) return webLink(term.value, short(term.value));
    return el("code", {}, short(term.value));
  }
  if (isWeb(term.value)) return webLink(term.value);
  if (isNumber(term)) return number(Number(term.value));
  if (isDate(term.value)) return dateText(term.value);
  return term.value.includes(" | ") ? listed(term.value) : german("span", {}, term.value);
}

function compare(one, other) {
  if (!one || !other) return Number(!one) - Number(!other);
  if (isNumber(one) && isNumber(other)) return Number(one.value) - Number(other.value);
  return byName(plainText(one), plainText(other));
}

function head(columns, rows, labels, again) {
  return pairs(columns).map(({ name, at }) => {
    const on = sorting.column === at;
    return el("th", { scope: "col", class: rows.length && rows.every((row) => !row[at] || isNumber(row[at])) ? "number" : null, "aria-sort": on ? (sorting.down ? "descending" : "ascending") : null },
      el("button", { type: "button", class: "sort", "data-answer-column": String(at), onclick: () => {
        sorting.down = on && !sorting.down;
        sorting.column = at;
        again();
        all(`[data-answer-column="${at}"]`)[0].focus();
      } }, labels[name]?.[language] || name, el("span", { "aria-hidden": "true", class: "arrow" }, on ? (sorting.down ? " ↓" : " ↑") : "")));
  });
}

function table(columns, rows, labels, caption, again) {
  const ordered = sorting.column < 0 ? rows : [...rows].sort((one, other) => compare(one[sorting.column], other[sorting.column]) * (sorting.down ? -1 : 1));
  const some = whole ? ordered : ordered.slice(0, FIRST);
  const body = some.map((row) => el("tr", {}, pairs(columns).map(({ at, id }) => el("td", { class: isNumber(row[at]) ? "number" : isDate(row[at]?.value) ? "date" : null }, shown(row[at], id < 0 ? null : row[id])))));
  const made = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, el("span", { class: "hidden" }, caption)), el("thead", {}, el("tr", {}, head(columns, rows, labels, again))), el("tbody", {}, body)));
  if (some.length === rows.length) return [made];
  return [made, el("button", { type: "button", class: "plain", id: "all-rows", onclick: () => {
    whole = true;
    again();
  } }, t("questions.rows.all", { n: number(rows.length), first: number(FIRST) }))];
}

function tools(name, answer, labels) {
  const button = (key, act) => el("button", { type: "button", class: "tool", id: `answer-${key}`, onclick: act }, t(`questions.save.${key}`));
  const found = nodeKeys(answer);
  const made = [];
  if (found.length) made.push(button("network", () => actions.highlight(found, t("questions.shown", { n: number(found.length) }))));
  if (answer.kind === "rows") {
    made.push(
      button("csv", () => save(`${name}.csv`, "text/csv", csv(answer.columns.map((column) => labels[column]?.[language] || column), answer.rows.map((row) => row.map((term) => term?.value || ""))))),
      button("json", () => save(`${name}.srj`, "application/sparql-results+json", JSON.stringify(asJson(answer), null, 1))));
  }
  if (answer.kind === "triples") made.push(button("nt", () => save(`${name}.nt`, "application/n-triples", answer.triples.map((triple) => `${triple.map(ntriples).join(" ")} .\n`).join(""))));
  made.push(button("link", copyLink));
  return made;
}

// The clipboard, or, where it is closed to us, the link to be copied by hand.
async function copyLink({ currentTarget }) {
  const place = el("p", { class: "quiet", role: "status" });
  for (const old of all(".answer-tools + [role=status]")) old.remove();
  currentTarget.parentElement.after(place);
  try {
    await navigator.clipboard.writeText(location.href);
    place.textContent = t(location.protocol === "file:" ? "questions.link.file" : "questions.link.done");
  } catch {
    const field = el("input", { class: "link", readonly: true, "aria-label": t("questions.link.label") });
    field.value = location.href;
    place.append(t("questions.link.hand"), " ", field);
    field.select();
  }
}

/** SPARQL 1.1 Query Results JSON Format. @param {Answer} answer */
function asJson({ columns, rows }) {
  const bindings = rows.map((row) => Object.fromEntries(columns.flatMap((name, at) => (row[at] ? [[name, row[at]]] : []))));
  return { head: { vars: columns }, results: { bindings } };
}

/** @param {Term} term */
function ntriples(term) {
  if (term.type === "uri") return `<${term.value}>`;
  if (term.type === "bnode") return `_:${term.value}`;
  const text = JSON.stringify(term.value).replace(/[\u007f-\u009f\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  if (term["xml:lang"]) return `${text}@${term["xml:lang"]}`;
  return term.datatype && !term.datatype.endsWith("#string") ? `${text}^^<${term.datatype}>` : text;
}

function nodeKeys(answer) {
  const keys = new Set();
  for (const row of answer.rows || answer.triples || []) {
    for (const term of row) {
      const node = term?.type === "uri" && nodeOfIri(term.value);
      if (node) keys.add(node.key);
    }
  }
  return [...keys];
}

// As of when the answer holds, and what that left out.
function asOf(as) {
  if (!as) return null;
  return el("p", { class: "asof-note" }, t("questions.asof", { date: dateText(as.date), left: number(as.left) }), as.unsure ? ` ${t("questions.asof.unsure", { n: number(as.unsure) })}` : "");
}

/** Forget how the last answer was sorted. */
export function freshAnswer() {
  sorting.column = -1;
  sorting.down = false;
  whole = false;
}

/**
 * Draw an answer.
 * @param {HTMLElement} holder
 * @param {Answer} answer
 * @param {{ name: string, title: string, columns: Record<string, Words> }} about
 */
export function drawAnswer(holder, answer, about) {
  const again = () => drawAnswer(holder, answer, about);
  const bar = el("div", { class: "answer-tools" }, tools(about.name, answer, about.columns));
  if (answer.kind === "truth") {
    holder.replaceChildren(el("p", { class: "truth" }, t(answer.truth ? "questions.yes" : "questions.no")), ...[asOf(answer.as)].filter(Boolean));
    return;
  }
  if (answer.kind === "triples") {
    holder.replaceChildren(...[el("p", { class: "n" }, counted("questions.n.triples", answer.triples.length)), asOf(answer.as), bar].filter(Boolean));
    if (answer.triples.length) {
      const picture = el("div", { class: "triples" });
      holder.append(picture, ...table(["s", "p", "o"], answer.triples, { s: { de: "Subjekt", en: "subject" }, p: { de: "Prädikat", en: "predicate" }, o: { de: "Objekt", en: "object" } }, about.title, again));
      drawTriples(picture, answer.triples, answer.labels);
    } else holder.append(el("p", { class: "nothing" }, t("questions.empty")));
    return;
  }
  const parts = [el("p", { class: "n" }, counted("questions.n.rows", answer.rows.length)), asOf(answer.as)];
  if (answer.rows.length) parts.push(bar, ...table(answer.columns, answer.rows, about.columns, about.title, again));
  else parts.push(el("p", { class: "nothing" }, t(answer.as ? "questions.empty.date" : "questions.empty")));
  holder.replaceChildren(...parts.filter(Boolean));
}
