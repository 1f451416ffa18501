// Two states in one page: what is new, gone or changed, in signs and words beside the colours.

import { DATA } from "./data.js";
import { el, german } from "./elements.js";
import { CHANGES } from "./encoding.js";
import { changeOf, state } from "./model.js";
import { language, number, t } from "./words.js";

/** The sign of a kind of change. @param {string} kind */
export function badge(kind) {
  return CHANGES[kind].sign ? el("span", { class: `change ${kind}`, "aria-hidden": "true" }, el("i", {}, el("b", {}, CHANGES[kind].sign))) : null;
}

/**
 * The sign and the word for what became of a node or relation; nothing if it is the same.
 * @param {GraphNode | Relation} thing
 * @param {boolean} brief the sign is seen, the word only heard
 */
export function changeTag(thing, brief = false) {
  const kind = changeOf(thing);
  if (kind === "same") return null;
  return el("span", { class: `change ${kind}`, title: t(`change.${kind}.long`) }, badge(kind), el("span", { class: brief ? "hidden" : null }, t(`change.${kind}`)));
}

/** The same for a cell, which says so, too, if nothing changed. @param {Relation} relation */
export const changeCell = (relation) => changeTag(relation) || el("span", { class: "change same" }, t("change.same"));

/** How many of each kind, in words. @param {Record<string, number>} counts */
export function changeCounts(counts) {
  return ["new", "gone", "changed"].filter((kind) => counts[kind]).map((kind) => `${number(counts[kind])} ${t(`change.${kind}`)}`).join(", ");
}

/**
 * What a page of two states says first: which they are, how much differs, and the switch that leaves
 * only that; nothing in a page of one state.
 * @param {(what: () => void) => void} change
 */
export function differenceNote(change) {
  if (!DATA.difference) return null;
  const { old, new: now, counts } = DATA.difference;
  const off = state.off.change;
  const only = off.size === 1 && off.has("same");
  const all = changeCounts(counts);
  return el("div", { class: "difference" },
    el("span", {}, t("difference.lead", { old, new: now }), " ", all ? t("difference.count", { counts: all }) : t("difference.none")),
    all ? el("button", { type: "button", id: "only-changed", "aria-pressed": String(only), onclick: () => change(() => {
      off.clear();
      if (!only) off.add("same");
    }) }, t("difference.only")) : null);
}

/** What became of a node or relation, field by field, for its details. @param {GraphNode | Relation} thing */
export function changeDetails(thing) {
  if (!thing.change) return [];
  const { kind, fields } = thing.change;
  const values = (name, sign, word, list) => list.map((value) => german(name, {}, el("span", { "aria-hidden": "true" }, `${sign} `), value[language], " ", el("small", { lang: language }, word)));
  const rows = fields.flatMap((field) => [el("dt", {}, field.name[language]), el("dd", {}, values("del", "−", t("difference.was"), field.old), values("ins", "+", t("difference.is"), field.new))]);
  return [
    el("p", { class: "changed-how" }, changeTag(thing), " ", el("span", { class: "quiet" }, t(`change.${kind}.long`))),
    ...(rows.length ? [el("h3", {}, t("difference.fields")), el("dl", { class: "changes" }, rows)] : []),
  ];
}
