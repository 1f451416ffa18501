"""The service as its users, its operator and rude clients meet it: a real process, real HTTP."""

import asyncio
import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import servers
import uvicorn

from itas_graph import build as pipeline
from itas_graph import clients, queries, snapshot

ROOT = Path(__file__).parent.parent
SELECT = "SELECT ?n { ?o a org:Organization ; skos:prefLabel ?n } ORDER BY ?n"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
CSV = {"Accept": "text/csv"}
DEADLINE = 2


@pytest.fixture(scope="module")
def tight(start_service, small_built):
    """Return a service that permits little."""
    return start_service(
        small_built.root, "--timeout", DEADLINE, "--memory", 224, "--max-bytes", 200_000,
        "--workers", 1,
    )  # fmt: skip


def ask(service, query, **options):
    options.setdefault("headers", CSV)
    return httpx.get(f"{service.url}/sparql", params={"query": query}, timeout=60, **options)


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def metric(service, name):
    text = httpx.get(f"{service.url}/metrics").text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
    return float(found[1]) if found else 0.0


needs_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc, as on Linux")


def test_every_question_has_the_answer_of_the_embedded_store(service, small_built):
    store, _ = pipeline.open_store(small_built.root / "build")
    asked = queries.load(small_built.root / "queries")
    assert len(asked) >= 20
    for name, question in asked.items():
        here = b"".join(store.serialised(question.text, "json"))
        there = ask(service, question.text, headers={"Accept": "application/json"})
        assert there.status_code == 200, name
        mine, theirs = json.loads(here), there.json()
        assert theirs["head"] == mine["head"], name
        key = json.dumps
        assert sorted(map(key, theirs["results"]["bindings"])) == sorted(
            map(key, mine["results"]["bindings"])
        ), name


def test_a_query_over_its_deadline_is_ended(tight):
    before = metric(tight, 'itas_graph_queries_ended_total{reason="time"}')
    begun = time.monotonic()
    answer = ask(tight, RUNAWAY)
    assert time.monotonic() - begun < DEADLINE + 1
    assert answer.status_code == 408
    assert int(answer.headers["retry-after"]) >= 1
    assert "2 s" in answer.text
    assert metric(tight, 'itas_graph_queries_ended_total{reason="time"}') == before + 1
    assert ask(tight, SELECT).status_code == 200


@pytest.mark.parametrize("form", ["text/csv", "application/sparql-results+json", "text/turtle"])
def test_an_answer_that_is_too_long_is_no_answer(tight, form):
    pattern = "{ ?a ?b ?c . ?d ?e ?f }"
    query = f"CONSTRUCT {pattern} WHERE {pattern}" if "turtle" in form else f"SELECT * {pattern}"
    answer = ask(tight, query, headers={"Accept": form})
    assert answer.status_code in (408, 422)
    assert answer.headers["content-type"].startswith("text/plain")
    if form == "text/csv":
        assert answer.status_code == 422
        assert "200,000 bytes" in answer.text


def test_a_query_that_takes_too_much_memory_is_ended(start_service, small_built):
    running = start_service(small_built.root, "--memory", 224, "--timeout", 30)
    answer = ask(
        running,
        "SELECT ?a ?f { ?a ?b ?c . ?d ?e ?f } ORDER BY DESC(CONCAT(STR(?a), STR(?f)))",
        headers={"Accept": "application/problem+json, text/csv;q=0.5"},
    )
    assert answer.status_code == 422
    assert answer.json()["limit"] == "memory"
    assert ask(running, SELECT).status_code == 200
    assert metric(running, 'itas_graph_queries_ended_total{reason="memory"}') == 1
    assert running.stop() == 0


def test_a_full_house_says_so(tight, apart):
    async def all_at_once():
        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=200)) as many:
            return await asyncio.gather(
                *(
                    many.get(f"{tight.url}/sparql", params={"query": f"{RUNAWAY} #{number}"})
                    for number in range(90)
                )
            )

    begun = time.monotonic()
    answers = apart(lambda: asyncio.run(all_at_once()))
    assert time.monotonic() - begun < DEADLINE + 3
    assert {one.status_code for one in answers} == {408, 503}
    refused = [one for one in answers if one.status_code == 503]
    assert len(refused) >= 90 - 66
    assert all(int(one.headers["retry-after"]) >= 1 for one in refused)
    assert all("Try again" in one.text for one in refused)
    assert any("Too many" in one.text for one in refused)
    assert ask(tight, SELECT).status_code == 200


