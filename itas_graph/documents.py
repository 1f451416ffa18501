"""A saved page -> its lines of text: from plain text, HTML or PDF."""

from __future__ import annotations

import codecs
import html
import io
import logging
import logging.handlers
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from itas_graph.errors import Message, UsageError

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_BYTES = 50_000_000
#: Markup takes many times its size to read; pictures inside it count, too.
MAX_MARKUP = 20_000_000
#: What a programme with all that stands around it may hold: a booklet of a hundred pages.
MAX_LINES = 5_000
MAX_CHARACTERS = 250_000
_MAX_BLANK = 10 * MAX_LINES
#: A longer line is no entry of a programme, and lines are not joined beyond it.
LONGEST = 2_000
_HEAD = 200_000
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
#: What a browser shows nothing of, or what belongs to the web site and not to the page.
_HIDDEN = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "title",
        "nav",
        "footer",
        "button",
        "select",
        "option",
        "textarea",
        "video",
        "audio",
        "canvas",
        "map",
        "dialog",
    ]
)
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|navbar|navigation|nav|menu|breadcrumbs?|skip-?link|"
    r"screen-reader-text|sr-only|visually-hidden|social-?(?:share|media|icons?)|share-buttons?|"
    r"site-footer|page-footer|footer|pagination|modal)(?:$|[\s_-])",
    re.I,
)
_CAPTIONS = frozenset({"figcaption"})
_SPACES = re.compile(r"[^\S\n]+")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Encodings of the web; Python knows others under whose names a page may hide what it likes.
_CHARSET = re.compile(
    rb"charset=[\"']?(utf-?8|iso-?8859-\d\d?|windows-125\d|us-ascii|koi8-[ru])\b", re.I
)
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1a\x7f\ufffd]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document: its number there (from 1), its text, and what HTML says of it.

    `level` is that of a heading, 1 to 6, or 0; `caption` marks what stands below a picture;
    `aside` what belongs to the web site, such as a menu.
    """

    number: int
    text: str
    level: int = 0
    caption: bool = False
    aside: bool = False


def read(raw: bytes, name: str, notes: list[Message] | None = None) -> list[Line]:
    r"""Return the lines of a document; what it is stands in `name` (…​.txt, .html, .pdf) or in it.

    Args:
        raw: The document.
        name: What its file is called.
        notes: Takes what a person should know of the reading: a PDF that is damaged in part.

    Raises:
        UsageError: there is no text in it, or it is too long.

    >>> [line.text for line in read(b"<h1>Forum</h1><ul><li>Auftakt<br>Eva", "a.html")]
    ['Forum', '• Auftakt', 'Eva']
    >>> read(b"%PDF-1.4 scanned", "a.pdf")
    Traceback (most recent call last):
        ...
    itas_graph.errors.UsageError: a.pdf cannot be read as PDF...
    """
    suffix = Path(name).suffix.lower()
    is_pdf = b"%PDF-" in raw[:1024] or (suffix == ".pdf" and not _is_html(raw))
    limit = MAX_BYTES if is_pdf else MAX_MARKUP
    if len(raw) > limit:
        raise UsageError(
            Message(
                f"{name} ist größer als {limit // 1_000_000} MB; das ist keine Programmseite.",
                f"{name} is larger than {limit // 1_000_000} MB; that is no programme page.",
            )
        )
    if is_pdf:
        lines = _of_pdf(raw, name, notes if notes is not None else [])
    elif raw.startswith(b"PK\x03\x04"):
        raise UsageError(
            Message(
                f"{name} ist ein Office-Dokument. Speichern Sie es als PDF oder Text; "
                "Tabellen liest „itas-graph import“.",
                f"{name} is an office document. Save it as PDF or text; tables are read by "
                "“itas-graph import”.",
            )
        )
    elif suffix in (".html", ".htm", ".xhtml") or _is_html(raw):
        lines = _of_html(raw, name)
    else:
        lines = _of_text(_decoded(raw, name))
    if not any(line.text for line in lines):
        raise UsageError(
            Message(
                f"In {name} steht kein Text. Bei einem PDF aus dem Scanner hilft Texterkennung.",
                f"There is no text in {name}. For a scanned PDF, text recognition helps.",
            )
        )
    _refuse_books(lines, name)
    return lines


def _refuse_books(lines: Sequence[Line], name: str) -> None:
    """Refuse what is far longer than a programme: reading it would take minutes."""
    count = sum(1 for line in lines if line.text)
    lengths = [len(line.text) for line in lines]
    if (
        count > MAX_LINES
        or len(lines) > _MAX_BLANK
        or sum(lengths) - max(lengths) > MAX_CHARACTERS  # one line alone is none of an item
    ):
        raise UsageError(
            Message(
                f"{name} ist länger als jede Programmseite (höchstens {MAX_LINES} Zeilen mit "
                f"{MAX_CHARACTERS} Zeichen). Schneiden Sie das Programm heraus.",
                f"{name} is longer than any programme page ({MAX_LINES} lines of "
                f"{MAX_CHARACTERS} characters at most). Cut the programme out of it.",
            )
        )


def address(raw: bytes, name: str) -> str:
    """Return the address that a saved HTML page says it has, or an empty text.

    >>> address(b'<link rel="canonical" href="https://example.org/forum">', "a.html")
    'https://example.org/forum'
    """
    if Path(name).suffix.lower() not in (".html", ".htm", ".xhtml") and not _is_html(raw):
        return ""
    head = raw[:_HEAD].decode("utf-8", "replace")
    for tag in re.findall(r"<(?:link|meta)\b[^>]*>", head, re.I):
        if re.search(r"rel=[\"']?canonical|property=[\"']?og:url", tag, re.I):
            found = re.search(r"(?:href|content)=[\"']?(https?://[^\"'\s>]+)", tag, re.I)
            if found:
                return html.unescape(found[1])
    saved = re.search(r"<!-- saved from url=\(\d+\)(https?://\S+) -->", head)
    return saved[1] if saved else ""


def _is_html(raw: bytes) -> bool:
    return bool(
        re.match(
            rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|div|section|main)", raw, re.I
        )
    )


def _decoded(raw: bytes, name: str) -> str:
    """Return the text in some bytes: UTF-8, UTF-16 and UTF-32, else Windows-1252.

    Raises:
        UsageError: they are no text.
    """
    text = _in_its_encoding(raw)
    odd = len(_UNPRINTABLE.findall(text))
    if odd * 10 > len(text):
        raise UsageError(
            Message(
                f"{name} ist keine Textdatei. Gelesen werden Text, gespeicherte Webseiten (.html) "
                "und PDF; aus anderen Formaten kopieren Sie den Text in eine .txt-Datei.",
                f"{name} is no text file. Text, saved web pages (.html) and PDF are read; from "
                "other formats copy the text into a .txt file.",
            )
        )
    return text


def _in_its_encoding(raw: bytes) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    pairs = len(raw) // 2
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if pairs > 8 and raw[start : _HEAD + start : 2].count(0) * 2 > min(pairs, _HEAD // 2):
            return raw.decode(encoding, "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # One broken character leaves the others what they are.
        text = raw.decode("utf-8-sig", "replace")
        whole = sum(mark > "\x7f" for mark in text) - text.count("\ufffd")
        return text if whole > text.count("\ufffd") else raw.decode("cp1252", "replace")


def _of_text(text: str) -> list[Line]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    lines = [clean(line) for line in text.split("\n")[: _MAX_BLANK + 1]]  # `read` refuses more
    if sum(line.startswith(">") for line in lines) > _FEW:
        lines = [_QUOTE.sub("", line) for line in lines]
    if sum(bool(_MARKDOWN.match(line)) for line in lines) > 1:
        return [_of_markdown(number, line) for number, line in enumerate(lines, 1)]
    return [Line(number, line) for number, line in enumerate(lines, 1)]


#: From more quoted lines on, a text is a mail.
_FEW = 3
_QUOTE = re.compile(r"^(?:>[ ]?)+")
_MARKDOWN = re.compile(r"#{1,6} \S|\|[ :|-]*--[ :|-]*$|[^*]*\*\*\S[^*]*\*\*")
_EMPHASIS = re.compile(
    r"(?<![\w*_])(\*{1,3}|_{1,3})(?=[^\s*_])([^*_]{1,300})(?<=[^\s*_])\1(?![\w*_])"
)


def _of_markdown(number: int, line: str) -> Line:
    """Return a line without the marks of Markdown: what they stand for is its level."""
    heading = re.match(r"(#{1,6}) +", line)
    text = line[heading.end() :] if heading else line
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", _EMPHASIS.sub(r"\2", text))
    return Line(number, text.strip(), len(heading[1]) if heading else 0)


#: Pictures that stand before a line as a mark: 🕐, 📍.
_PICTURES = re.compile(r"^\s*[\U0001f000-\U0001faff\ufe0f\s]+")


def clean(text: str) -> str:
    """Return a line without invisible marks, each gap one blank; tabs become bars."""
    plain = _PICTURES.sub("", _INVISIBLE.sub("", text).replace("\u2028", " "))
    return _SPACES.sub(" ", re.sub(r"(?<=\S)[ \xa0]*\t+[ \xa0]*(?=\S)", " | ", plain)).strip()


def _of_pdf(raw: bytes, name: str, notes: list[Message]) -> list[Line]:
    listener = logging.handlers.BufferingHandler(1_000_000)
    reports = logging.getLogger("pypdf")
    reports.addHandler(listener)
    reports.propagate = False
    try:
        return _of_text("\n".join(_pages(raw, name)))
    finally:
        reports.removeHandler(listener)
        reports.propagate = True
        if any(one.levelno >= logging.WARNING for one in listener.buffer):
            notes.append(
                Message(
                    f"{name} ist als PDF nicht ganz in Ordnung; Text kann fehlen. Vergleichen Sie "
                    "mit dem, was Ihr PDF-Programm zeigt.",
                    f"{name} is not quite right as a PDF; text may be missing. Compare with what "
                    "your PDF program shows.",
                )
            )


def _pages(raw: bytes, name: str) -> list[str]:
    import pypdf

    pages: list[str] = []
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw))
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > 2 * MAX_CHARACTERS:
                break  # `read` refuses it
    except (pypdf.errors.FileNotDecryptedError, pypdf.errors.DependencyError) as error:
        raise UsageError(
            Message(
                f"{name} ist mit einem Kennwort geschützt. Öffnen Sie es, kopieren Sie den Text in "
                "eine .txt-Datei und nehmen Sie diese.",
                f"{name} is protected by a password. Open it, copy the text into a .txt file and "
                "take that.",
            )
        ) from error
    except Exception as error:  # a damaged PDF fails in many ways
        raise UsageError(
            Message(
                f"{name} lässt sich nicht als PDF lesen ({type(error).__name__}). Öffnen Sie es, "
                "kopieren Sie den Text in eine .txt-Datei und nehmen Sie diese.",
                f"{name} cannot be read as PDF ({type(error).__name__}). Open it, copy the text "
                "into a .txt file and take that.",
            )
        ) from error
    return pages


def _of_html(raw: bytes, name: str) -> list[Line]:
    import lxml.html

    declared = _CHARSET.search(raw[:4000])
    try:
        text = raw.decode(declared[1].decode()) if declared else _decoded(raw, name)
    except (LookupError, UnicodeDecodeError):
        text = _decoded(raw, name)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\0", "")
    parser = lxml.html.HTMLParser(huge_tree=True)
    try:
        if any(_has_too_many_attributes(tag[0]) for tag in _LONG_TAG.finditer(text)):
            raise ValueError(name)
        root = lxml.html.document_fromstring(text, parser=parser)
    except (ValueError, lxml.etree.LxmlError) as error:
        if not text.strip():
            return []
        raise UsageError(
            Message(f"{name} ist kein lesbares HTML.", f"{name} is no readable HTML.")
        ) from error
    # The parser passes over what is beyond its limits.
    if parser.error_log.filter_from_fatals():
        raise UsageError(
            Message(
                f"{name} ist als HTML zu tief verschachtelt. Kopieren Sie den Text im Browser in "
                "eine .txt-Datei und nehmen Sie diese.",
                f"{name} is nested too deeply as HTML. Copy the text from the browser into a .txt "
                "file and take that.",
            )
        )
    page = _Page()
    for one in (root, *root.itersiblings()):  # what stands behind </html> is shown, too
        page.walk(one)
        page.end_line()
    return page.lines


_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{2000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def _has_too_many_attributes(tag: str) -> bool:
    """Say whether a tag is none: the parser takes time by the square of its attributes."""
    return len(_QUOTED.sub("", tag).split()) > 500


class _Page:
    """Walks the elements of a page and collects what a browser would show as lines."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._length = 0
        self._text = ""
        self._number = 1
        self._row = 0
        self._level = 0
        self._caption = False
        self._aside = False

    def end_line(self) -> None:
        text = clean(self._text).strip(" |") if self._text else ""
        if text and text != "•":
            self.lines.append(Line(self._number, text, self._level, self._caption, self._aside))
            self._length += len(text)
        self._text = ""

    def _say(self, text: str | None, line: int) -> None:
        if text and text.strip():
            if not self._text.strip(" •|"):
                self._number = line
            self._text += re.sub(r"\s+", " ", text)
        elif text and self._text:
            self._text += " "

    def walk(self, root: HtmlElement) -> None:
        """Go through the page without recursion: pages nest as deep as they like."""
        stack: list[tuple[str, HtmlElement, tuple[int, bool, bool]]] = [
            ("enter", root, (0, False, False))
        ]
        # Of a page that is too long no more is read than `read` needs to refuse it.
        while stack and len(self.lines) < 2 * MAX_LINES and self._length < 3 * MAX_CHARACTERS:
            step, element, before = stack.pop()
            if step == "leave":
                self._leave(element, before)
                continue
            state = (self._level, self._caption, self._aside)
            if self._enter(element):
                stack.append(("leave", element, state))
                stack.extend(("enter", child, state) for child in reversed(element))
            else:
                self._say(element.tail, element.sourceline or 1)

    def _enter(self, element: HtmlElement) -> bool:
        """Begin an element; say whether what is inside is shown."""
        name = element.tag if isinstance(element.tag, str) else ""
        if not name or (name in _HIDDEN and name not in ("nav", "footer")):
            return False
        if name == "br":
            self.end_line()
            return False
        if _is_hidden(element):
            return False
        if name in _BLOCKS:
            self.end_line()
        if name == "li":
            self._text = "• "
        if name == "tr":
            self._row = len(self.lines)
        if name in ("td", "th") and self._text.strip():
            # Below several lines in one cell, the next is no part of the last of them.
            if len(self.lines) > self._row and _WORD.search(self._text):
                self.end_line()
            else:
                self._text += " | "
        if _is_field(element) and self._text[-1:] not in "(|,;:/–-":
            self._text += " | "
        if re.fullmatch("h[1-6]", name):
            self._level = int(name[1])
        self._caption = self._caption or name in _CAPTIONS or "caption" in element.get("class", "")
        self._aside = self._aside or name in ("nav", "footer", "aside") or _is_furniture(element)
        self._say(element.text, element.sourceline or 1)
        return True

    def _leave(self, element: HtmlElement, before: tuple[int, bool, bool]) -> None:
        if element.tag in _BLOCKS or element.tag in _CAPTIONS:
            self.end_line()
        self._level, self._caption, self._aside = before
        self._say(element.tail, element.sourceline or 1)


