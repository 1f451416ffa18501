// Events in their order, with who appeared there and what was presented.

import { actions } from "./actions.js";
import { standing } from "./dates.js";
import { changeTag } from "./difference.js";
import { el, german } from "./elements.js";
import { changeOf, nodes, state } from "./model.js";
import { nodeSign } from "./signs.js";
import { concept, counted, dateText, fold, t } from "./words.js";

function timeWords(node) {
  const from = dateText(node.date);
  return node.until && !node.date.startsWith(node.until) ? t("date.range", { from, until: dateText(node.until) }) : from || t("date.undated");
}

function entry(node, most) {
  const now = node.relations.filter((relation) => changeOf(relation) !== "gone" || changeOf(node) === "gone");
  const there = now.filter((relation) => relation.type === "contribution");
  const people = new Set(there.map((relation) => relation.from)).size;
  const organisations = new Set(there.map((relation) => relation.via?.organisation).filter(Boolean)).size;
  const presented = new Set(now.filter((relation) => relation.type === "presentation").map((relation) => relation.to)).size;
  const facts = [
    people ? counted("n.persons", people) : "",
    organisations ? counted("n.organisations", organisations) : "",
    presented ? t("timeline.presented", { n: counted("n.initiatives", presented) }) : "",
  ].filter(Boolean).join(" · ");
  const time = state.date ? standing({ from: node.date, until: "", known: "" }, state.date) : "begun";
  const bar = el("span", { class: "bar", "aria-hidden": "true" });
  bar.style.width = `${Math.max(3, Math.round((100 * there.length) / most))}%`;
  const open = ["announced", "planned", "requested"].includes(node.status);
  return el("li", { class: `event ${open ? "open" : ""}` },
    el("time", { datetime: node.date || null }, timeWords(node), time === "unsure" ? el("span", { class: "tag" }, t("timeline.unsure")) : null),
    el("div", { class: "told" },
      german("button", { type: "button", class: "other", "data-key": node.key, onclick: () => actions.choose(node.key) }, nodeSign(node), node.label, " ", changeTag(node)),
      open ? el("span", { class: "tag" }, concept("status", node.status)) : null,
      el("p", { class: "quiet" }, node.place_name ? german("span", {}, node.place_name) : null, node.place_name && facts ? " · " : null, facts),
      there.length ? bar : null));
}

/**
 * Draw the timeline: newest year first, within a year in order; what the date leaves out is counted.
 * @param {HTMLElement} holder
 * @returns {string} what stands in the line of counts
 */
export function drawTimeline(holder) {
  const wanted = fold(state.query);
  const all = [...nodes.values()].filter((node) => node.group === "event" && (!wanted || fold(node.label).includes(wanted)));
  const left = all.filter((node) => !state.date || (node.date ? standing({ from: node.date, until: "", known: "" }, state.date) !== "later" : state.undated));
  const most = Math.max(1, ...all.map((node) => node.relations.filter((relation) => relation.type === "contribution").length));
  const years = new Map();
  for (const node of left.sort((one, other) => (one.date || "9999").localeCompare(other.date || "9999") || one.label.localeCompare(other.label, "de"))) {
    const year = node.date.slice(0, 4);
    years.set(year, [...(years.get(year) || []), node]);
  }
  const parts = [...years].sort(([one], [other]) => (other || "0").localeCompare(one || "0")).map(([year, members]) => el("section", {}, el("h2", {}, year || t("date.undated")), el("ol", { class: "events" }, members.map((node) => entry(node, most)))));
  if (!left.length) parts.push(el("p", { class: "nothing" }, all.length ? t("timeline.none.date") : t("timeline.none")));
  holder.replaceChildren(el("p", { class: "lead" }, t("timeline.lead")), ...parts);
  const hidden = all.length - left.length;
  return [counted("n.events", left.length), hidden ? t("timeline.later", { n: counted("n.events", hidden) }) : ""].filter(Boolean).join(" · ");
}
