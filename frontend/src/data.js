// The data block of the page.

export const DATA = JSON.parse(document.getElementById("data").textContent);

const PLACE = ["x", "y", "left", "top", "width", "height", "radius", "side"];

// The block names nodes by number; the places of a drawing follow in the order of its nodes.
function unpack(drawing) {
  const keys = drawing.nodes.map((number) => DATA.nodes[number].key);
  for (const layout of Object.values(drawing.layouts || {})) {
    layout.places = Object.fromEntries(layout.places.map((values, index) => {
      const place = Object.fromEntries(PLACE.map((name, at) => [name, values[at]]));
      place.lines = drawing.labels[index] || [DATA.nodes[drawing.nodes[index]].label];
      return [keys[index], place];
    }));
  }
  drawing.measures = { betweenness: Object.fromEntries(keys.map((key, index) => [key, drawing.between[index]])) };
  for (const cluster of drawing.overview?.clusters || []) cluster.members = cluster.members.map((number) => DATA.nodes[number].key);
}
for (const drawing of Object.values(DATA.drawings)) unpack(drawing);
for (const relation of DATA.relations) {
  relation.from = DATA.nodes[relation.from].key;
  relation.to = DATA.nodes[relation.to].key;
}
