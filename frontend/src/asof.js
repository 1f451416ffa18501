// As of when: a slider over months, with the events beside it, for every view alike.

import { actions } from "./actions.js";
import { DATA } from "./data.js";
import { standing } from "./dates.js";
import { el } from "./elements.js";
import { nodes, relations, shown, state } from "./model.js";
import { counted, dateText, language, number, t } from "./words.js";

const dated = [...nodes.values()].filter((node) => node.group === "event" && node.date);

/** Every month from the first date of the data to the day of the data. */
const MONTHS = (() => {
  const starts = [...relations.values()].map((relation) => relation.valid_from || relation.date || relation.via?.date || "").filter(Boolean);
  const [first, last] = [[...starts, ...dated.map((node) => node.date)].sort()[0], DATA.stand || ""];
  if (!first || !last) return [];
  const months = [];
  for (let year = Number(first.slice(0, 4)); year <= Number(last.slice(0, 4)); year += 1) {
    for (let month = 1; month <= 12; month += 1) {
      const name = `${year}-${String(month).padStart(2, "0")}`;
      if (name >= first.slice(0, 7) && name < last.slice(0, 7)) months.push(name);
    }
  }
  return months;
})();

/** Whether a date can be chosen at all. */
export const hasDates = MONTHS.length > 1;

/** A date as the address may have it, or null. @param {string} text */
export function dateOf(text) {
  return /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/.test(text) ? text : null;
}

function position() {
  if (!state.date) return MONTHS.length;
  const at = MONTHS.findIndex((month) => month >= state.date.slice(0, 7));
  return at < 0 ? MONTHS.length : at;
}

/** The date in words. */
export function dateWords() {
  return state.date ? t("asof.date", { date: dateText(state.date) }) : t("asof.all");
}

// What the date does to what is shown, honestly counted.
function account() {
  if (!state.date) return t("asof.all.long");
  const { later, unsure, undated } = shown.dated;
  return [
    t("asof.later", { n: counted("n.relations", later) }),
    unsure ? t("asof.unsure", { n: number(unsure) }) : "",
    state.undated ? (undated ? t("asof.undated", { n: number(undated) }) : "") : t("asof.undated.off"),
  ].filter(Boolean).join(" ");
}

function set(date, asStep) {
  actions.change(() => (state.date = date), asStep);
}

const share = (at) => `calc(8px + (100% - 16px) * ${at / MONTHS.length})`;

// Each event stands over its month (an uncertain one over the first it may mean).
function marks() {
  const made = [];
  const taken = new Map();
  for (const node of dated) {
    const month = `${node.date}-01`.slice(0, 7);
    const at = MONTHS.indexOf(month);
    const above = taken.get(month) || 0;
    taken.set(month, above + 1);
    if (above > 2) continue;
    const mark = el("span", { class: state.date && standing({ from: node.date }, state.date) === "later" ? "mark later" : "mark", title: `${dateText(node.date)}: ${node.label}`, onclick: () => set(at < 0 ? null : month, true) });
    mark.style.left = share(at < 0 ? MONTHS.length : at);
    mark.style.bottom = `${above * 8}px`;
    made.push(mark);
  }
  return made;
}

function years() {
  const apart = Math.ceil(MONTHS.length / 12 / 6);
  return MONTHS.flatMap((month, at) => {
    if (!month.endsWith("-01") || Number(month.slice(0, 4)) % apart) return [];
    const text = el("span", { class: "year" }, month.slice(0, 4));
    text.style.left = share(at);
    return [text];
  });
}

/**
 * Draw the date strip; while one drags the slider it is kept and only its words change.
 * @param {HTMLElement} holder
 */
export function drawAsOf(holder) {
  holder.hidden = !hasDates;
  if (!hasDates) return;
  const dragging = /** @type {HTMLInputElement | null} */ (holder.querySelector("input[type=range]"));
  if (dragging && document.activeElement === dragging && holder.dataset.language === language) {
    if (Number(dragging.value) !== position()) dragging.value = String(position());
  } else {
    const slider = el("input", { type: "range", id: "asof-slider", min: 0, max: MONTHS.length, step: 1, "aria-label": t("asof.label"), "aria-describedby": "asof-account", oninput: (event) => {
      const at = Number(event.target.value);
      set(at >= MONTHS.length ? null : MONTHS[at], false);
    } });
    slider.value = String(position());
    const undated = el("input", { type: "checkbox", id: "asof-undated", onchange: (event) => actions.change(() => (state.undated = event.target.checked)) });
    holder.replaceChildren(
      el("h2", {}, t("asof.label")),
      el("div", { class: "track" }, el("div", { class: "marks", "aria-hidden": "true" }), slider, el("div", { class: "years", "aria-hidden": "true" }, years())),
      el("p", { class: "words" }, el("strong", { id: "asof-date" }), " ", el("span", { id: "asof-account", class: "quiet" })),
      el("label", { class: "undated", id: "asof-undated-label" }, undated, " ", t("asof.undated.show")),
      el("button", { type: "button", class: "plain", id: "asof-all", onclick: () => set(null, true) }, t("asof.show.all")));
    holder.dataset.language = language;
  }
  const within = (id) => /** @type {HTMLElement} */ (holder.querySelector(`#${id}`));
  within("asof-slider").setAttribute("aria-valuetext", dateWords());
  within("asof-date").textContent = dateWords();
  within("asof-account").textContent = account();
  /** @type {HTMLInputElement} */ (within("asof-undated")).checked = state.undated;
  within("asof-undated-label").hidden = !state.date;
  within("asof-all").hidden = !state.date;
  holder.querySelector(".marks").replaceChildren(...marks());
}
