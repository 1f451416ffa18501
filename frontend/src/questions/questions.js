// Ready questions and SPARQL on the dataset in the page.

import { actions } from "../actions.js";
import { addressField } from "../address.js";
import { DATA } from "../data.js";
import { Refusal, ask, hasEngine, start, stop } from "../engine/engine.js";
import { el, say } from "../elements.js";
import { state } from "../model.js";
import { byName, counted, dateText, fold, language, t } from "../words.js";
import { Unfit, bind, example, isLiteral, namesOf, questions } from "./binding.js";
import { makeEditor } from "./editor.js";
import { drawAnswer, freshAnswer } from "./results.js";

/** @typedef {import("./binding.js").Question} Question */

const asked = {
  /** @type {Question | null} */
  question: null,
  /** @type {Record<string, string>} */
  values: {},
  /** Own SPARQL text, or null while a ready question is asked as it is. */
  sparql: /** @type {string | null} */ (null),
  /** How long it may take; 0: as the page says. */
  seconds: 0,
  filter: "",
  editing: false,
};
/** What runs or was answered last: "" | "running" | "answered" | "refused". */
let stage = "";
let answered = /** @type {import("../engine/engine.js").Answer | null} */ (null);
let fault = /** @type {{ text: string, words: string } | null} */ (null);
let drawnFor = "";
let askedFor = "";
let runs = 0;
let editor = /** @type {ReturnType<typeof makeEditor> | null} */ (null);

const parameters = [...new Set(questions.flatMap((question) => question.parameters.map(({ name }) => name)))].sort();

/** Whether the address has just said what to ask; half-written words are asked by the reader only. */
let fromAddress = false;
let ranFor = "";

addressField("question", {
  write: () => asked.question?.name || null,
  read: (name) => {
    fromAddress = true;
    asked.question = questions.find((one) => one.name === name) || null;
  },
});
for (const name of parameters) {
  addressField(`with-${name}`, { write: () => (asked.question?.parameters.some((one) => one.name === name) && asked.values[name]) || null, read: (value) => (asked.values[name] = value) });
}
addressField("sparql", {
  write: () => asked.sparql,
  read: (text) => {
    asked.sparql = text || null;
    asked.editing = asked.editing || Boolean(text);
  },
});

/** How long a question may take, in seconds. */
const seconds = () => asked.seconds || DATA.engine.deadline;
const LONGEST = 3600;

addressField("seconds", {
  write: () => (asked.seconds ? String(asked.seconds) : null),
  read: (text) => (asked.seconds = /^\d{1,4}$/.test(text) && Number(text) <= LONGEST ? Number(text) : 0),
});

const $in = (holder, id) => /** @type {HTMLElement} */ (holder.querySelector(`#${id}`));

const circumstances = () => JSON.stringify([state.date, language]);
/** What the form is drawn for; other changes do not touch what is being written. */
const lookNow = () => JSON.stringify([asked.question?.name, asked.sparql === null, state.date, language]);
/** What identifies what is asked: asking again for the same needs no new answer. */
const keyNow = () => JSON.stringify([asked.question?.name, asked.sparql, asked.values, state.date, language]);

async function run(holder, asStep = true) {
  if (asked.sparql === null && !asked.question) return;
  askedFor = keyNow();
  ranFor = circumstances();
  actions.remember(asStep);
  stage = "running";
  fault = null;
  answered = null;
  freshAnswer();
  drawState(holder);
  const mine = (runs += 1);
  try {
    const text = asked.sparql ?? (await bind(asked.question, asked.values, language));
    if (asked.sparql === null) editor?.write(text);
    refuseOutside(text);
    const answer = await ask(text, state.date, seconds());
    if (mine !== runs) return;
    answered = answer;
    stage = "answered";
    editor?.mark(null, "");
    say(answer.rows ? counted("questions.n.rows", answer.rows.length) : answer.triples ? counted("questions.n.triples", answer.triples.length) : t(answer.truth ? "questions.yes" : "questions.no"));
  } catch (error) {
    if (mine !== runs) return;
    stage = "refused";
    fault = faultOf(error);
    say(fault.text);
    if (error instanceof Unfit) $in(holder, `with-${error.parameter}`)?.focus();
    if (error instanceof Refusal && error.place) {
      asked.editing = true;
      drawState(holder);
      editor?.mark(error.place, fault.text);
    }
  }
  drawState(holder);
}

