"""Requests that nobody sends who means well: families of them, each request another one.

`requests` makes them all. What is to be sent is bytes, so that nothing between corrects them.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

#: What the service under attack permits a question, in seconds.
DEADLINE = 2
#: A question is answered, refused or ended within this time, also with the network's part.
QUICK = DEADLINE + 1
OK, REFUSED = 200, 400
#: No answer: the connection was ended.
ENDED = 0
LIMIT = (408, 422)
#: A query that costs more than it may, or as much as it may.
COSTLY = (OK, *LIMIT)
TURTLE = "text/turtle;q=0.9, text/csv"
PAGE = "text/html"
END = "\r\n\r\n"


@dataclass(frozen=True)
class Hostile:
    """One request: pieces of bytes with pauses between, and how it may end.

    `within` is how many seconds it may take; `client` says what the client does after the last
    piece: it reads, reads nothing, takes a little now and then, is gone at once, or ends its
    direction only (half).
    """

    family: str
    name: str
    pieces: tuple[bytes, ...]
    may: tuple[int, ...]
    within: float = QUICK
    pause: float = 0
    client: Literal["reads", "reads nothing", "sips", "is gone", "half"] = "reads"

    @property
    def is_slow(self) -> bool:
        """Say whether the client takes its time, not the server."""
        return self.within > QUICK


def get(query: str, accept: str = TURTLE, more: str = "") -> bytes:
    """Return a query as GET; one that is too long for an address as POST."""
    if len(query) > 10_000:
        return direct(query.encode(), accept)
    return head(f"GET /sparql?query={quote(query)}{more}", f"Accept: {accept}")


def head(line: str, *fields: str, host: str = "localhost") -> bytes:
    """Return a request without content."""
    start = f"{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
    return (start + "".join(f"{field}\r\n" for field in fields) + "\r\n").encode("latin-1")


def post(body: bytes, kind: str, *fields: str, accept: str = TURTLE) -> bytes:
    """Return a request with content."""
    length = f"Content-Length: {len(body)}"
    return (
        head("POST /sparql", f"Content-Type: {kind}", f"Accept: {accept}", length, *fields) + body
    )


def direct(body: bytes, accept: str = TURTLE) -> bytes:
    """Return a query as the content of a request."""
    return post(body, "application/sparql-query", accept=accept)


def form(accept: str = TURTLE, **fields: str) -> bytes:
    """Return a filled-in form."""
    pairs = {name.replace("_", "-"): value for name, value in fields.items()}
    return post(urlencode(pairs).encode(), "application/x-www-form-urlencoded", accept=accept)


def requests(outside: str) -> list[Hostile]:
    """Return all requests; `outside` is the address of a server that nobody may visit."""
    makers = (
        _slow(),
        _joins(),
        _sorts(),
        _texts(),
        _deep(),
        _wide(),
        _big(),
        _outside(outside),
        _updates(outside),
        _not_text(),
        _no_http(),
        _paths_and_fields(),
        _connections(),
    )
    made = [one for maker in makers for one in maker]
    if len({one.pieces for one in made}) != len(made):
        raise ValueError("two requests are the same")
    return made


def _joined(number: int) -> str:
    return " . ".join(f"?s{i} ?p{i} ?o{i}" for i in range(number))


def _joins() -> Iterator[Hostile]:
    """Patterns that have nothing in common, and paths that lead everywhere."""
    four, three = _joined(4), _joined(3)
    never = "FILTER(STR(?o0) = CONCAT(STR(?s2), 'x'))"
    paths = {
        "any path": "?a (<urn:p>|!<urn:p>)* ?b",
        "any path, both ways": "?a ((<urn:p>|!<urn:p>)|^(<urn:p>|!<urn:p>))* ?b",
        "paths of paths": "?a (((<urn:p>|!<urn:p>)*)*)* ?b . ?b (<urn:p>|!<urn:p>)+ ?c",
        "path in turn": "?a (!<urn:p>/^!<urn:p>/!<urn:p>/^!<urn:p>/!<urn:p>) ?b",
        "optional steps": "?a " + "/".join(["(!<urn:p>|^!<urn:p>)?"] * 12) + " ?b",
        "circles": "?a (!<urn:p>|^!<urn:p>)+ ?a",
    }
    kinds = {
        "count": f"SELECT (COUNT(*) AS ?n) {{ {four} }}",
        "count of three": f"SELECT (COUNT(?o2) AS ?n) {{ {three} }}",
        "rows": f"SELECT * {{ {four} }}",
        "rows that never come": f"SELECT * {{ {three} {never} }}",
        "the last rows": f"SELECT * {{ {three} }} OFFSET 999999999999 LIMIT 10",
        "construct": f"CONSTRUCT {{ ?s0 ?p1 ?o2 }} {{ {three} }}",
        "describe": f"DESCRIBE ?s0 ?s1 {{ {three} }}",
        "ask": f"ASK {{ {three} {never} }}",
        "optional": f"SELECT (COUNT(*) AS ?n) {{ {_joined(1)} OPTIONAL {{ {three.replace('0', '9')}"
        " } }",
        "union": f"SELECT (COUNT(*) AS ?n) {{ {{ {three} }} UNION {{ {four} }} }}",
        "minus": f"SELECT (COUNT(*) AS ?n) {{ {three} MINUS {{ {_joined(2)} . ?s0 ?p9 ?o1 }} }}",
        "not exists": f"SELECT (COUNT(*) AS ?n) {{ {_joined(2)} FILTER NOT EXISTS {{ ?o0 ?x ?s1 . "
        "?y ?z ?w FILTER(?w = ?o1) } }",
        "subqueries": "SELECT (COUNT(*) AS ?n) { "
        + " ".join(f"{{ SELECT ?a{i} {{ ?a{i} ?b{i} ?c{i} }} }}" for i in range(4))
        + " }",
        "graphs": "SELECT (COUNT(*) AS ?n) { "
        + " ".join(f"GRAPH ?g{i} {{ ?s{i} ?p{i} ?o{i} }}" for i in range(4))
        + " }",
        "values": "SELECT (COUNT(*) AS ?n) { "
        + " ".join(f"VALUES ?v{i} {{ {' '.join(map(str, range(500)))} }}" for i in range(5))
        + " }",
        "filters": f"SELECT (COUNT(*) AS ?n) {{ {three} FILTER(?s0 != ?s1 && ?s1 != ?s2) }}",
        "as a page": f"SELECT * {{ {four} }} #",
        **{f"count of {name}": f"SELECT (COUNT(*) AS ?n) {{ {path} }}" for name, path in
           paths.items()},
        **{f"rows of {name}": f"SELECT * {{ {path} }}" for name, path in paths.items()},
    }  # fmt: skip
    for name, query in kinds.items():
        yield Hostile("joins", name, (get(query, PAGE if "page" in name else TURTLE),), COSTLY)
    for number in (5, 8, 20):
        query = f"SELECT (COUNT(*) AS ?n) {{ {_joined(number)} }}"
        yield Hostile("joins", f"{number} patterns", (form(query=query),), COSTLY)
        accept = "application/sparql-results+xml"
        yield Hostile("joins", f"{number} patterns, XML", (get(query, accept),), COSTLY)


def _sorts() -> Iterator[Hostile]:
    """Rows that must all be there before the first one can go."""
    pattern = f"{{ {_joined(3)} }}"
    orders = [
        "?o0",
        "DESC(?s0)",
        "CONCAT(STR(?s0), STR(?o2))",
        "RAND()",
        "STRLEN(STR(?o0)) ?p1 ?p2",
    ]
    for order in orders:
        yield Hostile("sorts", order, (get(f"SELECT * {pattern} ORDER BY {order}"),), COSTLY)
        query = f"SELECT ?o0 {pattern} ORDER BY {order} LIMIT 1"
        yield Hostile("sorts", f"the first by {order}", (form(query=query),), COSTLY)
    for name, start in {
        "distinct": "SELECT DISTINCT *",
        "reduced": "SELECT REDUCED ?s0 ?s1 ?s2",
        "count distinct": "SELECT (COUNT(DISTINCT *) AS ?n)",
        "count distinct one": "SELECT (COUNT(DISTINCT CONCAT(STR(?s0), STR(?s1))) AS ?n)",
        "concat": "SELECT (GROUP_CONCAT(STR(?o0)) AS ?n)",
        "concat distinct": "SELECT (GROUP_CONCAT(DISTINCT STR(?o0)) AS ?n)",
        "concat with much between": "SELECT (GROUP_CONCAT(STR(?o0); separator='"
        + "x" * 5000
        + "') AS ?n)",
        "least": "SELECT (MIN(CONCAT(STR(?o0), STR(?o1))) AS ?n)",
        "sum": "SELECT (SUM(STRLEN(STR(?o0)) * STRLEN(STR(?o1))) AS ?n)",
    }.items():
        yield Hostile("sorts", name, (get(f"{start} {pattern}"),), COSTLY)
    for name, end in {
        "group": "GROUP BY ?s0 ?s1 ?s2",
        "group by text": "GROUP BY (CONCAT(STR(?s0), STR(?s1)) AS ?x)",
        "having": "GROUP BY ?s0 ?o1 HAVING (COUNT(*) < 0)",
    }.items():
        query = f"SELECT (COUNT(*) AS ?n) {pattern} {end}"
        yield Hostile("sorts", name, (get(query),), COSTLY)


def _texts() -> Iterator[Hostile]:
    """Texts that grow, and patterns that take long to match or to read."""
    patterns = ["(a+)+$", "(a|aa)+$", "(.*)*x", "(a?){500}a{500}", "((a{0,100}){0,100}){0,100}",
                "a{99999}", "(" * 300 + "a" + ")" * 300, "[\\\\p{L}\\\\p{N}]{1000}{1000}"]  # fmt: skip
    long = "a" * 5000
    for pattern in patterns:
        for text in (f"'{long}!'", "STR(?s0)"):
            query = f"SELECT (COUNT(*) AS ?n) {{ {_joined(2)} FILTER(REGEX({text}, '{pattern}')) }}"
            name = f"{pattern[:20]} in {'a text' if long in text else 'each'}"
            yield Hostile("texts", name, (get(query),), (*COSTLY, 400))
    for levels in (10, 24, 30, 40, 64):
        binds = " ".join(
            f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(levels)
        )  # fmt: skip
        start = f"{{ BIND('0123456789' AS ?x0) {binds} }}"
        for name, query in {
            "doubled": f"SELECT (STRLEN(?x{levels}) AS ?n) {start}",
            "doubled, shown": f"SELECT ?x{levels} {start}",
            "doubled, each": f"SELECT ?x{levels} {start[:-1]} ?s ?p ?o }}",
        }.items():
            yield Hostile("texts", f"{name} {levels} times", (get(query),), COSTLY)
    # 80 MB in a single cell, and a page is asked for.
    binds = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(23))
    for name, inner in (("text", "?x23"), ("IRI", "IRI(CONCAT('urn:', ?x23))")):
        query = f"SELECT ({inner} AS ?y) {{ BIND('0123456789' AS ?x0) {binds} }}"
        yield Hostile("texts", f"a page of one long {name}", (get(query, PAGE),), COSTLY)
    for name, inner in {
        "replaced by more": "REPLACE(REPLACE(REPLACE(STR(?s0), '.', '$0$0$0$0$0$0'), '.', "
        "'$0$0$0$0$0$0'), '.', '$0$0$0$0$0$0')",
        "encoded again and again": "ENCODE_FOR_URI(" * 12 + "STR(?s0)" + ")" * 12,
        "hashed": "SHA512(CONCAT(SHA512(STR(?s0)), SHA512(STR(?s1))))",
        "cut": "SUBSTR(CONCAT(STR(?s0), STR(?s1)), 1, 999999999)",
        "numbers": "STR(1e308 * 1e308 + 99999999999999999999999999999999999 * STRLEN(STR(?s0)))",
        "IRIs": "IRI(CONCAT(STR(?s0), '/../../', STR(?s1)))",
        "dates": "STRDT(CONCAT('99999999999-01-01T00:00:00', STR(?s0)), <urn:x>)",
    }.items():
        query = f"SELECT ({inner} AS ?x) {{ {_joined(2)} }}"
        yield Hostile("texts", name, (get(query),), (*COSTLY, 400))


def _deep() -> Iterator[Hostile]:
    """Brackets within brackets, of each kind."""
    nests = {
        "groups": ("{ ", " }", "?s ?p ?o"),
        "optionals": ("OPTIONAL { ", " }", "?s ?p ?o"),
        "selects": ("{ SELECT * { ", " } }", "?s ?p ?o"),
        "graphs": ("GRAPH ?g { ", " }", "?s ?p ?o"),
        "filters": ("FILTER(", ")", "1"),
        "brackets": ("FILTER(1 + (", "))", "1"),
        "not": ("FILTER(!(", "))", "true"),
        "not exists": ("FILTER NOT EXISTS { ", " }", "?s ?p ?o"),
        "ifs": ("BIND(IF(true, ", ", 1) AS ?x)", "1"),
        "blank nodes": ("?s ?p [ ?p ", " ] .", "?o"),
        "lists": ("?s ?p ( ", " ) .", "?o"),
        "triples of triples": ("<< ", " ?p ?o >> ?p ?o .", "?s"),
        "minus": ("?s ?p ?o MINUS { ", " }", "?s ?p ?o"),
    }
    inner = {
        "filters": ("(", ")"),
        "brackets": ("1 + (", ")"),
        "not": ("!(", ")"),
        "ifs": ("IF(true, ", ", 1)"),
        "blank nodes": ("[ ?p ", " ]"),
        "lists": ("( ", " )"),
        "triples of triples": ("<< ", " ?p ?o >>"),
    }
    for name, (begin, end, middle) in nests.items():
        more = inner.get(name, (begin, end))
        for levels in (90, 400, 10_000):
            text = begin + more[0] * levels + middle + more[1] * levels + end
            may = (*COSTLY, REFUSED)
            yield Hostile("nesting", f"{levels} {name}", (get(f"ASK {{ {text} }}"),), may)
    signs = {"bangs": "!", "minuses": "- ", "hats": "^"}
    for name, sign in signs.items():
        text = "?s " + sign * 20_000 + "<urn:p> ?o" if sign == "^" else f"FILTER({sign * 20_000}1)"
        yield Hostile("nesting", name, (get(f"ASK {{ {text} }}"),), (*COSTLY, REFUSED))
    path = "?s " + "(" * 5000 + "<urn:p>" + ")*" * 5000 + " ?o"
    yield Hostile("nesting", "paths", (get(f"ASK {{ {path} }}"),), (REFUSED,))
    hidden = "ASK { " + "{ '{{{' # }}}\n" * 3000
    yield Hostile("nesting", "brackets that are none", (get(hidden),), (REFUSED,))
    for quotes in ("'", '"', "'''", '"""'):
        text = f"ASK {{ {'{' * 201} BIND({quotes * 2000}\\{quotes} AS ?x)"
        yield Hostile("nesting", f"quotes {quotes}", (get(text),), (REFUSED, *LIMIT))


