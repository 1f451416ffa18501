// What stands beside the drawing: legend, details, table, list, about. All text goes in as text.

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

// One element with attributes and children; strings become text, never markup.
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function say(text) {
  $("live").textContent = text;
}

// Names, titles and quotations are German whatever the page speaks.
function german(name, attributes, ...children) {
  return el(name, { ...attributes, lang: language === "de" ? null : "de" }, ...children);
}

// ---- small drawings, the same signs as in the network ----------------------------------------

function fieldSign(fields) {
  const size = 18 / fields.length;
  const sign = svg("svg", { viewBox: "0 0 18 18", class: "sign field", "aria-hidden": "true" });
  fields.forEach(({ field, mark }, index) => {
    const text = svg("text", { x: (index + 0.5) * size, y: 13, "text-anchor": "middle" });
    text.textContent = fields.length > 2 ? "" : mark;
    sign.append(svg("rect", { x: index * size, y: 0, width: size, height: 18, rx: fields.length > 1 ? 0 : 4, class: `field-${field}` }), text);
  });
  return sign;
}

function kindSign(kind, consortium = false) {
  const sign = svg("svg", { viewBox: "-4 -4 32 32", class: consortium ? "sign kind consortium" : "sign kind", "aria-hidden": "true" });
  if (consortium) sign.append(svg("circle", { cx: 12, cy: 12, r: 15, class: "ring" }));
  sign.append(svg("circle", { cx: 12, cy: 12, r: consortium ? 12 : 14, class: "disc" }));
  const path = svg("path", { d: SIGNS[kind] || SIGNS[""] });
  path.setAttribute("transform", "translate(2.4 2.4) scale(.8)");
  sign.append(path);
  return sign;
}

function lineSign({ width, dashes }, faded = false, arrow = false) {
  const sign = svg("svg", { viewBox: "0 0 36 12", class: faded ? "sign line faded" : "sign line", "aria-hidden": "true" });
  const line = svg("path", { d: arrow ? "M1 6h33M28 2l6 4-6 4" : "M1 6h34", "stroke-width": Math.max(1.3, width) });
  if (dashes.length && !arrow) line.setAttribute("stroke-dasharray", dashes.join(" "));
  sign.append(line);
  return sign;
}

function nodeSign(node) {
  return isInitiative(node) ? fieldSign(bands(node)) : kindSign(node.kind, node.consortium);
}

function kindLine(node) {
  const kind = isInitiative(node) ? concept("initiative-kind", node.kind) || t("kind.initiative") : concept("organisation-kind", node.kind) || t("kind.organisation");
  return node.consortium ? `${kind} · ${t("details.consortium")}` : kind;
}

function fieldsText(node) {
  if (hasAllFields(node)) return t("field.all");
  const fields = fieldsOf(node);
  return fields.length ? fields.map(fieldText).join(", ") : t("field.none");
}

// ---- legend = filter ---------------------------------------------------------------------------

function legendSign(facet, slug) {
  if (facet === "field") return fieldSign([{ field: fieldNumber(slug), mark: slug ? String(fieldNumber(slug)) : "–" }]);
  if (facet === "kind") return kindSign(slug);
  if (facet === "role") return lineSign(STROKES[STROKE_OF[slug] || "partner"]);
  if (facet === "phase") return lineSign(STROKES.partner, slug === "ended", slug === "planned");
  return lineSign(slug === "inferred" ? { width: 1.6, dashes: INFERRED } : STROKES.partner);
}

