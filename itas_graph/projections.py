"""One query of queries/edges -> a networkx graph of its own: what it relates, and nothing else.

A projection is a file: its first two columns that end in `_id` are the ends of a relation. If the
second is `shared_id`, any two that share a thing are related through it. The columns `relation_id`,
`role`, `status`, `certainty`, `date`, `valid_from`, `valid_until`, `as_of`, `source_id`, `anchor`
and `heading` say what they say in every query of that folder, `occasion_id` what makes several
statements one relation; all others tell by way of what the two are related.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itas_graph import network as networks
from itas_graph import queries
from itas_graph.errors import EngineError, Message, UsageError
from itas_graph.vocab import VOID

if TYPE_CHECKING:
    import networkx

    from itas_graph.answers import Endpoint
    from itas_graph.queries import Question

SHARED = "shared_id"
#: More pairs than this are no picture and no table any more, and fill the memory.
PAIRS = 500_000
#: With roles and evidence, more nodes than this take more memory and time than one waits for.
NODES = 50_000
_NAMED = 3

#: What relates nobody because too many share it: the thing, what it is called, how many do.
LeftOut = tuple[str, str, int]

_KNOWN = {"relation_id", "occasion_id", "source_id", "anchor", "heading"} | {
    *("role", "status", "certainty", "date", "valid_from", "valid_until", "as_of")
}
#: What nobody has promised yet relates nobody.
OPEN = ("draft", "planned", "requested")


@dataclass(frozen=True)
class Projection:
    """One query of queries/edges: its question and the columns that are the ends of a relation."""

    question: Question
    ends: tuple[str, str]

    @property
    def name(self) -> str:
        """Return the name by which it is asked for: that of its file."""
        return self.question.name

    @property
    def told(self) -> list[str]:
        """Return the columns that tell by way of what two are related."""
        columns = {name for name, _ in self.question.columns}
        return sorted(columns - _KNOWN - {*self.ends})

    @property
    def folded(self) -> bool:
        """Say whether two are related by what they share, not by a statement about both."""
        return self.ends[1] == SHARED


def load(folder: Path) -> dict[str, Projection]:
    """Return the projections that the queries folder `folder` offers, by name, sorted.

    Raises:
        EngineError: a file does not say in its header what it relates.
    """
    found = {}
    for path in sorted((folder / "edges").glob("*.rq")):
        question = queries.read(path)
        ends = [name for name, _ in question.columns if name.endswith("_id") and name not in _KNOWN]
        if len(ends) < 2:
            raise EngineError(
                Message(
                    f"queries/edges/{path.name}: Im Kopf fehlen die beiden Enden der Beziehung, "
                    "zwei Zeilen wie „#+ column: organisation_id | Organisation | Organisation“.",
                    f"queries/edges/{path.name}: the header lacks the two ends of the relation, "
                    "two lines like “#+ column: organisation_id | Organisation | Organisation”.",
                )
            )
        found[question.name] = Projection(question, (ends[0], ends[1]))
    return found


def find(known: Mapping[str, Projection], name: str) -> Projection:
    """Return the projection called `name`.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    if name in known:
        return known[name]
    near = queries.nearest(name, list(known))
    raise UsageError(
        Message(
            f"Ein Netzwerk „{name}“ gibt es nicht. {near.de}", f"No network “{name}”. {near.en}"
        )
    )


