"""Who must not appear appears nowhere: not in a dump, the store, the page or an address."""

import re
import unicodedata
from urllib.parse import unquote

import pyoxigraph as ox
import pytest

from itas_graph import build as pipeline
from itas_graph import publication
from itas_graph.records import Value

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
TALK = "https://w3id.org/itas-graph/ns#Talk"
NS = "https://w3id.org/itas-graph/ns#"


def entries(*texts):
    return [Value(text, line) for line, text in enumerate(texts, 1)]


def written(dataset) -> str:
    return "\n".join(map(str, dataset.quads))


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", unquote(text)).casefold()


def surname_first(name: str) -> str:
    first, _, last = name.rpartition(" ")
    return f"{last}, {first}"


def talks(dataset) -> int:
    return len(
        {q.subject for q in dataset.quads if q.predicate.value == TYPE and q.object.value == TALK}
    )


@pytest.fixture(scope="module")
def small_checked(small_built):
    return pipeline.check(small_built.workspace)


def published(checked, *texts, profile="internal"):
    return removed(checked.dataset, *texts, profile=profile)


def removed(dataset, *texts, profile="internal"):
    return publication.publish(dataset, profile, entries(*texts))


def test_nobody_is_removed_without_need(small_checked):
    assert published(small_checked).quads == small_checked.dataset.quads


def test_public_leaves_out_internal_persons_and_internal_keeps_them(small_checked):
    public = folded(written(published(small_checked, profile="public")))
    assert "ida intern" not in public
    assert "ida-intern" not in public
    assert folded("Jörg Kößler") in public
    assert "ida intern" in folded(written(published(small_checked)))


SPELLINGS = [
    "joerg-koessler",
    "Jörg Kößler",
    "Joerg Koessler",
    "JÖRG KÖSSLER",
    "Kößler, Jörg",
    "Dr. Jörg Kößler",
    "Herr Prof. Dr.-Ing. habil. Jörg Kößler",
    "Dr. rer. nat. h. c. Jörg Kößler",
    "  jörg   kößler ",
    unicodedata.normalize("NFD", "Jörg Kößler"),
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_entry_may_be_spelled_in_many_ways(small_checked, spelling):
    after = published(small_checked, spelling)
    assert publication.check(small_checked.dataset, entries(spelling)) == []
    text = folded(written(after))
    for form in ("koessler", folded("Kößler")):
        assert form not in text
    assert "holz und wald" in text  # the talk stays
    assert talks(after) == talks(small_checked.dataset) == 2


MENTIONS = [
    "Jörg Kößler",
    "Joerg Koessler",
    "Jörg Kössler",
    "JÖRG KÖSSLER",
    "JÖRG KÖẞLER",
    "Kößler, Jörg",
    "KÖSSLER Jörg",
    "J. Kößler",
    "Herr Kößler",
    "Dr. Kößler",
    "Jörg M. Kößler",
    "Jörg-Kößler",
    "Jörg\u00a0Kößler",
    unicodedata.normalize("NFD", "Jörg Kößler"),
    "joerg-koessler",
]


@pytest.mark.parametrize("mention", MENTIONS)
def test_every_written_form_is_found_in_texts_of_others(small, mention):
    place = "    name: Tagung 2024\n"
    small.edit(
        "sources/tagung-2024.yaml",
        place,
        f'{place}    note: "Mit {mention}, leitend"\n    heading: "Die {mention}-Stunde"\n'
        f'    motto: "Gespräch mit {mention}"\n',
    )
    small.edit(
        "sources/tagung-2024.yaml",
        "anchor: Tagung 2024 in der Halle Eins",
        f'anchor: "Halle Eins: {mention}"',
    )
    text = folded(written(removed(small.dataset_before_rules(), "joerg-koessler")))
    assert not re.search("k(ö|oe|o\u0308)(ß|ss)ler", text)
    assert "mit […], leitend" in text
    assert "halle eins: " not in text  # an anchor with a gap would lead nowhere


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/team/joerg-koessler",
        "https://example.org/team/J%C3%B6rg_K%C3%B6%C3%9Fler",
        "https://example.org/team/j.koessler.html",
        "https://example.org/?name=J%C3%B6rg+K%C3%B6%C3%9Fler",
        "https://joerg-koessler.example.org/",
    ],
)
def test_an_address_that_names_the_person_is_dropped(small, address):
    small.edit("sources/netz.yaml", "https://example.org/netz", address)
    dataset = small.dataset_before_rules()
    assert dataset.findings == []
    after = written(removed(dataset, "joerg-koessler"))
    assert not re.search("k(ö|oe)(ß|ss)ler", folded(after))
    assert "https://example.org/tagung" in after


