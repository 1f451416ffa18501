// What this is, how to read it, sources, licences.

import { passage } from "./evidence.js";
import { DATA } from "./data.js";
import { $, el, german } from "./elements.js";
import { relations } from "./model.js";
import { byName, concept, counted, dateText, language, number, t } from "./words.js";

// Whom to ask for a correction or a removal; an address is a link, anything else is text.
function contact() {
  const given = DATA.contact || "";
  const address = /^[^\s@:/?]+@[^\s@:/?]+$/.test(given) ? el("a", { href: `mailto:${given}` }, given) : /^https?:\/\//i.test(given) ? el("a", { href: given, target: "_blank", rel: "noopener noreferrer external" }, given, " ↗") : given;
  return [given ? el("p", {}, address) : null, el("p", {}, DATA.contact_note?.[language] || (given ? t("about.contact.text") : ""))].filter(Boolean);
}

// How a link of the workspace is named: by itself, else by what it is for.
const labelled = (link) => link.label[language] || link.label.de || (link.role ? t(`link.${link.role}`) : link.url);

function ownLink(link, ...after) {
  if (/^mailto:/i.test(link.url || "")) return link.role === "contact" ? el("a", { href: link.url }, labelled(link)) : null;
  if (!/^https?:\/\//i.test(link.url || "")) return null;
  return el("a", { href: link.url, target: "_blank", rel: "noopener noreferrer external" }, labelled(link), ...after);
}

/** The links that every view shows: imprint, privacy and what else the workspace names. */
export function ownLinks() {
  return DATA.links.map((link) => ownLink(link)).filter(Boolean);
}

export function drawAbout() {
  const used = new Map();
  for (const relation of relations.values()) for (const piece of relation.evidence) used.set(piece.source, (used.get(piece.source) || 0) + 1);
  const sources = Object.entries(DATA.sources).sort((one, other) => (used.get(other[0]) || 0) - (used.get(one[0]) || 0) || byName(one[1].title || "", other[1].title || ""));
  const list = sources.map(([slug, source]) => {
    const url = passage({ source: slug });
    const about = [source.publisher, source.published ? dateText(source.published) : t("date.undated"), concept("source-kind", source.kind), concept("coverage", source.coverage), counted("n.relations", used.get(slug) || 0)].filter(Boolean);
    return el("li", {}, url ? german("a", { href: url, target: "_blank", rel: "noopener noreferrer external" }, source.title || slug, " ↗") : german("span", {}, source.title || slug), el("span", { class: "quiet" }, about.join(" · ")));
  });
  const items = (wanted) => DATA.links.filter(wanted).map((link) => ownLink(link, " ↗")).filter(Boolean).map((link) => el("li", {}, link));
  const links = items((link) => link.role !== "contact");
  const contacts = items((link) => link.role === "contact");
  $("view-about").replaceChildren(
    el("div", { class: "text" },
      el("h2", {}, t("about.what")), el("p", {}, DATA.description[language] || ""), el("p", {}, t("about.what.text")),
      el("h2", {}, t("about.read")), el("p", {}, t("about.read.1")), el("p", {}, t("about.read.2")), el("p", {}, t("about.read.3")), el("p", {}, t("about.read.4")), el("p", {}, t("about.read.5")), el("p", {}, t("network.keys")),
      el("h2", {}, t("about.data")), el("p", {}, DATA.stand ? t("stand", { date: dateText(DATA.stand) }) : null),
      DATA.licence ? el("p", {}, /^https?:\/\//i.test(DATA.licence_url || "") ? el("a", { href: DATA.licence_url, target: "_blank", rel: "noopener noreferrer external" }, t("about.licence", { licence: DATA.licence }), " ↗") : t("about.licence", { licence: DATA.licence })) : null,
      links.length ? el("ul", { class: "links" }, links) : null,
      el("h2", {}, t("about.contact")), contacts.length ? el("ul", { class: "links" }, contacts) : null, ...contact(),
      el("h2", {}, t("about.sources"), el("span", { class: "quiet" }, ` ${number(sources.length)}`)), el("p", {}, t("about.sources.text")), el("ul", { class: "sources" }, list),
      el("h2", {}, t("about.parts")), el("p", {}, t("parts.text")), ...parts()),
  );
}

// Licences are worded in English, whatever the page speaks.
function parts() {
  const { packages, texts } = DATA.parts;
  const lang = language === "en" ? null : "en";
  const items = packages.map(({ name, version, licence, notice }) =>
    el("li", {}, `${name} ${version}`, el("span", { class: "quiet" }, licence), notice.map((line) => el("span", { class: "quiet notice", lang }, line))));
  const wordings = Object.entries(texts).map(([name, text]) =>
    el("details", { class: "wording" }, el("summary", {}, t("parts.wording", { name })), el("pre", { lang }, text)));
  return [el("ul", { class: "parts" }, items), ...wordings];
}
