"""Questions and SPARQL in the page, asked by typing; the dataset in the page, read back."""

import csv
import io
import json
import re
import time
from html.parser import HTMLParser
from urllib.parse import quote

import pyoxigraph as ox
import pytest
import rdflib

import itas_graph
from itas_graph import asking, queries, store
from itas_graph.dataset import DERIVED

LIMIT = 3_500_000
LIMIT_WITHOUT = 1_200_000


def table(tab):
    return [
        [cell.strip() for cell in row.locator("td").all_inner_texts()]
        for row in tab.locator("#answer tbody tr").all()
    ]


def answered(tab):
    tab.locator("#answer .n, #answer .truth").first.wait_for()
    return tab.locator("#answer .n, #answer .truth").first.inner_text()


def bindings(results):
    """The rows of SPARQL JSON results, each as text, sorted: ties may stand in any order."""
    return sorted(str(row) for row in ox.parse_query_results(results, ox.QueryResultsFormat.JSON))


def write(tab, text):
    """Open the editor, empty it and type."""
    tab.get_by_role("button", name="Eigene Abfrage in SPARQL schreiben").click()
    editor = tab.locator("#editor .cm-content")
    editor.click()
    editor.press("Control+a")
    editor.press("Delete")
    tab.keyboard.insert_text(text)
    return editor


# -- the dataset in the page -------------------------------------------------------------------


def test_the_page_is_small_enough_for_a_mail(shipped_build, shipped, tmp_path):
    assert (shipped_build / "index.html").stat().st_size < LIMIT
    from itas_graph import build

    build.build(shipped, tmp_path / "small", sparql=False)
    html = (tmp_path / "small" / "index.html").read_text("utf-8")
    assert len(html.encode()) < LIMIT_WITHOUT
    assert "wasm" not in html.split('id="data"')[0]


def test_the_graph_read_from_the_page_is_the_dump(itas, shipped_build):
    page = shipped_build / "index.html"
    read = itas("extract", page, "--format", "nq", text=False)
    assert read.returncode == 0
    assert read.stdout == (shipped_build / "itas.nq").read_bytes()
    for name in ("trig", "ttl", "jsonld"):
        read = itas("extract", page, "--format", name, text=False)
        assert read.stdout == (shipped_build / f"itas.{name}").read_bytes(), name


def test_other_tools_read_the_dataset_too(shipped_build):
    class Block(HTMLParser):
        text = ""
        inside = False

        def handle_starttag(self, tag, attrs):
            self.inside = dict(attrs).get("type") == "application/trig"

        def handle_endtag(self, tag):
            self.inside = False

        def handle_data(self, data):
            self.text += data if self.inside else ""

    block = Block()
    block.feed((shipped_build / "index.html").read_text("utf-8"))
    read = rdflib.Dataset()
    read.parse(data=block.text, format="trig")
    dump = list(ox.parse(path=shipped_build / "itas.nq", format=ox.RdfFormat.N_QUADS))
    assert len(list(read.quads())) == len(dump) > 1000


