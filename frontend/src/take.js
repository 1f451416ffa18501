// What one can take along: pictures, tables, the network for other tools, paper.

import { DATA } from "./data.js";
import { el } from "./elements.js";
import { csv, save } from "./files.js";
import { gexf } from "./gexf.js";
import { changeOf, drawnNow, shown } from "./model.js";
import { drawing } from "./drawing.js";
import { heading, pngPicture, svgPicture } from "./picture.js";
import { passage } from "./evidence.js";
import { concept, language, roleText, t } from "./words.js";

const NAME = "itas-graph";

const nameOf = (node) => node.names?.[language] || node.label;

/** @param {Relation[]} list @returns {string} */
function table(list) {
  const compared = Boolean(DATA.difference);
  const head = [...(compared ? ["change"] : []), "from", "role", "to", "since", "until", "date", "status", "certainty", "person", "talk", "sources", "links"].map((name) => t(`take.column.${name}`));
  const rows = list.map((relation) => {
    const evidence = relation.evidence || [];
    const sources = [...new Map(evidence.map((piece) => [piece.source, piece])).values()];
    return [
      ...(compared ? [t(`change.${changeOf(relation)}`)] : []), nameOf(relation.one), relation.role ? roleText(relation.role) : "", nameOf(relation.other), relation.valid_from || "", relation.valid_until || "", relation.date || relation.via?.date || "",
      relation.status ? concept("status", relation.status) || relation.status : "", relation.certainty ? t(`certainty.${relation.certainty}`) : "", relation.via?.person || "", relation.via?.talk || "",
      sources.map(({ source }) => DATA.sources[source]?.title || source).join(" | "), sources.map((piece) => passage(piece) || "").filter(Boolean).join(" "),
    ];
  });
  return csv(head, rows);
}

const drawn = () => [...shown.relations].sort().map((key) => drawnNow().get(key)).filter(Boolean);

/** @type {Record<string, (list: () => Relation[]) => void>} */
const KINDS = {
  svg: () => save(`${NAME}.svg`, "image/svg+xml", `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svgPicture())}\n`),
  png: async () => save(`${NAME}.png`, "image/png", await pngPicture()),
  csv: (list) => save(`${NAME}.csv`, "text/csv", table(list())),
  gexf: () => save(`${NAME}.gexf`, "application/gexf+xml", gexf()),
  print: () => window.print(),
};

/**
 * A menu of what can be taken along.
 * @param {(keyof typeof KINDS)[]} kinds
 * @param {() => Relation[]} list what a table has, in its order; else what is drawn
 */
export function takeMenu(kinds, list = drawn) {
  const menu = el("details", { class: "take", onkeydown: (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  } }, el("summary", {}, t("take")), el("ul", {}, kinds.map((kind) => el("li", {}, el("button", { type: "button", "data-take": kind, onclick: () => {
    menu.open = false;
    KINDS[kind](list);
  } }, t(`take.${kind}`))))));
  return menu;
}

/**
 * Make ready for paper: a drawn picture in place of the canvas (wide and upright: the paper's form
 * is known to the style alone), what is folded opened, what the page stands on said below.
 */
export function preparePrinting() {
  const holder = document.getElementById("print-picture");
  const root = document.documentElement;
  let opened = [];
  window.addEventListener("beforeprint", () => {
    const { lines } = heading();
    document.getElementById("print-note").textContent = lines.join(" · ");
    opened = [...document.querySelectorAll("#view-table details:not([open]), #details details:not([open])")];
    for (const one of opened) /** @type {HTMLDetailsElement} */ (one).open = true;
    if (document.body.dataset.view !== "network" || !drawing.isStarted()) return;
    const { theme } = root.dataset;
    Object.assign(root.dataset, { theme: "light", paper: "white" });
    drawing.recolour();
    holder.replaceChildren(...[false, true].map((upright) => {
      const picture = svgPicture({ whole: true, upright, name: upright ? "upright" : "wide" });
      picture.setAttribute("class", upright ? "upright" : "wide");
      return picture;
    }));
    delete root.dataset.paper;
    root.dataset.theme = theme;
    drawing.recolour();
  });
  window.addEventListener("afterprint", () => {
    holder.replaceChildren();
    for (const one of opened) /** @type {HTMLDetailsElement} */ (one).open = false;
    opened = [];
  });
}
