// The page's side of the engine: starts the worker when it is first needed, asks one question at a
// time, ends the worker when one is stopped or takes too long.

import { DATA } from "../data.js";

/**
 * A term as in the SPARQL 1.1 Query Results JSON Format (W3C 2013).
 * @typedef {{ type: "uri" | "bnode" | "literal", value: string, "xml:lang"?: string, datatype?: string }} Term
 */
/**
 * @typedef {object} Answer
 * @property {"rows" | "truth" | "triples"} kind
 * @property {string[]} [columns]
 * @property {(Term | null)[][]} [rows]
 * @property {boolean} [truth]
 * @property {Term[][]} [triples]
 * @property {{ date: string, left: number, unsure: number } | null} as
 */

/** Why there is no answer: a fault in the text with its place, the deadline, or a stop. */
export class Refusal extends Error {
  /**
   * @param {"syntax" | "deadline" | "stopped" | "engine"} why
   * @param {string} words what the engine said
   * @param {{ line: number, column: number } | null} place where, counted from 1
   */
  constructor(why, words = "", place = null) {
    super(words || why);
    this.why = why;
    this.words = words;
    this.place = place;
  }
}

const text = (id) => document.getElementById(id)?.textContent || "";

/** Whether the page carries an engine and the dataset. */
export const hasEngine = () => Boolean(document.getElementById("engine-wasm") && document.getElementById("dataset"));

/** Every question may use the prefixes of the dataset; on one line, so that lines keep their numbers. */
const PROLOGUE = Object.entries(DATA.prefixes || {}).map(([prefix, iri]) => `PREFIX ${prefix}: <${iri}> `).join("");

/** @type {Worker | null} */
let worker = null;
let starting = /** @type {Promise<number> | null} */ (null);
let number = 0;
/** @type {{ id: number, settle: (message: any) => void, refuse: (refusal: Refusal) => void } | null} */
let waiting = null;

function send(message, transfer = []) {
  const id = (number += 1);
  return new Promise((resolve, reject) => {
    waiting = { id, settle: resolve, refuse: reject };
    worker.postMessage({ id, ...message }, transfer);
  });
}

function listen({ data }) {
  if (!waiting || data.id !== waiting.id) return;
  const { settle, refuse } = waiting;
  waiting = null;
  if (data.error === undefined) settle(data.result);
  else refuse(refusalOf(data.error));
}

function refusalOf(words) {
  const found = /(?:at|line) (\d+):(\d+)/.exec(words) || /(\d+):(\d+)/.exec(words);
  if (!found) return new Refusal(/expected|parse|syntax/i.test(words) ? "syntax" : "engine", words);
  const [line, column] = [Number(found[1]), Number(found[2])];
  return new Refusal("syntax", words, { line, column: Math.max(1, line === 1 ? column - PROLOGUE.length : column) });
}

/**
 * Start the engine, if it does not run yet.
 * @returns {Promise<number>} how many statements it holds
 */
export function start() {
  starting ??= (async () => {
    const packed = Uint8Array.from(atob(text("engine-wasm").trim()), (letter) => letter.charCodeAt(0)).buffer;
    const code = URL.createObjectURL(new Blob([text("engine")], { type: "text/javascript" }));
    worker = new Worker(code);
    worker.onmessage = listen;
    worker.onerror = (event) => end(new Refusal("engine", event.message));
    const { derived, derive, later } = DATA.engine;
    const { statements } = await send({ open: { packed, trig: text("dataset"), rules: derive, later, derived, prefixes: PROLOGUE } }, [packed]);
    URL.revokeObjectURL(code);
    return statements;
  })();
  return starting;
}

function end(refusal) {
  worker?.terminate();
  worker = null;
  starting = null;
  const refused = waiting;
  waiting = null;
  refused?.refuse(refusal);
}

/** End what runs; the next question starts the engine anew. */
export function stop() {
  if (waiting) end(new Refusal("stopped"));
}

/**
 * Ask the dataset; a question that still runs is stopped.
 * @param {string} query SPARQL 1.1
 * @param {string | null} date as of when, or null
 * @returns {Promise<Answer>}
 * @throws {Refusal} the text has a fault, it took too long, or it was stopped
 */
export async function ask(query, date = null) {
  stop();
  await start();
  const seconds = DATA.engine.deadline;
  const timer = setTimeout(() => end(new Refusal("deadline")), seconds * 1000);
  try {
    return await send({ ask: { query, date } });
  } finally {
    clearTimeout(timer);
  }
}
