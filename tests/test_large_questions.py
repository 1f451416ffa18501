"""What a country's table asks of names, pairs and ways, on invented networks."""

import itertools

import pyoxigraph as ox
import pytest

from itas_graph import actors, build, explanation, narration, network, queries, store, vicinity
from itas_graph.errors import UsageError
from itas_graph.vocab import ALT_LABEL, BASE, NS, PREF_LABEL, PREFIXES, RDF_TYPE

ORGANISATION, INITIATIVE = PREFIXES["org"] + "Organization", NS + "Initiative"


def quads(named, links):
    """Return a dataset of (IRI, class, name, other names) and of who is involved in what."""

    def made(subject, predicate, value):
        graph = ox.NamedNode(BASE + "source/liste")
        return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, graph)

    for iri, kind, name, *others in named:
        yield made(iri, RDF_TYPE, ox.NamedNode(kind))
        yield made(iri, PREF_LABEL, ox.Literal(name))
        for other in others:
            yield made(iri, ALT_LABEL, ox.Literal(other))
    for one, other in links:
        yield made(one, NS + "involvedIn", ox.NamedNode(other))


class Country:
    """Lists of organisations, each of which is involved in one list, and what is asked of them."""

    def __init__(self, *sizes):
        names = itertools.count()
        named, links = [], []
        for number, size in enumerate(sizes):
            initiative = f"{BASE}initiative/liste-{number}"
            named.append((initiative, INITIATIVE, f"Liste {number}"))
            for one in range(size):
                # The first three of each list are the same.
                slug = f"o{one}" if one < 3 else f"o{next(names)}-{number}"
                iri = f"{BASE}organisation/{slug}"
                named.append((iri, ORGANISATION, f"Beispiel {slug} GmbH"))
                links.append((iri, initiative))
        self._store = store.of_quads(list(quads(named, links)))

    def ask(self, name, questions, **values):
        text = queries.bind(questions[name], values, "de", self.rows)
        return self.rows(text)

    def rows(self, text):
        answer = self._store.ask(text)
        return [tuple(getattr(term, "value", "") for term in row) for row in answer.rows]


@pytest.fixture(scope="module")
def questions(shipped):
    return queries.load(shipped.queries)


@pytest.fixture(scope="module")
def country():
    return Country(1010, 4)


def test_a_list_of_a_thousand_makes_no_pairs_where_there_are_too_many(country, questions):
    rows = country.ask("organisation-pairs", questions)
    assert len(rows) == 6
    assert {row[2:4] for row in rows} == {("1", "0")}
    assert "30" in questions["organisation-pairs"].description.de
    assert "30" in questions["organisation-pairs"].description.en


def test_whoever_is_named_shares_the_list_too(country, questions):
    for parameter in ("organisation_a", "organisation_b"):
        rows = country.ask("shared-initiatives", questions, **{parameter: "o0"})
        assert len(rows) == 1009 + 3
        assert {row[2] for row in rows} == {"Liste 0", "Liste 1"}
    both = country.ask("shared-initiatives", questions, organisation_a="o0", organisation_b="o1")
    assert [row[2] for row in both] == ["Liste 0", "Liste 1"]


def test_a_congress_of_a_region_makes_all_its_pairs(questions):
    region = Country(60, 4)
    rows = region.ask("organisation-pairs", questions)
    assert len(rows) == 60 * 59 // 2 + 3
    assert rows[0][2] == "2"
    assert len(region.ask("shared-initiatives", questions)) == 60 * 59 + 4 * 3


def test_initiatives_of_one_organisation_are_told_with_it(questions):
    rows = Country(3, 1, 1).ask("single-organisation-initiatives", questions)
    assert [row[:2] for row in rows] == [
        ("Liste 1", "Beispiel o0 GmbH"),
        ("Liste 2", "Beispiel o0 GmbH"),
    ]


# ---- names ----