def test_the_name_goes_from_slugs_the_author_chose(small):
    for name in ("sources/tagung-2024.yaml",):
        text = small.text(name).replace("tagung-2024-holz", "tagung-2024-koessler")
        small.write(name, text)
    small.path("sources/netz.yaml").rename(small.path("sources/gespraech-joerg-koessler.yaml"))
    small.edit("sources/gespraech-joerg-koessler.yaml", "id: netz", "id: gespraech-joerg-koessler")
    checked = small.check()
    assert checked.errors == 0
    after = published(checked, "Jörg Kößler")
    assert "koessler" not in folded(written(after))
    assert talks(after) == 2
    assert len({quad.graph_name for quad in after.quads}) == len(
        {quad.graph_name for quad in checked.dataset.quads}
    )


def test_a_namesake_stays_with_the_name(small_checked):
    text = written(published(small_checked, "eva-muster"))
    assert "person/eva-muster>" not in text
    assert "person/eva-muster-linde>" in text
    assert '"Eva Muster"' in text
    assert "Vorstand" in text
    text = written(published(small_checked, "eva-muster-linde"))
    assert "person/eva-muster-linde>" not in text
    assert "Vorstand" not in text
    assert "person/eva-muster>" in text


def test_a_name_removes_all_who_bear_it(small_checked):
    assert "eva muster" not in folded(written(published(small_checked, "Eva Muster")))


def test_a_company_named_like_a_person_keeps_its_name(small):
    small.edit("organisations.csv", "Linde Verband", "Kößler Maschinenbau GmbH")
    assert "Kößler Maschinenbau GmbH" in written(
        removed(small.dataset_before_rules(), "Jörg Kößler")
    )


@pytest.mark.parametrize("entry", ["itas", "???", "a", "x", "https", "w3id", "Musterstadt", "ns"])
def test_an_entry_that_fits_nobody_damages_nothing_and_is_named(small_checked, entry):
    after = published(small_checked, entry)
    assert after.quads == small_checked.dataset.quads
    (finding,) = publication.check(small_checked.dataset, entries(entry))
    assert (finding.file, finding.line, finding.severity) == ("data/suppressed.txt", 1, "warning")
    assert "trifft auf keine Person" in finding.problem.de


def test_a_person_no_longer_registered_is_still_erased_from_texts(small):
    small.edit(
        "sources/netz.yaml",
        "    valid_from: 2022-07\n",
        "    valid_from: 2022-07\n    note: Gegründet von Otto Fremd\n",
    )
    assert "otto fremd" not in folded(written(removed(small.dataset_before_rules(), "Otto Fremd")))
    assert "otto fremd" not in folded(written(removed(small.dataset_before_rules(), "Fremd, Otto")))


def test_each_shipped_person_can_be_removed_without_a_trace(shipped_checked):
    people = [row for row in shipped_checked.records.register if row.kind == "people"]
    assert len(people) >= 50
    names = [row.first("name") for row in people]
    before = talks(shipped_checked.dataset)
    assert before >= 40
    for row in people:
        name, slug = row.first("name"), row.first("id")
        after = published(shipped_checked, slug)
        text = folded(written(after))
        assert folded(slug) not in text
        assert talks(after) == before, slug
        if names.count(name) > 1:
            assert folded(name) in text, "the namesake stays"
            continue
        assert folded(name) not in text, slug
        assert folded(surname_first(name)) not in text, slug
        surname = folded(name.split()[-1])
        left = {
            line
            for line in text.split("\n")
            if re.search(rf"(?<!\w){re.escape(surname)}(?!\w)", line)
        }
        # Only a company that bears the surname may keep it.
        assert all(re.search(rf"(und|&|-) ?-?{surname}", line) for line in left), (slug, left)