def _wide() -> Iterator[Hostile]:
    """Thousands of parts beside each other."""
    many = range(5000)
    kinds = {
        "union": "ASK { " + " UNION ".join(f"{{ ?s <urn:p{i}> ?o }}" for i in many) + " }",
        "or": "ASK { ?s ?p ?o FILTER(" + " || ".join(f"?o = {i}" for i in many) + ") }",
        "and": "ASK { ?s ?p ?o FILTER(" + " && ".join(f"?o != {i}" for i in many) + ") }",
        "plus": "ASK { FILTER(" + " + ".join(map(str, range(30_000))) + ") }",
        "path": "ASK { ?s " + "/".join(["<urn:p>"] * 9000) + " ?o }",
        "choice": "ASK { ?s " + "|".join(f"<urn:p{i}>" for i in many) + " ?o }",
        "not": "ASK { ?s !(" + "|".join(f"<urn:p{i}>" for i in many) + ") ?o }",
        "optionals": "SELECT * { " + " ".join(f"OPTIONAL {{ ?s ?p{i} ?o{i} }}" for i in many) + "}",
        "values": f"SELECT * {{ VALUES ?x {{ {' '.join(map(str, range(120_000)))} }} }}",
        "in": f"ASK {{ ?s ?p ?o FILTER(?o IN ({', '.join(map(str, range(90_000)))})) }}",
        "concat": f"ASK {{ FILTER(STRLEN(CONCAT({', '.join(['STR(1)'] * 60_000)})) < 0) }}",
        "coalesce": f"ASK {{ FILTER(COALESCE({', '.join(['1/0'] * 60_000)})) }}",
        "prefixes": "".join(f"PREFIX p{i}: <urn:{i}:> " for i in range(30_000)) + "ASK {}",
        "bases": "".join(f"BASE <urn:{i}/> " for i in range(30_000)) + "ASK {}",
        "triples": "SELECT * { " + " . ".join(f"?s{i} ?p ?o{i}" for i in many) + " }",
        "star": "SELECT * { ?s " + " ; ".join(f"?p{i} ?o{i}" for i in many) + " }",
        "binds": "SELECT * { " + " ".join(f"BIND({i} AS ?x{i})" for i in many) + " }",
        "filters": "ASK { ?s ?p ?o " + f"FILTER(?o != {1})" * 30_000 + " }",
        "columns": f"SELECT {' '.join(f'?v{i}' for i in range(90_000))} {{ ?s ?p ?o }} LIMIT 2000",
        "groups": f"SELECT * {{ ?s ?p ?o }} ORDER BY {' '.join(f'?v{i}' for i in range(90_000))}",
        "graphs": "".join(f"SELECT * FROM <urn:g{i}> " if not i else f"FROM <urn:g{i}> "
                          for i in range(300)) + "{ ?s ?p ?o }",
        "constructed": "CONSTRUCT { " + " . ".join(f"?s <urn:p{i}> ?o" for i in many)
        + " } WHERE { ?s ?p ?o }",
        "described": f"DESCRIBE {' '.join(f'<urn:x{i}>' for i in range(60_000))}",
    }  # fmt: skip
    may = (*COSTLY, 400, 403)
    for name, query in kinds.items():
        yield Hostile("parts", name, (get(query),), may)
        if name in ("columns", "values", "star", "binds", "union"):
            yield Hostile("parts", f"{name} as a page", (get(query, PAGE),), may)