function drawFilters(change) {
  const holder = $("filters");
  const focused = document.activeElement && holder.contains(document.activeElement) ? document.activeElement.dataset.entry : null;
  const groups = Object.entries(FACETS).map(([name, facet]) => {
    const off = state.off[name];
    const title = t(`facet.${name}`);
    const rows = facet.entries.map((slug) => {
      const label = facet.name(slug);
      const box = el("input", {
        type: "checkbox", role: "switch", "data-entry": `${name}:${slug}`,
        onchange: (event) => change(() => (event.target.checked ? off.delete(slug) : off.add(slug))),
      });
      box.checked = !off.has(slug);
      const only = el("button", {
        type: "button", class: "only", "data-entry": `${name}:${slug}:only`, "aria-label": t("filters.only.label", { name: label }),
        onclick: () => change(() => facet.entries.forEach((other) => (other === slug ? off.delete(other) : off.add(other)))),
      }, t("filters.only"));
      return el("li", {}, el("label", {}, box, legendSign(name, slug), el("span", { class: "name" }, label), el("span", { class: "n" }, number(facet.counts.get(slug)))), only);
    });
    const all = el("button", {
      type: "button", class: "all", hidden: off.size ? null : true, "data-entry": `${name}:all`, "aria-label": t("filters.all.label", { group: title }),
      onclick: () => change(() => off.clear()),
    }, t("filters.all"));
    return el("section", { class: `facet facet-${name}` }, el("h2", {}, title, all), el("ul", {}, rows));
  });
  const key = el("section", { class: "facet facet-key" }, el("h2", {}, t("key")), el("ul", {},
    el("li", {}, fieldSign([{ field: 1, mark: "1" }]), el("span", {}, t("key.initiative"))),
    el("li", {}, kindSign("company"), el("span", {}, t("key.organisation"))),
    el("li", {}, kindSign("chamber", true), el("span", {}, t("key.consortium")))));
  const head = el("div", { class: "head" }, el("p", {}, t("filters.hint")),
    el("button", { type: "button", class: "close", id: "close-filters", "aria-label": t("details.close") }, cross()));
  const reset = el("button", { type: "button", class: "plain reset", hidden: isFiltered() ? null : true, onclick: () => change(() => Object.values(state.off).forEach((slugs) => slugs.clear())) }, t("filters.reset"));
  holder.replaceChildren(head, reset, ...groups, key);
  if (focused) {
    const again = [...holder.querySelectorAll("[data-entry]")].find((one) => one.dataset.entry === focused);
    if (again && !again.hidden) again.focus();
  }
}

function cross() {
  const made = svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" });
  made.append(svg("path", { d: "m7 7 10 10M17 7 7 17" }));
  return made;
}

// ---- evidence ----------------------------------------------------------------------------------

function quoted(text) {
  return german("q", { class: "anchor" }, text);
}

function evidenceItem(piece) {
  const source = DATA.sources[piece.source] || { title: piece.source };
  const url = passage(piece);
  const words = piece.anchor ? quoted(piece.anchor) : german("span", {}, source.title || piece.source);
  const link = url ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer external", title: t("details.passage") }, words, el("span", { class: "out", "aria-hidden": "true" }, " ↗")) : words;
  const about = [source.publisher, source.published && dateText(source.published)].filter(Boolean).join(", ");
  const line = el("span", { class: "source" },
    piece.anchor ? german("cite", {}, source.title || piece.source) : null,
    about ? `${piece.anchor ? " – " : ""}${about}` : null,
    piece.heading ? [" · ", t("details.section", { text: piece.heading })] : null,
    source.coverage === "excerpt" ? ` · ${t("details.excerpt")}` : null);
  return el("li", {}, link, line);
}

function evidenceList(pieces) {
  if (!pieces.length) return el("p", { class: "quiet" }, t("details.evidence.none"));
  return el("ul", { class: "evidence" }, pieces.map(evidenceItem));
}

// ---- details -----------------------------------------------------------------------------------

function tags(relation) {
  const made = [];
  if (relation.certainty === "inferred") made.push(el("span", { class: "tag inferred", title: t("certainty.inferred.long") }, t("certainty.inferred")));
  if (relation.phase === "planned") made.push(el("span", { class: "tag" }, concept("status", relation.status) || t("phase.planned")));
  if (relation.phase === "ended" && relation.ended) made.push(el("span", { class: "tag faded" }, t("phase.ended")));
  return made;
}

function whenText(relation) {
  const parts = [periodText(relation.valid_from, relation.valid_until)];
  if (relation.as_of) parts.push(t("date.asOf", { date: dateText(relation.as_of) }));
  return parts.filter(Boolean).join(" · ");
}

function viaLine(relation) {
  const { via } = relation;
  if (!via) return null;
  const where = [via.event, via.date && dateText(via.date)].filter(Boolean).join(", ");
  return el("p", { class: "via" }, via.person ? german("strong", {}, via.person) : null, via.person && via.function ? german("span", {}, `, ${via.function}`) : null, via.person && via.talk ? " – " : null, via.talk ? german("span", {}, via.talk) : null, where ? el("span", { class: "quiet" }, ` (${where})`) : null);
}

