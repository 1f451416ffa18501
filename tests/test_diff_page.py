"""itas-graph diff --page: what is new, gone and changed, seen, read and heard in one page."""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parent.parent / "itas_graph" / "templates"

AHORN_LEADS = """\
      - organisation: ahorn
        role: consortium-lead
        anchor: Ahorn GmbH
"""
LINDE_PARTNER = """\
      - organisation: linde
        role: consortium-partner
"""
EICHE_FUNDS = """\
      - organisation: eiche
        role: funder
        anchor: Eiche AG fördert
"""


def edited(small):
    """Change the records: an organisation new, one renamed; a relation new, one gone, one moved."""
    small.edit("organisations.csv", "linde,Linde Verband", "linde,Linde Bund")
    small.edit("organisations.csv", "\n", "\neiche,Eiche AG,,company,\n")
    small.edit("sources/netz.yaml", AHORN_LEADS, "")
    small.edit("sources/netz.yaml", LINDE_PARTNER, LINDE_PARTNER + EICHE_FUNDS)
    small.edit(
        "sources/netz.yaml", "        role: client", "        role: client\n        as_of: 2024"
    )
    small.edit("people.csv", "eva-muster-linde,Eva Muster", "eva-muster-linde,Eva M. Muster")


@pytest.fixture(scope="module")
def compared(make_small, itas, tmp_path_factory):
    """Two builds of the small workspace and the page of what differs."""
    small = make_small(tmp_path_factory.mktemp("compared") / "small")
    assert itas("--root", small.root, "build", "-o", small.root / "old").returncode == 0
    edited(small)
    assert itas("--root", small.root, "build", "-o", small.root / "new").returncode == 0
    done = drawn(itas, small, "old", "new")
    assert done.returncode == 0, done.stderr
    return small


def drawn(itas, small, *states, page="page.html", env=None):
    return itas(
        *("--root", small.root, "diff", *states, "--page", page, "--lang", "de"),
        cwd=small.root,
        env=env,
    )


