// Organisations by action fields: a heat map with numbers.

import { actions } from "./actions.js";
import { addressField } from "./address.js";
import { DATA } from "./data.js";
import { cross, el, german, say } from "./elements.js";
import { fieldNumber } from "./encoding.js";
import { FIELDS, changeOf, hasAllFields, importance, nodes, relations, resetFilters, shown, state } from "./model.js";
import { fieldSign, kindSign, nodeSign } from "./signs.js";
import { byName, counted, fieldText, fold, number, roleText, t } from "./words.js";

const FIRST = 200;
const HEATS = 5;
const ALL = "all";
const NONE = "none";
const TOTAL = "total";
const sorting = { column: "", down: true };
let whole = false;
/** The cell whose initiatives are listed: organisation and column. */
let chosen = /** @type {[string, string] | null} */ (null);

addressField("cell", {
  write: () => (chosen ? chosen.join(",") : null),
  read: (text) => {
    const [organisation, column] = text.split(",");
    chosen = nodes.has(organisation) && column ? [organisation, column] : null;
  },
});

/** The columns an initiative counts in. @param {GraphNode} initiative */
function columnsOf(initiative) {
  if (hasAllFields(initiative)) return [ALL];
  return initiative.action_fields.length ? initiative.action_fields : [NONE];
}

/** @typedef {{ node: GraphNode | null, cells: Map<string, Map<string, Relation[]>> }} Row */

function put(row, column, relation) {
  if (!row.cells.has(column)) row.cells.set(column, new Map());
  const cell = row.cells.get(column);
  if (!cell.has(relation.to)) cell.set(relation.to, []);
  cell.get(relation.to).push(relation);
}

// Who takes part in what, by organisation and column; the first row is of all together.
function tally() {
  /** @type {Row} */
  const all = { node: null, cells: new Map() };
  /** @type {Map<string, Row>} */
  const rows = new Map();
  const wanted = fold(state.query);
  for (const key of shown.left) {
    const relation = relations.get(key);
    if (relation.type !== "involvement" || changeOf(relation) === "gone") continue;
    if (wanted && ![relation.one.label, ...relation.one.aliases].some((name) => fold(name).includes(wanted))) continue;
    if (!rows.has(relation.from)) rows.set(relation.from, { node: relation.one, cells: new Map() });
    for (const row of [rows.get(relation.from), all]) for (const column of [...columnsOf(relation.other), TOTAL]) put(row, column, relation);
  }
  return { all, rows: [...rows.values()] };
}

const count = (row, column) => row.cells.get(column)?.size || 0;

function inOrder(rows) {
  const first = (one, other) => Number(other.node.consortium) - Number(one.node.consortium) || count(other, TOTAL) - count(one, TOTAL) || importance(other.node) - importance(one.node) || byName(one.node.label, other.node.label);
  rows.sort(first);
  const { column, down } = sorting;
  if (column === "organisation") rows.sort((one, other) => byName(one.node.label, other.node.label) * (down ? -1 : 1));
  else if (column) rows.sort((one, other) => (count(one, column) - count(other, column)) * (down ? -1 : 1));
  return rows;
}

const columnText = (column) => (column === ALL ? t("matrix.all.long") : column === TOTAL ? t("matrix.total.long") : fieldText(column === NONE ? "" : column));

function heading(column, redraw) {
  const on = sorting.column === column;
  const words = column === "organisation" ? t("matrix.organisation") : column === ALL ? t("matrix.all") : column === TOTAL ? t("matrix.total") : columnText(column);
  const sign = FIELDS.includes(column) ? fieldSign([{ field: fieldNumber(column), mark: String(fieldNumber(column)) }]) : column === ALL ? fieldSign([{ field: 0, mark: "∗" }]) : column === NONE ? fieldSign([{ field: 0, mark: "–" }]) : null;
  return el("th", { scope: "col", class: column === "organisation" ? "first" : null, "aria-sort": on ? (sorting.down ? "descending" : "ascending") : null },
    el("button", { type: "button", class: "sort", "data-column": column, onclick: () => {
      sorting.down = on ? !sorting.down : column !== "organisation";
      sorting.column = column;
      redraw(`[data-column="${column}"]`);
    } }, sign, el("span", { class: "words" }, words, el("span", { "aria-hidden": "true" }, on ? (sorting.down ? " ↓" : " ↑") : ""))));
}