function relationItem(relation, node, choose) {
  const other = neighbour(relation, node);
  return el("li", { class: shown.relations.has(relation.key) ? "relation" : "relation off" },
    el("div", { class: "what" }, lineSign(strokeOf(relation), relation.phase === "ended", relation.phase === "planned"),
      el("button", { type: "button", class: "role", title: t("details.open"), onclick: () => choose(relation.key) }, roleText(relation.role)), tags(relation),
      whenText(relation) ? el("span", { class: "when" }, whenText(relation)) : null),
    german("button", { type: "button", class: "other", onclick: () => choose(other.key) }, nodeSign(other), other.label),
    viaLine(relation),
    evidenceList(relation.evidence));
}

function nodeDetails(node, choose) {
  const parts = [
    el("p", { class: "kindline" }, nodeSign(node), kindLine(node)),
    german("h2", { id: "details-title", tabindex: "-1" }, node.label),
  ];
  const facts = el("dl", {});
  const fact = (name, ...what) => facts.append(el("dt", {}, name), el("dd", {}, ...what));
  if (node.aliases.length) fact(t("details.also"), german("span", {}, node.aliases.join(" · ")));
  const guessed = node.inferred_fields.length ? el("span", { class: "tag inferred", title: t("certainty.inferred.long") }, t("certainty.inferred")) : null;
  fact(t("facet.field"), fieldsText(node), guessed ? " " : null, guessed);
  const period = periodText(node.valid_from, node.valid_until);
  if (period || node.period_as_written) {
    fact(t("details.period"), period, period && node.period_as_written ? el("br") : null, node.period_as_written ? german("span", { class: "quiet" }, t("details.asWritten", { text: node.period_as_written })) : null);
  }
  if (node.status) fact(t("details.status"), concept("status", node.status));
  const link = (key) => german("button", { type: "button", class: "other", onclick: () => choose(key) }, nodeSign(nodes.get(key)), nodes.get(key).label);
  if (nodes.has(node.unit_of)) fact(t("details.unitOf"), link(node.unit_of));
  const units = [...nodes.values()].filter((one) => one.unit_of === node.key);
  if (units.length) fact(t("details.units"), units.map((one) => link(one.key)));
  parts.push(facts);
  const list = [...node.relations].sort((one, other) => STROKE_RANK(one) - STROKE_RANK(other) || byName(neighbour(one, node).label, neighbour(other, node).label));
  const hidden = list.filter((relation) => !shown.relations.has(relation.key)).length;
  const partners = new Set(list.map((relation) => neighbour(relation, node).key)).size;
  const summary = `${counted("n.relations", list.length)} · ${counted(isInitiative(node) ? "n.organisations" : "n.initiatives", partners)}`;
  parts.push(el("h3", {}, t("details.relations"), el("span", { class: "quiet" }, ` ${summary}`)));
  if (hidden) parts.push(el("p", { class: "quiet" }, t("details.hidden", { n: number(hidden) })));
  parts.push(el("ul", { class: "relations" }, list.map((relation) => relationItem(relation, node, choose))));
  if (node.people.length) {
    const people = node.people.map((person) => el("li", {}, german("strong", {}, person.name), person.function ? german("span", {}, `, ${person.function}`) : null,
      el("span", { class: "quiet" }, [person.event, person.date && dateText(person.date)].filter(Boolean).map((text) => ` · ${text}`).join(""))));
    parts.push(el("h3", {}, t("details.people")), el("ul", { class: "people" }, people));
  }
  if (node.evidence.length) parts.push(el("h3", {}, t("details.evidence.node")), evidenceList(node.evidence));
  return parts;
}

function STROKE_RANK(relation) {
  return Math.max(0, FACETS.role.entries.indexOf(relation.role || ""));
}

function relationDetails(relation, choose) {
  const link = (node) => german("button", { type: "button", class: "other", onclick: () => choose(node.key) }, nodeSign(node), node.label);
  const facts = el("dl", {});
  const fact = (name, ...what) => facts.append(el("dt", {}, name), el("dd", {}, ...what));
  if (whenText(relation)) fact(t("details.period"), whenText(relation));
  if (relation.status) fact(t("details.status"), concept("status", relation.status));
  fact(t("facet.certainty"), relation.certainty === "inferred" ? t("certainty.inferred.long") : t("certainty.stated"));
  return [
    el("p", { class: "kindline" }, lineSign(strokeOf(relation), relation.phase === "ended", relation.phase === "planned"), t("details.relation")),
    el("h2", { id: "details-title", tabindex: "-1" }, roleText(relation.role)),
    el("div", { class: "ends" }, link(relation.one), link(relation.other)),
    viaLine(relation), facts, el("h3", {}, t("details.evidence")), evidenceList(relation.evidence),
  ];
}

