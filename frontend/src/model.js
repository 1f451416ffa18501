// Nodes, relations, what is filtered away and what is chosen. Nothing here touches the document.

import { DATA } from "./data.js";
import { standing } from "./dates.js";
import { ROLE_SCHEMES, byName, concept, fieldText, fold, roleText, t } from "./words.js";

const NODE = { label: "", kind: "", status: "", valid_from: "", valid_until: "", period_as_written: "", unit_of: null, part_of: null, consortium: false, date: "", until: "", place_name: "", series: "" };
const RELATION = { type: "involvement", role: "", valid_from: "", valid_until: "", as_of: "", date: "", status: "", certainty: "stated", via: null };

/** @type {Map<string, GraphNode>} */
export const nodes = new Map(
  DATA.nodes.map((node) => [node.key, { ...NODE, aliases: [], action_fields: [], inferred_fields: [], evidence: [], conflicts: [], people: [], ...node, relations: [] }]),
);
/** @type {Map<string, Relation>} */
export const relations = new Map();
for (const given of DATA.relations) {
  const [one, other] = [nodes.get(given.from), nodes.get(given.to)];
  if (!one || !other) continue;
  const relation = { ...RELATION, evidence: [], ...given, one, other };
  if (relation.type === "affiliation" || relation.type === "presentation") relation.role ||= relation.type;
  relation.phase = phaseOf(relation);
  relations.set(relation.key, relation);
  one.relations.push(relation);
  other.relations.push(relation);
  // Who stood for an organisation.
  if (relation.type === "affiliation") other.people.push({ name: one.label, function: relation.via?.function, event: relation.via?.event, date: relation.date || relation.as_of });
}
export const FIELDS = (DATA.concepts["action-field"] || []).map((one) => one.slug);

/** What became of a node or relation between two states: new, gone, changed or same. @param {GraphNode | Relation} thing */
export const changeOf = (thing) => thing.change?.kind || "same";
// In which of two states a relation is: 1 the old one, 2 the new one, 3 both.
const sidesOf = (thing) => ({ new: 2, gone: 1 })[changeOf(thing)] || 3;

/** @param {GraphNode} node */
export const isInitiative = (node) => node.group === "initiative";
/** @param {GraphNode} node */
export const isOrganisation = (node) => node.group === "organisation";

function phaseOf(relation) {
  if (["announced", "planned", "requested"].includes(relation.status)) return "planned";
  if (relation.ended || ["completed", "held"].includes(relation.status)) return relation.type === "involvement" ? "ended" : "open";
  return "open";
}

/** @param {GraphNode} node */
export function fieldsOf(node) {
  if (!isOrganisation(node)) return node.action_fields;
  const found = new Set(node.action_fields);
  for (const relation of node.relations) {
    const initiative = neighbour(relation, node);
    if (relation.type === "involvement" && !hasAllFields(initiative)) initiative.action_fields.forEach((slug) => found.add(slug));
  }
  return FIELDS.filter((slug) => found.has(slug));
}

/** @param {GraphNode} node */
export function hasAllFields(node) {
  return FIELDS.length > 2 && node.action_fields.length >= FIELDS.length;
}

/**
 * The other end of a relation.
 * @param {Relation} relation
 * @param {GraphNode} node
 */
export function neighbour(relation, node) {
  return relation.one === node ? relation.other : relation.one;
}

/** @param {GraphNode} node */
export function importance(node) {
  return (node.consortium ? 1e6 : 0) + (isOrganisation(node) || isInitiative(node) ? 1e3 : 0) + node.relations.length;
}

// ---- what is drawn ---------------------------------------------------------------------------

/** @type {DrawingName[]} */
export const DRAWINGS = ["organisation-initiative", "organisation-organisation", "event-person-organisation", "neighbourhood"];
const TYPES = {
  "organisation-initiative": ["involvement"],
  "organisation-organisation": ["shared"],
  "event-person-organisation": ["contribution", "affiliation"],
  neighbourhood: ["involvement", "contribution", "affiliation", "presentation"],
};

