// The page's side of the engine: starts the worker when it is first needed, gives it one question
// after the other, ends it when the reader stops one or one takes too long.

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
 * @property {Record<string, Words>} [labels] what resources of the triples are called, by IRI
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

/**
 * @typedef {object} Asked
 * @property {Record<string, any>} message
 * @property {boolean} patient whether it waits for others and outlives the end of a worker
 * @property {number} seconds how long it may take
 * @property {(result: any) => void} settle
 * @property {(refusal: Refusal) => void} refuse
 */

/** @type {Worker | null} */
let worker = null;
let number = 0;
/** What was asked and has no answer yet, in order. @type {Map<number, Asked>} */
const waiting = new Map();
let timer = 0;

function post(message, patient, seconds = DATA.engine.deadline) {
  return new Promise((settle, refuse) => {
    const id = (number += 1);
    waiting.set(id, { message, patient, seconds, settle, refuse });
    start();
    worker?.postMessage({ id, ...message });
  });
}

// The worker takes one after the other: it says when it begins and what came of it.
function listen({ data }) {
  if (data.unable) {
    end(new Refusal("engine", data.unable), () => true);
    return;
  }
  if (!waiting.has(data.id)) return;
  clearTimeout(timer);
  if (data.begun) {
    timer = window.setTimeout(() => end(new Refusal("deadline"), (id) => id === data.id), waiting.get(data.id).seconds * 1000);
    return;
  }
  const { settle, refuse } = waiting.get(data.id);
  if (data.broken) {
    // WebAssembly that trapped (too little memory, too deep a nesting) is not to be used again.
    end(new Refusal("engine", data.error), (id) => id === data.id);
    return;
  }
  waiting.delete(data.id);
  if (data.error === undefined) settle(data.result);
  else refuse(refusalOf(data.error));
}

function refusalOf(words) {
  const found = /(?:at|line) (\d+):(\d+)/.exec(words) || /(\d+):(\d+)/.exec(words);
  if (!found) return new Refusal(/expected|parse|syntax/i.test(words) ? "syntax" : "engine", words);
  const [line, column] = [Number(found[1]), Number(found[2])];
  return new Refusal("syntax", words, { line, column: Math.max(1, line === 1 ? column - PROLOGUE.length : column) });
}

/** Start the engine, if it does not run yet; the first question finds it ready. */
export function start() {
  if (worker) return;
  const packed = Uint8Array.from(atob(text("engine-wasm").trim()), (letter) => letter.charCodeAt(0)).buffer;
  const code = URL.createObjectURL(new Blob([text("engine")], { type: "text/javascript" }));
  worker = new Worker(code);
  worker.onmessage = listen;
  worker.addEventListener("message", () => URL.revokeObjectURL(code), { once: true });
  worker.onerror = (event) => end(new Refusal("engine", event.message), () => true);
  const { derived, derive, later } = DATA.engine;
  worker.postMessage({ open: { packed, trig: text("dataset"), rules: derive, later, derived, prefixes: PROLOGUE } }, [packed]);
}

/**
 * End the worker. What only waited is asked again of a new one.
 * @param {Refusal} refusal
 * @param {(id: number, one: Asked) => boolean} meant what is refused
 */
function end(refusal, meant) {
  worker?.terminate();
  worker = null;
  clearTimeout(timer);
  const kept = [];
  for (const [id, one] of [...waiting]) {
    if (meant(id, one)) {
      waiting.delete(id);
      one.refuse(refusal);
    } else kept.push({ id, ...one.message });
  }
  if (!kept.length) return;
  start();
  for (const message of kept) worker.postMessage(message);
}

/** End the reader's question; the next one starts the engine anew. */
export function stop() {
  if ([...waiting.values()].some(({ patient }) => !patient)) end(new Refusal("stopped"), (_, { patient }) => !patient);
}

/**
 * Ask the dataset; a question of the reader that still runs is stopped.
 * @param {string} query SPARQL 1.1
 * @param {string | null} date as of when, or null
 * @param {number} [seconds] how long it may take
 * @returns {Promise<Answer>}
 * @throws {Refusal} the text has a fault, it took too long, or it was stopped
 */
export function ask(query, date, seconds) {
  stop();
  return post({ ask: { query, date } }, false, seconds);
}

/**
 * Ask for what the page needs itself, names and terms: it takes its turn and stops nothing.
 * @param {string} query SPARQL 1.1
 * @returns {Promise<Answer>}
 * @throws {Refusal}
 */
export function lookUp(query) {
  return post({ ask: { query, date: null } }, true);
}