class Register:
    """Many names; it counts the rows that are fetched to find one."""

    def __init__(self):
        named = [
            (f"{BASE}organisation/muster-{number}", ORGANISATION, f"Muster {number} GmbH")
            for number in range(2000)
        ]
        named += [
            (f"{BASE}organisation/strasse", ORGANISATION, "Straßen- und Tiefbau", "STB"),
            (f"{BASE}organisation/zwei", ORGANISATION, 'Werk "Süd" \\ Ost'),
            (f"{BASE}organisation/drei", ORGANISATION, "zwei"),
            (f"{BASE}organisation/vier", ORGANISATION, "Doppelt e. V."),
            (f"{BASE}organisation/fuenf", ORGANISATION, "Fünf", "Doppelt e. V.", "doppelt EV"),
            (f"{BASE}organisation/sechs", ORGANISATION, "DOPPELT e.V"),
            (f"{BASE}initiative/strasse", INITIATIVE, "Straße"),
        ]
        self._store = store.of_quads(list(quads(named, [])))
        self.fetched = 0

    def rows(self, text):
        answer = self._store.ask(text)
        rows = [tuple(getattr(term, "value", "") for term in row) for row in answer.rows]
        self.fetched += len(rows)
        return rows


@pytest.fixture(scope="module")
def register():
    return Register()


NAMES = [
    "muster-77",
    "Muster 77 GmbH",
    "muster 77 gmbh",
    "MUSTER-77-GMBH",
    "strasse",
    "strassen und tiefbau",
    "Strassen und Tiefbau",
    "STB",
    "stb",
    'Werk "Süd" \\ Ost',
    "werk sued ost",
    "zwei",
    "Doppelt e. V.",
    "doppelt e v",
    "doppelt EV",
    f"{BASE}organisation/vier",
    f"{BASE}organisation/gibt-es-nicht",
    "Mustre 77",
    "",
    "!!!",
]


@pytest.mark.parametrize("kind", ["organisation", "initiative", "any"])
@pytest.mark.parametrize("name", NAMES)
def test_the_engine_finds_whom_all_names_would_tell(name, kind, register):
    everything = sorted(register.rows(queries._names_query(kind)))
    wanted = queries.bearers_of(name, everything)
    assert queries.found(name, kind, register.rows)[0] == wanted


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("muster-1234", "muster-1234"),
        ("Muster 1234 GmbH", "muster-1234"),
        ("muster 1234 GMBH", "muster-1234"),
        ("strassen & tiefbau", None),
        ("Strassen- und Tiefbau", "strasse"),
        ("STB", "strasse"),
        # A slug comes before a name.
        ("zwei", "zwei"),
    ],
)
def test_few_names_are_fetched_to_find_one(name, slug, register):
    if slug is None:
        with pytest.raises(UsageError, match="Straßen- und Tiefbau"):
            queries.resolve(name, "organisation", register.rows)
        return
    register.fetched = 0
    assert queries.resolve(name, "organisation", register.rows) == f"{BASE}organisation/{slug}"
    assert register.fetched <= 5


def test_an_ambiguous_and_an_unknown_name_are_refused_with_candidates(register):
    with pytest.raises(UsageError, match=r"vier \(Doppelt e\. V\.\)"):
        queries.resolve("Doppelt E.V.", "organisation", register.rows)
    with pytest.raises(UsageError, match=r"Muster 77 GmbH"):
        queries.resolve("Muster 77 GmhB", "organisation", register.rows)


def test_what_takes_too_long_says_how_to_narrow_it_down(itas, shipped, shipped_build):
    asked = ["query", "evidence", "-b", shipped_build, "--timeout", "0.05", "--format", "csv"]
    done = itas("--root", shipped.root, *asked, "--lang", "de")
    assert done.returncode == 3
    assert "-p subject=…" in done.stderr
    done = itas("--root", shipped.root, *asked, "--lang", "en", "-p", "subject=ihk-chemnitz")
    assert "-p subject" not in done.stderr


# ---- ways ----


