"""What damages a file: flipped bits, missing pieces, wrong encodings and more, by number alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """A file before its damage: where it lies in its folder, and what it holds."""

    name: str
    raw: bytes


@dataclass
class Outcome:
    """How a damaged file ended (`read`, `objected`: in part, `refused`: whole), and what failed."""

    end: str = "read"
    formatted: bool = False
    losses: list[str] = field(default_factory=list)
    crash: str = ""


@dataclass(frozen=True)
class Input:
    """A kind of input: its samples, and the function that tries a damaged one in a folder."""

    samples: Callable[[], list[Sample]]
    attempt: Callable[[Path, Sample], Outcome]


# Damages: bytes and a source of chance in, bytes out.


def _flip(raw: bytes, chance: random.Random) -> bytes:
    found = bytearray(raw)
    for _ in range(chance.randint(1, 5)):
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def _cut(raw: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    return raw[:start] + raw[end:] if chance.random() < 0.5 else raw[:end]


def _lines(change: Callable[[list[bytes], random.Random], object]) -> Callable[..., bytes]:
    def damage(raw: bytes, chance: random.Random) -> bytes:
        lines = raw.split(b"\n")
        for _ in range(chance.randint(1, 3)):
            change(lines, chance)
        return b"\n".join(lines)

    return damage


def _swap(lines: list[bytes], chance: random.Random) -> None:
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _double(lines: list[bytes], chance: random.Random) -> None:
    start = chance.randrange(len(lines))
    lines[start:start] = lines[start : start + chance.randint(1, 4)]


def _indent(lines: list[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(lines))
    blank = chance.choice([b" ", b"  ", b"\t", b"    ", b"\xc2\xa0"])
    lines[at] = lines[at].lstrip() if chance.random() < 0.5 else blank + lines[at]


def _huge(lines: list[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(lines))
    length = chance.choice([2_000, 40_000, 140_000])
    lines[at] += chance.choice([b"x", b" x", b'"', b",", b"[", b"- ", b"\xc3\xa4"]) * length


def _comment(lines: list[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(lines))
    word = f"bemerkt{chance.randrange(100)}".encode()
    if chance.random() < 0.5:
        lines[at] += b" # " + word
    else:
        lines.insert(at, b" " * chance.randrange(9) + b"# " + word)


def _no_quotes(raw: bytes, chance: random.Random) -> bytes:
    marks = [at for at, byte in enumerate(raw) if byte in b"\"'[]{}:,|#-"]
    gone = set(chance.sample(marks, min(len(marks), chance.randint(1, 3))))
    return bytes(byte for at, byte in enumerate(raw) if at not in gone)


def _characters(raw: bytes) -> tuple[str, str]:
    """Return a file as characters (what is no text: a byte each), and their encoding."""
    try:
        return raw.decode(), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "latin-1"


def _encoding(raw: bytes, chance: random.Random) -> bytes:
    coding = chance.choice(["cp1252", "utf-16", "utf-16-le", "utf-32", "cp437", "utf-7"])
    return _characters(raw)[0].encode(coding, "replace")


def _insert(pieces: Sequence[str | bytes]) -> Callable[..., bytes]:
    def damage(raw: bytes, chance: random.Random) -> bytes:
        text, coding = _characters(raw)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(text) + 1)
            piece = chance.choice(pieces)
            text = text[:at] + (piece if isinstance(piece, str) else piece.decode()) + text[at:]
        return text.encode(coding, "replace")

    return damage


def _line_ends(raw: bytes, chance: random.Random) -> bytes:
    ends = [b"\n", b"\r\n", b"\r"]
    return b"".join(line + chance.choice(ends) for line in raw.split(b"\n"))


def _unicode(raw: bytes, chance: random.Random) -> bytes:
    text, coding = _characters(raw)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text) + 1)
        code = chance.choice([chance.randrange(0x250), chance.randrange(0xE000, 0x110000)])
        text = text[:at] + chr(code) + text[at:]
    return text.encode(coding, "replace")


_MARKS = (
    *("\ufeff", "\u2028", "\x85", "\u00a0", "\u202e", "\ufffd", "\u0301", "\u200b", "\U0001f600"),
    *(
        ": ",
        " #",
        "- ",
        "? ",
        "&a ",
        "*a ",
        "!!str ",
        "%",
        "@",
        "`",
        "|",
        ">",
        "'",
        '"',
        "\\",
        "\\n",
    ),
    *("{", "}", "[", "]", ",", ";", "\t", "---\n", "...\n", "null", "~", "<<: ", "\n", "\n\n"),
)
DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flipped bits": _flip,
    "cut out or off": _cut,
    "lines swapped": _lines(_swap),
    "lines doubled": _lines(_double),
    "marks deleted": _no_quotes,
    "wrong indentation": _lines(_indent),
    "wrong encoding": _encoding,
    "NULs and controls": _insert(["\0", "\0\0", "\x07", "\x1b[2J", "\x7f", "\x0c", "\x1e"]),
    "huge lines": _lines(_huge),
    "byte order marks": _insert(["\ufeff"]),
    "mixed line ends": _line_ends,
    "any Unicode": _unicode,
    "marks of the syntax": _insert(_MARKS),
    "comments": _lines(_comment),
}


def damaged(number: int, samples: Sequence[Sample]) -> tuple[str, Sample]:
    """Return damage number `number`: its name, and a sample with it; every other one has two."""
    chance = random.Random(number)  # noqa: S311  # the same damage each time
    name = list(DAMAGES)[number % len(DAMAGES)]
    sample = chance.choice(samples)
    raw = sample.raw
    if number % 2:
        first = chance.choice(["lines swapped", "lines doubled", "comments", "marks of the syntax"])
        raw = DAMAGES[first](raw, chance)
    return name, Sample(sample.name, DAMAGES[name](raw, chance))
