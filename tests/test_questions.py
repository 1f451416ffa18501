"""The 24 questions: exact columns, right answers, the same ones from another engine."""

import csv
import io
import os
import re
from pathlib import Path

import pytest

from itas_graph import build, queries, workspace
from itas_graph.errors import UsageError

ROOT = Path(__file__).parent.parent
SMALL = Path(__file__).parent / "workspace"
GOLDEN = Path(__file__).parent / "golden"
QUESTIONS = queries.load(ROOT / "queries")

# Name -> parameters and columns, as the strategists' list has them; `_id` columns may follow.
COLUMNS = {
    "consortium-partners": "organisation role valid_from valid_until sources",
    "organisations-by-initiative": "initiative organisation relation sources",
    "initiatives-by-organisation": "organisation initiative relation action_field",
    "initiatives-by-action-field": "action_field initiative kind responsible_partner",
    "programme": "event date session position talk speaker role organisation",
    "speakers-by-organisation": "organisation speaker event date talk",
    "bridging-organisations": "organisation action_fields initiatives",
    "organisation-pairs": "organisation_a organisation_b shared_initiatives shared_events",
    "shared-initiatives": "organisation_a organisation_b initiative",
    "partners-who-never-met": "organisation_a organisation_b shared_topics",
    "affiliation-changes": "person organisation first_seen last_seen event",
    "returning-contributors": "person events first_event last_event",
    "newcomers": "year organisation first_event",
    "dropped-out": "year organisation last_event",
    "single-organisation-initiatives": "initiative organisation",
    "initiatives-without-responsible-partner": "initiative action_field",
    "initiatives-never-presented": "initiative action_field",
    "ended-without-successor": "initiative valid_until",
    "action-field-coverage": "action_field organisation_kind organisations",
    "contractors-by-partner": "partner contractor initiative",
    "funding": "initiative funder amount currency as_written source",
    "conflicting-statements": "subject property value source",
    "events-timeline": "event series date place organiser attendance",
    "evidence": "statement value source url anchor",
}
PARAMETERS = {
    "organisations-by-initiative": {"initiative"},
    "initiatives-by-organisation": {"organisation"},
    "initiatives-by-action-field": {"action_field"},
    "programme": {"event"},
    "speakers-by-organisation": {"organisation"},
    "shared-initiatives": {"organisation_a", "organisation_b"},
    "newcomers": {"year"},
    "dropped-out": {"year"},
    "ended-without-successor": {"date"},
    "evidence": {"subject"},
}


class Answers:
    """One workspace in memory, asked by the embedded store and by rdflib."""

    def __init__(self, here):
        checked = build.check(here)
        assert checked.errors == 0, checked.findings
        self.dataset, self.endpoint = build.assemble(here, checked, "public")
        self.rdflib = self.dataset.to_rdflib()

    def names(self, text):
        return [
            tuple(getattr(term, "value", "") for term in row)
            for row in self.endpoint.ask(text).rows
        ]

    def text(self, name, language="de", **values):
        return queries.bind(QUESTIONS[name], values, language, self.names)

    def table(self, name, language="de", **values):
        answer = b"".join(
            self.endpoint.serialised(self.text(name, language, **values), "csv")
        ).decode()
        return list(csv.reader(io.StringIO(answer)))

    def rows(self, name, language="de", **values):
        """Rows without the `_id` columns, as tuples."""
        header, *rows = self.table(name, language, **values)
        shown = [index for index, column in enumerate(header) if not column.endswith("_id")]
        return [tuple(row[index] for index in shown) for row in rows]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("small")
    for name, target in (("data", SMALL), ("ontology", ROOT), ("queries", ROOT)):
        (root / name).symlink_to(target / name)
    return Answers(workspace.Workspace(root))


@pytest.fixture(scope="module")
def shipped():
    return Answers(workspace.Workspace(ROOT))


def test_there_are_exactly_these_24_questions():
    assert len(COLUMNS) == 24
    assert set(QUESTIONS) == set(COLUMNS)


@pytest.mark.parametrize("name", COLUMNS)
def test_header_is_complete_and_tells_the_columns(name, shipped):
    question = QUESTIONS[name]
    for message in (question.title, question.description):
        assert message.de
        assert message.en
        assert message.de != message.en
    assert question.title.de.endswith("?")
    declared = [column for column, _ in question.columns]
    assert declared == shipped.table(name)[0]
    shown = [column for column in declared if not column.endswith("_id")]
    assert shown == COLUMNS[name].split()
    assert declared[: len(shown)] == shown
    wanted = PARAMETERS.get(name, set())
    assert wanted <= {parameter.name for parameter in question.parameters}


