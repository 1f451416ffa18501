// Asks queries of one or several sources through Comunica: node ask.mjs SOURCE,... QUERY...
// Prints one line of JSON for each: the answer, or what went wrong.
import { QueryEngine } from "@comunica/query-sparql";

const [named, ...queries] = process.argv.slice(2);
const sources = named.split(",");
const engine = new QueryEngine();

function term(one) {
  return one.termType === "Literal"
    ? { type: "literal", value: one.value, language: one.language, datatype: one.datatype.value }
    : { type: one.termType, value: one.value };
}

async function answer(query) {
  const result = await engine.query(query, { sources });
  if (result.resultType === "boolean") return { truth: await result.execute() };
  if (result.resultType === "quads") {
    const quads = await (await result.execute()).toArray();
    return { triples: quads.map((quad) => [quad.subject, quad.predicate, quad.object].map(term)) };
  }
  const rows = await (await result.execute()).toArray();
  return {
    rows: rows.map((row) =>
      Object.fromEntries([...row].map(([variable, one]) => [variable.value, term(one)])),
    ),
  };
}

for (const query of queries) {
  let said;
  try {
    said = await answer(query);
  } catch (error) {
    said = { error: String(error.message ?? error) };
  }
  console.log(JSON.stringify(said));
}