def test_the_page_describes_its_dataset_for_generic_readers(shipped_build):
    html = (shipped_build / "index.html").read_text("utf-8")
    about = json.loads(re.search(r'application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])
    assert about["@type"] == "Dataset"
    assert about["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert {name["@language"] for name in about["name"]} == {"de", "en"}
    # Understood without a network: rdflib would have to fetch a context from elsewhere.
    read = rdflib.Graph().parse(data=json.dumps(about), format="json-ld")
    kinds = set(read.objects(None, rdflib.RDF.type))
    assert rdflib.URIRef("https://schema.org/Dataset") in kinds
    licence = rdflib.URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert licence in set(read.objects(None, rdflib.URIRef("https://schema.org/license")))


def test_questions_are_answered_from_a_page_that_somebody_sent(itas, shipped_build, tmp_path):
    page = tmp_path / "von-der-kollegin.html"
    page.write_bytes((shipped_build / "index.html").read_bytes())
    sent = itas("query", "consortium-partners", "-b", page, "--format", "csv")
    built = itas("query", "consortium-partners", "-b", shipped_build, "--format", "csv")
    assert sent.stdout == built.stdout != ""
    graph = itas_graph.open(page)
    assert "AMZ Sachsen" in [row["organisation"] for row in graph.rows("consortium-partners")]


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_page_without_dataset_is_refused_in_words(itas, tmp_path, language):
    page = tmp_path / "leer.html"
    page.write_text("<!doctype html><p>nichts", "utf-8")
    read = itas("extract", page, "--lang", language)
    assert read.returncode == 2
    assert {"de": "kein Datensatz", "en": "no dataset"}[language] in read.stderr


def test_text_of_the_data_cannot_close_the_block():
    graph = ox.NamedNode("https://example.org/g")
    said = "</script><!-- <script> ]]> \\u003C \" ' \\"
    quad = ox.Quad(graph, graph, ox.Literal(said), graph)
    trig = asking.block(ox.serialize([quad], format=ox.RdfFormat.TRIG).decode())
    assert "</script" not in trig
    assert "<!--" not in trig
    assert list(ox.parse(trig, format=ox.RdfFormat.TRIG)) == [quad]


# -- ready questions ---------------------------------------------------------------------------


@pytest.mark.browser
def test_a_question_by_its_words_a_name_and_enter(open_shipped):
    tab = open_shipped()
    tab.locator("a[data-view=questions]").click()
    tab.get_by_role("searchbox", name="Fragen durchsuchen").fill("wirken an einer")
    tab.get_by_role("button", name="Welche Organisationen wirken an einer Initiative mit?").click()
    field = tab.get_by_label("Initiative", exact=True)
    field.fill("ITAS Policy Labs")
    field.press("Enter")
    assert re.fullmatch(r"\d+ Zeilen", answered(tab))
    assert "IHK Chemnitz" in {row[1] for row in table(tab)}
    heads = tab.locator("#answer thead th").all_inner_texts()
    assert heads[:3] == ["Initiative", "Organisation", "Beziehung"]
    assert "question=organisations-by-initiative" in tab.url
    tab.locator("#answer tbody").get_by_role("button", name="IHK Chemnitz").first.click()
    assert tab.locator("#details-title").inner_text() == "IHK Chemnitz"
    # The link leads back to the same answer.
    again = open_shipped("#" + tab.url.split("#")[1])
    answered(again)
    assert table(again) == table(tab)


@pytest.mark.browser
def test_in_english(open_shipped):
    tab = open_shipped("#view=questions&lang=en")
    tab.get_by_role("button", name="Which organisations bridge several action fields?").click()
    assert re.fullmatch(r"\d+ rows?", answered(tab))
    assert "Organisation" in tab.locator("#answer thead").inner_text()


@pytest.mark.browser
def test_names_that_fit_nothing_or_no_form_are_told_beside_the_field(open_shipped):
    tab = open_shipped("#view=questions&question=organisations-by-initiative")
    field = tab.get_by_label("Initiative", exact=True)
    field.fill("Policy")
    field.press("Enter")
    fault = tab.locator("#answer [role=alert]")
    fault.wait_for()
    assert "Meinten Sie" in fault.inner_text()
    assert tab.evaluate("document.activeElement.id") == "with-initiative"
    tab.goto(tab.url.split("#")[0] + "#view=questions&question=newcomers&with-year=morgen")
    tab.locator("#ask").click()
    fault.wait_for()
    assert "schreiben Sie etwa 2024" in fault.inner_text()


@pytest.mark.browser
def test_a_table_sorts_and_goes_along_as_csv_and_json(open_shipped, shipped_build):
    tab = open_shipped("#view=questions&question=bridging-organisations")
    answered(tab)
    tab.locator("#answer thead button").first.click()
    names = [row[0] for row in table(tab)]
    assert len(names) > 2
    assert tab.locator("#answer th[aria-sort=ascending]").count() == 1
    with tab.expect_download() as taken:
        tab.get_by_role("button", name="Als CSV speichern").click()
    text = taken.value.path().read_text("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == len(names) + 1
    with tab.expect_download() as taken:
        tab.get_by_role("button", name="Als JSON speichern").click()
    results = ox.parse_query_results(
        taken.value.path().read_bytes(), format=ox.QueryResultsFormat.JSON
    )
    assert len(list(results)) == len(names)


@pytest.mark.browser
def test_an_answer_is_shown_in_the_network(open_shipped):
    tab = open_shipped("#view=questions&question=consortium-partners")
    answered(tab)
    tab.get_by_role("button", name="Im Netzwerk zeigen").click()
    assert tab.locator("#view-network").is_visible()
    assert "hervorgehoben" in tab.locator(".highlighted").inner_text()
    tab.get_by_role("button", name="Hervorhebung beenden").click()
    assert tab.locator(".highlighted").count() == 0


@pytest.mark.browser
def test_page_and_command_give_the_same_answers(open_shipped, shipped, shipped_build):
    """Every ready question, without values and with the name, alias or slug of something."""
    endpoint = store.read(shipped_build / "store")

    def names(text):
        return [
            tuple(getattr(term, "value", "") for term in row) for row in endpoint.ask(text).rows
        ]

    values = {
        "organisation": ["IHK Chemnitz", "CWE", "amz"],
        "organisation_a": ["IHK Chemnitz"],
        "organisation_b": ["CWE"],
        "initiative": ["ITAS Policy Labs", "itas"],
        "event": ["ITAS-Kongress 2024"],
        "action_field": ["Qualifizierung und Weiterbildung"],
        "subject": ["IHK Chemnitz"],
        "year": ["2024"],
        "date": ["2025-06-30"],
    }
    tab = open_shipped("#view=questions")
    asked = 0
    for question in queries.load(shipped.queries).values():
        sets = [{}]
        for parameter in question.parameters:
            sets += [{parameter.name: value} for value in values[parameter.name]]
        for given in sets:
            text = queries.bind(question, given, "de", names)
            expected = bindings(b"".join(endpoint.serialised(text, "json")))
            fields = "".join(f"&with-{name}={value}" for name, value in given.items())
            tab.goto(f"{tab.url.split('#')[0]}#view=questions&question={question.name}{fields}")
            tab.locator("#ask").click()
            tab.locator("#view-questions[aria-busy=false]").wait_for()
            refused = tab.locator("#answer [role=alert]")
            assert refused.count() == 0, (question.name, given, refused.all_inner_texts())
            shown = answered(tab)
            assert int(re.match(r"[\d.]+", shown)[0].replace(".", "")) == len(expected)
            if expected:
                with tab.expect_download() as taken:
                    tab.get_by_role("button", name="Als JSON speichern").click()
                assert bindings(taken.value.path().read_bytes()) == expected, (question.name, given)
            asked += 1
    assert asked > 30


@pytest.mark.browser
def test_answers_hold_for_the_date(open_shipped):
    tab = open_shipped("#view=questions&question=events-timeline&date=2023-12")
    answered(tab)
    assert "Stand Dezember 2023" in tab.locator("#answer .asof-note").inner_text()
    assert not re.search(r"202[456]-|\b202[456]\b", " ".join(row[0] for row in table(tab)))
    early = len(table(tab))
    tab.get_by_role("button", name="alle Zeiten zeigen").click()
    tab.wait_for_function(
        "n => document.querySelectorAll('#answer tbody tr').length > n", arg=early
    )


@pytest.mark.browser
@pytest.mark.parametrize("date", ["2022", "2024-06", "2025-03-31"])
def test_as_of_a_date_the_page_answers_from_what_had_begun(
    open_shipped, shipped, shipped_build, shipped_dataset, date
):
    """Against the same rule worked out here, from the dump."""
    last = f"{date}-12-31" if len(date) == 4 else f"{date}-31"[:10]
    whole = store.read(shipped_build / "store")
    rule = (shipped.queries / "as-of" / "later.rq").read_text("utf-8")
    later = {
        resource.value
        for resource, began in whole.ask(rule).rows
        if f"{began.value}-01-01"[:10] > last
    }
    derived = shipped_dataset.context.base + DERIVED
    stated = [quad for quad in shipped_dataset.quads if quad.graph_name.value != derived]
    kept = [
        quad
        for quad in stated
        if quad.subject.value not in later and getattr(quad.object, "value", "") not in later
    ]
    rules = [path.read_text("utf-8") for path in sorted(shipped.queries.glob("derive/*.rq"))]
    found = store.of_quads(kept).derive(rules)
    graph = ox.NamedNode(derived)
    links = [ox.Quad(one.subject, one.predicate, one.object, graph) for one in found]
    endpoint = store.of_quads([*kept, *links])
    for question in ("organisations-by-initiative", "events-timeline", "organisation-pairs"):
        text = queries.bind(queries.read(shipped.queries / f"{question}.rq"), {}, "de", None)
        expected = bindings(b"".join(endpoint.serialised(text, "json")))
        tab = open_shipped(f"#view=questions&date={date}&question={question}")
        if tab.locator("#answer .n").count() == 0:
            tab.locator("#ask").click()
        answered(tab)
        with tab.expect_download() as taken:
            tab.get_by_role("button", name="Als JSON speichern").click()
        assert bindings(taken.value.path().read_bytes()) == expected, question
        said = tab.locator("#answer .asof-note").inner_text()
        left = int(re.search(r": ([\d.]+) Aussagen", said)[1].replace(".", ""))
        assert left == len(stated) - len(kept) > 0


@pytest.mark.browser
def test_back_and_forward_bring_fields_text_and_answer(open_shipped):
    tab = open_shipped("#view=questions&question=organisations-by-initiative")
    field = tab.get_by_label("Initiative", exact=True)
    rows = []
    for name in ("ITAS Policy Labs", "ITAS-Helpdesks"):
        field.fill(name)
        field.press("Enter")
        tab.locator("#view-questions[aria-busy=false] #answer tbody", has_text=name).wait_for()
        rows.append(table(tab))
    assert rows[0] != rows[1]
    tab.go_back()
    tab.locator("#answer tbody", has_text="ITAS Policy Labs").wait_for()
    assert table(tab) == rows[0]
    assert field.input_value() == "ITAS Policy Labs"
    tab.go_forward()
    tab.locator("#answer tbody", has_text="ITAS-Helpdesks").wait_for()
    assert field.input_value() == "ITAS-Helpdesks"
    write(tab, "ASK { ?s ?p 1 }")
    tab.keyboard.press("Control+Enter")
    answered(tab)
    tab.keyboard.press("Control+a")
    tab.keyboard.insert_text("ASK { ?s ?p 2 }")
    tab.keyboard.press("Control+Enter")
    tab.wait_for_url(lambda url: url.endswith("2%20%7D"))
    tab.go_back()
    tab.locator("#editor .cm-content", has_text="ASK { ?s ?p 1 }").wait_for()
    for _ in range(4):
        tab.go_back()
    tab.locator("#asked-title", has_text="Welche Organisationen wirken").wait_for()


@pytest.mark.browser
def test_back_to_the_start_of_the_questions(open_shipped):
    tab = open_shipped("#view=questions")
    tab.get_by_role("button", name="Welche Organisationen verbinden mehrere").click()
    answered(tab)
    tab.go_back()
    tab.locator("#asked-title", has_text="Fragen Sie den Datensatz").wait_for()
    assert tab.locator("#answer").inner_text() == ""


@pytest.mark.browser
def test_half_written_words_are_not_asked_by_choosing_a_node(open_shipped):
    tab = open_shipped("#view=questions&question=consortium-partners")
    answered(tab)
    before = table(tab)
    tab.locator("#sparql summary").click()
    editor = tab.locator("#editor .cm-content")
    editor.click()
    tab.keyboard.type("half ")
    tab.locator("#answer tbody .cell").first.click()
    tab.locator("#details-title").wait_for()
    tab.locator("#details-title").press("Escape")
    assert table(tab) == before
    assert "half" in editor.inner_text()


@pytest.mark.browser
def test_the_answer_comes_first_on_a_phone(open_shipped):
    tab = open_shipped("#view=questions", size=(390, 844))
    tab.get_by_role("button", name="Wer gehört zum Konsortium, und wer sagt das?").click()
    tab.locator("#answer .n").wait_for()
    assert tab.locator("#answer .n").bounding_box()["y"] < 600
    menu = tab.get_by_role("button", name="Andere Fragen")
    menu.click()
    assert menu.get_attribute("aria-expanded") == "true"
    tab.get_by_role("searchbox", name="Fragen durchsuchen").fill("fördert")
    tab.get_by_role("button", name="Wer fördert was").click()
    tab.locator("#asked-title", has_text="Wer fördert was").wait_for()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.browser
def test_the_link_to_an_answer_is_copied(open_shipped):
    tab = open_shipped("#view=questions&question=consortium-partners")
    answered(tab)
    tab.get_by_role("button", name="Link kopieren").click()
    said = tab.locator(".answer-tools + [role=status]", has_text="Zwischenablage")
    said.wait_for()
    by_hand = said.locator("input")
    if by_hand.count():
        assert "question=consortium-partners" in by_hand.input_value()
    else:
        assert "Der Link ist in der Zwischenablage" in said.inner_text()


@pytest.mark.browser
def test_an_empty_answer_says_why(open_shipped):
    tab = open_shipped("#view=questions&question=newcomers&with-year=1950")
    answered(tab)
    assert "Die Antwort ist leer" in tab.locator("#answer").inner_text()


# -- SPARQL ------------------------------------------------------------------------------------


@pytest.mark.browser
def test_own_query_by_keyboard(open_shipped):
    tab = open_shipped("#view=questions")
    write(tab, "SELECT (COUNT(?e) AS ?n) WHERE { ?e a schema:Event }")
    tab.keyboard.press("Control+Enter")
    assert answered(tab) == "1 Zeile"
    assert int(table(tab)[0][0]) > 10
    assert "sparql=SELECT" in tab.url


@pytest.mark.browser
def test_completion_offers_prefixes_classes_and_variables(open_shipped):
    tab = open_shipped("#view=questions")
    write(tab, "SELECT ?initiative WHERE { ?initiative a ")
    tab.keyboard.type("itas:Ini", delay=30)
    offered = tab.locator("#editor .cm-tooltip-autocomplete li")
    offered.first.wait_for()
    assert "itas:Initiative" in offered.first.inner_text()
    tab.wait_for_timeout(150)
    tab.keyboard.press("Enter")
    tab.keyboard.type(" . ?in", delay=30)
    tab.locator("#editor .cm-tooltip-autocomplete li", has_text="?initiative").first.wait_for()
    tab.keyboard.press("Escape")
    assert "a itas:Initiative" in tab.locator("#editor .cm-content").inner_text()


@pytest.mark.browser
def test_a_fault_is_marked_at_its_place(open_shipped):
    tab = open_shipped("#view=questions")
    write(tab, "SELECT ?s\nWHER { ?s ?p ?o }")
    tab.keyboard.press("Control+Enter")
    fault = tab.locator("#answer [role=alert]")
    fault.wait_for()
    assert re.search(r"Zeile 2, Spalte \d+: hier ist die Abfrage nicht lesbar", fault.inner_text())
    assert tab.locator("#editor .cm-lintRange-error").count() == 1


@pytest.mark.browser
def test_tab_leaves_the_editor(open_shipped):
    tab = open_shipped("#view=questions")
    write(tab, "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1")
    for _ in range(3):
        tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") != "editor"


@pytest.mark.browser
def test_a_heavy_query_is_stopped_and_the_page_stays_usable(open_shipped):
    tab = open_shipped("#view=questions")
    write(
        tab,
        "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?i) }",
    )
    tab.keyboard.press("Control+Enter")
    stop = tab.get_by_role("button", name="Anhalten")
    stop.wait_for()
    tab.wait_for_timeout(300)
    stop.click()
    tab.locator("#answer [role=alert]").wait_for()
    assert "Angehalten" in tab.locator("#answer").inner_text()
    tab.get_by_role("button", name="Welche Organisationen verbinden mehrere").click()
    assert "Zeile" in answered(tab)


@pytest.mark.browser
def test_the_deadline_ends_a_query(open_page, shipped_build):
    html = (shipped_build / "index.html").read_text("utf-8")
    hasty = html.replace('"deadline":30', '"deadline":1')
    assert hasty != html
    tab = open_page(hasty, "#view=questions")
    write(tab, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?i) }")
    tab.keyboard.press("Control+Enter")
    tab.locator("#answer [role=alert]").wait_for()
    assert "Nach 1 Sekunden abgebrochen" in tab.locator("#answer").inner_text()
    tab.get_by_role("button", name="Welche Organisationen verbinden mehrere").click()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT * WHERE { SERVICE <https://example.org/> { ?s ?p ?o } }", "SERVICE"),
        ("LOAD <file:///etc/passwd>", "LOAD"),
        ("DELETE WHERE { ?s ?p ?o }", "DELETE"),
    ],
)
def test_what_would_go_out_or_change_something_is_refused(open_shipped, text, words):
    tab = open_shipped("#view=questions")
    write(tab, text)
    tab.keyboard.press("Control+Enter")
    tab.locator("#answer [role=alert]").wait_for()
    assert words in tab.locator("#answer").inner_text()


@pytest.mark.browser
def test_typing_on_does_not_stop_what_runs(open_shipped):
    tab = open_shipped("#view=questions")
    write(tab, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?i) }")
    tab.keyboard.press("Control+Enter")
    stop = tab.get_by_role("button", name="Anhalten")
    stop.wait_for()
    tab.keyboard.type(" itas:Ini", delay=20)
    tab.wait_for_timeout(500)
    assert stop.is_visible()
    assert tab.locator("#answer [role=alert]").count() == 0
    stop.click()
    # What waited is answered by the engine that follows.
    tab.locator("#editor .cm-content").click()
    tab.keyboard.press("Control+End")
    tab.keyboard.press("Control+Space")
    tab.locator("#editor .cm-tooltip-autocomplete li").first.wait_for()


@pytest.mark.browser
def test_a_query_that_breaks_the_engine_leaves_the_page_usable(open_shipped):
    tab = open_shipped("#view=questions")
    deep = "(" * 40_000 + "1" + ")" * 40_000
    write(tab, f"SELECT ?x WHERE {{ BIND({deep} AS ?x) }}")
    tab.keyboard.press("Control+Enter")
    tab.locator("#answer [role=alert]").wait_for()
    assert "brach ab" in tab.locator("#answer").inner_text()
    tab.get_by_role("button", name="Welche Organisationen verbinden mehrere").click()
    assert "Zeilen" in answered(tab)


@pytest.mark.browser
def test_the_reader_sets_how_long_a_query_may_take(open_shipped):
    tab = open_shipped("#view=questions")
    write(tab, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?i) }")
    tab.get_by_label("Längstens, in Sekunden").fill("1")
    tab.locator("#editor .cm-content").press("Control+Enter")
    tab.locator("#answer [role=alert]").wait_for()
    assert "Nach 1 Sekunden abgebrochen" in tab.locator("#answer").inner_text()
    assert "seconds=1" in tab.url


