"""A network -> its dossier: who brokers, what hangs on one, what is thin, what changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from itas_graph import picture
from itas_graph.dossier import (
    Bars,
    Block,
    Dossier,
    Inquiry,
    Matrix,
    Picture,
    Row,
    Section,
    Sentence,
    Table,
    table,
)
from itas_graph.readings import percentage

NETWORK = "organisation-initiative"
PAIRS = "organisation-organisation"
_SAID = 3
_LARGE = re.compile(r"\d{5,15}")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")


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
    sections = [
        *opening,
        _glance(inquiry),
        _brokers(inquiry),
        _at_risk(inquiry),
        _coverage(inquiry),
        _never_met(inquiry),
        _turnover(inquiry),
        _conflicts(inquiry),
        _quality(inquiry),
    ]
    return Dossier(
        about["dataset_title"][inquiry.language]
        or inquiry.say("Bericht über das Netz", "Report on the network"),
        preface(inquiry),
        inquiry.language,
        sections,
        inquiry.origins(sections),
        premises,
    )


def preface(inquiry: Inquiry) -> list[str]:
    """Return what is to be known of all figures: their date, and what they can mean at most."""
    day = inquiry.words.date(inquiry.network(NETWORK).graph["stand"])
    return [
        inquiry.say(f"Stand der Daten: {day}.", f"The data is of {day}.")
        if day
        else inquiry.say("Der Stand der Daten ist nicht genannt.", "The data bears no date."),
        inquiry.say(
            "Gezählt wird, was die Quellen nennen. Wer in keiner Quelle steht, fehlt auch hier.",
            "What counts is what the sources name. Who is in no source is missing here, too.",
        ),
    ]


# ---- at a glance


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
            "Eine von {all} Organisationen wirkt an Initiativen mit, und zwar an {initiatives}.|"
            "{n} von {all} Organisationen wirken an Initiativen mit, zusammen an {initiatives}; "
            "die übrigen stehen nur bei Auftritten, Veranstaltungen oder Personen.",
            "No source names an organisation that takes part in an initiative.|"
            "One of {all} organisations takes part in initiatives, namely in {initiatives}.|"
            "{n} of {all} organisations take part in initiatives, in {initiatives} altogether; the "
            "others are named with appearances, events or people only.",
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
                "Alle hängen in einem Stück zusammen.|"
                "Das größte zusammenhängende Stück umfasst {largest} von {all} Organisationen und "
                "Initiativen; ein weiteres steht ohne Verbindung daneben.|"
                "Das größte zusammenhängende Stück umfasst {largest} von {all} Organisationen und "
                "Initiativen; {n} weitere Stücke stehen ohne Verbindung daneben.",
                "All are linked in one piece.|"
                "The largest connected piece holds {largest} of {all} organisations and "
                "initiatives; another one stands beside it without a link.|"
                "The largest connected piece holds {largest} of {all} organisations and "
                "initiatives; {n} other pieces stand beside it without a link.",
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


# ---- who brokers, what is at risk


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


def _at_risk(inquiry: Inquiry) -> Section:
    name = "single-organisation-initiatives"
    single = inquiry.ask(name)
    blocks: list[Block] = [
        Sentence(
            inquiry.told(
                len(single),
                "Keine Initiative hängt an einer einzigen Organisation.|"
                "Eine Initiative hängt nach den Quellen an einer einzigen Organisation.|"
                "{n} Initiativen hängen nach den Quellen an einer einzigen Organisation: Geht sie, "
                "ist niemand mehr da.",
                "No initiative hangs on a single organisation.|"
                "One initiative hangs, according to the sources, on a single organisation.|"
                "{n} initiatives hang, according to the sources, on a single organisation: if it "
                "leaves, nobody is left.",
            ),
            name,
        )
    ]
    alone = Counter(row["organisation"] for row in single)
    ranked = sorted(alone.items(), key=lambda one: (-one[1], one[0]))
    several = [(label, [count]) for label, count in ranked if count > 1]
    if several:
        blocks.append(
            Bars(
                inquiry.say(
                    "Wie viele Initiativen allein an einer Organisation hängen",
                    "How many initiatives hang on one organisation alone",
                ),
                [inquiry.say("Initiativen", "initiatives")],
                several[: inquiry.top],
                name,
            )
        )
    if single:
        blocks.append(table(inquiry, name, single, ["initiative", "organisation"]))
    joints = inquiry.measured(NETWORK, "articulation", "organisation")
    if joints:
        blocks += readings(inquiry, joints, inquiry.measure_origin(NETWORK, "articulation"))
    blocks += _ended(inquiry)
    blocks += _without_responsible(inquiry)
    return Section("risk", inquiry.say("Was gefährdet ist", "What is at risk"), blocks)


def _ended(inquiry: Inquiry) -> Iterator[Block]:
    name, day = "ended-without-successor", inquiry.network(NETWORK).graph["stand"]
    rows = inquiry.ask(name, **({"date": day} if day else {}))
    yield Sentence(
        inquiry.told(
            len(rows),
            "Keine Initiative ist ausgelaufen, ohne dass eine Quelle eine Nachfolgerin nennt.|"
            "Eine Initiative ist ausgelaufen, ohne dass eine Quelle eine Nachfolgerin nennt.|"
            "{n} Initiativen sind ausgelaufen, ohne dass eine Quelle eine Nachfolgerin nennt.",
            "No initiative has ended without a source that names a successor.|"
            "One initiative has ended without a source that names a successor.|"
            "{n} initiatives have ended without a source that names a successor.",
        ),
        name,
    )
    if rows:
        dated = [{**row, "valid_until": inquiry.words.date(row["valid_until"])} for row in rows]
        yield table(inquiry, name, dated, ["initiative", "valid_until"])


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


# ---- what is thin


def _coverage(inquiry: Inquiry) -> Section:
    kinds, districts = "action-field-coverage", "report/district-coverage"
    by_kind, by_district = inquiry.ask(kinds), inquiry.ask(districts)
    blocks: list[Block] = [
        *_thin(inquiry, by_kind, kinds),
        *_matrix(inquiry, by_kind, kinds, ("organisation_kind", "organisations")),
        *_unreached(inquiry, by_district, districts),
        *_matrix(inquiry, by_district, districts, ("district", "initiatives")),
    ]
    return Section(
        "coverage", inquiry.say("Wo das Netz dünn ist", "Where the network is thin"), blocks
    )


def _fields(inquiry: Inquiry) -> Mapping[str, str]:
    """Return all action fields in their order: the end of the address and the name of each."""
    concepts = inquiry.network(NETWORK).graph["concepts"].get("action-field", {})
    return {slug: inquiry.words.field(slug) for slug in concepts}


def _slug(iri: str) -> str:
    return iri.rpartition("/")[2]


def _matrix(
    inquiry: Inquiry, rows: Sequence[Row], name: str, columns: tuple[str, str]
) -> Iterator[Matrix]:
    """Yield the numbers of an answer with each action field as a row, empty ones included."""
    if not rows:
        return
    across, number = columns
    total: Counter[str] = Counter()
    cells = {}
    for row in rows:
        total[row[across]] += int(row[number])
        cells[_slug(row["action_field_id"]), row[across]] = int(row[number])
    labels = sorted(total, key=lambda label: (-total[label], label))
    yield Matrix(
        inquiry.question(name).title.text(inquiry.language),
        inquiry.titles(name, ["action_field"])[0],
        labels,
        [
            (field, [cells.get((slug, label), 0) for label in labels])
            for slug, field in _fields(inquiry).items()
        ],
        name,
    )


def _thin(inquiry: Inquiry, rows: Sequence[Row], name: str) -> Iterator[Sentence]:
    kinds = Counter(_slug(row["action_field_id"]) for row in rows)
    fields = _fields(inquiry)
    empty = [label for slug, label in fields.items() if slug not in kinds]
    if empty:
        yield Sentence(
            inquiry.told(
                len(empty),
                "|In einem Handlungsfeld wirkt niemand mit, außer in Initiativen, die alle Felder "
                "umfassen: {fields}.|In {n} Handlungsfeldern wirkt niemand mit, außer in "
                "Initiativen, die alle Felder umfassen: {fields}.",
                "|Nobody takes part in one action field, except in initiatives that cover all "
                "fields: {fields}.|Nobody takes part in {n} action fields, except in initiatives "
                "that cover all fields: {fields}.",
                fields=listed(inquiry, empty),
            ),
            name,
        )
    fewest = min(kinds.values(), default=0)
    thinnest = [label for slug, label in fields.items() if kinds[slug] == fewest]
    if fewest:
        number, fields_said = inquiry.words.number(fewest), listed(inquiry, thinnest)
        yield Sentence(
            inquiry.say(
                f"Am wenigsten verschiedene Arten von Organisationen ({number}): {fields_said}.",
                f"Fewest kinds of organisations ({number}): {fields_said}.",
            ),
            name,
        )


def _unreached(inquiry: Inquiry, rows: Sequence[Row], name: str) -> Iterator[Sentence]:
    """Say which districts no initiative reaches."""
    if not rows:
        yield Sentence(
            inquiry.say(
                "Von keiner Initiative eines einzelnen Handlungsfelds ist bekannt, in welchem "
                "Landkreis sie liegt oder wer dort mitwirkt.",
                "Of no initiative of a single action field is it known in which district it lies "
                "or somebody takes part.",
            ),
            name,
        )
    total: Counter[str] = Counter()
    for row in rows:
        total[row["district"]] += int(row["initiatives"])
    empty = [district for district, count in sorted(total.items()) if not count]
    if empty:
        yield Sentence(
            inquiry.told(
                len(empty),
                "|Einen Landkreis der Region erreicht nach den Quellen keine Initiative eines "
                "einzelnen Handlungsfelds: {districts}.|{n} Landkreise der Region erreicht nach "
                "den Quellen keine Initiative eines einzelnen Handlungsfelds: {districts}.",
                "|According to the sources, no initiative of a single action field reaches one "
                "district of the region: {districts}.|According to the sources, no initiative of a "
                "single action field reaches {n} districts of the region: {districts}.",
                districts=listed(inquiry, empty),
            ),
            name,
        )


def _never_met(inquiry: Inquiry) -> Section:
    name = "partners-who-never-met"
    rows = inquiry.ask(name)
    blocks: list[Block] = [
        Sentence(
            inquiry.told(
                len(rows),
                "Alle Organisationen mit einer Rolle im selben Handlungsfeld teilen eine "
                "Initiative oder waren bei derselben Veranstaltung.|"
                "Ein Paar von Organisationen hat eine Rolle im selben Handlungsfeld und ist sich "
                "nach den Quellen nie begegnet.|"
                "{n} Paare von Organisationen haben eine Rolle im selben Handlungsfeld und sind "
                "sich nach den Quellen nie begegnet.",
                "All organisations with a role in the same action field share an initiative or "
                "were at the same event.|"
                "One pair of organisations has a role in the same action field and has, according "
                "to the sources, never met.|"
                "{n} pairs of organisations have a role in the same action field and have, "
                "according to the sources, never met.",
            ),
            name,
        )
    ]
    if rows:
        columns = ["organisation_a", "organisation_b", "shared_topics"]
        blocks.append(table(inquiry, name, rows, columns))
    return Section(
        "never-met", inquiry.say("Wer sich nie begegnet ist", "Who has never met"), blocks
    )


# ---- what changed from congress to congress


def _turnover(inquiry: Inquiry) -> Section:
    name = "report/series-attendance"
    rows = inquiry.ask(name)
    blocks: list[Block] = [
        Sentence(
            inquiry.say(
                "Vertreten heißt hier: ausgerichtet, teilgenommen oder im Programm. Wer nur "
                "zuhörte, steht in keiner Quelle, und manche Quelle ist nur im Auszug gelesen: Wer "
                "fehlt, kann im Saal gewesen sein.",
                "Represented means: organised, took part or on the programme. Who only listened is "
                "in no source, and some sources were read in part only: whoever is missing may "
                "have been in the room.",
            ),
            name,
        )
    ]
    for _, in_series in groupby(rows, key=lambda row: row["series_id"]):
        blocks += _editions(inquiry, list(in_series), name)
    if len(blocks) == 1:
        blocks.append(
            Sentence(
                inquiry.say(
                    "Von keiner Reihe sind zwei Ausgaben mit Datum und Vertretenen belegt.",
                    "Of no series are two editions with a date and somebody represented on record.",
                ),
                name,
            )
        )
    return Section(
        "turnover",
        inquiry.say("Wer neu dazukam, wer wegblieb", "Newcomers and drop-outs"),
        blocks,
    )


def _editions(inquiry: Inquiry, rows: Sequence[Row], name: str) -> Iterator[Block]:
    """Compare each edition of a series with those before it."""
    editions = [list(found) for _, found in groupby(rows, key=lambda row: row["event_id"])]
    if len(editions) < 2:
        return
    series = rows[0]["series"]
    words = [
        inquiry.say("neu", "new"),
        inquiry.say("wieder da", "came again"),
        inquiry.say("nicht mehr da", "no longer there"),
    ]
    bars: list[tuple[str, Sequence[float]]] = []
    lines: list[list[str]] = []
    known: set[str] = set()
    before: dict[str, str] = {}
    for edition in editions:
        here = {row["organisation_id"]: row["organisation"] for row in edition}
        groups = [
            [label for key, label in here.items() if key not in known],
            [label for key, label in here.items() if key in known],
            [label for key, label in before.items() if key not in here],
        ]
        title = f"{edition[0]['event']} ({inquiry.words.date(edition[0]['date'])})"
        bars.append((title, [len(group) for group in groups]))
        lines.append([title, *(listed(inquiry, group) for group in groups)])
        known |= set(here)
        before = here
    yield Bars(series, words, bars, name)
    yield Table(
        inquiry.say(f"{series}: die Namen", f"{series}: the names"),
        [inquiry.titles(name, ["event"])[0], *words],
        lines,
        name,
    )


# ---- how far the data can be trusted


def _conflicts(inquiry: Inquiry) -> Section:
    name = "conflicting-statements"
    rows = inquiry.ask(name)
    cases = [
        list(found)
        for _, found in groupby(rows, key=lambda row: (row["subject_id"], row["property_id"]))
    ]
    blocks: list[Block] = [
        Sentence(
            inquiry.told(
                len(cases),
                "Keine zwei Quellen widersprechen sich.|"
                "Zu einer Angabe sagen Quellen Verschiedenes.|"
                "Zu {n} Angaben sagen Quellen Verschiedenes; manches davon kann dasselbe in "
                "anderen Worten sein oder ein Wechsel im Lauf der Zeit.",
                "No two sources contradict each other.|"
                "Sources differ on one particular.|"
                "Sources differ on {n} particulars; some may say the same in other words, or tell "
                "of a change in the course of time.",
            ),
            name,
        )
    ]
    if cases:
        shown = cases[: inquiry.top]
        blocks.append(
            Table(
                inquiry.question(name).title.text(inquiry.language),
                inquiry.titles(name, ["subject", "property", "value"]),
                [
                    [case[0]["subject"], case[0]["property"], _values(inquiry, case)]
                    for case in shown
                ],
                name,
                len(cases) - len(shown),
            )
        )
    return Section(
        "conflicts",
        inquiry.say("Wo Quellen sich widersprechen", "Where sources contradict each other"),
        blocks,
    )


def _values(inquiry: Inquiry, case: Sequence[Row]) -> str:
    """Return the values of a conflict, each with the sources that give it."""
    by_value: dict[str, list[str]] = {}
    for row in case:
        value = row["value"]
        shown = inquiry.words.number(int(value)) if _LARGE.fullmatch(value) else value
        shown = inquiry.words.date(value) if _DATE.fullmatch(value) else shown
        by_value.setdefault(shown, []).append(row["source"])
    return " ↔ ".join(f"{value} ({'; '.join(sources)})" for value, sources in by_value.items())


def _quality(inquiry: Inquiry) -> Section:
    certainty, support = "report/certainty", "report/support"
    relations = inquiry.ask(certainty)
    blocks: list[Block] = [*_inferred(inquiry, relations, certainty)]
    if relations:
        blocks.append(
            Bars(
                inquiry.question(certainty).title.text(inquiry.language),
                [
                    inquiry.say("wörtlich belegt", "stated"),
                    inquiry.say("erschlossen", "inferred"),
                ],
                [
                    (
                        row["relation"],
                        [int(row["number"]) - int(row["inferred"]), int(row["inferred"])],
                    )
                    for row in relations
                ],
                certainty,
            )
        )
    counts = {int(row["sources"]): int(row["statements"]) for row in inquiry.ask(support)}
    blocks += _supported(inquiry, counts, support)
    blocks += _read(inquiry)
    blocks += _complete(inquiry)
    return Section("quality", inquiry.say("Wie gut die Daten sind", "How good the data is"), blocks)


def _inferred(inquiry: Inquiry, rows: Sequence[Row], name: str) -> Iterator[Sentence]:
    total = sum(int(row["number"]) for row in rows)
    if total:
        inferred = sum(int(row["inferred"]) for row in rows)
        part = percentage(inferred / total).text(inquiry.language)
        number = inquiry.words.number(total)
        yield Sentence(
            inquiry.say(
                f"{part} der {number} Beziehungen sind ganz oder in einer "
                "Angabe erschlossen; die übrigen stehen so in einer Quelle.",
                f"{part} of the {number} relations are inferred, as a whole or in a "
                "particular; the others stand in a source as they are.",
            ),
            name,
        )


def _supported(inquiry: Inquiry, counts: Mapping[int, int], name: str) -> Iterator[Block]:
    total = sum(counts.values())
    if not total:
        return
    mean = sum(number * count for number, count in counts.items()) / total
    several = percentage(1 - counts.get(1, 0) / total).text(inquiry.language)
    text = f"{mean:.2f}"
    yield Sentence(
        inquiry.say(
            f"Eine Aussage wird im Mittel von {text.replace('.', ',')} Quellen belegt; {several} "
            "der Aussagen stehen in mehr als einer.",
            f"A statement is supported by {text} sources on average; {several} of the statements "
            "stand in more than one.",
        ),
        name,
    )


def _read(inquiry: Inquiry) -> Iterator[Block]:
    name = "report/source-reading"
    rows = inquiry.ask(name)
    if not rows:
        return
    full = sum(row["coverage_id"].endswith("/full") for row in rows)
    yield Sentence(
        inquiry.told(
            len(rows),
            "|Die eine Quelle wurde {one}.|"
            "Von {n} Quellen wurden {full} ganz gelesen, die übrigen im Auszug: Sie können mehr "
            "enthalten.",
            "|The one source was read {one}.|"
            "Of {n} sources {full} were read as a whole, the others in part: they may hold more.",
            full=inquiry.words.number(full),
            one=inquiry.say(
                "ganz gelesen" if full else "im Auszug gelesen", "as a whole" if full else "in part"
            ),
        ),
        name,
    )
    yield table(inquiry, name, rows, ["source", "coverage", "statements"])


def _complete(inquiry: Inquiry) -> Iterator[Bars]:
    name = "report/completeness"
    rows = [row for row in inquiry.ask(name) if int(row["number"])]
    if rows:
        yield Bars(
            inquiry.question(name).title.text(inquiry.language),
            [inquiry.say("bekannt", "known"), inquiry.say("unbekannt", "unknown")],
            [
                (
                    f"{row['kind']}: {row['property']}",
                    [int(row["known"]), int(row["number"]) - int(row["known"])],
                )
                for row in rows
            ],
            name,
        )


# ---- how things are written


def listed(inquiry: Inquiry, names: Sequence[str]) -> str:
    """Return names one after another, or a dash for none."""
    return ", ".join(names) if names else "–"
