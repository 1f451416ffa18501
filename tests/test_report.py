"""itas-graph report: what it says is true, leads to its question, and opens anywhere."""

import csv
import io
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from itas_graph import build, dossier_pages, workspace
from itas_graph.dossier import Bars, Dossier, Origin, Section, Sentence, Table

MUSTERLAND = Path(__file__).parent / "workspace" / "data"


@pytest.fixture(scope="module")
def musterland(tmp_path_factory, program_data):
    """The workspace of invented bodies whose figures can be worked out by hand, with its build."""
    root = tmp_path_factory.mktemp("musterland")
    program_data(root)
    shutil.copytree(MUSTERLAND, root / "data")
    build.build(workspace.find(root), root / "build")
    return root


@pytest.fixture(scope="module")
def report(itas, musterland):
    """Run `itas-graph report` on that workspace."""

    def run(*arguments, lang="de"):
        done = itas("--root", musterland, "report", *arguments, "--lang", lang)
        assert done.returncode == 0, done.stderr
        assert not done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def german(report):
    return report()


@pytest.fixture(scope="module")
def page(report):
    return report("--format", "html", "--page", "index.html")


# ---- what it says, worked out by hand from tests/workspace


@pytest.mark.parametrize(
    "sentence",
    [
        "Stand der Daten: 31. Januar 2025. Jüngste datierte Quelle: 2. Mai 2024.",
        "6 von 7 Organisationen haben nach den Quellen mit Initiativen zu tun, durch eine Rolle",
        "8 von 11 Organisationen und Initiativen hängen zusammen; eine weitere Gruppe teilt",
        # Of 10 * 9 / 2 = 45 pairs of others, 10 have their only shortest way through Gamma.
        "Gamma-Kammer steht im Mittel auf 22\N{NO-BREAK SPACE}% der kürzesten Wege",
        "Bei 2 Initiativen nennen die Quellen nur eine Organisation, bei 1 davon nur, weil jemand",
        "verlieren ihre letzte Organisation: „Kursreihe“ und „Parkkonzept“",
        "Eine Initiative ist nach dem genannten Ende vorbei, und keine Quelle nennt eine Nachfolge",
        "2 Initiativen wurden nach den Quellen nie bei einer Veranstaltung vorgestellt.",
        "Für 5 Initiativen ist kein verantwortlicher Partner genannt.",
        "Von 4 Zuordnungen zu einem Handlungsfeld stehen 4 so in einer Quelle",
        "außer in Initiativen, die alle Felder umfassen: Industriepolitik, Resiliente Gesellschaft",
        "Organisationen (1) wirken in diesem Feld mit: Qualifizierung und Weiterbildung.",
        "Für ein Paar von Organisationen mit einer Rolle im selben Handlungsfeld ist keine gemein",
        "Zu 4 Angaben sagen Quellen Verschiedenes",
        "4,8\N{NO-BREAK SPACE}% der 21 Beziehungen sind nur erschlossen",
        "Ganz gelesen wurden 3 von 4 Quellen",
        "Eine Person trat für verschiedene Organisationen auf.",
        "Die Daten nennen keine Landkreise einer Region.",
    ],
)
def test_sentences_are_true_of_the_small_workspace(german, sentence):
    assert sentence in german


@pytest.mark.parametrize(
    "row",
    [
        "| Mustertag 2022 (10. Mai 2022) | 4 | 0 |",
        # Alpha Werk is a unit of Alpha AG, which was named before.
        "| Mustertag 2023 (11. Mai 2023) | 2 | 2 |",
        "| Mustertag 2022 (10. Mai 2022) | stattgefunden, ganz | Alpha AG, Beta-Institut, "
        "Epsilon-Hochschule, Gamma-Kammer | – | – |",
        "| Mustertag 2023 (11. Mai 2023) | stattgefunden, Auszug | Delta GmbH, Ministerium Zeta | "
        "Alpha Werk Neustadt, Gamma-Kammer | Beta-Institut, Epsilon-Hochschule |",
        "| Kursreihe | Delta GmbH | nur ein Auftritt |",
        "| Parkkonzept | Delta GmbH | Autorenschaft |",
        "| Parkkonzept | Juni 2023 |",
        "| Innovation und Technologietransformation | 1 | – | 1 | 1 |",
        "| Delta GmbH | Epsilon-Hochschule | Innovation und Technologietransformation |",
        "| Ministerium Zeta, Netz Musterland | Betrag | 1.200.000 (Portal Netz Musterland) ↔ "
        "1.500.000 (Einladung zum Forum 2024) |",
        "| Netz Musterland | Konsortialführung | Alpha AG (Einladung zum Forum 2024, Mai 2024) ↔ "
        "Gamma-Kammer (Portal Netz Musterland) |",
        "| Bernd Blau | Delta GmbH | 11. Mai 2023 | 11. Mai 2023 |",
        "| Gamma-Kammer | Epsilon-Hochschule | Akkustudie |",
        "| Mitwirkung | 10 | 0 |",
        "| Beteiligung | 9 | 1 |",
        "| Organisation: Ort | 0 | 7 |",
    ],
)
def test_tables_are_true_of_the_small_workspace(german, row):
    assert row in german


