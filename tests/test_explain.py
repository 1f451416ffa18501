"""itas-graph explain: the sentences of the page, at the command line."""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itas_graph import actors, build, explanation, narration, network, paths
from itas_graph.telling import Teller
from itas_graph.words import Words


@pytest.fixture(scope="module")
def explain(itas, small_built):
    """Run `itas-graph explain` on the small workspace."""

    def run(*arguments):
        return itas("--root", small_built.root, "explain", *arguments)

    return run


# ---- what the command says ----


def test_two_actors_are_connected_in_sentences_with_date_role_and_source(explain):
    done = explain("eva-muster", "Linde Verband", "--lang", "de")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")
    assert lines[0] == "Wie hängen Eva Muster und Linde Verband zusammen?"
    assert "Weg 2 über Ahorn GmbH → Testnetz" in lines
    assert (
        "  3. Linde Verband ist Konsortialpartner von „Testnetz“ (Zeitraum der Initiative: "
        "Juli 2022 bis Juni 2025; Quelle: Das Testnetz stellt sich vor)." in lines
    )
    assert "am 6. Juni 2024" in done.stdout
    assert "“Eva Muster, Ahorn GmbH”" not in done.stdout
    assert "„Eva Muster, Ahorn GmbH“ – https://example.org/tagung#:~:text=Eva%20" in done.stdout


def test_the_same_in_english(explain):
    done = explain("eva-muster", "organisation/linde", "--lang", "en")
    assert done.stdout.startswith("How are Eva Muster and Linde Verband connected?\n")
    assert "source: Das Testnetz stellt sich vor" in done.stdout
    assert "on 6 June 2024" in done.stdout
    assert not re.search(r"\b(Quelle|Weg|Veranstaltung)\b", done.stdout)


def test_json_has_every_hop_with_role_date_certainty_and_all_evidence(explain):
    done = explain("eva-muster", "Linde Verband", "--format", "json", "--lang", "en")
    found = json.loads(done.stdout)
    assert found["from"] == {"key": "person/eva-muster", "label": "Eva Muster", "group": "person"}
    way = found["ways"][1]
    assert [one["label"] for one in way["between"]] == ["Ahorn GmbH", "Testnetz"]
    first, _, last = way["hops"]
    assert first["sentence"].startswith("Eva Muster")
    assert first["date"] == "2024-06-06"
    assert first["certainty"] == "stated"
    assert first["announced"] is False
    assert first["evidence"][0]["title"] == "Tagung 2024"
    assert first["evidence"][0]["anchor"] == "Eva Muster, Ahorn GmbH"
    assert first["evidence"][0]["passage"].startswith("https://example.org/tagung#:~:text=Eva")
    assert last["role"] == "consortium-partner"
    assert [one["steps"] for one in found["ways"]] == sorted(one["steps"] for one in found["ways"])


def test_markdown_links_the_source_to_the_passage(explain):
    done = explain("eva-muster", "Linde Verband", "--format", "md", "--lang", "de")
    assert done.stdout.startswith("# Wie hängen Eva Muster und Linde Verband zusammen?\n")
    assert "[Tagung 2024](<https://example.org/tagung#:~:text=Eva%20Muster" in done.stdout
    assert "\n## Weg 1 " in done.stdout


def test_one_actor_is_told_by_itself_and_with_all_its_relations(explain):
    done = explain("ahorn", "--lang", "de")
    assert done.stdout.startswith("Ahorn GmbH\n\n")
    assert "Initiativen (" in done.stdout
    assert "Personen, wie in den Quellen genannt" in done.stdout
    assert "Ahorn GmbH führt das Konsortium von „Testnetz“" in done.stdout
    assert "Eva Muster trat am 6. Juni 2024" in done.stdout
    found = json.loads(explain("Ahorn GmbH", "--format", "json").stdout)
    assert found["key"] == "organisation/ahorn"
    assert {one["heading"] for one in found["groups"]} >= {"Initiatives"}


def test_the_date_leaves_out_what_began_later(explain):
    done = explain("eva-muster", "Ahorn GmbH", "--as-of", "2023", "--lang", "de")
    assert "Stand 2023." in done.stdout
    assert "Zu diesem Zeitpunkt gibt es keine Verbindung." in done.stdout
    assert "Ohne diese Einschränkung gibt es eine, in 1 Schritt." in done.stdout
    alone = explain("eva-muster", "--as-of", "2023", "--lang", "de")
    assert "Zu diesem Zeitpunkt gibt es keine Verbindung." in alone.stdout
    assert "unmittelbar" in explain("eva-muster", "Ahorn GmbH", "--lang", "de").stdout


