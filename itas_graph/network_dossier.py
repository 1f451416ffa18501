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
from itas_graph.errors import Message
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
    told = [
        _glance(inquiry),
        _quality(inquiry),
        _brokers(inquiry),
        _resting_on_few(inquiry),
        _ended(inquiry),
        _coverage(inquiry),
        _never_met(inquiry),
        _changes(inquiry),
        _turnover(inquiry),
        _money(inquiry),
        _conflicts(inquiry),
    ]
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
                "Für jede Initiative nennen die Quellen mehrere Organisationen.|"
                "Bei einer Initiative nennen die Quellen nur eine Organisation.|"
                "Bei {n} Initiativen nennen die Quellen nur eine Organisation, bei {talked} davon "
                "nur, weil jemand von dort darüber sprach. Wer außerdem mitarbeitet, steht in "
                "keiner gelesenen Quelle.",
                "For each initiative the sources name several organisations.|"
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
        f"organisation/{_slug(row['organisation_id'])}",
        f"initiative/{_slug(row['initiative_id'])}",
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
        inquiry,
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


# ---- what is thin


def _coverage(inquiry: Inquiry) -> Section:
    kinds, districts = "action-field-coverage", "report/district-coverage"
    by_kind, by_district = inquiry.ask(kinds), inquiry.ask(districts)
    blocks: list[Block] = [
        *_assigned(inquiry),
        *_thin(inquiry, by_kind, kinds),
        *_matrix(inquiry, by_kind, kinds, ("organisation_kind", "organisations")),
        *_unreached(inquiry, by_district, districts),
        *_matrix(inquiry, by_district, districts, ("district", "initiatives")),
    ]
    return Section(
        "coverage", inquiry.say("Wo das Netz dünn ist", "Where the network is thin"), blocks
    )


def _assigned(inquiry: Inquiry) -> Iterator[Sentence]:
    """Say how far the action fields of initiatives are stated."""
    name = "report/field-assignments"
    rows = inquiry.ask(name)
    assigned = [row for row in rows if row["action_field"]]
    if not rows:
        return
    stated = inquiry.words.number(
        sum(not row["certainty_id"].endswith("/inferred") for row in assigned)
    )
    total, open_ = (
        inquiry.words.number(count) for count in (len(assigned), len(rows) - len(assigned))
    )
    yield Sentence(
        inquiry.say(
            f"Von {total} Zuordnungen zu einem Handlungsfeld stehen {stated} so in einer Quelle, "
            f"die übrigen sind erschlossen; Initiativen ohne Handlungsfeld: {open_}.",
            f"Of {total} assignments to an action field {stated} stand in a source as they are, "
            f"the others are inferred; initiatives without an action field: {open_}.",
        ),
        name,
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
    """Yield the numbers of an answer for each action field, empty ones included."""
    if not rows:
        return
    across, number = columns
    total: Counter[str] = Counter()
    cells = {}
    for row in rows:
        total[row[across]] += int(row[number])
        cells[_slug(row["action_field_id"]), row[across]] = int(row[number])
    labels = sorted(total, key=lambda label: (-total[label], label))
    fields = {
        **_fields(inquiry),
        **{_slug(row["action_field_id"]): row["action_field"] for row in rows},
    }
    titles = inquiry.titles(name, ["action_field", across])
    lines = [
        (field, [cells.get((slug, label), 0) for label in labels]) for slug, field in fields.items()
    ]
    if len(labels) > len(fields):
        # Long is easier to read and to print than broad.
        turned = zip(*(numbers for _, numbers in lines), strict=True)
        lines = [(label, list(numbers)) for label, numbers in zip(labels, turned, strict=True)]
        titles, labels = titles[::-1], list(fields.values())
    title = inquiry.question(name).title.text(inquiry.language)
    yield Matrix(title, titles[0], labels, lines, name)


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
                f"Die wenigsten Arten von Organisationen ({number}) wirken in diesem Feld mit: "
                f"{fields_said}.",
                f"The fewest kinds of organisations ({number}) take part in: {fields_said}.",
            ),
            name,
        )