def test_english_has_no_german_of_ours(report):
    said = report(lang="en")
    assert "6 of 7 organisations have to do with initiatives, by a role or a talk; with 5" in said
    assert "4.8% of the 21 relations are inferred only" in said
    assert "| Mustertag 2023 (11 May 2023) | 2 | 2 |" in said
    assert not re.search(r"\b(Quellen?|Initiativen|Handlungsfeld|nicht|weitere|einer)\b", said)


def test_only_what_is_long_is_cut_and_the_rest_is_counted(report):
    cut = report("--top", "1")
    assert "| Kursreihe | Delta GmbH | nur ein Auftritt |\n\n… und 1 weitere Zeile." in cut
    assert "| Parkkonzept | Delta GmbH |" not in cut
    assert "… und 3 weitere Zeilen." in cut


# ---- every figure leads to its question


def test_every_figure_leads_to_a_question_that_gives_it_again(german, itas, musterland):
    marks = set(re.findall(r"\[\[(\d+)\]\(#q\1\)\]", german))
    heads = re.findall(r'^### <a id="q(\d+)"></a>\1\. \S', german, re.M)
    assert len(heads) >= 24
    assert marks == set(heads)
    commands = re.findall(r"^    (itas-graph .+)$", german, re.M)
    assert len(commands) == len(heads)
    for command in commands:
        _, *arguments = command.split(" ")
        done = itas("--root", musterland, *arguments)
        assert done.returncode == 0, (command, done.stderr)
        # In this workspace no body has a seat.
        assert (done.stdout.count("\n") > 1) == ("district" not in command), command


def test_what_stands_in_the_report_is_the_answer_to_its_question(german, itas, musterland):
    done = itas("--root", musterland, "query", "report/at-a-glance", "--lang", "de")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["number"] for row in rows] == ["7", "6", "6", "4", "6", "4"]
    for row in rows:
        assert f"| {row['kind']} | {row['number']} |" in german


def test_no_sentence_table_or_chart_stands_without_a_question(page):
    told = page.partition("<main>")[2].partition('id="questions"')[0]
    blocks = re.findall(r"<(p|figcaption)[ >](.*?)</\1>", told, re.S)
    assert len(blocks) >= 35
    assert [text for _, text in blocks if 'href="#q' not in text] == []


def test_a_question_can_be_asked_in_the_page(page):
    assert (
        'href="index.html#view=questions&amp;question=bridging-organisations&amp;lang=de"' in page
    )
    assert "question=ended-without-successor&amp;with-date=2025-01-31&amp;lang=de" in page
    assert "#view=questions&amp;sparql=PREFIX" in page


def test_the_links_ask_the_question_in_the_real_page(report, musterland, browser):
    path = musterland / "build" / "bericht.html"
    path.write_text(report("--format", "html", "--page", "index.html"), "utf-8")
    for link in ("question=single-organisation-initiatives", "sparql=PREFIX"):
        tab = browser.new_page()
        tab.goto(path.as_uri())
        tab.locator(f'a[href*="{link}"]').first.click()
        tab.locator("#view-questions table tbody tr").first.wait_for(timeout=60_000)
        tab.close()


# ---- the page


class _Reader(HTMLParser):
    """Reads what could load, run or submit something, the headings, and the ids."""

    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.targets, self.headings = [], [], [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if (given.get("href") or "").startswith("#"):
            self.targets.append(given["href"][1:])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name in ("src", "onload", "onclick", "style"):
            assert name not in given, (tag, given)


def test_the_page_loads_and_runs_nothing_and_its_links_lead_somewhere(page):
    reader = _Reader()
    reader.feed(page)
    assert not {"script", "link", "img", "iframe", "form", "object", "embed"} & set(reader.tags)
    assert "default-src &#39;none&#39;" in page
    assert len(reader.ids) == len(set(reader.ids))
    assert set(reader.targets) <= set(reader.ids)
    assert len(reader.targets) >= 40
    assert reader.headings[0] == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(reader.headings))
    assert reader.tags.count("h1") == 1
    assert reader.tags.count("svg") >= 20


