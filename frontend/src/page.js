// The page's one loop: something changes the state, everything is drawn from the state.

import { drawAbout, ownLinks } from "./about.js";
import { dateOf, drawAsOf } from "./asof.js";
import { actions } from "./actions.js";
import { addressField, readFragment, writeFragment } from "./address.js";
import { DATA } from "./data.js";
import { drawDetails } from "./details.js";
import { changeCounts, changeTag } from "./difference.js";
import { drawing } from "./drawing.js";
import { $, all, el, german, say } from "./elements.js";
import { drawFilters } from "./legend.js";
import { drawList } from "./list.js";
import { drawMatrix } from "./matrix.js";
import { FACETS, applyFilters, changesShown, clusterWith, counts, find, nodes, overviewNow, relations, resetFilters, shown, state } from "./model.js";
import { drawQuestions } from "#questions";
import { kindLine, nodeSign } from "./signs.js";
import { takeMenu, preparePrinting } from "./take.js";
import { drawTable, emptyNote } from "./table.js";
import { drawTimeline } from "./timeline.js";
import { available, drawToolbar } from "./toolbar.js";
import { counted, dateText, fold, language, number, speak, t } from "./words.js";

const narrow = window.matchMedia("(max-width: 600px)");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const defaultView = () => (narrow.matches ? "list" : "network");
let theme = null;
let returnTo = null;

function drawTheme() {
  const now = theme || (dark.matches ? "dark" : "light");
  document.documentElement.dataset.theme = now;
  $("theme").setAttribute("aria-label", t(now === "dark" ? "theme.light" : "theme.dark"));
  $("theme").title = t(now === "dark" ? "theme.light" : "theme.dark");
  if (drawing.isStarted()) drawing.recolour();
}

function drawChrome() {
  document.documentElement.lang = language;
  const title = DATA.title[language] || DATA.title.de || "";
  document.title = title;
  $("title").textContent = title;
  for (const one of all("[data-t]")) one.textContent = t(one.dataset.t);
  for (const one of all("[data-t-label]")) one.setAttribute("aria-label", t(one.dataset.tLabel));
  for (const one of all("[data-t-placeholder]")) /** @type {HTMLInputElement} */ (one).placeholder = t(one.dataset.tPlaceholder);
  for (const one of all("[data-zoom]")) one.title = one.getAttribute("aria-label");
  for (const one of all("[data-language]")) one.setAttribute("aria-pressed", String(one.dataset.language === language));
  $("stand").replaceChildren(...[DATA.stand ? t("stand", { date: dateText(DATA.stand) }) : "", ...ownLinks()].flatMap((part) => [" · ", part]).slice(1));
  // Two states in one are no dataset that questions could be asked of.
  if (DATA.difference) for (const one of all('[data-view="questions"]')) one.hidden = true;
  drawTheme();
  $("take").replaceChildren(takeMenu(["svg", "png", "csv", "gexf", "print"]));
}

function countText(n) {
  const groups = ["initiative", "organisation", "event", "person"].filter((group) => n[group] || (group === "organisation" && !n.event)).map((group) => counted(`n.${group}s`, n[group]));
  const changes = DATA.difference ? changeCounts(changesShown()) : "";
  return [...groups, n.relations === null ? "" : counted("n.relations", n.relations), changes].filter(Boolean).join(" · ");
}

// Each view draws itself and may say what stands in the line of counts.
const VIEWS = {
  list: () => void drawList(choose, again, openCluster),
  network: () => {
    const empty = $("network-empty");
    empty.hidden = shown.nodes.size > 0;
    empty.replaceChildren(...(empty.hidden ? [] : [emptyNote(again)]));
    drawToolbar($("network-tools"));
    if (drawing.isStarted()) drawing.refresh();
    else drawing.start(choose, openCluster);
  },
  questions: () => drawQuestions($("view-questions")),
  table: () => drawTable(choose, again),
  matrix: () => drawMatrix($("view-matrix")),
  timeline: () => drawTimeline($("view-timeline")),
  about: () => void drawAbout(),
};

