// Events in their order, with who appeared there.

/**
 * Draw the view.
 * @param {HTMLElement} holder
 * @returns {string | undefined} what stands in the line of counts
 */
export function drawTimeline(holder) {
  holder.replaceChildren();
  return "";
}
