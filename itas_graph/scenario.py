"""A state of a workspace + who is thought away and what is planned -> what it would be then.

What is imagined is made of statements, so that every question, derived links included, is answered
as if it were so. Nothing of it is ever written into a build.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from itas_graph import absence, build, network, plans
from itas_graph.absence import Removed
from itas_graph.answers import Endpoint
from itas_graph.dataset import DERIVED, Dataset, canonical, labels
from itas_graph.errors import Message
from itas_graph.guard import Limits
from itas_graph.plans import Added
from itas_graph.vocab import NS
from itas_graph.workspace import Workspace

if TYPE_CHECKING:
    import networkx

    from itas_graph.publication import Profile

_INVOLVED_IN = ox.NamedNode(NS + "involvedIn")


@dataclass(frozen=True)
class Thing:
    """A resource by its key in networks and its name."""

    key: str
    label: str


@dataclass(frozen=True)
class Scenario:
    """What a state would be, with all derived links, beside what it is.

    `dataset` and `endpoint` are imagined; `present` and `present_endpoint` are the state itself, as
    the workspace publishes it today. `removed` are the organisations thought away, `added` the
    files of planned records; `forsaken` are the initiatives that lose their last organisation and
    stay as nodes without any.
    """

    dataset: Dataset
    endpoint: Endpoint
    present: Dataset
    present_endpoint: Endpoint
    removed: tuple[Removed, ...]
    added: tuple[Added, ...]
    forsaken: tuple[Thing, ...]
    queries: Path

    @cached_property
    def network(self) -> networkx.MultiGraph:
        """The imagined network, as `network.load` gives it."""
        return network.load(self.endpoint, self.queries, None)

    @property
    def condition(self) -> Message:
        """What is imagined, as the beginning of a sentence: without whom, with which file."""
        names = [one.label for one in self.removed]
        files = [Path(one.file).name for one in self.added]
        german = [f"ohne {_listed([f'„{one}“' for one in names], 'und')}"] if names else []
        english = [f"without {_listed([f'“{one}”' for one in names], 'and')}"] if names else []
        german += [f"mit {_listed(files, 'und')}"] if files else []
        english += [f"with {_listed(files, 'and')}"] if files else []
        return Message(" und ".join(german), " and ".join(english))


def imagine(
    here: Workspace,
    state: Dataset,
    *,
    without: Sequence[str] = (),
    planned: Sequence[Path] = (),
    profile: Profile = "public",
    limits: Limits | None = None,
    progress: build.Progress = build.silent,
) -> Scenario:
    """Return what `state` would be without organisations and with planned records.

    Args:
        here: the workspace whose rules, questions and records hold.
        state: a published dataset, such as `build.published` gives it.
        without: organisations by slug, key, IRI, name or alias.
        planned: files of records, which are read as if they had come true.
        profile: who may see it.
        limits: what one question to either endpoint may take.
        progress: is told which stage is at work.

    Raises:
        UsageError: a name means no organisation, or a file is none.
        DataError: planned records are wrong; the findings say where and why.
    """
    progress(Message("Stand lesen", "reading the state"))
    stated = state.without_graph(DERIVED)
    imagined = stated
    added: tuple[Added, ...] = ()
    if planned:
        progress(Message("Geplantes prüfen", "checking what is planned"))
        imagined, added = _with_plans(here, stated, planned, profile)
    away = [absence.named(imagined, name) for name in without]
    progress(Message("Verbindungen ableiten", "deriving links"))
    imagined, removed = absence.without(imagined, away)
    now, _ = build.released(here, stated, profile)
    then, _ = build.released(here, imagined, profile)
    allowed = limits or Limits()
    return Scenario(
        then,
        build.answering(then, allowed),
        now,
        build.answering(now, allowed),
        tuple(removed),
        added,
        _forsaken(now, then),
        here.queries,
    )


def _with_plans(
    here: Workspace, stated: Dataset, planned: Sequence[Path], profile: Profile
) -> tuple[Dataset, tuple[Added, ...]]:
    """Return a state with what planned records add to the records of today, or change of them."""
    plan = plans.read(here, stated.context, planned)
    checked = build.check_records(here, plan.records)
    if checked.errors:
        found = [one for one in checked.findings if one.severity == "error"]
        raise plans.unreadable(", ".join(str(file) for file in planned), found)
    before = set(build.stated(here, build.read(here), profile).quads)
    after = set(build.stated(here, plan.records, profile).quads)
    quads = (set(stated.quads) - (before - after)) | (after - before)
    return replace(stated, quads=canonical(quads)), plan.added


def _forsaken(now: Dataset, then: Dataset) -> tuple[Thing, ...]:
    left = {quad.object for quad in then.quads if quad.predicate == _INVOLVED_IN}
    lost = {
        str(quad.object)[1:-1]
        for quad in now.quads
        if quad.predicate == _INVOLVED_IN and quad.object not in left
    }
    known = labels(now)
    return tuple(
        Thing("/".join(iri.rsplit("/", 2)[-2:]), absence.label_of(known, iri))
        for iri in sorted(lost)
    )


def _listed(names: Sequence[str], word: str) -> str:
    return f" {word} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
