"""A shapes file (W3C SHACL) -> its statements in the order of the file, and its paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from itas_graph.errors import EngineError, Message
from itas_graph.vocab import NS, PREFIXES

SH = PREFIXES["sh"]
RDF = PREFIXES["rdf"]
#: What a statement of the shapes may be about: blank nodes are numbered as the file brings them.
Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal
_REPEATED = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}


class UnknownPathError(ValueError):
    """A path that is none of those SHACL defines."""


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """A SHACL property path: a predicate, or an operator with the paths under it.

    `form` is "iri", "/", "|", "^", "*", "+" or "?".

    >>> friend = PropertyPath("iri", "urn:friend")
    >>> PropertyPath("^", parts=(friend,)).text()
    '^(<urn:friend>)'
    """

    form: str
    iri: str = ""
    parts: tuple[PropertyPath, ...] = ()

    def text(self) -> str:
        """Return the path as SPARQL writes it."""
        if self.form == "iri":
            return f"<{self.iri}>"
        inner = self.form.join(f"({part.text()})" for part in self.parts)
        if self.form == "^":
            return "^" + f"({self.parts[0].text()})"
        return f"({self.parts[0].text()}){self.form}" if self.form in "*+?" else inner

    def may_stay(self) -> bool:
        """Say whether the path also leads to where it begins."""
        if self.form in "*?":
            return True
        found = (part.may_stay() for part in self.parts)
        return any(found) if self.form == "|" else bool(self.parts) and all(found)

    def inverted(self) -> PropertyPath:
        """Return the path that leads back."""
        if self.form == "iri":
            return PropertyPath("^", parts=(self,))
        if self.form == "^":
            return self.parts[0]
        parts = tuple(part.inverted() for part in self.parts)
        return PropertyPath(self.form, parts=parts[::-1] if self.form == "/" else parts)


def sequence(*paths: PropertyPath | None) -> PropertyPath | None:
    """Return one path after another; None is the path that stays where it is."""
    steps = tuple(path for path in paths if path is not None)
    return steps[0] if len(steps) == 1 else PropertyPath("/", parts=steps) if steps else None


class ShapesGraph:
    """The statements of a shapes file, to be asked node by node."""

    def __init__(self, triples: list[ox.Triple]) -> None:
        self.triples = triples
        self._about: dict[Term, dict[str, list[Term]]] = {}
        for triple in triples:
            known = self._about.setdefault(_plain(triple.subject), {})
            known.setdefault(triple.predicate.value, []).append(_plain(triple.object))

    def __iter__(self) -> Iterator[Term]:
        """Yield what the file says something about, in its order."""
        return iter(self._about)

    def predicates(self, node: Term) -> list[str]:
        """Return the properties that a node has."""
        return list(self._about.get(node, ()))

    def objects(self, node: Term, prop: str) -> list[Term]:
        """Return the values of a property, without repetitions."""
        return list(dict.fromkeys(self._about.get(node, {}).get(prop, ())))

    def first(self, node: Term, prop: str) -> Term | None:
        """Return the first value of a property, if there is one."""
        return next(iter(self.objects(node, prop)), None)

    def text(self, node: Term, prop: str, default: str = "") -> str:
        """Return the first value of a property as text."""
        value = self.first(node, prop)
        return default if value is None else value.value

    def is_true(self, node: Term, prop: str) -> bool:
        """Say whether a property has the value true."""
        return self.text(node, prop) in ("true", "1")

    def items(self, head: Term) -> list[Term]:
        """Return the members of an RDF list.

        Raises:
            ValueError: it is none, or it leads back into itself.
        """
        members: list[Term] = []
        seen: set[Term] = set()
        while not (isinstance(head, ox.NamedNode) and head.value == RDF + "nil"):
            member, rest = self.first(head, RDF + "first"), self.first(head, RDF + "rest")
            if member is None or rest is None or head in seen:
                raise ValueError("no list")
            seen.add(head)
            members.append(member)
            head = rest
        return members

    def both(self, node: Term, prop: str) -> Message | None:
        """Return the text of a property in German and English, if it has both."""
        texts = {
            value.language: value.value
            for value in self.objects(node, prop)
            if isinstance(value, ox.Literal)
        }
        return Message(texts["de"], texts["en"]) if {"de", "en"} <= texts.keys() else None

    def path(self, node: Term, within: frozenset[Term] = frozenset()) -> PropertyPath:
        """Return a property path as SHACL writes it.

        Raises:
            UnknownPathError: it is none.
        """
        if isinstance(node, ox.NamedNode):
            return PropertyPath("iri", node.value)
        if node in within or isinstance(node, ox.Literal):
            raise UnknownPathError(node.value)
        within = within | {node}

        def parts(head: Term) -> tuple[PropertyPath, ...]:
            try:
                return tuple(self.path(item, within) for item in self.items(head))
            except ValueError as error:
                raise UnknownPathError(str(error)) from error

        if self.first(node, RDF + "first") is not None:
            return PropertyPath("/", parts=parts(node))
        if (either := self.first(node, SH + "alternativePath")) is not None:
            return PropertyPath("|", parts=parts(either))
        if (back := self.first(node, SH + "inversePath")) is not None:
            return PropertyPath("^", parts=(self.path(back, within),))
        for name, mark in _REPEATED.items():
            if (again := self.first(node, SH + name)) is not None:
                return PropertyPath(mark, parts=(self.path(again, within),))
        raise UnknownPathError(node.value)


def read(path: Path) -> ShapesGraph:
    """Return the statements of a shapes file in Turtle.

    Raises:
        EngineError: it cannot be read.
    """
    numbers: dict[str, ox.BlankNode] = {}

    def number(node: ox.BlankNode) -> ox.BlankNode:
        # The parser draws their names by lot.
        return numbers.setdefault(node.value, ox.BlankNode(f"shape{len(numbers)}"))

    try:
        parsed = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=NS)
        return ShapesGraph(
            [
                ox.Triple(
                    number(one.subject) if isinstance(one.subject, ox.BlankNode) else one.subject,
                    one.predicate,
                    number(one.object) if isinstance(one.object, ox.BlankNode) else one.object,
                )
                for one in parsed
            ]
        )
    except (OSError, SyntaxError) as error:
        raise EngineError(
            Message(
                f"ontology/{path.name} ist nicht lesbar: {error}",
                f"ontology/{path.name} cannot be read: {error}",
            )
        ) from error


def _plain(term: Term | ox.Triple) -> Term:
    """Return a term as it is: Turtle has no statements about statements."""
    assert not isinstance(term, ox.Triple)  # noqa: S101  # tells the type checker
    return term
