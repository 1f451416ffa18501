// What one can take along: pictures, tables, the network for other tools, paper.

import { DATA } from "./data.js";
import { el } from "./elements.js";
import { csv, save } from "./files.js";
import { gexf } from "./gexf.js";
import { drawnNow, shown } from "./model.js";
import { pngPicture, svgPicture } from "./picture.js";
import { passage } from "./evidence.js";
import { roleText, t } from "./words.js";

const NAME = "itas-graph";

function table() {
  const head = ["from", "role", "to", "since", "until", "date", "status", "certainty", "person", "talk", "sources", "links"].map((name) => t(`take.column.${name}`));
  const rows = [...shown.relations].sort().map((key) => {
    const relation = drawnNow().get(key);
    const sources = [...new Map(relation.evidence.map((piece) => [piece.source, piece])).values()];
    return [
      relation.one.label, relation.role ? roleText(relation.role) : "", relation.other.label, relation.valid_from, relation.valid_until, relation.date || relation.via?.date || "", relation.status,
      t(`certainty.${relation.certainty}`), relation.via?.person || "", relation.via?.talk || "", sources.map(({ source }) => DATA.sources[source]?.title || source).join(" | "), sources.map((piece) => passage(piece) || "").filter(Boolean).join(" "),
    ];
  });
  return csv(head, rows);
}

const KINDS = {
  svg: () => save(`${NAME}.svg`, "image/svg+xml", `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svgPicture())}\n`),
  png: async () => save(`${NAME}.png`, "image/png", await pngPicture()),
  csv: () => save(`${NAME}.csv`, "text/csv", table()),
  gexf: () => save(`${NAME}.gexf`, "application/gexf+xml", gexf()),
  print: () => window.print(),
};

/**
 * A menu of what can be taken along.
 * @param {(keyof typeof KINDS)[]} kinds
 */
export function takeMenu(kinds) {
  const menu = el("details", { class: "take", onkeydown: (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  } }, el("summary", {}, t("take")), el("ul", {}, kinds.map((kind) => el("li", {}, el("button", { type: "button", "data-take": kind, onclick: () => {
    menu.open = false;
    KINDS[kind]();
  } }, t(`take.${kind}`))))));
  return menu;
}

/** Put a drawn picture in place of the canvas while the page is printed. */
export function preparePrinting() {
  const holder = document.getElementById("print-picture");
  window.addEventListener("beforeprint", () => {
    if (document.body.dataset.view !== "network") return;
    const dark = document.documentElement.dataset.theme === "dark";
    // Paper is light.
    document.documentElement.dataset.theme = "light";
    window.dispatchEvent(new Event("itas-recolour"));
    holder.replaceChildren(svgPicture({ whole: true }));
    if (dark) document.documentElement.dataset.theme = "dark";
    window.dispatchEvent(new Event("itas-recolour"));
  });
  window.addEventListener("afterprint", () => holder.replaceChildren());
}
