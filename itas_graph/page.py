"""Network -> one sealed HTML file: no outside reference, no inline handler, strict content policy.

pyvis brings vis-network and says how its nodes and edges look; the template is ours. The page
carries its data as one JSON block; its scripts put every text in as text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from itas_graph import drawings, layout, licences, measures, overview, sealed_html
from itas_graph.asking import Asking
from itas_graph.asking import description as asking_description
from itas_graph.drawings import Drawing, Graph
from itas_graph.errors import EngineError, Language, Message
from itas_graph.evidence import safe_url
from itas_graph.places import Layout, Place, Sheets
from itas_graph.words import texts_of_the_page

TEMPLATES = Path(__file__).parent / "templates"
BUNDLE = Path(__file__).parent / "bundle"
VIS = "lib/vis-9.1.2/vis-network.min.js"
PARALLEL_BEND = 0.16
SHAPES = {"wide": layout.WIDE, "tall": layout.TALL}


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What the page is told besides the network.

    `language` is the one it opens in; the reader can switch.
    """

    language: Language = "de"


def arranged(network: Graph, previous: Sheets | None = None) -> Sheets:
    """Return the layouts of every drawing of `network` that is not too large to be drawn whole.

    With `previous` layouts what was there stays where it was.
    """
    fields = _concepts(network, "action-field")
    sheets: dict[str, dict[str, Layout]] = {}
    for name in drawings.NAMES:
        drawing = drawings.drawing(network, name)
        if not drawing.large:
            before = (previous or {}).get(name, {})
            sheets[name] = {
                shape: layout.arrange(drawing, fields, aspect=aspect, previous=before.get(shape))
                for shape, aspect in SHAPES.items()
            }
    return sheets


def render(
    network: Graph,
    settings: PageSettings | None = None,
    sheets: Sheets | None = None,
    asking: Asking | None = None,
) -> str:
    """Return the page that shows `network`, which is left as it is.

    `sheets` are its layouts, from `arranged`. With `asking` the page also answers questions. The
    same network and the same layouts give the same bytes on every machine.
    """
    from markupsafe import Markup

    settings = settings or PageSettings()
    texts = texts_of_the_page()
    style = "\n".join(
        path.read_text("utf-8").strip()
        # What holds for the whole page comes before what a part of it changes.
        for path in sorted((TEMPLATES / "style").glob("*.css"), key=lambda one: one.stem != "page")
    )
    # What stands between the tags is what is hashed: to the byte.
    vis = resources.files("pyvis").joinpath(VIS).read_text("utf-8").strip()
    main = "page.js" if asking else "page-without-sparql.js"
    scripts = {name: bundled(name) for name in ((main, "engine.js") if asking else (main,))}
    script = scripts[main]
    block = {
        "texts": texts,
        "settings": asdict(settings),
        "parts": licences.of_parts(json.loads(bundled("licences.json")), scripts, vis),
        **(asking.data() if asking else {}),
        **_data(network, arranged(network) if sheets is None else sheets),
    }
    return sealed_html.rendered(
        TEMPLATES / "page.html.j2",
        language=settings.language,
        title=_in_language(network.graph.get("title"), settings.language),
        description=_in_language(network.graph.get("description"), settings.language),
        policy=_policy([vis, script], [style], engine=asking is not None),
        t={key: words[settings.language] for key, words in texts.items()},
        # Our own files and an escaped block; everything else goes through the autoescape.
        style=Markup(style),  # noqa: S704  # built by us, escaped where it was made
        vis=Markup(vis),  # noqa: S704  # built by us, escaped where it was made
        script=Markup(script),  # noqa: S704  # built by us, escaped where it was made
        data=Markup(_json(block)),  # noqa: S704  # built by us, escaped where it was made
        asking=_blocks(asking, scripts, block) if asking else None,
    )


def bundled(name: str) -> str:
    """Return a built script of the page.

    Raises:
        EngineError: the scripts have not been built.
    """
    try:
        return (BUNDLE / name).read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise EngineError(
            Message(
                f"Die Skripte der Seite fehlen ({BUNDLE / name}). Bauen Sie sie mit: pip install . "
                "(oder im Ordner frontend: npm ci --ignore-scripts && npm run build)",
                f"The page's scripts are missing ({BUNDLE / name}). Build them with: pip install . "
                "(or in the folder frontend: npm ci --ignore-scripts && npm run build)",
            )
        ) from error


def _blocks(asking: Asking, scripts: Mapping[str, str], block: Mapping[str, Any]) -> dict[str, str]:
    """Return the blocks that the engine starts from; none of them runs by itself."""
    from markupsafe import Markup

    about = asking_description(block, asking.statements)
    return {
        "dataset": Markup(asking.dataset),  # noqa: S704  # escaped by asking.block
        "about": Markup(_script_safe(about)),  # noqa: S704  # built by us, escaped where it was made
        "engine": Markup(scripts["engine.js"]),  # noqa: S704  # built by us, escaped where it was made
        "wasm": bundled("engine.wasm.xz.txt"),
    }