// The number says it; the shade repeats it.
function cell(row, column, most, redraw) {
  const n = count(row, column);
  if (!n) return el("td", { class: "zero" }, "0");
  const heat = Math.max(1, Math.ceil((HEATS * n) / most));
  const on = chosen && row.node && chosen[0] === row.node.key && chosen[1] === column;
  const shade = column === TOTAL || !row.node ? "sum" : `heat-${heat}`;
  if (!row.node) return el("td", { class: shade }, number(n));
  const label = t("matrix.cell", { organisation: row.node.label, field: columnText(column), n: counted("n.initiatives", n) });
  return el("td", { class: shade }, el("button", {
    type: "button", class: "number", "aria-label": label, "aria-pressed": String(Boolean(on)), "data-cell": `${row.node.key},${column}`,
    onclick: () => {
      chosen = on ? null : [row.node.key, column];
      actions.remember(true);
      redraw(`[data-cell="${row.node.key},${column}"]`);
      if (chosen) say(label);
    },
  }, number(n)));
}

// Which initiatives a number counts, and in what role.
function list(rows, redraw) {
  const row = chosen && rows.find(({ node }) => node.key === chosen[0]);
  const cells = row?.cells.get(chosen[1]);
  if (!cells) return el("p", { class: "quiet invite" }, t("matrix.invite"));
  const items = [...cells].sort(([one], [other]) => byName(nodes.get(one).label, nodes.get(other).label)).map(([key, found]) => el("li", {},
    german("button", { type: "button", class: "other", "data-key": key, onclick: () => actions.choose(key) }, nodeSign(nodes.get(key)), nodes.get(key).label),
    el("span", { class: "quiet" }, [...new Set(found.map((relation) => roleText(relation.role)))].join(", "))));
  return el("section", { class: "cell-list", "aria-labelledby": "cell-title" },
    el("button", { type: "button", class: "close", "aria-label": t("matrix.close"), onclick: () => {
      const back = `[data-cell="${chosen.join(",")}"]`;
      chosen = null;
      actions.remember(true);
      redraw(back);
    } }, cross()),
    el("h2", { id: "cell-title" }, german("span", {}, row.node.label), ` – ${columnText(chosen[1])}`, el("span", { class: "quiet" }, ` ${counted("n.initiatives", cells.size)}`)),
    el("ul", {}, items));
}

/**
 * Draw the view.
 * @param {HTMLElement} holder
 * @returns {string} what stands in the line of counts
 */
export function drawMatrix(holder) {
  const { all, rows } = tally();
  const redraw = (focus) => {
    const region = holder.querySelector(".scroll");
    const [left, top] = [region?.scrollLeft, region?.scrollTop];
    drawMatrix(holder);
    const again = holder.querySelector(".scroll");
    if (again && region) again.scrollTo(left, top);
    /** @type {HTMLElement | null} */ (holder.querySelector(focus))?.focus({ preventScroll: true });
  };
  if (!rows.length) {
    holder.replaceChildren(el("div", { class: "nothing" }, el("p", {}, t("empty")), el("button", { type: "button", class: "plain", onclick: () => actions.change(resetFilters, true) }, t("empty.back"))));
    return "";
  }
  inOrder(rows);
  const columns = [...FIELDS, ALL, NONE].filter((column) => count(all, column));
  const most = Math.max(...rows.flatMap((row) => columns.map((column) => count(row, column))));
  const some = whole ? rows : rows.slice(0, FIRST);
  const table = el("table", {},
    el("caption", {}, el("strong", {}, t("matrix.caption")), " ", el("span", {}, t("matrix.what"), DATA.difference ? ` ${t("difference.now")}` : "")),
    el("thead", {}, el("tr", {}, ["organisation", ...columns, TOTAL].map((column) => heading(column, redraw)))),
    el("tbody", {}, some.map((row) => el("tr", {},
      el("th", { scope: "row", class: "first" }, el("span", { class: "flex" }, kindSign(row.node.kind, row.node.consortium), german("button", { type: "button", class: "cell", "data-key": row.node.key, onclick: () => actions.choose(row.node.key) }, row.node.label))),
      [...columns, TOTAL].map((column) => cell(row, column, most, redraw))))),
    el("tfoot", {}, el("tr", {}, el("th", { scope: "row", class: "first" }, t("matrix.totals")), [...columns, TOTAL].map((column) => cell(all, column, most, redraw)))));
  const more = some.length < rows.length ? el("p", { class: "more" }, t("matrix.first", { n: number(some.length), all: number(rows.length) }), " ", el("button", { type: "button", class: "plain", onclick: () => {
    whole = true;
    redraw(".scroll");
  } }, t("matrix.whole"))) : null;
  holder.replaceChildren(el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("matrix.caption") }, ...[table, more].filter(Boolean)), list(rows, redraw));
  return `${counted("n.organisations", rows.length)} · ${counted("n.initiatives", count(all, TOTAL))}`;
}
