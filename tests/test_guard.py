"""No question hangs, none reaches outside, none takes more than it may, however it is asked."""

import asyncio
import io
import mmap
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pyoxigraph as ox
import pytest

import itas_graph
from itas_graph import confinement, errors, guard, queries, reach, store
from itas_graph import pool as pool_module
from itas_graph.guard import MEGABYTE, Guarded, Limits, Task
from itas_graph.pool import Pool

ON_LINUX = sys.platform == "linux"
ENDLESS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
ENDLESS_QUERIES = {
    "SELECT": f"SELECT (COUNT(*) AS ?n) {{ {ENDLESS} }}",
    "SELECT rows": f"SELECT * {{ {ENDLESS} }}",
    "ASK": f"ASK {{ {ENDLESS} FILTER(STR(?l) = CONCAT(STR(?a), 'x')) }}",
    "CONSTRUCT": f"CONSTRUCT {{ ?a ?b ?l }} WHERE {{ {ENDLESS} }}",
    "DESCRIBE": f"DESCRIBE ?a {{ {ENDLESS} }}",
}


def processes_that_say(mark):
    """List the processes whose command line holds `mark`."""
    listing = subprocess.check_output(["ps", "-ww", "-eo", "pid,args"], text=True)  # noqa: S607  # the ps of the machine
    return [line for line in listing.splitlines() if mark in line]


@pytest.fixture(scope="module")
def folder(small_built):
    return small_built.root / "build" / "store"


@pytest.fixture(scope="module")
def opener(folder):
    return partial(store.read, folder)


@pytest.fixture(scope="module")
def guarded(opener):
    return Guarded(opener, Limits(seconds=20))


@pytest.fixture
def outside():
    import servers  # this module is also read by processes that do not know it

    server = servers.Listener()
    yield server
    server.close()


@pytest.mark.parametrize("form", ENDLESS_QUERIES)
def test_an_endless_question_ends_at_its_deadline(small_built, itas, form):
    started = time.monotonic()
    root, question = ("--root", small_built.root), ("-e", ENDLESS_QUERIES[form])
    form = ("--format", "nt" if form in ("CONSTRUCT", "DESCRIBE") else "csv")
    run = itas(*root, "query", *question, "--timeout", "1.5", *form, "--lang", "en")
    assert time.monotonic() - started < 8
    assert run.returncode == 3
    assert "Error: The query was ended after 1.5 s." in run.stderr
    assert "Traceback" not in run.stderr
    assert processes_that_say(f"{small_built.root} query") == []


def test_the_deadline_comes_from_the_environment_and_is_said_in_german(small_built, itas):
    question = ENDLESS_QUERIES["SELECT"]
    root = ("--root", small_built.root)
    run = itas(*root, "query", "-e", question, env={"ITAS_TIMEOUT": "1", "ITAS_LANG": "de"})
    assert run.returncode == 3
    assert "Die Abfrage wurde nach 1 s beendet. Fragen Sie nach weniger" in run.stderr
    wrong = itas(*root, "query", "-e", "ASK {}", env={"ITAS_TIMEOUT": "bald"})
    assert wrong.returncode == 2
    assert "ITAS_TIMEOUT is “bald”; write a number above zero, such as 30." in wrong.stderr


@pytest.mark.skipif(not ON_LINUX, reason="the system limits memory on Linux alone")
@pytest.mark.parametrize(
    "query",
    [
        f"SELECT DISTINCT * {{ {ENDLESS} }}",
        f"SELECT * {{ {ENDLESS} }} ORDER BY ?l",
        f"SELECT (GROUP_CONCAT(STR(?l); separator='{'x' * 500}') AS ?all) {{ {ENDLESS} }}",
    ],
)
def test_a_greedy_question_ends_at_its_memory(opener, query):
    before = _largest_child()
    # The process begins as a copy of this one.
    own = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * mmap.PAGESIZE
    greedy = Guarded(opener, Limits(seconds=60, memory=200 * MEGABYTE))
    with pytest.raises(errors.LimitError) as refusal:
        for _ in greedy.serialised(query, "csv"):
            pass
    assert refusal.value.limit == "memory"
    assert "200 MB" in refusal.value.message.de
    assert _largest_child() <= max(before, own + 250 * MEGABYTE)
    assert greedy.ask("ASK { ?s ?p ?o }").truth, "the next question is answered"


