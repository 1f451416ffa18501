// Organisations by action fields: a heat map with numbers.

/**
 * Draw the view.
 * @param {HTMLElement} holder
 * @returns {string | undefined} what stands in the line of counts
 */
export function drawMatrix(holder) {
  holder.replaceChildren();
  return "";
}
