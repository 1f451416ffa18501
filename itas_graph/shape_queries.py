"""Shapes (W3C SHACL) -> SPARQL queries whose every row is one thing that is wrong.

Each constraint becomes one query over all its focus nodes, by the definitions in SPARQL that SHACL
gives for its components. What is not translated here is named, with the shape that uses it.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

import pyoxigraph as ox

from itas_graph.shapes_graph import (
    RDF,
    SH,
    Node,
    PropertyPath,
    ShapesGraph,
    Term,
    UnknownPathError,
    sequence,
)
from itas_graph.vocab import PREFIXES, XSD

RDFS = PREFIXES["rdfs"]
_TYPE = PropertyPath("iri", RDF + "type")
_SUBCLASS = PropertyPath("iri", RDFS + "subClassOf")
_CLASS = PropertyPath("/", parts=(_TYPE, PropertyPath("*", parts=(_SUBCLASS,))))
_TARGETS = ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")
#: What says nothing about what the data must be like, or is read along with something else.
_SILENT = {
    *_TARGETS,
    *("path", "flags", "message", "severity", "deactivated", "name", "description"),
    *("order", "group", "defaultValue", "ignoredProperties"),
}
#: What only pySHACL judges.
_LEFT = {
    *("closed", "equals", "languageIn", "lessThan", "lessThanOrEquals", "uniqueLang", "xone"),
    *("qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount"),
    *("qualifiedValueShapesDisjoint",),
}
_BOUNDS = {"minInclusive": ">=", "minExclusive": ">", "maxInclusive": "<=", "maxExclusive": "<"}
#: What only shapes with a path have, and what a shape has at most one of.
_OF_PROPERTIES = {"minCount", "maxCount", "disjoint"}
_ONCE = {
    *("path", "minCount", "maxCount", "datatype", "nodeKind", "minLength", "maxLength", "in"),
    *("flags", "severity", "deactivated", *_BOUNDS),
}
#: More values than these are compared two by two no longer.
_MOST = 4
_KINDS = {
    "IRI": ("isIRI",),
    "BlankNode": ("isBlank",),
    "Literal": ("isLiteral",),
    "BlankNodeOrIRI": ("isBlank", "isIRI"),
    "BlankNodeOrLiteral": ("isBlank", "isLiteral"),
    "IRIOrLiteral": ("isIRI", "isLiteral"),
}
_NUMBERS = {
    XSD + name
    for name in ("integer", "decimal", "double", "float", "nonNegativeInteger", "positiveInteger")
}
_TRUE, _FALSE = ox.Literal(value=True), ox.Literal(value=False)
_CHECKED = ox.NamedNode("urn:itas-graph:well-formed")
#: SHACL forbids the first three in a constraint, and nothing is fetched from outside.
_FORBIDDEN = re.compile(r"\b(MINUS|VALUES|SERVICE|FROM)\b", re.IGNORECASE)
_UNBOUND = re.compile(r"[$?](shapesGraph|currentShape)\b")
_THIS = ox.Variable("this")
#: Parts of a query that count, choose or look elsewhere: what they read cannot be told.
_READS_OTHERWISE = {
    *("AggregateJoin", "Group", "Slice", "Graph", "ServiceGraphPattern", "Minus"),
    *("values", "Builtin_RAND", "Builtin_NOW", "Builtin_UUID", "Builtin_STRUUID"),
}

Function = Callable[..., ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None]


class UntranslatedError(Exception):
    """A shape uses something that has no query here; the text names it."""


@dataclass(frozen=True)
class Reads:
    """Whose statements decide about a node: where paths from it lead (None: the node itself).

    `out` are nodes read as subjects of statements, `back` those read as objects.
    """

    out: frozenset[PropertyPath | None] = frozenset()
    back: frozenset[PropertyPath | None] = frozenset()

    def __or__(self, other: Reads) -> Reads:
        return Reads(self.out | other.out, self.back | other.back)

    def after(self, path: PropertyPath | None) -> Reads:
        """Return what is read when the reading begins at the end of a path."""
        return Reads(
            frozenset(sequence(path, one) for one in self.out),
            frozenset(sequence(path, one) for one in self.back),
        )


@dataclass(frozen=True)
class Focus:
    """Which nodes a shape judges: a pattern that binds ?this, and what the pattern reads."""

    pattern: str
    reads: Reads
    #: The property whose subjects these nodes are, if they are named by nothing else.
    subjects_of: str = ""


@dataclass(frozen=True)
class ShapeQuery:
    """A query that finds what breaks one constraint, and how to speak of it."""

    shape: Node
    component: str
    #: The property the result is about, if it is a single one.
    path: str
    severity: str
    focus: Focus
    #: What breaks the constraint, given ?this; it may bind ?value.
    broken: str
    reads: Reads = Reads()
    #: The node of a constraint in SPARQL: asked node by node, as SHACL has it.
    constraint: Node | None = None

    def text(self, some: Iterable[Term] | None = None) -> str:
        """Return the query, for all focus nodes or for `some` of them only."""
        named = "" if some is None else f"VALUES ?this {{ {' '.join(map(str, some))} }} "
        # A step along that very property finds its subjects; naming them beforehand would make as
        # many rows of a node as it has pairs of values.
        found = self.focus.subjects_of and f"?this {self.focus.subjects_of} ?value ."
        pattern = "" if found and self.broken.startswith(found) else self.focus.pattern
        return f"SELECT DISTINCT ?this ?value WHERE {{ {named}{pattern} {self.broken} }}"

    def focus_nodes(self) -> str:
        """Return the query for the nodes that the shape judges."""
        return f"SELECT DISTINCT ?this WHERE {{ {self.focus.pattern} }}"


@dataclass(frozen=True)
class Slot:
    """One place of a triple pattern: a fixed term, or a variable that stands elsewhere, too."""

    term: Term | None = None
    #: No other part of the query speaks of this variable: whichever value there is will do.
    any: bool = False


@dataclass(frozen=True)
class Patterns:
    """What a constraint in SPARQL reads: triple patterns, and the properties of its paths.

    `of_value` says that all of them, but those about the focus node, are about ?value alone.
    """

    triples: tuple[tuple[Slot, Slot, Slot], ...]
    paths: frozenset[str]
    of_value: bool


@dataclass
class Translation:
    """The queries of a shapes file, and what they leave.

    `functions` is what the queries call; `left` are the shapes that pySHACL has to judge, with the
    features that make it so; `unread` are features which nobody here judges.
    """

    queries: list[ShapeQuery] = field(default_factory=list)
    functions: dict[ox.NamedNode, Function] = field(default_factory=dict)
    left: dict[Node, str] = field(default_factory=dict)
    unread: list[tuple[Node, str]] = field(default_factory=list)


def translate(graph: ShapesGraph) -> Translation:
    """Return the queries of all shapes that have a target."""
    return _Translator(graph).translated()


def unread_features(graph: ShapesGraph) -> list[tuple[Node, str]]:
    """Return what shapes ask for that no validator without extensions judges: shape and feature."""
    known = {*_SILENT, *_LEFT, *_COMPONENTS, "property", "sparql", *_BOUNDS}
    # What belongs to constraints, prefixes and components, not to shapes.
    beside = {"select", "ask", "construct", "prefixes", "declare", "prefix", "namespace"}
    beside |= {"parameter", "optional", "validator", "nodeValidator", "propertyValidator"}
    beside |= {"labelTemplate", "annotationProperty", "annotationVarName", "annotationValue"}
    beside |= {"alternativePath", "inversePath", "annotation"}
    beside |= {"zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath", "shapesGraph", "entailment"}
    return [
        (node, prop.removeprefix(SH))
        for node in graph
        for prop in graph.predicates(node)
        if prop.startswith(SH)
        and prop.removeprefix(SH) not in known | beside
        and not isinstance(node, ox.Literal)
    ]


class _Translator:
    def __init__(self, graph: ShapesGraph) -> None:
        self.graph = graph
        self.made = Translation(unread=unread_features(graph))
        self._names = itertools.count()
        # Whether the shape at hand names focus nodes, which the data may lack.
        self._named = False
        # Parameters of components that somebody declared in SPARQL or JavaScript.
        self._own = {
            graph.text(parameter, SH + "path")
            for node in graph
            for parameter in graph.objects(node, SH + "parameter")
        } - {""}

    def translated(self) -> Translation:
        for node in self.graph:
            if isinstance(node, ox.Literal) or not (focus := self._target(node)):
                continue
            self._named = bool(self.graph.objects(node, SH + "targetNode"))
            try:
                found = list(self._shape(node, focus, ()))
            except (UntranslatedError, UnknownPathError, ValueError) as error:
                self.made.left[node] = str(error)
            else:
                self.made.queries += found
        return self.made

    def _target(self, node: Node) -> Focus | None:
        """Return the focus nodes that a shape names itself."""
        patterns: list[str] = []
        reads = Reads()
        subjects_of = ""
        nodes = self.graph.objects(node, SH + "targetNode")
        if nodes:
            patterns.append(f"VALUES ?this {{ {' '.join(map(str, nodes))} }}")
        classes = self.graph.objects(node, SH + "targetClass")
        if any(kind.value == RDFS + "Class" for kind in self.graph.objects(node, RDF + "type")):
            classes.append(node)
        for kind in classes:
            patterns.append(f"?this {_CLASS.text()} {kind}")
            reads |= _READS_CLASS
        for prop in self.graph.objects(node, SH + "targetSubjectsOf"):
            patterns.append(f"?this {prop} {self._name()}")
            reads |= Reads(out=frozenset({None}))
            subjects_of = str(prop)
        for prop in self.graph.objects(node, SH + "targetObjectsOf"):
            patterns.append(f"{self._name()} {prop} ?this")
            reads |= Reads(back=frozenset({None}))
        if not patterns:
            return None
        union = " UNION ".join(f"{{ {pattern} }}" for pattern in patterns)
        if len(patterns) > 1:
            return Focus(union, reads)
        return Focus(patterns[0] + " .", reads, subjects_of)

    def _name(self) -> str:
        return f"?v{next(self._names)}"

    def _objection(self, node: Node) -> None:
        """Refuse a shape with a feature that has no query here, or one that is malformed."""
        given = {prop.removeprefix(SH) for prop in self.graph.predicates(node)}
        kinds = {kind.value.removeprefix(SH) for kind in self.graph.objects(node, RDF + "type")}
        wrong = _OF_PROPERTIES & given | kinds & {"PropertyShape"}
        if "path" in given:
            wrong = kinds & {"NodeShape"}
        wrong |= {name for name in _ONCE if len(self.graph.objects(node, SH + name)) > 1}
        if wrong:
            # pySHACL says what is the matter with it.
            raise UntranslatedError(min(wrong))
        for prop in self.graph.predicates(node):
            name = prop.removeprefix(SH)
            if prop in self._own or (prop.startswith(SH) and name in _LEFT):
                raise UntranslatedError(name)

    def _path(self, node: Term) -> PropertyPath | None:
        found = self.graph.first(node, SH + "path")
        if found is None:
            return None
        path = self.graph.path(found)
        if self._named and path.may_stay():
            # SPARQL lets only nodes of the data stay where they are.
            raise UntranslatedError("zeroOrMorePath, zeroOrOnePath")
        return path

    def _shape(self, node: Node, focus: Focus, within: tuple[Node, ...]) -> Iterator[ShapeQuery]:
        """Yield the queries of a shape for the nodes of `focus`."""
        if node in within:
            raise UntranslatedError("recursion")
        if self.graph.is_true(node, SH + "deactivated"):
            return
        self._objection(node)
        path = self._path(node)
        about = path.iri if path is not None and path.form == "iri" else ""
        severity = self.graph.text(node, SH + "severity", SH + "Violation")
        query = ShapeQuery(node, "", about, severity, focus, "")
        value = "?this" if path is None else "?value"
        step = "" if path is None else f"?this {path.text()} ?value ."
        if path is not None:
            yield from self._counts(replace(query, reads=_along(path)), node, path)
        for component, test, onward in self._tests(node, value, within):
            broken = f"{step} FILTER (!({test}))"
            # A value that lacks is not among the values.
            if path is None and component != "HasValueConstraintComponent":
                broken += " BIND (?this AS ?value)"
            reads = _along(path) | onward.after(path)
            yield replace(query, component=SH + component, broken=broken, reads=reads)
        if path is not None:
            yield from self._pairs(query, node, path)
        yield from self._in_sparql(query, node, path)
        for nested in self.graph.objects(node, SH + "property"):
            if isinstance(nested, ox.Literal) or not self.graph.objects(nested, SH + "path"):
                raise UntranslatedError("property")
            yield from self._shape(nested, self._onward(focus, path), (*within, node))

    def _onward(self, focus: Focus, path: PropertyPath | None) -> Focus:
        """Return the values of a path as focus nodes of a shape inside a shape."""
        if path is None:
            return focus
        name = self._name()
        inner = re.sub(r"\?this\b", name, focus.pattern)
        back = path.inverted()
        reads = _along(back) | focus.reads.after(back)
        return Focus(f"{inner} {name} {path.text()} ?this .", reads)

    def _counts(self, query: ShapeQuery, node: Node, path: PropertyPath) -> Iterator[ShapeQuery]:
        for name, test in self._count_tests(node, path, "?this"):
            yield replace(query, component=SH + name, broken=f"FILTER (!({test}))")

    def _count_tests(self, node: Node, path: PropertyPath, var: str) -> Iterator[tuple[str, str]]:
        """Yield what must hold for how many values there are, and which they are."""
        for least in self.graph.objects(node, SH + "minCount"):
            if number := _count(least):
                yield (
                    "MinCountConstraintComponent",
                    f"EXISTS {{ {self._several(path, var, number)} }}",
                )
        for most in self.graph.objects(node, SH + "maxCount"):
            many = self._several(path, var, _count(most) + 1)
            yield "MaxCountConstraintComponent", f"NOT EXISTS {{ {many} }}"
        for value in self.graph.objects(node, SH + "hasValue"):
            yield "HasValueConstraintComponent", f"EXISTS {{ {var} {path.text()} {value} }}"

    def _several(self, path: PropertyPath, var: str, number: int) -> str:
        """Return the pattern of so many different values."""
        if number > _MOST:
            raise UntranslatedError("minCount, maxCount")
        names = [self._name() for _ in range(number)]
        pattern = " ".join(f"{var} {path.text()} {name} ." for name in names)
        apart = [f"!sameTerm({one}, {two})" for one, two in itertools.combinations(names, 2)]
        return f"{pattern} FILTER ({' && '.join(apart)})" if apart else pattern

    def _pairs(self, query: ShapeQuery, node: Node, path: PropertyPath) -> Iterator[ShapeQuery]:
        for other in self.graph.objects(node, SH + "disjoint"):
            yield replace(
                query,
                component=SH + "DisjointConstraintComponent",
                broken=f"?this {path.text()} ?value . ?this {other} ?value .",
                reads=_along(path),
            )

    def _in_sparql(
        self, query: ShapeQuery, node: Node, path: PropertyPath | None
    ) -> Iterator[ShapeQuery]:
        for constraint in self.graph.objects(node, SH + "sparql"):
            select = self.graph.text(constraint, SH + "select")
            if isinstance(constraint, ox.Literal) or not select:
                raise UntranslatedError("sparql")
            if self.graph.is_true(constraint, SH + "deactivated"):
                continue
            if path is not None:
                select = re.sub(r"[$?]PATH\b", lambda _: path.text(), select)
            text = self._prefixes(constraint) + select
            if _FORBIDDEN.search(select) or _UNBOUND.search(select) or not _can_bind(text):
                raise UntranslatedError("sparql")
            yield replace(
                query,
                component=SH + "SPARQLConstraintComponent",
                broken=text,
                constraint=constraint,
            )

    def _prefixes(self, constraint: Node) -> str:
        """Return the prefixes of a constraint: those pySHACL knows, and those it declares."""
        known = {name: PREFIXES[name] for name in ("rdf", "rdfs", "owl", "sh", "xsd")}
        waiting = self.graph.objects(constraint, SH + "prefixes")
        seen: set[Term] = set()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            for declared in self.graph.objects(one, SH + "declare"):
                name = self.graph.text(declared, SH + "prefix")
                known[name] = self.graph.text(declared, SH + "namespace")
            waiting += self.graph.objects(one, PREFIXES["owl"] + "imports")
        return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(known.items()))

    def _tests(
        self, node: Node, var: str, within: tuple[Node, ...]
    ) -> Iterator[tuple[str, str, Reads]]:
        """Yield what each value must meet: component, expression, and which nodes it reads."""
        for name, (component, make) in _COMPONENTS.items():
            for given in self.graph.objects(node, SH + name):
                if component:
                    expression, reads = make(self, node, var, given, (*within, node))
                    yield component, expression, reads
        for name, mark in _BOUNDS.items():
            for bound in self.graph.objects(node, SH + name):
                if not isinstance(bound, ox.Literal) or bound.datatype.value not in _NUMBERS:
                    raise UntranslatedError(name)
                component = f"{name[0].upper()}{name[1:]}ConstraintComponent"
                test = f"COALESCE(isNumeric({var}) && {var} {mark} {bound}, false)"
                yield component, test, Reads()
        if self._path(node) is None:
            for value in self.graph.objects(node, SH + "hasValue"):
                yield "HasValueConstraintComponent", f"sameTerm({var}, {value})", Reads()

    def conforms(self, node: Term, var: str, within: tuple[Node, ...]) -> tuple[str, Reads]:
        """Return the expression that says whether ?var conforms to a shape, and what it reads.

        Raises:
            UntranslatedError: the shape uses something that has no query here.
        """
        if isinstance(node, ox.Literal) or node in within:
            raise UntranslatedError("recursion")
        if self.graph.is_true(node, SH + "deactivated"):
            return "true", Reads()
        self._objection(node)
        if self.graph.objects(node, SH + "sparql"):
            raise UntranslatedError("sparql")
        path = self._path(node)
        inner = var if path is None else self._name()
        parts = [] if path is None else [test for _, test in self._count_tests(node, path, var)]
        reads = Reads() if path is None else _along(path)
        tests: list[str] = []
        for _, test, onward in self._tests(node, inner, within):
            tests.append(test)
            reads |= onward.after(path)
        for nested in self.graph.objects(node, SH + "property"):
            if not self.graph.objects(nested, SH + "path"):
                raise UntranslatedError("property")
            test, onward = self.conforms(nested, inner, (*within, node))
            tests.append(test)
            reads |= onward.after(path)
        if path is None:
            parts += tests
        elif tests:
            every = " && ".join(f"({test})" for test in tests)
            parts.append(f"NOT EXISTS {{ {var} {path.text()} {inner} . FILTER (!({every})) }}")
        if path is not None and self.graph.objects(node, SH + "disjoint"):
            raise UntranslatedError("disjoint")
        return " && ".join(f"({part})" for part in parts) or "true", reads

    def function(self, work: Function) -> str:
        """Name a function that queries may call."""
        name = ox.NamedNode(f"urn:itas-graph:test-{len(self.made.functions)}")
        self.made.functions[name] = work
        return str(name)


_Made = tuple[str, Reads]
_READS_CLASS = Reads(out=frozenset({None, _TYPE, _CLASS}))


def _class(_: _Translator, __: Node, var: str, given: Term, ___: tuple[Node, ...]) -> _Made:
    return f"EXISTS {{ {var} {_CLASS.text()} {given} }}", _READS_CLASS


def _datatype(own: _Translator, _: Node, var: str, given: Term, __: tuple[Node, ...]) -> _Made:
    own.made.functions[_CHECKED] = _well_formed
    of_type = f"isLiteral({var}) && DATATYPE({var}) = {given}"
    if given.value in (XSD + "string", XSD + "anyURI", RDF + "langString"):
        return f"({of_type})", Reads()
    if given.value in (RDFS + "Literal", RDFS + "Datatype"):
        raise UntranslatedError("datatype")
    return f"({of_type} && COALESCE({_CHECKED}({var}), false))", Reads()


def _node_kind(_: _Translator, __: Node, var: str, given: Term, ___: tuple[Node, ...]) -> _Made:
    tests = _KINDS.get(given.value.removeprefix(SH))
    if tests is None:
        raise UntranslatedError("nodeKind")
    return " || ".join(f"{test}({var})" for test in tests), Reads()


def _pattern(own: _Translator, node: Node, var: str, given: Term, _: tuple[Node, ...]) -> _Made:
    marks = own.graph.text(node, SH + "flags").lower()
    flags = (re.IGNORECASE if "i" in marks else 0) | (re.MULTILINE if "m" in marks else 0)
    try:
        expression = re.compile(given.value, flags)
    except re.error as error:
        raise UntranslatedError("pattern") from error
    name = own.function(partial(_matches, expression))
    return f"(!isBlank({var}) && {name}({var}))", Reads()


def _length(mark: str) -> Callable[..., _Made]:
    def made(_: _Translator, __: Node, var: str, given: Term, ___: tuple[Node, ...]) -> _Made:
        number = _count(given)
        if mark == ">=" and number == 0:
            return "true", Reads()
        return f"(!isBlank({var}) && STRLEN(STR({var})) {mark} {number})", Reads()

    return made


def _in(own: _Translator, _: Node, var: str, given: Term, __: tuple[Node, ...]) -> _Made:
    same = [f"sameTerm({var}, {one})" for one in own.graph.items(given)]
    return f"({' || '.join(same) or 'false'})", Reads()


def _all(own: _Translator, _: Node, var: str, given: Term, within: tuple[Node, ...]) -> _Made:
    return _joined(own, " && ", var, own.graph.items(given), within)


def _any(own: _Translator, _: Node, var: str, given: Term, within: tuple[Node, ...]) -> _Made:
    return _joined(own, " || ", var, own.graph.items(given), within)


def _not(own: _Translator, _: Node, var: str, given: Term, within: tuple[Node, ...]) -> _Made:
    test, reads = own.conforms(given, var, within)
    return f"!({test})", reads


def _node(own: _Translator, _: Node, var: str, given: Term, within: tuple[Node, ...]) -> _Made:
    if own.graph.objects(given, SH + "path"):
        raise UntranslatedError("node")
    return own.conforms(given, var, within)


def _joined(
    own: _Translator, mark: str, var: str, shapes: list[Term], within: tuple[Node, ...]
) -> _Made:
    if not shapes:
        raise UntranslatedError("and, or")
    made = [own.conforms(shape, var, within) for shape in shapes]
    reads = Reads()
    for _, found in made:
        reads |= found
    return mark.join(f"({test})" for test, _ in made), reads


#: The components with a test of their own: what each is called, and how its test is written.
_COMPONENTS: dict[str, tuple[str, Callable[..., _Made]]] = {
    "class": ("ClassConstraintComponent", _class),
    "datatype": ("DatatypeConstraintComponent", _datatype),
    "nodeKind": ("NodeKindConstraintComponent", _node_kind),
    "pattern": ("PatternConstraintComponent", _pattern),
    "minLength": ("MinLengthConstraintComponent", _length(">=")),
    "maxLength": ("MaxLengthConstraintComponent", _length("<=")),
    "in": ("InConstraintComponent", _in),
    "and": ("AndConstraintComponent", _all),
    "or": ("OrConstraintComponent", _any),
    "not": ("NotConstraintComponent", _not),
    "node": ("NodeConstraintComponent", _node),
    # Written by `_counts`, `_tests` and `_pairs`, each in a way of its own.
    "minCount": ("", _not),
    "maxCount": ("", _not),
    "hasValue": ("", _not),
    "disjoint": ("", _not),
}


def _matches(expression: re.Pattern[str], term: Term) -> ox.Literal:
    return _TRUE if expression.search(term.value) else _FALSE


def _well_formed(term: Term) -> ox.Literal:
    kind = term.datatype.value if isinstance(term, ox.Literal) else ""
    return _TRUE if _is_well_formed(term.value, kind) else _FALSE


@cache
def _is_well_formed(text: str, datatype: str) -> bool:
    """Say whether a text is a value of a datatype, as rdflib sees it and pySHACL by it."""
    import rdflib

    # It would log what it thinks of the text, with a traceback.
    log = logging.getLogger("rdflib.term")
    told, log.disabled = log.disabled, True
    try:
        return rdflib.Literal(text, datatype=rdflib.URIRef(datatype)).ill_typed is not True
    finally:
        log.disabled = told


@cache
def patterns(query: str) -> Patterns | None:
    """Return what a query reads; None if that cannot be told, so that it may read anything."""
    from rdflib.plugins.sparql import algebra, parser

    try:
        tree = algebra.translateQuery(parser.parseQuery(query)).algebra
    except Exception:  # noqa: BLE001  # whatever rdflib cannot read is asked as a whole
        return None
    found: list[tuple[Any, Any, Any]] = []
    if not _collect(tree, found) or re.search(r"(?i)SELECT\s+(DISTINCT\s+|REDUCED\s+)?\*", query):
        return None
    triples: list[tuple[Slot, Slot, Slot]] = []
    paths: set[str] = set()
    of_value = True
    for subject, predicate, value in found:
        iris = _of_path(predicate)
        if iris is None:
            return None
        of_value = of_value and not iris and str(subject) in ("value", "this")
        if iris:
            paths |= iris
            continue
        slots = (_slot(subject, query), _slot(predicate, query), _slot(value, query))
        of_value = of_value and slots[1].term is not None
        triples.append(slots)
    return Patterns(tuple(triples), frozenset(paths), of_value)


def _collect(node: Any, found: list[tuple[Any, Any, Any]]) -> bool:  # noqa: ANN401  # rdflib's
    """Gather the triple patterns of a query; False if it has parts that read otherwise."""
    if isinstance(node, dict):
        if getattr(node, "name", "") in _READS_OTHERWISE:
            return False
        # The `get` of rdflib's nodes is none; inside EXISTS several triples stand in a row.
        for terms in dict.get(node, "triples", ()):
            found += zip(terms[0::3], terms[1::3], terms[2::3], strict=True)
        inner = [one for key, one in node.items() if key not in ("triples", "_vars")]
        return all(_collect(one, found) for one in inner)
    if isinstance(node, (list, tuple)) and not hasattr(node, "n3"):
        return all(_collect(one, found) for one in node)
    return True


def _of_path(predicate: Any) -> frozenset[str] | None:  # noqa: ANN401  # a path of rdflib
    """Return the properties of a path; none of a single one; None if it may be any."""
    from rdflib import URIRef, Variable
    from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath

    if isinstance(predicate, (URIRef, Variable)):
        return frozenset()
    parts: list[Any]
    if isinstance(predicate, (SequencePath, AlternativePath)):
        parts = list(predicate.args)
    elif isinstance(predicate, InvPath):
        parts = [predicate.arg]
    elif isinstance(predicate, MulPath) and predicate.mod == "+":
        parts = [predicate.path]
    else:  # of a path that may stay where it is, any statement makes an end
        return None
    iris: set[str] = set()
    for one in parts:
        inner = frozenset({str(one)}) if isinstance(one, URIRef) else _of_path(one)
        if not inner:
            return None
        iris |= inner
    return frozenset(iris)


def _slot(term: Any, query: str) -> Slot:  # noqa: ANN401  # a term of rdflib
    from rdflib import Literal, URIRef, Variable

    if isinstance(term, URIRef):
        return Slot(ox.NamedNode(str(term)))
    if isinstance(term, Literal):
        return Slot()  # numbers may be written otherwise: any value may match
    name = re.escape(str(term))
    return Slot(any=isinstance(term, Variable) and len(re.findall(rf"[?$]{name}\b", query)) == 1)


def _can_bind(query: str) -> bool:
    """Say whether a constraint in SPARQL can be asked for one focus node after another."""
    try:
        ox.Store().query(query, substitutions={_THIS: ox.NamedNode("urn:itas-graph:node")})
    except (SyntaxError, RuntimeError, ValueError):
        return False
    return True


def _count(given: Term) -> int:
    if not isinstance(given, ox.Literal) or not given.value.isdecimal():
        raise UntranslatedError("minCount, maxCount, minLength, maxLength")
    return int(given.value)


def _along(path: PropertyPath | None) -> Reads:
    """Return what a path reads on its way."""
    out: set[PropertyPath | None] = set()
    back: set[PropertyPath | None] = set()
    if path is not None:
        _walk(path, None, out, back)
    return Reads(frozenset(out), frozenset(back))


def _walk(
    path: PropertyPath,
    start: PropertyPath | None,
    out: set[PropertyPath | None],
    back: set[PropertyPath | None],
) -> PropertyPath | None:
    """Collect the places that a path passes, from `start` on; return where it ends."""
    if path.form == "iri":
        out.add(start)
    elif path.form == "^" and path.parts[0].form == "iri":
        back.add(start)
    elif path.form == "^":
        _walk(path.parts[0].inverted(), start, out, back)
    elif path.form == "/":
        for part in path.parts:
            start = _walk(part, start, out, back)
        return start
    elif path.form == "|":
        for part in path.parts:
            _walk(part, start, out, back)
    else:
        again = sequence(start, PropertyPath("*", parts=path.parts))
        _walk(path.parts[0], again, out, back)
    return sequence(start, path)
