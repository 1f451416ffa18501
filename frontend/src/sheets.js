// Where everything stands: the layouts of the data, and those that are made here on demand.

import { DATA } from "./data.js";
import { importance, isInitiative, neighbour, nodeOf, nodes, overviewNow, shown, state } from "./model.js";

export const FONT = 11.5;
export const LINE = 14;
export const STRIPE = 16;
export const FAMILY = '"Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif';

const COLUMN = 132;
const measure = document.createElement("canvas").getContext("2d");

function widthOf(text, bold) {
  measure.font = `${bold ? 600 : 400} ${FONT}px ${FAMILY}`;
  return measure.measureText(text).width;
}

// A name in at most three lines; the layouts of the data have their own.
function wrapped(name, bold) {
  const lines = [];
  let line = "";
  for (const word of name.split(/\s+/)) {
    if (line && widthOf(`${line} ${word}`, bold) > COLUMN) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  lines.push(line);
  const kept = lines.slice(0, 3);
  if (lines.length > 3) kept[2] += " …";
  return kept.map((text) => (widthOf(text, bold) > 1.5 * COLUMN ? `${text.slice(0, 26)} …` : text));
}

/** @type {Map<string, string[]>} */
const known = new Map();

function linesOf(node) {
  if (!known.size) {
    for (const drawing of Object.values(DATA.drawings)) {
      for (const [key, place] of Object.entries(drawing.layouts?.wide.places || {})) if (!known.has(key)) known.set(key, place.lines);
    }
  }
  if (!known.has(node.key)) known.set(node.key, wrapped(node.label, isInitiative(node) || node.consortium));
  return known.get(node.key);
}

/** The box of a node with its label, its point at (x, y). @returns {Place} */
function placeAt(node, x, y, side) {
  const lines = linesOf(node);
  const bold = isInitiative(node) || node.consortium;
  const text = Math.max(...lines.map((line) => widthOf(line, bold)));
  if (isInitiative(node)) {
    const [width, height] = [STRIPE + text + 16, lines.length * LINE + 12];
    return { x, y, left: x - width / 2, top: y - height / 2, width, height, radius: 0, side: "inside", lines };
  }
  const radius = { organisation: 11, event: 9, person: 7 }[node.group];
  const width = 2 * radius + 10 + text;
  const height = Math.max(2 * radius + 4, lines.length * LINE);
  return { x, y, left: side === "left" ? x + radius + 2 - width : x - radius - 2, top: y - height / 2, width, height, radius, side, lines };
}

// Which way a kind of node stands from the centre: what acts stands left, what is acted on right.
const SIDES = {
  organisation: { initiative: 1, person: -1, event: -1, organisation: 1 },
  initiative: { organisation: 1, event: -1, person: -1, initiative: 1 },
  person: { organisation: 1, event: -1, initiative: 1, person: -1 },
  event: { person: -1, initiative: 1, organisation: 1, event: 1 },
};

/**
 * One actor's neighbourhood in columns: the actor in the middle, what it is linked to beside it,
 * what that is linked to further out; within a column next to what it is linked to (barycentres,
 * after Sugiyama, Tagawa and Toda 1981).
 * @returns {Sheet}
 */
function neighbourhood() {
  const centre = nodes.get(state.centre);
  /** @type {Map<string, number>} */
  const columns = new Map([[centre.key, 0]]);
  const visible = (node) => node.relations.filter((relation) => shown.relations.has(relation.key));
  for (const relation of visible(centre)) {
    const other = neighbour(relation, centre);
    columns.set(other.key, SIDES[centre.group][other.group]);
  }
  for (const key of [...shown.nodes].sort()) {
    if (columns.has(key)) continue;
    const beside = visible(nodes.get(key)).map((relation) => columns.get(neighbour(relation, nodes.get(key)).key)).filter((column) => Math.abs(column) === 1);
    const right = beside.filter((column) => column > 0).length;
    columns.set(key, right * 2 >= beside.length ? 2 : -2);
  }
  const members = new Map();
  for (const [key, column] of columns) members.set(column, [...(members.get(column) || []), nodes.get(key)]);
  const height = new Map();
  /** @type {Record<string, Place>} */
  const places = {};
  const barycentre = (node) => {
    const around = visible(node).map((relation) => height.get(neighbour(relation, node).key)).filter((y) => y !== undefined);
    return around.length ? around.reduce((sum, y) => sum + y, 0) / around.length : 0;
  };
  const GROUPS = ["organisation", "initiative", "event", "person"];
  const tallest = 46;
  let [farLeft, farRight] = [0, 0];
  for (const column of [0, 1, -1, 2, -2]) {
    const list = members.get(column);
    if (!list) continue;
    const keyed = list.map((node) => ({ node, at: Math.abs(column) === 2 ? barycentre(node) : 0 }));
    keyed.sort((one, other) => one.at - other.at || GROUPS.indexOf(one.node.group) - GROUPS.indexOf(other.node.group)
      || (one.node.date || "").localeCompare(other.node.date || "") || importance(other.node) - importance(one.node) || (one.node.key < other.node.key ? -1 : 1));
    const side = column < 0 || (column === 0 && !members.has(-1)) ? "left" : "right";
    const strips = Math.ceil(keyed.length / tallest);
    for (let strip = 0; strip < strips; strip += 1) {
      const some = keyed.slice(strip * tallest, (strip + 1) * tallest).map(({ node }) => placeAt(node, 0, 0, side)).map((place, index) => ({ place, node: keyed[strip * tallest + index].node }));
      const total = some.reduce((sum, { place }) => sum + place.height + 8, -8);
      const wide = Math.max(...some.map(({ place }) => place.width));
      let y = -total / 2;
      const gap = column === 0 ? 0 : 150;
      const edge = column < 0 ? farLeft - gap : farRight + gap;
      for (const { place, node } of some) {
        const x = column === 0 ? 0 : isInitiative(node) ? edge + (column < 0 ? -1 : 1) * place.width / 2 : edge + (column < 0 ? -place.radius : place.radius);
        places[node.key] = placeAt(node, Math.round(x), Math.round(y + place.height / 2), side);
        height.set(node.key, y + place.height / 2);
        y += place.height + 8;
      }
      if (column === 0) [farLeft, farRight] = [places[centre.key].left, places[centre.key].left + places[centre.key].width];
      else if (column < 0) farLeft = edge - wide;
      else farRight = edge + wide;
    }
  }
  return centred(places);
}

const CELL = { width: 196, height: 50 };

/**
 * A community on a grid: the best linked in the middle, each further one at the free cell nearest
 * to what it is linked to and stands already.
 * @param {boolean} upright
 * @returns {Sheet}
 */
function community(upright) {
  const rest = [...shown.nodes].map((key) => nodes.get(key)).sort((one, other) => importance(other) - importance(one) || (one.key < other.key ? -1 : 1));
  const beside = (node) => node.relations.filter((relation) => shown.relations.has(relation.key)).map((relation) => neighbour(relation, node).key);
  const across = Math.ceil(Math.sqrt(rest.length * (upright ? 0.2 : 0.42)) * 1.1) | 1;
  const down = Math.ceil(rest.length / across) + 2;
  const cells = [];
  for (let row = 0; row < down; row += 1) for (let column = 0; column < across; column += 1) cells.push({ x: (column - (across - 1) / 2) * CELL.width, y: (row - (down - 1) / 2) * CELL.height, free: true });
  /** @type {Map<string, { x: number, y: number }>} */
  const stands = new Map();
  // In the order of a walk along the relations, so that each finds its own already there.
  const queued = new Set();
  const queue = [];
  for (const first of rest) {
    if (queued.has(first.key)) continue;
    queued.add(first.key);
    queue.push(first);
    for (let at = queue.length - 1; at < queue.length; at += 1) {
      for (const key of beside(queue[at]).sort((one, other) => importance(nodes.get(other)) - importance(nodes.get(one)) || (one < other ? -1 : 1))) {
        if (!queued.has(key)) queue.push(nodes.get(key));
        queued.add(key);
      }
    }
  }
  /** @type {Record<string, Place>} */
  const places = {};
  for (const node of queue) {
    const around = beside(node).map((key) => stands.get(key)).filter(Boolean);
    const [x, y] = around.length ? [around.reduce((sum, one) => sum + one.x, 0) / around.length, around.reduce((sum, one) => sum + one.y, 0) / around.length] : [0, 0];
    let best = null;
    for (const cell of cells) {
      if (!cell.free) continue;
      const cost = (cell.x - x) ** 2 + ((cell.y - y) * (upright ? 1.4 : 2)) ** 2 + 0.15 * (cell.x ** 2 + (cell.y * 2) ** 2);
      if (!best || cost < best.cost) best = { cell, cost };
    }
    best.cell.free = false;
    stands.set(node.key, best.cell);
    const shift = isInitiative(node) ? 0 : -CELL.width / 2 + 16;
    places[node.key] = placeAt(node, Math.round(best.cell.x + shift), Math.round(best.cell.y), "right");
  }
  return centred(places);
}

/** The communities of a large network as discs. @returns {Sheet} */
function overview() {
  const { width, height, clusters } = overviewNow();
  /** @type {Record<string, Place>} */
  const places = {};
  for (const { key } of clusters) {
    const node = nodeOf(`cluster/${key}`);
    const { x, y, radius } = node;
    places[node.key] = { x, y, left: x - radius, top: y - radius, width: 2 * radius, height: 2 * radius, radius, side: "inside", lines: [] };
  }
  return { width, height, middle: [0, 0], sectors: [], places };
}

/**
 * The sheet that holds these places, around its middle.
 * @param {Record<string, Place>} places
 * @returns {Sheet}
 */
function centred(places) {
  const list = Object.values(places);
  const left = Math.min(...list.map((place) => place.left));
  const right = Math.max(...list.map((place) => place.left + place.width));
  const top = Math.min(...list.map((place) => place.top));
  const bottom = Math.max(...list.map((place) => place.top + place.height));
  const [dx, dy] = [Math.round((left + right) / 2), Math.round((top + bottom) / 2)];
  for (const place of list) {
    place.x -= dx;
    place.left -= dx;
    place.y -= dy;
    place.top -= dy;
  }
  return { width: right - left + 40, height: bottom - top + 40, middle: [0, 0], sectors: [], places };
}

/** @type {Sheet} */
const EMPTY = { width: 800, height: 500, middle: [0, 0], sectors: [], places: {} };
let last = { what: "", sheet: EMPTY };

/**
 * The sheet of the drawing of the moment, for a wide or an upright place.
 * @param {boolean} upright
 * @returns {Sheet}
 */
export function sheetNow(upright) {
  const own = state.drawing === "neighbourhood" || (overviewNow() && state.cluster);
  if (!own) {
    if (overviewNow()) return overview();
    const { layouts } = DATA.drawings[state.drawing];
    return layouts[upright ? "tall" : "wide"];
  }
  const what = [state.drawing, state.centre, state.cluster, upright, ...[...shown.nodes].sort()].join("\n");
  if (what !== last.what) {
    const sheet = !shown.nodes.size ? EMPTY : state.drawing === "neighbourhood" ? neighbourhood() : community(upright);
    last = { what, sheet };
  }
  return last.sheet;
}

