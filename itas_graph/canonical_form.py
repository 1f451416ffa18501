"""Record files and records -> their canonical text, with every value and comment kept."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itas_graph import records, yaml_form
from itas_graph.context import Context
from itas_graph.errors import DataError, Finding, Message, UsageError
from itas_graph.records import Record

SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Formatted:
    """One record file: its bytes now, its canonical bytes (None: left alone), and why."""

    path: Path
    name: str
    before: bytes
    after: bytes | None
    findings: tuple[Finding, ...] = ()

    @property
    def changes(self) -> bool:
        """Say whether the file is not canonical."""
        return self.after is not None and self.after != self.before


def kind_of(path: Path) -> str | None:
    """Return what a file of a data folder holds, or None if it is no record file.

    That is "source", "dataset", "suppressed", or the name of a table.

    >>> kind_of(Path("data/sources/a.yaml")), kind_of(Path("data/people.csv"))
    ('source', 'people')
    >>> kind_of(Path("data/README.md")) is None
    True
    """
    folders = path.parts[:-1]
    # A folder above the workspace may be called "sources", too.
    data = max((place for place, name in enumerate(folders) if name == "data"), default=-2)
    inside = folders[data + 1 :]
    if inside[:1] == ("sources",) or folders[-1:] == ("sources",):
        return "source" if path.suffix == ".yaml" else None
    if path.name in ("dataset.yaml", "suppressed.txt"):
        return path.stem
    return path.stem if path.suffix == ".csv" else None


def files(folder: Path) -> list[Path]:
    """Return the record files below a folder, sorted."""
    found = (
        path
        for path in folder.rglob("*")
        if not path.name.startswith((".", "~"))
        and path.is_file()
        and kind_of(path.absolute()) is not None
    )
    return sorted(found, key=lambda path: path.as_posix())


def formatted(path: Path, name: str, context: Context) -> Formatted:
    """Read a record file and work out its canonical form; `name` stands in findings."""
    kind = kind_of(path.absolute()) or "source"
    findings: list[Finding] = []
    text = records.read_text(path, name, findings, may_be_empty=kind == SUPPRESSED)
    if text is None or findings:
        return Formatted(path, name, b"", None, tuple(findings))
    try:
        after = canonical(text, name, kind, context)
        before = path.read_bytes()
    except DataError as error:
        return Formatted(path, name, b"", None, error.findings)
    except OSError as error:
        raise _unwritable(path, error) from error
    return Formatted(path, name, before, after.encode())


def canonical(text: str, file: str, kind: str, context: Context) -> str:
    r"""Return the canonical text of a record file, which says the same.

    `kind` is "source", "dataset", "suppressed" or the name of a table, as `kind_of` says.

    Raises:
        DataError: the text cannot be read in full, holds what the canonical form cannot keep
            (YAML anchors, tags), or would read differently; `findings` says where.

    >>> from itas_graph import context, workspace
    >>> mapping = context.load(workspace.find().ontology / "context.jsonld")
    >>> canonical("title:   'A'\nid: a  # still a draft\n", "a.yaml", "source", mapping)
    'id: a # still a draft\ntitle: A\n'
    >>> canonical("id: &x a\nnote: *x\n", "a.yaml", "source", mapping)
    Traceback (most recent call last):
        ...
    itas_graph.errors.DataError: a.yaml cannot be put into canonical form.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if kind == SUPPRESSED:
        return _lines(text)
    if kind in ("source", "dataset"):
        return _canonical_yaml(text, file, kind, context)
    return _canonical_table(text, file, kind, context)


def yaml_text(record: Record | Mapping[str, Any], kind: str, context: Context) -> str:
    r"""Return the canonical YAML text of a new record.

    `record` holds texts, numbers, lists of them and nested mappings, in any order; what is empty
    (None, "", []) is left out.

    Raises:
        DataError: a value would not be read back as it is: "null", "~", or with control characters.
        TypeError: a value is neither text nor number, list or mapping.

    >>> from itas_graph import context, workspace
    >>> mapping = context.load(workspace.find().ontology / "context.jsonld")
    >>> talks = [{"name": "Holz: ein Stoff", "id": "t", "about": ["holz", "wald"]}]
    >>> print(yaml_text({"talks": talks, "start": "14:00", "id": "e"}, "events", mapping), end="")
    id: e
    start: 14:00
    <BLANKLINE>
    talks:
      - id: t
        name: "Holz: ein Stoff"
        about: [holz, wald]
    >>> yaml_text({"id": "e", "name": "null"}, "events", mapping)
    Traceback (most recent call last):
        ...
    itas_graph.errors.DataError: This record cannot be written as YAML.
    """
    given = _plain(record) if isinstance(record, Record) else record
    root = yaml_form.from_python(given)
    wanted = _meaning_of_tree(root)
    text = yaml_form.text_of(root, kind, context)
    findings: list[Finding] = []
    writable = text.isascii() or not any("\ud800" <= one <= "\udfff" for one in text)
    read = records.read_yaml(text, kind, "", findings) if writable else None
    if findings or read is None or _meaning(read)[:2] != wanted:
        raise DataError(
            Message(
                "Dieser Eintrag lässt sich nicht als YAML schreiben.",
                "This record cannot be written as YAML.",
            ),
            tuple(findings),
        )
    return text


