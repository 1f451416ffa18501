"""A network -> its dossier on what is thin: by field, kind, district and pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from itas_graph.dossier import (
    NETWORK,
    Block,
    Inquiry,
    Matrix,
    Row,
    Section,
    Sentence,
    listed,
    slug,
    table,
)


def coverage(inquiry: Inquiry) -> Section:
    """Return which kinds of organisations and which districts each action field has."""
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
        cells[slug(row["action_field_id"]), row[across]] = int(row[number])
    labels = sorted(total, key=lambda label: (-total[label], label))
    fields = {
        **_fields(inquiry),
        **{slug(row["action_field_id"]): row["action_field"] for row in rows},
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
    kinds = Counter(slug(row["action_field_id"]) for row in rows)
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
                fields=listed(empty),
            ),
            name,
        )
    fewest = min(kinds.values(), default=0)
    thinnest = [label for slug, label in fields.items() if kinds[slug] == fewest]
    if fewest:
        number, fields_said = inquiry.words.number(fewest), listed(thinnest)
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
                f"{listed(empty)}. Von vielen Organisationen ist der Sitz nicht bekannt.",
                "No initiative of a single action field is on record for: "
                f"{listed(empty)}. The seats of many organisations are unknown.",
            ),
            name,
        )


def never_met(inquiry: Inquiry) -> Section:
    """Return for whom in the same action field nothing shared is on record."""
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