function drawDetails(choose) {
  const holder = $("details");
  const node = nodes.get(state.selected);
  const relation = relations.get(state.selected);
  document.body.classList.toggle("chosen", Boolean(node || relation));
  holder.hidden = !(node || relation);
  if (holder.hidden) return holder.replaceChildren();
  const close = el("button", { type: "button", class: "close", "aria-label": t("details.close"), onclick: () => choose(null) }, cross());
  holder.replaceChildren(close, ...(node ? nodeDetails(node, choose) : relationDetails(relation, choose)));
  holder.setAttribute("aria-labelledby", "details-title");
  holder.scrollTop = 0;
  return null;
}

// ---- table -------------------------------------------------------------------------------------

const COLUMNS = {
  organisation: (relation) => relation.one.label,
  role: (relation) => roleText(relation.role),
  initiative: (relation) => relation.other.label,
  field: (relation) => fieldsText(relation.other),
  from: (relation) => relation.valid_from || "",
  until: (relation) => relation.valid_until || "",
  sources: (relation) => String(relation.evidence.length).padStart(4, "0"),
};
const SOURCES_SHOWN = 2;
const sorting = { column: null, down: false };

function tableRows() {
  const wanted = fold(state.query);
  const rows = [...shown.relations].map((key) => relations.get(key)).filter((relation) => relationMatches(relation, wanted));
  const first = (one, other) => importance(other.one) - importance(one.one) || byName(one.one.label, other.one.label) || STROKE_RANK(one) - STROKE_RANK(other) || byName(one.other.label, other.other.label);
  rows.sort(first);
  if (sorting.column) {
    const value = COLUMNS[sorting.column];
    const empty = (text) => (text ? 0 : 1);
    rows.sort((one, other) => empty(value(one)) - empty(value(other)) || byName(value(one), value(other)) * (sorting.down ? -1 : 1));
  }
  return rows;
}

function tableRow(relation, choose) {
  const { one, other } = relation;
  const pick = (key, text, name = "button") => german(name, { type: "button", class: "cell", onclick: (event) => {
    event.stopPropagation();
    choose(key);
  } }, text);
  const sources = [...new Map(relation.evidence.map((piece) => [piece.source, piece])).values()].map((piece) => {
    const source = DATA.sources[piece.source] || { title: piece.source };
    const url = passage(piece);
    return el("li", {}, url ? german("a", { href: url, target: "_blank", rel: "noopener noreferrer external" }, source.title, " ↗") : source.title);
  });
  return el("tr", { "aria-selected": state.selected === relation.key ? "true" : null, class: state.selected === relation.key ? "selected" : null, onclick: (event) => event.target.closest("a, button") || choose(relation.key) },
    el("th", { scope: "row" }, el("span", { class: "flex" }, kindSign(one.kind, one.consortium), pick(one.key, one.label))),
    el("td", {}, el("button", { type: "button", class: "cell", onclick: () => choose(relation.key) }, roleText(relation.role)), tags(relation)),
    el("td", {}, el("span", { class: "flex" }, nodeSign(other), pick(other.key, other.label))),
    el("td", {}, fieldsText(other)),
    el("td", { class: "date" }, dateText(relation.valid_from)),
    el("td", { class: "date" }, dateText(relation.valid_until)),
    el("td", {}, el("ul", { class: "plain" }, sources.slice(0, SOURCES_SHOWN)), moreSources(sources.slice(SOURCES_SHOWN))));
}

function moreSources(sources) {
  if (!sources.length) return null;
  return el("details", { onclick: (event) => event.stopPropagation() }, el("summary", {}, counted("n.moreSources", sources.length)), el("ul", { class: "plain" }, sources));
}

function drawTable(choose, again) {
  const rows = tableRows();
  const head = Object.keys(COLUMNS).map((name) => {
    const on = sorting.column === name;
    return el("th", { scope: "col", "aria-sort": on ? (sorting.down ? "descending" : "ascending") : null },
      el("button", { type: "button", class: "sort", "data-column": name, onclick: () => {
        sorting.down = on && !sorting.down;
        sorting.column = name;
        again();
        document.querySelector(`[data-column=${name}]`).focus();
      } }, t(`table.${name}`), el("span", { "aria-hidden": "true", class: "arrow" }, on ? (sorting.down ? " ↓" : " ↑") : "")));
  });
  const table = el("table", {},
    el("caption", {}, el("strong", {}, t("table.caption")), " ", el("span", {}, t("table.same"))),
    el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows.map((relation) => tableRow(relation, choose))));
  const content = [el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("table.caption") }, table)];
  if (!rows.length) content.push(emptyNote(again));
  $("view-table").replaceChildren(...content);
  return rows.length;
}

