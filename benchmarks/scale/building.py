"""A table of links -> import, build and incremental build of it, beside their peers."""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import math
import os
import shutil
import statistics
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.scale.processes import REPO, Measured, run
from itas_graph import record_tables

#: Below some 25,000 links a table is small, and built with its page.
SIZES = (30_000, 60_000, 120_000, 190_580)
BUILD = "itas-graph build"
TABLE = "germany-structural-funds-links.csv.gz"
#: A table of a size whose build is one page.
REGION = "saxony-erdf-links.csv.gz"
HEAD = [
    "organisation",
    "project",
    "role",
    "start",
    "end",
    "city",
    "county",
    "fund",
    "period",
    "source",
]
MAPPING = (
    *("--map", "fund=initiative.programme", "--map", "period=initiative.programme"),
    *("--map", "city=organisation.place", "--map", "county=organisation.county"),
    *("--value", "role:beneficiary=involved", "--source-kind", "overview"),
    *("--url", "https://example.org/lists"),
)
_LOAD = """
import sys, pyoxigraph as ox
store = ox.Store(sys.argv[2])
store.bulk_load(path=sys.argv[1], format=ox.RdfFormat.N_QUADS)
store.flush()
"""
_RDFLIB = """
import sys, rdflib
data = rdflib.Dataset(default_union=True)
data.parse(sys.argv[1], format="nquads")
for rule in sys.argv[3:]:
    for triple in data.query(open(rule, encoding="utf-8").read()).graph:
        data.add(triple)
data.serialize(sys.argv[2], format="nquads", encoding="utf-8")
"""
_MORPH = """
[CONFIGURATION]
output_file={folder}/morph.nq
output_format=N-QUADS
number_of_processes={cores}
[links]
mappings={folder}/mapping.ttl
"""
_RULES = """
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix itas: <https://w3id.org/itas-graph/ns#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_PROGRAMME = 'rr:template "{fund} {period}"; rr:termType rr:Literal'
_BASE = "https://w3id.org/itas-graph/id/"


def tables(sizes: Sequence[int], given: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Measure each size in a folder of its own in `folder`; yield the lines of tables in Markdown.

    The first table is of the largest size, beside its peers; the second says how time (of the
    processor) and memory grow: the exponent that fits the sizes best, by least squares on the
    logarithms.
    """
    found = {size: measure(size, given, folder / str(size)) for size in sorted(sizes)}
    largest = found[max(found)]
    built = next(one for one in largest if one.name == BUILD)
    yield f"{max(found):,} links"
    yield ""
    yield "| | s | processor s | peak MB | time / build | memory / build |"
    yield "|---|---:|---:|---:|---:|---:|"
    for one in largest:
        yield (f"{one.row} {one.seconds / built.seconds:.2f} | {one.memory / built.memory:.2f} |")
    if len(found) < 3:
        return
    yield ""
    yield f"| processor s | {' | '.join(f'{size:,}' for size in found)} | grows as | memory as |"
    yield f"|---|{'---:|' * (len(found) + 2)}"
    for number, one in enumerate(largest):
        column = [found[size][number] for size in found]
        seconds = [each.processor for each in column]
        yield (
            f"| {one.name} | {' | '.join(f'{each:.1f}' for each in seconds)} "
            f"| n^{exponent(list(found), seconds):.2f} "
            f"| n^{exponent(list(found), [each.memory for each in column]):.2f} |"
        )


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the k for which c · size ** k fits the values best.

    >>> round(exponent([1, 2, 4], [3, 6, 12]), 6)
    1.0
    """
    fitted = statistics.linear_regression(
        [math.log(one) for one in sizes], [math.log(one) for one in values]
    )
    return fitted.slope


def measure(size: int, given: argparse.Namespace, work: Path) -> list[Measured]:
    """Return what import and build of `size` links take, and their peers, in this order."""
    ours, imported, links = _ours(_links(size, given.data), work)
    found = [run("itas-graph import", imported)]
    found.append(run(BUILD, [*ours, "build"]))
    dump = work / "build" / "itas.nq"
    change(work / "data")
    found.append(run("itas-graph build, one record changed", [*ours, "build"]))
    loader = [sys.executable, "-c", _LOAD, str(dump)]
    found.append(run("Oxigraph bulk load, N-Quads", [*loader, str(work / "quads")]))
    triples = work / "triples.nt"
    without_graphs(dump, triples)
    loader[-1] = str(triples)
    found.append(run("Oxigraph bulk load, N-Triples", [*loader, str(work / "triples")]))
    if given.morph_kgc:
        found.append(_morph(work, links, given.morph_kgc))
    if not given.without_rdflib:
        rules = sorted(str(path) for path in (work / "queries" / "derive").glob("*.rq"))
        stated = work / "stated.nq"
        with dump.open(encoding="utf-8") as lines, stated.open("w", encoding="utf-8") as stream:
            stream.writelines(line for line in lines if "/source/derived> ." not in line)
        program = [sys.executable, "-c", _RDFLIB, str(stated), str(work / "rdflib.nq"), *rules]
        found.append(run("rdflib: N-Quads in, rules, N-Quads out", program))
    return found


def workspace(size: int, given: argparse.Namespace, work: Path) -> Path:
    """Return a workspace with so many links, built; what is there already is taken."""
    if not (work / "build").is_dir():
        _build(_links(size, given.data), work)
    return work


def region(given: argparse.Namespace, work: Path) -> Path:
    """Return a workspace with the table of a region, built."""
    with gzip.open(Path(given.data) / REGION, "rt", encoding="utf-8", newline="") as stream:
        _build(([row[name] for name in HEAD] for row in csv.DictReader(stream)), work)
    return work


def _build(rows: Iterable[Sequence[str]], work: Path) -> None:
    ours, imported, _ = _ours(rows, work)
    run("itas-graph import", imported)
    run(BUILD, [*ours, "build"])


def _ours(rows: Iterable[Sequence[str]], work: Path) -> tuple[list[str], list[str], Path]:
    """Lay out a workspace beside a table of links; return the commands, and where the table is."""
    for name in ("ontology", "queries"):
        shutil.copytree(REPO / name, work / name)
    (work / "data" / "sources").mkdir(parents=True)
    (work / "data" / "dataset.yaml").write_text("title_de: Probe\ntitle_en: Sample\n", "utf-8")
    links = work / "links.csv.gz"
    with gzip.open(links, "wt", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEAD)
        writer.writerows(rows)
    ours = [sys.executable, "-m", "itas_graph", "--root", str(work)]
    imported = ["import", str(links), "--as", "involvements", "--table", "links", *MAPPING]
    return ours, [*ours, *imported, "--report", str(work / "refused.csv")], links


def _links(size: int, folder: Path | None) -> Iterator[Sequence[str]]:
    """Yield links of the real table, of whole organisations, or invented ones of its shape."""
    if folder is None:
        yield from _invented(size)
        return
    share = size / SIZES[-1] * 0x10000
    with gzip.open(Path(folder) / TABLE, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            name = hashlib.sha256(row["organisation"].encode()).digest()
            if int.from_bytes(name[:2], "big") < share:
                yield [row[column] for column in HEAD]


def _invented(size: int) -> Iterator[Sequence[str]]:
    draw = Random(2022).random  # noqa: S311  # figures need no secrets
    for _ in range(size):
        # As in the real table: half the organisations once, titles that thousands share.
        organisation = f"Beispiel {int(draw() ** 2 * size / 2)} GmbH"
        common = draw() < 0.3
        title = (
            f"Richtlinie {int(draw() ** 3 * 200)}"
            if common
            else f"Vorhaben {int(draw() * size * 0.4)}"
        )
        start = f"{2007 + int(draw() * 9)}-{1 + int(draw() * 12):02}-01" if draw() < 0.15 else ""
        town = f"Musterstadt {int(draw() * 400)}" if draw() < 0.08 else ""
        source = f"lists/list-{int(draw() * 59)}.csv"
        yield [organisation, title, "beneficiary", start, "", town, "", "ESF", "2007-2013", source]


def change(data: Path) -> None:
    """Change the role in one link."""
    part = next(one for one in record_tables.parts(data) if one.kind == "involvements")
    header, rows = record_tables.read(part)
    kept = [list(cells) for _, cells in rows]
    kept[0][header.index("role")] = "contractor"
    part.path.write_bytes(record_tables.packed(header, kept))


def without_graphs(dump: Path, target: Path, most: int | None = None) -> None:
    """Write the statements of a dump as N-Triples, or the first `most` of them."""
    with dump.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{line[: line.rindex(' <')]} .\n" for line in islice(lines, most))


def _morph(work: Path, links: Path, python: Path) -> Measured:
    """Let morph-kgc write the same shape of statements, from the table as it is."""
    plain = work / "morph.csv"
    with gzip.open(links, "rb") as packed, plain.open("wb") as stream:
        shutil.copyfileobj(packed, stream)
    (work / "mapping.ttl").write_text(_RULES + _morph_rules(plain), "utf-8")
    settings = work / "morph.ini"
    settings.write_text(_MORPH.format(folder=work, cores=os.cpu_count() or 1), "utf-8")
    return run("morph-kgc, to N-Quads alone", [str(python), "-m", "morph_kgc", str(settings)])


def _morph_rules(table: Path) -> str:
    organisation, initiative = "organisation/{organisation}", "initiative/{project}-{source}"
    link = "involvement/{project}-{source}-{organisation}-{start}-{end}"
    source = "source/{source}"

    def value(prop: str, form: str) -> str:
        return f"; rr:predicateObjectMap [ rr:predicate {prop}; rr:objectMap [ {form} ] ]"

    def iri(path: str) -> str:
        return f'rr:template "{_BASE}{path}"' if "{" in path else f"rr:constant <{_BASE}{path}>"

    def rules(name: str, path: str, kind: str, *more: str, graph: str = source) -> str:
        return (
            f"<#{name}> rml:logicalSource "
            f'[ rml:source "{table}"; rml:referenceFormulation ql:CSV ]; '
            f"rr:subjectMap [ {iri(path)}; rr:class {kind}; rr:graphMap [ {iri(graph)} ] ]"
            f"{''.join(more)} .\n"
        )

    return "".join(
        [
            rules("organisation", organisation, "org:Organization",
                  value("skos:prefLabel", 'rml:reference "organisation"'), graph="source/register"),
            rules("initiative", initiative, "itas:Initiative",
                  value("skos:prefLabel", 'rml:reference "project"'),
                  value("itas:fundingProgramme", _PROGRAMME)),
            rules("link", link, "itas:Involvement",
                  value("itas:involvementIn", iri(initiative)),
                  value("itas:involvedOrganisation", iri(organisation)),
                  value("itas:validFrom", 'rml:reference "start"'),
                  value("itas:validUntil", 'rml:reference "end"'),
                  value("itas:role", 'rr:constant <https://w3id.org/itas-graph/concept/role/involved>')),
            rules("mentions", source, "itas:Source", value("schema:mentions", iri(initiative))),
            rules("derived", organisation, "org:Organization",
                  value("itas:involvedIn", iri(initiative)), graph="source/derived"),
        ]
    )  # fmt: skip
