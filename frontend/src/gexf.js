// What is shown as GEXF 1.3, for Gephi and others: kinds, fields, roles, times, places.

import { DATA } from "./data.js";
import { earliest, latest } from "./dates.js";
import { fieldNumber } from "./encoding.js";
import { changeOf, drawnNow, nodeOf, shown } from "./model.js";
import { sheetNow } from "./sheets.js";
import { concept, language, roleText } from "./words.js";

const NS = "http://gexf.net/1.3";
const VIZ = "http://gexf.net/1.3/viz";

/**
 * The nodes and relations shown as a GEXF document (gexf.net, version 1.3, 2022).
 * @returns {string}
 */
export function gexf() {
  const xml = document.implementation.createDocument(NS, "gexf", null);
  const add = (parent, name, attributes = {}, space = NS) => {
    const made = xml.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) if (value !== "" && value !== null && value !== undefined) made.setAttribute(key, clean(String(value)));
    parent.append(made);
    return made;
  };
  const root = xml.documentElement;
  root.setAttribute("version", "1.3");
  root.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:viz", VIZ);
  const meta = add(root, "meta", { lastmodifieddate: DATA.stand ? lastDay(DATA.stand) : "" });
  add(meta, "creator").textContent = "itas-graph";
  add(meta, "description").textContent = clean(DATA.title[language] || DATA.title.de || "");
  const graph = add(root, "graph", { mode: "dynamic", timeformat: "date", timerepresentation: "interval", defaultedgetype: "directed" });
  const declare = (owner, names) => {
    const list = add(graph, "attributes", { class: owner, mode: "static" });
    for (const id of names) add(list, "attribute", { id, title: id, type: "string" });
  };
  const compared = DATA.difference ? ["change"] : [];
  declare("node", ["group", "kind", "action_fields", "aliases", ...compared]);
  declare("edge", ["role", "certainty", "status", "sources", ...compared]);
  const values = (parent, all) => {
    const list = add(parent, "attvalues");
    for (const [key, value] of Object.entries(all)) if (value) add(list, "attvalue", { for: key, value });
  };
  const { places } = sheetNow(false);
  const nodes = add(graph, "nodes");
  for (const key of [...shown.nodes].sort()) {
    const node = nodeOf(key);
    const made = add(nodes, "node", { id: key, label: node.names?.[language] || node.label, start: node.date ? earliest(node.date) : "" });
    const scheme = node.group === "initiative" ? "initiative-kind" : "organisation-kind";
    values(made, { group: node.group, kind: node.kind ? concept(scheme, node.kind) : "", action_fields: (node.action_fields || []).map((slug) => concept("action-field", slug)).join(" | "), aliases: (node.aliases || []).join(" | "), change: DATA.difference && changeOf(node) });
    add(made, "viz:color", colourOf(node), VIZ);
    const place = places[key];
    // Gephi counts upwards.
    if (place) add(made, "viz:position", { x: place.x, y: -place.y, z: 0 }, VIZ);
  }
  const edges = add(graph, "edges");
  // Several edges between two nodes stay several where each is of a kind of its own.
  const seen = new Map();
  const kindOf = (relation) => {
    const name = relation.role || relation.type;
    const ends = [relation.from, relation.to, name].join(" ");
    seen.set(ends, (seen.get(ends) || 0) + 1);
    return seen.get(ends) > 1 ? `${name} ${seen.get(ends)}` : name;
  };
  for (const key of [...shown.relations].sort()) {
    const relation = drawnNow().get(key);
    const start = relation.valid_from || relation.date || relation.via?.date || "";
    const made = add(edges, "edge", { id: key, source: relation.from, target: relation.to, kind: kindOf(relation), label: relation.role ? roleText(relation.role) : "", weight: relation.shared?.length || relation.count || 1, start: start ? earliest(start) : "", end: relation.valid_until ? lastDay(relation.valid_until) : "" });
    values(made, { role: relation.role, certainty: relation.certainty, status: relation.status, sources: [...new Set((relation.evidence || []).map(({ source }) => DATA.sources[source]?.title || source))].join(" | "), change: DATA.difference && changeOf(relation) });
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(xml)}\n`;
}

// The last day that a date may mean, as a day of the calendar.
function lastDay(date) {
  if (date.length !== 7) return latest(date);
  const [year, month] = date.split("-").map(Number);
  return `${date}-${new Date(Date.UTC(year, month, 0)).getUTCDate()}`;
}

// The colour that the drawing gives a node; of several fields the first.
function colourOf(node) {
  const name = node.group === "initiative" ? `field-${fieldNumber(node.action_fields?.[0] || "")}` : { event: "accent", person: "muted" }[node.group] || "ink";
  const [r, g, b] = (/^#(..)(..)(..)$/.exec(getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()) || ["", "60", "60", "60"]).slice(1).map((part) => parseInt(part, 16));
  return { r, g, b };
}

// XML 1.0 has no place for control characters.
function clean(text) {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}
