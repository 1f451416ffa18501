// The shortest ways between two nodes. Nothing here touches the document. itas_graph/paths.py finds
// the same ways in the same order.

/** One hop outweighs all doubts of a way, one doubt all missing evidence. */
export const HOP = 1e6;
export const DOUBT = 1e3;

/**
 * @typedef {(key: string) => Map<string, number>} HopsOf the neighbours of a node and what the hop
 *   to each costs: `HOP` and, for what makes it weaker, less than `HOP` on top; the same both ways
 */

// A binary heap: the cheapest first, of equals the one whose name comes first.
class Heap {
  constructor() {
    /** @type {{ cost: number, key: string, g: number }[]} */
    this.items = [];
  }

  #before(one, other) {
    return one.cost < other.cost || (one.cost === other.cost && one.key < other.key);
  }

  push(item) {
    const { items } = this;
    let at = items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#before(items[at], items[above])) break;
      [items[at], items[above]] = [items[above], items[at]];
      at = above;
    }
  }

  pop() {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (!items.length) return top;
    items[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) if (below < items.length && this.#before(items[below], items[least])) least = below;
      if (least === at) return top;
      [items[at], items[least]] = [items[least], items[at]];
      at = least;
    }
  }
}

// What it costs at least to reach `to`, breadth first; ends `slack` hops beyond `from`.
function costsTo(from, to, hopsOf, slack) {
  /** @type {Map<string, number>} */
  const costs = new Map([[to, 0]]);
  let layer = [to];
  let last = Infinity;
  for (let hops = 1; layer.length && hops <= last; hops += 1) {
    /** @type {Map<string, number>} */
    const next = new Map();
    for (const key of layer) {
      const cost = costs.get(key);
      for (const [other, hop] of hopsOf(key)) if (!costs.has(other) && !(next.get(other) <= cost + hop)) next.set(other, cost + hop);
    }
    for (const [key, cost] of next) costs.set(key, cost);
    if (next.has(from)) last = hops + slack;
    layer = [...next.keys()];
  }
  return costs;
}

// One cheapest way on from `start` by A* (Hart, Nilsson and Raphael 1968), around `blocked` nodes.
function wayOn(start, to, hopsOf, rest, { blocked, banned, most }) {
  const heap = new Heap();
  /** @type {Map<string, number>} */
  const best = new Map([[start, 0]]);
  const before = new Map();
  const done = new Set();
  heap.push({ cost: rest.get(start), key: start, g: 0 });
  while (heap.items.length) {
    const { key, g } = heap.pop();
    if (done.has(key)) continue;
    done.add(key);
    if (key === to) {
      const way = [to];
      while (way[0] !== start) way.unshift(before.get(way[0]));
      return { way, cost: g };
    }
    for (const [other, hop] of hopsOf(key)) {
      if (done.has(other) || blocked.has(other) || !rest.has(other) || (key === start && banned.has(other))) continue;
      const cost = g + hop;
      if (cost + rest.get(other) >= most || best.get(other) <= cost) continue;
      best.set(other, cost);
      before.set(other, key);
      heap.push({ cost: cost + rest.get(other), key: other, g: cost });
    }
  }
  return null;
}

/**
 * The shortest simple ways between two nodes, cheapest first, after Yen (1971, “Finding the k
 * shortest loopless paths in a network”) with Lawler's (1972) shortcut. Ways of more than `slack`
 * hops over the shortest are left out.
 * @param {string} from
 * @param {string} to
 * @param {HopsOf} hopsOf
 * @param {{ most?: number, slack?: number }} [how] how many ways at most
 * @returns {string[][]} the nodes of each way; none if the two are not connected
 */
export function shortestWays(from, to, hopsOf, { most = 5, slack = 3 } = {}) {
  const rest = costsTo(from, to, hopsOf, slack);
  if (from === to || !rest.has(from)) return [];
  const limit = (Math.floor(rest.get(from) / HOP) + slack + 1) * HOP;
  /** @type {{ way: string[], cost: number, since: number }[]} */
  const found = [];
  /** @type {Map<string, { way: string[], cost: number, since: number }>} */
  const candidates = new Map();
  let next = { ...wayOn(from, to, hopsOf, rest, { blocked: new Set(), banned: new Set(), most: limit }), since: 0 };
  while (next) {
    found.push(next);
    if (found.length === most) break;
    let root = 0;
    for (let at = 0; at < next.way.length - 1; at += 1) {
      const spur = next.way[at];
      if (at >= next.since) {
        const same = found.filter(({ way }) => next.way.slice(0, at + 1).every((key, index) => way[index] === key));
        const on = wayOn(spur, to, hopsOf, rest, { blocked: new Set(next.way.slice(0, at)), banned: new Set(same.map(({ way }) => way[at + 1])), most: limit - root });
        if (on) {
          const way = [...next.way.slice(0, at), ...on.way];
          candidates.set(way.join(" "), { way, cost: root + on.cost, since: at });
        }
      }
      root += hopsOf(spur).get(next.way[at + 1]);
    }
    const [name] = [...candidates].sort(([one, { cost }], [other, { cost: more }]) => cost - more || (one < other ? -1 : 1))[0] || [];
    next = candidates.get(name);
    candidates.delete(name);
  }
  return found.map(({ way }) => way);
}
