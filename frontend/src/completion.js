// A field that completes names: a combobox with a list, as in ARIA 1.2.

import { el, say } from "./elements.js";
import { find } from "./model.js";
import { kindLine, nodeSign } from "./signs.js";
import { fold, language, number, t } from "./words.js";

const MOST = 8;

/**
 * @param {object} given
 * @param {string} given.id of the field; what belongs to it is named after it
 * @param {string} given.label
 * @param {string} given.placeholder
 * @param {(node: GraphNode) => boolean} given.fits which nodes are offered
 * @param {GraphNode[]} given.others what is offered besides the nodes of the graph
 * @param {(node: GraphNode) => void} given.take what to do with the one chosen
 * @returns {HTMLElement}
 */
export function nameField({ id, label, placeholder, fits, others, take }) {
  let found = [];
  let active = -1;
  const list = el("ul", { id: `${id}-hits`, role: "listbox", "aria-label": t("search.results"), hidden: true });
  const box = el("input", { id, type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", enterkeyhint: "go", placeholder });

  const open = (isOpen) => {
    list.hidden = !isOpen;
    box.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) list.scrollIntoView({ block: "nearest" });
  };
  const mark = (index) => {
    active = index;
    [...list.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", `${id}-hit-${index}`);
    return list.children[index].scrollIntoView({ block: "nearest" });
  };
  const choose = (index) => {
    if (!found[index]) return;
    open(false);
    take(found[index].node);
  };
  const seek = () => {
    const wanted = fold(box.value);
    const besides = others.filter((node) => wanted && ` ${fold(node.label)}`.includes(` ${wanted}`)).map((node) => ({ node, why: null, text: "" }));
    found = [...besides, ...find(box.value).filter(({ node }) => fits(node))].slice(0, MOST);
    mark(-1);
    list.replaceChildren(...found.map((hit, index) => el("li", { role: "option", id: `${id}-hit-${index}`, "aria-selected": "false", onclick: () => choose(index) },
      nodeSign(hit.node), el("span", { class: "text" }, el("strong", { lang: hit.node.group === "field" || language === "de" ? null : "de" }, hit.node.label), el("span", { class: "quiet" }, hit.why ? t(`search.${hit.why}`, { text: hit.text }) : kindLine(hit.node))))));
    const none = Boolean(fold(box.value)) && !found.length;
    if (none) list.append(el("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("connection.search.none", { q: box.value })));
    open(Boolean(found.length || none));
    if (box.value) say(none ? t("connection.search.none", { q: box.value }) : t("search.found", { n: number(found.length) }));
  };

  box.addEventListener("input", seek);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) seek();
      if (found.length) mark((active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + found.length) % found.length);
    } else if (event.key === "Enter") {
      if (list.hidden) seek();
      else choose(Math.max(0, active));
    } else if (event.key === "Escape" && (!list.hidden || box.value)) {
      if (list.hidden) box.value = "";
      open(false);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  box.addEventListener("blur", () => setTimeout(() => document.activeElement !== box && open(false), 150));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  return el("div", { class: "name-field" }, el("label", { for: id }, label), box, list);
}
