// How two nodes are connected: up to five ways, each told in sentences and lit in the drawing.
// Which relations count, and in which order, is in itas_graph/explanation.py, too.

import { actions } from "./actions.js";
import { addressField } from "./address.js";
import { nameField } from "./completion.js";
import { cross, el, german, say } from "./elements.js";
import { FIELDS, changeOf, hasAllFields, isInitiative, isOrganisation, neighbour, nodes, resetFilters, shown, state } from "./model.js";
import { DOUBT, HOP, shortestWays } from "./paths.js";
import { nodeSign } from "./signs.js";
import { nameLink, told } from "./telling.js";
import { counted, dateText, fieldText, t } from "./words.js";

/** Between whom, and which way alone is lit (from 1; 0: all). */
let ends = /** @type {[string, string] | null} */ (null);
let only = 0;
/** The light in the drawing that is ours; gone when the reader ends it. */
let lit = /** @type {typeof state.highlight} */ (null);
let aside = false;
let known = { what: "", ways: /** @type {string[][]} */ ([]) };

addressField("connect", {
  write: () => (ends ? [...ends, ...(only ? [only] : [])].join(",") : null),
  read: (text) => {
    const [from, to, way] = text.split(",");
    if (lit && state.highlight === lit) state.highlight = null;
    lit = null;
    ends = nodes.has(from) && nodeAt(to) && from !== to ? [from, to] : null;
    only = ends && /^[1-5]$/.test(way) ? Number(way) : 0;
  },
});

// ---- an action field as the far end ---------------------------------------------------------------

/** @type {Map<string, GraphNode>} */
const fieldNodes = new Map();

/**
 * An action field as if it were a node, linked to its initiatives; not to those of all fields, which
 * would link everybody to everything.
 * @param {string} slug
 * @returns {GraphNode}
 */
function fieldNode(slug) {
  const key = `field/${slug}`;
  if (!fieldNodes.has(key)) {
    const node = /** @type {GraphNode} */ ({ key, group: "field", label: "", relations: [], evidence: [], conflicts: [], aliases: [] });
    const members = [...nodes.values()].filter((one) => isInitiative(one) && one.action_fields.includes(slug) && !hasAllFields(one));
    node.relations = members.map((one) => /** @type {Relation} */ ({ key: `${key}/${one.key}`, type: "field", from: one.key, to: key, one, other: node, role: "", phase: "open", certainty: one.inferred_fields.includes(slug) ? "inferred" : "stated", via: null, evidence: [] }));
    fieldNodes.set(key, node);
  }
  const node = fieldNodes.get(key);
  node.label = fieldText(slug);
  return node;
}

/** A node of the graph or an action field. @param {string} key */
function nodeAt(key) {
  const slug = key?.startsWith("field/") ? key.slice(6) : "";
  return FIELDS.includes(slug) ? fieldNode(slug) : nodes.get(key);
}

/** The relations of a node, those to the field asked for among them. @param {GraphNode} node */
function relationsAt(node) {
  const far = ends && nodeAt(ends[1]);
  if (far?.group !== "field" || !isInitiative(node)) return node.relations;
  return [...node.relations, ...far.relations.filter((relation) => relation.one === node)];
}

// ---- ways ---------------------------------------------------------------------------------------

const doubts = (relation) => (relation.certainty === "inferred" ? 1 : 0) + (relation.phase === "planned" ? 1 : 0);

/** Stated before inferred, held before announced, more evidence first, then by key. */
function strength(one, other) {
  return doubts(one) - doubts(other) || other.evidence.length - one.evidence.length || (one.key < other.key ? -1 : 1);
}

const costOf = (relation) => HOP + DOUBT * doubts(relation) + 9 - Math.min(9, relation.evidence.length);