@pytest.fixture(scope="module")
def parts(small_built):
    endpoint, _ = build.open_store(small_built.root / "build")
    folder = small_built.workspace.queries
    whole = actors.Actors(network.load(endpoint, folder, None))
    return endpoint, folder, whole


@pytest.mark.parametrize(("as_of", "is_strict"), [("", False), ("2023", False), ("2024", True)])
def test_a_part_of_the_network_tells_of_an_actor_what_the_whole_tells(parts, as_of, is_strict):
    endpoint, folder, whole = parts
    for key in [*sorted(whole.nodes), *(f"field/{slug}" for slug in whole.fields[:2])]:
        around = vicinity.Vicinity(endpoint, folder)
        known, shown = around.portray(key, as_of, is_strict=is_strict)
        wanted = explanation.portray(whole, key, as_of, is_strict=is_strict)
        assert narration.portrait(known, shown, "json", "de") == narration.portrait(
            whole, wanted, "json", "de"
        )


@pytest.mark.parametrize(
    ("as_of", "is_strict", "limit"), [("", False, 5), ("2023", False, 5), ("2024", True, 1)]
)
def test_a_part_of_the_network_tells_the_ways_that_the_whole_tells(parts, as_of, is_strict, limit):
    endpoint, folder, whole = parts
    keys = [*sorted(whole.nodes), f"field/{whole.fields[0]}"]
    pairs = [(keys[at % len(keys)], keys[at * 5 % len(keys)]) for at in range(1, len(keys), 5)]
    for one, other in pairs:
        if one == other or (one.startswith("field/") and other.startswith("field/")):
            continue
        around = vicinity.Vicinity(endpoint, folder)
        known, found = around.connect(one, other, as_of, limit, is_strict=is_strict)
        wanted = explanation.connect(whole, one, other, as_of, limit, is_strict=is_strict)
        assert narration.connection(known, found, "json", "en") == narration.connection(
            whole, wanted, "json", "en"
        ), (one, other)


def test_the_same_twice_and_an_unknown_name_are_refused_by_a_part_too(parts):
    endpoint, folder, _ = parts
    around = vicinity.Vicinity(endpoint, folder)
    with pytest.raises(UsageError, match="same"):
        around.connect("ahorn", "Ahorn GmbH", "", 5, is_strict=False)
    with pytest.raises(UsageError, match="Ahorn GmbH"):
        around.portray("Ahron GmbH", "", is_strict=False)
    with pytest.raises(UsageError, match=r"person/eva-muster \(Eva Muster\)"):
        around.portray("Eva Muster", "", is_strict=False)


def test_a_report_on_a_country_is_refused_with_what_to_do(small_built, monkeypatch):
    from click.testing import CliRunner

    from itas_graph.cli import cli

    monkeypatch.setattr(vicinity, "LARGE", 3)
    asked = ["--root", str(small_built.root), "report", "ahorn", "--lang", "en"]
    refused = CliRunner().invoke(cli, asked, standalone_mode=False)
    assert isinstance(refused.exception, UsageError)
    assert "--memory 6000" in refused.exception.message.en
    assert "itas-graph explain" in refused.exception.message.de
    told = CliRunner().invoke(cli, [*asked, "--memory", "6000"], standalone_mode=False)
    assert told.output.startswith("# Report: Ahorn GmbH")


@pytest.mark.parametrize("where", ["build", "endpoint"])
def test_a_country_is_explained_from_a_part_by_the_command(
    where, small_built, monkeypatch, itas, service
):
    from click.testing import CliRunner

    from itas_graph.cli import cli

    asked = ["--root", str(small_built.root), "explain", "eva-muster", "linde", "--lang", "de"]
    whole = itas(*asked).stdout
    asked += ["--endpoint", f"{service.url}/sparql"] if where == "endpoint" else []
    monkeypatch.setattr(vicinity, "LARGE", 3)
    monkeypatch.setattr(network, "load", None)  # the whole is not read
    told = CliRunner().invoke(cli, asked, standalone_mode=False)
    assert told.output == whole
