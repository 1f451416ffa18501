"""Layouts of programme pages, one short page each: lines in, items and speakers out."""

import time
from itertools import pairwise
from pathlib import Path

import pytest

from itas_graph import documents, programme
from itas_graph.documents import Line

PAGES = Path(__file__).parent.parent / "benchmarks/capture/pages/development"

#: layout -> the page, and its items: title, start, (name, honorific, function, organisation)
LAYOUTS = {
    "labels alone announce persons, without times": (
        """Wem gehört der Wald?
        Gespräch am 9. Dezember 2025 in Beispielstadt
        Begrüßung:
        Eva Muster, Landesbeauftragte der Beispielstiftung
        Podiumsgespräch:
        Jan Muster MdB (Mitglied des Deutschen Bundestages)
        Ute Beispiel (Bürgermeisterin Beispielstadt)
        Moderation: Max Probe (Journalist)
        Anmeldung: Bitte melden Sie sich an.""",
        [
            ("Begrüßung", "", [("Eva Muster", "", "Landesbeauftragte", "Beispielstiftung")]),
            (
                "Podiumsgespräch",
                "",
                [
                    ("Jan Muster", "MdB", "Mitglied", "Deutschen Bundestages"),
                    ("Ute Beispiel", "", "Bürgermeisterin", "Beispielstadt"),
                ],
            ),
            ("Wem gehört der Wald?", "", [("Max Probe", "", "Journalist", "")]),
        ],
    ),
    "those whom somebody moderates stand in a list below, without times": (
        """Stadt von morgen
        Dienstag, 20. April 2025
        Moderation: Eva Muster, Beispiel GmbH
        - Jan Muster, Universität Beispielstadt
        - Ute Beispiel, Stadt X""",
        [
            (
                "Stadt von morgen",
                "",
                [
                    ("Eva Muster", "", "", "Beispiel GmbH"),
                    ("Jan Muster", "", "", "Universität Beispielstadt"),
                    ("Ute Beispiel", "", "", "Stadt X"),
                ],
            )
        ],
    ),
    "name and colon, the title below names somebody": (
        """Tagung 2025
        14:00 Uhr
        Eva Muster (Beispielstadt):
        Karl Probe und die Anfänge der Werke
        14:30 Uhr
        Jan Muster (Beispielstadt):
        Max Probe als Sammler
        15:00 Uhr
        Kaffeepause""",
        [
            (
                "Karl Probe und die Anfänge der Werke",
                "14:00",
                [("Eva Muster", "", "", "Beispielstadt")],
            ),
            ("Max Probe als Sammler", "14:30", [("Jan Muster", "", "", "Beispielstadt")]),
            ("Kaffeepause", "15:00", []),
        ],
    ),
    "person in brackets that a line break divides": (
        """Tagung 2025
        14:00 Stand der Forschung (Prof. Dr. Eva
        Muster, Beispielstadt)
        15:00 Ausblick (Dr. Jan Muster,
        Probestadt)""",
        [
            ("Stand der Forschung", "14:00", [("Eva Muster", "Prof. Dr.", "", "Beispielstadt")]),
            ("Ausblick", "15:00", [("Jan Muster", "Dr.", "", "Probestadt")]),
        ],
    ),
    "„mit“ behind a title in quotation marks, and behind a word": (
        """Kongress am 13. Oktober 2025
        Ab 12.30 Uhr: „Führung im Wandel“, anschließend Fragen mit Eva Muster von der Beispielklinik
        19:00 Uhr – Lesung „Wald“ (nur digital), u.a. mit Jan Muster (Stadt X)
        21:00 UhrAbendlob mit Ute Beispiel
        22:00 Uhr Der lange Streit mit Max Probe""",
        [
            (
                "„Führung im Wandel“, anschließend Fragen",
                "12:30",
                [("Eva Muster", "", "", "Beispielklinik")],
            ),
            ("Lesung „Wald“ (nur digital)", "19:00", [("Jan Muster", "", "", "Stadt X")]),
            ("Abendlob", "21:00", [("Ute Beispiel", "", "", "")]),
            ("Der lange Streit mit Max Probe", "22:00", []),
        ],
    ),
    "offices of two words, abbreviated, with an unknown given name": (
        """Tagung 2025
        10:00 Uhr Eröffnung
        - Bildungspolitischer Sprecher Dr. Jan Muster MdL, FDP/DVP
        - Landtagspräsidentin Xanthippa Muster
        - Akademiedirektor und Domprediger Pfarrer Max Muster
        - OKR Eva Muster, Leiterin der Beispielstiftung
        - Linda Mai, MdB, Beispielverein e.V.
        11:00 Uhr Ministerin Eva Probe trifft den Verein""",
        [
            (
                "Eröffnung",
                "10:00",
                [
                    ("Jan Muster", "Dr. MdL", "Bildungspolitischer Sprecher", "FDP/DVP"),
                    ("Xanthippa Muster", "", "Landtagspräsidentin", ""),
                    ("Max Muster", "", "Akademiedirektor und Domprediger Pfarrer", ""),
                    ("Eva Muster", "", "OKR, Leiterin", "Beispielstiftung"),
                    ("Linda Mai", "MdB", "", "Beispielverein e.V."),
                ],
            ),
            ("Ministerin Eva Probe trifft den Verein", "11:00", []),
        ],
    ),
    "time at the end of a line, a label above several bullets": (
        """Programmübersicht
        10 Uhr
        Begrüßung
        Eva Muster, Stadt X
        Mittagspause ca. 12.30 Uhr
        Treffen der Gruppen 14.00 Uhr
        Moderation:
        - Jan Muster (Stadt X)
        - Ute Beispiel (Stadt Y)""",
        [
            ("Begrüßung", "10:00", [("Eva Muster", "", "", "Stadt X")]),
            ("Mittagspause", "12:30", []),
            (
                "Treffen der Gruppen",
                "14:00",
                [("Jan Muster", "", "", "Stadt X"), ("Ute Beispiel", "", "", "Stadt Y")],
            ),
        ],
    ),
    "who is in conversation, a unit right behind the name": (
        """Konferenz 2025
        10:00 Uhr Auftakt
        Moderatorin Eva Muster im Gespräch mit Dr. Jan Muster und Ute Beispiel, Stadt X
        11:00 Uhr Vortrag: Dr. Max Probe Lehrstuhl Raumordnung der TU Beispielstadt
        12:00 Uhr Ende""",
        [
            (
                "Auftakt",
                "10:00",
                [
                    ("Eva Muster", "", "Moderatorin", ""),
                    ("Jan Muster", "Dr.", "", ""),
                    ("Ute Beispiel", "", "", "Stadt X"),
                ],
            ),
            (
                "Vortrag",
                "11:00",
                [("Max Probe", "Dr.", "", "Lehrstuhl Raumordnung der TU Beispielstadt")],
            ),
            ("Ende", "12:00", []),
        ],
    ),
    "name, colon, title": (
        """Tagung 2025
        10:00 Uhr 1. Panel Besitz
        Moderation: Prof. Dr. Jan Muster
        Eva Beispiel: Was vom Werk blieb – Max Probe und die Stadt
        Dr. Ute Muster (Beispielarchiv): Akten und Sammlungen
        11:00 Uhr Kaffeepause""",
        [
            ("1. Panel Besitz", "10:00", [("Jan Muster", "Prof. Dr.", "", "")]),
            (
                "Was vom Werk blieb – Max Probe und die Stadt",
                "10:00",
                [("Eva Beispiel", "", "", "")],
            ),
            ("Akten und Sammlungen", "10:00", [("Ute Muster", "Dr.", "", "Beispielarchiv")]),
            ("Kaffeepause", "11:00", []),
        ],
    ),
    "title in quotation marks behind the organisation": (
        """Symposium 2025
        09:20 Keynote und Fragen: Dr. Eva Muster (Universität Beispielstadt), „Freie Wissenschaft“
        10:00 Pause""",
        [
            (
                "Freie Wissenschaft",
                "09:20",
                [("Eva Muster", "Dr.", "", "Universität Beispielstadt")],
            ),
            ("Pause", "10:00", []),
        ],
    ),
    "time and name, the title below": (
        """Tagung 2025
        10:30 Eva Muster, Museum Beispielmühle,
        Der sogenannte Handkorb
        11:00 Jan Muster (Beispielstadt):
        Ein Bestand und seine Geschichte
        12:00 Uhr Ende""",
        [
            ("Der sogenannte Handkorb", "10:30", [("Eva Muster", "", "", "Museum Beispielmühle")]),
            (
                "Ein Bestand und seine Geschichte",
                "11:00",
                [("Jan Muster", "", "", "Beispielstadt")],
            ),
            ("Ende", "12:00", []),
        ],
    ),
    "dividing lines; subtitle below the title is no organisation": (
        """Tagung 2025
        -
        09:30 - 09:50
        -
        Prof. Dr. Jan Muster
        Das Museum am Fluss
        Versuch einer Bestimmung
        -
        10:00 - 10:40
        -
        Kaffeepause""",
        [
            ("Das Museum am Fluss", "09:30", [("Jan Muster", "Prof. Dr.", "", "")]),
            ("Kaffeepause", "10:00", []),
        ],
    ),
    "functions that begin as a notice does": (
        """Wirtschaftstag 2025
        17.00 Uhr
        Anmeldung
        18.00 Uhr
        Podium
        Eva Muster
        Vorstand Personal, Beispiel AG

        Dr. Jan Muster,
        Vorstand der Muster-Stiftung, Beispielstadt
        19.00 Uhr
        Ende""",
        [
            ("Anmeldung", "17:00", []),
            (
                "Podium",
                "18:00",
                [
                    ("Eva Muster", "", "Vorstand Personal", "Beispiel AG"),
                    ("Jan Muster", "Dr.", "Vorstand", "Muster-Stiftung, Beispielstadt"),
                ],
            ),
            ("Ende", "19:00", []),
        ],
    ),
    "two functions, each on its line": (
        """Forum 2025
        18:00 Uhr Debatte

        Prof. Dr. Eva Muster
        Ministerin a. D.,
        Präsidentin der Universität Beispielstadt

        Prof. Dr. Jan Muster
        Rektor der Universität Musterstadt
        Vizepräsident der Musterkonferenz

        Moderation: Ute Beispiel, Journalistin

        19:00 Uhr Pause""",
        [
            (
                "Debatte",
                "18:00",
                [
                    (
                        "Eva Muster",
                        "Prof. Dr.",
                        "Ministerin a. D., Präsidentin",
                        "Universität Beispielstadt",
                    ),
                    ("Jan Muster", "Prof. Dr.", "Rektor", "Universität Musterstadt"),
                    ("Ute Beispiel", "", "Journalistin", ""),
                ],
            ),
            ("Pause", "19:00", []),
        ],
    ),
    "title in quotation marks below the person": (
        """Wirtschaftstag 2025
        18.20 Uhr
        Einleitungsvorträge
        Dr. Eva Muster
        Ministerin für Bildung
        "Wachstum durch Bildung"

        Jan Muster
        Vorstand, Beispiel AG
        "Standort mit Zukunft?"

        19.10 Uhr
        Pause""",
        [
            (
                "Wachstum durch Bildung",
                "18:20",
                [("Eva Muster", "Dr.", "Ministerin für Bildung", "")],
            ),
            ("Standort mit Zukunft?", "18:20", [("Jan Muster", "", "Vorstand", "Beispiel AG")]),
            ("Pause", "19:10", []),
        ],
    ),
    "day, time, place and title in one line": (
        """Vortragsreihe 2025
        • 16. Januar, 18:30 Uhr, Filmhaus: "Kurze Geschichte", Prof. Dr. Jan Muster, Uni X
        • 30. Januar, 18:30 Uhr, Filmhaus: "Pfeil", Dr. Eva Muster, Theoretische Physik, Uni Y""",
        [
            (
                "Kurze Geschichte",
                "18:30",
                [("Jan Muster", "Prof. Dr.", "", "Uni X")],
            ),
            (
                "Pfeil",
                "18:30",
                [("Eva Muster", "Dr.", "", "Theoretische Physik, Uni Y")],
            ),
        ],
    ),
    "a second person whom only the title marks, and one together with another": (
        """Tagung 2025
        10:00 Uhr Begrüßung, Jan Muster, Stadt Musterstadt Dr. Eva Muster, Ministerium für Bildung
        11:00 Uhr Schlusswort
        Prof. Dr. Ute Beispiel zusammen mit Dr. Jan Beispiel""",
        [
            (
                "Begrüßung",
                "10:00",
                [
                    ("Jan Muster", "", "", "Stadt Musterstadt"),
                    ("Eva Muster", "Dr.", "", "Ministerium für Bildung"),
                ],
            ),
            (
                "Schlusswort",
                "11:00",
                [("Ute Beispiel", "Prof. Dr.", "", ""), ("Jan Beispiel", "Dr.", "", "")],
            ),
        ],
    ),
    "label in the line, given name unknown": (
        """Workshop programme 2025
        11.30-11.50Invited Speaker: Zorbo Quendel
        11.50-12.10 Wrap up""",
        [
            ("Invited Speaker", "11:30", [("Zorbo Quendel", "", "", "")]),
            ("Wrap up", "11:50", []),
        ],
    ),
    "persons in a list below a label, without times": (
        """Konferenz am 20. Mai 2025
        Auftaktgespräch: Das Ganze im Blick
        Mit:
        - Eva Muster, Bundesvorsitzende Beispielbund
        - Jan Muster, Schriftsteller
        Moderation: Ute Beispiel, Beispielstiftung
        Debatte: Zeit für Neues
        Mit:
        - Jan Probe, Ministerpräsident des Landes X
        Moderation: Eva Probe, Musterverlag
        Pressekontakt
        Beispielstiftung
        Maria Muster
        Presse und Kommunikation""",
        [
            (
                "Das Ganze im Blick",
                "",
                [
                    ("Eva Muster", "", "Bundesvorsitzende", "Beispielbund"),
                    ("Jan Muster", "", "Schriftsteller", ""),
                    ("Ute Beispiel", "", "", "Beispielstiftung"),
                ],
            ),
            (
                "Debatte: Zeit für Neues",
                "",
                [
                    ("Jan Probe", "", "Ministerpräsident", "Landes X"),
                    ("Eva Probe", "", "", "Musterverlag"),
                ],
            ),
        ],
    ),
    "two signs after the time; the moderator before the first item of a day": (
        """Tagung
        Freitag, 23. Januar 2026
        9.00 Uhr // Begrüßung
        10.00 Uhr // Kaffeepause
        Samstag, 24. Januar 2026
        Moderation: Dr. Eva Muster
        9.30 Uhr // Ausklang""",
        [
            ("Begrüßung", "09:00", []),
            ("Kaffeepause", "10:00", []),
            ("Moderation", "", [("Eva Muster", "Dr.", "", "")]),
            ("Ausklang", "09:30", []),
        ],
    ),
    "another item in the same line, a full stop at its end": (
        """Tagung 2025
        15.45-16.30 Uhr: Die Wende; Dr. Eva Muster, Direktorin Beispielhaus; 16.30 Uhr: Diskussion;
        16.45-17.00 Uhr: Abschließendes Resümee; Dr. Jan Muster, Beispielstadt.""",
        [
            ("Die Wende", "15:45", [("Eva Muster", "Dr.", "Direktorin", "Beispielhaus")]),
            ("Abschließendes Resümee", "16:45", [("Jan Muster", "Dr.", "", "Beispielstadt")]),
        ],
    ),
}

