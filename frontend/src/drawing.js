// The drawing: vis-network places, pans and draws the lines; shapes and labels are painted here.

import { DATA } from "./data.js";
import { say } from "./elements.js";
import { SIGN_PATHS, bands, fieldNumber, strokeOf } from "./encoding.js";
import { importance, isInitiative, neighbour, nodes, relations, shown, state } from "./model.js";
import { kindLine } from "./signs.js";
import { counted, language, roleText, t } from "./words.js";

export const FONT = 11.5;
export const LINE = 14;
export const STRIPE = 16;
export const READABLE = 0.82;
export const FAMILY = '"Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif';
export const DIM = 0.15;
export const drawing = (() => {
  const holder = document.getElementById("drawing");
  let network = null;
  let edges = null;
  let places = null;
  let colours = {};
  let hovered = null;
  let cursor = null;
  let moved = false;
  /** @type {(key: string | null, how: object) => void} */
  let onChoose = () => {};
  let plates = { scale: 0, boxes: [] };
  let lit = null;
  let sheet = null;
  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    colours = { paper: read("paper"), ink: read("ink"), muted: read("muted"), line: read("line"), accent: read("accent"), box: read("box"), fields: [0, 1, 2, 3, 4, 5].map((n) => read(`field-${n}`)) };
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
    const key = hovered || cursor || state.selected;
    if (!key) return null;
    const keys = new Set();
    if (relations.has(key)) {
      const relation = relations.get(key);
      keys.add(relation.key).add(relation.from).add(relation.to);
      return keys;
    }
    const node = nodes.get(key);
    if (!node || !shown.nodes.has(key)) return null;
    keys.add(key);
    for (const relation of node.relations) {
      if (shown.relations.has(relation.key)) keys.add(relation.key).add(relation.from).add(relation.to);
    }
    return keys;
  }

  function edgeLook(relation) {
    const bright = lit && lit.has(relation.key);
    const initiative = isInitiative(relation.other) ? relation.other : relation.one;
    const stroke = strokeOf(relation);
    const rest = relation.phase === "ended" ? 0.4 : 0.8;
    return {
      id: relation.key,
      hidden: !shown.relations.has(relation.key),
      dashes: stroke.dashes.length ? stroke.dashes : false,
      width: stroke.width * (bright ? 1.5 : 1),
      color: { color: bright ? colours.ink : mixed(hue(bands(initiative)[0].field), 0.75), opacity: lit ? (bright ? (relation.phase === "ended" ? 0.6 : 0.95) : DIM * 0.7) : rest, inherit: false },
      arrows: relation.phase === "planned" ? { to: { enabled: true, type: "vee", scaleFactor: 0.55 } } : { to: { enabled: false } },
    };
  }

  function refresh() {
    if (!network) return;
    lit = focusKeys();
    plates.scale = 0;
    edges.update([...relations.values()].map(edgeLook));
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
      rounded(ctx, 2, 2, 17, 17, 4);
      ctx.fillStyle = hue(n);
      ctx.fill();
      ctx.fillStyle = colours.paper;
      ctx.font = `600 11px ${FAMILY}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(n ? String(n) : "–", 10.5, 11);
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

  function paintOrganisation(ctx, node, labelled) {
    const { x, y, radius, side, lines, width } = node.place;
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
    ctx.stroke(SIGN_PATHS[node.kind] || SIGN_PATHS[""]);
    ctx.restore();
    if (!labelled) return;
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

  // When zoomed out, labels keep a readable size on plates of their own; what would cover
  // something more important waits until there is room.
  function platesAt(ctx, scale) {
    if (Math.abs(plates.scale - scale) < 1e-6) return plates;
    const size = 11 / scale;
    const taken = titlesAt(scale);
    const boxes = [];
    ctx.font = `600 ${size}px ${FAMILY}`;
    const order = [...shown.nodes].map((key) => nodes.get(key)).sort((one, other) => (lit ? isLit(other.key) - isLit(one.key) : 0) || importance(other) - importance(one) || (one.key < other.key ? -1 : 1));
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
      boxes.push(box);
    }
    plates = { scale, boxes };
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

  function paintRing(ctx, key, dashed) {
    const node = nodes.get(key);
    if (!node || !shown.nodes.has(key)) return;
    const { left, top, width, height } = node.place;
    const scale = network.getScale();
    const pad = 4 / Math.min(1, scale);
    rounded(ctx, left - pad, top - pad, width + 2 * pad, height + 2 * pad, 7);
    ctx.strokeStyle = colours.accent;
    ctx.lineWidth = 2.2 / scale;
    ctx.setLineDash(dashed ? [5 / scale, 3 / scale] : []);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  // The word of each relation in focus, on its line, where it covers nothing.
  function paintWords(ctx) {
    if (!lit || network.getScale() < 0.6) return;
    const bright = [...relations.values()].filter((relation) => lit.has(relation.key) && shown.relations.has(relation.key));
    if (bright.length > 40) return;
    const taken = [...lit].filter((key) => nodes.has(key)).map((key) => nodes.get(key).place);
    ctx.font = `400 10.5px ${FAMILY}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const relation of bright) {
      const edge = network.body.edges[relation.key];
      if (!edge || !edge.edgeType || !edge.connected) continue;
      const text = roleText(relation.role);
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
    for (const node of nodes.values()) {
      if (!shown.nodes.has(node.key)) continue;
      if (!isLit(node.key)) paintBase(ctx, node, labelled);
      ctx.globalAlpha = isLit(node.key) ? 1 : DIM;
      (isInitiative(node) ? paintInitiative : paintOrganisation)(ctx, node, labelled);
    }
    ctx.globalAlpha = 1;
    if (!labelled) paintPlates(ctx, scale);
    paintWords(ctx);
    if (state.selected) paintRing(ctx, state.selected, false);
    if (cursor) paintRing(ctx, cursor, true);
  }

  // ---- moving ------------------------------------------------------------------------------

  // The sheet is wide or tall, as the place for it is.
  function turn() {
    const wanted = DATA.layouts[holder.clientWidth < holder.clientHeight * 1.1 ? "tall" : "wide"];
    if (wanted === sheet || !holder.clientWidth) return;
    sheet = wanted;
    for (const node of nodes.values()) node.place = sheet.places[node.key];
    plates.scale = 0;
    if (places) places.update([...nodes.values()].map(({ key, place }) => ({ id: key, x: place.x, y: place.y })));
  }

  function fit() {
    if (!network || !holder.clientWidth) return;
    if (!state.selected) turn();
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
    const relation = relations.get(key);
    const node = relation ? relation.other : nodes.get(key);
    if (!network || !node || !holder.clientWidth) return;
    const around = relation ? [relation.one] : node.relations.filter((one) => shown.relations.has(one.key)).map((one) => neighbour(one, node));
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
    for (const key of shown.nodes) {
      const { left, top, width, height } = nodes.get(key).place;
      if (point.x >= left - pad && point.x <= left + width + pad && point.y >= top - pad && point.y <= top + height + pad) found = key;
    }
    return found;
  }

  // ---- keyboard ----------------------------------------------------------------------------

  function announce(key) {
    const node = nodes.get(key);
    const count = node.relations.filter((relation) => shown.relations.has(relation.key)).length;
    say(t("announce.node", { name: node.label, kind: kindLine(node), relations: counted("n.relations", count) }));
  }

  function step(dx, dy) {
    const keys = [...shown.nodes].sort();
    if (!keys.length) return;
    const from = nodes.get(cursor || (nodes.has(state.selected) && shown.nodes.has(state.selected) ? state.selected : ""));
    if (!from) {
      moveCursor(keys.map((key) => nodes.get(key)).sort((one, other) => importance(other) - importance(one) || (one.key < other.key ? -1 : 1))[0].key);
      return;
    }
    const middle = (node) => [node.place.left + node.place.width / 2, node.place.top + node.place.height / 2];
    const [x, y] = middle(from);
    const linked = new Set(from.relations.map((relation) => neighbour(relation, from).key));
    let best = null;
    for (const key of keys) {
      if (key === from.key) continue;
      const [toX, toY] = middle(nodes.get(key));
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
    const centre = nodes.get(around.of && cursor && around.at === cursor ? around.of : cursor || state.selected);
    if (!centre) return;
    const keys = [...new Set(centre.relations.filter((relation) => shown.relations.has(relation.key)).map((relation) => neighbour(relation, centre).key))];
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
      onChoose(chosen, { focus: true });
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

  function start(choose) {
    onChoose = choose;
    readColours();
    const paintNothing = ({ id }) => {
      const { radius, width, height } = nodes.get(id).place;
      return { drawNode() {}, nodeDimensions: radius ? { width: 2 * radius, height: 2 * radius } : { width, height } };
    };
    turn();
    edges = new vis.DataSet(DATA.vis.edges);
    places = new vis.DataSet(DATA.vis.nodes.map((node) => ({ ...node, x: nodes.get(node.id).place.x, y: nodes.get(node.id).place.y })));
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
      if (key) return onChoose(key, {});
      const edge = network.getEdgeAt(pointer.DOM);
      return onChoose(edge && shown.relations.has(edge) ? edge : null, {});
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
    fit();
    refresh();
  }

  // Where every label is on the screen now: what the tests measure.
  function labelBoxes() {
    const scale = network.getScale();
    const list = scale >= READABLE ? [...shown.nodes].map((key) => ({ node: nodes.get(key), ...nodes.get(key).place })) : platesAt(network.canvas.getContext(), scale).boxes;
    return list.map(({ node, left, top, width, height, size }) => {
      const corner = network.canvasToDOM({ x: left, y: top });
      return { key: node.key, left: corner.x, top: corner.y, width: width * scale, height: height * scale, font: (size || FONT) * scale };
    });
  }

  return {
    start, fit, zoom, show, refresh, labelBoxes,
    isStarted: () => Boolean(network),
    wasMoved: () => moved,
    cursor: () => cursor,
    recolour() {
      readColours();
      refresh();
    },
    point(key) {
      const { left, top, width, height } = nodes.get(key).place;
      const point = network.canvasToDOM({ x: left + width / 2, y: top + height / 2 });
      const frame = holder.getBoundingClientRect();
      return { x: point.x + frame.left, y: point.y + frame.top };
    },
  };
})();