export const state = {
  view: "network",
  /** @type {DrawingName} */
  drawing: "organisation-initiative",
  /** The actor whose neighbourhood is drawn. */
  centre: /** @type {string | null} */ (null),
  /** The community of a large network that is open. */
  cluster: /** @type {string | null} */ (null),
  /** What the size of a disc tells. */
  size: /** @type {"degree" | "betweenness"} */ ("degree"),
  /** As of when: a partial date, or null for all times. */
  date: /** @type {string | null} */ (null),
  /** Whether what has no date is shown when a date is set. */
  undated: true,
  selected: /** @type {string | null} */ (null),
  /** @type {{ keys: Set<string>, label: string } | null} */
  highlight: null,
  query: "",
  /** @type {Record<string, Set<string>>} */
  off: {},
};

/** What filters and date leave in the drawing of the moment; `left` are all base relations they leave. */
export const shown = {
  /** @type {Set<string>} */
  nodes: new Set(),
  /** @type {Set<string>} */
  relations: new Set(),
  /** @type {Set<string>} */
  left: new Set(),
  /** How many relations the date leaves out, and how many stay though their date is not sure. */
  dated: { later: 0, unsure: 0, undated: 0 },
};

/** How a relation stands to the date chosen. @param {Relation} relation */
export function timeOf(relation) {
  const began = relation.valid_from || relation.date || relation.via?.date || startOf(relation.other) || startOf(relation.one);
  return standing({ from: began, until: relation.valid_until, known: relation.as_of }, state.date);
}

function startOf(node) {
  return node.group === "event" ? node.date : node.group === "initiative" ? node.valid_from : "";
}

/** Whether a relation was over: at the date chosen, else on the day of the data. @param {Relation} relation */
export function isEnded(relation) {
  if (!state.date) return relation.phase === "ended";
  return timeOf(relation) === "ended";
}

// Organisations that share an initiative or an event: made from what the filters leave.
function sharedRelations(left, inside = null) {
  /** @type {Map<string, Map<string, number>>} */
  const circles = new Map();
  const join = (item, organisation, relation) => {
    if (inside && !inside.has(organisation)) return;
    if (!circles.has(item)) circles.set(item, new Map());
    const circle = circles.get(item);
    circle.set(organisation, circle.get(organisation) | sidesOf(relation));
  };
  for (const key of left) {
    const relation = relations.get(key);
    if (relation.type === "involvement") join(relation.to, relation.from, relation);
    if (relation.type === "contribution" && nodes.has(relation.via?.organisation)) join(relation.to, relation.via.organisation, relation);
  }
  const made = new Map();
  for (const item of [...circles.keys()].sort()) {
    const circle = circles.get(item);
    const members = [...circle.keys()].sort();
    for (let i = 0; i < members.length; i += 1) {
      for (let j = i + 1; j < members.length; j += 1) {
        // Who left before the other came never shared it.
        const sides = circle.get(members[i]) & circle.get(members[j]);
        if (!sides) continue;
        const key = `shared/${members[i]}/${members[j]}`;
        if (!made.has(key)) {
          made.set(key, { ...RELATION, key, type: "shared", from: members[i], to: members[j], one: nodes.get(members[i]), other: nodes.get(members[j]), phase: "open", evidence: [], shared: [], sides: [] });
        }
        made.get(key).shared.push(item);
        made.get(key).sides.push(sides);
      }
    }
  }
  if (DATA.difference) for (const relation of made.values()) relation.change = changeOfShared(relation.sides);
  return made;
}

/** What became of what two share, by the states in which they share each thing. @param {number[]} sides */
function changeOfShared(sides) {
  if (sides.every((one) => one === 3)) return undefined;
  const kind = sides.every((one) => one === 2) ? "new" : sides.every((one) => one === 1) ? "gone" : "changed";
  return { kind, fields: [] };
}

/** Relations that are made for a drawing and stand in no source of their own. */
let made = /** @type {Map<string, Relation>} */ (new Map());

/** A relation by its key, stated or made. @param {string | null} key */
export function relationOf(key) {
  return relations.get(key) || made.get(key) || sharedOf(key);
}

