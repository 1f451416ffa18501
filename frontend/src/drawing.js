// The drawing: vis-network places, pans and draws the lines; shapes and labels are painted here.

import { DATA } from "./data.js";
import { say } from "./elements.js";
import { CHANGES, bands, fieldNumber, strokeOf, strokeSign } from "./encoding.js";
import { changeOf, drawnNow, drawnRelations, importance, isEnded, isInitiative, isOrganisation, neighbour, nodeOf, relationOf, shown, state, timeOf } from "./model.js";
import { FAMILY, FONT, LINE, STRIPE, sheetNow } from "./sheets.js";
import { kindLine, sharedText } from "./signs.js";
import { counted, language, number, roleText, t } from "./words.js";

export const READABLE = 0.82;
export const DIM = 0.15;
export const drawing = (() => {
  const holder = document.getElementById("drawing");
  let network = null;
  let edges = null;
  let places = null;
  let place = "";
  let colours = {};
  let hovered = null;
  let cursor = null;
  let moved = false;
  /** @type {(key: string | null, how: object) => void} */
  let onChoose = () => {};
  /** @type {(cluster: string) => void} */
  let onOpen = () => {};
  let plates = { scale: 0, boxes: [] };
  let lit = null;
  let sheet = null;
  /** Whether a paper is upright, while it is painted on. @type {boolean | null} */
  let paper = null;
  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    colours = { paper: read("paper"), ink: read("ink"), muted: read("muted"), line: read("line"), accent: read("accent"), box: read("box"), changes: { new: read("new"), gone: read("gone"), changed: read("changed") }, fields: [0, 1, 2, 3, 4, 5].map((n) => read(`field-${n}`)) };
  }

  const hue = (n) => colours.fields[n] || colours.fields[0];

  function mixed(colour, share) {
    const parts = /^#(..)(..)(..)$/.exec(colour);
    const base = /^#(..)(..)(..)$/.exec(colours.paper);
    if (!parts || !base) return colours.paper;
    const one = [1, 2, 3].map((i) => Math.round(parseInt(parts[i], 16) * share + parseInt(base[i], 16) * (1 - share)));
    return `rgb(${one.join(",")})`;
  }

  // ---- what is in focus --------------------------------------------------------------------

  function focusKeys() {
    const key = hovered || cursor || (state.highlight || state.selected === state.centre ? null : state.selected);
    if (!key) return state.highlight ? state.highlight.keys : null;
    const keys = new Set();
    const relation = relationOf(key);
    if (relation) {
      keys.add(relation.key).add(relation.from).add(relation.to);
      return keys;
    }
    const node = nodeOf(key);
    if (!node || !shown.nodes.has(key)) return null;
    keys.add(key);
    for (const one of drawnRelations(node)) {
      if (shown.relations.has(one.key)) keys.add(one.key).add(one.from).add(one.to);
    }
    return keys;
  }

  // The lines between the same two bend apart.
  function bendsOf(list) {
    const together = new Map();
    for (const relation of list) {
      const pair = relation.from < relation.to ? `${relation.from}\n${relation.to}` : `${relation.to}\n${relation.from}`;
      together.set(pair, [...(together.get(pair) || []), relation]);
    }
    const bends = new Map();
    for (const siblings of together.values()) {
      siblings.forEach((relation, index) => {
        const bend = (index - (siblings.length - 1) / 2) * 0.16 * (relation.from < relation.to ? 1 : -1);
        bends.set(relation.key, bend ? { enabled: true, type: bend > 0 ? "curvedCW" : "curvedCCW", roundness: Math.min(0.9, Math.abs(bend)) } : false);
      });
    }
    return bends;
  }

  // The colour of a line is that of the action field it belongs to.
  function toneOf(relation) {
    const initiative = [relation.other, relation.one].find(isInitiative);
    return initiative ? hue(bands(initiative)[0].field) : colours.muted;
  }

  function widthOf(relation) {
    if (relation.type === "shared") return Math.min(6, 0.6 + 0.7 * relation.shared.length);
    if (relation.type === "link") return Math.min(14, 0.8 + Math.sqrt(relation.count) / 2);
    return strokeOf(relation).width;
  }

  function edgeLook(relation) {
    const bright = lit && lit.has(relation.key);
    const stroke = strokeOf(relation);
    const over = relation.type === "involvement" && isEnded(relation);
    const unsure = state.date && ["unsure", "undated"].includes(timeOf(relation));
    const change = colours.changes[changeOf(relation)];
    const rest = change ? 1 : DATA.difference ? 0.3 : over || unsure ? 0.4 : relation.type === "shared" ? Math.min(0.8, 0.12 + 0.16 * relation.shared.length) : relation.type === "link" ? 0.55 : 0.8;
    return {
      id: relation.key,
      dashes: stroke.dashes.length ? stroke.dashes : false,
      width: widthOf(relation) * (bright ? 1.5 : 1),
      color: { color: change || (bright ? colours.ink : mixed(DATA.difference ? colours.muted : toneOf(relation), 0.75)), opacity: lit ? (bright ? (over ? 0.6 : 0.95) : DIM * 0.7) : rest, inherit: false },
      arrows: relation.phase === "planned" ? { to: { enabled: true, type: "vee", scaleFactor: 0.55 } } : { to: { enabled: false } },
    };
  }

  let drawn = "";
  let boxes = /** @type {Map<string, Place>} */ (new Map());

  // Hand vis-network what is to be drawn now; the looks alone change on hover.
  function load() {
    turn();
    const keys = [...shown.nodes].filter((key) => sheet.places[key]).sort();
    const lines = [...shown.relations].filter((key) => {
      const { from, to } = relationOf(key);
      return sheet.places[from] && sheet.places[to];
    }).sort();
    const now = [what(), ...keys, "", ...lines].join("\n");
    if (now === drawn) return;
    drawn = now;
    // First what is painted from, as clearing paints: communities of another drawing are no more.
    boxes = new Map();
    for (const key of keys) {
      nodeOf(key).place = sheet.places[key];
      boxes.set(key, sheet.places[key]);
    }
    edges.clear();
    places.clear();
    const list = lines.map((key) => drawnNow().get(key));
    const bends = bendsOf(list);
    places.add(keys.map((key) => ({ id: key, x: sheet.places[key].x, y: sheet.places[key].y })));
    edges.add(list.map((relation) => ({ from: relation.from, to: relation.to, smooth: bends.get(relation.key), physics: false, ...edgeLook(relation) })));
  }

  const what = () => [state.drawing, state.centre, state.cluster, sheet === null ? "" : sheet.width].join(" ");

  function refresh() {
    if (!network) return;
    const before = place;
    place = [state.drawing, state.centre, state.cluster].join(" ");
    lit = focusKeys();
    plates.scale = 0;
    load();
    edges.update(edges.getIds().map((key) => edgeLook(drawnNow().get(key))));
    if (before !== place) fit();
    network.redraw();
  }

  // ---- painting ----------------------------------------------------------------------------

  const isLit = (key) => !lit || lit.has(key);

  function rounded(ctx, x, y, width, height, radius) {
    ctx.beginPath();
    ctx.roundRect(x, y, width, height, radius);
  }

  // The titles' places: grown when zoomed out, so that they stay readable, and moved apart then.
  function titlesAt(scale) {
    const grown = Math.min(2.4, Math.max(1, READABLE / scale));
    const placed = [];
    for (const sector of sheet.sectors) {
      const [x, y, w, h] = sector.title;
      const [width, height] = [w * grown, h * grown];
      const box = { sector, grown, width, height, left: Math.max(-sheet.width / 2, Math.min(x, sheet.width / 2 - width)), top: Math.min(y, sheet.height / 2 - height) };
      const covered = () => placed.some((other) => box.left < other.left + other.width && other.left < box.left + width && box.top < other.top + other.height && other.top < box.top + height);
      while (covered()) box.top -= 16 * grown;
      placed.push(box);
    }
    return placed;
  }

  function paintGround(ctx) {
    const { sectors, middle } = sheet;
    const dark = document.documentElement.dataset.theme === "dark";
    for (const sector of sectors) {
      ctx.beginPath();
      sector.outline.forEach(([x, y], index) => (index ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
      ctx.closePath();
      ctx.fillStyle = mixed(hue(fieldNumber(sector.slug)), dark ? 0.1 : 0.07);
      ctx.fill();
      ctx.strokeStyle = colours.paper;
      ctx.lineWidth = 8;
      ctx.stroke();
    }
    if (sectors.length) {
      ctx.beginPath();
      ctx.ellipse(0, 0, middle[0] * 1.12, middle[1] * 1.12, 0, 0, 2 * Math.PI);
      ctx.fillStyle = colours.paper;
      ctx.fill();
    }
    for (const { sector, left, top, grown } of titlesAt(network.getScale())) {
      const lines = sector.titles[language];
      const width = sector.title[2];
      const n = fieldNumber(sector.slug);
      ctx.save();
      ctx.translate(left, top);
      ctx.scale(grown, grown);
      ctx.globalAlpha = lit ? 0.5 : 1;
      ctx.textBaseline = "middle";
      if (state.drawing === "organisation-initiative") {
        rounded(ctx, 2, 2, 17, 17, 4);
        ctx.fillStyle = hue(n);
        ctx.fill();
        ctx.fillStyle = colours.paper;
        ctx.font = `600 11px ${FAMILY}`;
        ctx.textAlign = "center";
        ctx.fillText(n ? String(n) : "–", 10.5, 11);
      }
      ctx.fillStyle = n ? hue(n) : colours.muted;
      ctx.font = `600 12.5px ${FAMILY}`;
      ctx.textAlign = "left";
      lines.forEach((line, index) => ctx.fillText(line, 24, 11 + index * 16, width - 24));
      ctx.restore();
    }
  }

  function paintInitiative(ctx, node, labelled) {
    const { left, top, width, height, lines } = node.place;
    const parts = bands(node);
    const main = hue(parts[0].field);
    if (!labelled) {
      // Too small for its name: a chip with the digit of its field.
      rounded(ctx, node.place.x - 19, node.place.y - 13, 38, 26, 7);
      ctx.fillStyle = main;
      ctx.fill();
      ctx.fillStyle = colours.paper;
      ctx.font = `600 17px ${FAMILY}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(parts.map(({ mark }) => mark).join(" "), node.place.x, node.place.y + 1, 34);
      return;
    }
    rounded(ctx, left, top, width, height, 5);
    ctx.fillStyle = colours.box;
    ctx.fill();
    ctx.save();
    ctx.clip();
    ctx.fillStyle = mixed(main, 0.12);
    ctx.fillRect(left, top, width, height);
    ctx.font = `600 10px ${FAMILY}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    parts.forEach((part, index) => {
      const piece = height / parts.length;
      ctx.fillStyle = hue(part.field);
      ctx.fillRect(left, top + index * piece, STRIPE, piece + 0.5);
      ctx.fillStyle = colours.paper;
      if (piece >= 10) ctx.fillText(part.mark, left + STRIPE / 2, top + (index + 0.5) * piece + 0.5);
    });
    ctx.restore();
    rounded(ctx, left, top, width, height, 5);
    ctx.strokeStyle = main;
    ctx.lineWidth = 1.2;
    if (node.status === "planned" || node.status === "announced") ctx.setLineDash([4, 3]);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = colours.ink;
    ctx.font = `600 ${FONT}px ${FAMILY}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    const middle = top + height / 2 + 0.5;
    lines.forEach((line, index) => ctx.fillText(line, left + STRIPE + 7, middle + (index - (lines.length - 1) / 2) * LINE, width - STRIPE - 12));
  }

  let largest = { measure: null, value: 1 };

  // On request the size of a disc tells how much an organisation stands between others.
  function radiusOf(node) {
    const { radius } = node.place;
    const measure = state.size === "betweenness" ? DATA.drawings[state.drawing]?.measures?.betweenness : null;
    if (!measure || !isOrganisation(node)) return radius;
    if (largest.measure !== measure) largest = { measure, value: Object.values(measure).reduce((most, one) => Math.max(most, one), 0) || 1 };
    return 5 + 17 * Math.sqrt((measure[node.key] || 0) / largest.value);
  }

  function paintOrganisation(ctx, node, labelled) {
    const { x, y } = node.place;
    const radius = radiusOf(node);
    if (node.consortium) {
      ctx.beginPath();
      ctx.arc(x, y, radius + 3.5, 0, 2 * Math.PI);
      ctx.fillStyle = colours.paper;
      ctx.fill();
      ctx.strokeStyle = colours.ink;
      ctx.lineWidth = 1.3;
      ctx.stroke();
    }
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = node.consortium ? colours.ink : colours.box;
    ctx.fill();
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = 1.3;
    ctx.stroke();
    ctx.save();
    const scale = (radius * 1.36) / 24;
    ctx.translate(x - 12 * scale, y - 12 * scale);
    ctx.scale(scale, scale);
    ctx.strokeStyle = node.consortium ? colours.paper : colours.ink;
    ctx.lineWidth = Math.min(2, 1.25 / scale);
    ctx.lineJoin = "round";
    ctx.lineCap = "round";
    strokeSign(ctx, node.kind);
    ctx.restore();
    if (labelled) paintLabel(ctx, node, Math.max(radius, node.place.radius));
  }

  function paintLabel(ctx, node, radius) {
    const { x, y, side, lines, width } = node.place;
    const away = radius + (node.consortium ? 8 : 5);
    ctx.font = `${node.consortium ? 600 : 400} ${FONT}px ${FAMILY}`;
    ctx.textAlign = side === "left" ? "right" : "left";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    const at = side === "left" ? x - away : x + away;
    lines.forEach((line, index) => {
      const height = y + 0.5 + (index - (lines.length - 1) / 2) * LINE;
      ctx.strokeStyle = colours.paper;
      ctx.lineWidth = 3;
      ctx.strokeText(line, at, height, width - radius);
      ctx.fillStyle = colours.ink;
      ctx.fillText(line, at, height, width - radius);
    });
  }

  function paintPerson(ctx, node, labelled) {
    const { x, y, radius } = node.place;
    ctx.beginPath();
    ctx.moveTo(x, y - radius);
    ctx.lineTo(x + radius, y);
    ctx.lineTo(x, y + radius);
    ctx.lineTo(x - radius, y);
    ctx.closePath();
    ctx.fillStyle = colours.box;
    ctx.fill();
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = 1.3;
    ctx.stroke();
    if (labelled) paintLabel(ctx, node, radius);
  }

  function paintEvent(ctx, node, labelled) {
    const { x, y, radius } = node.place;
    ctx.beginPath();
    ctx.rect(x - radius, y - radius, 2 * radius, 2 * radius);
    ctx.fillStyle = colours.accent;
    ctx.fill();
    ctx.strokeStyle = colours.paper;
    ctx.lineWidth = 1.3;
    ctx.stroke();
    if (node.status === "announced" || node.status === "planned") {
      ctx.fillStyle = colours.box;
      ctx.fill();
      ctx.strokeStyle = colours.accent;
      ctx.setLineDash([3, 2]);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    if (labelled) paintLabel(ctx, node, radius);
  }

  function clusterText(node) {
    const some = Object.entries(node.counts).filter(([, n]) => n).map(([group, n]) => counted(`n.${group}s`, n));
    return [node.names[language], ...some];
  }

  function wrapped(ctx, text, room) {
    const lines = [];
    for (const word of text.split(" ")) {
      const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
      if (lines.length && ctx.measureText(longer).width <= room) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  }

  // No more lines than there is room for, and none wider; what is left out shows as “…”.
  function clipped(ctx, lines, most, room) {
    const kept = lines.slice(0, most);
    return kept.map((line, at) => {
      let text = at === kept.length - 1 && lines.length > most ? `${line} …` : line;
      while (text.length > 2 && ctx.measureText(text).width > room * 1.06) text = `${text.replace(/ ?…$/, "").slice(0, -1)}…`;
      return text;
    });
  }

  function paintCluster(ctx, node) {
    const { x, y, radius } = node.place;
    const scale = network.getScale();
    const tone = hue(fieldNumber(node.action_fields[0] || ""));
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = mixed(tone, 0.16);
    ctx.fill();
    ctx.strokeStyle = tone;
    ctx.lineWidth = 1.6 / Math.min(1, scale);
    ctx.stroke();
    const size = Math.max(FONT, 11 / scale);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    const room = (2 * radius) / size > 5 ? radius * 1.8 : 0;
    if (!room) return;
    const most = Math.max(2, Math.floor((1.7 * radius) / (size * 1.25)));
    const [name, ...some] = clusterText(node);
    const fonts = [`600 ${size}px ${FAMILY}`, `400 ${size}px ${FAMILY}`];
    ctx.font = fonts[1];
    let told = some.flatMap((text) => wrapped(ctx, text, room));
    ctx.font = fonts[0];
    const lines = wrapped(ctx, name, room);
    // Where not all counts have room beside the name, one number does.
    if (most - told.length < Math.min(2, lines.length)) told = [number(node.members.length)];
    const called = clipped(ctx, lines, most - told.length, room);
    [...called, ...told].forEach((text, at, all) => {
      ctx.font = fonts[at < called.length ? 0 : 1];
      ctx.fillStyle = colours.ink;
      ctx.fillText(text, x, y + (at - (all.length - 1) / 2) * size * 1.25, 1.94 * radius);
    });
  }

  const PAINTERS = { initiative: paintInitiative, organisation: paintOrganisation, person: paintPerson, event: paintEvent, cluster: paintCluster };

  // When zoomed out, labels keep a readable size on plates of their own; what would cover
  // something more important waits until there is room.
  function platesAt(ctx, scale) {
    if (Math.abs(plates.scale - scale) < 1e-6) return plates;
    const size = 11 / scale;
    const taken = titlesAt(scale);
    const kept = [];
    ctx.font = `600 ${size}px ${FAMILY}`;
    const order = Array.from(boxes.keys(), (key) => nodeOf(key)).filter(({ group }) => group !== "cluster").sort((one, other) => (lit ? isLit(other.key) - isLit(one.key) : 0) || importance(other) - importance(one) || (one.key < other.key ? -1 : 1));
    for (const node of order) {
      if (!isLit(node.key)) continue;
      const { x, y, radius, side, lines } = node.place;
      const width = Math.max(...lines.map((line) => ctx.measureText(line).width)) + size * 0.6;
      const height = lines.length * size * 1.2 + size * 0.3;
      const gap = radius + (node.consortium ? 5 : 2);
      const half = sheet.width / 2 + 6 / scale;
      const left = side === "left" ? x - gap - width >= -half : x + gap + width > half && x - gap - width >= -half;
      const free = left ? x - gap - width / 2 : x + gap + width / 2;
      const centre = isInitiative(node) ? Math.max(width / 2 - half, Math.min(half - width / 2, x)) : free;
      const box = { node, left: centre - width / 2, top: y - height / 2, width, height, size };
      const pad = size * 0.2;
      if (taken.some((other) => box.left - pad < other.left + other.width && other.left < box.left + width + pad && box.top - pad < other.top + other.height && other.top < box.top + height + pad)) continue;
      taken.push(box);
      if (radius) taken.push({ left: x - gap, top: y - gap, width: 2 * gap, height: 2 * gap });
      kept.push(box);
    }
    plates = { scale, boxes: kept };
    return plates;
  }

  function paintPlates(ctx, scale) {
    for (const { node, left, top, width, height, size } of platesAt(ctx, scale).boxes) {
      ctx.globalAlpha = 1;
      rounded(ctx, left, top, width, height, size * 0.3);
      ctx.fillStyle = isInitiative(node) ? mixed(hue(bands(node)[0].field), 0.14) : colours.paper;
      ctx.globalAlpha = isInitiative(node) ? 1 : 0.85;
      ctx.fill();
      ctx.globalAlpha = 1;
      if (isInitiative(node)) {
        ctx.strokeStyle = hue(bands(node)[0].field);
        ctx.lineWidth = size / 11;
        ctx.stroke();
      }
      ctx.font = `600 ${size}px ${FAMILY}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillStyle = colours.ink;
      const { lines } = node.place;
      lines.forEach((line, index) => ctx.fillText(line, left + width / 2, top + height / 2 + (index - (lines.length - 1) / 2) * size * 1.2));
    }
  }

  // What became of a node between two states: a sign at its corner, and a rim in the stroke of lines.
  function paintChange(ctx, node, labelled, scale) {
    const { kind, sign, dashes } = CHANGES[changeOf(node)];
    if (!sign) return;
    const { x, y, left, top, width, height, side } = node.place;
    const plate = labelled ? null : plates.boxes.find((one) => one.node === node);
    const radius = isOrganisation(node) ? radiusOf(node) : node.place.radius;
    // Never smaller than can be told on the screen, nor larger than what it stands on.
    const unit = labelled ? 1 : 0.75 / Math.min(1, scale);
    const box = isInitiative(node) ? (labelled ? { left, top, width, height } : plate || { left: x - 19, top: y - 13, width: 38, height: 26 }) : null;
    ctx.strokeStyle = colours.changes[kind];
    ctx.lineWidth = 2.2 * unit;
    ctx.setLineDash(dashes.map((dash) => 0.6 * dash * unit));
    if (box) rounded(ctx, box.left, box.top, box.width, box.height, 5);
    else {
      ctx.beginPath();
      ctx.arc(x, y, radius + (node.consortium ? 6 : 3), 0, 2 * Math.PI);
    }
    ctx.stroke();
    ctx.setLineDash([]);
    const far = radius + (node.consortium ? 5 : 2);
    const [atX, atY] = box ? [box.left, box.top] : [x + (side === "left" ? 0.75 : -0.75) * far, y - 0.75 * far];
    ctx.beginPath();
    ctx.arc(atX, atY, 7.5 * unit, 0, 2 * Math.PI);
    ctx.fillStyle = colours.changes[kind];
    ctx.fill();
    ctx.strokeStyle = colours.paper;
    ctx.lineWidth = 1.2 * unit;
    ctx.stroke();
    ctx.fillStyle = colours.paper;
    ctx.font = `700 ${13 * unit}px ${FAMILY}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(sign, atX, atY + 0.5 * unit);
  }

  function paintRing(ctx, key, dashed) {
    if (!boxes.has(key)) return;
    const { left, top, width, height } = boxes.get(key);
    const scale = network.getScale();
    const pad = 4 / Math.min(1, scale);
    rounded(ctx, left - pad, top - pad, width + 2 * pad, height + 2 * pad, 7);
    ctx.strokeStyle = colours.accent;
    ctx.lineWidth = 2.2 / scale;
    ctx.setLineDash(dashed ? [5 / scale, 3 / scale] : []);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  function wordOf(relation) {
    const { sign } = CHANGES[changeOf(relation)];
    const word = plainWordOf(relation);
    return word && sign ? `${sign} ${word}` : word || sign;
  }

  function plainWordOf(relation) {
    if (relation.type === "link") return counted("n.relations", relation.count);
    if (relation.type === "shared") return sharedText(relation.shared);
    return relation.type === "affiliation" ? relation.via?.function || "" : roleText(relation.role);
  }

  // The word of each relation in focus, on its line, where it covers nothing.
  function paintWords(ctx) {
    if (!lit || network.getScale() < 0.6) return;
    const bright = edges.getIds().filter((key) => lit.has(key)).map((key) => drawnNow().get(key));
    if (bright.length > 40) return;
    /** @type {{ left: number, top: number, width: number, height: number }[]} */
    const taken = [...lit].filter((key) => boxes.has(key)).map((key) => boxes.get(key));
    ctx.font = `400 10.5px ${FAMILY}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const relation of bright) {
      const edge = network.body.edges[relation.key];
      if (!edge || !edge.edgeType || !edge.connected) continue;
      const text = wordOf(relation);
      if (!text) continue;
      const width = ctx.measureText(text).width + 8;
      for (const share of [0.5, 0.4, 0.6, 0.3, 0.7]) {
        const point = edge.edgeType.getPoint(share);
        const box = { left: point.x - width / 2, top: point.y - 8, width, height: 16 };
        if (taken.some((other) => box.left < other.left + other.width + 2 && other.left < box.left + width + 2 && box.top < other.top + other.height + 1 && other.top < box.top + 17)) continue;
        taken.push(box);
        rounded(ctx, box.left, box.top, width, 16, 8);
        ctx.fillStyle = colours.paper;
        ctx.fill();
        ctx.strokeStyle = colours.line;
        ctx.lineWidth = 0.8;
        ctx.stroke();
        ctx.fillStyle = colours.ink;
        ctx.fillText(text, point.x, point.y + 0.5);
        break;
      }
    }
  }

  // What is dimmed still hides the lines beneath it.
  function paintBase(ctx, node, labelled) {
    if (!labelled && isInitiative(node)) return;
    const { x, y, left, top, width, height, radius } = node.place;
    if (radius) {
      ctx.beginPath();
      ctx.arc(x, y, radius + (node.consortium ? 3.5 : 0), 0, 2 * Math.PI);
    } else rounded(ctx, left, top, width, height, 5);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colours.paper;
    ctx.fill();
  }

  function paintNodes(ctx) {
    const scale = network.getScale();
    const labelled = scale >= READABLE;
    for (const key of boxes.keys()) {
      const node = nodeOf(key);
      if (!isLit(key)) paintBase(ctx, node, labelled);
      ctx.globalAlpha = isLit(key) ? 1 : DIM;
      PAINTERS[node.group](ctx, node, labelled);
    }
    ctx.globalAlpha = 1;
    if (!labelled) paintPlates(ctx, scale);
    if (DATA.difference) {
      for (const key of boxes.keys()) {
        ctx.globalAlpha = isLit(key) ? 1 : DIM;
        paintChange(ctx, nodeOf(key), labelled, scale);
      }
      ctx.globalAlpha = 1;
    }
    paintWords(ctx);
    if (state.selected) paintRing(ctx, state.selected, false);
    if (cursor) paintRing(ctx, cursor, true);
  }

  // ---- moving ------------------------------------------------------------------------------

  // The sheet is wide or tall, as the place for it is.
  function turn() {
    if (!holder.clientWidth && sheet && paper === null) return;
    sheet = sheetNow(paper ?? holder.clientWidth < holder.clientHeight * 1.1);
    plates.scale = 0;
  }

  function fit() {
    if (!network || !holder.clientWidth) return;
    load();
    const { width, height } = sheet;
    const pad = holder.clientWidth < 600 ? 8 : 16;
    const scale = Math.min((holder.clientWidth - 2 * pad) / width, (holder.clientHeight - 2 * pad) / height, 1.35);
    network.moveTo({ position: { x: 0, y: 0 }, scale: Math.max(scale, 0.05) });
    moved = false;
  }

  function zoom(factor) {
    if (!network) return;
    moved = true;
    network.moveTo({ scale: Math.min(4, Math.max(0.1, network.getScale() * factor)), animation: still() ? false : { duration: 160, easingFunction: "easeInOutQuad" } });
  }

  // Bring a node and what it is linked to into sight, readable if that can be had.
  function show(key) {
    const relation = relationOf(key);
    const node = relation ? relation.other : nodeOf(key);
    if (!network || !node || !holder.clientWidth) return;
    if (!boxes.has(node.key) || (relation && !boxes.has(relation.from))) return;
    const around = relation ? [relation.one] : drawnRelations(node).filter((one) => shown.relations.has(one.key)).map((one) => neighbour(one, node));
    const edgesOf = (list) => ({
      left: Math.min(...list.map(({ place }) => place.left)), top: Math.min(...list.map(({ place }) => place.top)),
      right: Math.max(...list.map(({ place }) => place.left + place.width)), bottom: Math.max(...list.map(({ place }) => place.top + place.height)),
    });
    const now = network.getScale();
    const [wide, high] = [holder.clientWidth - 48, holder.clientHeight - 48];
    const centre = network.getViewPosition();
    const seen = (box) => Math.abs((box.left + box.right) / 2 - centre.x) + (box.right - box.left) / 2 <= wide / now / 2 && Math.abs((box.top + box.bottom) / 2 - centre.y) + (box.bottom - box.top) / 2 <= high / now / 2;
    const whole = edgesOf([node, ...around]);
    if (seen(whole) && now >= READABLE) return;
    const own = edgesOf([node]);
    const fitting = Math.min(wide / (whole.right - whole.left), high / (whole.bottom - whole.top));
    const scale = Math.max(READABLE + 0.005, Math.min(now, fitting));
    // The middle of all of it, but never so that the chosen one itself is out of sight.
    const middle = (low, high, from, until, room) => {
      const half = Math.max(room / scale / 2, (until - from) / 2);
      return Math.max(until - half, Math.min(from + half, (low + high) / 2));
    };
    const x = middle(whole.left, whole.right, own.left, own.right, wide);
    const y = middle(whole.top, whole.bottom, own.top, own.bottom, high);
    // Not further than the sheet's rim, so that no half-empty picture comes up.
    const clamp = (value, size, room) => {
      const slack = Math.max(0, (size - room / scale) / 2 + 24);
      return Math.max(-slack, Math.min(slack, value));
    };
    moved = true;
    network.moveTo({
      position: { x: clamp(x, sheet.width, holder.clientWidth), y: clamp(y, sheet.height, holder.clientHeight) },
      scale, animation: still() ? false : { duration: 260, easingFunction: "easeInOutQuad" },
    });
  }

  function at(point) {
    const pad = 3;
    let found = null;
    for (const [key, { left, top, width, height }] of boxes) {
      if (point.x >= left - pad && point.x <= left + width + pad && point.y >= top - pad && point.y <= top + height + pad) found = key;
    }
    return found;
  }

  // ---- keyboard ----------------------------------------------------------------------------

  function announce(key) {
    const node = nodeOf(key);
    const count = drawnRelations(node).filter((relation) => shown.relations.has(relation.key)).length;
    const became = changeOf(node) === "same" ? "" : `, ${t(`change.${changeOf(node)}`)}`;
    say(t("announce.node", { name: node.names ? node.names[language] : node.label, kind: kindLine(node) + became, relations: counted("n.relations", count) }));
  }

  function step(dx, dy) {
    const keys = [...boxes.keys()];
    if (!keys.length) return;
    const from = nodeOf(cursor || (boxes.has(state.selected) ? state.selected : ""));
    if (!from) {
      moveCursor(keys.map((one) => nodeOf(one)).sort((one, other) => importance(other) - importance(one) || (one.key < other.key ? -1 : 1))[0].key);
      return;
    }
    const middle = (node) => [node.place.left + node.place.width / 2, node.place.top + node.place.height / 2];
    const [x, y] = middle(from);
    const linked = new Set(drawnRelations(from).map((relation) => neighbour(relation, from).key));
    let best = null;
    for (const key of keys) {
      if (key === from.key) continue;
      const [toX, toY] = middle(nodeOf(key));
      const along = (toX - x) * dx + (toY - y) * dy;
      const aside = Math.abs((toX - x) * dy) + Math.abs((toY - y) * dx);
      if (along <= 0 || aside > along * 2) continue;
      const cost = (along + aside * 1.5) * (linked.has(key) ? 0.6 : 1);
      if (!best || cost < best.cost) best = { key, cost };
    }
    if (best) moveCursor(best.key);
  }

  let around = { of: null, index: -1 };
  function nextLinked(direction) {
    const centre = nodeOf(around.of && cursor && around.at === cursor ? around.of : cursor || state.selected);
    if (!centre) return;
    const keys = [...new Set(drawnRelations(centre).filter((relation) => shown.relations.has(relation.key)).map((relation) => neighbour(relation, centre).key))];
    if (!keys.length) return;
    const index = around.of === centre.key ? (around.index + direction + keys.length) % keys.length : 0;
    moveCursor(keys[index]);
    around = { of: centre.key, index, at: keys[index] };
  }

  function moveCursor(key) {
    cursor = key;
    around = { of: null, index: -1 };
    hovered = null;
    refresh();
    show(key);
    announce(key);
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key in ARROWS) step(ARROWS[key][0], ARROWS[key][1]);
    else if (key === "Enter" || key === " ") {
      const chosen = cursor;
      if (!chosen) return;
      cursor = null;
      take(chosen, { focus: true });
    } else if (key === "n" || key === "N") nextLinked(event.shiftKey ? -1 : 1);
    else if (key === "+") zoom(1.25);
    else if (key === "-") zoom(0.8);
    else if (key === "0") fit();
    else if (key === "Escape") {
      if (!cursor) return;
      cursor = null;
      refresh();
      event.stopPropagation();
      event.preventDefault();
      return;
    } else return;
    event.preventDefault();
  }

  // ---- start -------------------------------------------------------------------------------

  // A community opens; everything else is chosen.
  function take(key, how) {
    if (nodeOf(key)?.group === "cluster") onOpen(key);
    else onChoose(key, how);
  }

  /**
   * Start the drawing.
   * @param {(key: string | null, how: object) => void} choose
   * @param {(cluster: string) => void} open opens a community of the overview
   */
  function start(choose, open) {
    onChoose = choose;
    onOpen = open;
    readColours();
    const GONE = { radius: 0, width: 0, height: 0 };
    const paintNothing = ({ id }) => {
      const { radius, width, height } = boxes.get(id) || GONE;
      return { drawNode() {}, nodeDimensions: radius ? { width: 2 * radius, height: 2 * radius } : { width, height } };
    };
    edges = new vis.DataSet();
    places = new vis.DataSet();
    const options = {
      autoResize: true,
      physics: false,
      layout: { improvedLayout: false },
      nodes: { shape: "custom", ctxRenderer: paintNothing, chosen: false, fixed: true, borderWidth: 0 },
      edges: { chosen: false, selectionWidth: 0, hoverWidth: 0, arrowStrikethrough: false },
      interaction: { dragNodes: false, selectable: false, hover: false, keyboard: false, zoomSpeed: 0.6, tooltipDelay: 1e9 },
    };
    network = new vis.Network(holder, { nodes: places, edges }, options);
    for (const canvas of holder.querySelectorAll("canvas")) canvas.setAttribute("aria-hidden", "true");
    // vis-network makes its own frame a tab stop; the network has one already.
    for (const frame of holder.querySelectorAll("[tabindex]")) frame.setAttribute("tabindex", "-1");
    network.on("beforeDrawing", paintGround);
    network.on("afterDrawing", paintNodes);
    network.on("click", ({ pointer }) => {
      cursor = null;
      const key = at(pointer.canvas);
      if (key) return take(key, {});
      const edge = network.getEdgeAt(pointer.DOM);
      const relation = edge && drawnNow().get(edge);
      return onChoose(relation && relation.type !== "link" ? edge : null, {});
    });
    for (const name of ["dragStart", "zoom"]) network.on(name, () => (moved = true));
    network.on("resize", () => {
      plates.scale = 0;
      if (!moved && !state.selected) requestAnimationFrame(fit);
    });
    holder.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch" || event.buttons) return;
      const frame = holder.getBoundingClientRect();
      const key = at(network.DOMtoCanvas({ x: event.clientX - frame.left, y: event.clientY - frame.top }));
      holder.classList.toggle("over", Boolean(key));
      if (key === hovered) return;
      hovered = key;
      refresh();
    });
    holder.addEventListener("pointerleave", () => {
      if (!hovered) return;
      hovered = null;
      refresh();
    });
    holder.addEventListener("keydown", onKey);
    holder.addEventListener("blur", () => {
      if (!cursor) return;
      cursor = null;
      refresh();
    });
    refresh();
  }

  // Where every label is on the screen now: what the tests measure.
  function labelBoxes() {
    const scale = network.getScale();
    const list = scale >= READABLE ? [...boxes].map(([key, box]) => ({ node: nodeOf(key), ...box })) : platesAt(network.canvas.getContext(), scale).boxes;
    return list.map(({ node, left, top, width, height, size }) => {
      const corner = network.canvasToDOM({ x: left, y: top });
      return { key: node.key, left: corner.x, top: corner.y, width: width * scale, height: height * scale, font: (size || FONT) * scale };
    });
  }

  /**
   * Paint the drawing once more by the same hands, onto another surface.
   * @param {any} ctx a canvas context, or one that records SVG
   * @param {{ whole?: boolean, upright?: boolean | null, ratio?: number }} how whole: the whole sheet instead of what is in sight; upright: the form of the sheet
   * @returns {{ width: number, height: number }} the size of what was painted
   */
  function paintOnto(ctx, { whole = false, upright = null, ratio = 1 } = {}) {
    const { canvas, body, renderer } = network;
    const kept = { hovered, cursor, scale: body.view.scale, translation: { ...body.view.translation } };
    [hovered, cursor] = [null, null];
    paper = upright;
    load();
    const size = whole ? { width: Math.ceil(sheet.width + 24), height: Math.ceil(sheet.height + 24) } : { width: holder.clientWidth, height: holder.clientHeight };
    if (whole) {
      body.view.scale = 1;
      body.view.translation = { x: size.width / 2, y: size.height / 2 };
    }
    lit = focusKeys();
    plates.scale = 0;
    canvas.getContext = () => ctx;
    canvas.setTransform = () => ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    try {
      renderer._redraw();
    } finally {
      delete canvas.getContext;
      delete canvas.setTransform;
      [hovered, cursor] = [kept.hovered, kept.cursor];
      body.view.scale = kept.scale;
      body.view.translation = kept.translation;
      plates.scale = 0;
      paper = null;
      refresh();
    }
    return size;
  }

  return {
    start, fit, zoom, show, refresh, labelBoxes, paintOnto,
    /** What the legend's colours and signs are drawn with. */
    palette: () => colours,
    isStarted: () => Boolean(network),
    wasMoved: () => moved,
    cursor: () => cursor,
    recolour() {
      readColours();
      refresh();
    },
    point(key) {
      const { left, top, width, height } = boxes.get(key);
      const point = network.canvasToDOM({ x: left + width / 2, y: top + height / 2 });
      const frame = holder.getBoundingClientRect();
      return { x: point.x + frame.left, y: point.y + frame.top };
    },
  };
})();
