// Elements of the document; strings become text, never markup.

import { language } from "./words.js";

/** @param {string} id */
export const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * All elements that fit a selector.
 * @param {string} selector
 * @param {ParentNode} within
 */
export const all = (selector, within = document) => /** @type {HTMLElement[]} */ ([...within.querySelectorAll(selector)]);
export const SVG = "http://www.w3.org/2000/svg";

// One element with attributes and children; strings become text, never markup.
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function say(text) {
  $("live").textContent = text;
}

// Names, titles and quotations are German whatever the page speaks.
export function german(name, attributes, ...children) {
  return el(name, { ...attributes, lang: language === "de" ? null : "de" }, ...children);
}
export function cross() {
  const made = svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" });
  made.append(svg("path", { d: "m7 7 10 10M17 7 7 17" }));
  return made;
}