function sharedOf(key) {
  if (!key?.startsWith("shared/")) return undefined;
  return sharedRelations(shown.left).get(key);
}

/** The relations of a node that the drawing of the moment can show. @param {GraphNode} node */
export function drawnRelations(node) {
  if (node.group === "cluster" || state.drawing !== "organisation-organisation") return node.relations;
  return [...made.values()].filter((relation) => relation.one === node || relation.other === node);
}

/** All relations of the drawing of the moment, by key. */
export function drawnNow() {
  return made.size ? made : relations;
}

// The facets of the legend: where a slug comes from, and how many it stands for.
/** @type {Record<string, { order: string[], of: (list: Relation[], members: GraphNode[]) => string[][], name: (slug: string) => string, counts: Map<string, number>, entries: string[] }>} */
export const FACETS = {
  ...(DATA.difference && {
    change: {
      order: ["new", "gone", "changed", "same"],
      of: (list, members) => [...list, ...members].map((thing) => [changeOf(thing)]),
      name: (slug) => t(`change.${slug}`),
      counts: new Map(),
      entries: [],
    },
  }),
  field: {
    order: [...FIELDS, ""],
    of: (_, members) => members.filter(isInitiative).map((node) => (node.action_fields.length ? node.action_fields : [""])),
    name: fieldText,
    counts: new Map(),
    entries: [],
  },
  kind: {
    order: (DATA.concepts["organisation-kind"] || []).map((one) => one.slug),
    of: (_, members) => members.filter(isOrganisation).map((node) => [node.kind]),
    name: (slug) => concept("organisation-kind", slug) || t("field.none"),
    counts: new Map(),
    entries: [],
  },
  role: {
    order: ROLE_SCHEMES.flatMap((scheme) => (DATA.concepts[scheme] || []).map((one) => one.slug)),
    of: (list) => list.filter(hasRole).map((relation) => [relation.role]),
    name: (slug) => roleText(slug) || t("field.none"),
    counts: new Map(),
    entries: [],
  },
  phase: {
    order: ["open", "ended", "planned"],
    of: (list) => list.map((relation) => [relation.phase]),
    name: (slug) => t(`phase.${slug}`),
    counts: new Map(),
    entries: [],
  },
  certainty: {
    order: ["stated", "inferred"],
    of: (list) => list.map((relation) => [relation.certainty]),
    name: (slug) => t(`certainty.${slug}`),
    counts: new Map(),
    entries: [],
  },
};
for (const name of Object.keys(FACETS)) state.off[name] = new Set();

function hasRole(relation) {
  return relation.type === "involvement" || relation.type === "contribution";
}

// What each drawing is made of, whatever is filtered: counts in the legend do not change with it.
const BASES = {
  "organisation-initiative": ["involvement"],
  "organisation-organisation": ["involvement", "contribution"],
  "event-person-organisation": ["contribution", "affiliation"],
  neighbourhood: ["involvement", "contribution", "affiliation", "presentation"],
};

const membersOf = (list) => [...new Set(list.flatMap((relation) => [relation.one, relation.other]))];

/** Count what the legend of a drawing offers. @param {DrawingName} drawing */
function countFacets(drawing) {
  const list = [...relations.values()].filter((relation) => BASES[drawing].includes(relation.type));
  const members = new Set(membersOf(list));
  if (drawing === "organisation-initiative") for (const node of nodes.values()) if (!node.relations.length && isInitiative(node)) members.add(node);
  // What organisations share is new or gone as a whole; a large network is counted by what is stated.
  const together = DATA.difference && drawing === "organisation-organisation" && !overviewNow() ? [...sharedRelations(list.map(({ key }) => key)).values()] : list;
  for (const facet of Object.values(FACETS)) {
    facet.counts = new Map();
    for (const slugs of facet.of(facet === FACETS.change ? together : list, facet === FACETS.change && together !== list ? membersOf(together) : [...members])) for (const slug of slugs) facet.counts.set(slug, (facet.counts.get(slug) || 0) + 1);
    const known = [...new Set(facet.order)].filter((slug) => facet.counts.has(slug));
    facet.entries = [...known, ...[...facet.counts.keys()].filter((slug) => !known.includes(slug)).sort()];
  }
}