def test_bars_say_their_numbers_in_words(page):
    assert re.search(r"<li>Mustertag 2023 \(11\. Mai 2023\): 2 erstmals genannt, 2 wieder", page)
    assert re.search(r"<li>Gamma-Kammer: 22\xa0%<svg", page)


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_the_page_fits_its_window_and_says_nothing_in_the_console(page, tmp_path, browser, width):
    path = tmp_path / "report.html"
    path.write_text(page, "utf-8")
    said = []
    tab = browser.new_page(viewport={"width": width, "height": 800})
    tab.on("console", lambda message: said.append(message.text))
    tab.on("request", lambda request: said.append(request.url))
    tab.goto(path.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert said == [path.as_uri()]
    # The style holds: it is not refused by the page's own policy.
    family = tab.evaluate("getComputedStyle(document.body).fontFamily")
    assert "Segoe UI" in family
    tab.close()


@pytest.mark.parametrize("arguments", [(), ("BI",), ("--without", "delta")])
def test_no_accessibility_rule_is_broken(report, tmp_path, browser, axe, arguments):
    path = tmp_path / "report.html"
    path.write_text(report(*arguments, "--format", "html"), "utf-8")
    # The page runs no scripts; the examiner is one.
    window = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 800})
    tab = window.new_page()
    tab.goto(path.as_uri())
    tab.evaluate(axe)
    found = tab.evaluate("axe.run()")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    window.close()


def test_what_records_say_is_text_in_both_forms():
    evil = '<b onload="x">](javascript:alert(1)) | *fett* \x1b[2J'
    made = Dossier(
        evil,
        [evil],
        "de",
        [
            Section(
                "a",
                evil,
                [
                    Sentence(evil, "q", [(evil, "https://example.org/a b>c")]),
                    Table(evil, [evil], [[evil], [(evil, 'https://example.org/"')]], "q"),
                    Bars(evil, [evil], [(evil, [1])], "q"),
                ],
            )
        ],
        {"q": Origin("q", evil, evil, "itas-graph query q", evil)},
    )
    html = dossier_pages.html(made)
    assert "<b " not in html
    assert "\x1b" not in html
    markdown = dossier_pages.markdown(made)
    assert "<b" not in markdown.replace("\\<b", "")
    assert "\x1b" not in markdown
    assert "](javascript" not in markdown.replace("\\](javascript", "")
    assert "(<https://example.org/abc>)" in markdown


def test_same_input_same_bytes(report):
    for form in ("md", "html"):
        assert report("--format", form) == report("--format", form)


def test_of_nothing_nothing_is_said(itas, tmp_path, program_data):
    program_data(tmp_path)
    (tmp_path / "data" / "sources").mkdir(parents=True)
    shutil.copy(MUSTERLAND / "dataset.yaml", tmp_path / "data")
    (tmp_path / "data" / "organisations.csv").write_text("id,name,kind\nalpha,Alpha AG,company\n")
    assert itas("--root", tmp_path, "build").returncode == 0
    said = itas("--root", tmp_path, "report", "--lang", "en").stdout
    assert "No source names an organisation that takes part in an initiative." in said
    assert not re.search(r"[Ee]ach initiative|[Nn]o initiative|All organisations", said)


# ---- one actor


def test_an_actor_by_alias_with_everything_said_of_it(report):
    said = report("BI")
    assert said.startswith("# Bericht: Beta-Institut\n\nForschungsinstitut\n")
    assert "„Beta-Institut“ hat nach den Quellen mit 2 von 5 Initiativen zu tun." in said
    assert "Keine Initiative ist nur mit „Beta-Institut“ belegt." in said
    assert "| Alpha AG | 2 | 1 |" in said
    assert "| Bernd Blau | Mustertag 2022 | 10. Mai 2022 | Lotsen im Betrieb |" in said
    assert "https://example.org/programm-2022#:~:text=Dr.%20Bernd%20Blau" in said


def test_an_actor_with_which_alone_initiatives_are_on_record(report):
    said = report("delta")
    assert "2 Initiativen sind nur mit „Delta GmbH“ belegt." in said
    assert (
        "Mit einer Organisation, die im selben Handlungsfeld eine Rolle hat, ist für „Del" in said
    )
    assert "| Epsilon-Hochschule | Innovation und Technologietransformation |" in said


