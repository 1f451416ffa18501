// The whole state as the address' fragment, so that a link leads back to it: a permalink without a
// server. Each part of the page registers the fields it owns.

/**
 * @typedef {object} Field
 * @property {() => string | null} write the value now, or null to leave the field out
 * @property {(value: string) => void} read takes the value, "" if the field is not there
 */

/** @type {Map<string, Field>} */
const fields = new Map();

/**
 * Add a field to the fragment; fields are written in the order in which they were added.
 * @param {string} name
 * @param {Field} field
 */
export function addressField(name, field) {
  fields.set(name, field);
}

/**
 * The fragment that leads back here, with its "#".
 * @param {Record<string, string | null>} [instead] values that stand in place of those of the moment
 */
export function writeFragment(instead = {}) {
  const parts = [];
  // The view first: it is what a reader of the address looks for.
  const ordered = [...fields].sort(([one], [other]) => Number(other === "view") - Number(one === "view"));
  for (const [name, field] of ordered) {
    const value = name in instead ? instead[name] : field.write();
    if (value !== null) parts.push(`${name}=${encodeURI(value).replace(/[&#+]/g, encodeURIComponent)}`);
  }
  return `#${parts.join("&")}`;
}

/**
 * Take the state from a fragment; what it does not name goes back to how it was at first.
 * @param {string} fragment
 */
export function readFragment(fragment) {
  const given = new Map();
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const cut = part.indexOf("=");
    if (cut > 0) given.set(part.slice(0, cut), decoded(part.slice(cut + 1)));
  }
  for (const [name, field] of fields) field.read(given.get(name) ?? "");
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