_WORD = re.compile(r"[^\W\d_]{4,}")
_INLINE = frozenset(["span", "strong", "b", "em", "i", "small"])
#: What parts of one name are marked with.
_OF_NAME = re.compile(r"first|last|given|family|vorname|nachname|sur|title|titel|prefix|hon", re.I)


def _is_field(element: HtmlElement) -> bool:
    """Say whether an element and the one before hold two fields: a name, then a body."""
    before = element.getprevious()
    if before is None or element.tag not in _INLINE or before.tag not in _INLINE:
        return False
    blank = not (before.tail or "").strip() and not (element.tail or "").strip()
    marks = before.get("class", ""), element.get("class", "")
    if not blank or not all(marks) or marks[0] == marks[1] or any(map(_OF_NAME.search, marks)):
        return False
    text = "".join(before.itertext())
    return len(text.split()) > 1 and not text.rstrip().endswith((".", ":", ","))


def _is_hidden(element: HtmlElement) -> bool:
    style = element.get("style", "").replace(" ", "").lower()
    return "display:none" in style or element.get("hidden") is not None


def _is_furniture(element: HtmlElement) -> bool:
    marks = f"{element.get('class', '')} {element.get('id', '')} {element.get('role', '')}"
    return element.tag not in ("body", "html", "main", "article") and bool(_FURNITURE.search(marks))


