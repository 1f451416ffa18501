// Builds the page's scripts into itas_graph/bundle: `npm ci --ignore-scripts && npm run build`.
// The wheel's build hook runs the same. Same sources and lock file, same bytes.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import SevenZip from "7z-wasm";
import { build } from "esbuild";
import { licences } from "./licences.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const bundle = fileURLToPath(new URL("../itas_graph/bundle/", import.meta.url));

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: ["es2022"],
  // The notices travel in licences.json instead.
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

await rm(bundle, { recursive: true, force: true });
await mkdir(bundle, { recursive: true });
const results = await Promise.all([
  build({ ...common, entryPoints: ["src/page.js"], outfile: `${bundle}page.js` }),
  build({ ...common, entryPoints: ["src/page.js"], outfile: `${bundle}page-without-sparql.js`, conditions: ["without-sparql"] }),
  // A classic script: module workers do not start from file://.
  build({ ...common, entryPoints: ["src/engine/worker.js"], outfile: `${bundle}engine.js`, define: { "import.meta.url": '""' } }),
]);
await writeFile(`${bundle}engine.wasm.xz.txt`, `${await packed(`${here}node_modules/oxigraph/web_bg.wasm`)}\n`);
await writeFile(`${bundle}licences.json`, `${JSON.stringify(await licences(here, results), null, 1)}\n`);

/** A file as xz in base64: a third smaller than gzip, which counts in a page sent by mail. */
async function packed(path) {
  const archiver = await SevenZip({ print() {} });
  archiver.FS.writeFile("engine", await readFile(path));
  archiver.callMain(["a", "-txz", "-mx=9", "-mmt=off", "engine.xz", "engine"]);
  return Buffer.from(archiver.FS.readFile("engine.xz")).toString("base64");
}
