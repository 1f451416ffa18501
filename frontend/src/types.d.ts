// What the data block holds, as the scripts see it once the defaults are in.

type Language = "de" | "en";
type Words = Record<Language, string>;

interface Evidence {
  source: string;
  anchor?: string | null;
  heading?: string | null;
}

interface Conflict {
  property: Words;
  values: { value: Words; sources: string[] }[];
}

/** What became of a thing between two states, and what its fields said and say. */
interface Change {
  kind: "new" | "gone" | "changed";
  fields: { name: Words; old: Words[]; new: Words[] }[];
}

interface Place {
  x: number;
  y: number;
  left: number;
  top: number;
  width: number;
  height: number;
  radius: number;
  side: "left" | "right" | "inside";
  lines: string[];
}

/** A node of the graph, or an action field where a connection may lead; `relations` are all it has, whatever is shown. */
interface GraphNode {
  key: string;
  group: "organisation" | "initiative" | "person" | "event" | "cluster" | "field";
  label: string;
  kind: string;
  status: string;
  valid_from: string;
  valid_until: string;
  period_as_written: string;
  unit_of: string | null;
  part_of: string | null;
  consortium: boolean;
  aliases: string[];
  action_fields: string[];
  inferred_fields: string[];
  evidence: Evidence[];
  date: string;
  until: string;
  place_name: string;
  series: string;
  url?: string;
  conflicts: Conflict[];
  /** In a page of two states. */
  change?: Change;
  /** Of an organisation: who stood for it. */
  people?: { name: string; function?: string; event?: string; date: string }[];
  relations: Relation[];
  /** Where it stands in the drawing of the moment. */
  place?: Place;
  /** Of a cluster: what it holds. */
  members?: string[];
  counts?: Record<string, number>;
  names?: Words;
  x?: number;
  y?: number;
  radius?: number;
}

interface Via {
  person?: string;
  function?: string;
  talk?: string;
  event?: string;
  date?: string;
  organisation?: string;
}

interface Relation {
  key: string;
  type: "involvement" | "contribution" | "affiliation" | "presentation" | "shared" | "link" | "field";
  from: string;
  to: string;
  one: GraphNode;
  other: GraphNode;
  role: string;
  valid_from: string;
  valid_until: string;
  as_of: string;
  date: string;
  status: string;
  certainty: "stated" | "inferred";
  phase: "open" | "ended" | "planned";
  via: Via | null;
  evidence: Evidence[];
  conflicts?: Conflict[];
  /** In a page of two states. */
  change?: Change;
  /** Whether it was over on the day of the data. */
  ended?: boolean;
  /** Of type "shared": the initiatives and events that both ends have in common. */
  shared?: string[];
  /** Of each of these, in which of two states they have it in common: 1 the old, 2 the new, 3 both. */
  sides?: number[];
  /** Of type "link" between clusters: how many relations it stands for. */
  count?: number;
}

interface Sector {
  slug: string;
  outline: [number, number][];
  title: [number, number, number, number];
  titles: Record<Language, string[]>;
  colour?: number;
}

interface Sheet {
  width: number;
  height: number;
  middle: [number, number];
  sectors: Sector[];
  places: Record<string, Place>;
}

type DrawingName = "organisation-initiative" | "organisation-organisation" | "event-person-organisation" | "neighbourhood";
