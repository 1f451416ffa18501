"""Where the workspace lies and which language to speak; the sole reader of os.environ."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from itas_graph.errors import Language, Message, UsageError

FOLDERS = ("ontology", "data", "queries")
SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class Workspace:
    """A folder with ontology/, data/ and queries/.

    `shipped` is true for the copy inside the wheel, which is not a place to build into.
    """

    root: Path
    shipped: bool = False

    @property
    def ontology(self) -> Path:
        """The folder of context.jsonld, shapes.ttl and the vocabularies."""
        return self.root / "ontology"

    @property
    def data(self) -> Path:
        """The folder of the records."""
        return self.root / "data"

    @property
    def queries(self) -> Path:
        """The folder of the questions."""
        return self.root / "queries"

    @property
    def default_build(self) -> Path:
        """Where a build goes unless the user says otherwise."""
        return Path.cwd() / "build" if self.shipped else self.root / "build"

    def files(self) -> Iterator[Path]:
        """Yield every input file, sorted by its path inside the workspace."""
        for folder in FOLDERS:
            paths = (self.root / folder).rglob("*")
            yield from sorted(
                (
                    path
                    for path in paths
                    if path.is_file()
                    and not path.name.startswith((".", "~"))
                    and ".import" not in path.parts
                    and "examples" not in path.relative_to(self.root).parts
                ),
                key=lambda path: path.relative_to(self.root).as_posix(),
            )

    def digest(self, *settings: str, without: Path | None = None) -> str:
        """Return one SHA-256 over all input files and `settings`: equal inputs, equal digest.

        The files in the folder `without` are left out.
        """
        total = hashlib.sha256()
        for text in settings:
            total.update(text.encode() + b"\0")
        for path in self.files():
            if without is not None and without in path.parents:
                continue
            name = path.relative_to(self.root).as_posix()
            total.update(name.encode("utf-8", "surrogateescape") + b"\0")
            with path.open("rb") as stream:
                total.update(hashlib.file_digest(stream, "sha256").digest())
        return total.hexdigest()


def find(root: Path | None = None, environment: Mapping[str, str] = os.environ) -> Workspace:
    """Return the workspace: `root`, else ITAS_ROOT, else a parent folder, else the shipped one.

    Raises:
        UsageError: a folder was named that is no workspace.
    """
    named = root or (Path(environment["ITAS_ROOT"]) if environment.get("ITAS_ROOT") else None)
    if named is not None:
        if is_workspace(named):
            return Workspace(named.resolve())
        missing = ", ".join(
            [f"{name}/" for name in FOLDERS if not (named / name).is_dir()]
            or ["ontology/context.jsonld"]
        )
        raise UsageError(
            Message(
                f"{named} ist kein Arbeitsbereich: es fehlt {missing}. "
                "Nennen Sie mit --root den Ordner, in dem diese Ordner liegen.",
                f"{named} is no workspace: {missing} is missing. "
                "Name the folder that holds these folders with --root.",
            )
        )
    here = Path.cwd()
    for folder in (here, *here.parents):
        if is_workspace(folder):
            return Workspace(folder)
    if is_workspace(SHIPPED):
        return Workspace(SHIPPED, shipped=True)
    # A checkout used without installing: the workspace lies beside the package.
    return Workspace(Path(__file__).parent.parent)


def is_workspace(folder: Path) -> bool:
    """Say whether `folder` holds the three folders and the mapping."""
    return (folder / "ontology" / "context.jsonld").is_file() and all(
        (folder / name).is_dir() for name in FOLDERS
    )


@dataclass(frozen=True)
class Credentials:
    """How to show a SPARQL server who asks; its text hides the secrets.

    `ca` names a PEM file with the certificates to trust instead of the system's.
    """

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    ca: Path | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no text may show."""
        return tuple(secret for secret in (self.password, self.token) if secret)


def endpoint(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the address of the SPARQL endpoint that ITAS_ENDPOINT names, if any."""
    return environment.get("ITAS_ENDPOINT") or None


def credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """Return what ITAS_ENDPOINT_USER, _PASSWORD, _TOKEN and _CA say.

    Raises:
        UsageError: they do not fit together, or a value cannot be sent.

    >>> credentials({"ITAS_ENDPOINT_USER": "eva", "ITAS_ENDPOINT_PASSWORD": "geheim"})
    Credentials(user='eva', ca=None)
    """
    user, password, token, ca = (
        environment.get(f"ITAS_ENDPOINT_{name}", "") for name in ("USER", "PASSWORD", "TOKEN", "CA")
    )
    if (user or password) and token:
        raise UsageError(
            Message(
                "Setzen Sie ITAS_ENDPOINT_TOKEN oder ITAS_ENDPOINT_USER und "
                "ITAS_ENDPOINT_PASSWORD, nicht beides.",
                "Set ITAS_ENDPOINT_TOKEN, or ITAS_ENDPOINT_USER and ITAS_ENDPOINT_PASSWORD, "
                "not both.",
            )
        )
    if bool(user) != bool(password):
        raise UsageError(
            Message(
                "ITAS_ENDPOINT_USER und ITAS_ENDPOINT_PASSWORD gehören zusammen; eines fehlt.",
                "ITAS_ENDPOINT_USER and ITAS_ENDPOINT_PASSWORD belong together; one is missing.",
            )
        )
    for name, value in (("USER", user), ("PASSWORD", password), ("TOKEN", token)):
        if not value.isprintable() or (name == "TOKEN" and not value.isascii()):
            # Said without the value: it may be a secret.
            raise UsageError(
                Message(
                    f"ITAS_ENDPOINT_{name} enthält Zeichen, die sich nicht senden lassen, "
                    "etwa einen Zeilenumbruch.",
                    f"ITAS_ENDPOINT_{name} holds characters that cannot be sent, "
                    "such as a line break.",
                )
            )
    if ca and not Path(ca).is_file():
        raise UsageError(
            Message(
                f"ITAS_ENDPOINT_CA nennt {ca}; diese Datei gibt es nicht.",
                f"ITAS_ENDPOINT_CA names {ca}; there is no such file.",
            )
        )
    return Credentials(user, password, token, Path(ca) if ca else None)


def language(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language of the locale: German or, for all others, English.

    >>> language({"LANG": "de_DE.UTF-8"}), language({"LANG": "C.UTF-8"})
    ('de', 'en')
    """
    for name in ("ITAS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name)
        if value:
            return "de" if value.lower().startswith("de") else "en"
    return "en"


def limit(name: str, default: float, environment: Mapping[str, str] = os.environ) -> float:
    """Return the limit that the variable `name` (ITAS_TIMEOUT, ITAS_MEMORY) sets, else `default`.

    Raises:
        UsageError: its value is no number above zero.

    >>> limit("ITAS_TIMEOUT", 30, {"ITAS_TIMEOUT": "60"})
    60.0
    >>> limit("ITAS_TIMEOUT", 30, {"ITAS_TIMEOUT": "long"})
    Traceback (most recent call last):
        ...
    itas_graph.errors.UsageError: ITAS_TIMEOUT is “long”; ...
    """
    value = environment.get(name) or str(default)
    try:
        number = float(value)
    except ValueError:
        number = 0
    if 0 < number < math.inf:
        return number
    raise UsageError(
        Message(
            f"{name} ist „{value}“; schreiben Sie eine Zahl über null, etwa {default:g}.",
            f"{name} is “{value}”; write a number above zero, such as {default:g}.",
        )
    )


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def wants_traceback(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether a developer asked for tracebacks of internal errors (ITAS_DEBUG=1)."""
    return environment.get("ITAS_DEBUG", "") not in ("", "0")