def test_no_more_ways_than_asked_for(explain):
    more = json.loads(explain("ahorn", "linde", "--format", "json").stdout)["ways"]
    one = json.loads(explain("ahorn", "linde", "--format", "json", "--limit", "1").stdout)["ways"]
    assert len(more) > 1
    assert one == more[:1]


def test_no_connection_names_the_groups_the_two_belong_to(itas, small):
    small.write("sources/verein.yaml", VEREIN)
    small.edit("organisations.csv", "\n", "\neiche,Eiche e. V.,,association,\n")
    small.edit("initiatives.csv", "\n", "\nsolo,Solo,,study\nsolo-zwei,Solo Zwei,,study\n")
    assert itas("--root", small.root, "build").returncode == 0
    done = itas("--root", small.root, "explain", "Eiche e. V.", "ahorn", "--lang", "de")
    assert done.returncode == 0
    assert "gibt es keine Kette von Beziehungen" in done.stdout
    assert "Mit Eiche e. V. hängt nur Solo zusammen." in done.stdout
    assert "Mit Ahorn GmbH hängen" in done.stdout
    done = itas("--root", small.root, "explain", "ahorn", "Solo Zwei", "--lang", "de")
    assert "Solo Zwei hat in den Daten keine Beziehung" in done.stdout


