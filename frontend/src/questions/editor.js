// The SPARQL editor: CodeMirror in a shadow root, where its styles need no hole in the policy.

import { autocompletion, completionKeymap, pickedCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { DATA } from "../data.js";
import { lookUp } from "../engine/engine.js";
import { language, t } from "../words.js";
import { short } from "./results.js";

const WORDS = ["SELECT", "DISTINCT", "WHERE", "OPTIONAL", "UNION", "MINUS", "FILTER", "NOT EXISTS", "EXISTS", "GRAPH", "VALUES", "BIND", "AS", "GROUP BY", "HAVING", "ORDER BY", "DESC", "LIMIT", "OFFSET", "CONSTRUCT", "DESCRIBE", "ASK", "PREFIX", "COUNT", "MIN", "MAX", "SUM", "AVG", "SAMPLE", "GROUP_CONCAT", "STR", "LANG", "BOUND", "COALESCE", "IF", "CONTAINS", "STRSTARTS", "REGEX", "LCASE", "YEAR"];

const LOOK = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--field-4)" },
  { tag: [tags.string, tags.literal], color: "var(--field-3)" },
  { tag: [tags.atom, tags.namespace, tags.propertyName, tags.labelName], color: "var(--field-5)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);

const THEME = EditorView.theme({
  "&": { border: "1px solid #868f98", borderRadius: "4px", backgroundColor: "var(--box)", color: "var(--ink)", fontSize: "13px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "2px" },
  ".cm-content": { fontFamily: "ui-monospace, 'Cascadia Mono', Consolas, 'Liberation Mono', monospace", caretColor: "var(--ink)", minHeight: "180px" },
  ".cm-scroller": { maxHeight: "44vh", overflow: "auto" },
  ".cm-gutters": { backgroundColor: "var(--chrome)", color: "var(--muted)", border: "0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--chosen)" },
  ".cm-tooltip": { backgroundColor: "var(--box)", color: "var(--ink)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--chosen)", color: "var(--ink)" },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--field-5)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--field-5)" },
  "@media (forced-colors: active)": { ".cm-tooltip-autocomplete ul li[aria-selected]": { outline: "2px solid Highlight", outlineOffset: "-2px" } },
});

/** @type {Map<string, Promise<{ label: string, type: string, detail: string, info: string }[]>>} by language */
const terms = new Map();

// Classes and properties that the dataset uses or its vocabulary declares, as it names them.
function vocabulary() {
  if (terms.has(language)) return terms.get(language);
  const found = lookUp(`SELECT ?term ?kind (SAMPLE(?l) AS ?label) (SAMPLE(?c) AS ?comment) WHERE {
    { SELECT DISTINCT ?term ("property" AS ?kind) WHERE { ?s ?term ?o } } UNION { SELECT DISTINCT ?term ("class" AS ?kind) WHERE { ?s a ?term } }
    UNION { ?term a owl:Class BIND("class" AS ?kind) } UNION { VALUES ?type { owl:ObjectProperty owl:DatatypeProperty } ?term a ?type BIND("property" AS ?kind) }
    OPTIONAL { ?term rdfs:label|skos:prefLabel ?l FILTER(LANG(?l) = "${language}") }
    OPTIONAL { ?term rdfs:comment|skos:definition ?c FILTER(LANG(?c) = "${language}") }
  } GROUP BY ?term ?kind ORDER BY ?term`).then(({ rows }) => rows.map(([term, kind, label, comment]) => ({ label: short(term.value), type: kind.value, detail: label?.value || "", info: comment?.value || "" })).filter(({ label }) => !label.startsWith("http")));
  terms.set(language, found);
  found.catch(() => terms.delete(language));
  return found;
}

// A term brings the line that declares its prefix, so that the text can be taken elsewhere.
function insert(view, { label }, from, to) {
  const prefix = label.split(":")[0];
  const text = view.state.doc.toString();
  const changes = [{ from, to, insert: label }];
  if (DATA.prefixes?.[prefix] && !new RegExp(`^\\s*PREFIX\\s+${prefix}:`, "im").test(text)) changes.unshift({ from: 0, to: 0, insert: `PREFIX ${prefix}: <${DATA.prefixes[prefix]}>\n` });
  const added = changes.length > 1 ? changes[0].insert.length : 0;
  view.dispatch({ changes, selection: { anchor: from + label.length + added }, annotations: pickedCompletion.of({ label }), userEvent: "input.complete" });
}

/** Completion of prefixes, classes, properties, variables and keywords. */
async function complete(context) {
  const word = context.matchBefore(/[?$]?[\w-]*:?[\w-]*/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const text = context.state.doc.toString();
  if (/^[?$]/.test(word.text)) {
    const names = new Set(text.match(/[?$]\w+/g));
    names.delete(word.text);
    return { from: word.from, options: [...names].sort().map((label) => ({ label, type: "variable" })) };
  }
  const ofType = /(^|[\s;])(a|rdf:type)\s+$/.test(context.state.sliceDoc(Math.max(0, word.from - 40), word.from));
  const options = (await vocabulary()).filter(({ type }) => !ofType || type === "class").map((one) => ({ ...one, apply: insert }));
  if (!word.text.includes(":")) {
    options.push(...Object.entries(DATA.prefixes || {}).map(([prefix, iri]) => ({ label: `${prefix}:`, type: "namespace", detail: iri, info: "", apply: insert })));
    options.push(...WORDS.map((label) => ({ label, type: "keyword", detail: "", info: "", apply: undefined })));
  }
  return { from: word.from, options, validFor: /^[\w-]*:?[\w-]*$/ };
}

// Where a selection is typed over, the browser would write the style of the old text into an
// attribute, which the policy forbids: the text is put in by the editor itself.
const overtyping = EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== "insertText" || !event.data || view.composing || view.state.selection.main.empty) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

/**
 * An editor in a holder.
 * @param {HTMLElement} holder
 * @param {{ text: string, onRun: () => void, onChange: (text: string) => void }} given
 */
export function makeEditor(holder, { text, onRun, onChange }) {
  const root = holder.attachShadow({ mode: "open" });
  const attributes = EditorView.contentAttributes.of({ "aria-label": t("questions.editor.label"), spellcheck: "false", autocapitalize: "off" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), history(), bracketMatching(), lintGutter(), StreamLanguage.define(sparql), syntaxHighlighting(LOOK), THEME,
        autocompletion({ override: [complete], activateOnTyping: true, icons: false }),
        // Tab moves on: an editor is no trap (WCAG 2.1.2).
        keymap.of([{ key: "Mod-Enter", run: () => (onRun(), true) }, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        EditorView.lineWrapping,
        EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
        attributes, overtyping, EditorState.phrases.of({ Completions: t("questions.editor.completions") }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    /** @param {string} next */
    write(next) {
      if (next !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    /** Mark a fault, or none. @param {{ line: number, column: number } | null} place @param {string} message */
    mark(place, message) {
      const diagnostics = [];
      if (place) {
        const line = view.state.doc.line(Math.min(place.line, view.state.doc.lines));
        const from = Math.min(line.from + place.column - 1, line.to);
        const to = Math.min(line.to, from + Math.max(1, /^\S*/.exec(line.text.slice(place.column - 1))[0].length));
        diagnostics.push({ from: Math.min(from, Math.max(line.from, to - 1)), to, severity: /** @type {const} */ ("error"), message });
        view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      }
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    end: () => view.destroy(),
  };
}