function draw() {
  applyFilters();
  document.body.dataset.view = state.view;
  for (const link of all("[data-view]")) {
    if (link.tagName !== "A") continue;
    if (link.dataset.view === state.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  for (const name of Object.keys(VIEWS)) $(`view-${name}`).hidden = state.view !== name;
  drawFilters(change);
  $("close-filters").addEventListener("click", () => toggleFilters(false));
  drawDetails(choose);
  drawAsOf($("asof"));
  const text = VIEWS[state.view]() ?? countText(counts());
  if ($("count").textContent !== text) $("count").textContent = text;
}

function openCluster(key) {
  change(() => (state.cluster = key), true);
}

function again(reset = false) {
  if (reset) {
    resetFilters();
    state.query = "";
    box.value = "";
    $("clear").hidden = true;
    remember(false);
  }
  draw();
}

function remember(asStep) {
  const fragment = writeFragment();
  if (fragment === location.hash) return;
  if (asStep) history.pushState(null, "", fragment);
  else history.replaceState(null, "", fragment);
}

function change(what, asStep = false) {
  what();
  remember(asStep);
  draw();
  say(t("announce.filter", { count: countText(counts()) }));
}

// Go where a node is drawn: its community, or a drawing that has it.
function reveal(key) {
  const node = nodes.get(key);
  if (!node || state.view !== "network" || state.drawing === "neighbourhood") return;
  if (overviewNow() && clusterWith(key)) state.cluster = clusterWith(key);
  else if (!DATA.drawings[state.drawing].overview && !(key in DATA.drawings[state.drawing].layouts.wide.places)) {
    const other = available.find((name) => DATA.drawings[name]?.layouts && key in DATA.drawings[name].layouts.wide.places);
    state.drawing = other || "neighbourhood";
    if (!other) state.centre = key;
  }
}

function choose(key, { focus = document.activeElement !== document.body, keepView = true } = {}) {
  const before = state.selected;
  if (key && !before) returnTo = document.activeElement;
  state.selected = key;
  if (!keepView) state.view = "network";
  if (key) reveal(key);
  remember(true);
  draw();
  if (key) {
    if (state.view === "network") requestAnimationFrame(() => drawing.show(key));
    const title = $("details-title");
    if (focus && title) title.focus({ preventScroll: true });
  } else if (before) {
    const target = returnTo && returnTo.isConnected && returnTo !== document.body ? returnTo : all(`[data-key="${CSS.escape(before)}"]`)[0] || (state.view === "network" ? $("drawing") : $("main"));
    if (focus) target.focus({ preventScroll: true });
    returnTo = null;
  }
}

// The drawing that has most of these nodes.
function settle(keys) {
  if (state.drawing === "neighbourhood") state.drawing = available[0];
  if (overviewNow()) {
    state.cluster = clusterWith([...keys].find((key) => clusterWith(key)) || "");
    return;
  }
  const held = (name) => [...keys].filter((key) => DATA.drawings[name]?.layouts && key in DATA.drawings[name].layouts.wide.places).length;
  const best = available.filter((name) => name !== "neighbourhood").sort((one, other) => held(other) - held(one))[0];
  if (held(best) > held(state.drawing)) state.drawing = best;
}

function highlight(keys, label = "") {
  state.highlight = keys ? { keys: new Set(keys), label } : null;
  if (keys) {
    state.view = "network";
    state.selected = null;
    settle(state.highlight.keys);
  }
  remember(true);
  draw();
}

function show(view) {
  state.view = view;
  remember(true);
  draw();
  window.scrollTo(0, 0);
  if (view === "network" && !drawing.wasMoved()) requestAnimationFrame(drawing.fit);
}

function toggleFilters(open) {
  document.body.classList.toggle("filters-open", open);
  $("open-filters").setAttribute("aria-expanded", String(open));
  if (open) $("close-filters").focus();
  else $("open-filters").focus();
}

// ---- search: a combobox with a list -----------------------------------------------------------

const box = /** @type {HTMLInputElement} */ ($("search"));
const hits = $("hits");
let active = -1;
let found = [];

function drawHits() {
  found = find(box.value).slice(0, 12);
  active = -1;
  box.removeAttribute("aria-activedescendant");
  $("clear").hidden = !box.value;
  const why = { alias: "search.alias", person: "search.person", talk: "search.talk", event: "search.event" };
  hits.replaceChildren(...found.map((hit, index) => el("li", { role: "option", id: `hit-${index}`, "aria-selected": "false", onclick: () => take(index) },
    nodeSign(hit.node), el("span", { class: "text" }, german("strong", {}, hit.node.label), el("span", { class: "quiet" }, hit.why ? t(why[hit.why], { text: hit.text }) : kindLine(hit.node))), changeTag(hit.node))));
  const none = Boolean(fold(box.value)) && !found.length;
  if (none) hits.append(el("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("search.none", { q: box.value })));
  open(Boolean(found.length || none));
  if (box.value) say(none ? t("search.none", { q: box.value }) : t("search.found", { n: number(found.length) }));
}

function open(isOpen) {
  hits.hidden = !isOpen;
  box.setAttribute("aria-expanded", String(isOpen));
}

function mark(index) {
  active = index;
  [...hits.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === index)));
  if (index >= 0) {
    box.setAttribute("aria-activedescendant", `hit-${index}`);
    hits.children[index].scrollIntoView({ block: "nearest" });
  } else box.removeAttribute("aria-activedescendant");
}

// Whether filters or date hide all that a node is linked by.
function isHidden(node) {
  return node.relations.length > 0 && !node.relations.some((relation) => shown.left.has(relation.key));
}

function take(index) {
  const hit = found[index];
  if (!hit) return;
  open(false);
  if (state.view === "network") {
    box.value = hit.node.label;
    $("clear").hidden = false;
  }
  if (isHidden(hit.node)) resetFilters();
  choose(hit.node.key, { focus: true, keepView: state.view !== "about" });
}

box.addEventListener("input", () => {
  state.query = box.value;
  drawHits();
  if (state.view === "table" || state.view === "list") draw();
});
box.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (hits.hidden) drawHits();
    if (found.length) mark((active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + found.length) % found.length);
    event.preventDefault();
  } else if (event.key === "Enter") {
    if (found.length && !hits.hidden) take(Math.max(0, active));
    event.preventDefault();
  } else if (event.key === "Escape") {
    if (!hits.hidden) open(false);
    else if (box.value) clearSearch();
    else return;
    event.stopPropagation();
    event.preventDefault();
  }
});
box.addEventListener("blur", () => setTimeout(() => document.activeElement !== box && open(false), 150));
hits.addEventListener("mousedown", (event) => event.preventDefault());