def _largest_child():
    import resource

    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def test_an_answer_may_not_be_longer_than_said(opener):
    short = Guarded(opener, Limits(seconds=20, size=2000))
    assert short.ask("ASK {}").truth
    with pytest.raises(errors.LimitError, match="longer than 2,000 bytes") as refusal:
        b"".join(short.serialised("SELECT * { ?s ?p ?o }", "json"))
    assert refusal.value.limit == "size"


def test_a_question_that_breaks_the_engine_breaks_nothing_else(guarded):
    deep = "SELECT * " + "{" * 50_000 + "?s ?p ?o" + "}" * 50_000
    with pytest.raises(errors.ItasError):
        guarded.ask(deep)
    with pytest.raises(errors.ItasError):
        guarded.ask(deep.replace("?s ?p ?o", "SERVICE <http://example.org/> { ?s ?p ?o }"))
    assert guarded.ask("ASK { ?s ?p ?o }").truth


@pytest.mark.skipif(os.name == "nt", reason="signals of a terminal")
@pytest.mark.parametrize("how", ["Ctrl-C", "killed"])
def test_nothing_goes_on_when_the_asker_is_gone(small_built, user_environment, how):
    question = [ENDLESS_QUERIES["SELECT"], "--timeout", "300", "--lang", "en"]
    command = [sys.executable, "-m", "itas_graph", "--root", small_built.root, "query", "-e"]
    with subprocess.Popen(
        [*command, *question],
        env=user_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # As in a terminal; what runs in the background may have been told to ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        until = time.monotonic() + 20
        while len(processes_that_say(f"{small_built.root} query")) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        if len(processes_that_say(f"{small_built.root} query")) < 2:
            process.kill()
            pytest.fail("no second process answers")
        if how == "Ctrl-C":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.kill()
        _, said = process.communicate(timeout=10)
    if how == "Ctrl-C":
        assert process.returncode == 130
        assert said.strip() == b"Error: Interrupted."
    if how == "Ctrl-C" or ON_LINUX:
        time.sleep(0.3)
        assert processes_that_say(f"{small_built.root} query") == []


REACHING = [
    "ASK { SERVICE <ADDRESS> { ?s ?p ?o SERVICE SILENT <ADDRESS> { ?s ?p ?o } } }",
    "SELECT * { SERVICE <ADDRESS> { ?s ?p ?o } }",
    # What begins with # is a comment, but not inside a long string, nor behind its end.
    '# no service\nSELECT * { BIND("""\n# """ AS ?t) SERVICE <ADDRESS> { ?s ?p ?o } }',
    "SELECT * { BIND('''\n# ''' AS ?t) SERVICE <ADDRESS> { ?s ?p ?o } }",
    "# a comment\rSELECT * { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <ADDRESS> { ?s ?p ?o } }",
    "select * { service silent <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { sErViCe<ADDRESS>{?s ?p ?o} }",
    "ASK { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "PREFIX e: <ADDRESS> SELECT * { SERVICE e: { ?s ?p ?o } }",
    "BASE <ADDRESS> SELECT * { SERVICE <> { ?s ?p ?o } }",
    "SELECT * { VALUES ?e { <ADDRESS> } SERVICE ?e { ?s ?p ?o } }",
    "SELECT * { BIND(IRI('ADDRESS') AS ?e) SERVICE SILENT ?e { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o OPTIONAL { SERVICE <ADDRESS> { ?a ?b ?c } } }",
    "SELECT * { ?s ?p ?o FILTER NOT EXISTS { SERVICE SILENT <ADDRESS> { ?a ?b ?c } } }",
    "SELECT * { ?s ?p ?o MINUS { SERVICE SILENT <ADDRESS> { ?s ?b ?c } } }",
    "SELECT * { { SELECT * { { ?s ?p ?o } UNION { SERVICE <ADDRESS> { ?s ?p ?o } } } } }",
    "SELECT (EXISTS { SERVICE <ADDRESS> { ?s ?p ?o } } AS ?x) { }",
    "SELECT * { GRAPH ?g { SERVICE <ADDRESS> { ?s ?p ?o } } }",
    "SELECT * { # a comment\n SERVICE # another\n <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { ?a ?p ?b FILTER(?a<'>') SERVICE <ADDRESS> {} FILTER(?a<'z') }",
    "SELECT * { ?s ?p '''it's \" # ''' . SERVICE <ADDRESS> { ?s ?p ?o } }",
    'SELECT * { ?s ?p "\\"" . SERVICE <ADDRESS> { ?s ?p ?o } }',
    "SELECT * { SERV\\u0049CE <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { SERVICE <ADDR\\u0045SS> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o LATERAL { SERVICE <ADDRESS> { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o } ORDER BY EXISTS { SERVICE SILENT <ADDRESS> { ?s ?b ?c } }",
    "SELECT * { ?s ?p ?o } HAVING (EXISTS { SERVICE SILENT <ADDRESS> { ?s ?b ?c } })",
    "SELECT * FROM <ADDRESS> { ?s ?p ?o }",
    "SELECT * FROM NAMED <ADDRESS> { GRAPH ?g { ?s ?p ?o } }",
    "ASK FROM <ADDRESS> { ?s ?p ?o }",
    "CONSTRUCT FROM <ADDRESS> WHERE { ?s ?p ?o }",
    "DESCRIBE <ADDRESS> FROM <ADDRESS>",
    "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "SELECT * FROM NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }",
    "BASE <file:///etc/> SELECT * FROM <passwd> { ?s ?p ?o }",
    "PREFIX e: <file:///etc/> SELECT * FROM e:passwd { ?s ?p ?o }",
    "LOAD <ADDRESS>",
    "LOAD SILENT <ADDRESS> INTO GRAPH <urn:x>",
    "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "DELETE WHERE { ?s ?p ?o }",
    "WITH <urn:g> DELETE { ?s ?p ?o } INSERT { ?s ?p ?o } WHERE { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "DROP ALL",
    "CLEAR DEFAULT",
    "CREATE GRAPH <urn:x>",
    "COPY DEFAULT TO <urn:x>",
]


