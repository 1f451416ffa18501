// The legend is the filter: each entry is a switch with its count.

import { DATA } from "./data.js";
import { badge } from "./difference.js";
import { $, all, cross, el } from "./elements.js";
import { CHANGES, INFERRED, STROKES, STROKE_OF, fieldNumber } from "./encoding.js";
import { FACETS, isFiltered, overviewNow, resetFilters, state } from "./model.js";
import { fieldSign, kindSign, lineSign } from "./signs.js";
import { number, t } from "./words.js";

export function legendSign(facet, slug) {
  if (facet === "field") return fieldSign([{ field: fieldNumber(slug), mark: slug ? String(fieldNumber(slug)) : "–" }]);
  if (facet === "kind") return kindSign(slug);
  if (facet === "change") return lineSign(CHANGES[slug]);
  // There the stroke tells what became of a relation.
  if (DATA.difference && !(facet === "phase" && slug === "planned")) return null;
  if (facet === "role") return lineSign(STROKES[STROKE_OF[slug] || "partner"]);
  if (facet === "phase") return lineSign(STROKES.partner, slug === "ended", slug === "planned");
  return lineSign(slug === "inferred" ? { width: 1.6, dashes: INFERRED } : STROKES.partner);
}

// What the size of a disc tells: a choice, where the drawing has a measure for it.
function sizeChoice(change) {
  if (DATA.difference || !DATA.drawings[state.drawing]?.measures?.betweenness || (overviewNow() && !state.cluster)) return null;
  const select = el("select", { id: "size", "data-entry": "size", onchange: (event) => change(() => (state.size = event.target.value)) },
    ["degree", "betweenness"].map((name) => el("option", { value: name, selected: state.size === name }, t(`size.${name}`))));
  return el("label", { class: "size" }, t("size"), " ", select);
}

export function drawFilters(change) {
  const holder = $("filters");
  const focused = holder.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.entry : null;
  const groups = Object.entries(FACETS).filter(([, facet]) => facet.entries.length).map(([name, facet]) => {
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
      return el("li", {}, el("label", {}, box, legendSign(name, slug), name === "change" ? badge(slug) : null, el("span", { class: "name" }, label), el("span", { class: "n" }, number(facet.counts.get(slug)))), only);
    });
    const everything = el("button", {
      type: "button", class: "all", hidden: off.size ? null : true, "data-entry": `${name}:all`, "aria-label": t("filters.all.label", { group: title }),
      onclick: () => change(() => off.clear()),
    }, t("filters.all"));
    return el("section", { class: `facet facet-${name}` }, el("h2", {}, title, everything), el("ul", {}, rows));
  });
  const key = el("section", { class: "facet facet-key" }, el("h2", {}, t("key")), el("ul", {},
    el("li", {}, fieldSign([{ field: 1, mark: "1" }]), el("span", {}, t("key.initiative"))),
    el("li", {}, kindSign("company"), el("span", {}, t("key.organisation"))),
    el("li", {}, kindSign("chamber", true), el("span", {}, t("key.consortium")))));
  const head = el("div", { class: "head" }, el("p", {}, t("filters.hint")),
    el("button", { type: "button", class: "close", id: "close-filters", "aria-label": t("details.close") }, cross()));
  const reset = el("button", { type: "button", class: "plain reset", hidden: isFiltered() ? null : true, onclick: () => change(resetFilters) }, t("filters.reset"));
  holder.replaceChildren(...[head, reset, state.view === "network" ? sizeChoice(change) : null, ...groups, key].filter(Boolean));
  if (focused) {
    const again = all("[data-entry]", holder).find((one) => one.dataset.entry === focused);
    if (again && !again.hidden) again.focus();
  }
}
