// The engine in a worker of its own: the dataset in Oxigraph, questions in, answers out. It can be
// ended at any moment without harm to the page.

import { Store, defaultGraph, initSync, namedNode, quad } from "oxigraph/web.js";
import xz from "xz-decompress";
import { earliest, latest } from "../dates.js";

/** @type {{ trig: string, rules: string[], later: string, derived: string, prefixes: string }} */
let given;
/** The whole dataset, and the one as of the date asked for last. */
let whole = /** @type {Store | null} */ (null);
let dated = { date: "", store: /** @type {Store | null} */ (null), left: 0, unsure: 0 };

// As the store of a build: the default graph is the union of all graphs.
const UNION = "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }";

function loaded() {
  const store = new Store();
  store.load(given.trig, { format: "application/trig", no_transaction: true });
  return store;
}

function wholeStore() {
  if (!whole) {
    whole = loaded();
    whole.update(UNION);
  }
  return whole;
}

/**
 * The dataset without what surely began after a date, derived anew.
 * @param {string} date partial
 */
function storeAt(date) {
  if (dated.date === date && dated.store) return dated;
  const day = latest(date);
  const later = new Set();
  let unsure = 0;
  for (const row of /** @type {Map<string, any>[]} */ (wholeStore().query(given.prefixes + given.later))) {
    const began = row.get("began").value;
    if (earliest(began) > day) later.add(row.get("resource").value);
    else if (latest(began) > day) unsure += 1;
  }
  const store = new Store();
  let left = 0;
  for (const one of wholeStore().match(null, null, null, null)) {
    if (one.graph.termType === "DefaultGraph" || one.graph.value === given.derived) continue;
    if (later.has(one.subject.value) || (one.object.termType === "NamedNode" && later.has(one.object.value))) left += 1;
    else store.add(one);
  }
  store.update(UNION);
  for (const rule of given.rules) {
    const found = /** @type {any[]} */ (store.query(given.prefixes + rule));
    for (const one of found) {
      store.add(quad(one.subject, one.predicate, one.object, namedNode(given.derived)));
      store.add(quad(one.subject, one.predicate, one.object, defaultGraph()));
    }
  }
  dated = { date, store, left, unsure };
  return dated;
}

function plain(term) {
  if (term.termType === "NamedNode") return { type: "uri", value: term.value };
  if (term.termType === "BlankNode") return { type: "bnode", value: term.value };
  return { type: "literal", value: term.value, "xml:lang": term.language || undefined, datatype: term.datatype.value };
}

// The form of a query: its first word after the prologue, comments and IRIs aside.
function formOf(query) {
  const bare = query.replace(/<[^<>"{}|^`\\\s]*>/g, "<>").replace(/#.*$/gm, "");
  return /\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b/i.exec(bare)?.[1].toUpperCase();
}

const NAMES = ["http://www.w3.org/2004/02/skos/core#prefLabel", "http://www.w3.org/2000/01/rdf-schema#label"];

// What resources are called, as far as the dataset names them.
function labelsOf(triples) {
  /** @type {Record<string, Words>} */
  const labels = {};
  for (const { type, value } of triples.flat()) {
    if (type !== "uri" || value in labels) continue;
    const names = NAMES.flatMap((property) => wholeStore().match(namedNode(value), namedNode(property), null, defaultGraph())).map(({ object }) => /** @type {any} */ (object));
    const [de, en] = ["de", "en"].map((language) => (names.find((one) => one.language === language) || names[0])?.value);
    if (names.length) labels[value] = { de, en };
  }
  return labels;
}

function answer({ query, date }) {
  const at = date ? storeAt(date) : null;
  const store = at ? at.store : wholeStore();
  const as = at ? { date, left: at.left, unsure: at.unsure } : null;
  const text = given.prefixes + query;
  if (["CONSTRUCT", "DESCRIBE"].includes(formOf(query))) {
    const found = /** @type {any[]} */ (store.query(text));
    const lines = new Map(found.map((one) => [one.toString(), [plain(one.subject), plain(one.predicate), plain(one.object)]]));
    const triples = [...lines].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, triple]) => triple);
    return { kind: "triples", triples, labels: labelsOf(triples), as };
  }
  const found = JSON.parse(/** @type {string} */ (store.query(text, { results_format: "json" })));
  if ("boolean" in found) return { kind: "truth", truth: found.boolean, as };
  const columns = found.head.vars;
  return { kind: "rows", columns, rows: found.results.bindings.map((row) => columns.map((name) => row[name] || null)), as };
}

async function open(wanted) {
  const unpacked = new xz.XzReadableStream(new Blob([wanted.packed]).stream());
  initSync({ module: await new Response(unpacked).arrayBuffer() });
  given = wanted;
  wholeStore();
}

function handle({ id, ask }) {
  self.postMessage({ id, begun: true });
  try {
    self.postMessage({ id, result: answer(ask) });
  } catch (error) {
    const broken = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    self.postMessage({ id, error: error instanceof Error ? error.message : String(error), broken });
  }
}

/** One after the other: the questions wait until the dataset is in. */
let turn = Promise.resolve();
self.onmessage = ({ data }) => {
  turn = data.open ? open(data.open) : turn.then(() => handle(data));
  if (data.open) turn.catch((error) => self.postMessage({ unable: String(error) }));
  else turn.catch(() => {});
};