def test_who_leaves_ends_the_query(start_service, small_built):
    running = start_service(small_built.root, "--timeout", 60, "--workers", 1)
    for number in range(3):
        with closing(socket.create_connection(("127.0.0.1", running.port), timeout=10)) as rude:
            text = httpx.QueryParams({"query": RUNAWAY})
            rude.sendall(f"GET /sparql?{text} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            time.sleep(0.5)
            assert metric(running, "itas_graph_workers_busy") >= 1
        until = time.monotonic() + 5
        name = 'itas_graph_queries_ended_total{reason="left"}'
        while metric(running, name) < number + 1:
            assert time.monotonic() < until
            time.sleep(0.05)
    until = time.monotonic() + 10
    while metric(running, "itas_graph_workers_busy"):
        assert time.monotonic() < until
        time.sleep(0.05)
    begun = time.monotonic()
    assert ask(running, SELECT).status_code == 200
    assert time.monotonic() - begun < 2
    running.wait_for('"status": 499')
    assert running.stop() == 0


def test_a_new_build_is_taken_up_without_a_failure(start_service, make_small, tmp_path):
    small = make_small(tmp_path / "small")
    folder = small.root / "build"
    pipeline.build(small.workspace, folder)
    running = start_service(small.root, "--workers", 2)
    failures, names, stop = [], set(), threading.Event()

    def stream(path, check):
        with httpx.Client(base_url=running.url, timeout=60) as client:
            while not stop.is_set():
                answer = client.get(path, headers=CSV if "sparql" in path else {})
                if answer.status_code != 200:
                    failures.append((path, answer.status_code, answer.text))
                check(answer)

    def note(answer):
        names.add(tuple(row["n"] for row in csv.DictReader(io.StringIO(answer.text))))

    paths = {f"/sparql?{httpx.QueryParams({'query': SELECT})}": note}
    for path in ("/id/organisation/ahorn", "/itas.nq", "/", "/health"):
        paths[path] = lambda _: None
    with ThreadPoolExecutor(len(paths) + 1) as threads:
        begun = [threads.submit(stream, path, check) for path, check in paths.items()]
        slow = threads.submit(ask, running, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }")
        try:
            for name in ("Ahorn AG", "Ahorn SE", "Ahorn KG"):
                old = next(line for line in small.text("organisations.csv").split("\n")
                           if line.startswith("ahorn,")).split(",")[1]  # fmt: skip
                small.edit("organisations.csv", old, name)
                digest = pipeline.build(small.workspace, folder).manifest["digest"]
                until = time.monotonic() + 20
                while httpx.get(f"{running.url}/health", timeout=30).json()["digest"] != digest:
                    assert time.monotonic() < until
                    time.sleep(0.05)
                assert name in ask(running, SELECT).text
        finally:
            stop.set()
        assert slow.result().status_code == 200
        for one in begun:
            one.result()
    assert failures == []
    assert {row[0] for row in names} == {"Ahorn GmbH", "Ahorn AG", "Ahorn SE", "Ahorn KG"}
    until = time.monotonic() + 10
    while len(list(small.root.glob(".build-served-*"))) > 1:
        assert time.monotonic() < until, "an edition that nobody reads is still there"
        time.sleep(0.1)
    assert running.stop() == 0
    assert [path.name for path in small.root.iterdir() if path.name.startswith(".")] == []


def test_a_build_that_vanishes_or_breaks_leaves_the_last_one(start_service, make_small, tmp_path):
    small = make_small(tmp_path / "small")
    folder = small.root / "build"
    pipeline.build(small.workspace, folder)
    running = start_service(small.root)
    shutil.rmtree(folder)
    time.sleep(1.5)
    assert ask(running, SELECT).status_code == 200
    folder.mkdir()
    (folder / "manifest.json").write_text('{"digest": "x"}', "utf-8")
    running.wait_for("build-refused")
    assert ask(running, SELECT).status_code == 200
    # A query that is killed is followed by a process that opens the store anew.
    assert httpx.get(f"{running.url}/itas.nq").status_code == 200
    shutil.rmtree(folder)
    small.edit("organisations.csv", "Ahorn GmbH", "Ahorn AG")
    pipeline.build(small.workspace, folder)
    running.wait_for("build-taken-up")
    assert "Ahorn AG" in ask(running, SELECT).text
    assert running.stop() == 0


def test_the_log_names_neither_people_nor_questions(start_service, small_built, tmp_path):
    log = tmp_path / "access.log"
    running = start_service(small_built.root, "--access-log", log)
    agent = {"User-Agent": "Nosy/1.0", "Referer": "https://example.org/secret", **CSV}
    ask(running, "SELECT ?p { ?p skos:prefLabel 'Jörg Kößler' }", headers=agent)
    httpx.get(f"{running.url}/id/person/joerg-koessler", headers=agent | {"Accept": "*/*"})
    httpx.get(f"{running.url}/geheim/joerg-koessler?x=eva", headers=agent)
    httpx.post(f"{running.url}/sparql", content=b"SELECT ?eva", headers=agent)
    ask(running, "SELECT ?p { ?p skos:prefLabel 'Jörg Kößler' }", headers=agent)
    assert running.stop() == 0
    text = log.read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [one["route"] for one in lines] == [
        "/sparql",
        "/id/{path}",
        "other",
        "/sparql",
        "/sparql",
    ]
    assert [one["status"] for one in lines] == [200, 200, 404, 415, 200]
    assert set().union(*lines) <= {
        "time", "method", "route", "status", "ms", "bytes", "format", "query"
    }  # fmt: skip
    assert lines[0]["query"] == lines[4]["query"]
    assert lines[0]["format"] == "text/csv"
    assert lines[0]["bytes"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lines[0]["time"])
    for secret in (
        "joerg",
        "kößler",
        "eva",
        "nosy",
        "example.org",
        "127.0.0.1",
        "select",
        "geheim",
    ):
        assert secret not in text.lower(), secret
    assert not any('"route"' in line for line in running.said)


def test_figures_are_there_for_prometheus(service):
    ask(service, SELECT)
    text = httpx.get(f"{service.url}/metrics").text
    assert 'itas_graph_requests_total{route="/sparql",status="200"}' in text
    assert 'itas_graph_request_duration_seconds_bucket{le="0.1",route="/sparql"}' in text
    assert "itas_graph_workers_busy 0.0" in text
    assert "joerg" not in text


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@needs_proc
def test_it_ends_cleanly_in_the_middle_of_work(start_service, small_built, number):
    running = start_service(small_built.root, "--timeout", 60)
    below = servers.processes_below(running.process.pid)
    assert len(below) >= 2
    statuses = []

    def asking():
        statuses.append(ask(running, RUNAWAY).status_code)

    thread = threading.Thread(target=asking)
    thread.start()
    time.sleep(0.5)
    below += servers.processes_below(running.process.pid)
    begun = time.monotonic()
    assert running.stop(number) == 0
    assert time.monotonic() - begun < 10
    thread.join()
    assert statuses == [503]
    until = time.monotonic() + 5
    while any(is_running(pid) for pid in below):
        assert time.monotonic() < until, "a process was left behind"
        time.sleep(0.05)


@needs_proc
def test_what_a_crash_leaves_behind_is_removed_by_the_next(start_service, make_small, tmp_path):
    small = make_small(tmp_path / "small")
    pipeline.build(small.workspace, small.root / "build")
    running = start_service(small.root)
    below = servers.processes_below(running.process.pid)
    other = start_service(small.root)
    assert len(list(small.root.glob(".build-served-*"))) == 2
    running.process.kill()
    running.stop()
    until = time.monotonic() + 10
    while any(is_running(pid) for pid in below):
        assert time.monotonic() < until, "a process was left behind"
        time.sleep(0.05)
    third = start_service(small.root)
    assert len(list(small.root.glob(".build-served-*"))) == 2
    assert ask(other, SELECT).status_code == ask(third, SELECT).status_code == 200
    assert [other.stop(), third.stop()] == [0, 0]
    assert list(small.root.glob(".build-served-*")) == []


def test_a_snapshot_is_whole_where_nothing_can_be_written_beside(
    small_built, monkeypatch, tmp_path
):
    def refused(*_, **options):
        if options.get("dir") is not None:
            raise PermissionError(13, "no")
        path = tmp_path / "elsewhere"
        path.mkdir()
        return str(path)

    def no_links(*_):
        raise PermissionError(1, "no hard links here")

    monkeypatch.setattr(snapshot.tempfile, "mkdtemp", refused)
    monkeypatch.setattr(snapshot.os, "link", no_links)
    taken = snapshot.take(small_built.root / "build")
    assert taken.folder == tmp_path / "elsewhere"
    assert taken.opener().ask("ASK { ?o a org:Organization }").truth
    taken.remove()
    assert not taken.folder.exists()


def raw(running, text, *, half_close=False, seconds=10):
    """Send bytes and return all that comes back."""
    with closing(socket.create_connection(("127.0.0.1", running.port), timeout=seconds)) as rude:
        try:
            rude.sendall(text)
            if half_close:
                rude.shutdown(socket.SHUT_WR)
            parts = []
            while part := rude.recv(65536):
                parts.append(part)
        except (ConnectionError, TimeoutError):
            pass
        return b"".join(parts)


CLOSE = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
POST = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\n"
RUDE = {
    "no http": (b"garbage\r\n\r\n", b"400"),
    "long field": (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 500_000, b"431"),
    "long address": (b"GET /" + b"x" * 500_000, b"431"),
    "closing": (b"GET /health" + CLOSE, b"200"),
    "http 1.0": (b"GET /health HTTP/1.0\r\n\r\n", b"200"),
    "raw utf-8": (b"GET /caf\xc3\xa9" + CLOSE, b"40"),
    "absolute": (b"GET http://evil.example/health" + CLOSE, b"200"),
    "negative": (POST + b"Content-Length: -1\r\n\r\n", b"400"),
    "two lengths": (
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nABC",
        b"400",
    ),
    "new line in format": (
        b"GET /sparql?format=a%0d%0aX-Evil:%201&query=ASK%7B%7D" + CLOSE,
        b"200",
    ),
    "new line in path": (b"GET /id/%00%0d%0aX-Evil:%201" + CLOSE, b"404"),
    "proxy": (b"CONNECT example.org:443" + CLOSE, b"40"),
    "web socket": (
        b"GET /sparql HTTP/1.1\r\nHost: localhost\r\n"
        b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"",
    ),
}


@pytest.mark.parametrize("name", RUDE)
def test_rude_requests_are_answered_or_ended(service, name):
    text, status = RUDE[name]
    answer = raw(service, text, seconds=3)
    head = answer.partition(b"\r\n\r\n")[0]
    assert head.startswith(b"HTTP/1.1 " + status) or (status == b"431" and not head), head
    assert b"x-evil" not in head.lower()
    assert ask(service, SELECT).status_code == 200


def test_half_closed_connections_are_ended(service):
    text = httpx.QueryParams({"query": RUNAWAY})
    request = f"GET /sparql?{text} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    begun = time.monotonic()
    assert raw(service, request, half_close=True, seconds=30) == b""
    assert time.monotonic() - begun < 3


def test_a_long_request_hears_why(service):
    body = b"#" * 10_000_000
    answer = httpx.post(
        f"{service.url}/sparql", content=body, headers={"Content-Type": "application/sparql-query"}
    )
    assert answer.status_code == 413


def test_dawdling_clients_are_turned_away(monkeypatch):
    monkeypatch.setattr(clients, "REQUEST_SECONDS", 0.5)

    async def application(scope, receive, send):
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, http=clients.PatientProtocol, ws="none", lifespan="off", log_config=None,
        loop="asyncio",
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    port = listener.getsockname()[1]

    def dawdle(*parts, pause=0.2):
        with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as slow:
            begun = time.monotonic()
            answer = b""
            try:
                for part in parts:
                    slow.sendall(part)
                    time.sleep(pause)
                while piece := slow.recv(4096):
                    answer += piece
            except ConnectionError:
                pass
            return answer, time.monotonic() - begun

    try:
        for parts in (
            [],
            [b"GET / HTTP/1.1\r\n"],
            [b"G"] * 8,
            [b"GET / HTTP/1.1\r\n", *[b"a: b\r\n"] * 8],
        ):
            answer, seconds = dawdle(*parts)
            assert seconds < 3
            assert answer[:12] in (b"", b"HTTP/1.1 408"), answer
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
        answer, seconds = dawdle(head, *[b"x"] * 8)
        assert answer == b""
        assert seconds < 3
        quick, _ = dawdle(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b"ok" in quick
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def test_scripts_of_named_sites_may_ask(start_service, small_built):
    running = start_service(
        small_built.root, "--cors", "https://example.org", "--cors", "https://b.example:8443"
    )
    for origin, allowed in (
        ("https://example.org", True),
        ("https://b.example:8443", True),
        ("https://evil.example", False),
    ):
        answer = ask(running, SELECT, headers={"Origin": origin})
        assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
        assert "Origin" in answer.headers["vary"] or not allowed
        preflight = httpx.options(
            f"{running.url}/sparql",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            },
        )
        assert (preflight.status_code == 200) is allowed
        refused = ask(running, "SELECT", headers={"Origin": origin})
        assert refused.status_code == 400
        assert (refused.headers.get("access-control-allow-origin") == origin) is allowed
    assert running.stop() == 0
    everyone = start_service(small_built.root, "--cors", "*")
    assert ask(everyone, SELECT, headers={"Origin": "null"}).headers[
        "access-control-allow-origin"
    ] == "*"  # fmt: skip
    assert everyone.stop() == 0


def test_others_are_told_the_public_address(start_service, small_built):
    running = start_service(small_built.root, "--public-url", "https://graph.example.org/netz/")
    text = httpx.get(f"{running.url}/sparql", headers={"Accept": "application/n-triples"}).text
    endpoints = {
        quad.object.value
        for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)
        if quad.predicate.value.endswith("#endpoint")
    }
    assert endpoints == {"https://graph.example.org/netz/sparql"}
    for host, status in (("graph.example.org", 200), ("evil.example", 421), ("localhost", 200)):
        assert httpx.get(f"{running.url}/health", headers={"Host": host}).status_code == status
    assert running.stop() == 0