VEREIN = """\
id: verein
title: Ein Verein
url: https://example.org/verein
source_kind: project-profile
coverage: full

initiatives:
  - id: solo
    involvements:
      - organisation: eiche
        role: client
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Ahron GmbH"], "Meinten Sie: Ahorn GmbH"),
        (["Eva Muster"], "person/eva-muster (Eva Muster), person/eva-muster-linde (Eva Muster)"),
        (["ahorn", "Ahorn GmbH"], "Beide Namen meinen dasselbe"),
        (["ahorn", "linde", "--as-of", "gestern"], "„gestern“ ist kein Datum"),
        (["ahorn", "linde", "--limit", "0"], "--limit"),
    ],
)
def test_a_wrong_call_says_what_to_do(explain, arguments, said):
    done = explain(*arguments, "--lang", "de")
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_a_name_of_several_is_listed_with_their_keys(itas, small):
    small.edit("initiatives.csv", "holzstudie,Studie Holz", "holzstudie,Ahorn GmbH")
    itas("--root", small.root, "build")
    done = itas("--root", small.root, "explain", "Ahorn GmbH", "--lang", "de")
    assert done.returncode == 2
    assert "initiative/holzstudie (Ahorn GmbH), organisation/ahorn (Ahorn GmbH)" in done.stderr
    assert itas("--root", small.root, "explain", "organisation/ahorn").returncode == 0


def test_whom_the_build_leaves_out_is_nobody_here(explain):
    done = explain("Ida Intern", "--lang", "de")
    assert done.returncode == 2
    assert "Ida Intern" not in explain("linde").stdout + explain("tagung-2024").stdout


def test_a_page_answers_as_its_build_does(explain, small_built):
    page = small_built.root / "build" / "index.html"
    assert explain("ahorn", "linde", "-b", page).stdout == explain("ahorn", "linde").stdout


def test_an_endpoint_answers_as_a_build_does(explain, service):
    done = explain("eva-muster", "linde", "--endpoint", f"{service.url}/sparql")
    assert done.returncode == 0, done.stderr
    assert done.stdout == explain("eva-muster", "linde").stdout


# ---- the same as the page ----


@pytest.fixture(scope="module")
def known(shipped, shipped_build):
    store, _ = build.open_store(shipped_build)
    return actors.Actors(network.load(store, shipped.queries, None))


SHOWN = """() => [...document.querySelectorAll(
    "#details-title, #details > p:not(.kindline):not(.back), .way > h3, .hops > li > p, "
    + ".hops summary, .hops details li")]
  .map((one) => one.textContent.replaceAll("↗", "").replace(/\\s+/g, " ").trim()
    .replace(/ (?=[),])/g, ""))"""
LINKS = """() => [...document.querySelectorAll(".hops > li > p a[target=_blank], "
    + ".hops details li a[target=_blank]")].map((one) => one.getAttribute("href"))"""


GONE_TO = """(fragment) => {
  location.replace(fragment);
  window.dispatchEvent(new PopStateEvent("popstate"));
  """


def told(text):
    """Return the lines that the command writes, without its marks, and the links to passages."""
    links = re.findall(r"^ +(?:[„“].*[“”] – )?(https?://\S+)$", text, re.M)
    lines = [
        re.sub(r"^ +(?:\d+\. |- )?|:$", "", line)
        for line in text.split("\n")
        if line and not re.match(r" +(?:[„“].*[“”] – )?https?://\S+$", line)
    ]
    return lines, links


#: Two names, the options of the command, and what stands for them in the page's address.
ASKED = [
    ("Boris Kaiser", "IHK Chemnitz", [], ""),
    ("IHK Chemnitz", "Qualifizierung und Weiterbildung", [], ""),
    ("amz", "initiative/itas", [], ""),
    ("Boris Kaiser", "amz", ["--as-of", "2023-07"], "&date=2023-07"),
    ("Jan Spies", "amz-lounge-2021", [], ""),
    (
        *("ihk-chemnitz", "circular-cars", ["--only-stated"]),
        "&hide-certainty=inferred&hide-phase=planned",
    ),
    ("boris-kaiser", "amz", ["--as-of", "2018-12"], "&date=2018-12"),
    ("kongress-2024", "kongress-2025", [], ""),
]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_command_says_what_the_page_shows(
    open_shipped, itas, shipped, shipped_build, known, language
):
    tab = open_shipped(f"#view=network&lang={language}")
    for one, other, options, fragment in ASKED:
        ends = ",".join(explanation.named(known, name) for name in (one, other))
        shown, hrefs = tab.evaluate(
            GONE_TO + f"return [({SHOWN})(), ({LINKS})()]; }}",
            f"#view=network&connect={ends}&lang={language}{fragment}",
        )
        done = itas(
            "--root", shipped.root, "explain", one, other, *options, "-b", shipped_build,
            "--lang", language,
        )  # fmt: skip
        lines, links = told(done.stdout)
        # The page shows its date and its filters in places of their own.
        own = ("Stand ", "as of ", "Nur was ", "Only what ")
        assert [line for line in lines if not line.startswith(own)] == shown
        assert links == hrefs
        assert len(shown) >= 2


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "en"])
def test_many_pairs_are_connected_as_in_the_page(open_shipped, known, language):
    keys = sorted(known.nodes)
    pairs = [(keys[at % len(keys)], keys[at * 7 % len(keys)]) for at in range(5, 5 * 80, 5)]
    pairs = [(one, other) for one, other in pairs if one != other]
    tab = open_shipped(f"#view=network&lang={language}")
    shown = [
        tab.evaluate(
            GONE_TO + f"return ({SHOWN})(); }}",
            f"#view=network&lang={language}&connect={','.join(pair)}",
        )
        for pair in pairs
    ]
    connected = 0
    for pair, page in zip(pairs, shown, strict=True):
        found = explanation.connect(known, *pair)
        lines, _ = told(narration.connection(known, found, "text", language))
        if found.why == "ever":
            lines = lines[:2]
        assert lines == page, pair
        connected += bool(found.ways)
    assert connected > 30


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_relation_is_told_as_in_the_page(open_shipped, known, language):
    tab = open_shipped(f"#view=table&lang={language}")
    shown = tab.evaluate(
        f"""(fragments) => fragments.map((fragment) => {{
          ({GONE_TO}}})(fragment);
          return document.querySelector(".told").textContent.replaceAll(" ↗", "");
        }})""",
        [f"#view=table&lang={language}&select={key}" for key in sorted(known.relations)],
    )
    teller = Teller(known, Words(language, known.concepts))
    assert [teller.told(known.relations[key]).text for key in sorted(known.relations)] == shown
    assert len(shown) > 200


# ---- the shortest ways ----


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")).filter(
            lambda pair: pair[0] < pair[1]
        ),
        st.integers(0, 3),
        max_size=14,
    ),
    st.integers(1, 6),
)
def test_the_ways_found_are_the_cheapest_of_all_there_are(doubts, most):
    hops = {key: {} for key in "abcdefg"}
    for (one, other), doubt in doubts.items():
        hops[one][other] = hops[other][one] = paths.HOP + paths.DOUBT * doubt
    found = paths.shortest_ways("a", "g", hops.__getitem__, most)

    def cost(way):
        return sum(hops[one][other] for one, other in pairwise(way))

    def simple(way):
        if way[-1] == "g":
            yield way
            return
        for other in hops[way[-1]]:
            if other not in way:
                yield from simple((*way, other))

    every = list(simple(("a",)))
    shortest = min((len(way) for way in every), default=0)
    near = sorted(cost(way) for way in every if len(way) <= shortest + paths.SLACK)
    assert [cost(way) for way in found] == near[:most]
    assert len(set(found)) == len(found)
    assert set(found) <= set(every)
