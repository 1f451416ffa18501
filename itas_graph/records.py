"""YAML and CSV text -> records, each value with its line; what cannot be read becomes a finding."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from itas_graph import record_tables
from itas_graph.errors import DataError, Finding, Message
from itas_graph.vocab import slugify

MAX_LINE = 1_000_000
MAX_FILE = 256_000_000
MAX_DEPTH = 12
MAX_NESTING = 4 * MAX_DEPTH
REGISTERS = ("organisations", "people", "initiatives", "places")
DECISIONS = "identities"
_TABLES = tuple(f"{name}.csv" for name in (*REGISTERS, DECISIONS))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Value:
    """One scalar as text, with the line it stands on (from 1)."""

    text: str
    line: int


@dataclass(slots=True)
class Record:
    """One record as written: its kind, where it stands, its fields and its nested records."""

    kind: str
    file: str
    line: int
    fields: dict[str, list[Value]] = field(default_factory=dict)
    children: dict[str, list[Record]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def first(self, name: str) -> str | None:
        """Return the first value of field `name`, or None."""
        values = self.fields.get(name)
        return values[0].text if values else None

    @property
    def label(self) -> str:
        """Return kind/slug for messages."""
        name = self.first("id") or next((values[0].text for values in self.fields.values()), "")
        return f"{self.kind}/{name}" if name else self.kind


@dataclass(slots=True)
class Records:
    """Everything read from one data folder: sources, register rows, settings and findings.

    `decisions` are the rows of identities.csv.
    """

    sources: list[Record] = field(default_factory=list)
    register: list[Record] = field(default_factory=list)
    decisions: list[Record] = field(default_factory=list)
    settings: Record | None = None
    suppressed: list[Value] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    #: There are tables which are too large to be held in memory: their records are not here.
    large_tables: bool = False


def load(data: Path) -> Records:
    """Read the data folder of a workspace: sources/*.yaml, the registers and the settings.

    Every file is either read or named in `findings`; nothing is dropped silently. Registers that
    could not be read to their end are named in `unreadable`. Tables are read, too, unless they are
    too large to be held in memory.
    """
    result = Records()
    root = data.parent
    for path in sorted(data.rglob("*"), key=lambda path: path.relative_to(data).as_posix()):
        name = path.relative_to(root).as_posix()
        if path.name.startswith((".", "~")) or _is_plain_folder(path):
            continue
        if path.exists() and not path.is_file():
            result.findings.append(_no_file(name))
            result.unreadable += [path.stem] if path.stem in REGISTERS else []
        elif path.relative_to(data).parts[0] != record_tables.FOLDER:
            _read(path, path.relative_to(data), name, result)
    result.large_tables = record_tables.is_large(data)
    if not result.large_tables:
        _read_tables(data, result)
    return result


def settings(data: Path) -> Record | None:
    """Read the settings of a data folder alone, if they are there and readable."""
    result = Records()
    path = data / "dataset.yaml"
    if path.is_file():
        _read(path, Path(path.name), f"data/{path.name}", result)
    return result.settings


def load_with(data: Path, kind: str) -> Records:
    """Read a data folder, and of tables that are too large for memory the rows of one kind."""
    result = load(data)
    if result.large_tables:
        _read_tables(data, result, (kind,))
    return result


def _read_tables(
    data: Path, result: Records, kinds: Collection[str] = tuple(record_tables.PARENTS)
) -> None:
    """Read the records of tables into the register and beneath their sources."""
    try:
        tables = record_tables.parts(data)
    except DataError as error:
        result.findings.append(_damaged_table(f"data/{record_tables.FOLDER}", error))
        return
    nests = {Path(source.file).stem: source for source in result.sources}
    known: dict[tuple[str, str, str], Record] = {}
    for source in result.sources:
        for kind, children in source.children.items():
            for child in children:
                known[Path(source.file).stem, kind, child.first("id") or ""] = child
    for part in [one for one in tables if one.kind in kinds]:
        try:
            for line, row in record_tables.records(part):
                _nest(row_record(part, line, row), row, nests, known, result)
        except DataError as error:
            result.findings.append(_damaged_table(part.name, error))


def row_record(part: record_tables.Part, line: int, row: Mapping[str, str]) -> Record:
    """Return a row of a table as a record; its source and its parent are no fields of it."""
    above = record_tables.PARENTS[part.kind]
    record = Record(part.kind, part.name, line)
    for name, cell in row.items():
        if name != record_tables.SOURCE and (above is None or name != above[0]):
            record.fields[name] = [Value(text, line) for text in record_tables.values(cell)]
            record.lines[name] = line
    return record


def _nest(
    record: Record,
    row: dict[str, str],
    nests: dict[str, Record],
    known: dict[tuple[str, str, str], Record],
    result: Records,
) -> None:
    """Put a record of a table where it belongs."""
    said = row.get(record_tables.SOURCE, "")
    above = record_tables.PARENTS[record.kind]
    if not said and above is None:
        result.register.append(record)
        return
    source = nests.get(said)
    if source is None:
        result.findings.append(unknown_source(record.file, record.line, record.label, said))
        return
    nest = source
    if above is not None:
        key = said, above[1], row.get(above[0], "")
        if key not in known:
            known[key] = Record(above[1], record.file, record.line)
            known[key].fields["id"] = [Value(key[2], record.line)]
            source.children.setdefault(above[1], []).append(known[key])
        nest = known[key]
    else:
        known[said, record.kind, row.get("id", "")] = record
    nest.children.setdefault(record.kind, []).append(record)


def unknown_source(file: str, line: int, record: str, said: str) -> Finding:
    """Object to a row that names a source which nobody describes."""
    return Finding(
        file,
        line,
        record,
        record_tables.SOURCE,
        Message(
            f"Die Quelle „{said}“ gibt es nicht.",
            f"There is no source “{said}”.",
        ),
        Message(
            f"Legen Sie data/sources/{said or 'name'}.yaml an.",
            f"Create data/sources/{said or 'name'}.yaml.",
        ),
    )


def _damaged_table(file: str, error: DataError) -> Finding:
    return Finding(
        file,
        0,
        "",
        "",
        error.message,
        Message(
            "Übernehmen Sie die Tabelle neu: itas-graph import",
            "Take in the table anew: itas-graph import",
        ),
    )


def _read(path: Path, inside: Path, name: str, result: Records) -> None:
    """Read one file of the data folder into `result`."""
    before = len(result.findings)
    if inside.parts[0] == "sources" and path.suffix == ".yaml":
        text = read_text(path, name, result.findings)
        record = read_yaml(text, "source", name, result.findings) if text else None
        result.sources += [record] if record else []
    elif inside.as_posix() in _TABLES:
        text = read_text(path, name, result.findings)
        if text is not None:
            rows = read_csv(text, path.stem, name, result.findings)
            (result.decisions if path.stem == DECISIONS else result.register).extend(rows)
        damaged = text is None or any(not one.record for one in result.findings[before:])
        if damaged and path.stem in REGISTERS:
            result.unreadable.append(path.stem)
    elif inside.as_posix() == "dataset.yaml":
        text = read_text(path, name, result.findings)
        result.settings = read_yaml(text, "dataset", name, result.findings) if text else None
    elif inside.as_posix() == "suppressed.txt":
        text = read_text(path, name, result.findings, may_be_empty=True)
        result.suppressed = _suppressed(text or "")
    elif path.name not in ("README.md", "LICENSE"):
        result.findings.append(_unread(name))


def read_yaml(text: str, kind: str, file: str, findings: list[Finding]) -> Record | None:
    r"""Read one YAML mapping as a record of `kind`; problems go to `findings`.

    Scalars stay text: YAML's own typing reads `NO` as false and `12:30` as 750.

    >>> record = read_yaml("id: a\ncountry: NO\n", "source", "a.yaml", [])
    >>> record.fields["country"]
    [Value(text='NO', line=2)]
    >>> problems = []
    >>> read_yaml("id: [a", "source", "a.yaml", problems) is None, problems[0].line
    (True, 1)
    """
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        deep = _too_deep_line(text, loader)
        if deep:
            findings.append(_too_deep(file, deep))
            return None
        node = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        findings.append(_yaml_error(text, file, error))
        return None
    except RecursionError:
        findings.append(_too_deep(file, 1))
        return None
    if node is None:
        findings.append(_empty(file))
        return None
    if not isinstance(node, yaml.MappingNode):
        findings.append(
            Finding(
                file,
                node.start_mark.line + 1,
                "",
                "",
                Message("Die Datei ist keine Liste von Feldern.", "The file is no list of fields."),
                Message(
                    "Beginnen Sie mit „id: …“, „title: …“, „url: …“, je eine Zeile.",
                    "Begin with “id: …”, “title: …”, “url: …”, one line each.",
                ),
            )
        )
        return None
    return _Reader(file, findings).record(node, kind, 0)


def read_csv(text: str, kind: str, file: str, findings: list[Finding]) -> list[Record]:
    r"""Read one register; comma, semicolon or tab as separator, several values by ` | `.

    >>> rows = read_csv("id;name\namz;AMZ Sachsen\n", "organisations", "o.csv", [])
    >>> rows[0].first("name"), rows[0].line
    ('AMZ Sachsen', 2)
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    rows: list[Record] = []
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not header:
                header = [cell.strip() for cell in cells]
                findings.extend(_header_findings(header, file))
            elif any(cell.strip() for cell in cells):
                if len(cells) > len(header):
                    findings.append(_long_row(file, line, kind, cells, len(header)))
                record = Record(kind, file, line)
                for name, cell in zip(header, cells, strict=False):
                    values = [Value(part.strip(), line) for part in cell.split("|")]
                    values = [value for value in values if value.text]
                    if name and values:
                        record.fields[name] = values
                        record.lines[name] = line
                rows.append(record)
            line = reader.line_num + 1
    except csv.Error as error:
        findings.append(
            Finding(
                file,
                line,
                "",
                "",
                Message(
                    f"Ab hier ist die Tabelle nicht lesbar ({error}).",
                    f"From here on the table cannot be read ({error}).",
                ),
                Message(
                    'Prüfen Sie die Anführungszeichen dieser Zeile; jedes „"“ braucht sein Ende.',
                    'Check the quotation marks of this row; each " needs its closing one.',
                ),
            )
        )
    return rows


def header_of(text: str) -> list[str]:
    r"""Return the headings of a register that can be read.

    >>> header_of("id; name\namz;AMZ Sachsen\n")
    ['id', 'name']
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    return next(([cell.strip() for cell in cells] for cells in lines if cells), [])


def _separator(text: str) -> str:
    header_line = text.split("\n", 1)[0]
    return max(",;\t", key=lambda mark: (header_line.count(mark), mark == ","))


class _Reader:
    """Walks the node tree of one YAML file."""

    def __init__(self, file: str, findings: list[Finding]) -> None:
        self.file = file
        self.findings = findings
        self.seen: set[int] = set()

    def record(self, node: yaml.MappingNode, kind: str, depth: int) -> Record:
        record = Record(kind, self.file, node.start_mark.line + 1)
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._odd(line, "", "Ein Feldname muss ein Wort sein.", "A field name is one word.")
                continue
            name = str(key.value).strip()
            if name in record.lines:
                self._odd(
                    line,
                    name,
                    f"Das Feld „{name}“ steht hier zweimal.",
                    f"The field “{name}” stands here twice.",
                )
                continue
            record.lines[name] = line
            self._field(record, name, value, depth)
        return record

    def _field(self, record: Record, name: str, value: yaml.Node, depth: int) -> None:
        nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
        if isinstance(value, yaml.MappingNode) or (
            isinstance(value, yaml.SequenceNode)
            and any(isinstance(node, yaml.MappingNode) for node in nodes)
        ):
            record.children[name] = list(self._children(name, nodes, depth))
            return
        values = []
        for node in nodes:
            if isinstance(node, yaml.ScalarNode):
                text = str(node.value).strip()
                if _CONTROL.search(text):
                    self.findings.append(_control(self.file, node.start_mark.line + 1, text))
                elif text and text not in ("null", "~"):
                    values.append(Value(text, node.start_mark.line + 1))
            else:
                self._odd(
                    node.start_mark.line + 1,
                    name,
                    f"Im Feld „{name}“ steht eine Liste in der Liste.",
                    f"The field “{name}” holds a list inside a list.",
                )
        if values:
            record.fields[name] = values

    def _children(self, name: str, nodes: list[yaml.Node], depth: int) -> Iterator[Record]:
        for node in nodes:
            line = node.start_mark.line + 1
            if not isinstance(node, yaml.MappingNode):
                self._odd(
                    line,
                    name,
                    f"Unter „{name}“ mischen sich Werte und Einträge.",
                    f"Values and records are mixed under “{name}”.",
                )
            elif depth >= MAX_DEPTH or id(node) in self.seen:
                self.findings.append(_too_deep(self.file, line))
            else:
                self.seen.add(id(node))
                yield self.record(node, name, depth + 1)

    def _odd(self, line: int, name: str, de: str, en: str) -> None:
        self.findings.append(
            Finding(
                self.file,
                line,
                "",
                name,
                Message(de, en),
                Message(
                    "Form: „feld: wert“, mehrere Werte als „[a, b]“, Einträge mit „- “.",
                    "Form: “field: value”, several values as “[a, b]”, records with “- ”.",
                ),
            )
        )


def read_text(
    path: Path, name: str, findings: list[Finding], *, may_be_empty: bool = False
) -> str | None:
    """Return the text of a UTF-8 file with LF line ends (a BOM is accepted), or None and a finding.

    Control characters are findings, too, and stand as U+FFFD in the text.
    """
    try:
        over = _over_long_line(path)
        if over:
            findings.append(_over_long(name, over))
            return None
        raw = path.read_bytes()
    except OSError as error:
        findings.append(
            Finding(
                name,
                0,
                "",
                "",
                Message(
                    f"Die Datei lässt sich nicht öffnen: {error.strerror}.",
                    f"The file cannot be opened: {error.strerror}.",
                ),
                Message("Prüfen Sie Rechte und Namen.", "Check permissions and name."),
            )
        )
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.append(_encoding(name, raw, error.start))
        return None
    if not text.strip() and not may_be_empty:
        findings.append(_empty(name))
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\0") > len(text) // 4:
        findings.append(_encoding(name, b"\xff\xfe", 0))
        return None
    if _CONTROL.search(text):
        for number, line in enumerate(text.split("\n"), 1):
            if _CONTROL.search(line):
                findings.append(_control(name, number, line))
        text = _CONTROL.sub("\ufffd", text)
    return text


def _is_plain_folder(path: Path) -> bool:
    """Say whether a folder may stand there: no link, and no name that promises a file."""
    return path.is_dir() and not path.is_symlink() and path.suffix not in (".yaml", ".csv", ".txt")


def _over_long_line(path: Path) -> int:
    """Return the number of the first line over MAX_LINE bytes, else 0; bounded memory."""
    if path.stat().st_size > MAX_FILE:
        return 1
    if path.stat().st_size <= MAX_LINE:
        return 0
    line, length = 1, 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            pieces = chunk.split(b"\n")
            for piece in pieces[:-1]:
                if length + len(piece) > MAX_LINE:
                    return line
                line, length = line + 1, 0
            length += len(pieces[-1])
            if length > MAX_LINE:
                return line
    return 0


def _too_deep_line(text: str, loader: Any) -> int:  # noqa: ANN401  # C or Python loader
    """Return the line that nests too deeply, else 0; libyaml's composer ends the process there."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_NESTING:
                return event.start_mark.line + 1 if event.start_mark else 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return 0


def has_control(text: str) -> bool:
    """Say whether a text holds an invisible control character, which no record may."""
    return bool(_CONTROL.search(text))


def _suppressed(text: str) -> list[Value]:
    entries = (
        Value(line.split("#", 1)[0].strip(), number)
        for number, line in enumerate(text.split("\n"), 1)
    )
    return [entry for entry in entries if entry.text]


def _yaml_error(text: str, file: str, error: yaml.YAMLError) -> Finding:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    position = getattr(error, "position", None)
    line = mark.line + 1 if mark else 1
    if mark is None and isinstance(position, int):
        line = text.count("\n", 0, position) + 1
    lines = text.split("\n")
    line = min(line, len(lines))
    while line > 1 and not lines[line - 1].strip():
        line -= 1  # the parser notices an open bracket only at the end of the file
    shown = lines[line - 1].strip()[:80]
    if "\t" in lines[line - 1][:40]:
        remedy = Message(
            "Rücken Sie mit Leerzeichen ein, nicht mit Tabulatoren.",
            "Indent with spaces, not with tabs.",
        )
    else:
        remedy = Message(
            "Prüfen Sie Einrückung, Doppelpunkt und Klammern in dieser und der vorigen Zeile; "
            "Text mit „: “ oder „#“ gehört in Anführungszeichen.",
            "Check indentation, colon and brackets in this line and the one before; "
            "text holding “: ” or “#” belongs in quotation marks.",
        )
    problem = getattr(error, "problem", None) or "unreadable character"
    return Finding(
        file,
        line,
        "",
        "",
        Message(
            f"Diese Zeile ist kein gültiges YAML: „{shown}“ ({problem}).",
            f"This line is no valid YAML: “{shown}” ({problem}).",
        ),
        remedy,
    )


def _encoding(file: str, raw: bytes, position: int) -> Finding:
    line = raw.count(b"\n", 0, position) + 1
    utf16 = raw.startswith((b"\xff\xfe", b"\xfe\xff")) or raw.count(b"\0") > len(raw) // 4
    guess = "UTF-16" if utf16 else "Windows-1252"
    return Finding(
        file,
        1 if utf16 else line,
        "",
        "",
        Message(
            f"Die Datei ist nicht in UTF-8 gespeichert (vermutlich {guess}).",
            f"The file is not saved as UTF-8 (probably {guess}).",
        ),
        Message(
            "Speichern Sie sie neu als „UTF-8“ (Excel: „CSV UTF-8“).",
            "Save it again as “UTF-8” (Excel: “CSV UTF-8”).",
        ),
    )


def _control(file: str, line: int, text: str) -> Finding:
    match = _CONTROL.search(text)
    shown = f"U+{ord(match[0]):04X}" if match else ""
    return Finding(
        file,
        line,
        "",
        "",
        Message(
            f"In dieser Zeile steht ein unsichtbares Steuerzeichen ({shown}).",
            f"This line holds an invisible control character ({shown}).",
        ),
        Message(
            "Löschen Sie die Zeile und schreiben Sie sie neu, ohne hineinzukopieren.",
            "Delete the line and write it anew, without pasting.",
        ),
    )


def _no_file(file: str) -> Finding:
    return Finding(
        file,
        0,
        "",
        "",
        Message(
            "Das ist keine Datei, sondern ein Ordner, ein Verweis auf einen Ordner oder ein Gerät; "
            "es wird nicht gelesen.",
            "This is no file but a folder, a link to a folder or a device; it is not read.",
        ),
        Message(
            "Legen Sie hier eine Datei hin oder benennen Sie den Ordner um.",
            "Put a file here or rename the folder.",
        ),
    )


def _over_long(file: str, line: int) -> Finding:
    return Finding(
        file,
        line,
        "",
        "",
        Message(
            f"Eine Zeile ist länger als {MAX_LINE:,} Zeichen; das ist kein Text.".replace(",", "."),
            f"A line is longer than {MAX_LINE:,} characters; that is no text.",
        ),
        Message(
            "Prüfen Sie, ob hier versehentlich eine andere Datei liegt.",
            "Check whether another file was put here by mistake.",
        ),
    )


def _empty(file: str) -> Finding:
    return Finding(
        file,
        0,
        "",
        "",
        Message("Die Datei ist leer.", "The file is empty."),
        Message("Füllen oder löschen Sie sie.", "Fill it in or delete it."),
    )


def _too_deep(file: str, line: int) -> Finding:
    return Finding(
        file,
        line,
        "",
        "",
        Message(
            "Einträge sind zu tief verschachtelt oder verweisen mit „*“ aufeinander.",
            "Records are nested too deeply or refer to each other by “*”.",
        ),
        Message(
            "Schreiben Sie jeden Eintrag aus, ohne YAML-Anker.",
            "Write each record out, without YAML anchors.",
        ),
    )


def _unread(file: str) -> Finding:
    return Finding(
        file,
        0,
        "",
        "",
        Message("Diese Datei wird nicht gelesen.", "This file is not read."),
        Message(
            "Quellen heißen data/sources/NAME.yaml, Register data/"
            + "|".join((*REGISTERS, DECISIONS))
            + ".csv. Benennen Sie sie um oder nehmen Sie sie heraus.",
            "Sources are data/sources/NAME.yaml, registers data/"
            + "|".join((*REGISTERS, DECISIONS))
            + ".csv. Rename it or take it out.",
        ),
        "warning",
    )


def _header_findings(header: list[str], file: str) -> Iterator[Finding]:
    for position, name in enumerate(header, 1):
        if name in header[: position - 1] or not name:
            yield Finding(
                file,
                1,
                "",
                name,
                Message(
                    f"Spalte {position} hat keinen eigenen Namen.",
                    f"Column {position} has no name of its own.",
                ),
                Message(
                    "Jede Spalte braucht eine Überschrift, die nur einmal vorkommt.",
                    "Each column needs a heading that occurs only once.",
                ),
            )


def _long_row(file: str, line: int, kind: str, cells: list[str], columns: int) -> Finding:
    return Finding(
        file,
        line,
        f"{kind}/{slugify(cells[0])}",
        "",
        Message(
            f"Die Zeile hat {len(cells)} Spalten, die Überschrift nur {columns}.",
            f"The row has {len(cells)} columns, the heading only {columns}.",
        ),
        Message(
            "Setzen Sie Text, der das Trennzeichen enthält, in Anführungszeichen.",
            "Put text that holds the separator in quotation marks.",
        ),
    )
