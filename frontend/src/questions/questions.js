// Ready questions and SPARQL on the dataset in the page.

/**
 * Draw the view of questions.
 * @param {HTMLElement} holder
 * @returns {string | undefined} what stands in the line of counts
 */
export function drawQuestions(holder) {
  holder.replaceChildren();
  return "";
}