def _policy(scripts: list[str], styles: list[str], *, engine: bool) -> str:
    """Return the content policy: nothing may be loaded, only these very scripts may run.

    The engine is WebAssembly in a worker that the page makes from its own text.
    """
    own = " ".join(sealed_html.digest(text) for text in scripts)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {own} 'wasm-unsafe-eval'" if engine else f"script-src {own}",
            *(("worker-src blob:",) if engine else ()),
            "style-src " + " ".join(sealed_html.digest(text) for text in styles),
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _json(value: object) -> str:
    r"""Write JSON that may stand inside a script element, whatever it says.

    >>> print(_json("</script>"))
    "\u003c/script\u003e"
    """
    return _script_safe(
        json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    )


def _script_safe(text: str) -> str:
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _in_language(words: Mapping[str, str] | None, language: Language) -> str:
    return str((words or {}).get(language, ""))


def _concepts(network: Graph, scheme: str) -> dict[str, dict[str, Any]]:
    """Return the concepts of `scheme` in their order."""
    members = dict(network.graph.get("concepts", {}).get(scheme, {}))
    return {
        slug: {"de": slug, "en": slug, **dict(members[slug])}
        for slug in sorted(members, key=lambda slug: (_rank(members[slug].get("order")), slug))
    }


def _rank(order: object) -> tuple[int, int, str]:
    """Sort numbers as numbers, whether written as text or not, before words.

    >>> sorted(["10", "2", "b", None, 3], key=_rank)
    ['2', 3, '10', 'b', None]
    """
    text = "" if order is None else str(order)
    return (0, int(text), "") if text.isdecimal() else (1 if text else 2, 0, text)


def _link_url(link: Mapping[str, Any]) -> str | None:
    """Return where a link of the workspace leads; a mailbox is for the contact alone.

    >>> _link_url({"role": "contact", "url": "mailto:office@example.org"})
    'mailto:office@example.org'
    >>> _link_url({"role": "imprint", "url": "mailto:office@example.org"})
    """
    url = link.get("url")
    if link.get("role") == "contact" and isinstance(url, str):
        scheme, _, box = url.partition(":")
        if scheme == "mailto" and box.count("@") == 1 and not set(box) & set(' ?#/:<>"\n'):
            return url
    return safe_url(url)


def _data(network: Graph, sheets: Sheets) -> dict[str, Any]:
    """Return everything the scripts need, sorted.

    Relations name their ends by their number in the list of nodes; data.js unpacks that.
    """
    graph = network.graph
    schemes = graph.get("concepts", {})
    return {
        "title": dict(graph.get("title") or {}),
        "description": dict(graph.get("description") or {}),
        "stand": graph.get("stand"),
        # Of two states in one: what they are called, and how much differs.
        **({"difference": graph["difference"]} if "difference" in graph else {}),
        "licence": graph.get("licence"),
        "licence_url": safe_url(graph.get("licence_url")),
        "contact": graph.get("contact") or "",
        "contact_note": dict(graph.get("contact_note") or {}),
        "links": [
            {"label": dict(link["label"]), "url": url, "role": link.get("role")}
            for link in graph.get("links") or ()
            if (url := _link_url(link))
        ],
        "concepts": {
            scheme: [{"slug": slug, **words} for slug, words in _concepts(network, scheme).items()]
            for scheme in sorted(schemes)
        },
        "sources": {
            slug: {**dict(source), "url": safe_url(source.get("url"))}
            for slug, source in sorted((graph.get("sources") or {}).items())
        },
        "nodes": [_node(key, network.nodes[key]) for key in sorted(network.nodes)],
        "relations": _relations(network),
        "drawings": {
            name: _drawing(network, drawings.drawing(network, name), sheets.get(name))
            for name in drawings.NAMES
        },
    }


def _drawing(
    network: Graph, drawing: Drawing, sheets: Mapping[str, Layout] | None
) -> dict[str, Any]:
    """Return one drawing as data.js unpacks it.

    `nodes` are the drawn nodes by their number in the block's list, `places` and `between` follow
    in the same order, a place as [x, y, left, top, width, height, radius, side]; `labels` are the
    lines of a name, where it is not one line. A large drawing has an overview instead of layouts.
    """
    number = {key: index for index, key in enumerate(sorted(network.nodes))}
    # Two states in one are no network that could be measured.
    shares = {} if "difference" in network.graph else measures.betweenness(drawing)
    block: dict[str, Any] = {
        "nodes": [number[key] for key in drawing.nodes],
        "between": [shares.get(key, 0) for key in drawing.nodes],
        "layouts": None,
        "overview": None,
    }
    if sheets is None:
        block["overview"] = _overview(network, drawing, number)
        return block
    lines = {key: list(place.lines) for key, place in sheets["wide"].places.items()}
    block["labels"] = {
        index: lines[key]
        for index, key in enumerate(drawing.nodes)
        if lines[key] != [drawing.nodes[key].get("label")]
    }
    block["layouts"] = {
        shape: {
            "width": one.width,
            "height": one.height,
            "middle": one.middle,
            "sectors": [
                {
                    "slug": sector.slug,
                    "outline": sector.outline,
                    "title": sector.title,
                    "titles": sector.titles,
                    "colour": sector.colour,
                }
                for sector in one.sectors
            ],
            "places": [_place(one.places[key]) for key in drawing.nodes],
        }
        for shape, one in sheets.items()
    }
    block["vis"] = _vis(network, drawing)
    return block