def project(
    endpoint: Endpoint,
    folder: Path,
    projection: Projection,
    as_of: str = "",
    whole: networkx.MultiGraph | None = None,
    *,
    lasting: bool = False,
    most: int | None = None,
) -> networkx.MultiGraph:
    """Return the nodes that a projection relates, all relations between them, and their evidence.

    Nodes and edges carry what `network.load` gives them; parallel relations stay apart. What surely
    began after `as_of` (a date, or part of one) is left out; with `lasting` also what was surely
    over by then. `whole` is what `network.load` gives, if it is at hand; it is left as it is.
    Things that more than `most` share relate nobody; they stand in the graph's `left_out`.

    Raises:
        EngineError: the endpoint failed.
        UsageError: too much is shared by too many to write out who shares it with whom.
    """
    import networkx

    whole = networks.load(endpoint, folder, None) if whole is None else whole
    stated = networkx.MultiGraph(**whole.graph)
    stated.add_nodes_from(whole.nodes(data=True))
    for slug, concept in whole.graph["concepts"].get("action-field", {}).items():
        stated.add_node(f"action-field/{slug}", **_concept(slug, concept))
    _relate_all(stated, endpoint, projection, folder)
    _drop(stated, as_of, lasting=lasting)
    drawn = _folded(stated, projection, most) if projection.folded else stated
    drawn.remove_nodes_from([key for key, degree in drawn.degree if not degree])
    about = _described(endpoint, projection, as_of)
    drawn.graph.update(**about, shared_by_at_most=most if projection.folded else None)
    return _in_order(drawn)


def describe(
    endpoint: Endpoint, folder: Path, projection: Projection, as_of: str
) -> dict[str, Any]:
    """Return what is said of a projection as a whole, as its graph does: title, date, concepts.

    Raises:
        EngineError: the endpoint failed.
    """
    return {
        **_described(endpoint, projection, as_of),
        "concepts": networks.concepts(endpoint, folder),
    }


def _described(endpoint: Endpoint, projection: Projection, as_of: str) -> dict[str, Any]:
    title = projection.question.title
    return {
        "name": projection.name,
        "question": {"de": title.de, "en": title.en},
        "stand": _said_of_data(endpoint, "dcterms:modified"),
        "dataset_title": {
            language: _said_of_data(endpoint, "dcterms:title", language)
            or _said_of_data(endpoint, "dcterms:title")
            for language in ("de", "en")
        },
        "base": _said_of_data(endpoint, "rdf:type").removesuffix("dataset"),
        "as_of": as_of,
        "told": ["shared", SHARED] if projection.folded else projection.told,
    }


def counted(graph: networkx.MultiGraph) -> networkx.MultiGraph:
    """Return `graph` without what is only planned or asked for: that relates nobody yet."""
    kept = graph.copy()
    kept.remove_edges_from(
        [
            (one, other, key)
            for one, other, key, edge in graph.edges(keys=True, data=True)
            if edge["status"] in OPEN
        ]
    )
    kept.remove_nodes_from([key for key, degree in list(kept.degree) if not degree])
    return kept


def _concept(slug: str, concept: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "group": "action-field",
        "label": concept["de"],
        "names": {"de": concept["de"], "en": concept["en"]},
        "kind": "",
        "status": "",
        "valid_from": "",
        "valid_until": "",
        "homepage": "",
        "consortium": False,
        "aliases": [],
        "action_fields": [slug],
        "evidence": [],
    }


def _relate_all(
    graph: networkx.MultiGraph, endpoint: Endpoint, projection: Projection, folder: Path
) -> None:
    named: dict[tuple[str, ...], str] = {}
    path = folder / "edges" / f"{projection.name}.rq"
    for row in networks.rows(endpoint, path):
        if not all(row.get(end) for end in projection.ends):
            continue
        one, other = row[projection.ends[0]], row[projection.ends[1]]
        relation = row.get("relation_id", other)
        same = (one, other, row.get("function", ""), row.get("occasion_id", relation))
        key = named.setdefault(same, networks.node_key(relation))
        told = {name: _told(name, row.get(name, "")) for name in projection.told}
        networks.relate(
            graph, projection.name, (one, other), key, {"relation_id": relation, **row}, told
        )


def _told(column: str, value: str) -> str:
    return networks.node_key(value) if column.endswith("_id") and value else value


