// Nodes, relations, what is filtered away and what is chosen. Nothing here touches the document.

import { DATA } from "./data.js";
import { ROLE_SCHEMES, byName, concept, fieldText, fold, roleText, t } from "./words.js";

export const nodes = new Map(DATA.nodes.map((node) => [node.key, { ...node, relations: [] }]));
export const relations = new Map();
for (const relation of DATA.relations) {
  const whole = { ...relation, one: nodes.get(relation.from), other: nodes.get(relation.to) };
  whole.phase = phaseOf(whole);
  relations.set(whole.key, whole);
  whole.one.relations.push(whole);
  whole.other.relations.push(whole);
}
export const FIELDS = (DATA.concepts["action-field"] || []).map((one) => one.slug);
export const isInitiative = (node) => node.group === "initiative";

export function phaseOf(relation) {
  if (["announced", "planned", "requested"].includes(relation.status)) return "planned";
  if (relation.ended || ["completed", "held"].includes(relation.status)) return "ended";
  return "open";
}

export function fieldsOf(node) {
  if (isInitiative(node)) return node.action_fields;
  const found = new Set(node.action_fields);
  for (const relation of node.relations) {
    const initiative = isInitiative(relation.other) ? relation.other : relation.one;
    if (isInitiative(initiative) && !hasAllFields(initiative)) initiative.action_fields.forEach((slug) => found.add(slug));
  }
  return FIELDS.filter((slug) => found.has(slug));
}

export function hasAllFields(node) {
  return FIELDS.length > 2 && node.action_fields.length >= FIELDS.length;
}

export function neighbour(relation, node) {
  return relation.one === node ? relation.other : relation.one;
}

export function importance(node) {
  return (node.consortium ? 1e6 : 0) + node.relations.length;
}

// The facets of the legend: where a slug comes from, and how many it stands for.
export const FACETS = {
  field: {
    order: [...FIELDS, ""],
    of: () => [...nodes.values()].filter(isInitiative).map((node) => (node.action_fields.length ? node.action_fields : [""])),
    name: fieldText,
  },
  kind: {
    order: (DATA.concepts["organisation-kind"] || []).map((one) => one.slug),
    of: () => [...nodes.values()].filter((node) => !isInitiative(node)).map((node) => [node.kind || ""]),
    name: (slug) => concept("organisation-kind", slug) || t("field.none"),
  },
  role: {
    order: ROLE_SCHEMES.flatMap((scheme) => (DATA.concepts[scheme] || []).map((one) => one.slug)),
    of: () => [...relations.values()].map((relation) => [relation.role || ""]),
    name: (slug) => roleText(slug) || t("field.none"),
  },
  phase: { order: ["open", "ended", "planned"], of: () => [...relations.values()].map((relation) => [relation.phase]), name: (slug) => t(`phase.${slug}`) },
  certainty: { order: ["stated", "inferred"], of: () => [...relations.values()].map((relation) => [relation.certainty]), name: (slug) => t(`certainty.${slug}`) },
};
for (const facet of Object.values(FACETS)) {
  facet.counts = new Map();
  for (const slugs of facet.of()) for (const slug of slugs) facet.counts.set(slug, (facet.counts.get(slug) || 0) + 1);
  const known = [...new Set(facet.order)].filter((slug) => facet.counts.has(slug));
  facet.entries = [...known, ...[...facet.counts.keys()].filter((slug) => !known.includes(slug)).sort()];
}

export const state = {
  view: "network",
  selected: null,
  /** @type {{ keys: Set<string>, label: string } | null} */
  highlight: null,
  query: "",
  off: Object.fromEntries(Object.keys(FACETS).map((name) => [name, new Set()])),
};
export const shown = { nodes: new Set(), relations: new Set() };

export function isFiltered() {
  return Object.values(state.off).some((slugs) => slugs.size);
}

export function applyFilters() {
  const { off } = state;
  const fieldOn = (node) => (node.action_fields.length ? node.action_fields : [""]).some((slug) => !off.field.has(slug));
  const nodeOn = (node) => (isInitiative(node) ? fieldOn(node) : !off.kind.has(node.kind || ""));
  shown.nodes.clear();
  shown.relations.clear();
  for (const relation of relations.values()) {
    if (off.role.has(relation.role || "") || off.phase.has(relation.phase) || off.certainty.has(relation.certainty)) continue;
    if (!nodeOn(relation.one) || !nodeOn(relation.other)) continue;
    shown.relations.add(relation.key);
    shown.nodes.add(relation.from).add(relation.to);
  }
  for (const node of nodes.values()) if (!node.relations.length && nodeOn(node)) shown.nodes.add(node.key);
}

export function counts() {
  const seen = [...shown.nodes].map((key) => nodes.get(key));
  const initiatives = seen.filter(isInitiative).length;
  return { initiatives, organisations: seen.length - initiatives, relations: shown.relations.size };
}

// Search: names, other names, people, talks, events. Best first.
export const haystack = [];
for (const node of nodes.values()) {
  const add = (text, why, weight) => text && haystack.push({ node, text, why, weight, folded: fold(text) });
  add(node.label, null, 0);
  node.aliases.forEach((alias) => add(alias, "alias", 10));
  node.people.forEach((person) => add(person.name, "person", isInitiative(node) ? 21 : 20));
  node.people.forEach((person) => add(person.event, "event", 41));
  for (const relation of node.relations) {
    if (!relation.via) continue;
    add(relation.via.person, "person", isInitiative(node) ? 29 : 20);
    add(relation.via.talk, "talk", 30);
    add(relation.via.event, "event", 40);
  }
}

export function find(query) {
  const wanted = fold(query);
  if (!wanted) return [];
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

export function relationMatches(relation, wanted) {
  if (!wanted) return true;
  return haystack.some((entry) => (entry.node === relation.one || entry.node === relation.other) && entry.weight < 20 && entry.folded.includes(wanted))
    || (relation.via && [relation.via.person, relation.via.talk, relation.via.event].some((text) => fold(text).includes(wanted)))
    || fold(roleText(relation.role)).includes(wanted);
}