// The page sends nothing: what asks elsewhere is told so instead of being tried.
function refuseOutside(text) {
  const bare = text.replace(/<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#.*$/gm, " ");
  const word = /\b(SERVICE|LOAD|INSERT|DELETE|DROP|CLEAR|CREATE|COPY|MOVE|ADD)\b/i.exec(bare);
  if (word && (/SERVICE/i.test(word[0]) || !/\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b/i.test(bare))) throw new Unfit("", t(/SERVICE/i.test(word[0]) ? "questions.refused.service" : "questions.refused.update", { word: word[0].toUpperCase() }));
}

function faultOf(error) {
  if (error instanceof Unfit) return { text: error.message, words: "" };
  if (!(error instanceof Refusal)) return { text: String(error), words: "" };
  if (error.why === "stopped") return { text: t("questions.stopped"), words: "" };
  if (error.why === "deadline") return { text: t("questions.deadline", { seconds: seconds() }), words: "" };
  if (error.place) {
    // What the engine would have taken instead, without its sets of characters.
    const expected = [...new Set(error.words.split("expected")[1]?.match(/\b[A-Z]{3,}\b/g) || [])].filter((word) => word !== "LATERAL" && /[^A-F]/.test(word));
    const unknown = /Prefix not found/.test(error.words) ? t("questions.fault.prefix", { prefixes: Object.keys(DATA.prefixes).join(", ") }) : /unbound/.test(error.words) ? t("questions.fault.unbound") : "";
    return { text: t("questions.fault.place", error.place), words: unknown || (expected.length ? t("questions.fault.expected", { words: expected.join(", ") }) : "") };
  }
  return { text: t(error.why === "syntax" ? "questions.fault" : "questions.fault.engine"), words: error.words };
}

// ---- the menu -----------------------------------------------------------------------------------

function menu(holder) {
  const wanted = fold(asked.filter);
  const list = questions.filter((one) => !wanted || fold(`${one.title[language]} ${one.description[language]} ${one.name}`).includes(wanted)).sort((one, other) => byName(one.title[language], other.title[language]));
  const items = list.map((one) => el("li", {}, el("button", { type: "button", class: "question", "aria-current": asked.question === one ? "true" : null, "data-question": one.name, onclick: () => choose(holder, one) }, one.title[language])));
  return items.length ? items : [el("li", { class: "quiet" }, t("questions.menu.none"))];
}

// What was asked before no longer counts.
function forget() {
  stop();
  stage = "";
  askedFor = "";
  answered = null;
  fault = null;
}

function choose(holder, question) {
  asked.question = question;
  asked.sparql = null;
  forget();
  draw(holder);
  const first = /** @type {HTMLElement | null} */ (holder.querySelector(".ask-form input"));
  if (window.matchMedia("(max-width: 1100px)").matches) $in(holder, "asked").scrollIntoView();
  if (question.parameters.length) {
    actions.remember(true);
    first?.focus({ preventScroll: true });
  } else run(holder);
}

// ---- the form -----------------------------------------------------------------------------------

function field(holder, parameter) {
  const id = `with-${parameter.name}`;
  const input = el("input", {
    id, name: parameter.name, type: "text", autocomplete: "off", spellcheck: "false", list: isLiteral(parameter) ? null : `${id}-names`,
    placeholder: parameter.default && parameter.default !== "UNDEF" && isLiteral(parameter)
      ? parameter.default
      : example(parameter) || t("questions.any"),
    oninput: (event) => {
      asked.values[parameter.name] = event.target.value;
      asked.sparql = null;
    },
  });
  input.value = asked.values[parameter.name] || "";
  const names = el("datalist", { id: `${id}-names` });
  if (!isLiteral(parameter)) {
    namesOf(parameter.kind).then((known) => names.replaceChildren(...[...new Set(known.map(({ name }) => name))].sort(byName).map((name) => el("option", { value: name })))).catch(() => {});
  }
  return el("p", {}, el("label", { for: id }, parameter.label[language]), " ", input, names);
}

function form(holder) {
  const { question } = asked;
  return el("form", { class: "ask-form", onsubmit: (event) => {
    event.preventDefault();
    run(holder);
  } },
  question ? question.parameters.map((parameter) => field(holder, parameter)) : null,
  el("p", { class: "buttons" },
    el("button", { type: "submit", class: "ask", id: "ask" }, t("questions.ask")),
    el("button", { type: "button", class: "tool", id: "stop", hidden: true, onclick: stop }, t("questions.stop"))));
}

// ---- all of it ------------------------------------------------------------------------------------

function drawState(holder) {
  const running = stage === "running";
  $in(holder, "stop").hidden = !running;
  holder.setAttribute("aria-busy", String(running));
  const box = /** @type {HTMLDetailsElement} */ ($in(holder, "sparql"));
  if (asked.editing && !box.open) box.open = true;
  const answer = $in(holder, "answer");
  const hint = $in(holder, "asof-hint");
  // The answer says it with its figures.
  if (hint) hint.hidden = Boolean(answered?.as);
  if (running) answer.replaceChildren(el("p", { class: "quiet", role: "status" }, t("questions.running")));
  else if (fault) answer.replaceChildren(el("div", { class: "fault", role: "alert" }, el("p", {}, fault.text), fault.words ? el("p", { class: "quiet" }, fault.words) : null));
  else if (answered) {
    const title = asked.sparql === null ? asked.question.title[language] : t("questions.own");
    drawAnswer(answer, answered, { name: asked.sparql === null ? asked.question.name : "sparql", title, columns: asked.question?.columns || {} });
  } else answer.replaceChildren();
}

function deadline() {
  const input = el("input", { id: "seconds", type: "number", min: "1", max: String(LONGEST), inputmode: "numeric", oninput: (event) => {
    asked.seconds = event.target.validity.valid ? Number(event.target.value) : 0;
    actions.remember(false);
  } });
  input.value = String(seconds());
  return el("p", { class: "deadline" }, el("label", { for: "seconds" }, t("questions.seconds")), " ", input);
}

function draw(holder) {
  drawnFor = lookNow();
  editor?.end();
  editor = null;
  const { question } = asked;
  const filter = el("input", { type: "search", id: "question-filter", "aria-label": t("questions.menu.filter"), placeholder: t("questions.menu.filter"), autocomplete: "off", oninput: (event) => {
    asked.filter = event.target.value;
    $in(holder, "question-list").replaceChildren(...menu(holder));
  } });
  filter.value = asked.filter;
  const sparql = el("details", { id: "sparql", ontoggle: (event) => {
    asked.editing = event.target.open;
    if (asked.editing) openEditor(holder);
  } }, el("summary", {}, t("questions.sparql")), el("div", { id: "editor" }), el("p", { class: "quiet" }, t("questions.editor.keys")), deadline());
  const chosen = Boolean(question || asked.sparql !== null);
  const nav = el("nav", { class: chosen ? "question-menu folded" : "question-menu", "aria-label": t("questions.menu") },
    // On narrow screens the answer comes first, once something is asked.
    chosen ? el("button", { type: "button", class: "tool unfold", "aria-expanded": "false", onclick: ({ currentTarget }) => {
      const folded = nav.classList.toggle("folded");
      currentTarget.setAttribute("aria-expanded", String(!folded));
    } }, t("questions.menu.open")) : null,
    el("h2", {}, t("questions.menu")), filter, el("ul", { id: "question-list" }, menu(holder)),
    el("button", { type: "button", class: "question own", "aria-current": !question && asked.sparql !== null ? "true" : null, onclick: () => ownText(holder) }, t("questions.own.begin")));
  holder.replaceChildren(nav,
    el("div", { class: "asked", id: "asked" },
      el("h2", { id: "asked-title" }, question ? question.title[language] : asked.sparql !== null ? t("questions.own") : t("questions.welcome")),
      el("p", { class: "description" }, question ? question.description[language] : asked.sparql !== null ? t("questions.own.long") : t("questions.welcome.long")),
      state.date ? el("p", { class: "asof-note", id: "asof-hint" }, t("questions.at", { date: dateText(state.date) })) : null,
      question || asked.sparql !== null ? form(holder) : el("p", { id: "stop", hidden: true }),
      sparql, el("div", { id: "answer" })));
  sparql.hidden = !question && asked.sparql === null;
  drawState(holder);
}

function ownText(holder) {
  asked.question = null;
  asked.editing = true;
  asked.sparql = asked.sparql ?? "SELECT ?organisation ?name\nWHERE {\n  ?organisation a org:Organization ;\n    skos:prefLabel ?name .\n}\nORDER BY ?name\n";
  forget();
  actions.remember(true);
  draw(holder);
  $in(holder, "asked").scrollIntoView({ block: "nearest" });
}

async function openEditor(holder) {
  const place = $in(holder, "editor");
  if (editor || place.shadowRoot) return;
  const text = asked.sparql ?? (await bind(asked.question, asked.values, language).catch(() => asked.question.text));
  if (place.shadowRoot || !place.isConnected) return;
  let shown = text;
  editor = makeEditor(place, { text, onRun: () => run(holder), onChange: (now) => {
    if (now === shown) return;
    shown = now;
    asked.sparql = now;
  } });
  const { write } = editor;
  editor.write = (next) => {
    shown = next;
    write(next);
  };
}

/**
 * Draw the view of questions; what was asked and answered stays while one looks elsewhere.
 * @param {HTMLElement} holder
 * @returns {string | undefined} what stands in the line of counts
 */
export function drawQuestions(holder) {
  if (!hasEngine()) {
    holder.replaceChildren(el("p", { class: "nothing" }, t("questions.none")));
    return "";
  }
  const anew = fromAddress && askedFor !== keyNow();
  fromAddress = false;
  if (anew) forget();
  if (!holder.childElementCount || drawnFor !== lookNow()) draw(holder);
  // After a step back or forward in the history.
  for (const { name } of asked.question?.parameters || []) {
    const input = /** @type {HTMLInputElement} */ ($in(holder, `with-${name}`));
    if (anew || input !== document.activeElement) input.value = asked.values[name] || "";
  }
  if (asked.sparql !== null) editor?.write(asked.sparql);
  start();
  const complete = asked.sparql !== null || (asked.question && (!asked.question.parameters.length || asked.question.parameters.some(({ name }) => asked.values[name])));
  if (anew ? complete : stage && ranFor !== circumstances()) run(holder, false);
  else if (anew) drawState(holder);
  return "";
}
