// What the drawing shows as a table, with the same filters.

import { passage } from "./evidence.js";
import { actions } from "./actions.js";
import { DATA } from "./data.js";
import { STROKE_RANK, relationText, tags, whenText } from "./details.js";
import { changeCell, changeTag, differenceNote } from "./difference.js";
import { $, el, german } from "./elements.js";
import { changeOf, importance, isInitiative, nodeOf, nodes, overviewNow, relationMatches, relationOf, relations, shown, state, total as allOf } from "./model.js";
import { fieldsText, kindSign, nodeSign } from "./signs.js";
import { takeMenu } from "./take.js";
import { byName, counted, dateText, fold, language, number, roleText, t } from "./words.js";

/**
 * A column: what it sorts by, and what stands in its cell.
 * @typedef {{ value: (relation: Relation) => string, cell: (relation: Relation, choose: Choose) => (Node | string | null)[], date?: boolean }} Column
 * @typedef {(key: string) => void} Choose
 * @typedef {{ columns: Record<string, Column>, caption: string, same: string }} Table
 */

const SOURCES_SHOWN = 2;
const ITEMS_SHOWN = 4;
const FIRST = 500;
const sorting = { table: "", column: /** @type {string | null} */ (null), down: false };
let whole = false;

// ---- cells --------------------------------------------------------------------------------------

function pick(key, text, choose, name = "button") {
  return german(name, { type: "button", class: "cell", onclick: () => choose(key) }, text);
}

const signOf = (node) => (node.group === "organisation" ? kindSign(node.kind, node.consortium) : nodeSign(node));
const named = (node, choose) => [el("span", { class: "flex" }, signOf(node), pick(node.key, node.label, choose), changeTag(node, true))];
const padded = (n) => String(n).padStart(8, "0");
const several = (n, text) => [el("details", {}, el("summary", {}, text), el("ul", { class: "plain" }, n))];

function roleCell(relation, choose) {
  return [el("button", { type: "button", class: "cell", onclick: () => choose(relation.key) }, relationText(relation)), ...tags(relation)];
}

function sourceCell(relation) {
  const sources = [...new Map(relation.evidence.map((piece) => [piece.source, piece])).values()].map((piece) => {
    const source = DATA.sources[piece.source] || { title: piece.source };
    const url = passage(piece);
    return el("li", {}, url ? german("a", { href: url, target: "_blank", rel: "noopener noreferrer external" }, source.title, " ↗") : source.title);
  });
  const rest = sources.slice(SOURCES_SHOWN);
  return [el("ul", { class: "plain" }, sources.slice(0, SOURCES_SHOWN)), ...(rest.length ? several(rest, counted("n.moreSources", rest.length)) : [])];
}

// ---- tables -------------------------------------------------------------------------------------

/** @type {Column} */
const sources = { value: (relation) => padded(relation.evidence.length), cell: sourceCell };
/** @type {Column} */
const organisation = { value: ({ one }) => one.label, cell: ({ one }, choose) => named(one, choose) };

const isOf = (group) => (key) => key.startsWith(`${group}/`);
const sharedOf = (relation, group) => (relation.shared || []).filter(isOf(group));

function sharedCell(relation, choose) {
  const items = relation.shared.map((key) => nodes.get(key)).sort((one, other) => Number(isInitiative(other)) - Number(isInitiative(one)) || byName(one.label, other.label))
    .map((node) => el("li", {}, pick(node.key, node.label, choose)));
  const rest = items.slice(ITEMS_SHOWN);
  return [el("ul", { class: "plain" }, items.slice(0, ITEMS_SHOWN)), ...(rest.length ? several(rest, `+ ${number(rest.length)}`) : [])];
}

/** Where and for whom: both kinds of relation of the drawing of events, in the same columns. */
const isThere = (relation) => relation.type === "contribution";
const eventOf = (relation) => (isThere(relation) ? relation.other.label : relation.via?.event || "");
const behalfOf = (relation) => (isThere(relation) ? nodes.get(relation.via?.organisation) : relation.other);
const dateOf = (relation) => relation.date || relation.valid_from || relation.as_of;