/** @param {(relation: Relation) => boolean} counts */
function hopsBy(counts) {
  /** @type {Map<string, Map<string, number>>} */
  const hops = new Map();
  return (key) => {
    if (!hops.has(key)) {
      const node = nodeAt(key);
      const around = new Map();
      for (const relation of relationsAt(node)) {
        if (!counts(relation)) continue;
        const other = neighbour(relation, node).key;
        const cost = costOf(relation);
        if (!(around.get(other) <= cost)) around.set(other, cost);
      }
      hops.set(key, around);
    }
    return hops.get(key);
  };
}

const isLeft = (relation) => changeOf(relation) !== "gone" && (relation.type === "field" ? !state.off.field.has(relation.to.slice(6)) : shown.left.has(relation.key));

/** The relations of a hop that filters and date leave, strongest first. */
function relationsOf(one, other) {
  const node = nodeAt(one);
  return relationsAt(node).filter((relation) => isLeft(relation) && neighbour(relation, node).key === other).sort(strength);
}

function waysNow() {
  const what = JSON.stringify([ends, state.date, state.undated, Object.entries(state.off).map(([facet, slugs]) => [facet, ...slugs])]);
  if (known.what !== what) known = { what, ways: shortestWays(ends[0], ends[1], hopsBy(isLeft)) };
  return known.ways;
}

// ---- light in the drawing -----------------------------------------------------------------------

const labelOf = (key) => nodeAt(key).label;

function light() {
  const ways = waysNow();
  const keys = new Set(ends);
  for (const way of only ? ways.slice(only - 1, only) : ways) {
    way.forEach((key, at) => {
      keys.add(key);
      if (at) for (const relation of relationsOf(way[at - 1], key)) keys.add(relation.key);
    });
  }
  return { keys, label: t("connection.lit", { one: labelOf(ends[0]), other: labelOf(ends[1]) }) };
}

/**
 * Bring the light in the drawing in line with the connection asked for. A node chosen on the way has
 * the light to itself; a light that the reader ended ends the connection.
 * @returns {boolean} whether the connection is what the details show
 */
export function settleConnection() {
  if (!ends) {
    if (lit && state.highlight === lit) state.highlight = null;
    lit = null;
    return false;
  }
  if (state.selected) {
    if (state.highlight === lit) state.highlight = null;
    aside = true;
    return false;
  }
  if (lit && !aside && state.highlight !== lit) {
    ends = null;
    lit = null;
    actions.remember(false);
    return false;
  }
  aside = false;
  lit = light();
  state.highlight = lit;
  return true;
}

function connect(from, to, way = 0) {
  ends = [from, to];
  only = way;
  lit = null;
  actions.highlight(light().keys);
  const ways = waysNow();
  say(ways.length ? counted("connection.n.ways", ways.length) : t("connection.none.short"));
}

function leave() {
  const [from] = ends;
  ends = null;
  actions.choose(from, { focus: true });
}

// ---- in words -----------------------------------------------------------------------------------

function hop(one, other) {
  const [first, ...rest] = relationsOf(one, other);
  const more = rest.length ? el("details", { class: "also" }, el("summary", {}, counted("connection.n.also", rest.length)),
    el("ul", {}, rest.map((relation) => el("li", {}, told(relation))))) : null;
  return el("li", {}, el("p", {}, told(first)), more);
}

function wayItem(way, index) {
  const between = way.slice(1, -1);
  const over = between.length ? [` ${t("connection.over")} `, ...between.flatMap((key, at) => [at ? " → " : "", named(nodeAt(key))])] : [` – ${t("connection.direct")}`];
  const on = only === index + 1;
  return el("li", { class: on ? "way on" : "way" },
    el("h3", {}, t("connection.way", { n: index + 1 }), el("span", { class: "quiet" }, over)),
    el("ol", { class: "hops" }, way.slice(1).map((key, at) => hop(way[at], key))),
    known.ways.length > 1 ? el("button", { type: "button", class: "plain", "aria-pressed": String(on), "data-way": index + 1, onclick: () => {
      connect(ends[0], ends[1], on ? 0 : index + 1);
      document.querySelector(`[data-way="${index + 1}"]`)?.scrollIntoView({ block: "nearest" });
      /** @type {HTMLElement} */ (document.querySelector(`[data-way="${index + 1}"]`))?.focus({ preventScroll: true });
    } }, t(on ? "connection.all" : "connection.only")) : null);
}