@pytest.mark.browser
def test_a_term_brings_its_prefix_along(open_shipped, shipped_build):
    tab = open_shipped("#view=questions")
    write(tab, "SELECT ?s WHERE { ?s a ")
    tab.keyboard.type("org:Organization", delay=30)
    offered = tab.locator("#editor .cm-tooltip-autocomplete li")
    offered.first.wait_for()
    tab.wait_for_timeout(150)
    tab.keyboard.press("Enter")
    tab.keyboard.type(" }")
    tab.keyboard.press("Control+Enter")
    answered(tab)
    text = tab.locator("#editor .cm-content").inner_text()
    assert text.startswith("PREFIX org: <http://www.w3.org/ns/org#>\nSELECT")
    # Complete by itself: it runs elsewhere, too.
    rows = ox.Store.read_only(str(shipped_build / "store")).query(text.replace("\u200b", ""))
    assert len(list(rows)) == len(table(tab)) > 10


@pytest.mark.browser
def test_what_a_spreadsheet_would_run_is_marked_as_text(open_shipped):
    tab = open_shipped("#view=questions")
    write(tab, 'SELECT * WHERE { VALUES ?x { "=1+1" "@SUM(A1)" "-5" "a;b, \\"c\\"" } }')
    tab.keyboard.press("Control+Enter")
    answered(tab)
    with tab.expect_download() as taken:
        tab.get_by_role("button", name="Als CSV speichern").click()
    text = taken.value.path().read_text("utf-8-sig")
    rows = [row[0] for row in csv.reader(io.StringIO(text))]
    assert sorted(rows) == sorted(["x", "'=1+1", "'@SUM(A1)", "-5", 'a;b, "c"'])


