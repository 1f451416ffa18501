"""A network -> its dossier: who brokers, what hangs on one, what is thin, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from itas_graph import picture
from itas_graph.coverage_dossier import coverage, never_met
from itas_graph.dossier import (
    NETWORK,
    PAIRS,
    Bars,
    Block,
    Dossier,
    Inquiry,
    Picture,
    Row,
    Section,
    Sentence,
    Table,
    listed,
    slug,
    table,
)
from itas_graph.errors import Message
from itas_graph.series_dossier import changes, turnover
from itas_graph.trust_dossier import conflicts, quality

_SAID = 3


def compiled(
    inquiry: Inquiry, premises: Sequence[str] = (), opening: Sequence[Section] = ()
) -> Dossier:
    """Return the dossier of the network that `inquiry` asks.

    If the network is an imagined one, `premises` say what was assumed, and `opening` what would
    change.

    Raises:
        EngineError: the endpoint failed, or the workspace lacks a question.
    """
    about = inquiry.network(NETWORK).graph
    told = [_glance(inquiry), quality(inquiry)]
    if inquiry.network(NETWORK).number_of_edges():
        # Of nothing, everything would be true.
        told += [_brokers(inquiry), _resting_on_few(inquiry), _ended(inquiry)]
        told += [coverage(inquiry), never_met(inquiry)]
    told += [changes(inquiry), turnover(inquiry), _money(inquiry), conflicts(inquiry)]
    told = [section for section in told if section.blocks]
    sections = [*opening, _summary(inquiry, told), *told]
    title = about["dataset_title"][inquiry.language] or inquiry.say("das Netz", "the network")
    return Dossier(
        inquiry.say(f"Bericht: {title}", f"Report: {title}"),
        preface(inquiry),
        inquiry.language,
        sections,
        inquiry.origins(sections),
        premises,
    )


def preface(inquiry: Inquiry) -> list[str]:
    """Return what is to be known of all figures: their date, and what they can mean at most."""
    stand = inquiry.network(NETWORK).graph["stand"]
    day = inquiry.words.date(stand)
    dates = [row["published"] for row in inquiry.ask("report/source-reading")]
    latest = inquiry.words.date(max(dates, default=""))
    newest = Message(
        f" Jüngste datierte Quelle: {latest}." if latest else "",
        f" The latest dated source is of {latest}." if latest else "",
    )
    return [
        inquiry.say(f"Stand der Daten: {day}.{newest.de}", f"The data is of {day}.{newest.en}")
        if day
        else inquiry.say("Der Stand der Daten ist nicht genannt.", "The data bears no date."),
        inquiry.say(
            "Gezählt wird, was die Quellen nennen. Wer in keiner Quelle steht, fehlt auch hier.",
            "What counts is what the sources name. Who is in no source is missing here, too.",
        ),
    ]


def _summary(inquiry: Inquiry, sections: Sequence[Section]) -> Section:
    """Return the first sentence of each section that has one."""
    firsts = [
        next((block for block in section.blocks if isinstance(block, Sentence)), None)
        for section in sections
        if section.slug not in ("turnover", "changes", "money")
    ]
    return Section(
        "summary",
        inquiry.say("Kurz gesagt", "In short"),
        [sentence for sentence in firsts if sentence],
    )


def _glance(inquiry: Inquiry) -> Section:
    name = "report/at-a-glance"
    rows = inquiry.ask(name)
    numbers = {row["kind_id"].replace("#", "/").rpartition("/")[2]: row for row in rows}
    organisations = int(numbers.get("Organization", {}).get("number", 0))
    blocks: list[Block] = [
        *_cohesion(inquiry, organisations),
        Bars(
            inquiry.question(name).title.text(inquiry.language),
            [inquiry.say("Anzahl", "number")],
            [(row["kind"], [int(row["number"])]) for row in rows],
            name,
        ),
        *_partners(inquiry),
        *drawn(
            inquiry,
            inquiry.network(NETWORK),
            inquiry.say(
                "Welche Organisation an welcher Initiative mitwirkt",
                "Which organisation takes part in which initiative",
            ),
        ),
    ]
    return Section(
        "glance", inquiry.say("Das Netz auf einen Blick", "The network at a glance"), blocks
    )


def _cohesion(inquiry: Inquiry, organisations: int) -> Iterator[Sentence]:
    """Say how many are in the network of involvements, and whether it is of one piece."""
    graph, origin = inquiry.network(NETWORK), inquiry.network_origin(NETWORK)
    groups = Counter(node["group"] for _, node in graph.nodes(data=True))
    some = groups["organisation"]
    yield Sentence(
        inquiry.told(
            some,
            "Keine Quelle nennt eine Organisation, die an einer Initiative mitwirkt.|"
            "Eine einzige Organisation hat mit Initiativen zu tun, und zwar mit {initiatives}.|"
            "{n} von {all} Organisationen haben nach den Quellen mit Initiativen zu tun, durch "
            "eine Rolle oder einen Vortrag; zusammen mit {initiatives}.",
            "No source names an organisation that takes part in an initiative.|"
            "A single organisation has to do with initiatives, namely with {initiatives}.|"
            "According to the sources, {n} of {all} organisations have to do with initiatives, by "
            "a role or a talk; with {initiatives} altogether.",
            all=inquiry.words.number(max(organisations, some)),
            initiatives=inquiry.words.number(groups["initiative"]),
        ),
        origin,
    )
    sizes = pieces(graph)
    if sizes:
        yield Sentence(
            inquiry.told(
                len(sizes) - 1,
                "Alle hängen zusammen.|"
                "{largest} von {all} Organisationen und Initiativen hängen zusammen; eine weitere "
                "Gruppe teilt mit ihnen keine Organisation.|"
                "{largest} von {all} Organisationen und Initiativen hängen zusammen; {n} weitere "
                "Gruppen teilen mit ihnen keine Organisation.",
                "All are linked.|"
                "{largest} of {all} organisations and initiatives are linked; another group shares "
                "no organisation with them.|"
                "{largest} of {all} organisations and initiatives are linked; {n} other groups "
                "share no organisation with them.",
                largest=inquiry.words.number(sizes[0]),
                all=inquiry.words.number(len(graph)),
            ),
            origin,
        )


def pieces(graph: Any) -> list[int]:  # noqa: ANN401  # networkx is untyped
    """Return how many nodes each connected part of a network has, the largest first."""
    import networkx

    return sorted((len(part) for part in networkx.connected_components(graph)), reverse=True)


def _partners(inquiry: Inquiry) -> Iterator[Table]:
    name = "consortium-partners"
    rows = inquiry.ask(name)
    if rows:
        counted = [{**row, "sources": str(len(row["sources"].split(" | ")))} for row in rows]
        yield table(inquiry, name, counted, ["organisation", "role", "sources"])


def drawn(inquiry: Inquiry, graph: Any, title: str) -> Iterator[Picture]:  # noqa: ANN401  # networkx is untyped
    """Yield a part of the network of involvements to be drawn, if it will be legible."""
    if graph.number_of_edges() and picture.is_legible(graph):
        yield Picture(title, graph, inquiry.network_origin(NETWORK))


def _brokers(inquiry: Inquiry) -> Section:
    blocks: list[Block] = []
    between = inquiry.measured(NETWORK, "betweenness", "organisation")[: inquiry.top]
    if between:
        origin = inquiry.measure_origin(NETWORK, "betweenness")
        blocks += readings(inquiry, between, origin)
        blocks.append(
            Bars(
                inquiry.say(
                    "Anteil der kürzesten Wege, die über eine Organisation führen",
                    "Share of the shortest paths that lead through an organisation",
                ),
                [inquiry.say("Anteil", "share")],
                [(one.label.text(inquiry.language), [float(one.value or 0)]) for one in between],
                origin,
                is_share=True,
            )
        )
        blocks.append(
            Sentence(
                inquiry.say(
                    "Das sagt, wen die Quellen zwischen andere stellen, nicht, wer Einfluss hat.",
                    "That tells whom the sources put between others, not who has influence.",
                ),
                origin,
            )
        )
    loose = inquiry.measured(PAIRS, "constraint", "organisation")
    if loose:
        blocks += readings(inquiry, loose, inquiry.measure_origin(PAIRS, "constraint"))
    name = "bridging-organisations"
    bridging = inquiry.ask(name)
    blocks.append(
        Sentence(
            inquiry.told(
                len(bridging),
                "Keine Organisation verbindet mehrere Handlungsfelder.|"
                "Eine Organisation verbindet mehrere Handlungsfelder.|"
                "{n} Organisationen verbinden mehrere Handlungsfelder.",
                "No organisation bridges several action fields.|"
                "One organisation bridges several action fields.|"
                "{n} organisations bridge several action fields.",
            ),
            name,
        )
    )
    if bridging:
        columns = ["organisation", "action_fields", "initiatives"]
        blocks.append(table(inquiry, name, bridging, columns))
    return Section("brokers", inquiry.say("Wer vermittelt", "Who brokers"), blocks)


def readings(inquiry: Inquiry, found: Sequence[Any], origin: str) -> list[Sentence]:
    """Return what the most telling findings of a measure mean."""
    return [Sentence(one.reading.text(inquiry.language), origin) for one in found[:_SAID]]


def _resting_on_few(inquiry: Inquiry) -> Section:
    name = "single-organisation-initiatives"
    single = inquiry.ask(name)
    based = [{**row, "basis": _basis(inquiry, row)} for row in single]
    talked = sum(not _roles(inquiry, row) for row in single)
    blocks: list[Block] = [
        Sentence(
            inquiry.told(
                len(single),
                "Zu keiner Initiative nennen die Quellen nur eine Organisation.|"
                "Bei einer Initiative nennen die Quellen nur eine Organisation.|"
                "Bei {n} Initiativen nennen die Quellen nur eine Organisation, bei {talked} davon "
                "nur, weil jemand von dort darüber sprach. Wer außerdem mitarbeitet, steht in "
                "keiner gelesenen Quelle.",
                "For no initiative do the sources name one organisation only.|"
                "For one initiative the sources name one organisation only.|"
                "For {n} initiatives the sources name one organisation only, for {talked} of these "
                "merely because someone from there spoke about it. Who else works on it stands in "
                "no source that was read.",
                talked=inquiry.words.number(talked),
            ),
            name,
        )
    ]
    if single:
        titles = [
            *inquiry.titles(name, ["initiative", "organisation"]),
            inquiry.say("Grundlage", "Basis"),
        ]
        shown = based[: inquiry.top]
        blocks.append(
            Table(
                inquiry.question(name).title.text(inquiry.language),
                titles,
                [[row["initiative"], row["organisation"], row["basis"]] for row in shown],
                name,
                len(based) - len(shown),
            )
        )
    joints = inquiry.measured(NETWORK, "articulation", "organisation")
    if joints:
        blocks += readings(inquiry, joints, inquiry.measure_origin(NETWORK, "articulation"))
    blocks += _without_responsible(inquiry)
    return Section("few", inquiry.say("Was an wenigen hängt", "What rests on few"), blocks)


def _relations(inquiry: Inquiry, row: Row) -> list[Mapping[str, Any]]:
    """Return how the organisation of a row is related to its initiative."""
    graph = inquiry.network(NETWORK)
    ends = (
        f"organisation/{slug(row['organisation_id'])}",
        f"initiative/{slug(row['initiative_id'])}",
    )
    return list(graph.get_edge_data(*ends, default={}).values())


def _roles(inquiry: Inquiry, row: Row) -> list[Mapping[str, Any]]:
    return [edge for edge in _relations(inquiry, row) if not (edge["via"] or {}).get("person")]


def _basis(inquiry: Inquiry, row: Row) -> str:
    """Return by what an organisation has to do with an initiative: its roles, else a talk."""
    roles = _roles(inquiry, row)
    inferred = inquiry.say(" (erschlossen)", " (inferred)")
    if not roles:
        return inquiry.say("nur ein Auftritt", "an appearance only")
    return listed(
        sorted(
            {
                inquiry.words.role(edge["role"]) + (inferred * (edge["certainty"] == "inferred"))
                for edge in roles
            }
        ),
    )


def _ended(inquiry: Inquiry) -> Section:
    name, day = "ended-without-successor", inquiry.network(NETWORK).graph["stand"]
    rows = inquiry.ask(name, **({"date": day} if day else {}))
    blocks: list[Block] = [
        Sentence(
            inquiry.told(
                len(rows),
                "Für jede Initiative, deren Ende genannt und vorbei ist, nennt eine Quelle eine "
                "Nachfolgerin.|"
                "Eine Initiative ist nach dem genannten Ende vorbei, und keine Quelle nennt eine "
                "Nachfolgerin. Ob sie anders weitergeht, sagen die Daten nicht.|"
                "{n} Initiativen sind nach dem genannten Ende vorbei, und keine Quelle nennt eine "
                "Nachfolgerin. Ob sie anders weitergehen, sagen die Daten nicht.",
                "For each initiative whose named end is over, a source names a successor.|"
                "One initiative is over by its named end, and no source names a successor. Whether "
                "it goes on in another way the data does not say.|"
                "{n} initiatives are over by their named end, and no source names a successor. "
                "Whether they go on in another way the data does not say.",
            ),
            name,
        )
    ]
    if rows:
        dated = [{**row, "valid_until": inquiry.words.date(row["valid_until"])} for row in rows]
        blocks.append(table(inquiry, name, dated, ["initiative", "valid_until"]))
    never = "initiatives-never-presented"
    rows = inquiry.ask(never)
    blocks.append(
        Sentence(
            inquiry.told(
                len({row["initiative_id"] for row in rows}),
                "Jede Initiative wurde bei einer Veranstaltung vorgestellt.|"
                "Eine Initiative wurde nach den Quellen nie bei einer Veranstaltung vorgestellt.|"
                "{n} Initiativen wurden nach den Quellen nie bei einer Veranstaltung vorgestellt.",
                "Each initiative was presented at an event.|"
                "According to the sources, one initiative was never presented at an event.|"
                "According to the sources, {n} initiatives were never presented at an event.",
            ),
            never,
        )
    )
    return Section("ended", inquiry.say("Was ausgelaufen ist", "What has ended"), blocks)


def _without_responsible(inquiry: Inquiry) -> Iterator[Sentence]:
    name = "initiatives-without-responsible-partner"
    names = sorted({row["initiative_id"] for row in inquiry.ask(name)})
    yield Sentence(
        inquiry.told(
            len(names),
            "Für jede Initiative ist ein verantwortlicher Partner genannt.|"
            "Für eine Initiative ist kein verantwortlicher Partner genannt.|"
            "Für {n} Initiativen ist kein verantwortlicher Partner genannt.",
            "A responsible partner is named for each initiative.|"
            "No responsible partner is named for one initiative.|"
            "No responsible partner is named for {n} initiatives.",
        ),
        name,
    )


def _money(inquiry: Inquiry) -> Section:
    blocks: list[Block] = []
    for name, columns in (
        ("funding", ["initiative", "funder", "as_written", "source"]),
        ("contractors-by-partner", ["partner", "contractor", "initiative"]),
    ):
        rows = inquiry.ask(name)
        if rows:
            blocks.append(table(inquiry, name, rows, columns))
    return Section(
        "money", inquiry.say("Wer fördert und beauftragt", "Who funds and commissions"), blocks
    )