export function isFiltered() {
  return Object.values(state.off).some((slugs) => slugs.size) || Boolean(state.date) || !state.undated;
}

/** Let everything through again. */
export function resetFilters() {
  Object.values(state.off).forEach((slugs) => slugs.clear());
  state.date = null;
  state.undated = true;
}

const isOn = (slugs, off) => (slugs.length ? slugs : [""]).some((slug) => !off.has(slug));

/** Whether the switches of the legend leave a node. @param {GraphNode} node */
function nodeOn(node) {
  if (isInitiative(node)) return isOn(node.action_fields, state.off.field);
  return !isOrganisation(node) || !state.off.kind.has(node.kind);
}

/** Whether switches and date leave a relation; counts what the date does. */
function relationOn(relation, tally) {
  const { off } = state;
  if (hasRole(relation) && off.role.has(relation.role)) return false;
  // Of organisations among each other, what they share is new or gone, not that they take part in it.
  if (off.change?.has(changeOf(relation)) && state.drawing !== "organisation-organisation") return false;
  if (off.phase.has(relation.phase) || off.certainty.has(relation.certainty)) return false;
  if (!nodeOn(relation.one) || !nodeOn(relation.other)) return false;
  if (!state.date) return true;
  const time = timeOf(relation);
  if (time === "later" || (time === "undated" && !state.undated)) {
    if (time === "later") tally.later += 1;
    return false;
  }
  if (time === "unsure" || time === "undated") tally[time] += 1;
  return true;
}

let counted = "";

// ---- large networks: an overview whose communities open on demand -------------------------------

/** @type {Map<string, GraphNode>} */
const clusters = new Map();
/** @type {Map<string, string>} */
const clusterOf = new Map();
let gathered = "";

/** The overview of the drawing of the moment, if it is too large to be drawn whole. */
export function overviewNow() {
  return DATA.drawings?.[state.drawing]?.overview || null;
}

function gather() {
  if (gathered === state.drawing) return;
  gathered = state.drawing;
  clusters.clear();
  clusterOf.clear();
  for (const one of overviewNow()?.clusters || []) {
    const key = `cluster/${one.key}`;
    clusters.set(key, { ...NODE, key, group: "cluster", label: one.label.de, names: one.label, aliases: [], action_fields: one.field ? [one.field] : [], inferred_fields: [], evidence: [], conflicts: [], relations: [], members: one.members, counts: one.counts, x: one.x, y: one.y, radius: one.radius });
    for (const member of one.members) clusterOf.set(member, key);
  }
}

/** A node of the graph or a community of the overview. @param {string | null} key */
export function nodeOf(key) {
  return nodes.get(key) || clusters.get(key);
}

/** The community that holds a node, in a drawing that has an overview. @param {string} key */
export function clusterWith(key) {
  gather();
  return clusterOf.get(key) || null;
}

