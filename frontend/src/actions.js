// What any part of the page may ask of the whole: page.js fills these in at the start.

export const actions = {
  /**
   * Choose a node or relation (null: nothing), as a step in the history.
   * @type {(key: string | null, how?: { focus?: boolean, keepView?: boolean }) => void}
   */
  choose: () => {},
  /**
   * Light these nodes and relations in the drawing and dim the rest; null ends it.
   * `label` says in the reader's language what is lit.
   * @type {(keys: Iterable<string> | null, label?: string) => void}
   */
  highlight: () => {},
  /**
   * Go to a view: "network", "questions", "table", "matrix", "timeline", "list", "about".
   * @type {(view: string) => void}
   */
  show: () => {},
  /**
   * Draw everything from the state again.
   * @type {() => void}
   */
  draw: () => {},
  /**
   * Write the state into the address; as a step of its own or in place of the last one.
   * @type {(asStep: boolean) => void}
   */
  remember: () => {},
  /**
   * Change the state, remember it (as a step of the history or not), draw, and announce what is shown now.
   * @type {(what: () => void, asStep?: boolean) => void}
   */
  change: () => {},
};
