"""A table of links -> import, build and incremental build, and its peers in the same run.

Each measurement is a process of its own: its time, the processor time and the peak memory of it
and all it starts. Only ratios of one run say something; the table shows them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO

from itas_graph import record_tables

REPO = Path(__file__).parent.parent.parent
#: Below some 25,000 links a table is small, and built with its page.
SIZES = (30_000, 60_000, 120_000, 190_580)
TABLE = "germany-structural-funds-links.csv.gz"
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
for rule in sys.argv[2:]:
    for triple in data.query(open(rule, encoding="utf-8").read()).graph:
        data.add(triple)
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


@dataclass(frozen=True)
class Measured:
    """What one process took: seconds, seconds of the processors, bytes at the peak."""

    name: str
    seconds: float
    processor: float
    memory: int


def main() -> None:
    """Measure and print a table in Markdown."""
    given = _arguments()
    if given.questions:
        from benchmarks.scale import asking

        values = {"organisation": given.organisation, "initiative": given.initiative}
        values["any"] = given.organisation
        for line in asking.table(given.questions, {k: v for k, v in values.items() if v}):
            print(line, flush=True)  # the result
        return
    folder = Path(tempfile.mkdtemp(prefix="itas-scale-"))
    try:
        for size in given.links or SIZES:
            print(_table(size, _measure(size, given, folder)), flush=True)  # the result
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--links", type=int, action="append", help="so many links (repeatable)")
    parser.add_argument(
        "--data",
        type=Path,
        default=os.environ.get("ITAS_SCALE_DATA"),
        help=f"folder with {TABLE}; without it links of the same shape are invented",
    )
    parser.add_argument("--questions", type=Path, help="a built workspace to ask all questions")
    parser.add_argument("--organisation", help="with --questions: whom to ask for")
    parser.add_argument("--initiative", help="with --questions: what to ask for")
    parser.add_argument("--morph-kgc", type=Path, help="Python that has morph-kgc installed")
    parser.add_argument("--without-rdflib", action="store_true", help="rdflib takes minutes")
    return parser.parse_args()


def _measure(size: int, given: argparse.Namespace, folder: Path) -> list[Measured]:
    work = folder / str(size)
    for name in ("ontology", "queries"):
        shutil.copytree(REPO / name, work / name)
    (work / "data" / "sources").mkdir(parents=True)
    (work / "data" / "dataset.yaml").write_text("title_de: Probe\ntitle_en: Sample\n", "utf-8")
    links = work / "links.csv.gz"
    with gzip.open(links, "wt", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEAD)
        writer.writerows(_links(size, given.data))
    ours = [sys.executable, "-m", "itas_graph", "--root", str(work)]
    imported = ["import", str(links), "--as", "involvements", "--table", "links", *MAPPING]
    report = ["--report", str(work / "refused.csv")]
    found = [_run("itas-graph import", [*ours, *imported, *report])]
    found.append(_run("itas-graph build", [*ours, "build"]))
    dump = work / "build" / "itas.nq"
    _change(work / "data")
    found.append(_run("itas-graph build, one record changed", [*ours, "build"]))
    loader = [sys.executable, "-c", _LOAD, str(dump)]
    found.append(_run("Oxigraph bulk load, N-Quads", [*loader, str(work / "quads")]))
    triples = work / "triples.nt"
    _without_graphs(dump, triples)
    loader[-1] = str(triples)
    found.append(_run("Oxigraph bulk load, N-Triples", [*loader, str(work / "triples")]))
    if given.morph_kgc:
        found.append(_morph(work, links, given.morph_kgc))
    if not given.without_rdflib:
        rules = sorted(str(path) for path in (work / "queries" / "derive").glob("*.rq"))
        stated = work / "stated.nq"
        with dump.open(encoding="utf-8") as lines, stated.open("w", encoding="utf-8") as stream:
            stream.writelines(line for line in lines if "/source/derived> ." not in line)
        found.append(
            _run("rdflib, N-Quads and rules", [sys.executable, "-c", _RDFLIB, str(stated), *rules])
        )
    return found


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


def _change(data: Path) -> None:
    """Change the role in one link."""
    part = next(one for one in record_tables.parts(data) if one.kind == "involvements")
    header, rows = record_tables.read(part)
    kept = [list(cells) for _, cells in rows]
    kept[0][header.index("role")] = "contractor"
    part.path.write_bytes(record_tables.packed(header, kept))


def _without_graphs(dump: Path, target: Path) -> None:
    with dump.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{line[: line.rindex(' <')]} .\n" for line in lines)


def _morph(work: Path, links: Path, python: Path) -> Measured:
    """Let morph-kgc write the same shape of statements, from the table as it is."""
    plain = work / "morph.csv"
    with gzip.open(links, "rb") as packed, plain.open("wb") as stream:
        shutil.copyfileobj(packed, stream)
    (work / "mapping.ttl").write_text(_RULES + _morph_rules(plain), "utf-8")
    settings = work / "morph.ini"
    settings.write_text(_MORPH.format(folder=work, cores=os.cpu_count() or 1), "utf-8")
    return _run("morph-kgc, to N-Quads alone", [str(python), "-m", "morph_kgc", str(settings)])


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


def command(name: str, arguments: list[str], answer: IO[bytes]) -> Measured:
    """Measure `itas-graph` with these arguments; what it writes goes to `answer`.

    Raises:
        subprocess.CalledProcessError: it failed; with what it said.
    """
    return _run(name, [sys.executable, "-m", "itas_graph", *arguments], answer)


def _run(name: str, command: list[str], answer: IO[bytes] | int = subprocess.DEVNULL) -> Measured:
    """Run a command; time, and peak of the memory that it and all it starts hold together."""
    import psutil

    environment = {**os.environ, "PYTHONPATH": str(REPO)}
    before = os.times()
    start = time.perf_counter()
    process = subprocess.Popen(  # commands of our own
        command, stdout=answer, stderr=subprocess.PIPE, env=environment
    )
    peak = 0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            tree = [watched, *watched.children(recursive=True)]
            peak = max(peak, sum(_memory(one) for one in tree))
        except psutil.Error:
            pass  # it has just ended
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    after = os.times()
    said = process.stderr.read().decode() if process.stderr else ""
    if process.returncode:
        if answer != subprocess.DEVNULL:
            raise subprocess.CalledProcessError(process.returncode, name, None, said)
        raise SystemExit(f"{name} failed: {said}")
    processor = after.children_user + after.children_system
    processor -= before.children_user + before.children_system
    return Measured(name, seconds, processor, peak)


def _memory(process: object) -> int:
    """Return the memory of a process, its share of what is shared where that can be told."""
    taken = process.memory_full_info()  # type: ignore[attr-defined]  # psutil ships no types
    return int(getattr(taken, "pss", taken.rss))


def _table(size: int, found: Sequence[Measured]) -> str:
    built = next(one for one in found if one.name == "itas-graph build")
    lines = [
        f"{size:,} links",
        "",
        "| | s | processor s | peak MB | time / build | memory / build |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {one.name} | {one.seconds:.1f} | {one.processor:.1f} | {one.memory >> 20} "
        f"| {one.seconds / built.seconds:.3f} | {one.memory / built.memory:.2f} |"
        for one in found
    ]
    return "\n".join(lines) + "\n"