@pytest.mark.parametrize("name", ["anna-arndt", "lotse", "tag-2022"])
def test_people_initiatives_and_events_have_one_too(report, name):
    said = report(name)
    assert "## Alle Belege" in said
    assert "nur mit dieser Organisation" not in said.lower()


def test_sources_are_links_to_the_passage(report):
    said = report("BI", "--format", "html")
    assert re.search(
        r'<a href="https://example\.org/programm-2022#:~:text=[^"]+" rel="noreferrer">', said
    )


# ---- what if


def test_a_report_without_an_organisation_says_first_what_would_change(report):
    said = report("--without", "Delta GmbH")
    assert said.startswith(
        "# Bericht: Musterland\n\n> Gedankenspiel, nicht der Bestand: ohne „Delta GmbH“."
    )
    opening = said.partition("## Das Netz auf einen Blick")[0]
    assert (
        "verlören 2 Initiativen ihre letzte Organisation („Kursreihe“ und „Parkkonzept“)" in opening
    )
    assert "| Organisationen mit Initiativen | 6 | 5 |" in opening
    assert "| Initiativen mit Organisationen | 5 | 3 |" in opening
    assert "| Paare ohne etwas Gemeinsames | 1 | 0 |" in opening
    rest = said.partition("## Das Netz auf einen Blick")[2]
    assert "| Kursreihe | Delta GmbH |" not in rest
    assert "Zu keiner Initiative nennen die Quellen nur eine Organisation." in rest


def test_an_imagined_page_cannot_pass_for_a_real_one(report, itas, musterland):
    for arguments in ((), ("BI",)):
        page = report(*arguments, "--without", "delta", "--format", "html", lang="en")
        assert re.search(r"<title>[^<]+ – imagined</title>", page)
        assert "Imagined, not the present state: without “Delta GmbH”." in page
    done = itas(
        *("--root", musterland, "report", "--without", "delta", "--page", "x.html", "--lang", "de")
    )
    assert done.returncode == 2
    assert "--page" in done.stderr


def test_a_report_with_planned_records_counts_them(report, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        """\
id: plan
title: Was wir vorhaben
url: https://example.org/plan
published: 2025-01
language: de
source_kind: overview
coverage: full
initiatives:
  - id: kurs
    involvements:
      - organisation: beta
        role: contractor
        status: planned
""",
        "utf-8",
    )
    said = report("--with", plan)
    assert "| Initiativen mit einer einzigen Organisation | 2 | 1 |" in said
    assert "> Gedankenspiel, nicht der Bestand: mit plan.yaml." in said


def test_an_endpoint_gives_the_same_report_as_the_build(
    report, itas, musterland, servers, tmp_path
):
    (tmp_path / "server").mkdir()
    with servers.oxigraph(tmp_path / "server") as server:
        pushed = itas("--root", musterland, "push", "--endpoint", server.query,
                      "--graph-store", server.graphs)  # fmt: skip
        assert pushed.returncode == 0, pushed.stderr
        assert report("--endpoint", server.query) == report()
        assert report("delta", "--endpoint", server.query) == report("delta")


# ---- what it refuses


def test_it_is_written_where_and_as_one_wants(itas, musterland, tmp_path):
    for name, start in (("a.html", b"<!doctype html>"), ("b.md", b"# Bericht: Musterland")):
        done = itas("--root", musterland, "report", "-o", tmp_path / name, "--lang", "de")
        assert done.returncode == 0
        assert done.stderr == f"Der Bericht steht in {tmp_path / name}.\n"
        assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["-o", "bericht.docx"], "es gibt .html und .md"),
        (["Niemand"], "Nichts heißt hier „Niemand“"),
        (["--top", "0"], "Der Wert für --top ist nicht gültig"),
    ],
)
def test_wrong_use_is_said_and_nothing_is_written(itas, musterland, arguments, text, tmp_path):
    done = itas("--root", musterland, "report", *arguments, "--lang", "de", cwd=tmp_path)
    assert done.returncode == 2
    assert text in done.stderr
    assert not done.stdout
    assert not list(tmp_path.iterdir())


def test_a_workspace_without_the_questions_of_a_report_is_told_which(itas, musterland, tmp_path):
    root = tmp_path / "old"
    shutil.copytree(musterland, root)
    (root / "queries" / "report" / "support.rq").unlink()
    done = itas("--root", root, "report", "--lang", "de")
    assert done.returncode == 3
    assert "Dem Arbeitsordner fehlt die Frage" in done.stderr
    assert "report/support.rq" in done.stderr
    assert not done.stdout