@pytest.fixture(scope="module")
def without_two(tmp_path_factory, make_small):
    """A build of the small workspace without two persons, one of them named everywhere."""
    small = make_small(tmp_path_factory.mktemp("suppressed") / "small")
    small.write("suppressed.txt", "Kößler, Jörg  # Brief vom 3. Mai\neva-muster\n")
    small.edit("dataset.yaml", "Ein Netz", "Ein Netz von Jörg Kößler")
    small.edit(
        "dataset.yaml",
        "as_of:",
        "contact: Dr. Jörg Kößler\nlinks:\n  - label_de: Herr Kößler\n"
        "    label_en: Mr Kößler\n    url: https://example.org/\nas_of:",
    )
    small.edit("sources/netz.yaml", "title: Das", "title: Jörg Kößler stellt vor, das")
    small.edit("initiatives.csv", "TN,", "TN | Netz von Joerg Koessler,")
    pipeline.build(small.workspace, small.root / "build", "internal")
    return small.root / "build"


def test_a_suppressed_person_is_in_no_byte_of_a_build(without_two):
    forms = ["Jörg Kößler", "Kößler", "koessler", "Joerg Koessler", "K\\u00f6\\u00dfler", "KÖSSLER"]
    patterns = [
        re.compile(re.escape(form.encode(encoding)), re.I)
        for form in forms
        for encoding in ("utf-8", "utf-16-le")
    ]
    patterns.append(re.compile(rb"person/eva-muster(?!-linde)"))
    files = [path for path in without_two.rglob("*") if path.is_file()]
    assert {"index.html", "itas.nq", "itas.jsonld", "manifest.json"} <= {one.name for one in files}
    assert any(path.parent.name == "store" and path.stat().st_size for path in files)
    for path in files:
        raw = path.read_bytes()
        for pattern in patterns:
            assert not pattern.search(raw), (path.name, pattern.pattern)
    assert b"Holz und Wald" in (without_two / "itas.ttl").read_bytes()
    assert b"eva-muster-linde" in (without_two / "itas.nq").read_bytes()


def test_a_suppressed_person_is_in_no_answer(without_two, itas, small_built):
    named = 'REGEX(CONCAT(%s), "K(ö|oe)(ß|ss)ler|person/eva-muster$", "i")'
    shown = named % "STR(?s), ' ', STR(?o)"
    graphs = named % "STR(?g), ' ', STR(?s), ' ', STR(?o)"
    searches = [
        f"SELECT * WHERE {{ ?s ?p ?o FILTER({shown}) }}",
        f"SELECT * WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER({graphs}) }}",
    ]
    store = ox.Store.read_only(str(without_two / "store"))
    whole = ox.Store.read_only(str(small_built.root / "build" / "store"))
    for search in searches:
        assert list(store.query(search)) == []
        assert list(whole.query(search)), "the search finds the person where nobody is suppressed"
    root = without_two.parent
    for question in ("programme", "speakers-by-organisation", "evidence"):
        done = itas("--root", root, "query", question, "--format", "csv")
        assert done.returncode == 0, done.stderr
        assert not re.search("k(ö|oe)(ß|ss)ler", done.stdout, re.I)


def test_the_default_build_is_the_public_one(small_built):
    folder = small_built.root / "build"
    for path in folder.rglob("*"):
        if path.is_file():
            assert not re.search(rb"ida[ -]intern", path.read_bytes(), re.I), path.name


def test_the_warning_of_an_entry_that_fits_nobody_reaches_the_user(small, itas):
    small.write("suppressed.txt", "# wer\nOtto Niemand\n")
    done = itas("--root", small.root, "build", "--lang", "de")
    assert done.returncode == 0
    assert "data/suppressed.txt:2: Warnung" in done.stderr + done.stdout
    done = itas("--root", small.root, "check", "--lang", "de")
    assert "data/suppressed.txt:2: Warnung" in done.stdout