def test_wrong_calls_are_told_what_to_do(itas, small, small_built, service):
    nothing = itas("--root", small.root, "serve", "--port", "0", "--lang", "de")
    assert nothing.returncode == 2
    assert "itas-graph build" in nothing.stderr
    taken = itas("--root", small_built.root, "serve", "--port", service.port, "--lang", "de")
    assert taken.returncode == 2
    assert "--port" in taken.stderr
    for arguments, words in (
        (["--cors", "example.org"], "https://example.org"),
        (["--public-url", "graph"], "https://graph.example.org/"),
        (["--host", "256.1.1.1"], "256.1.1.1"),
        (["--access-log", str(small.root)], "--access-log"),
        (["--access-log", str(small.root / "no" / "log")], "log"),
        (["--memory", "20"], "--memory"),
    ):
        done = itas("--root", small_built.root, "serve", "--port", "0", *arguments, "--lang", "de")
        assert done.returncode == 2, done.stderr
        assert words in done.stderr


def test_it_says_where_it_listens_and_warns(start_service, small_built, make_small, tmp_path):
    running = start_service(small_built.root, "--host", "0.0.0.0")  # noqa: S104  # is what is tested
    running.wait_for("without login")
    assert httpx.get(f"{running.url}/health", headers={"Host": "any.example"}).status_code == 200
    assert running.stop() == 0
    small = make_small(tmp_path / "internal")
    pipeline.build(small.workspace, small.root / "build", "internal")
    internal = start_service(small.root)
    internal.wait_for("--profile internal")
    assert internal.stop() == 0
    assert "without login" not in "".join(internal.said)