// Communities with what the filters leave of them, and how many relations link them.
function survey() {
  const links = new Map();
  const join = (one, other, times) => {
    const [from, to] = [one, other].sort();
    const link = `link/${from}/${to}`;
    if (!links.has(link)) links.set(link, { ...RELATION, key: link, type: "link", from, to, one: clusters.get(from), other: clusters.get(to), phase: "open", evidence: [], count: 0 });
    links.get(link).count += times;
  };
  // Organisations are linked by what they share: how many of each community share it.
  /** @type {Map<string, Map<string, Set<string>>>} */
  const circles = new Map();
  for (const key of shown.left) {
    const relation = relations.get(key);
    if (!BASES[state.drawing].includes(relation.type)) continue;
    if (state.drawing === "organisation-organisation") {
      const organisation = relation.type === "involvement" ? relation.from : relation.via?.organisation;
      const cluster = clusterOf.get(organisation);
      if (!cluster) continue;
      shown.nodes.add(cluster);
      if (!circles.has(relation.to)) circles.set(relation.to, new Map());
      const circle = circles.get(relation.to);
      if (!circle.has(cluster)) circle.set(cluster, new Set());
      circle.get(cluster).add(organisation);
      continue;
    }
    const ends = [clusterOf.get(relation.from), clusterOf.get(relation.to)];
    for (const end of ends) if (end) shown.nodes.add(end);
    if (ends[0] && ends[1] && ends[0] !== ends[1]) join(ends[0], ends[1], 1);
  }
  for (const circle of circles.values()) {
    const around = [...circle];
    around.forEach(([one, some], index) => around.slice(index + 1).forEach(([other, others]) => join(one, other, some.size * others.size)));
  }
  for (const cluster of clusters.values()) cluster.relations = [];
  for (const link of links.values()) {
    shown.relations.add(link.key);
    link.one.relations.push(link);
    link.other.relations.push(link);
  }
  made = links;
}

/** Work out from the state what is shown. */
export function applyFilters() {
  if (counted !== state.drawing) countFacets(state.drawing);
  counted = state.drawing;
  const types = new Set(BASES[state.drawing]);
  const tally = { later: 0, unsure: 0, undated: 0 };
  const aside = { later: 0, unsure: 0, undated: 0 };
  shown.left.clear();
  for (const relation of relations.values()) {
    if (relationOn(relation, types.has(relation.type) ? tally : aside)) shown.left.add(relation.key);
  }
  shown.dated = tally;
  shown.nodes.clear();
  shown.relations.clear();
  made = new Map();
  if (state.drawing === "neighbourhood") return surround();
  gather();
  if (overviewNow() && !clusters.has(state.cluster)) return survey();
  const inside = clusters.has(state.cluster) ? new Set(clusters.get(state.cluster).members) : null;
  if (state.drawing === "organisation-organisation") made = sharedRelations(shown.left, inside);
  for (const relation of drawnNow().values()) {
    if (relation.type !== "shared" && !shown.left.has(relation.key)) continue;
    if (!TYPES[state.drawing].includes(relation.type)) continue;
    if (inside && !(inside.has(relation.from) && inside.has(relation.to))) continue;
    if (relation.type === "shared" && state.off.change?.has(changeOf(relation))) continue;
    shown.relations.add(relation.key);
    shown.nodes.add(relation.from).add(relation.to);
  }
  if (state.drawing === "organisation-initiative" && !state.date && !inside) {
    for (const node of nodes.values()) if (isInitiative(node) && !node.relations.some(({ type }) => type === "involvement") && nodeOn(node)) shown.nodes.add(node.key);
  }
  if (state.off.change?.size && !state.date) addChanged(inside);
  return undefined;
}

// Whoever changed is shown though no relation did.
function addChanged(inside) {
  const places = DATA.drawings[state.drawing].layouts?.wide.places || {};
  for (const node of nodes.values()) {
    if (node.change && !state.off.change.has(node.change.kind) && nodeOn(node) && (inside ? inside.has(node.key) : node.key in places)) shown.nodes.add(node.key);
  }
}

const AROUND = 70;

/** One actor's neighbourhood: what it is linked to and, while it stays readable, what that is linked to. */
export function around(centre, left) {
  /** @type {Map<string, number>} */
  const steps = new Map([[centre, 0]]);
  for (const step of [1, 2]) {
    const next = new Set();
    for (const [key, at] of steps) {
      if (at !== step - 1) continue;
      for (const relation of nodes.get(key).relations) {
        if (!left.has(relation.key)) continue;
        const other = neighbour(relation, nodes.get(key)).key;
        if (!steps.has(other)) next.add(other);
      }
    }
    if (step > 1 && steps.size + next.size > AROUND) break;
    for (const key of next) steps.set(key, step);
  }
  return steps;
}

function surround() {
  if (!nodes.has(state.centre)) return;
  const steps = around(state.centre, shown.left);
  for (const key of steps.keys()) shown.nodes.add(key);
  for (const key of shown.left) {
    const relation = relations.get(key);
    if (steps.has(relation.from) && steps.has(relation.to)) shown.relations.add(key);
  }
}