def _unreached(inquiry: Inquiry, rows: Sequence[Row], name: str) -> Iterator[Sentence]:
    """Say for which districts no initiative of a single action field is on record."""
    total: Counter[str] = Counter()
    for row in rows:
        total[row["district"]] += int(row["initiatives"]) * (
            not row["action_field_id"].endswith("#nil")
        )
    empty = [district for district, count in sorted(total.items()) if not count]
    if not rows:
        yield Sentence(
            inquiry.say(
                "Die Daten nennen keine Landkreise einer Region.",
                "The data names no districts of a region.",
            ),
            name,
        )
    elif empty:
        yield Sentence(
            inquiry.say(
                "Keine Initiative mit einem einzelnen Handlungsfeld ist belegt für: "
                f"{listed(inquiry, empty)}. Von vielen Organisationen ist der Sitz nicht bekannt.",
                "No initiative of a single action field is on record for: "
                f"{listed(inquiry, empty)}. The seats of many organisations are unknown.",
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
                "Für ein Paar von Organisationen mit einer Rolle im selben Handlungsfeld ist keine "
                "gemeinsame Initiative oder Veranstaltung belegt.|"
                "Für {n} Paare von Organisationen mit einer Rolle im selben Handlungsfeld ist "
                "keine gemeinsame Initiative oder Veranstaltung belegt.",
                "All organisations with a role in the same action field share an initiative or "
                "were at the same event.|"
                "For one pair of organisations with a role in the same action field, no shared "
                "initiative or event is on record.|"
                "For {n} pairs of organisations with a role in the same action field, no shared "
                "initiative or event is on record.",
            ),
            name,
        )
    ]
    if rows:
        columns = ["organisation_a", "organisation_b", "shared_topics"]
        blocks.append(table(inquiry, name, rows, columns))
    return Section(
        "never-met",
        inquiry.say(
            "Für wen nichts Gemeinsames belegt ist", "For whom nothing shared is on record"
        ),
        blocks,
    )


# ---- what changed


def _changes(inquiry: Inquiry) -> Section:
    """Return who speaks for another organisation than before."""
    name = "affiliation-changes"
    rows = inquiry.ask(name)
    people = len({row["person_id"] for row in rows})
    blocks: list[Block] = [
        Sentence(
            inquiry.told(
                people,
                "Niemand trat für verschiedene Organisationen auf.|"
                "Eine Person trat für verschiedene Organisationen auf.|"
                "{n} Personen traten für verschiedene Organisationen auf.",
                "Nobody appeared for different organisations.|"
                "One person appeared for different organisations.|"
                "{n} people appeared for different organisations.",
            ),
            name,
        )
    ]
    if rows:
        columns = ["person", "organisation", "first_seen", "last_seen"]
        dated = [
            {**row, **{key: inquiry.words.date(row[key]) for key in columns[2:]}} for row in rows
        ]
        blocks.append(table(inquiry, name, dated, columns))
    return Section(
        "changes", inquiry.say("Wer die Organisation wechselte", "Who changed organisation"), blocks
    )


def _turnover(inquiry: Inquiry) -> Section:
    name = "report/series-attendance"
    rows = inquiry.ask(name)
    blocks: list[Block] = [
        Sentence(
            inquiry.say(
                "Verglichen wird, wen die Quellen nennen, nicht, wer da war: als Ausrichter, "
                "Teilnehmer oder im Programm. Eine Einheit zählt wie die Organisation, zu der sie "
                "gehört, eine Nachfolgerin wie ihre Vorgängerin.",
                "What is compared is whom the sources name, not who was there: as organiser, as "
                "taking part or on the programme. A unit counts as the organisation it belongs to, "
                "a successor as its predecessor.",
            ),
            name,
        )
    ]
    kin = _kinship(inquiry)
    for _, in_series in groupby(rows, key=lambda row: row["series_id"]):
        blocks += _editions(inquiry, list(in_series), name, kin)
    if len(blocks) == 1:
        blocks.append(
            Sentence(
                inquiry.say(
                    "Zu keiner Reihe nennen die Quellen zwei Ausgaben mit Datum und Vertretenen.",
                    "For no series do the sources name two dated editions with anyone represented.",
                ),
                name,
            )
        )
    return Section(
        "turnover",
        inquiry.say(
            "Wen die Quellen neu nennen, wen nicht mehr", "Newcomers and drop-outs of the series"
        ),
        blocks,
    )


def _kinship(inquiry: Inquiry) -> dict[str, str]:
    """Return for each organisation the one that stands for all its units and successors."""
    import networkx

    related = networkx.Graph()
    for row in inquiry.ask("report/kinship"):
        related.add_edge(row["organisation_id"], row["relative_id"])
    return {one: min(group) for group in networkx.connected_components(related) for one in group}