@pytest.mark.browser
def test_people_go_from_a_resource_to_the_network_and_ask(service, browser):
    window = browser.new_context(locale="en-GB", viewport={"width": 1200, "height": 900})
    troubles = []
    try:
        tab = window.new_page()
        tab.set_default_timeout(20_000)
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on(
            "console",
            lambda one: troubles.append(one.text) if one.type in ("error", "warning") else None,
        )
        own = (service.url, "blob:", "data:")
        tab.on(
            "request",
            lambda request: None if request.url.startswith(own) else troubles.append(request.url),
        )
        tab.goto(f"{service.url}/id/organisation/ahorn")
        assert tab.inner_text("h1") == "Ahorn GmbH"
        tab.click("text=Show in the network")
        tab.wait_for_selector("#details >> text=Ahorn GmbH")
        tab.goto(f"{service.url}/sparql")
        tab.click("text=Who belongs to the consortium")
        tab.click("#ask")
        tab.wait_for_selector("#view-questions table >> text=Ahorn GmbH")
        tab.goto(f"{service.url}/sparql")
        tab.click("button:text-is('Ask')")
        assert tab.inner_text("h1") == "Answer"
        assert tab.locator("tbody tr").count() == 4
        with tab.expect_download() as download:
            tab.click("a:text-is('CSV')")
        assert "Ahorn GmbH" in Path(download.value.path()).read_text("utf-8")
    finally:
        window.close()
    assert troubles == []