@pytest.mark.browser
def test_long_answers_show_the_first_rows_and_all_on_request(open_shipped):
    tab = open_shipped("#view=questions&lang=en&sparql=SELECT * WHERE { ?s ?p ?o } LIMIT 1200")
    assert answered(tab) == "1,200 rows"
    assert tab.locator("#answer tbody tr").count() == 500
    tab.get_by_role("button", name="first 500 of 1,200 rows; show all").click()
    assert tab.locator("#answer tbody tr").count() == 1200


@pytest.mark.browser
def test_numbers_dates_and_addresses_as_one_reads_them(open_shipped):
    query = (
        'SELECT * WHERE { BIND(1234567 AS ?n) BIND("2024-06-06"^^xsd:date AS ?d) '
        "BIND(<https://example.org/%C3%BCber> AS ?a) BIND(<javascript:alert(1)> AS ?j) }"
    )
    for language, number, date in (
        ("de", "1.234.567", "6. Juni 2024"),
        ("en", "1,234,567", "6 June 2024"),
    ):
        tab = open_shipped(f"#view=questions&lang={language}&sparql={quote(query)}")
        answered(tab)
        assert sorted(table(tab)[0])[:2] == sorted([number, date])
        link = tab.locator("#answer tbody a")
        assert link.count() == 1
        assert link.get_attribute("href") == "https://example.org/%C3%BCber"
        assert link.inner_text() == "example.org/über ↗"