def _drop(graph: networkx.MultiGraph, as_of: str, *, lasting: bool) -> None:
    if not as_of:
        return
    apart = [
        (one, other, key)
        for one, other, key, edge in graph.edges(keys=True, data=True)
        if first_day(began(graph, edge)) > last_day(as_of)
        or (lasting and _is_over(graph, edge, last_day(as_of)))
    ]
    graph.remove_edges_from(apart)


def _is_over(graph: networkx.MultiGraph, edge: Mapping[str, Any], day: str) -> bool:
    """Say whether a relation, or one of its ends, was surely over by a day."""
    said = (edge, *(graph.nodes[end] for end in edge["ends"]))
    return any("" < last_day(str(one.get("valid_until") or "")) < day for one in said)


def began(graph: networkx.MultiGraph, edge: Mapping[str, Any]) -> str:
    """Return when a relation began: by its own word, else when what it is about did."""
    own = edge["valid_from"] or edge["date"] or (edge["via"] or {}).get("date", "")
    if own:
        return str(own)
    nodes = [graph.nodes[end] for end in reversed(edge["ends"])]
    dates = (
        node.get({"event": "date", "initiative": "valid_from"}.get(str(node["group"]), ""), "")
        for node in nodes
    )
    return str(next((date for date in dates if date), ""))


def first_day(date: str) -> str:
    """Return the first day that a date, or a part of one, may mean; nothing for nothing.

    >>> first_day("2024-06"), first_day("2024")
    ('2024-06-01', '2024-01-01')
    """
    return f"{date}-01-01"[:10] if date else ""


def last_day(date: str) -> str:
    """Return the last day that a date, or a part of one, may mean; nothing for nothing.

    >>> last_day("2024-02"), last_day("2023"), last_day("2024-06-06")
    ('2024-02-29', '2023-12-31', '2024-06-06')
    """
    from calendar import monthrange

    if len(date) == 7:
        return f"{date}-{monthrange(int(date[:4]), int(date[5:]))[1]:02}"
    return f"{date}-12-31" if len(date) == 4 else date[:10]


def _folded(
    stated: networkx.MultiGraph, projection: Projection, most: int | None
) -> networkx.MultiGraph:
    """Relate any two that share a thing, once for each thing, with the evidence of both."""
    import networkx

    holders: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for _, _, edge in stated.edges(data=True):
        if edge["status"] not in OPEN:
            one, thing = edge["ends"]
            holders.setdefault(thing, {}).setdefault(one, []).append(edge)
    sizes = {thing: len(group) for thing, group in holders.items()}
    left_out = shared_by_more(sizes, most, lambda thing: str(stated.nodes[thing]["label"]))
    for thing, _, _ in left_out:
        del holders[thing], sizes[thing]
    refuse_too_many_pairs(projection, sizes, lambda thing: str(stated.nodes[thing]["label"]))
    drawn = networkx.MultiGraph(**stated.graph, left_out=left_out)
    drawn.add_nodes_from((key, data) for key, data in stated.nodes(data=True))
    for thing, group in sorted(holders.items()):
        for one, other in combinations(sorted(group), 2):
            edge = _through(stated, projection, (one, other), thing, [*group[one], *group[other]])
            key = "+".join((one.partition("/")[2], other.partition("/")[2], thing))
            drawn.add_edge(one, other, key, **edge)
    return drawn