def block(small, page="page.html"):
    text = (small.root / page).read_text("utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


def marked(data, kind):
    """Return the keys of what is of a kind, relations without their suffixes."""
    things = [*data["nodes"], *data["relations"]]
    return {one["key"].removesuffix("--gone") for one in things if kind_of(one) == kind}


def kind_of(thing):
    return thing.get("change", {}).get("kind", "same")


def test_the_page_holds_both_states_and_marks_what_differs(compared):
    data = block(compared)
    assert data["difference"]["old"] == "old"
    assert data["difference"]["new"] == "new"
    assert data["title"]["de"] == "Was sich geändert hat: Testnetz"
    assert "organisation/eiche" in marked(data, "new")
    assert any(key.startswith("involvement/testnetz--eiche") for key in marked(data, "new"))
    assert any(key.startswith("involvement/testnetz--ahorn") for key in marked(data, "gone"))
    linde = next(one for one in data["nodes"] if one["key"] == "organisation/linde")
    assert linde["change"] == {
        "kind": "changed",
        "fields": [
            {
                "name": {"de": "Name", "en": "name"},
                "old": [{"de": "Linde Verband", "en": "Linde Verband"}],
                "new": [{"de": "Linde Bund", "en": "Linde Bund"}],
            }
        ],
    }
    # The page and the text count the same.
    counts = data["difference"]["counts"]
    assert {kind: len(marked(data, kind)) for kind in counts} == counts


def test_the_same_two_states_give_the_same_bytes(compared, itas):
    before = (compared.root / "page.html").read_bytes()
    seen = set()
    for seed in ("1", "2"):
        drawn(itas, compared, "old", "new", page="again.html", env={"PYTHONHASHSEED": seed})
        seen.add(hashlib.sha256((compared.root / "again.html").read_bytes()).hexdigest())
    assert seen == {hashlib.sha256(before).hexdigest()}


def test_an_ordinary_page_has_no_marks(compared):
    text = (compared.root / "new" / "index.html").read_text("utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
    assert "difference" not in data
    assert not [one for one in (*data["nodes"], *data["relations"]) if "change" in one]


def test_where_it_cannot_be_written_the_text_is_not_lost_silently(compared, itas):
    done = drawn(itas, compared, "old", "new", page="nowhere/page.html")
    assert done.returncode == 2
    assert "nowhere/page.html lässt sich nicht schreiben" in done.stderr


# ---- who must not appear ----


def everything(itas, small, *states):
    """Return all that diff says of two states: text, JSON and page."""
    said = [drawn(itas, small, *states).stdout, (small.root / "page.html").read_text("utf-8")]
    done = itas("--root", small.root, "diff", *states, "--format", "json", cwd=small.root)
    assert done.returncode == 0, done.stderr
    return "\n".join([*said, done.stdout])


def test_who_is_suppressed_since_is_not_told_as_gone(small, itas):
    itas("--root", small.root, "build", "-o", small.root / "old")
    small.write("suppressed.txt", "joerg-koessler\n")
    itas("--root", small.root, "build", "-o", small.root / "new")
    assert "Kößler" in (small.root / "old" / "index.html").read_text("utf-8")
    said = everything(itas, small, "old", "new")
    for name in ("Kößler", "koessler", "Jörg"):
        assert name not in said
    assert "Nichts hat sich geändert." in said


def test_a_person_known_by_another_slug_then_is_recognised(small, itas):
    itas("--root", small.root, "build", "-o", small.root / "old")
    for name in ("people.csv", "sources/tagung-2024.yaml"):
        text = small.text(name)
        small.write(name, text.replace("joerg-koessler", "jk-1"))
    small.write("suppressed.txt", "jk-1\n")
    itas("--root", small.root, "build", "-o", small.root / "new")
    said = everything(itas, small, "old", "new")
    assert "Kößler" not in said
    assert "koessler" not in said


def test_a_name_that_two_bear_hides_only_who_is_meant(small, itas):
    itas("--root", small.root, "build", "-o", small.root / "old")
    small.write("suppressed.txt", "eva-muster-linde\n")
    itas("--root", small.root, "build", "-o", small.root / "new")
    said = everything(itas, small, "old", "new")
    assert "eva-muster-linde" not in said
    assert "Eva Muster" in said


def git(folder, *arguments):
    who = ["-c", "user.name=Eva Muster", "-c", "user.email=eva@example.org"]
    command = [shutil.which("git"), *who, *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("how", ["suppressed", "internal"])
def test_whom_a_revision_hides_is_hidden_in_the_other_state_too(small, itas, how):
    top = small.root.parent
    git(top, "init", "-q")
    git(top, "add", "small")
    git(top, "commit", "-qm", "one")
    if how == "suppressed":
        small.write("suppressed.txt", "joerg-koessler\n")
    else:
        small.edit("people.csv", "Dr.,,public", "Dr.,,internal")
    git(top, "add", "small")
    git(top, "commit", "-qm", "two")
    # Today's records no longer know of it.
    git(top, "checkout", "-q", "HEAD~1")
    said = everything(itas, small, "git:HEAD", "git:master" if branch(top) else "git:main")
    for name in ("Kößler", "koessler"):
        assert name not in said


def branch(top):
    done = subprocess.run(
        [shutil.which("git"), "branch", "--list", "master"],
        cwd=top,
        check=True,
        capture_output=True,
    )
    return bool(done.stdout)


# ---- as it is seen ----


def contrast(one, other):
    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [":root", '[data-theme="dark"]'])
def test_the_colours_can_be_read_on_every_ground(theme):
    def colours(file):
        text = (TEMPLATES / "style" / file).read_text("utf-8")
        rule = re.search(rf"^{re.escape(theme)} \{{(.*?)\}}", text, re.DOTALL | re.MULTILINE)[1]
        return dict(re.findall(r"--([\w-]+): (#\w{6})", rule))

    ours, page = colours("difference.css"), colours("page.css")
    assert set(ours) == {"new", "gone", "changed"}
    for colour in ours.values():
        for ground in ("paper", "chrome", "box", "hover", "chosen"):
            assert contrast(colour, page[ground]) >= 4.5, (colour, ground)


@pytest.fixture
def opened(open_page, compared):
    def run(fragment="#view=network", **options):
        return open_page(compared.root / "page.html", fragment, **options)

    return run


@pytest.mark.browser
def test_the_first_lines_say_what_is_compared_and_how_much_differs(opened, compared):
    counts = block(compared)["difference"]["counts"]
    for view in ("network", "table", "list"):
        tab = opened(f"#view={view}")
        said = tab.locator(f"#view-{view} .difference").inner_text()
        assert "old → new" in said
        assert f"{counts['new']} neu, {counts['gone']} weg, {counts['changed']} geändert" in said
    # The data of two states is no dataset to ask.
    assert tab.locator('nav [data-view="questions"]').is_hidden()


@pytest.mark.browser
def test_the_legend_says_each_kind_by_line_sign_and_word(opened):
    tab = opened()
    entries = tab.locator(".facet-change li")
    names = [name.strip() for name in entries.locator(".name").all_inner_texts()]
    assert names == ["neu", "weg", "geändert", "unverändert"]
    assert [text.strip() for text in entries.locator(".change").all_inner_texts()] == [
        "+",
        "−",
        "~",
    ]
    dashes = entries.locator(".sign.line path").evaluate_all(
        "paths => paths.map((path) => path.getAttribute('stroke-dasharray'))"
    )
    assert len(set(dashes[:3])) == 3
    tab.get_by_role("button", name="EN – English").click()
    names = [name.strip() for name in entries.locator(".name").all_inner_texts()]
    assert names == ["new", "gone", "changed", "unchanged"]


@pytest.mark.browser
def test_only_what_changed_is_left_and_stands_in_the_address(opened):
    tab = opened("#view=table")
    rows = tab.locator("#view-table tbody tr")
    before = rows.count()
    tab.get_by_role("button", name="Nur was sich geändert hat").click()
    kinds = [text.strip() for text in tab.locator("#view-table tbody .change").all_inner_texts()]
    assert 0 < rows.count() < before
    assert not [kind for kind in kinds if "unverändert" in kind]
    assert "hide-change=same" in tab.url
    again = tab.locator("#only-changed")
    assert again.get_attribute("aria-pressed") == "true"
    again.click()
    assert rows.count() == before
    assert "hide-change" not in tab.url


@pytest.mark.browser
def test_the_table_says_of_each_row_what_became_of_it(opened):
    tab = opened("#view=table")
    row = tab.locator("#view-table tbody tr").filter(has_text="Eiche AG")
    assert "neu" in row.locator("td").first.inner_text()
    gone = tab.locator("#view-table tbody tr").filter(has_text="weg")
    assert gone.count() == 1
    assert "Ahorn GmbH" in gone.inner_text()
    tab.get_by_role("button", name="Veränderung").click()
    first = tab.locator("#view-table tbody tr").first
    assert "neu" in first.locator("td").first.inner_text()


@pytest.mark.browser
def test_the_list_marks_who_is_new_and_who_changed(opened):
    tab = opened("#view=list", size=(390, 844))
    card = tab.locator(".card").filter(has_text="Eiche AG")
    assert "neu" in card.inner_text()
    card = tab.locator(".card").filter(has_text="Linde Bund")
    assert "geändert" in card.inner_text()


@pytest.mark.browser
def test_details_say_which_field_changed_from_what_to_what(opened):
    tab = opened("#view=network&select=organisation/linde")
    told = tab.locator("#details .changes").inner_text()
    assert "Name" in told
    assert "Linde Verband vorher" in told
    assert "Linde Bund jetzt" in told
    assert "geändert" in tab.locator("#details .changed-how").inner_text()
    tab = opened("#view=network&select=organisation/eiche&lang=en")
    assert "In the new state only." in tab.locator("#details").inner_text()


@pytest.mark.browser
def test_what_is_gone_connects_nobody(opened):
    tab = opened("#view=network&connect=organisation/ahorn,initiative/testnetz")
    assert "führt das Konsortium" not in tab.locator("#details").inner_text()


@pytest.mark.browser
def test_organisations_that_never_met_are_not_drawn_together(open_page, small, itas):
    """Ahorn leaves the project before Eiche comes: they never shared it."""
    small.edit("sources/tagung-2024.yaml", "on_behalf_of: ahorn", "on_behalf_of: birke")
    small.edit("sources/tagung-2024.yaml", "Eva Muster, Ahorn GmbH", "Eva Muster, Birke Institut")
    itas("--root", small.root, "build", "-o", small.root / "old")
    edited_to = small.text("sources/netz.yaml").replace(AHORN_LEADS, EICHE_FUNDS)
    small.edit("organisations.csv", "\n", "\neiche,Eiche AG,,company,\n")
    small.write("sources/netz.yaml", edited_to)
    itas("--root", small.root, "build", "-o", small.root / "new")
    assert drawn(itas, small, "old", "new").returncode == 0
    tab = open_page(small.root / "page.html", "#view=table&show=organisation-organisation")
    rows = tab.locator("#view-table tbody tr").all_inner_texts()
    pairs = [row for row in rows if "Eiche AG" in row and "Ahorn GmbH" in row]
    assert rows
    assert pairs == []
    new = next(row for row in rows if "Eiche AG" in row and "Linde Verband" in row)
    assert "neu" in new
    gone = next(row for row in rows if "Ahorn GmbH" in row and "Linde Verband" in row)
    assert "weg" in gone


@pytest.mark.browser
def test_picture_table_and_network_taken_along_say_it_too(opened):
    tab = opened()

    def taken(name):
        tab.locator("#take summary").click()
        with tab.expect_download() as waiting:
            tab.locator(f'#take [data-take="{name}"]').click()
        return Path(waiting.value.path()).read_text("utf-8-sig")

    picture = taken("svg")
    assert ">neu<" in picture
    assert ">weg<" in picture
    rows = list(csv.DictReader(io.StringIO(taken("csv"))))
    assert {row["Veränderung"] for row in rows} == {"neu", "weg", "geändert", "unverändert"}
    assert 'for="change" value="gone"' in taken("gexf")


@pytest.mark.browser
@pytest.mark.parametrize("view", ["network&select=organisation/linde", "table", "list"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_rule_is_broken(opened, axe, view, theme):
    tab = opened(f"#view={view}", color_scheme=theme)
    tab.evaluate(axe)
    found = tab.evaluate("axe.run(document)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
