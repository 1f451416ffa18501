// The same nodes and positions, drawn by sigma.js with its defaults.

import { MultiGraph } from "graphology";
import Sigma from "sigma";

const { nodes, edges } = JSON.parse(document.getElementById("data").textContent);
const graph = new MultiGraph();
for (const [key, label, x, y] of nodes) graph.addNode(key, { label, x, y: -y, size: 3, color: "#1d5c8f" });
for (const [key, from, to] of edges) graph.addEdgeWithKey(key, from, to, { size: 0.5, color: "#cccccc" });
const sigma = new Sigma(graph, document.getElementById("drawing"));
sigma.refresh();
requestAnimationFrame(() => requestAnimationFrame(() => (window.drawn = true)));
