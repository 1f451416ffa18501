// Which npm packages ended up in the bundles, and the notices that must travel with them.

import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

const FILE = /^(licen[cs]e|copying|notice)([._-].*)?$/i;
const COPYRIGHT = /^\s*copyright\s+(\(c\)|©|\d{4}).*$/gim;

/**
 * List the packages in some bundles, and each licence text once.
 *
 * Packages under the MIT licence share its text and keep their copyright lines as `notice`; any
 * other text stands as it is. MIT is always there: parts that npm knows nothing of refer to it.
 * @param {string} here folder of package.json
 * @param {import("esbuild").BuildResult[]} results what esbuild returned, with `metafile`
 * @returns {Promise<{packages: {name: string, version: string, licence: string, notice: string[], texts: string[], bundles: string[]}[], texts: Record<string, string>}>}
 * @throws {Error} a package brings no licence text and licences/notices.json does not name it
 */
export async function licences(here, results) {
  const notices = JSON.parse(await readFile(join(here, "licences/notices.json"), "utf8"));
  const mit = (await readFile(join(here, "licences/MIT.txt"), "utf8")).trim();
  /** @type {Record<string, string>} */
  const texts = { MIT: mit };
  const packages = [];
  for (const [folder, bundles] of [...inBundles(results)].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const { name, version, license: licence } = JSON.parse(await readFile(join(here, folder, "package.json"), "utf8"));
    const notice = [];
    const used = [];
    for (const { file, text } of await textsOf(join(here, folder), licence)) {
      if (words(text) === words(mit)) {
        notice.push(...(text.match(COPYRIGHT) || []).map((line) => line.trim()));
        used.push("MIT");
      } else {
        const known = Object.keys(texts).find((key) => texts[key] === text) || `${name} (${file})`;
        texts[known] = text;
        used.push(known);
      }
    }
    if (!used.length) {
      if (!(name in notices) || !/\bMIT\b/.test(licence)) throw new Error(`${name} brings no licence text: add its copyright line to frontend/licences/notices.json`);
      notice.push(notices[name]);
      used.push("MIT");
    }
    packages.push({ name, version, licence, notice, texts: used, bundles: [...bundles].sort() });
  }
  return { packages, texts };
}

/**
 * Package folders of which something is in a bundle, with the names of those bundles.
 * @param {import("esbuild").BuildResult[]} results
 */
function inBundles(results) {
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  for (const [output, { inputs }] of results.flatMap(({ metafile }) => Object.entries(metafile.outputs))) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder && bytesInOutput) found.set(folder, (found.get(folder) || new Set()).add(basename(output)));
    }
  }
  return found;
}

// Where a package leaves the choice between licences, its shortest text is the one taken.
async function textsOf(folder, licence) {
  const names = (await readdir(folder)).filter((name) => FILE.test(name)).sort();
  const files = await Promise.all(names.map(async (file) => ({ file, text: (await readFile(join(folder, file), "utf8")).replace(/\r\n/g, "\n").trim() })));
  const notices = files.filter(({ file }) => /^notice/i.test(file));
  const choice = files.filter(({ file }) => !/^notice/i.test(file)).sort((one, other) => one.text.length - other.text.length);
  return [...(/ OR /.test(licence) ? choice.slice(0, 1) : choice), ...notices];
}

// The words of a text without its heading and its copyright lines.
function words(text) {
  return text
    .replace(COPYRIGHT, "")
    .replace(/^\s*#*\s*(the )?mit licen[cs]e( \(mit\))?\s*$/im, "")
    .replace(/\s+/g, " ")
    .trim();
}