def write(one: Formatted) -> None:
    """Put the canonical form in the place of a file, in one step; links and rights stay.

    Raises:
        UsageError: it cannot be written, or has changed since it was read.
    """
    replace(one.path, one.after or b"", one.before)


def replace(path: Path, content: bytes, before: bytes) -> None:
    """Put `content` in the place of a file that still holds `before`, in one step.

    Raises:
        UsageError: it cannot be written, or has changed since it was read.
    """
    target = path.resolve()
    beside = target.with_name(f".{target.name}-new-{os.getpid()}")
    try:
        if target.read_bytes() != before:
            raise UsageError(
                Message(
                    f"{path} hat sich gerade geändert; starten Sie den Befehl noch einmal.",
                    f"{path} has just changed; run the command again.",
                )
            )
        beside.write_bytes(content)
        beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def _canonical_yaml(text: str, file: str, kind: str, context: Context) -> str:
    findings: list[Finding] = []
    before = records.read_yaml(text, kind, file, findings)
    if findings or before is None:
        raise _refused(file, findings)
    line, thing = yaml_form.obstacle(text)
    if line:
        raise _refused(file, [_not_kept(file, line, thing)])
    result = yaml_form.text_of(yaml_form.tree(text), kind, context)
    after = records.read_yaml(result, kind, file, findings)
    if (
        findings
        or after is None
        or _meaning(before) != _meaning(after)
        or yaml_form.comments(text) != yaml_form.comments(result)
    ):
        raise _refused(file, [_would_change(file)])
    return result


def _canonical_table(text: str, file: str, kind: str, context: Context) -> str:
    findings: list[Finding] = []
    before = records.read_csv(text, kind, file, findings)
    if findings:
        raise _refused(file, findings)
    header = records.header_of(text)
    if not header:
        raise _refused(file, [_would_change(file)])
    known = context.kinds.get(kind)
    if known is not None:
        places = {name: place for place, name in enumerate(known.fields)}
        header = sorted(header, key=lambda name: places.get(name, len(places)))
        before = sorted(before, key=_slug)
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(header)
    for row in before:
        cells = (row.fields.get(name, ()) for name in header)
        writer.writerow([" | ".join(value.text for value in values) for values in cells])
    result = lines.getvalue()
    after = records.read_csv(result, kind, file, findings)
    if findings or [*map(_meaning, before)] != [*map(_meaning, after)]:
        raise _refused(file, [_would_change(file)])
    return result


def _slug(row: Record) -> str:
    return row.first("id") or ""


def _lines(text: str) -> str:
    kept = "\n".join(line.strip() for line in text.split("\n")).rstrip("\n")
    return kept + "\n" if kept else ""


def _meaning(record: Record) -> tuple[Any, Any, Any]:
    """Return what a record says: all but the lines and the order of its fields."""
    fields = {name: [value.text for value in values] for name, values in record.fields.items()}
    children = {name: [_meaning(one) for one in made] for name, made in record.children.items()}
    return fields, children, sorted(record.lines)


def _meaning_of_tree(group: yaml_form.Group) -> tuple[Any, Any]:
    fields, children = {}, {}
    for entry in group.entries:
        value = entry.value
        if isinstance(value, str):
            fields[entry.name] = [value]
            continue
        parts = [value] if value.keyed else [one.value for one in value.entries]
        texts = [one for one in parts if isinstance(one, str)]
        groups = [one for one in parts if isinstance(one, yaml_form.Group)]
        if texts:
            fields[entry.name] = texts
        if groups:
            children[entry.name] = [(*_meaning_of_tree(one), _names(one)) for one in groups]
    return fields, children


def _names(group: yaml_form.Group) -> list[str]:
    return sorted(entry.name for entry in group.entries)


def _plain(record: Record) -> dict[str, Any]:
    """Return a record as texts, lists and nested mappings."""
    fields: dict[str, Any] = {}
    for name, values in record.fields.items():
        texts = [value.text for value in values]
        fields[name] = texts if len(texts) > 1 else texts[0]
    return fields | {name: [*map(_plain, made)] for name, made in record.children.items()}


def _refused(file: str, findings: Iterable[Finding]) -> DataError:
    return DataError(
        Message(
            f"{file} lässt sich nicht in die kanonische Form bringen.",
            f"{file} cannot be put into canonical form.",
        ),
        tuple(findings),
    )


def _not_kept(file: str, line: int, thing: str) -> Finding:
    return Finding(
        file,
        line,
        "",
        "",
        Message(
            f"„{thing}“ hat keine kanonische Form; die Datei bleibt, wie sie ist.",
            f"“{thing}” has no canonical form; the file stays as it is.",
        ),
        Message(
            "Schreiben Sie jeden Wert aus, ohne YAML-Anker, Verweise, Typen und Direktiven.",
            "Write each value out, without YAML anchors, aliases, tags and directives.",
        ),
    )


def _would_change(file: str) -> Finding:
    return Finding(
        file,
        0,
        "",
        "",
        Message(
            "Die kanonische Form würde anders gelesen; die Datei bleibt, wie sie ist.",
            "The canonical form would read differently; the file stays as it is.",
        ),
        Message(
            "Vereinfachen Sie ungewöhnliche Schreibweisen, etwa sehr lange Namen von Feldern.",
            "Simplify unusual spellings, such as very long names of fields.",
        ),
    )


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        Message(
            f"{path} lässt sich nicht schreiben: {error.strerror}.",
            f"{path} cannot be written: {error.strerror}.",
        )
    )
