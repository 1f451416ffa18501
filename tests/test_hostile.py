"""Hundreds of requests that mean no good: each is refused or ended, and nothing stays of them."""

import json
import shutil
import time
from contextlib import closing
from pathlib import Path

import pytest
import servers

from benchmarks import hostile
from benchmarks.hostile_requests import QUICK, requests
from itas_graph import build as pipeline

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc, as on Linux")

#: Families whose requests cost as much as they may; each fourth is sent, as all take minutes.
COSTLY = ("joins", "sorts", "texts", "parts")


@pytest.fixture(scope="module")
def large(make_small, tmp_path_factory):
    """Return a small workspace whose build holds 20,000 statements."""
    small = make_small(tmp_path_factory.mktemp("hostile") / "large")
    pipeline.build(small.workspace, small.root / "build")
    hostile.fill(small.root / "build")
    yield small
    shutil.rmtree(small.root)


def sent(outside):
    """Return the requests of the test."""
    every = requests(outside)
    dear = [one for one in every if one.family in COSTLY][::4]
    return [one for one in every if one.family not in COSTLY] + dear


def test_hostile_requests_end_and_leave_nothing(start_service, large, tmp_path):
    log = tmp_path / "access.log"
    running = start_service(large.root, "--access-log", log, *hostile.SERVE)
    pid = running.process.pid
    before = hostile.warm(pid, running.port)
    with closing(servers.Listener()) as outside:
        attacks = sent(outside.address)
        assert len(attacks) >= 200
        ended, honest = hostile.attack(running.port, attacks)
        after = hostile.settled(pid, before)
        assert outside.visits == 0

    faults = [(one.request.family, one.request.name, one.fault) for one in ended if one.fault]
    assert faults == []
    assert len(ended) == len(attacks)
    assert max(one.seconds for one in ended if not one.request.is_slow) <= QUICK

    assert honest.faults == []
    assert honest.right >= 50
    # Only where all processes are at what takes long is nobody else answered.
    assert honest.busy <= honest.right / 4
    assert hostile.ask(running.port, 7)[2]

    assert after.processes == before.processes
    assert after.files <= before.files + 2
    assert after.memory <= before.memory * 1.1

    time.sleep(0.3)
    text = log.read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) >= len(attacks)
    assert not any(one["status"] == 500 for one in lines)
    for secret in ("SELECT", "SERVICE", "organisation/", "127.0.0.1", "passwd", "evil"):
        assert secret not in text
    assert running.stop() == 0
