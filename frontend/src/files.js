// Answers as files, to take along.

/**
 * Hand a file to the reader.
 * @param {string} name
 * @param {string} type media type
 * @param {BlobPart} content
 */
export function save(name, type, content) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// A cell that a spreadsheet would take for a formula is marked as text (OWASP, CSV injection).
function cell(text) {
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^-?\d+([.,]\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/**
 * Comma-separated values (RFC 4180), with the mark by which Excel knows UTF-8.
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function csv(head, rows) {
  return `\ufeff${[head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