function isSwitchedOff() {
  return Object.values(state.off).some((slugs) => slugs.size);
}

// Why there is no way, and the way back.
function none() {
  const without = ends.find((key) => !nodeAt(key).relations.length);
  if (without) return [el("p", {}, t("connection.none.alone", { name: labelOf(without) }))];
  const [whole] = shortestWays(ends[0], ends[1], hopsBy(() => true), { most: 1 });
  if (!whole) return [el("p", {}, t("connection.none.ever"))];
  const [date, off] = [state.date || !state.undated, isSwitchedOff()];
  const why = date && off ? "connection.none.both" : date ? "connection.none.date" : "connection.none.filters";
  const back = (text, what) => el("button", { type: "button", class: "plain", onclick: () => {
    actions.change(what, true);
    document.getElementById("details-title")?.focus();
  } }, t(text));
  return [
    el("p", {}, t(why, { date: dateText(state.date) }), " ", counted("connection.none.else", whole.length - 1)),
    el("p", { class: "back" }, date ? back("connection.back.date", () => {
      state.date = null;
      state.undated = true;
    }) : null, " ", off ? back("connection.back.filters", resetFilters) : null),
  ];
}

/** A name in the language it has. @param {GraphNode} node */
const named = (node) => (node.group === "field" ? el("span", {}, node.label) : german("span", {}, node.label));

// Which organisations lie between: the short answer.
function between(ways) {
  const found = [...new Set(ways.flatMap((way) => way.slice(1, -1)))].map(nodeAt).filter(isOrganisation);
  if (!found.length) return null;
  return el("p", { class: "between" }, t("connection.between"), " ", ...found.flatMap((node, at) => [at ? ", " : "", nameLink(node)]));
}

/** The answer: the ways between two nodes in sentences. @returns {HTMLElement[]} */
export function connectionDetails() {
  const ways = waysNow();
  const [from, to] = ends.map(nodeAt);
  const button = (node) => (node.group === "field" ? el("span", { class: "other" }, nodeSign(node), node.label) : german("button", { type: "button", class: "other", "data-key": node.key, onclick: () => actions.choose(node.key) }, nodeSign(node), node.label));
  return [
    el("button", { type: "button", class: "close", "aria-label": t("connection.close"), onclick: leave }, cross()),
    el("p", { class: "kindline" }, t("connection")),
    el("h2", { id: "details-title", tabindex: "-1" }, t("connection.question.before"), " ", named(from), ` ${t("connection.question.and")} `, named(to), t("connection.question.after")),
    el("div", { class: "ends" }, button(from), button(to)),
    ...(ways.length ? [
      el("p", { class: "quiet" }, counted("connection.n.ways", ways.length), " ", t("connection.order")),
      between(ways),
      el("ol", { class: "ways" }, ways.map(wayItem)),
    ] : none()),
    field(from),
  ];
}

/** The form in the details of a node. @param {GraphNode} node */
export function connectionForm(node) {
  return el("div", { class: "connect" }, field(node), ends ? el("button", { type: "button", class: "plain", onclick: () => actions.choose(null) }, t("connection.return", { one: labelOf(ends[0]), other: labelOf(ends[1]) })) : null);
}

function field(node) {
  return nameField({
    id: "connect-to", label: t(ends && !state.selected ? "connection.to.other" : "connection.to", { name: node.label }), placeholder: t("connection.placeholder"),
    fits: (other) => other.key !== node.key,
    others: FIELDS.map(fieldNode),
    take: (other) => {
      connect(node.key, other.key);
      document.getElementById("details-title")?.focus({ preventScroll: true });
    },
  });
}

