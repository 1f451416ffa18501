// Who says so: sources, anchors, links to the passage.

import { DATA } from "./data.js";
import { el, german } from "./elements.js";
import { dateText, t } from "./words.js";

// A link that leads to the words themselves.
export function passage(piece) {
  const source = DATA.sources[piece.source];
  if (!source || !/^https?:\/\//i.test(source.url || "")) return null;
  if (!piece.anchor) return source.url;
  const words = encodeURIComponent(piece.anchor.replace(/\s+/g, " ").trim()).replace(/-/g, "%2D");
  return `${source.url}${source.url.includes("#") ? "" : "#"}:~:text=${words}`;
}

export function quoted(text) {
  return german("q", { class: "anchor" }, text);
}

export function evidenceItem(piece) {
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

export function evidenceList(pieces) {
  if (!pieces.length) return el("p", { class: "quiet" }, t("details.evidence.none"));
  return el("ul", { class: "evidence" }, pieces.map(evidenceItem));
}
