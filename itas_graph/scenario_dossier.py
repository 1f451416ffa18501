"""A scenario -> the section of a dossier that sets what would be beside what is."""

from __future__ import annotations

from collections.abc import Iterator

from itas_graph import measures, readings, shifts
from itas_graph.dossier import NETWORK, Block, Inquiry, Section, Sentence, Table, table
from itas_graph.errors import UsageError
from itas_graph.network_dossier import pieces
from itas_graph.scenario import Scenario
from itas_graph.shifts import Side

_SINGLE = "single-organisation-initiatives"


def compared(scenario: Scenario, now: Inquiry, then: Inquiry) -> Section:
    """Return what the network would gain and lose: in a sentence, in figures, by name.

    Args:
        scenario: what is imagined.
        now: asks the present state.
        then: asks the imagined one.

    Raises:
        EngineError: an endpoint failed, or the workspace lacks a question.
    """
    blocks: list[Block] = [*_sentence_and_brokers(scenario, now, then), _figures(now, then)]
    blocks += _newly_single(now, then)
    return Section("what-if", then.say("Was sich änderte", "What would change"), blocks)


def _sentence_and_brokers(scenario: Scenario, now: Inquiry, then: Inquiry) -> Iterator[Block]:
    measure = measures.MEASURES["betweenness"]
    sides = _side(now), _side(then)
    away = [one.key for one in scenario.removed]
    lost = [(one.key, one.label) for one in scenario.forsaken]
    seen = shifts.outlook(*sides, away, lost)
    origin = then.measure_origin(NETWORK, measure.name)
    said = shifts.sentence(seen, scenario.condition)
    yield Sentence(said.text(then.language), origin)
    moved = [
        one
        for each in shifts.compare(*sides)
        for one in each.shifts
        if one.change and one.key.startswith("organisation/") and one.key not in away
    ][: then.top]
    if moved:
        yield Table(
            then.say("Wer dann mehr oder weniger vermittelte", "Who would broker more or less"),
            [
                *then.titles("bridging-organisations", ["organisation"]),
                then.say("jetzt", "now"),
                then.say("dann", "then"),
            ],
            [
                [
                    one.label.text(then.language),
                    *(
                        readings.percentage(value).text(then.language) if value else "–"
                        for value in (one.now, one.then)
                    ),
                ]
                for one in moved
            ],
            origin,
        )


def _side(inquiry: Inquiry) -> Side:
    """Return the network of involvements, measured where that does not take too long."""
    graph = inquiry.network(NETWORK)
    on = measures.lines(graph)
    wanted = [measures.MEASURES["betweenness"]]
    try:
        measures.refuse_too_large(on, wanted)
    except UsageError:
        wanted = []
    return Side(graph, on, readings.measure(graph, on, wanted) if on.pairs else [])


def _figures(now: Inquiry, then: Inquiry) -> Table:
    """Return the figures of the network before and after."""
    labels = [
        then.say("Organisationen mit Initiativen", "Organisations with initiatives"),
        then.say("Initiativen mit Organisationen", "Initiatives with organisations"),
        then.say("Gruppen ohne gemeinsame Organisation", "Groups that share no organisation"),
        then.say("Initiativen mit einer einzigen Organisation", "Initiatives with only one"),
        then.say("Organisationen mit mehreren Handlungsfeldern", "Organisations in several fields"),
        then.say("Paare ohne etwas Gemeinsames", "Pairs with nothing shared on record"),
    ]
    return Table(
        then.say("Das Netz in Zahlen", "The network in figures"),
        [
            then.say("Kennzahl", "Figure"),
            then.say("jetzt", "now"),
            then.say("dann", "then"),
        ],
        [
            [label, then.words.number(before), then.words.number(after)]
            for label, before, after in zip(labels, _counts(now), _counts(then), strict=True)
        ],
        then.network_origin(NETWORK),
    )


def _counts(inquiry: Inquiry) -> list[int]:
    graph = inquiry.network(NETWORK)
    groups = [node["group"] for _, node in graph.nodes(data=True)]
    return [
        groups.count("organisation"),
        groups.count("initiative"),
        len(pieces(graph)),
        len(inquiry.ask(_SINGLE)),
        len(inquiry.ask("bridging-organisations")),
        len(inquiry.ask("partners-who-never-met")),
    ]


def _newly_single(now: Inquiry, then: Inquiry) -> Iterator[Table]:
    known = {row["initiative_id"] for row in now.ask(_SINGLE)}
    rows = [row for row in then.ask(_SINGLE) if row["initiative_id"] not in known]
    if rows:
        title = then.say(
            "Was dann neu an einer einzigen Organisation hinge",
            "What would newly hang on a single organisation",
        )
        yield table(then, _SINGLE, rows, ["initiative", "organisation"], title)
