// The relations as a table, with the filters of the network.

import { passage } from "./evidence.js";
import { DATA } from "./data.js";
import { STROKE_RANK, tags } from "./details.js";
import { $, all, el, german } from "./elements.js";
import { importance, relationMatches, relationOf, shown, state } from "./model.js";
import { fieldsText, kindSign, nodeSign } from "./signs.js";
import { byName, counted, dateText, fold, roleText, t } from "./words.js";

export const COLUMNS = {
  organisation: (relation) => relation.one.label,
  role: (relation) => roleText(relation.role),
  initiative: (relation) => relation.other.label,
  field: (relation) => fieldsText(relation.other),
  from: (relation) => relation.valid_from || "",
  until: (relation) => relation.valid_until || "",
  sources: (relation) => String(relation.evidence.length).padStart(4, "0"),
};
export const SOURCES_SHOWN = 2;
export const sorting = { column: null, down: false };

export function tableRows() {
  const wanted = fold(state.query);
  const rows = [...shown.relations].map((key) => relationOf(key)).filter((relation) => relationMatches(relation, wanted));
  const first = (one, other) => importance(other.one) - importance(one.one) || byName(one.one.label, other.one.label) || STROKE_RANK(one) - STROKE_RANK(other) || byName(one.other.label, other.other.label);
  rows.sort(first);
  if (sorting.column) {
    const value = COLUMNS[sorting.column];
    const empty = (text) => (text ? 0 : 1);
    rows.sort((one, other) => empty(value(one)) - empty(value(other)) || byName(value(one), value(other)) * (sorting.down ? -1 : 1));
  }
  return rows;
}

export function tableRow(relation, choose) {
  const { one, other } = relation;
  const pick = (key, text, name = "button") => german(name, { type: "button", class: "cell", onclick: (event) => {
    event.stopPropagation();
    choose(key);
  } }, text);
  const sources = [...new Map(relation.evidence.map((piece) => [piece.source, piece])).values()].map((piece) => {
    const source = DATA.sources[piece.source] || { title: piece.source };
    const url = passage(piece);
    return el("li", {}, url ? german("a", { href: url, target: "_blank", rel: "noopener noreferrer external" }, source.title, " ↗") : source.title);
  });
  return el("tr", { "aria-selected": state.selected === relation.key ? "true" : null, class: state.selected === relation.key ? "selected" : null, onclick: (event) => event.target.closest("a, button") || choose(relation.key) },
    el("th", { scope: "row" }, el("span", { class: "flex" }, kindSign(one.kind, one.consortium), pick(one.key, one.label))),
    el("td", {}, el("button", { type: "button", class: "cell", onclick: () => choose(relation.key) }, roleText(relation.role)), tags(relation)),
    el("td", {}, el("span", { class: "flex" }, nodeSign(other), pick(other.key, other.label))),
    el("td", {}, fieldsText(other)),
    el("td", { class: "date" }, dateText(relation.valid_from)),
    el("td", { class: "date" }, dateText(relation.valid_until)),
    el("td", {}, el("ul", { class: "plain" }, sources.slice(0, SOURCES_SHOWN)), moreSources(sources.slice(SOURCES_SHOWN))));
}

export function moreSources(sources) {
  if (!sources.length) return null;
  return el("details", { onclick: (event) => event.stopPropagation() }, el("summary", {}, counted("n.moreSources", sources.length)), el("ul", { class: "plain" }, sources));
}

export function drawTable(choose, again) {
  const rows = tableRows();
  const head = Object.keys(COLUMNS).map((name) => {
    const on = sorting.column === name;
    return el("th", { scope: "col", "aria-sort": on ? (sorting.down ? "descending" : "ascending") : null },
      el("button", { type: "button", class: "sort", "data-column": name, onclick: () => {
        sorting.down = on && !sorting.down;
        sorting.column = name;
        again();
        all(`[data-column=${name}]`)[0].focus();
      } }, t(`table.${name}`), el("span", { "aria-hidden": "true", class: "arrow" }, on ? (sorting.down ? " ↓" : " ↑") : "")));
  });
  const table = el("table", {},
    el("caption", {}, el("strong", {}, t("table.caption")), " ", el("span", {}, t("table.same"))),
    el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows.map((relation) => tableRow(relation, choose))));
  const content = [el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("table.caption") }, table)];
  if (!rows.length) content.push(emptyNote(again));
  $("view-table").replaceChildren(...content);
  return rows.length;
}

export function emptyNote(again) {
  return el("div", { class: "nothing" }, el("p", {}, state.query ? t("empty.search", { q: state.query }) : t("empty")),
    el("button", { type: "button", class: "plain", onclick: () => again(true) }, t("empty.back")));
}