def _overview(network: Graph, drawing: Drawing, number: Mapping[str, int]) -> dict[str, Any]:
    """Return the communities of a large drawing, their members by number."""
    found = overview.overview(drawing, _concepts(network, "action-field"))
    return {
        "width": found.width,
        "height": found.height,
        "clusters": [
            _filled(
                {
                    "key": one.key,
                    "label": one.label,
                    "counts": one.counts,
                    "members": [number[key] for key in one.members],
                    "field": one.field,
                }
            )
            | {"x": one.x, "y": one.y, "radius": one.radius}
            for one in found.clusters
        ],
        "links": [{"from": one, "to": other, "count": count} for one, other, count in found.links],
    }


def _place(place: Place) -> list[Any]:
    return [
        place.x,
        place.y,
        place.left,
        place.top,
        place.width,
        place.height,
        place.radius,
        place.side,
    ]


_NODE = (
    "group",
    "label",
    "title",
    "kind",
    "status",
    "valid_from",
    "valid_until",
    "period_as_written",
    "unit_of",
    "part_of",
    "consortium",
    "aliases",
    "action_fields",
    "inferred_fields",
    "date",
    "until",
    "series",
    "conflicts",
)
_RELATION = (
    "role",
    "valid_from",
    "valid_until",
    "as_of",
    "date",
    "status",
    "conflicts",
)


def _node(key: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(
        {
            "key": key,
            **{name: data.get(name) for name in _NODE},
            "change": data.get("change"),
            # Where it stands on a drawing is its `place` there.
            "place_name": data.get("place"),
            "url": safe_url(data.get("url")),
            "evidence": [_filled(piece) for piece in data.get("evidence") or ()],
        }
    )


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: the page's scripts know what is meant then."""
    return {name: value for name, value in values.items() if value not in (None, "", False, [], {})}


def _relations(network: Graph) -> list[dict[str, Any]]:
    stand = str(network.graph.get("stand") or "")
    number = {key: index for index, key in enumerate(sorted(network.nodes))}
    return [
        _filled(
            {
                "key": key,
                "type": data.get("type") or "involvement",
                **{name: data.get(name) for name in _RELATION},
                "certainty": "" if data.get("certainty") == "stated" else data.get("certainty"),
                "ended": _ended(data, stand),
                "via": _filled(data.get("via") or {}),
                "change": data.get("change"),
                "evidence": [_filled(piece) for piece in data.get("evidence") or ()],
            }
        )
        | {"from": number[one], "to": number[other]}
        for key, one, other, data in drawings.ordered(network)
    ]


def _ended(data: Mapping[str, Any], stand: str) -> bool:
    """Say whether a relation was over on the day of the data; a year lasts until its end."""
    until = str(data.get("valid_until") or "")
    return bool(until and stand) and stand[: len(until)] > until


def _vis(network: Graph, drawing: Drawing) -> dict[str, Any]:
    """Return what pyvis tells vis-network of nodes and edges, apart from names and places.

    `node` and `edge` hold for all of them; `bends` is the curve of each relation that has others
    beside it, by its key.
    """
    # pyvis pulls in IPython, which takes longer than the whole page.
    from pyvis.network import Network

    drawn = Network(directed=True)
    for key in drawing.nodes:
        drawn.add_node(key, label=" ", shape="custom", physics=False)
    edges = [
        (key, one, other)
        for key, one, other, _ in drawings.ordered(network)
        if tuple(sorted((one, other))) in drawing.lines
    ]
    together: dict[tuple[str, str], list[str]] = {}
    for key, one, other in edges:
        together.setdefault((one, other), []).append(key)
    for key, one, other in edges:
        siblings = together[one, other]
        bend = (siblings.index(key) - (len(siblings) - 1) / 2) * PARALLEL_BEND
        smooth: bool | dict[str, Any] = False
        if bend:
            kind = "curvedCW" if bend > 0 else "curvedCCW"
            smooth = {"enabled": True, "type": kind, "roundness": round(abs(bend), 3)}
        drawn.add_edge(one, other, id=key, smooth=smooth, physics=False, arrows="")
    nodes, links, *_ = drawn.get_network_data()
    return {
        "node": _alike(nodes),
        "edge": _alike(links),
        "bends": {link["id"]: link["smooth"] for link in links if link["smooth"]},
    }


def _alike(things: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what all of `things` have in common."""
    first = things[0] if things else {}
    return {
        name: value
        for name, value in first.items()
        if all(one.get(name) == value for one in things)
    }