function clearSearch() {
  box.value = "";
  state.query = "";
  drawHits();
  draw();
  box.focus();
}

$("clear").addEventListener("click", clearSearch);

// ---- everything else that is pressed ----------------------------------------------------------

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  $("main").focus();
});
for (const link of all("a[data-view]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link.dataset.view);
  });
}
for (const button of all("[data-language]")) {
  button.addEventListener("click", () => {
    speak(button.dataset.language);
    remember(false);
    drawChrome();
    draw();
  });
}
for (const button of all("[data-zoom]")) {
  button.addEventListener("click", () => ({ in: () => drawing.zoom(1.25), out: () => drawing.zoom(0.8), fit: drawing.fit })[button.dataset.zoom]());
}
$("theme").addEventListener("click", () => {
  theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  drawTheme();
});
$("open-filters").addEventListener("click", () => toggleFilters(!document.body.classList.contains("filters-open")));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (document.body.classList.contains("filters-open")) toggleFilters(false);
    else if (state.highlight) highlight(null);
    else if (state.selected) choose(null, { focus: true });
    else if (state.cluster) openCluster(null);
    else if (document.activeElement === $("drawing")) {
      $("drawing").blur();
      say(t("network.left"));
    }
  } else if (event.key === "/" && !["INPUT", "TEXTAREA"].includes(document.activeElement.tagName)) {
    event.preventDefault();
    box.focus();
  }
});
dark.addEventListener("change", drawTheme);
window.matchMedia("(forced-colors: active)").addEventListener("change", drawTheme);
window.addEventListener("popstate", () => {
  readFragment(location.hash);
  drawChrome();
  draw();
  if (state.selected && state.view === "network") drawing.show(state.selected);
});

Object.assign(actions, { choose, show, draw, remember, change, highlight });
addressField("view", { write: () => state.view, read: (view) => (state.view = view in VIEWS ? view : defaultView()) });
addressField("show", {
  write: () => (state.drawing === available[0] ? null : state.drawing),
  read: (name) => (state.drawing = available.find((one) => one === name) || available[0]),
});
addressField("of", {
  write: () => state.centre,
  read: (key) => (state.centre = state.drawing === "neighbourhood" && nodes.has(key) ? key : null),
});
addressField("group", { write: () => state.cluster, read: (key) => (state.cluster = key || null) });
addressField("size", { write: () => (state.size === "degree" ? null : state.size), read: (size) => (state.size = size === "betweenness" ? size : "degree") });
addressField("date", { write: () => state.date, read: (date) => (state.date = dateOf(date)) });
addressField("undated", { write: () => (state.undated ? null : "no"), read: (answer) => (state.undated = answer !== "no") });
addressField("select", {
  write: () => state.selected,
  read: (key) => (state.selected = nodes.has(key) || relations.has(key) || key.startsWith("shared/") ? key : null),
});
for (const name of Object.keys(FACETS)) {
  addressField(`hide-${name}`, {
    write: () => (state.off[name].size ? [...state.off[name]].map((slug) => slug || "-").sort().join(",") : null),
    read: (slugs) => (state.off[name] = new Set(slugs.split(",").filter(Boolean).map((slug) => (slug === "-" ? "" : slug)).filter((slug) => /^[a-z0-9-]*$/.test(slug)))),
  });
}
addressField("lang", {
  write: () => (language === DATA.settings.language ? null : language),
  read: (wanted) => speak(wanted === "de" || wanted === "en" ? wanted : DATA.settings.language),
});

readFragment(location.hash);
drawChrome();
draw();
if (state.selected && state.view === "network") drawing.show(state.selected);
preparePrinting();
window.itasPage = { labelBoxes: drawing.labelBoxes, point: drawing.point, cursor: drawing.cursor };