def _editions(
    inquiry: Inquiry, rows: Sequence[Row], name: str, kin: Mapping[str, str]
) -> Iterator[Block]:
    """Compare each edition of a series with those before it."""
    editions = [list(found) for _, found in groupby(rows, key=lambda row: row["event_id"])]
    named = [edition for edition in editions if edition[0]["organisation_id"]]
    if len(named) < 2:
        return
    words = [
        inquiry.say("erstmals genannt", "named for the first time"),
        inquiry.say("wieder genannt", "named again"),
        inquiry.say("nicht mehr genannt", "no longer named"),
    ]
    bars: list[tuple[str, Sequence[float]]] = []
    lines: list[list[str]] = []
    known: set[str] = set()
    before: dict[str, str] = {}
    for edition in named:
        here = {row["organisation_id"]: row["organisation"] for row in edition}
        roots = {kin.get(key, key) for key in here}
        groups = [
            [label for key, label in here.items() if kin.get(key, key) not in known],
            [label for key, label in here.items() if kin.get(key, key) in known],
            [label for key, label in before.items() if kin.get(key, key) not in roots],
        ]
        title = _edition(inquiry, edition[0])
        bars.append((title, [len(group) for group in groups[:2]]))
        basis = listed(inquiry, [edition[0]["status"], edition[0]["basis"]])
        first = [listed(inquiry, groups[0]), *("–" for _ in words[1:])] if not known else None
        lines.append([title, basis, *(first or (listed(inquiry, group) for group in groups))])
        known |= roots
        before = here
    yield Bars(rows[0]["series"], words[:2], bars, name)
    yield Table(
        inquiry.say(f"{rows[0]['series']}: die Namen", f"{rows[0]['series']}: the names"),
        [inquiry.titles(name, ["event"])[0], inquiry.titles(name, ["basis"])[0], *words],
        lines,
        name,
    )
    silent = [_edition(inquiry, edition[0]) for edition in editions if edition not in named]
    if silent:
        yield Sentence(
            inquiry.say(
                f"Wer vertreten war, nennt keine Quelle zu: {listed(inquiry, silent)}.",
                f"Who was represented is named by no source on: {listed(inquiry, silent)}.",
            ),
            name,
        )


def _edition(inquiry: Inquiry, row: Row) -> str:
    return f"{row['event']} ({inquiry.words.date(row['date'])})"


# ---- who pays and who is paid


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


# ---- how far the data can be trusted


def _conflicts(inquiry: Inquiry) -> Section:
    name = "conflicting-statements"
    cases = conflicting(inquiry)
    blocks: list[Block] = [
        Sentence(
            inquiry.told(
                len(cases),
                "Keine zwei Quellen widersprechen sich.|"
                "Zu einer Angabe sagen Quellen Verschiedenes.|"
                "Zu {n} Angaben sagen Quellen Verschiedenes; manches davon kann dasselbe in "
                "anderen Worten sein oder ein Wechsel im Lauf der Zeit.",
                "No two sources contradict each other.|"
                "Sources differ on one detail.|"
                "Sources differ on {n} details; some may say the same in other words, or tell of a "
                "change in the course of time.",
            ),
            name,
        )
    ]
    if cases:
        blocks.append(conflict_table(inquiry, cases))
    return Section(
        "conflicts",
        inquiry.say("Wo Quellen Verschiedenes sagen", "Where sources differ"),
        blocks,
    )


def conflicting(inquiry: Inquiry) -> list[list[Row]]:
    """Return what sources say differently: for each detail of each subject, the rows on it."""
    rows = inquiry.ask("conflicting-statements")
    return [
        list(found)
        for _, found in groupby(rows, key=lambda row: (row["subject_id"], row["property_id"]))
    ]


def conflict_table(inquiry: Inquiry, cases: Sequence[Sequence[Row]]) -> Table:
    """Return such cases as a table, one row each, with who says what."""
    name = "conflicting-statements"
    shown = cases[: inquiry.top]
    return Table(
        inquiry.question(name).title.text(inquiry.language),
        inquiry.titles(name, ["subject", "property", "value"]),
        [[case[0]["subject"], case[0]["property"], _values(inquiry, case)] for case in shown],
        name,
        len(cases) - len(shown),
    )


def _values(inquiry: Inquiry, case: Sequence[Row]) -> str:
    """Return the values of a case, each with the sources that give it and when it held."""
    by_value: dict[str, list[str]] = {}
    for row in case:
        value, day = _dated(row["value"])
        shown = inquiry.words.number(int(value)) if _LARGE.fullmatch(value) else value
        shown = inquiry.words.date(value) if _DATE.fullmatch(value) else shown
        when = f", {inquiry.words.date(day)}" if day else ""
        by_value.setdefault(shown, []).append(f"{row['source']}{when}")
    return " ↔ ".join(f"{value} ({'; '.join(sources)})" for value, sources in by_value.items())


def _dated(value: str) -> tuple[str, str]:
    """Return a value without the date in brackets for which it holds, and that date.

    >>> _dated("Linde e. V. (2024-05)"), _dated("Linde e. V.")
    (('Linde e. V.', '2024-05'), ('Linde e. V.', ''))
    """
    found = re.fullmatch(r"(.*) \((\d{4}(?:-\d{2}){0,2})\)", value)
    return (found[1], found[2]) if found else (value, "")


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
                f"{part} der {number} Beziehungen sind nur erschlossen, ganz oder in einer Angabe; "
                "die übrigen nennt mindestens eine Quelle so.",
                f"{part} of the {number} relations are inferred only, as a whole or in a detail; "
                "the others are named so by at least one source.",
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
    whole, all_ = inquiry.words.number(full), inquiry.words.number(len(rows))
    yield Sentence(
        inquiry.say(
            f"Ganz gelesen wurden {whole} von {all_} Quellen; die im Auszug gelesenen können "
            "mehr enthalten.",
            f"{whole} of {all_} sources were read as a whole; those read in part may hold more.",
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