def _big() -> Iterator[Hostile]:
    """Ten megabytes where a few bytes would do."""
    ten = 10_000_000
    long = b"ASK {} #" + b"x" * ten
    kind = "application/sparql-query"
    may = (413, ENDED)
    yield Hostile("size", "GET of 10 MB", (b"GET /sparql?query=" + long,), (400, 431, ENDED))
    yield Hostile("size", "form of 10 MB", (form(query=long.decode()),), may)
    yield Hostile("size", "content of 10 MB", (direct(long),), may)
    yield Hostile("size", "10 MB of brackets", (direct(b"{" * ten),), may)
    yield Hostile("size", "10 MB of nothing", (direct(b" " * ten),), may)
    yield Hostile("size", "10 MB of no text", (direct(b"\xff" * ten),), may)
    yield Hostile("size", "10 MB of another kind", (post(b"x" * ten, "image/png"),), may)
    chunks = b"".join(b"%x\r\n%s\r\n" % (65536, b"y" * 65536) for _ in range(160)) + b"0\r\n\r\n"
    fields = (f"Content-Type: {kind}", "Transfer-Encoding: chunked")
    yield Hostile("size", "10 MB in chunks", (head("POST /sparql", *fields) + chunks,), may)
    drops = b"1\r\nz\r\n" * 900_000 + b"0\r\n\r\n"
    yield Hostile(
        "size", "a chunk for each byte", (head("POST /sparql", *fields) + drops,), (400, ENDED)
    )
    promised = head("POST /sparql", f"Content-Type: {kind}", "Content-Length: 99999999999")
    yield Hostile("size", "100 GB are promised", (promised + long,), may)
    mega = 1_000_000
    for name, query in {
        "name of a variable": b"SELECT ?" + b"v" * mega + b" {}",
        "IRI": b"ASK { <urn:" + b"i" * mega + b"> ?p ?o }",
        "number": b"ASK { FILTER(" + b"9" * mega + b" > 0) }",
        "comment": b"ASK {} #" + b"c" * mega,
        "space": b"ASK {" + b" " * mega + b"}",
        "text": b"ASK { ?s ?p '" + b"t" * mega + b"' }",
        "escapes": b"ASK { ?s ?p '" + rb"\u0041" * (mega // 6) + b"' }",
        "emoji": b"ASK { ?s ?p '" + "\U0001f600".encode() * (mega // 4) + b"' }",
        "calls of NOW": b"ASK { " + b"NOW " * (mega // 4) + b"}",
        "words with FROM": b"ASK { # FROM\n" + b"?s ?p ?o . " * (mega // 11) + b"}",
    }.items():
        yield Hostile("size", f"1 MB: {name}", (direct(query),), (*COSTLY, REFUSED))
        if name in ("comment", "emoji", "number"):
            yield Hostile("size", f"1 MB as a page: {name}", (direct(query, PAGE),), (*COSTLY, 400))
    for number in range(4):
        # What the parameter format does not name is passed over; it may not be kept, either.
        text = urlencode({"query": "ASK {}", "format": f"{number}" * 900_000}).encode()
        yield Hostile(
            "size", f"1 MB of format, {number}",
            (post(text, "application/x-www-form-urlencoded"),), (OK, 400, 406),
        )  # fmt: skip
    long_fields = {
        "field of 1 MB": ["X: " + "x" * mega],
        "cookie of 60 kB": ["Cookie: " + "a=b; " * 12_000],
        "100,000 fields": [f"X{i}: y" for i in range(100_000)],
        "10,000 empty fields": ["x:"] * 10_000,
        "name of 1 MB": ["x" * mega + ": y"],
        "long Accept": ["Accept: " + ", ".join(f"a/b{i};q=0.1" for i in range(3000))],
        "long language": ["Accept-Language: " + ", ".join(f"x{i}" for i in range(8000))],
        "long tags": ["If-None-Match: " + ", ".join(f'"{i}"' for i in range(7000))],
    }
    for name, given in long_fields.items():
        text = head("GET /sparql?query=ASK%7B%7D", *given)
        yield Hostile("size", name, (text,), (200, 406, 431, ENDED))


def _outside(address: str) -> Iterator[Hostile]:
    """Queries that would have the service ask or fetch from elsewhere."""
    inside = "{ ?s ?p ?o }"
    servers = {
        "http": address,
        "silent": f"SILENT {address}",
        "file": "<file:///etc/passwd>",
        "ftp": "<ftp://127.0.0.1/x>",
        "data": "<data:text/turtle,%3Ca%3E%20%3Cb%3E%20%3Cc%3E>",
        "metadata": "<http://169.254.169.254/latest/meta-data/>",
        "itself": "<http://localhost/sparql>",
        "relative": "<sparql>",
    }
    for name, server in servers.items():
        server = server if "<" in server else f"<{server}>"
        server = server.replace("<SILENT ", "SILENT <")
        may = (403, 400)
        for kind, query in {
            "SERVICE": f"SELECT * {{ SERVICE {server} {inside} }}",
            "SERVICE in OPTIONAL": f"ASK {{ ?s ?p ?o OPTIONAL {{ service {server} {inside} }} }}",
        }.items():
            yield Hostile("outside", f"{kind} {name}", (get(query),), may)
        if name == "silent":
            continue
        iri = server.strip("<>")
        for kind, query in {
            "FROM": f"SELECT * FROM {server} {inside}",
            "FROM NAMED": f"SELECT * FROM NAMED {server} {{ GRAPH ?g {inside} }}",
        }.items():
            yield Hostile("outside", f"{kind} {name}", (get(query),), may)
        for field in ("default-graph-uri", "named-graph-uri"):
            given = f"&{field}={quote(iri, safe='')}"
            yield Hostile("outside", f"{field} {name}", (get("ASK {}", more=given),), may)
    server = f"<{address}>"
    spelled = {
        "comment": f"ASK {{ SERVICE #\n{server}#\n{inside} }}",
        "comments of many kinds": f"ASK {{ SERVICE # 'x' \"\r{server} # {{\n{inside} }}",
        "letters": f"ASK {{ sErViCe{server}{inside} }}",
        "escape in the word": f"ASK {{ S\\u0045RVICE {server} {inside} }}",
        "long escape in the word": f"ASK {{ \\U00000053ERVICE {server} {inside} }}",
        "escape in the IRI": f"ASK {{ SERVICE <\\u0068{address[1:]}> {inside} }}",
        "prefix": f"PREFIX x: {server} ASK {{ SERVICE x: {inside} }}",
        "prefix of that name": f"PREFIX SERVICE: {server} ASK {{ SERVICE SERVICE: {inside} }}",
        "base": f"BASE {server} ASK {{ SERVICE <> {inside} }}",
        "variable": f"ASK {{ VALUES ?x {{ {server} }} SERVICE ?x {inside} }}",
        "made": f"ASK {{ BIND(IRI('{address}') AS ?x) SERVICE SILENT ?x {inside} }}",
        "within another": f"ASK {{ SERVICE {server} {{ SERVICE {server} {inside} }} }}",
        "in a filter": f"ASK {{ FILTER EXISTS {{ SERVICE {server} {inside} }} }}",
        "in MINUS": f"ASK {{ ?s ?p ?o MINUS {{ SERVICE SILENT {server} {inside} }} }}",
        "in an order": f"SELECT * {inside} ORDER BY EXISTS {{ SERVICE {server} {inside} }}",
        "in HAVING": f"SELECT ?s {inside} GROUP BY ?s HAVING(EXISTS {{ SERVICE {server} {{}} }})",
        "in a construct": f"CONSTRUCT {inside} {{ SERVICE {server} {inside} }}",
        "in a describe": f"DESCRIBE ?s {{ SERVICE {server} {inside} }}",
        "in a subquery": f"ASK {{ {{ SELECT * {{ SERVICE {server} {inside} }} }} }}",
        "lateral": f"ASK {{ ?s ?p ?o LATERAL {{ SERVICE {server} {inside} }} }}",
        "after a text": f"ASK {{ ?s ?p '''it's \" # ''' . SERVICE {server} {inside} }}",
        "after an escape": f'ASK {{ ?s ?p "\\"" . SERVICE {server} {inside} }}',
        "after less": f"ASK {{ ?a ?p ?b FILTER(?a<'>') SERVICE {server} {{}} FILTER(?a<'z') }}",
        "after a mark": f"\ufeffASK {{ SERVICE {server} {inside} }}",
        "space that is none": f"ASK {{ SERVICE\u00a0{server} {inside} }}",
        "letter that is none": f"ASK {{ \u017fERVICE {server} {inside} }}",
        "a hundred times": f"ASK {{ {f'SERVICE {server} {inside} ' * 100} }}",
        "construct from": f"CONSTRUCT FROM {server} WHERE {inside}",
        "describe from": f"DESCRIBE {server} FROM {server}",
        "from a prefix": f"PREFIX x: {server} SELECT * FROM x: {inside}",
        "from a base": f"BASE {server} SELECT * FROM <> {inside}",
        "values after": f"SELECT * {{ SERVICE ?x {inside} }} VALUES ?x {{ {server} }}",
    }
    for name, query in spelled.items():
        # In a crowd the parser may take longer than there is time.
        yield Hostile("outside", name, (get(query),), (403, 400, 408))


def _updates(address: str) -> Iterator[Hostile]:
    """Changes of each kind, sent in each way."""
    kinds = [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "DELETE DATA { <urn:a> <urn:b> <urn:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o }",
        "WITH <urn:g> DELETE { ?s ?p ?o } USING <urn:h> WHERE { ?s ?p ?o }",
        f"LOAD <{address}>",
        f"LOAD SILENT <{address}> INTO GRAPH <urn:g>",
        "LOAD <file:///etc/passwd>",
        "CLEAR ALL",
        "CREATE GRAPH <urn:g>",
        "DROP SILENT DEFAULT",
        "COPY DEFAULT TO <urn:g>",
        "MOVE <urn:g> TO DEFAULT",
        "ADD <urn:g> TO <urn:h>",
        f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
    ]
    for text in kinds:
        name = " ".join(text.split()[:2])
        for way, made in {
            "query": get(text),
            "form": form(update=text),
            "content": post(text.encode(), "application/sparql-update"),
        }.items():
            yield Hostile("updates", f"{name} as {way}", (made,), (403,))
    for method in ("PUT", "DELETE", "PATCH"):
        text = head(f"{method} /sparql?default", "Content-Type: text/turtle", "Content-Length: 0")
        yield Hostile("updates", f"{method} of a graph", (text,), (405,))


def _not_text() -> Iterator[Hostile]:
    """Bytes that are no query, and content that is not what it says."""
    bomb = gzip.compress(b"ASK {} #" + b"0" * 50_000_000, 9)
    kind = "application/sparql-query"
    bad = {
        "invalid UTF-8": b"ASK { ?s ?p '\xff\xfe' }",
        "overlong UTF-8": b"ASK { ?s ?p '\xc0\xaf' }",
        "surrogates": b"ASK { ?s ?p '\xed\xa0\x80' }",
        "cut UTF-8": b"ASK { ?s ?p '\xf0\x9f",
        "UTF-16": "ASK {}".encode("utf-16"),
        "NUL": b"ASK { \x00 }",
        "all bytes": bytes(range(256)),
        "nothing": b"",
        "JSON": b'{"query": "ASK {}"}',
        "escaped surrogate": rb"ASK { ?s ?p '\uD800' }",
        "packed": bomb[:100_000],
    }
    for name, text in bad.items():
        may = (400,)
        yield Hostile("no text", name, (direct(text),), may)
        if text:
            way = "application/x-www-form-urlencoded"
            body = b"query=" + quote(text).encode()
            yield Hostile("no text", f"{name} in a form", (post(body, way),), may)
    for name, packing in (("gzip bomb", "gzip"), ("bomb in two skins", "gzip, gzip")):
        text = post(bomb, kind, f"Content-Encoding: {packing}")
        yield Hostile("no text", name, (text,), (415, 413))
    packed = head("POST /sparql", f"Content-Type: {kind}", "Transfer-Encoding: gzip, chunked")
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(bomb), bomb)
    yield Hostile("no text", "packed on the way", (packed + chunk,), (400, 415, 501))
    for given in ("", "text/turtle", "multipart/form-data; boundary=x", "a" * 9000, ";;;", "\xff",
                  f"{kind}; charset=utf-16", f"{kind}; charset=utf-7", "application/sparql"):  # fmt: skip
        yield Hostile("no text", f"as {given[:30]}", (post(b"ASK {}", given),), (415,))
    for name, query in {
        "two queries": "query=ASK%7B%7D&query=ASK%7B%7D",
        "half escapes": "query=%",
        "bad escapes": "query=%ZZ%F",
        "no UTF-8": "query=%FF%FE",
        "a NUL": "query=ASK%7B%00%7D",
        "1000 parameters": "query=ASK%7B%7D" + "&a=b" * 1000,
        "only marks": "&" * 5000 + "query",
        "no known graph": "query=ASK%7B%7D&default-graph-uri=%00%0d%0aX:%20y",
        "graph of 50 kB": "query=ASK%7B%7D&named-graph-uri=" + "g" * 50_000,
    }.items():
        yield Hostile("no text", name, (head(f"GET /sparql?{query}"),), (400,))


def _no_http() -> Iterator[Hostile]:
    """What is no HTTP/1.1, or hardly."""
    start = "Host: localhost\r\nConnection: close"
    kind = "Content-Type: application/sparql-query"
    texts = {
        "HTTP/0.9": "GET /health\r\n",
        "HTTP/9.9": f"GET /health HTTP/9.9\r\n{start}{END}",
        "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "no method": f" /health HTTP/1.1\r\n{start}{END}",
        "own method": f"HACK /health HTTP/1.1\r\n{start}{END}",
        "long method": f"{'G' * 70_000} / HTTP/1.1\r\n{start}{END}",
        "bare feeds": "GET /health HTTP/1.1\n" + start.replace("\r", "") + "\n\n",
        "space before the colon": f"GET /health HTTP/1.1\r\n{start}\r\nX : y{END}",
        "folded field": f"GET /health HTTP/1.1\r\n{start}\r\nX: y\r\n z{END}",
        "no colon": f"GET /health HTTP/1.1\r\n{start}\r\nnonsense{END}",
        "NUL in a field": f"GET /health HTTP/1.1\r\n{start}\r\nX: a\x00b{END}",
        "two hosts": f"GET /health HTTP/1.1\r\nHost: localhost\r\n{start}{END}",
        "negative length": f"POST /sparql HTTP/1.1\r\n{start}\r\nContent-Length: -1{END}",
        "length in words": f"POST /sparql HTTP/1.1\r\n{start}\r\nContent-Length: six{END}",
        "huge length": f"POST /sparql HTTP/1.1\r\n{start}\r\nContent-Length: {'9' * 40}{END}",
        "two lengths": f"POST /sparql HTTP/1.1\r\n{start}\r\n{kind}\r\nContent-Length: 6\r\n"
        f"Content-Length: 7{END}ASK {{}}",
        "length and chunks": f"POST /sparql HTTP/1.1\r\n{start}\r\n{kind}\r\nContent-Length: 6\r\n"
        f"Transfer-Encoding: chunked{END}0\r\n\r\n",
        "chunks and more": f"POST /sparql HTTP/1.1\r\n{start}\r\n{kind}\r\n"
        f"Transfer-Encoding: chunked, identity{END}0\r\n\r\n",
        "chunk of no number": f"POST /sparql HTTP/1.1\r\n{start}\r\n{kind}\r\n"
        f"Transfer-Encoding: chunked{END}xyz\r\n",
        "chunk without end": f"POST /sparql HTTP/1.1\r\n{start}\r\n{kind}\r\n"
        f"Transfer-Encoding: chunked{END}ffffffffffffffffff\r\n",
        "proxy": f"CONNECT example.org:443 HTTP/1.1\r\n{start}{END}",
        "address without a path": f"GET http://localhost HTTP/1.1\r\n{start}{END}",
        "no address": f"GET  HTTP/1.1\r\n{start}{END}",
        "a star": f"GET * HTTP/1.1\r\n{start}{END}",
        "no host": "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n",
        "trace": f"TRACE /sparql HTTP/1.1\r\n{start}{END}",
        "WebDAV": f"PROPFIND / HTTP/1.1\r\n{start}\r\nDepth: infinity{END}",
        "own expectation": f"POST /sparql HTTP/1.1\r\n{start}\r\n{kind}\r\nContent-Length: 3\r\n"
        f"Expect: 999-magic{END}ASK",
        "web socket": "GET /sparql?query=ASK HTTP/1.1\r\nHost: localhost\r\n"
        f"Connection: Upgrade, close\r\nUpgrade: websocket{END}",
        "h2c": "GET /sparql?query=ASK HTTP/1.1\r\nHost: localhost\r\n"
        f"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAA{END}",
        "TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x00" * 500,
        "an SSH client": "SSH-2.0-OpenSSH_9.6\r\n",
        "a mail": "EHLO example.org\r\nMAIL FROM:<x>\r\n",
    }
    fine = {"HTTP/9.9": (400, 505), "bare feeds": (OK, 400), "two hosts": (OK, 400),
            "no host": (OK, 400), "folded field": (OK, 400), "own expectation": (400, 417),
            "a star": (404, 400), "long method": (400, 431),
            "trace": (405, 400), "WebDAV": (405, 400)}  # fmt: skip
    for name, text in texts.items():
        may = fine.get(name, (400,))
        # Who sends too little is waited for, as it might be a slow client.
        client: Literal["reads", "half"] = "half" if name in ("HTTP/0.9", "no address") else "reads"
        yield Hostile("no HTTP", name, (text.encode("latin-1"),), (*may, ENDED), client=client)


def _paths_and_fields() -> Iterator[Hostile]:
    """Addresses and fields that mean something else than they say."""
    for path in (
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%5c..%5cwindows", "//etc/passwd",
        "/id/../../../etc/passwd", "/id/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/itas.nq/../../etc",
        "/itas.ttl%00.html", "/id/%00%0d%0aX-Evil:%20y", "/id/%3Cscript%3E", "/id/" + "a/" * 20_000,
        "/id/x%3E%20%3Fp%20%3Fo%20.%20%3Fs%20%3Fp%20%3Fo%20%23", "/concept/%22%7D%20UNION%20%7B",
        "/id/%F0%9F%98%80", "/id/%ED%A0%80", "/id/%ff%fe", "/.git/config", "/store/CURRENT",
        "/manifest.json", "/sparql/", "/id", "/%", "/%zz", "/id/" + "%20" * 9000,
    ):  # fmt: skip
        for accept in ("*/*", PAGE):
            text = head(f"GET {path}", f"Accept: {accept}")
            yield Hostile("paths", f"{path[:30]} {accept}", (text,), (404, 400))
    ranges = {
        "nonsense": "bytes=x-y,-,--1", "backwards": "bytes=9-1", "beyond": "bytes=99999999999-",
        "the whole, 500 times": "bytes=" + ",".join(["0-"] * 500),
        "each second byte": "bytes=" + ",".join(f"{i}-{i}" for i in range(0, 12_000, 2)),
        "in other words": "sheep=1-2", "the last": "bytes=-99999999999999999999",
    }  # fmt: skip
    for name, given in ranges.items():
        text = head("GET /itas.nq", f"Range: {given}")
        yield Hostile("fields", f"range: {name}", (text,), (200, 206, 400, 416))
    for host in ("evil.example", "[", "[::1", "localhost:99999999", "a@localhost", "localhost/x",
                 "localhost localhost", "127.0.0.1.nip.io", "\xff", "x" * 5000):  # fmt: skip
        for accept in ("*/*", PAGE):
            text = head("GET /id/x", f"Accept: {accept}", host=host)
            yield Hostile("fields", f"host {host[:20]}", (text,), (421, 400, 404))
    for name, fields in {
        "new lines in format": ["GET /sparql?query=ASK&format=csv%0d%0aX-Evil:%20y"],
        "new lines in lang": ["GET /sparql?query=ASK&lang=de%0d%0aX-Evil:%20y"],
        "script in the query": ["GET /sparql?query=%3Cscript%3Ealert(1)%3C/script%3E",
                                f"Accept: {PAGE}"],
        "no form": ["GET /sparql?query=ASK%7B%7D", "Accept: image/png"],
        "no form of a table": ["GET /sparql?query=ASK%7B%7D", "Accept: text/turtle"],
        "weights of nonsense": ["GET /sparql?query=ASK%7B%7D", "Accept: text/csv;q=NaN,*/*;q=-1"],
        "another's address": ["GET http://evil.example/nothing"],
        "forwarded": ["GET /nothing", "X-Forwarded-Host: evil.example", "Forwarded: for=1"],
        "tag without end": ["GET /sparql?query=x", 'If-None-Match: W/"' + "a" * 50_000],
        "method by field": ["GET /nothing", "X-HTTP-Method-Override: DELETE"],
    }.items():  # fmt: skip
        text = head(*fields)
        yield Hostile("fields", name, (text,), (400, 404, 406, 421))


def _connections() -> Iterator[Hostile]:
    """Clients that go, send all at once, or end only their direction."""
    endless = f"SELECT (COUNT(*) AS ?n) {{ {_joined(4)} }}"
    for number in range(8):
        text = get(f"{endless} #{number}")
        yield Hostile("connections", f"gone at once {number}", (text,), (ENDED,), client="is gone")
        text = get(f"{endless} LIMIT {number}")
        yield Hostile("connections", f"half-closed {number}", (text,), (ENDED,), client="half")
    for cut in (1, 7, 30, 60):
        text = get(f"ASK {{ <urn:{cut}> ?p ?o }}")[:-cut]
        yield Hostile("connections", f"{cut} bytes too few", (text,), (400, ENDED), client="half")
    one = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    for number in (10, 20_000):
        text = one * number + last
        yield Hostile("connections", f"{number} in a row", (text,), (OK, ENDED))
    runaway = get(f"{endless} #row").replace(b"Connection: close\r\n", b"")
    text = runaway + one * 200_000
    yield Hostile("connections", "a row behind a long question", (text,), (408, ENDED))
    text = runaway.replace(b"row", b"gone") * 50
    yield Hostile("connections", "a row, and gone", (text,), (ENDED,), client="is gone")
    text = one * 3 + b"\x00\x01\x02 nonsense\r\n\r\n"
    yield Hostile("connections", "nonsense after three", (text,), (OK, 400, ENDED))


def _slow() -> Iterator[Hostile]:
    """Clients that take their time; they are asked for patience, but not for all of it."""
    from itas_graph.clients import ANSWER_SECONDS, REQUEST_SECONDS

    kind = "Content-Type: application/sparql-query"
    start = "Host: localhost\r\n"
    # The time of a connection that waits for the next request, then that of a request.
    within = REQUEST_SECONDS + 1
    chunked = f"POST /sparql HTTP/1.1\r\n{start}{kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
    whole = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    drops: dict[str, tuple[bytes, bytes, int]] = {
        "nothing": (b"", b"", 0),
        "a letter": (b"G", b"", 0),
        "half a line": (b"GET /spar", b"", 0),
        "no empty line": (f"GET /health HTTP/1.1\r\n{start}".encode(), b"", 0),
        "a letter each second": (b"G", b"x", 40),
        "a field each second": (f"GET /health HTTP/1.1\r\n{start}".encode(), b"x: y\r\n", 40),
        "empty lines": (b"", b"\r\n", 40),
        "no content": (
            f"POST /sparql HTTP/1.1\r\n{start}{kind}\r\nContent-Length: 9\r\n\r\n".encode(), b"", 0
        ),
        "content drop by drop": (
            f"POST /sparql HTTP/1.1\r\n{start}{kind}\r\nContent-Length: 99\r\n\r\n".encode(),
            b"x", 40,
        ),
        "chunks without end": (chunked.encode(), b"1\r\nx\r\n", 40),
        "a chunk's name without end": (chunked.encode() + b"1;", b"x", 40),
        "trailers without end": (chunked.encode() + b"0\r\n", b"x: y\r\n", 40),
        "continued never": (
            f"POST /sparql HTTP/1.1\r\n{start}{kind}\r\nContent-Length: 9\r\n"
            "Expect: 100-continue\r\n\r\n".encode(), b"", 0,
        ),
        "too late for an answer": (
            f"POST /sparql HTTP/1.1\r\n{start}Content-Length: 99\r\n\r\n".encode(), b"x", 40
        ),
    }  # fmt: skip
    for name, (first, more, times) in drops.items():
        pieces = (first, *[more] * times)
        may = (ENDED, 408, 415, 400)
        yield Hostile("slow to ask", name, pieces, may, within, pause=1)
    after = {
        "a second that never comes": b"",
        "half a second": b"GET /hea",
        "an empty line after the first": b"\r\n",
        "a letter after the first": b"G",
    }
    for name, more in after.items():
        pieces = (whole, more)
        yield Hostile("slow to ask", name, pieces, (OK,), within + 1, pause=1)
    upgrade = (
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"
    )
    pieces = (upgrade, *[b"\x00"] * 40)
    yield Hostile("slow to ask", "an upgrade to nothing", pieces, (OK, 400, 426), within + 1, 1)
    flood = b"x: y\r\n" * 2_000_000
    yield Hostile(
        "slow to ask", "12 MB of trailers", (chunked.encode() + b"0\r\n" + flood,), (ENDED, 400, 431),
        within,
    )  # fmt: skip
    long = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 40000"
    for number, accept in enumerate(("text/csv", "application/json", "application/xml")):
        text = get(f"{long} #{number}", accept)
        within = QUICK + ANSWER_SECONDS + 1
        for client in ("reads nothing", "sips"):
            yield Hostile(
                "slow to read", f"{accept}, {client}", (text + b"" if client == "sips" else
                text.replace(b"Connection: close\r\n", b""),), (OK, ENDED, 408), within,
                client=client,  # type: ignore[arg-type]  # one of the clients above
            )  # fmt: skip