@pytest.mark.parametrize("name", COLUMNS)
def test_question_can_be_pasted_into_any_tool(name):
    text = QUESTIONS[name].text
    used = set(re.findall(r"\b([a-z]+):[A-Za-z]", re.sub(r"#.*|<[^>]*>|\"[^\"]*\"", "", text)))
    declared = set(re.findall(r"^PREFIX ([a-z]+):", text, re.M))
    assert used <= declared
    assert re.search(r"^ORDER BY ", text, re.M)


@pytest.mark.parametrize("which", ["small", "shipped"])
@pytest.mark.parametrize("name", COLUMNS)
def test_golden_answer(name, which, request):
    """The answers were read and found true; `UPDATE_GOLDEN=1 pytest` writes them for review."""
    # All evidence of everything would fill a megabyte: one organisation's stands for it.
    subject = {"small": "alpha", "shipped": "ihk-chemnitz"}[which]
    values = {"subject": subject} if name == "evidence" else {}
    table = request.getfixturevalue(which).table(name, **values)
    path = GOLDEN / which / f"{name}.csv"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(table)
    with path.open(encoding="utf-8", newline="") as stream:
        assert table == list(csv.reader(stream)), f"see the difference by: git diff {path.name}"


@pytest.mark.parametrize("name", COLUMNS)
def test_another_engine_gives_the_same_answer(name, small):
    # The evidence of everything takes rdflib minutes, that of one organisation a second.
    values = {"subject": "alpha"} if name == "evidence" else {}
    text = small.text(name, **values)
    result = small.rdflib.query(text)
    columns = [str(variable) for variable in result.vars]
    other = [
        [("" if row[column] is None else str(row[column])) for column in columns] for row in result
    ]
    header, *rows = small.table(name, **values)
    assert rows
    assert columns == header
    assert sorted(other) == sorted(rows)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("newcomers", {"year": "2023"}, {"Alpha Werk Neustadt", "Delta GmbH", "Ministerium Zeta"}),
        ("dropped-out", {"year": "2022"}, {"Beta-Institut"}),
    ],
)
def test_a_year_narrows_the_answer(name, values, expected, small):
    assert {row[1] for row in small.rows(name, **values)} == expected


def test_a_name_an_alias_a_slug_and_an_iri_ask_for_the_same(small):
    answers = [
        small.rows("speakers-by-organisation", organisation=name)
        for name in (
            "BI",
            "Beta-Institut",
            "beta",
            "https://w3id.org/itas-graph/id/organisation/beta",
        )
    ]
    assert answers[0] == [
        ("Beta-Institut", "Bernd Blau", "Mustertag 2022", "2022-05-10", "Lotsen im Betrieb")
    ]
    assert answers.count(answers[0]) == 4


def test_what_ended_depends_on_the_day_and_a_month_lasts_to_its_end(small):
    assert small.rows("ended-without-successor", date="2023-06-30") == []
    assert small.rows("ended-without-successor", date="2023-07-01") == [("Parkkonzept", "2023-06")]


def test_two_named_organisations_share_what_they_share(small):
    rows = small.rows("shared-initiatives", organisation_a="Alpha", organisation_b="BI")
    assert rows == [
        ("Alpha AG", "Beta-Institut", "Lotsendienst"),
        ("Alpha AG", "Beta-Institut", "Netz Musterland"),
    ]


def test_labels_come_in_the_language_asked_for(small):
    german = {row[0] for row in small.rows("initiatives-by-action-field")}
    english = {row[0] for row in small.rows("initiatives-by-action-field", language="en")}
    assert "Arbeit und Beschäftigung" in german
    assert "Work and employment" in english
    assert not german & english


def test_evidence_leads_to_the_passage(small):
    urls = {row[3] for row in small.rows("evidence", subject="epsilon")}
    assert "https://example.org/programm-2022#:~:text=Prof.%20Dora%20Dahl" in urls


def test_an_ambiguous_name_lists_its_candidates(shipped):
    with pytest.raises(UsageError, match=r"karsten-schulze-adac.*karsten-schulze-fdtech"):
        shipped.text("evidence", subject="Karsten Schulze")


def test_the_congress_programme_is_complete(shipped):
    rows = shipped.rows("programme", event="kongress-2024")
    talks = [row for row in rows if row[4]]
    assert len({(row[2], row[3], row[4]) for row in talks}) == 21
    assert len({row[2] for row in talks}) == 4
    speakers = [row[5] for row in talks if row[5]]
    assert len(speakers) == 22
    assert len(set(speakers)) == 19