@pytest.mark.parametrize("text", REACHING)
def test_what_reaches_outside_or_writes_is_refused(guarded, outside, text):
    count = guarded.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    before = [row[0].value for row in count.rows]
    with pytest.raises(errors.QueryError) as refusal:
        guarded.ask(text.replace("ADDRESS", outside.address))
    # What one of the two parsers cannot read is refused for that.
    if not any(odd in text for odd in ("\\u", "LATERAL", "HAVING", "it's", "AS ?t", "\r")):
        assert isinstance(refusal.value, errors.ForbiddenError)
    assert outside.visits == 0
    after = [row[0].value for row in guarded.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows]
    assert after == before


HARMLESS = [
    "ASK { BIND('SERVICE <http://example.org/> { ?s ?p ?o }' AS ?text) }",
    "ASK { # SERVICE <http://example.org/> { ?s ?p ?o }\n }",
    "ASK { FILTER(STR(<http://example.org/service/from>) != 'FROM <x>') }",
    "PREFIX service: <http://example.org/> ASK { FILTER(service:from != service:service) }",
    "ASK { BIND(1 AS ?service) BIND(2 AS ?from) }",
    "ASK { FILTER(CONTAINS('customer service', 'service')) }",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_words_that_only_look_like_it_are_no_reason(guarded, text):
    assert guarded.ask(text).truth


@pytest.mark.skipif(not ON_LINUX, reason="the second wall is the Linux kernel's")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_second_wall_stands_behind_the_first(folder, outside, monkeypatch):
    query = f"SELECT * {{ SERVICE <{outside.address}> {{ ?s ?p ?o }} }}"
    monkeypatch.setattr(guard, "_context", lambda: multiprocessing.get_context("fork"))
    monkeypatch.setattr(reach, "clause", lambda *_: reach.DatasetClause())
    with pytest.raises(errors.EngineError):
        list(Guarded(partial(store.read, folder), Limits(seconds=5)).ask(query).rows)
    assert outside.visits == 0
    monkeypatch.setattr(confinement, "refuse_connections", lambda _: None)
    with pytest.raises(errors.EngineError):
        list(Guarded(partial(store.read, folder), Limits(seconds=2)).ask(query).rows)
    assert outside.visits == 1, "without walls the engine goes out"


def test_graphs_of_the_dataset_may_be_named(guarded):
    graphs = [
        row[0].value for row in guarded.ask("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }").rows
    ]
    assert len(graphs) >= 3
    one, other = [graph for graph in graphs if "/source/" in graph][:2]
    counts = "SELECT (COUNT(*) AS ?n) {}WHERE {{ ?s ?p ?o }}"

    def number(text):
        return next(int(row[0].value) for row in guarded.ask(text).rows)

    first, second = (number(counts.format(f"FROM <{graph}> ")) for graph in (one, other))
    both = number(counts.format(f"FROM <{one}> FROM <{other}> "))
    assert 0 < max(first, second) <= both <= first + second
    everything = number(counts.format("".join(f"FROM <{graph}> " for graph in graphs)))
    assert everything == number(counts.format("")), "the union, each statement once"
    named = counts.replace("(COUNT(*) AS ?n)", "DISTINCT ?g").format(f"FROM NAMED <{one}> ")
    named = named.replace("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }")
    assert [row[0].value for row in guarded.ask(named).rows] == [one]
    refused = counts.format(f"FROM <{one}x> ")
    with pytest.raises(errors.ForbiddenError, match="There is no graph") as refusal:
        guarded.ask(refused)
    assert f"{one}x" in refusal.value.message.de


def test_answers_are_the_engines_own(small_built, guarded, folder):
    direct = store.read(folder)
    asked = queries.load(small_built.workspace.queries)
    assert len(asked) >= 24
    for question in asked.values():
        ours, its = guarded.ask(question.text), direct.ask(question.text)
        assert ours.columns == its.columns
        assert sorted(map(str, ours.rows)) == sorted(map(str, its.rows))
    for name in ("csv", "tsv", "json", "xml"):
        text = asked["programme"].text
        assert b"".join(guarded.serialised(text, name)) == b"".join(direct.serialised(text, name))
    for name in ("ttl", "nt", "jsonld", "xml"):
        text = "CONSTRUCT WHERE { ?s ?p ?o }"
        assert b"".join(guarded.serialised(text, name)) == b"".join(direct.serialised(text, name))
    with pytest.raises(errors.NotAcceptableError, match="does not come as ttl but as: csv"):
        b"".join(guarded.serialised("SELECT * { ?s ?p ?o }", "ttl"))


def test_answers_are_taken_side_by_side_and_left_half_way(guarded):
    rows = guarded.ask("SELECT * { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f }").rows
    next(rows)
    other = guarded.ask("SELECT * { ?s ?p ?o }").rows
    assert next(other)
    assert next(rows)
    rows.close()
    assert len(list(other)) > 50


@pytest.mark.parametrize("threads", [False, True], ids=["alone", "in a program with threads"])
def test_python_users_are_guarded_too(small_built, threads):
    stop = threading.Event()
    if threads:
        threading.Thread(target=stop.wait, daemon=True).start()
    try:
        graph = itas_graph.open(small_built.root)
        assert graph.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"] > "0"
        with pytest.raises(errors.ForbiddenError):
            graph.rows("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    finally:
        stop.set()


def test_a_page_is_asked_under_guard(small_built, itas):
    page = small_built.root / "build" / "index.html"
    run = itas("query", "-b", str(page), "-e", ENDLESS_QUERIES["SELECT"], "--timeout", "2")
    assert (run.returncode, "ended after 2 s" in run.stderr) == (3, True)


async def _asked(pool, query, tables="json"):
    output = io.BytesIO()
    name = await pool.answer(Task(query, tables, "nt"), output)
    return name, output.getvalue()


@pytest.fixture
def pooled(opener, apart):
    """Run a coroutine function with a pool of two processes."""

    def run(work, **settings):
        async def main():
            limits = settings.pop("limits", Limits(seconds=2, memory=400 * MEGABYTE))
            pool = Pool(opener, limits, workers=2, **settings)
            await pool.start()
            try:
                return await work(pool)
            finally:
                await pool.close()

        return apart(lambda: asyncio.run(main()))

    return run


def test_quick_questions_pass_long_ones(pooled):
    async def work(pool):
        long = [asyncio.create_task(_asked(pool, ENDLESS_QUERIES["SELECT"])) for _ in range(2)]
        await asyncio.sleep(0.6)
        started = time.monotonic()
        for _ in range(50):
            assert (await _asked(pool, "ASK { ?s ?p ?o }"))[1] == b'{"head":{},"boolean":true}'
        taken = time.monotonic() - started
        ended = await asyncio.gather(*long, return_exceptions=True)
        return taken, [one.limit for one in ended], pool.ended

    taken, limits, ended = pooled(work)
    assert taken < 1.2
    assert limits == ["time", "time"]
    assert ended == {"time": 2}


class Sleepy:
    """A store whose query says in a comment how many seconds it takes."""

    def __init__(self):
        self._store = store.of_quads([])

    def run(self, query, *more):
        time.sleep(float(query.partition("#")[2] or 0))
        return self._store.run(query, *more)


@pytest.mark.parametrize("seconds", [0.05, 1.5])
def test_who_stands_behind_a_question_that_takes_its_time_goes_elsewhere(apart, seconds):
    async def work():
        pool = Pool(Sleepy, Limits(seconds=20), workers=2)
        await pool.start()
        ended = []

        async def one(number, takes):
            query = f"SELECT ({number} AS ?n) {{}} #{takes}"
            answer = (await _asked(pool, query, "csv"))[1]
            ended.append(number)
            return answer

        # Both processes get a line of questions, one of them a question that takes its time.
        asked = [asyncio.create_task(one(n, seconds if n == 2 else 0)) for n in range(8)]
        answers = await asyncio.gather(*asked)
        more = [await one(n, 0) for n in range(8, 12)]
        await pool.close()
        return answers + more, ended

    answers, ended = apart(lambda: asyncio.run(work()))
    assert answers == [b"n\r\n%d\r\n" % n for n in range(12)]
    assert seconds < 1 or ended.index(2) == 7


def test_a_full_house_says_so_and_empties_again(pooled):
    async def work(pool):
        asked = [asyncio.create_task(_asked(pool, ENDLESS_QUERIES["SELECT"])) for _ in range(20)]
        ended = await asyncio.gather(*asked, return_exceptions=True)
        await asyncio.sleep(0.5)
        return ended, await _asked(pool, "ASK {}")

    ended, after = pooled(work, waiting=3)
    kinds = [type(one).__name__ for one in ended]
    assert set(kinds) == {"LimitError", "BusyError"}
    assert kinds.count("BusyError") >= 5
    assert after[0] == "json"


def test_a_process_that_cannot_be_had_is_had_later(pooled, monkeypatch):
    async def work(pool):
        made, refusals = pool_module.Worker, iter([True] * 2)

        def scarce(*arguments):
            if next(refusals, False):
                raise OSError(24, "Too many open files")
            return made(*arguments)

        monkeypatch.setattr(pool_module, "Worker", scarce)
        asked = [asyncio.create_task(_asked(pool, ENDLESS_QUERIES["SELECT"])) for _ in range(2)]
        ended = await asyncio.gather(*asked, return_exceptions=True)
        await asyncio.sleep(1.5)
        return [one.limit for one in ended], len(pool._open)

    assert pooled(work, limits=Limits(seconds=0.5)) == (["time", "time"], 2)


def test_who_leaves_ends_the_question(pooled):
    async def work(pool):
        asked = asyncio.create_task(_asked(pool, ENDLESS_QUERIES["SELECT rows"]))
        await asyncio.sleep(0.5)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await asyncio.sleep(0.3)
        return pool.busy, pool.ended, await _asked(pool, "ASK {}")

    busy, ended, after = pooled(work, limits=Limits(seconds=60))
    assert busy == 0
    assert ended == {"left": 1}
    assert after[0] == "json"


def test_a_pool_says_what_is_wrong(pooled):
    async def work(pool):
        for text, kind in [
            ("SELECT {", errors.QueryError),
            ("ASK { SERVICE <http://127.0.0.1:9/> {} }", errors.ForbiddenError),
        ]:
            with pytest.raises(kind) as refusal:
                await _asked(pool, text)
        with pytest.raises(errors.NotAcceptableError):
            await _asked(pool, "ASK {}", None)
        with pytest.raises(errors.QueryError) as refusal:
            await _asked(pool, "SELECT *\n{ ?s ?p ?o ?x }")
        return refusal.value.line, refusal.value.column, pool.ended

    assert pooled(work) == (2, 16, {})


def test_a_store_that_is_not_there_is_said_at_the_start(tmp_path, apart):
    pool = Pool(partial(store.read, Path(tmp_path)), Limits(), workers=1)
    with pytest.raises(errors.EngineError, match="cannot be read"):
        apart(lambda: asyncio.run(pool.start()))


def test_terms_survive_the_way_between_processes():
    triples = [
        ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), value)
        for value in (
            ox.Literal("ä\n\t\"'\\ \U0001f600"),
            ox.Literal("wort", language="de-CH"),
            ox.Literal(
                "2024-06", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#gYearMonth")
            ),
            ox.Literal("true", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean")),
            ox.Literal(""),
            ox.NamedNode("http://example.org/ä?x=%20#y"),
        )
    ]
    quads = [ox.Quad(one.subject, one.predicate, one.object) for one in triples]
    guarded = Guarded(partial(store.of_quads, quads))
    assert set(guarded.ask("CONSTRUCT WHERE { ?s ?p ?o }").triples) == set(triples)
    rows = guarded.ask("SELECT ?o ?unbound { ?s ?p ?o }").rows
    assert set(rows) == {(one.object, None) for one in triples}
