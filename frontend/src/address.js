
import { DATA } from "./data.js";
import { FACETS, nodes, relations, state } from "./model.js";
import { language, speak } from "./words.js";

// The whole state as the address' fragment, so that a link leads back to it.
export function writeFragment() {
  const parts = [`view=${state.view}`];
  if (state.selected) parts.push(`select=${encodeURI(state.selected).replace(/[&#]/g, encodeURIComponent)}`);
  for (const [name, slugs] of Object.entries(state.off)) {
    if (slugs.size) parts.push(`hide-${name}=${[...slugs].sort().map(encodeURIComponent).join(",")}`);
  }
  if (language !== DATA.settings.language) parts.push(`lang=${language}`);
  return `#${parts.join("&")}`;
}

export function readFragment(fragment, view) {
  const given = new Map();
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const cut = part.indexOf("=");
    if (cut > 0) given.set(part.slice(0, cut), part.slice(cut + 1));
  }
  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return "";
    }
  };
  const wanted = given.get("view");
  state.view = ["list", "network", "table", "about"].includes(wanted) ? wanted : view;
  const selected = decoded(given.get("select") || "");
  state.selected = nodes.has(selected) || relations.has(selected) ? selected : null;
  for (const [name, facet] of Object.entries(FACETS)) {
    const hidden = given.has(`hide-${name}`) ? given.get(`hide-${name}`).split(",").map(decoded) : [];
    state.off[name] = new Set(hidden.filter((slug) => facet.counts.has(slug)));
  }
  speak(["de", "en"].includes(given.get("lang")) ? given.get("lang") : DATA.settings.language);
}
