// Partial dates, honestly: 2024 is some day of that year, nobody knows which.

/**
 * The first day that a date may mean.
 * @param {string} date 2024, 2024-06 or 2024-06-06
 */
export function earliest(date) {
  return `${date}-01-01`.slice(0, 10);
}

/**
 * The last day that a date may mean; every month has 31 days here, which is late enough to compare.
 * @param {string} date 2024, 2024-06 or 2024-06-06
 */
export function latest(date) {
  return date.length === 4 ? `${date}-12-31` : date.length === 7 ? `${date}-31` : date.slice(0, 10);
}

/**
 * How a time that began at `from` (and was over at `until`) stands to a date: "later" if it surely
 * had not begun, "unsure" if it may not have, "undated" if nothing is known, "ended" if it was
 * surely over, else "begun".
 * @param {{ from?: string, until?: string, known?: string }} time `known`: a day on which it held
 * @param {string} date
 * @returns {"later" | "unsure" | "undated" | "ended" | "begun"}
 */
export function standing({ from, until, known }, date) {
  const day = latest(date);
  if (from && earliest(from) > day) return "later";
  if (until && latest(until) < day) return "ended";
  if (from) return latest(from) > day ? "unsure" : "begun";
  if (known) return latest(known) <= day ? "begun" : "unsure";
  return "undated";
}