#: pages that name persons, none of whom speaks
SILENT = {
    "statements": """Konferenz am 6. Mai 2025
        Die Konferenz hat viele Fragen beantwortet.
        Eva Muster: „Wir haben viel gelernt und gehen mit Zuversicht nach Hause.“
        Jan Muster, Stadt X: „Unsere Region braucht diese Konferenz in jedem Jahr.“""",
    "interview": """Unsere Arbeit ist vielfältig
        Eva Muster:
        Frau Beispiel, Sie gelten als Urgestein. Was haben Sie 2025 vor?
        Ute Beispiel:
        Ich kam vor über 25 Jahren hierher.""",
    "surname first": """Referenten und Themenübersicht 2025
        Muster, Dr. phil. Eva
        » Vom Wandel
        Probe, Dr. Jan
        » Vom Handel""",
    "theatre": """Veranstaltungen 2025
        Mittwoch, 22. September - Eva Muster liest aus „Gebrauchsanweisung“
        19.30 Uhr im Ankersaal
        Samstag, 25. September - Jan Muster spielt und singt „Prinzessin“
        15 Uhr im Haus der Familie""",
    "opening hours": """Tagungsbüro
        24. April 2025 | 09:00 – 17:30 Uhr | 09:00 – 19:30 Uhr
        25. April 2025 | 07:00 – 17:00 Uhr | 07:00 – 19:30 Uhr""",
}