function emptyNote(again) {
  return el("div", { class: "nothing" }, el("p", {}, state.query ? t("empty.search", { q: state.query }) : t("empty")),
    el("button", { type: "button", class: "plain", onclick: () => again(true) }, t("empty.back")));
}

// ---- list of cards -----------------------------------------------------------------------------

function card(node, choose) {
  const seen = node.relations.filter((relation) => shown.relations.has(relation.key)).length;
  return el("li", {}, el("button", { type: "button", class: state.selected === node.key ? "card on" : "card", "data-key": node.key, onclick: () => choose(node.key) },
    nodeSign(node), el("span", { class: "text" }, german("strong", {}, node.label), el("span", { class: "quiet" }, `${kindLine(node)} · ${counted("n.relations", seen)}`))));
}

function drawList(choose, again) {
  const hits = state.query ? new Set(find(state.query).map((hit) => hit.node.key)) : null;
  const seen = [...shown.nodes].filter((key) => !hits || hits.has(key)).map((key) => nodes.get(key))
    .sort((one, other) => importance(other) - importance(one) || byName(one.label, other.label));
  const groups = [
    [t("list.consortium"), seen.filter((node) => node.consortium)],
    [t("list.initiatives"), seen.filter(isInitiative)],
    [t("list.organisations"), seen.filter((node) => !node.consortium && !isInitiative(node))],
  ];
  const content = [el("p", { class: "lead" }, el("span", {}, t("network.lead")))];
  for (const [title, members] of groups) {
    if (members.length) content.push(el("h2", {}, title, el("span", { class: "quiet" }, ` ${number(members.length)}`)), el("ul", { class: "cards" }, members.map((node) => card(node, choose))));
  }
  if (!seen.length) content.push(emptyNote(again));
  $("view-list").replaceChildren(...content);
  return seen.length;
}

// ---- about -------------------------------------------------------------------------------------

function drawAbout() {
  const used = new Map();
  for (const relation of relations.values()) for (const piece of relation.evidence) used.set(piece.source, (used.get(piece.source) || 0) + 1);
  const sources = Object.entries(DATA.sources).sort((one, other) => (used.get(other[0]) || 0) - (used.get(one[0]) || 0) || byName(one[1].title || "", other[1].title || ""));
  const list = sources.map(([slug, source]) => {
    const url = passage({ source: slug });
    const about = [source.publisher, source.published ? dateText(source.published) : t("date.undated"), concept("source-kind", source.kind), concept("coverage", source.coverage), counted("n.relations", used.get(slug) || 0)].filter(Boolean);
    return el("li", {}, url ? german("a", { href: url, target: "_blank", rel: "noopener noreferrer external" }, source.title || slug, " ↗") : german("span", {}, source.title || slug), el("span", { class: "quiet" }, about.join(" · ")));
  });
  const links = DATA.links.filter((link) => /^https?:\/\//i.test(link.url || "")).map((link) => el("li", {}, el("a", { href: link.url, target: "_blank", rel: "noopener noreferrer external" }, link.label[language] || link.label.de || link.url, " ↗")));
  $("view-about").replaceChildren(
    el("div", { class: "text" },
      el("h2", {}, t("about.what")), el("p", {}, DATA.description[language] || ""), el("p", {}, t("about.what.text")),
      el("h2", {}, t("about.read")), el("p", {}, t("about.read.1")), el("p", {}, t("about.read.2")), el("p", {}, t("about.read.3")), el("p", {}, t("network.keys")),
      el("h2", {}, t("about.data")), el("p", {}, DATA.stand ? t("stand", { date: dateText(DATA.stand) }) : null),
      DATA.licence ? el("p", {}, /^https?:\/\//i.test(DATA.licence_url || "") ? el("a", { href: DATA.licence_url, target: "_blank", rel: "noopener noreferrer external" }, t("about.licence", { licence: DATA.licence }), " ↗") : t("about.licence", { licence: DATA.licence })) : null,
      links.length ? el("ul", { class: "links" }, links) : null,
      el("h2", {}, t("about.sources"), el("span", { class: "quiet" }, ` ${number(sources.length)}`)), el("p", {}, t("about.sources.text")), el("ul", { class: "sources" }, list),
      el("h2", {}, t("about.parts")), el("p", {}, t("about.parts.vis"))),
  );
}