/** @type {Record<string, Table>} */
const TABLES = {
  "organisation-initiative": {
    caption: "table.caption", same: "table.same",
    columns: {
      organisation,
      role: { value: ({ role }) => roleText(role), cell: roleCell },
      initiative: { value: ({ other }) => other.label, cell: ({ other }, choose) => named(other, choose) },
      field: { value: ({ other }) => fieldsText(other), cell: ({ other }) => [fieldsText(other)] },
      from: { value: (relation) => relation.valid_from, cell: (relation) => [dateText(relation.valid_from)], date: true },
      until: { value: (relation) => relation.valid_until, cell: (relation) => [dateText(relation.valid_until)], date: true },
      sources,
    },
  },
  "organisation-organisation": {
    caption: "table.caption.organisation-organisation", same: "table.same.short",
    columns: {
      organisation,
      other: { value: ({ other }) => other.label, cell: ({ other }, choose) => named(other, choose) },
      initiatives: { value: (relation) => padded(sharedOf(relation, "initiative").length), cell: (relation) => [number(sharedOf(relation, "initiative").length)], date: true },
      events: { value: (relation) => padded(sharedOf(relation, "event").length), cell: (relation) => [number(sharedOf(relation, "event").length)], date: true },
      shared: { value: (relation) => padded(relation.shared.length), cell: sharedCell },
    },
  },
  "event-person-organisation": {
    caption: "table.caption.event-person-organisation", same: "table.same.short",
    columns: {
      event: { value: eventOf, cell: (relation, choose) => (isThere(relation) ? named(relation.other, choose) : [eventOf(relation) ? german("span", {}, eventOf(relation)) : "–"]) },
      date: { value: dateOf, cell: (relation) => [dateText(dateOf(relation))], date: true },
      person: organisation,
      as: { value: relationText, cell: roleCell },
      function: { value: (relation) => relation.via?.function || "", cell: (relation) => [german("span", {}, relation.via?.function || "")] },
      behalf: { value: (relation) => behalfOf(relation)?.label || "", cell: (relation, choose) => (behalfOf(relation) ? named(behalfOf(relation), choose) : []) },
      talk: { value: (relation) => relation.via?.talk || "", cell: (relation) => [german("span", {}, relation.via?.talk || "")] },
      sources,
    },
  },
  neighbourhood: {
    caption: "table.caption.neighbourhood", same: "table.same.short",
    columns: {
      one: organisation,
      relation: { value: relationText, cell: roleCell },
      to: { value: ({ other }) => other.label, cell: ({ other }, choose) => named(other, choose) },
      when: { value: dateOf, cell: (relation) => [whenText(relation)] },
      sources,
    },
  },
  // Organisations of a large network: as the drawing, by communities.
  links: {
    caption: "table.caption.links", same: "table.same.short",
    columns: {
      one: { value: ({ one }) => one.names[language], cell: ({ one }) => [one.names[language]] },
      other: { value: ({ other }) => other.names[language], cell: ({ other }) => [other.names[language]] },
      count: { value: (relation) => padded(relation.count), cell: (relation) => [number(relation.count)], date: true },
    },
  },
};

if (DATA.difference) for (const table of Object.values(TABLES)) table.columns = withChange(table.columns);

// What became of a relation stands beside the name that its row goes by.
function withChange(columns) {
  const [[first, column], ...rest] = Object.entries(columns);
  return { [first]: column, change: { value: (relation) => String(["new", "gone", "changed"].indexOf(changeOf(relation)) + 1 || ""), cell: (relation) => [changeCell(relation)] }, ...Object.fromEntries(rest) };
}

const TYPES = { "organisation-initiative": ["involvement"], "event-person-organisation": ["contribution", "affiliation"] };

// The rows in the order of importance. A large network lists the relations behind its communities.
function rowsNow() {
  const inGroups = overviewNow() && !nodeOf(state.cluster);
  const types = inGroups && TYPES[state.drawing];
  let rows = types ? [...shown.left].map((key) => relations.get(key)).filter(({ type }) => types.includes(type)) : [...shown.relations].map((key) => relationOf(key));
  const name = inGroups && !types ? "links" : state.drawing;
  const total = rows.length;
  if (name === "event-person-organisation") {
    // For whom somebody appeared stands in the row of the appearance.
    const told = new Set(rows.filter(isThere).map((relation) => `${relation.from} ${relation.via?.organisation} ${relation.other.label} ${changeOf(relation)}`));
    rows = rows.filter((relation) => isThere(relation) || !told.has(`${relation.from} ${relation.to} ${relation.via?.event} ${changeOf(relation)}`));
  }
  const wanted = fold(state.query);
  if (wanted && name !== "links") rows = rows.filter((relation) => relationMatches(relation, wanted));
  const first = {
    "organisation-organisation": (one, other) => other.shared.length - one.shared.length,
    "event-person-organisation": (one, other) => (dateOf(other) || "").localeCompare(dateOf(one) || "") || byName(eventOf(one), eventOf(other)) || STROKE_RANK(one) - STROKE_RANK(other),
    links: (one, other) => other.count - one.count,
  }[name] || (() => 0);
  rows.sort((one, other) => first(one, other) || importance(other.one) - importance(one.one) || byName(one.one.label, other.one.label) || STROKE_RANK(one) - STROKE_RANK(other) || byName(one.other.label, other.other.label));
  return { name, rows, total };
}

