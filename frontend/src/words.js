// Every word the reader sees: from the page's texts, in the language of the moment.

import { DATA } from "./data.js";

export const MONTHS = {
  de: ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
  en: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
};
export let language = DATA.settings.language;

export function speak(wanted) {
  language = wanted;
}

export function t(key, values = {}) {
  const words = DATA.texts[key];
  if (!words) throw new Error(`no text for ${key}`);
  return words[language].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function number(value) {
  return new Intl.NumberFormat(language === "de" ? "de-DE" : "en-GB").format(value);
}

export function counted(key, n) {
  const [one, many] = DATA.texts[key][language].split("|");
  return (n === 1 ? one : many).replace("{n}", number(n));
}

// 2024, 2024-06 or 2024-06-06, as precise as it is known.
export function dateText(value) {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/.exec(value || "");
  if (!parts) return value || "";
  const [, year, month, day] = parts;
  if (!month) return year;
  const name = MONTHS[language][Number(month) - 1] || month;
  if (!day) return `${name} ${year}`;
  return language === "de" ? `${Number(day)}. ${name} ${year}` : `${Number(day)} ${name} ${year}`;
}

export function periodText(from, until) {
  if (from && until && from === until) return dateText(from);
  if (from && until) return t("date.range", { from: dateText(from), until: dateText(until) });
  if (from) return t("date.from", { date: dateText(from) });
  return until ? t("date.until", { date: dateText(until) }) : "";
}

// The name of a concept; a slug nobody has named is shown as words.
export function concept(scheme, slug) {
  if (!slug) return "";
  const found = (DATA.concepts[scheme] || []).find((one) => one.slug === slug);
  return found ? found[language] || found.de : slug.replace(/-/g, " ");
}

export const ROLE_SCHEMES = ["role", "involvement-role", "contribution-role", "participation-role"];

export function roleText(slug) {
  if (slug === "affiliation" || slug === "presentation") return t(`role.${slug}`);
  const scheme = ROLE_SCHEMES.find((name) => (DATA.concepts[name] || []).some((one) => one.slug === slug));
  return concept(scheme || "role", slug);
}

export function fieldText(slug) {
  return slug ? concept("action-field", slug) : t("field.none");
}

// ü, ue and u are one when searching; so are ß and ss, é and e.
export function fold(text) {
  return (text || "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/([aou])e/g, "$1")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

export function byName(one, other) {
  return one.localeCompare(other, "de");
}
