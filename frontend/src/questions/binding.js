// A question with values -> SPARQL text; names -> IRIs. The same rules as in itas_graph/queries.py,
// so that page and command give the same answers.

import { DATA } from "../data.js";
import { lookUp } from "../engine/engine.js";
import { fold, t } from "../words.js";

/**
 * @typedef {{ name: string, kind: string, label: Words, default: string | null, variable: string }} Parameter
 * @typedef {{ name: string, title: Words, description: Words, parameters: Parameter[], columns: Record<string, Words>, text: string }} Question
 */

const LITERALS = ["year", "date", "text"];
const FORMS = { year: [/^\d{4}$/, "2024"], date: [/^\d{4}(-\d{2}(-\d{2})?)?$/, "2024-06-30"] };
const CLASSES = { organisation: "org:Organization", person: "foaf:Person", initiative: "itas:Initiative", event: "schema:Event", "action-field": "skos:Concept" };

/** Why a value cannot be used; the text says what to write. */
export class Unfit extends Error {
  /** @param {string} parameter @param {string} text */
  constructor(parameter, text) {
    super(text);
    this.parameter = parameter;
  }
}

/** Whether a parameter takes plain text. @param {Parameter} parameter */
export const isLiteral = (parameter) => LITERALS.includes(parameter.kind);

/** What to write, by example. @param {Parameter} parameter */
export const example = (parameter) => FORMS[parameter.kind]?.[1] || "";

/** @type {Map<string, Promise<{ iri: string, name: string, preferred: boolean }[]>>} */
const known = new Map();

/**
 * All names of a kind of thing.
 * @param {string} kind of a parameter
 */
export function namesOf(kind) {
  if (!known.has(kind)) {
    const type = CLASSES[kind] ? `?iri a ${CLASSES[kind]} .` : "";
    const scheme = kind === "action-field" ? 'FILTER(CONTAINS(STR(?iri), "/action-field/"))' : "";
    const query = `SELECT DISTINCT (STR(?iri) AS ?i) (STR(?name) AS ?n) ?preferred WHERE { ${type} { ?iri skos:prefLabel ?name BIND('1' AS ?preferred) } UNION { ?iri skos:altLabel ?name BIND('' AS ?preferred) } ${scheme} } ORDER BY ?i ?n`;
    const asked = lookUp(query).then(({ rows }) => rows.map(([iri, name, preferred]) => ({ iri: iri.value, name: name.value, preferred: preferred.value === "1" })));
    asked.catch(() => known.delete(kind));
    known.set(kind, asked);
  }
  return known.get(kind);
}

const slug = (text) => text.toLowerCase().replace(/ä/g, "ae").replace(/ö/g, "oe").replace(/ü/g, "ue").replace(/ß/g, "ss").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

/**
 * The IRI that an IRI, slug, name or other name means.
 * @param {string} value
 * @param {Parameter} parameter
 * @returns {Promise<string>}
 * @throws {Unfit} nothing or several things bear the name
 */
async function resolve(value, parameter) {
  const isIri = /^https?:\/\/[^\s<>"{}|\\^`]+$/.test(value);
  if (isIri && !(parameter.kind in CLASSES)) return value;
  /** @type {Map<string, { rank: number, name: string }>} */
  const candidates = new Map();
  const all = await namesOf(parameter.kind);
  for (const { iri, name, preferred } of all) {
    if (iri === value) return iri;
    let rank;
    if (/^[a-z0-9]+(?:-+[a-z0-9]+)*$/.test(value) && iri.endsWith(`/${value}`)) rank = 0;
    else if (name === value && preferred) rank = 1;
    else if (name === value) rank = 2;
    else if (slug(name) === slug(value)) rank = 3;
    else continue;
    const before = candidates.get(iri);
    if (!before || rank < before.rank) candidates.set(iri, { rank, name });
  }
  if (!candidates.size) {
    const near = [...new Set(all.filter(({ name }) => fold(name).includes(fold(value))).map(({ name }) => name))].slice(0, 4);
    throw new Unfit(parameter.name, near.length ? t("questions.value.near", { value, names: near.join(", ") }) : t("questions.value.none", { value }));
  }
  const best = Math.min(...[...candidates.values()].map(({ rank }) => rank));
  const chosen = [...candidates].filter(([, { rank }]) => rank === best);
  if (chosen.length > 1) throw new Unfit(parameter.name, t("questions.value.several", { value, names: chosen.map(([iri, { name }]) => `${iri.split("/").pop()} (${name})`).join(", ") }));
  return chosen[0][0];
}

const literal = (value) => `"${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n").replace(/\r/g, "\\r")}"`;

// Without the lines that say what a question is called: the page shows that above.
const bare = (text) => text.replace(/^#\+.*\n/gm, "");

function withDefault(text, name, term) {
  return text.replace(new RegExp(`^([ \\t]*VALUES[ \\t]+\\?${name}[ \\t]*\\{)(.*)(\\}[ \\t]*#\\+.*)$`, "gm"), (_, before, __, after) => `${before} ${term} ${after}`);
}

/**
 * The SPARQL text of a question with its values: those with a default line replace it, the others
 * are bound by a trailing VALUES clause.
 * @param {Question} question
 * @param {Record<string, string>} values by parameter; empty ones are left out
 * @param {Language} language
 * @returns {Promise<string>}
 * @throws {Unfit}
 */
export async function bind(question, values, language) {
  let text = withDefault(bare(question.text), "lang", `"${language}"`);
  const bound = [];
  for (const parameter of question.parameters) {
    const value = (values[parameter.name] || "").trim();
    if (!value) continue;
    const [form, sample] = FORMS[parameter.kind] || [];
    if (form && !form.test(value)) throw new Unfit(parameter.name, t("questions.value.form", { value, example: sample }));
    const term = isLiteral(parameter) ? literal(value) : `<${await resolve(value, parameter)}>`;
    if (parameter.default !== null) text = withDefault(text, parameter.variable, term);
    else bound.push([parameter.variable, term]);
  }
  if (bound.length) text = `${text.trimEnd()}\nVALUES (${bound.map(([name]) => `?${name}`).join(" ")}) { (${bound.map(([, term]) => term).join(" ")}) }\n`;
  return text;
}

/** @type {Question[]} */
export const questions = DATA.questions || [];