def _through(
    stated: networkx.MultiGraph,
    projection: Projection,
    ends: tuple[str, str],
    thing: str,
    sides: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what relates the two `ends`: the thing they share, with what is said of both sides."""
    edges = list(sides)
    starts, finishes = [], []
    for end in ends:
        own = [edge for edge in edges if edge["ends"][0] == end]
        starts.append(min((began(stated, edge) for edge in own), key=first_day))
        until = [str(edge["valid_until"]) for edge in own]
        finishes.append(max(until, key=last_day) if all(until) else "")
    shared = stated.nodes[thing]
    evidence = {networks.in_order(piece): piece for edge in edges for piece in edge["evidence"]}
    doubt = any(
        all(edge["certainty"] == "inferred" for edge in edges if edge["ends"][0] == end)
        for end in ends
    )
    known = [date for date in finishes if date]
    return {
        "type": projection.name,
        "ends": ends,
        "role": "",
        # Both have to be there: from the later beginning to the earlier end.
        "valid_from": max(starts, key=first_day) if all(starts) else "",
        "valid_until": min(known, key=last_day) if known else "",
        "as_of": "",
        "date": "",
        "status": "",
        "certainty": "inferred" if doubt else "stated",
        "via": {"shared": shared["label"] or thing, SHARED: thing},
        "statements": sorted({text for edge in edges for text in edge["statements"]}),
        "conflicts": [],
        "evidence": [piece for _, piece in sorted(evidence.items())],
    }


def refuse_too_many_nodes(endpoint: Endpoint) -> None:
    """Refuse to hold each relation with its evidence where there are too many nodes for that.

    Raises:
        EngineError: the endpoint failed.
        UsageError: there are; the message says what to do.
    """
    answer = endpoint.ask(
        "SELECT (COUNT(*) AS ?nodes) { VALUES ?class { foaf:Person itas:Initiative "
        "org:Organization schema:Event } ?node a ?class }"
    )
    nodes = next((int(getattr(row[0], "value", 0)) for row in answer.rows or ()), 0)
    if nodes > NODES:
        counted, limit = _counted(nodes), _counted(NODES)
        raise UsageError(
            Message(
                f"Der Datensatz hat {counted.de} Knoten; mit allen Rollen und Belegen gibt es ein "
                f"Netzwerk bis {limit.de}. Nehmen Sie --edge-list (wer mit wem und wie oft), oder "
                "für die Belege „itas-graph query -e“ mit der Abfrage aus queries/edges und einem "
                "engeren Muster.",
                f"The dataset has {counted.en} nodes; with all roles and evidence there is a "
                f"network up to {limit.en}. Take --edge-list (who with whom and how often), or for "
                "the evidence “itas-graph query -e” with the query of queries/edges and a narrower "
                "pattern.",
            )
        )


def shared_by_more(
    sizes: Mapping[str, int], most: int | None, name: Callable[[str], str]
) -> tuple[LeftOut, ...]:
    """Return the things that more than `most` share: what, its name, how many do; largest first.

    >>> shared_by_more({"initiative/netz": 3, "event/tag": 40, "event/forum": 12}, 10, str.upper)
    (('event/tag', 'EVENT/TAG', 40), ('event/forum', 'EVENT/FORUM', 12))
    """
    if most is None:
        return ()
    found = [(thing, size) for thing, size in sizes.items() if size > most]
    return tuple(
        (thing, name(thing) or thing, size)
        for thing, size in sorted(found, key=lambda one: (-one[1], one[0]))
    )


def left_out(about: Mapping[str, Any]) -> Message | None:
    """Return what relates nobody because too many share it, as a sentence; None if nothing is.

    >>> found = left_out({"shared_by_at_most": 9, "left_out": (("event/tag", "Tagung", 12),)})
    >>> found.en
    'Not counted as shared, because more than 9 share it: 1 thing (“Tagung” 12).'
    """
    things = about.get("left_out")
    if not things:
        return None
    most, count = about["shared_by_at_most"], len(things)
    german = ", ".join(f"„{name}“ {size}" for _, name, size in things[:_NAMED])
    english = ", ".join(f"“{name}” {size}" for _, name, size in things[:_NAMED])
    if count > _NAMED:
        german, english = f"{german} …", f"{english} …"
    return Message(
        f"Nicht als geteilt gezählt, weil mehr als {most} sie teilen: {count} "
        f"{'Sache' if count == 1 else 'Sachen'} ({german}).",
        f"Not counted as shared, because more than {most} share "
        f"{'it' if count == 1 else 'them'}: {count} {'thing' if count == 1 else 'things'} "
        f"({english}).",
    )


def refuse_too_many_pairs(
    projection: Projection, sizes: Mapping[str, int], name: Callable[[str], str]
) -> None:
    """Refuse to write out who shares what with whom if that are too many pairs.

    `sizes` says by how many each thing is shared, `name` what it is called.

    Raises:
        UsageError: they are; the message names the things that make it so, and a bound that works.
    """
    count = sum(map(_pairs, sizes.values()))
    if count <= PAIRS:
        return
    bound, kept = _working_bound(sizes)
    out = shared_by_more(sizes, bound, name)
    german = ", ".join(f"„{label}“ teilen {_counted(size).de}" for _, label, size in out[:_NAMED])
    first, *others = (f"shared by {_counted(size).en}" for _, _, size in out[:_NAMED])
    says = [f"alone is {first}", *(f"is {one}" for one in others)]
    english = ", ".join(f"“{one[1]}” {said}" for one, said in zip(out, says, strict=False))
    all_, out_, kept_ = _counted(len(sizes)), _counted(len(out)), _counted(kept)
    way = Message(
        f"Mit --shared-by-at-most {bound} bleiben {kept_.de} Paare; was fehlt, steht dann im "
        f"Ergebnis. Oder nehmen Sie",
        f"With --shared-by-at-most {bound}, {kept_.en} pairs are left; the result then says what "
        f"is missing. Or take",
    )
    if bound < 2:
        way = Message("Nehmen Sie", "Take")
    raise UsageError(
        Message(
            f"{projection.name}: Das wären {_counted(count).de} Paare, mehr als "
            f"{_counted(PAIRS).de}. Allein {german} (zu groß sind {out_.de} von {all_.de} "
            f"geteilten Sachen). {way.de} das Netzwerk, das sagt, wer woran beteiligt ist "
            "(organisation-initiative), oder mit --as-of einen früheren Stand.",
            f"{projection.name}: that would be {_counted(count).en} pairs, more than "
            f"{_counted(PAIRS).en}. {english} ({out_.en} of {all_.en} shared things are too "
            f"large). {way.en} the network that says who takes part in what "
            "(organisation-initiative), or an earlier state by --as-of.",
        )
    )


def _pairs(size: int) -> int:
    return size * (size - 1) // 2


def _working_bound(sizes: Mapping[str, int]) -> tuple[int, int]:
    """Return the largest bound on who shares a thing that works, and how many pairs are left."""
    bound, kept = 1, 0
    for size, times in sorted(Counter(sizes.values()).items()):
        more = kept + times * _pairs(size)
        if more > PAIRS:
            break
        bound, kept = size, more
    return bound, kept


def _counted(number: int) -> Message:
    text = f"{number:,}"
    return Message(text.replace(",", "."), text)


def _said_of_data(endpoint: Endpoint, name: str, language: str = "") -> str:
    """Return what the dataset says of itself; for its type, its own address."""
    wanted = f'FILTER(LANG(?text) = "{language}")' if language else ""
    told = "?dataset" if name == "rdf:type" else "?text"
    answer = endpoint.ask(
        f"SELECT (MIN(STR({told})) AS ?value) WHERE {{ ?dataset a <{VOID}Dataset> ; "
        f"{name} ?text {wanted} }}"
    )
    return next((str(getattr(row[0], "value", "")) for row in answer.rows or ()), "")


def _in_order(graph: networkx.MultiGraph) -> networkx.MultiGraph:
    """Return the same graph with its nodes and relations sorted: equal input, equal output."""
    drawn = graph.__class__(**graph.graph)
    drawn.add_nodes_from(sorted(graph.nodes(data=True), key=lambda one: str(one[0])))
    edges = [(*edge["ends"], key, edge) for _, _, key, edge in graph.edges(keys=True, data=True)]
    for one, other, key, edge in sorted(edges, key=lambda edge: edge[:3]):
        edge["evidence"].sort(key=networks.in_order)
        drawn.add_edge(one, other, key, **edge)
    return drawn
