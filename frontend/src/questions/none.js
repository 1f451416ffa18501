// In place of the questions in a page that was built without them.

import { el } from "../elements.js";
import { t } from "../words.js";

/**
 * Say that this page has no questions.
 * @param {HTMLElement} holder
 * @returns {string} what stands in the line of counts
 */
export function drawQuestions(holder) {
  holder.replaceChildren(el("p", { class: "nothing" }, t("questions.none")));
  return "";
}
