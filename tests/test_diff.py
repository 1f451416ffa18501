"""itas-graph diff: what is new, gone and changed between two builds, revisions or dates."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from itas_graph import build, comparison, network
from itas_graph.comparison import Entry

AHORN_LEADS = """\
      - organisation: ahorn
        role: consortium-lead
        anchor: Ahorn GmbH
"""


def edited(small):
    """Change the records of a workspace a little, in every way there is."""
    small.edit("organisations.csv", "linde,Linde Verband", "linde,Linde Bund")
    small.edit("organisations.csv", "\n", "\neiche,Eiche AG,,company,\n")
    small.edit("sources/netz.yaml", AHORN_LEADS, "")
    small.edit("sources/tagung-2024.yaml", "date: 2024-06-06", "date: 2024-06-05")
    small.edit(
        "sources/netz.yaml",
        "role: consortium-partner\n",
        "role: consortium-partner\n      - organisation: eiche\n        role: funder\n"
        "        anchor: Eiche AG fördert\n",
    )


@pytest.fixture
def two_builds(itas, small):
    """A workspace built before and after its records were edited."""
    assert itas("--root", small.root, "build", "-o", small.root / "old").returncode == 0
    edited(small)
    assert itas("--root", small.root, "build", "-o", small.root / "new").returncode == 0
    return small


@pytest.fixture
def diff(itas, small):
    def run(*arguments, **options):
        return itas("--root", small.root, "diff", *arguments, cwd=small.root, **options)

    return run


def listed(done):
    """Return what a diff in JSON lists, without values: kind, id and the fields that differ."""
    assert done.returncode == 0, done.stderr
    return {
        (one["kind"], one["id"], *(field["name"] for field in one["fields"]))
        for one in json.loads(done.stdout)["changes"]
    }


def test_what_was_edited_is_listed_with_its_source_and_nothing_else(two_builds, diff):
    done = diff("old", "new", "--lang", "de")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")
    assert lines[0] == "Was sich geändert hat: old → new"
    assert "Organisationen: 1 neu, 1 geändert" in lines
    assert "    Name: Linde Verband → Linde Bund" in lines
    assert "Beteiligungen an Initiativen: 1 neu, 1 weg" in lines
    new = next(line for line in lines if "Eiche AG fördert „Testnetz“" in line)
    assert new.startswith("  + neu: ")
    assert "Quelle: Das Testnetz stellt sich vor" in new
    assert "https://example.org/netz#:~:text=Eiche%20AG" in lines[lines.index(new) + 1]
    gone = next(line for line in lines if "Ahorn GmbH führt das Konsortium" in line)
    assert gone.startswith("  − weg: ")
    assert "    Beginn: 6. Juni 2024 → 5. Juni 2024" in lines
    # The date of the event is said once, not with every appearance there.
    assert "Mitwirkungen" not in done.stdout
    found = json.loads(diff("old", "new", "--format", "json").stdout)
    assert found["counts"]["organisation"] == {"new": 1, "gone": 0, "changed": 1}
    assert [one["kind"] for one in found["changes"] if one["section"] == "event"] == ["changed"]
    moved = {(one["drawing"], one["measure"], one["key"]): one for one in found["measures"]}
    linde = moved["organisation-organisation", "degree", "organisation/linde"]
    assert linde["new"] > linde["old"]
    assert found["statements"]["new"]
    sources = {one["id"]: one["source"] for one in found["changes"]}
    assert all(sources.values())
    # Who says so is who says what changed: the name of a body stands in the register.
    assert sources["organisation/linde"]["title"] == "register of the editors"
    assert sources["event/tagung-2024"]["anchor"] == "Tagung 2024 in der Halle Eins"


def test_of_a_list_what_came_and_went_is_named(itas, small, diff):
    itas("--root", small.root, "build", "-o", small.root / "old")
    small.edit("initiatives.csv", "Testnetz,TN,", "Testnetz,Prüfnetz,")
    small.edit(
        "sources/netz.yaml", "  - id: testnetz\n", "  - id: testnetz\n    anchor: Das Netz\n"
    )
    itas("--root", small.root, "build", "-o", small.root / "new")
    lines = diff("old", "new", "--lang", "de").stdout.split("\n")
    assert "    weitere Namen: + Prüfnetz; − TN" in lines
    told = next(line for line in lines if line.startswith("    Belege: "))
    assert "+ Das Testnetz stellt sich vor („Das Netz“)" in told


def test_in_english_and_as_markdown(two_builds, diff):
    done = diff("old", "new", "--lang", "en", "--format", "md")
    assert done.stdout.startswith("# What has changed: old → new\n")
    assert "## Organisations: 1 new, 1 changed\n" in done.stdout
    assert "  - name: Linde Verband → Linde Bund" in done.stdout
    link = "[Das Testnetz stellt sich vor](<https://example.org/netz#:~:text=Eiche%20AG"
    assert link in done.stdout


def test_the_way_back_is_the_opposite(two_builds, diff):
    opposite = {"new": "gone", "gone": "new", "changed": "changed"}
    there = listed(diff("old", "new", "--format", "json"))
    back = listed(diff("new", "old", "--format", "json"))
    assert {(opposite[one[0]], *one[1:]) for one in there} == back


def test_a_build_and_its_page_are_the_same(two_builds, diff):
    for other in ("old", "old/index.html"):
        done = diff("old", other, "--lang", "en", "--exit-code")
        assert done.returncode == 0
        assert done.stdout.endswith("\nNothing changed.\n")
        assert json.loads(diff("old", other, "--format", "json").stdout)["changed"] is False


def test_a_difference_is_no_failure_unless_asked_for(two_builds, diff):
    assert diff("old", "new").returncode == 0
    assert diff("old", "new", "--exit-code").returncode == 1


def test_the_same_twice_is_the_same_text(two_builds, diff):
    first = diff("old", "new", "--format", "json", env={"PYTHONHASHSEED": "1"})
    second = diff("old", "new", "--format", "json", env={"PYTHONHASHSEED": "2"})
    assert first.stdout == second.stdout


# ---- revisions ----


def git(folder, *arguments):
    who = ["-c", "user.name=Eva Muster", "-c", "user.email=eva@example.org"]
    command = [shutil.which("git"), *who, *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(small):
    """The small workspace in a folder of a repository, edited once."""
    top = small.root.parent
    git(top, "init", "-q")
    git(top, "add", "small")
    git(top, "commit", "-qm", "one")
    edited(small)
    git(top, "commit", "-qam", "two")
    return small


def test_two_revisions_are_compared_without_touching_the_files(repository, diff):
    repository.edit("organisations.csv", "Eiche AG", "Eiche SE")
    before = repository.text("organisations.csv")
    done = diff("git:HEAD~1", "git:HEAD", "--lang", "de")
    assert done.returncode == 0, done.stderr
    assert "Was sich geändert hat: git:HEAD~1 → git:HEAD" in done.stdout
    assert "Eiche AG fördert „Testnetz“" in done.stdout
    assert "Eiche SE" not in done.stdout
    assert repository.text("organisations.csv") == before
    assert not (repository.root / "build").exists()


def test_a_revision_and_a_build_of_it_are_the_same(repository, diff, itas):
    assert itas("--root", repository.root, "build").returncode == 0
    assert "Nothing changed." in diff("git:HEAD", "build", "--lang", "en").stdout


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (["git:HEAD~1", "git:nie"], "keinen Stand „nie“"),
        (["git:HEAD", "git:--output=x"], "keinen Stand „--output=x“"),
        (["git:HEAD"], "Nennen Sie zwei Stände"),
        (["git:HEAD", "nirgends"], "In nirgends liegt kein Graph"),
        (["a", "b", "--as-of", "2023", "2024"], "nennen Sie höchstens einen"),
        (["git:HEAD", "--as-of", "2023", "morgen"], "„morgen“ ist kein Datum"),
    ],
)
def test_a_wrong_call_says_what_to_do(repository, diff, states, said):
    done = diff(*states, "--lang", "de")
    assert done.returncode == 2
    assert said in done.stderr
    assert not (repository.root / "x").exists()


def test_a_revision_with_errors_is_refused_with_the_first(repository, diff):
    repository.edit("organisations.csv", "eiche,Eiche AG,,company", "eiche,Eiche AG,,firma")
    git(repository.root, "commit", "-qam", "three")
    done = diff("git:HEAD~1", "git:HEAD", "--lang", "de")
    assert done.returncode == 1
    assert "Fehler in den Daten des Stands „HEAD“, der erste in data/organisations.csv:2" in (
        done.stderr
    )


# ---- who must not appear ----


def test_who_is_suppressed_today_is_in_no_difference(repository, diff, itas):
    assert itas("--root", repository.root, "build", "-o", repository.root / "old").returncode == 0
    repository.edit("people.csv", "joerg-koessler,Jörg Kößler,Dr.,,public,\n", "")
    repository.edit("sources/tagung-2024.yaml", "joerg-koessler", "eva-muster")
    repository.edit(
        "sources/tagung-2024.yaml", "            name_as_written: Dr. Jörg Kößler\n", ""
    )
    repository.edit("sources/tagung-2024.yaml", "Dr. Jörg Kößler, Birke", "Eva Muster, Birke")
    assert itas("--root", repository.root, "build", "-o", repository.root / "new").returncode == 0
    for old in ("old", "git:HEAD"):
        assert "Jörg Kößler" in diff(old, "new", "--format", "json").stdout
    repository.write("suppressed.txt", "joerg-koessler\n")
    for old in ("old", "git:HEAD"):
        for form in ("json", "text"):
            done = diff(old, "new", "--format", form)
            assert done.returncode == 0, done.stderr
            assert "Kößler" not in done.stdout
            assert "koessler" not in done.stdout


def test_what_is_internal_shows_only_if_asked_for(itas, small, diff):
    root = small.root
    itas("--root", root, "build", "-o", root / "old", "--profile", "internal")
    small.edit(
        "people.csv", "ida-intern,Ida Intern,,,internal,\n", "ida-intern,Ida Innen,,,internal,\n"
    )
    itas("--root", root, "build", "-o", root / "new", "--profile", "internal")
    assert "Ida" not in diff("old", "new", "--format", "json").stdout
    done = diff("old", "new", "--profile", "internal", "--lang", "de")
    assert "Name: Ida Intern → Ida Innen" in done.stdout


# ---- dates ----


def test_two_dates_of_one_dataset(two_builds, diff):
    done = diff("old", "--as-of", "2022-01", "2024-12", "--format", "json")
    kinds = {(one["kind"], one["id"]) for one in json.loads(done.stdout)["changes"]}
    assert ("new", "event/tagung-2024") in kinds
    assert ("new", "initiative/testnetz") in kinds
    assert not any(kind == "gone" for kind, _ in kinds)
    # The study has no date: it may have been there before.
    assert ("new", "initiative/holzstudie") not in kinds
    later = diff("old", "--as-of", "2024-12", "2026", "--format", "json")
    gone = {(one["kind"], one["id"]) for one in json.loads(later.stdout)["changes"]}
    assert ("gone", "initiative/testnetz") in gone
    assert ("gone", "event/tagung-2024") not in gone
    same = diff("old", "--as-of", "2024-12", "2024-12", "--lang", "de")
    assert "Nichts hat sich geändert." in same.stdout


# ---- what is listed is what differs ----

FIELDS = st.dictionaries(
    st.sampled_from(["label", "role", "aliases"]),
    st.one_of(st.sampled_from(["a", "b"]), st.just(("a",)), st.just(("a", "b"))),
)
SNAPSHOTS = st.dictionaries(
    st.sampled_from([f"person/{name}" for name in "abcde"]),
    FIELDS.map(lambda fields: Entry("person", fields)),
)


def plain(snapshot):
    return {key: (entry.section, entry.fields) for key, entry in snapshot.items()}


@given(SNAPSHOTS, SNAPSHOTS)
def test_the_changes_listed_lead_from_one_to_the_other(old, new):
    assert comparison.differences(old, old) == ()
    changes = comparison.differences(old, new)
    assert plain(comparison.applied(old, changes)) == plain(new)
    # Nothing is listed that could be left out.
    for change in changes:
        rest = [one for one in changes if one is not change]
        assert plain(comparison.applied(old, rest)) != plain(new)


#: Edits of records that can be made in any combination, and what each is listed as.
EDITS = {
    ("organisations.csv", "linde,Linde Verband", "linde,Linde Bund"): [
        ("changed", "organisation/linde", "label")
    ],
    ("organisations.csv", "\n", "\neiche,Eiche AG,,company,\n"): [
        ("new", "organisation/eiche", "kind", "label")
    ],
    ("initiatives.csv", "holzstudie,Studie Holz,,study", "holzstudie,Studie Holz,SH,training"): [
        ("changed", "initiative/holzstudie", "aliases", "kind")
    ],
    ("sources/netz.yaml", AHORN_LEADS, ""): [
        (
            *("gone", "involvement/testnetz--ahorn--consortium-lead--ahorn--testnetz"),
            *("certainty", "evidence", "one", "other", "role"),
        )
    ],
    ("sources/netz.yaml", "valid_until: 2025-06", "valid_until: 2025-07"): [
        ("changed", "initiative/testnetz", "valid_until")
    ],
    ("sources/netz.yaml", "        role: client", "        role: client\n        as_of: 2024"): [
        ("changed", "involvement/holzstudie--ahorn--client--ahorn--holzstudie", "as_of")
    ],
    ("sources/tagung-2024.yaml", "date: 2024-06-06", "date: 2024-06-05"): [
        ("changed", "event/tagung-2024", "date")
    ],
    ("sources/tagung-2024.yaml", "anchor: Eva Muster, Ahorn GmbH", "anchor: Eva Muster, Ahorn"): [
        (
            "changed",
            "appearance/tagung-2024-netz--eva-muster--speaker--eva-muster--tagung-2024",
            "evidence",
        ),
        ("changed", "affiliation/tagung-2024--eva-muster--ahorn", "evidence"),
        # Who speaks about an initiative takes part in it.
        (
            "changed",
            "contribution/tagung-2024-netz--eva-muster--speaker--ahorn--testnetz",
            "evidence",
        ),
    ],
}


@pytest.fixture(scope="module")
def compared(make_small):
    """Return a function that lists what edits of the small workspace change."""

    def loaded(edits):
        with tempfile.TemporaryDirectory() as folder:
            return network_of(make_small(Path(folder) / "small"), edits)

    def network_of(small, edits):
        for file, old, new in edits:
            small.edit(file, old, new)
        checked = small.check()
        assert not checked.errors, checked.findings
        _, store = build.assemble(small.workspace, checked, "public")
        return network.load(store, small.workspace.queries, None)

    untouched = loaded([])

    def run(edits):
        found = comparison.compare(untouched, loaded(edits))
        return {
            (change.kind, change.id, *(field.name for field in change.fields))
            for change in found.changes
        }

    return run


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@example(set(EDITS))
@given(st.sets(st.sampled_from(sorted(EDITS))))
def test_edits_of_records_are_listed_and_nothing_else(compared, edits):
    expected = {change for edit in edits for change in EDITS[edit]}
    assert compared(sorted(edits)) == expected