def paragraphs(lines: list[Line]) -> Iterator[Line]:
    """Yield the lines, those joined again that were broken for want of room.

    A hyphen at the end of a line joins what follows in lower case („Transfor-“, „mation“), and a
    line that begins in lower case goes on with the one before.
    """
    pending: Line | None = None
    for line in lines:
        if pending is not None and (joint := _joint(pending, line)) is not None:
            text = pending.text.rstrip("-‐") if not joint else pending.text
            pending = Line(pending.number, text + joint + line.text, pending.level)
            continue
        if pending is not None:
            yield pending
        pending = line
    if pending is not None:
        yield pending


#: What begins in lower case and yet is a line of its own.
_OWN_LINE = re.compile(
    r"(?:mit|von|durch|with|by|moderiert|moderated|anschließend|ab|bis|ca|um|"
    r"im Gespräch|o|[a-z][).])(?!\w)",
    re.I,
)


def _joint(above: Line, below: Line) -> str | None:
    """Return what joins two lines, or None where the lower one stands for itself."""
    if len(above.text) > LONGEST:
        return None
    own = below.text.endswith(":") and "," in above.text  # „digital zugeschaltet:“
    if own or not re.match("[a-zäöüß]", below.text) or above.caption != below.caption:
        return None
    if re.search(r"\w[-‐]$", above.text):
        return " " if re.match(r"(?:und|oder|bzw|sowie|and|or)\b", below.text) else ""
    if not above.text or above.level != below.level or _OWN_LINE.match(below.text):
        return None
    return None if re.search(r"[.:;!?|]$", above.text) else " "