@pytest.mark.browser
def test_construct_is_drawn_and_tabled(open_shipped):
    tab = open_shipped("#view=questions")
    write(
        tab,
        "CONSTRUCT WHERE { <https://w3id.org/itas-graph/id/initiative/policy-labs> ?p ?o }",
    )
    tab.keyboard.press("Control+Enter")
    assert "Aussagen" in answered(tab)
    assert tab.locator(".triples canvas").is_visible()
    assert len(table(tab)) > 3
    with tab.expect_download() as taken:
        tab.get_by_role("button", name="Als N-Triples speichern").click()
    read = list(ox.parse(taken.value.path().read_bytes(), format=ox.RdfFormat.N_TRIPLES))
    assert len(read) == len(table(tab))


@pytest.mark.browser
def test_too_many_triples_for_a_drawing_are_tabled(open_shipped):
    tab = open_shipped("#view=questions")
    write(tab, "CONSTRUCT WHERE { ?s skos:prefLabel ?o }")
    tab.keyboard.press("Control+Enter")
    answered(tab)
    assert "zu viele Dinge" in tab.locator(".triples").inner_text()
    assert tab.locator(".triples canvas").count() == 0
    assert len(table(tab)) > 150


@pytest.mark.browser
def test_ask_says_yes_or_no(open_shipped):
    tab = open_shipped("#view=questions")
    write(tab, "ASK { ?s a itas:Initiative }")
    tab.keyboard.press("Control+Enter")
    assert answered(tab) == "Ja."


@pytest.mark.browser
def test_first_answer_comes_soon(open_shipped):
    """Not a benchmark: a bound far above the measured 1 to 2 seconds catches a broken start."""
    started = time.monotonic()
    tab = open_shipped("#view=questions&question=bridging-organisations")
    answered(tab)
    assert time.monotonic() - started < 15


@pytest.mark.browser
def test_without_sparql_the_page_says_so(open_page, shipped, tmp_path):
    from itas_graph import build

    build.build(shipped, tmp_path / "small", sparql=False)
    tab = open_page(tmp_path / "small" / "index.html", "#view=questions")
    assert "ohne Fragen und Datensatz gebaut" in tab.locator("#view-questions").inner_text()