/** How many relations the drawing of the moment has, whatever is filtered. */
export function total() {
  if (state.drawing === "organisation-organisation") return shown.relations.size;
  return [...relations.values()].filter(({ type }) => TYPES[state.drawing].includes(type)).length;
}

/** How many of what is shown are new, gone or changed. */
export function changesShown() {
  const n = { new: 0, gone: 0, changed: 0, same: 0 };
  for (const key of shown.nodes) n[changeOf(nodeOf(key))] += 1;
  for (const key of shown.relations) n[changeOf(relationOf(key))] += 1;
  return n;
}

/** How many of each are shown. */
export function counts() {
  const n = { initiative: 0, organisation: 0, person: 0, event: 0, relations: /** @type {number | null} */ (shown.relations.size) };
  for (const key of shown.nodes) {
    const node = nodeOf(key);
    if (node.group !== "cluster") n[node.group] += 1;
    else for (const [group, count] of Object.entries(node.counts)) n[group] += count;
  }
  // Pairs that share something may be millions: nobody counts them.
  if (overviewNow() && !state.cluster) n.relations = state.drawing === "organisation-organisation" ? null : [...shown.left].filter((key) => TYPES[state.drawing].includes(relations.get(key).type)).length;
  return n;
}

// ---- search ----------------------------------------------------------------------------------

// Names, other names, people, talks, events. Best first.
const haystack = [];

// Gathered when first searched: a large network has many names.
function gatherNames() {
  for (const node of nodes.values()) gatherNamesOf(node);
}

function gatherNamesOf(node) {
  const add = (text, why, weight) => text && haystack.push({ node, text, why, weight, folded: fold(text) });
  const own = { person: 2, event: 4 }[node.group] || 0;
  add(node.label, null, own);
  node.aliases.forEach((alias) => add(alias, "alias", 10 + own));
  for (const relation of node.relations) {
    if (relation.type === "affiliation" && isOrganisation(node)) add(relation.one.label, "person", 20);
    if (!relation.via) continue;
    if (relation.type === "involvement") add(relation.via.person, "person", isInitiative(node) ? 29 : 20);
    if (relation.type !== "affiliation") add(relation.via.talk, "talk", 30);
    if (relation.type === "involvement" || relation.type === "affiliation") add(relation.via.event, "event", 40);
  }
}

/**
 * Nodes that fit a query, best first.
 * @param {string} query
 */
export function find(query) {
  const wanted = fold(query);
  if (!wanted) return [];
  if (!haystack.length) gatherNames();
  const best = new Map();
  for (const entry of haystack) {
    const at = ` ${entry.folded}`.indexOf(` ${wanted}`);
    const within = at >= 0 ? at : entry.folded.indexOf(wanted);
    if (within < 0) continue;
    const score = entry.weight + (entry.folded === wanted ? 0 : at === 0 ? 1 : at > 0 ? 3 : 6);
    const before = best.get(entry.node.key);
    if (!before || score < before.score) best.set(entry.node.key, { ...entry, score });
  }
  return [...best.values()].sort(
    (one, other) => one.score - other.score || importance(other.node) - importance(one.node) || byName(one.node.label, other.node.label),
  );
}

/**
 * Whether a relation has to do with the words sought.
 * @param {Relation} relation
 * @param {string} wanted folded
 */
export function relationMatches(relation, wanted) {
  if (!wanted) return true;
  return [relation.one, relation.other].some((node) => namesOf(node).includes(wanted))
    || (relation.via && [relation.via.person, relation.via.talk, relation.via.event].some((text) => fold(text).includes(wanted)))
    || fold(roleText(relation.role)).includes(wanted);
}

/** @type {WeakMap<GraphNode, string>} */
const folded = new WeakMap();

function namesOf(node) {
  if (!folded.has(node)) folded.set(node, [node.label, ...node.aliases].map(fold).join("\n"));
  return folded.get(node);
}
