// How a thing is encoded in the drawing: sign, stroke, colours. Never colour alone.

import { DATA } from "./data.js";
import { FIELDS, changeOf, hasAllFields } from "./model.js";

// Signs on a sheet of 24 by 24, drawn as lines: here on canvas, in the legend as SVG.
export const SIGNS = {
  chamber: "M4 10 12 5l8 5zM6 10v8M10 10v8M14 10v8M18 10v8M4 19h16",
  union: "M8 9.500a2.500 2.500 0 1 0 0-.01M16 9.500a2.500 2.500 0 1 0 0-.01M3.500 19c0-6 9-6 9 0M11.500 19c0-6 9-6 9 0",
  company: "M4 19V10l5 3v-3l5 3v-3l6 3.500V19zM4 10V5h2.500v5",
  university: "M2.500 10 12 5.500l9.500 4.500-9.500 4.500zM6.500 12.500v4c3 2.500 8 2.500 11 0v-4",
  "research-institute": "M9.500 4h5M10.500 4v6L5.500 19h13l-5-9V4M8 15h8",
  authority: "M12 4l7 2.500v5c0 4-3 7-7 8.500-4-1.500-7-4.500-7-8.500v-5z",
  network: "M12 7.500 6.500 16M12 7.500l5.500 8.500M7 17h10M12 5.500v.01M5.500 17.500v.01M18.500 17.500v.01",
  "development-agency": "M4 18l5.500-6 4 3L20 7M14.500 7H20v5.500",
  "education-provider": "M12 7.500c-2-2-5-2-8-1.500v11c3-.5 6-.5 8 1.500 2-2 5-2 8-1.500V6c-3-.5-6-.5-8 1.500zM12 7.500v11",
  association: "M9.500 16a4.500 4.500 0 1 0-.01 0M14.500 17a4.500 4.500 0 1 0-.01 0",
  consortium: "M12 4l7 4v8l-7 4-7-4V8z",
  media: "M4 6h16v10h-8l-4 4v-4H4zM8 10h8M8 13h5",
  "": "M12 11.500v.01",
};
export const SIGN_PATHS = Object.fromEntries(Object.entries(SIGNS).map(([kind, path]) => [kind, new Path2D(path)]));

/**
 * Draw the sign of a kind of organisation, on a sheet of 24 by 24.
 * @param {any} ctx a canvas context, or one that records SVG and takes the path as text
 * @param {string} kind
 */
export function strokeSign(ctx, kind) {
  if (ctx.strokePathText) ctx.strokePathText(SIGNS[kind] || SIGNS[""]);
  else ctx.stroke(SIGN_PATHS[kind] || SIGN_PATHS[""]);
}

// How a role is drawn: what it is about, as a stroke.
export const STROKES = {
  lead: { width: 2.2, dashes: [] },
  partner: { width: 1.1, dashes: [] },
  work: { width: 1.4, dashes: [10, 4] },
  money: { width: 1.4, dashes: [10, 3, 2, 3] },
  talk: { width: 1.2, dashes: [4, 3] },
};
export const STROKE_OF = {
  "consortium-lead": "lead", "responsible-partner": "lead", client: "lead", initiator: "lead", "project-lead": "lead", director: "lead",
  contractor: "work", author: "work", "data-provider": "work",
  funder: "money", "project-agency": "money",
  speaker: "talk", moderator: "talk", host: "talk", panellist: "talk", guest: "talk", "video-address": "talk",
};
export const INFERRED = [1.5, 3];


// How what became of a thing between two states is drawn: its sign, and its stroke in place of that
// of its role.
export const CHANGES = {
  new: { kind: "new", sign: "+", width: 2.6, dashes: [] },
  gone: { kind: "gone", sign: "−", width: 2.2, dashes: [7, 5] },
  changed: { kind: "changed", sign: "~", width: 2.4, dashes: [10, 3, 2, 3] },
  same: { kind: "same", sign: "", width: 1, dashes: [] },
};

export function strokeOf(relation) {
  if (DATA.difference) return CHANGES[changeOf(relation)];
  const stroke = STROKES[STROKE_OF[relation.role] || "partner"];
  return relation.certainty === "inferred" ? { ...stroke, dashes: INFERRED } : stroke;
}

export function fieldNumber(slug) {
  return slug ? FIELDS.indexOf(slug) + 1 : 0;
}

// The colours and digits of an initiative's stripe.
export function bands(node) {
  if (!node.action_fields.length) return [{ field: 0, mark: "–" }];
  if (hasAllFields(node)) return [{ field: 0, mark: "∗" }];
  return node.action_fields.map((slug) => ({ field: Math.max(0, fieldNumber(slug)), mark: fieldNumber(slug) > 0 ? String(fieldNumber(slug)) : "" }));
}