def read(text):
    return programme.read(
        [Line(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
    )


def told(item):
    return [
        (one.name, one.honorific, one.affiliation.function, one.affiliation.organisation)
        for one in item.speakers
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout(layout):
    page, items = LAYOUTS[layout]
    assert [(one.title, one.start, told(one)) for one in read(page).items] == items


@pytest.mark.parametrize("kind", SILENT)
def test_nobody_speaks(kind):
    assert [told(one) for one in read(SILENT[kind]).items if one.speakers] == []


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.[th]*")), ids=lambda path: path.stem)
def test_no_line_is_lost(path):
    lines = documents.read(path.read_bytes(), path.name)
    page = programme.read(lines)
    kept = {number for item in page.items for number in item.lines}
    kept |= {one.line for one in page.sessions} | set(page.event.used)
    kept |= {one.line for one in page.unread}
    # A line that goes on with the one before is kept with it.
    lost = [line for line in lines if line.text and line.number not in kept]
    before = {line.number: above.number for above, line in pairwise(lines)}
    assert [line for line in lost if before.get(line.number) not in kept] == []


def test_lines_of_one_source_line_are_told_apart():
    html = (
        "<h1>Forum 2025</h1><p>10:00 Uhr Auftakt</p><p>Eva Muster, Stadt X</p>"
        "<p>Ein Satz, der nirgends steht</p><p>11:00 Uhr Ende</p><p>Kontakt: Jan Muster</p>"
    )
    page = programme.read(documents.read(html.encode(), "page.html"))
    assert [(one.title, told(one)) for one in page.items] == [
        ("Auftakt", [("Eva Muster", "", "", "Stadt X")]),
        ("Ende", []),
    ]
    assert [one.text for one in page.unread] == [
        "Ein Satz, der nirgends steht",
        "Kontakt: Jan Muster",
    ]
    assert {one.line for one in page.unread} == {1}


@pytest.mark.parametrize(
    "unit", ["a,", "A ", "(", "Dr. ", "A. ", "und ", "Eva Muster, ", "12:00 ", "für A, ", "x"]
)
def test_a_hostile_line_is_read_in_time(unit):
    line = (unit * 50_000)[:50_000].strip()
    begun = time.perf_counter()
    page = read(f"Forum 2025\n10:00 Uhr Auftakt\n{line}\n11:00 Uhr Ende")
    assert time.perf_counter() - begun < 5
    assert line in [one.text for one in page.unread]


def test_a_long_page_is_read_in_time():
    block = ["10:00 Uhr Auftakt", "Eva Muster, Stadt X", "Ein Titel", "Jan Muster", "", "Saal 1"]
    lines = ["Forum 2025", *block * 1_000]
    begun = time.perf_counter()
    page = read("\n".join(lines))
    assert time.perf_counter() - begun < 10  # what grows with the square needs far longer
    assert len(page.items) >= 1_000
