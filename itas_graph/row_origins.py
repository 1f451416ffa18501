"""Resources -> the rows of record tables that state them, as origins: where they were written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from itas_graph import record_tables, records
from itas_graph.context import Context
from itas_graph.dataset import Dataset, Origin
from itas_graph.errors import DataError, Finding
from itas_graph.record_tables import Fields, Part
from itas_graph.records import Record, Value


def origins(
    parts: Iterable[Part], rest: Dataset, wanted: Iterable[str], renamed: Mapping[str, str]
) -> dict[str, list[Origin]]:
    """Return the rows that state resources, by IRI; `renamed` is what is read as another."""
    iris = set(wanted)
    written = iris | {other for other, one in renamed.items() if one in iris}
    found: dict[str, list[Origin]] = {}
    context = rest.context
    declared = _declared(rest)
    for part, line, row in rows_of(parts, context, written):
        stated = [(part.kind, row["id"], records.row_record(part, line, row))]
        source = row.get(record_tables.SOURCE, "")
        above = record_tables.PARENTS[part.kind]
        declared.add((source, part.kind, row["id"]))
        if above and (source, above[1], row[above[0]]) not in declared:
            # What only rows beneath it name is stated by the first of them.
            declared.add((source, above[1], row[above[0]]))
            record = Record(above[1], part.name, line)
            record.fields["id"] = [Value(row[above[0]], line)]
            stated.append((above[1], row[above[0]], record))
        for kind, slug, one in stated:
            iri = context.folder(context.kinds[kind]) + slug
            if iri in written:
                origin = Origin(one, context.kinds[kind])
                found.setdefault(renamed.get(iri, iri), []).append(origin)
    return found


def _declared(rest: Dataset) -> set[tuple[str, str, str]]:
    """Return what sources declare: the source, the kind and the slug."""
    return {
        (Path(one.record.file).stem, one.kind.name, iri.rpartition("/")[2])
        for iri, some in rest.origins.items()
        for one in some
    }


def unknown_sources(named: Mapping[str, tuple[str, int, str]], folder: Path) -> Iterator[Finding]:
    """Object to sources that rows name (file, line, record) and nobody describes in `folder`."""
    for slug, (file, line, record) in sorted(named.items()):
        if not (folder / f"{slug}.yaml").is_file():
            yield records.unknown_source(file, line, record, slug)


def rows_of(
    parts: Iterable[Part], context: Context, wanted: Iterable[str]
) -> Iterator[tuple[Part, int, Fields]]:
    """Yield the rows that state resources, by IRI: their part, line and cells.

    A row that stands under a resource states it, too: of an involvement its initiative.
    """
    iris = frozenset(wanted)
    slugs = {
        kind: frozenset(iri.removeprefix(folder) for iri in iris if iri.startswith(folder))
        for kind in record_tables.PARENTS
        for folder in [context.folder(context.kinds[kind])]
    }
    for part in sorted(parts):
        above = record_tables.PARENTS[part.kind]
        own = slugs[part.kind]
        over = slugs[above[1]] if above else frozenset()
        if not own and not over:
            continue
        try:
            yield from _stating(part, own, over)
        except DataError:
            continue  # a damaged part is a finding of its own


def _stating(
    part: Part, own: frozenset[str], over: frozenset[str]
) -> Iterator[tuple[Part, int, Fields]]:
    """Yield the rows of a part that state one of `own`, or stand under one of `over`."""
    header, rows = record_tables.read(part)
    above = record_tables.PARENTS[part.kind]
    if "id" not in header or (above and above[0] not in header):
        return
    first, second = header.index("id"), header.index(above[0] if above else "id")
    for line, cells in rows:
        if cells[first] in own or cells[second] in over:
            pairs = zip(header, cells, strict=True)
            yield part, line, {name: cell for name, cell in pairs if cell}