function sorted(rows, { columns }) {
  const column = columns[sorting.column];
  if (!column) return rows;
  const keyed = rows.map((relation) => ({ relation, value: column.value(relation) || "" }));
  keyed.sort((one, other) => Number(!one.value) - Number(!other.value) || byName(one.value, other.value) * (sorting.down ? -1 : 1));
  return keyed.map(({ relation }) => relation);
}

function row(relation, { columns }, choose) {
  const on = state.selected === relation.key;
  const open = relation.type === "link" ? null : (event) => event.target.closest("a, button, summary") || choose(relation.key);
  return el("tr", { "aria-selected": on ? "true" : null, class: on ? "selected" : null, ...(open ? { onclick: open } : {}) },
    Object.values(columns).map((column, index) => (index ? el("td", { class: column.date ? "date" : null }, column.cell(relation, choose)) : el("th", { scope: "row" }, column.cell(relation, choose)))));
}

/**
 * Draw the table of what the drawing of the moment shows.
 * @param {Choose} choose
 * @param {(reset?: boolean) => void} again draws everything anew
 * @returns {string} what stands in the line of counts
 */
export function drawTable(choose, again) {
  const { name, rows, total } = rowsNow();
  const table = TABLES[name];
  if (sorting.table !== name) Object.assign(sorting, { table: name, column: null, down: false });
  const head = Object.keys(table.columns).map((column) => {
    const on = sorting.column === column;
    return el("th", { scope: "col", class: DATA.difference ? `column-${column}` : null, "aria-sort": on ? (sorting.down ? "descending" : "ascending") : null },
      el("button", { type: "button", class: "sort", "data-column": column, onclick: () => {
        sorting.down = on && !sorting.down;
        sorting.column = column;
        again();
        /** @type {HTMLElement | null} */ (holder.querySelector(`[data-column=${column}]`))?.focus();
      } }, t(`table.${column}`), el("span", { "aria-hidden": "true", class: "arrow" }, on ? (sorting.down ? " ↓" : " ↑") : "")));
  });
  const list = sorted(rows, table);
  const some = whole ? list : list.slice(0, FIRST);
  const drawn = el("table", { class: DATA.difference ? `${name} compared` : name },
    el("caption", {}, el("strong", {}, t(table.caption)), " ", el("span", {}, t(table.same))),
    el("thead", {}, el("tr", {}, head)), el("tbody", {}, some.map((relation) => row(relation, table, choose))));
  const more = some.length < list.length ? el("p", { class: "more" }, t("table.first", { n: number(some.length), all: number(list.length) }), " ", el("button", { type: "button", class: "plain", onclick: () => {
    whole = true;
    again();
    /** @type {HTMLElement} */ (holder.querySelector(".scroll")).focus();
  } }, t("table.whole"))) : null;
  const holder = $("view-table");
  const content = [differenceNote(actions.change), el("div", { class: "table-tools" }, takeMenu(["csv", "gexf", "print"], () => list)), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t(table.caption) }, ...[drawn, more].filter(Boolean))];
  if (!rows.length) content.push(emptyNote(again));
  holder.replaceChildren(...content.filter(Boolean));
  if (name === "event-person-organisation") return `${counted("table.n.rows", rows.length)} · ${counted("n.relations", total)}`;
  const all = name === "organisation-initiative" ? allOf() : total;
  return rows.length === all ? counted("n.relations", all) : t("n.of", { n: number(rows.length), all: number(all) });
}

export function emptyNote(again) {
  return el("div", { class: "nothing" }, el("p", {}, state.query ? t("empty.search", { q: state.query }) : t("empty")),
    el("button", { type: "button", class: "plain", onclick: () => again(true) }, t("empty.back")));
}
