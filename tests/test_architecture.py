"""The table of DESIGN.md, read from the imports: who knows whom, one door per dependency."""

import ast
import sys
import tomllib
from pathlib import Path

import pytest

REPO = Path(__file__).parent.parent
PACKAGE = REPO / "itas_graph"

#: What each module may import from us. In brackets: for its types only.
KNOWS = {
    "__init__": "(graph)",
    "__main__": "cli",
    "errors": "",
    "vocab": "",
    "workspace": "errors",
    "record_tables": "errors",
    "records": "errors record_tables vocab",
    "identity": "records",
    "likeness": "errors identity",
    "proposals": "decisions errors identity likeness records",
    "context": "errors vocab",
    "dataset": "context errors records vocab",
    "yaml_form": "context",
    "canonical_form": "context errors records yaml_form",
    "record_files": "context errors records yaml_form",
    "decisions": "context dataset errors records vocab",
    "shapes_graph": "errors vocab",
    "shape_queries": "shapes_graph vocab",
    "validation": "dataset errors shape_queries shapes_graph",
    "shapes": "dataset errors shape_queries shapes_graph validation vocab",
    "drafts": "dataset errors vocab",
    "publication": "dataset drafts errors records vocab",
    "headings": "context errors",
    "tables": "errors",
    "calendars": "errors tables",
    "workbook": "errors tables",
    "mapping": "errors headings tables",
    "cells": "context errors headings vocab",
    "intake": "cells context errors headings known_records publication records refusals "
    "sheet_rows vocab",
    "row_quads": "context dataset errors record_tables vocab",
    "part_build": "context dataset decisions errors record_tables row_quads store vocab",
    "part_check": "check_cache dataset errors part_build record_tables row_origins shapes "
    "shapes_graph validation",
    "check_cache": "part_build record_tables validation",
    "row_origins": "context dataset errors record_tables records",
    "excerpt": "dataset errors queries vocab (answers) (context) (store)",
    "communities": "drawings errors overview queries store vocab",
    "overview_page": "communities errors labels sealed_html",
    "links": "cells context errors headings identity record_tables vocab",
    "table_import": "build cells context errors headings links record_tables records tables vocab "
    "workspace yaml_form",
    "answers": "errors vocab",
    "syntax": "errors vocab",
    "confinement": "",
    "guard": "answers confinement errors",
    "pool": "errors guard",
    "reach": "errors syntax vocab",
    "store": "answers dataset errors reach vocab",
    "exchange": "__version__ errors workspace",
    "remote": "answers errors exchange store vocab workspace",
    "sorted_graphs": "errors",
    "arrival": "vocab",
    "graph_writers": "exchange workspace",
    "delivery": "arrival errors graph_writers remote sorted_graphs vocab",
    "push": "delivery errors exchange graph_writers remote sorted_graphs vocab",
    "queries": "errors vocab",
    "lexicon": "",
    "documents": "errors",
    "functions": "lexicon",
    "personal_names": "functions lexicon",
    "event_facts": "context documents lexicon",
    "programme_lines": "documents event_facts functions lexicon personal_names",
    "programme": "documents errors event_facts programme_items programme_lines timed_programme "
    "untimed_programme",
    "network": "queries vocab (answers) (records)",
    "projections": "errors network queries vocab (answers) (queries)",
    "network_files": "projections",
    "drawings": "",
    "measures": "drawings errors",
    "path_samples": "measures",
    "readings": "errors measures path_samples",
    "edge_lists": "errors measures network projections (answers) (projections)",
    "edge_list_files": "edge_lists errors projections",
    "measurements": "dataset errors readings vocab",
    "measure_report": "errors measurements measures path_samples projections readings report",
    "picture": "drawings errors labels layout places",
    "labels": "",
    "places": "",
    "sectors": "",
    "board": "labels places sectors",
    "layout": "board drawings labels places sectors",
    "overview": "drawings labels",
    "licences": "",
    "asking": "dataset errors queries vocab",
    "words": "errors",
    "evidence": "",
    "paths": "",
    "actors": "drawings",
    "telling": "actors evidence words",
    "vicinity": "actors errors explanation network paths queries (answers)",
    "explanation": "actors errors paths queries vocab",
    "narration": "actors errors evidence explanation telling words",
    "measure_changes": "errors measures readings",
    "comparison": "actors drawings measure_changes",
    "change_report": "actors comparison drawings errors evidence measure_changes measures "
    "narration telling words",
    "union": "comparison drawings",
    "revisions": "errors",
    "page": "asking drawings errors evidence layout licences measures overview places sealed_html "
    "words",
    "report": "errors vocab (answers) (drafting) (programme) (programme_items) (proposals) (push) "
    "(queries) (review)",
    "build": "__version__ asking check_cache communities context dataset decisions errors guard "
    "network overview_page page part_build part_check placement places publication push queries "
    "record_tables records remote revisions shapes store workspace (exchange) (push) (remote)",
    "importing": "build calendars cells context errors headings intake mapping record_files "
    "records sheet_rows tables workspace",
    "exporting": "build calendars cells context dataset errors headings intake known_records "
    "mapping publication vocab workbook workspace (records)",
    "negotiation": "errors",
    "protocol": "errors",
    "pages": "errors sealed_html (queries)",
    "problems": "errors negotiation pages protocol",
    "snapshot": "build errors placement store",
    "linked_data": "errors pages vocab",
    "result_page": "answers errors linked_data pages",
    "service_description": "answers vocab",
    "monitoring": "errors",
    "clients": "",
    "reconciliation": "errors identity likeness linked_data pages protocol vocab",
    "edition": "answers build guard linked_data pool reconciliation snapshot (linked_data) "
    "(reconciliation) (snapshot)",
    "service": "build clients dataset edition errors guard monitoring problems reconciliation "
    "routes (queries)",
    "graph": "answers asking build context dataset errors guard network publication queries store "
    "workspace",
    "absence": "dataset drafts errors queries vocab",
    "plans": "context errors importing records sheet_rows workspace",
    "shifts": "errors measures readings",
    "scenario_report": "absence errors measurements measures plans readings report scenario shifts",
    "scenario": "absence answers build dataset errors guard network plans vocab workspace "
    "(publication)",
    "commands/__init__": "",
    "commands/call": "build errors exchange guard report scenario workspace (answers) (build) "
    "(dataset) (exchange) (guard) (publication) (queries) (remote) (scenario)",
    "commands/building": "asking build commands/call dataset drawn_pages errors placement report "
    "(drawn_pages) (publication)",
    "commands/asking_questions": "commands/call errors queries report workspace (answers) "
    "(queries)",
    "commands/measuring": "commands/call edge_list_files edge_lists errors measure_report "
    "measurements measures network_files path_samples picture projections queries readings report "
    "scenario_report shifts workspace (answers) (measures) (path_samples) (projections) "
    "(scenario) (shifts)",
    "commands/comparing": "build change_report commands/call comparison dataset errors "
    "measure_changes measures network page placement projections readings report union (build) "
    "(comparison) (dataset) (measure_changes) (publication) (records) (store) (workspace)",
    "commands/explaining": "actors commands/call errors explanation narration network report "
    "vicinity",
    "commands/identities": "commands/call decisions errors identity placement proposals records "
    "report (decisions) (records)",
    "commands/publishing": "build commands/call errors guard queries report service workspace",
    "commands/formatting": "canonical_form commands/call context errors report (canonical_form)",
    "commands/exchanging_tables": "commands/call errors exporting importing mapping report "
    "table_import vocab (importing) (mapping) (publication) (sheet_rows) (table_import)",
    "cli": "__version__ commands/asking_questions commands/beginning commands/building "
    "commands/call commands/comparing commands/drafting_pages commands/exchanging_tables "
    "commands/explaining commands/formatting commands/identities commands/measuring "
    "commands/publishing commands/reporting errors workspace",
    "commands/drafting_pages": "canonical_form commands/call context documents drafting errors "
    "identity programme records report review vocab (documents) (drafting) (programme) (records) "
    "(review) (workspace)",
    "drafting": "errors functions identity lexicon personal_names programme programme_items "
    "programme_lines vocab",
    "review": "documents records",
    "routes": "__version__ answers build dataset edition errors guard linked_data monitoring "
    "negotiation pages problems protocol reconciliation result_page service_description vocab "
    "(queries)",
    "programme_items": "errors event_facts functions lexicon programme_lines",
    "timed_programme": "event_facts functions programme_items programme_lines",
    "untimed_programme": "documents event_facts functions lexicon programme_items programme_lines",
    "actor_dossier": "actors dossier errors explanation narration network_dossier trust_dossier",
    "charts": "errors readings report",
    "commands/reporting": "actor_dossier commands/call dossier dossier_pages errors "
    "network_dossier scenario_dossier scenario_report vicinity (answers) (dossier) (guard) "
    "(scenario)",
    "dossier": "errors measures network projections queries readings words (answers) (readings)",
    "dossier_pages": "charts dossier errors narration picture report sealed_html telling",
    "network_dossier": "coverage_dossier dossier errors picture series_dossier trust_dossier",
    "scenario_dossier": "dossier errors measures network_dossier readings scenario shifts",
    "coverage_dossier": "dossier",
    "series_dossier": "dossier",
    "trust_dossier": "dossier readings",
    "placement": "errors",
    "known_records": "cells context headings records refusals sheet_rows",
    "refusals": "cells errors publication sheet_rows",
    "sheet_rows": "cells errors mapping tables",
    "commands/beginning": "commands/call errors new_workspace",
    "new_workspace": "context errors placement records workspace yaml_form",
    "drawn_pages": "build communities context dataset errors excerpt overview_page page placement "
    "publication records store workspace",
    "sealed_html": "",
}

#: The only doors to what others wrote. In brackets: for its types only.
DOORS = {
    "yaml": "records yaml_form",
    "pyoxigraph": "absence answers arrival asking dataset decisions delivery excerpt "
    "graph_writers guard linked_data measurements network part_check publication push "
    "reconciliation remote row_quads scenario service_description shape_queries shapes "
    "shapes_graph sorted_graphs store validation",
    "rdflib": "dataset reach shape_queries validation (graph)",
    "pyparsing": "reach",
    "psutil": "guard",
    "rapidfuzz": "likeness reconciliation",
    "openpyxl": "tables workbook",
    "icalendar": "calendars",
    "pyshacl": "validation",
    "networkx": "actor_dossier measures network network_dossier network_files overview "
    "path_samples projections series_dossier (build) (commands/comparing) (comparison) (graph) "
    "(scenario) (union)",
    "igraph": "measures overview (path_samples)",
    "reportlab": "picture",
    "faker": "personal_names",
    "lxml": "documents",
    "pypdf": "documents",
    "pyvis": "page",
    "jinja2": "sealed_html",
    "markupsafe": "dossier_pages overview_page page pages",
    "click": "cli commands/asking_questions commands/beginning commands/building commands/call "
    "commands/comparing commands/drafting_pages commands/exchanging_tables commands/explaining "
    "commands/formatting commands/identities commands/measuring commands/publishing "
    "commands/reporting report",
    "rich": "commands/call report",
    "SPARQLWrapper": "remote",
    "starlette": "problems routes service",
    "uvicorn": "clients service",
    "prometheus_client": "monitoring",
}

#: What others load by themselves if it is there: uvicorn its parser and its event loop.
LOADED_BY_OTHERS = {"httptools", "uvloop"}

#: Dependencies that are declared ahead of the module that opens their door.
NOT_YET: set[str] = set()


class Imports(ast.NodeVisitor):
    """All imports of a module, with those under TYPE_CHECKING apart."""

    def __init__(self) -> None:
        self.real: set[str] = set()
        self.types: set[str] = set()
        self.wild: list[int] = []
        self.top: set[str] = set()
        self._into = self.real
        self._inside = 0

    def visit_If(self, node: ast.If) -> None:
        if getattr(node.test, "id", "") == "TYPE_CHECKING":
            self._into = self.types
            for one in node.body:
                self.visit(one)
            self._into = self.real
            for one in node.orelse:
                self.visit(one)
        else:
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inside += 1
        self.generic_visit(node)
        self._inside -= 1

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0, "imports are absolute"
        for alias in node.names:
            if alias.name == "*":
                self.wild.append(node.lineno)
            if node.module in ("itas_graph", "itas_graph.commands"):
                self._add(f"{node.module}.{alias.name}")
            else:
                self._add(node.module or "")

    def _add(self, name: str) -> None:
        self._into.add(name)
        if self._into is self.real and not self._inside:
            self.top.add(name)


def read(path: Path) -> Imports:
    found = Imports()
    found.visit(ast.parse(path.read_text("utf-8")))
    return found


MODULES = {
    path.relative_to(PACKAGE).with_suffix("").as_posix(): read(path)
    for path in sorted(PACKAGE.rglob("*.py"))
}


def ours(names: set[str]) -> set[str]:
    inside = (name.split(".", 1) for name in names)
    return {name[1].replace(".", "/") for name in inside if name[0] == "itas_graph" and name[1:]}


def others(names: set[str]) -> set[str]:
    roots = {name.split(".")[0] for name in names}
    return roots - set(sys.stdlib_module_names) - {"itas_graph"}


def allowed(entry: str) -> tuple[set[str], set[str]]:
    """Split an entry into (may be used, only its types)."""
    words = entry.split()
    types = {word.strip("()") for word in words if word.startswith("(")}
    return {word for word in words if not word.startswith("(")}, types


def test_the_table_names_every_module():
    assert len(MODULES) >= 19
    assert set(MODULES) == set(KNOWS)


@pytest.mark.parametrize("name", KNOWS)
def test_a_module_knows_whom_it_may(name):
    real, types = allowed(KNOWS[name])
    found = MODULES[name]
    if name == "__init__":  # loads the rest only when asked
        assert ours(found.top) == set()
        assert ours(found.real) == types
        return
    assert ours(found.real) == real
    assert ours(found.types) == types


def test_every_dependency_has_its_doors_and_no_others():
    used: dict[str, set[str]] = {name: set() for name in DOORS}
    for name, found in MODULES.items():
        for one in others(found.real):
            used.setdefault(one, set()).add(name)
        for one in others(found.types) - others(found.real):
            used.setdefault(one, set()).add(f"({name})")
    assert set(used) == set(DOORS)
    for one, modules in used.items():
        if one in NOT_YET and not modules:
            continue
        assert modules == set(DOORS[one].split()), one


def test_declared_dependencies_are_those_with_doors():
    project = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))["project"]
    names = {text.split(">")[0].split("<")[0].strip().lower() for text in project["dependencies"]}
    known = {one.lower().replace("_", "-") for one in DOORS} - {"yaml", "markupsafe"} | {"pyyaml"}
    assert names == known | LOADED_BY_OTHERS


def test_heavy_dependencies_are_loaded_late():
    for name, found in MODULES.items():
        assert not others(found.top) & {"rdflib", "networkx", "igraph", "reportlab"}, name
        assert not others(found.top) & {"pyshacl", "pyvis", "jinja2"}, name
    for name in [name for name in MODULES if name == "cli" or name.startswith("commands/")]:
        stages = {one for one in ours(MODULES[name].top) if not one.startswith("commands/")}
        assert not stages - {"__version__", "errors", "workspace"}, name


def test_nothing_flows_backwards():
    order = [
        "vocab",
        "errors",
        "workspace",
        "record_tables",
        "records",
        "identity",
        "likeness",
        "context",
        "yaml_form",
        "canonical_form",
        "dataset",
        "record_files",
        "decisions",
        "proposals",
        "shapes_graph",
        "shape_queries",
        "validation",
        "shapes",
        "drafts",
        "publication",
        "headings",
        "tables",
        "calendars",
        "workbook",
        "mapping",
        "cells",
        "sheet_rows",
        "refusals",
        "known_records",
        "intake",
        "row_quads",
        "links",
        "answers",
        "syntax",
        "reach",
        "confinement",
        "guard",
        "pool",
        "store",
        "part_build",
        "row_origins",
        "check_cache",
        "part_check",
        "exchange",
        "remote",
        "sorted_graphs",
        "arrival",
        "graph_writers",
        "delivery",
        "push",
        "queries",
        "lexicon",
        "documents",
        "functions",
        "personal_names",
        "event_facts",
        "programme_lines",
        "programme_items",
        "timed_programme",
        "untimed_programme",
        "programme",
        "drafting",
        "review",
        "network",
        "projections",
        "network_files",
        "drawings",
        "measures",
        "path_samples",
        "readings",
        "edge_lists",
        "edge_list_files",
        "shifts",
        "measurements",
        "labels",
        "places",
        "sectors",
        "board",
        "layout",
        "picture",
        "overview",
        "licences",
        "asking",
        "words",
        "evidence",
        "paths",
        "actors",
        "telling",
        "explanation",
        "vicinity",
        "narration",
        "measure_changes",
        "comparison",
        "change_report",
        "union",
        "revisions",
        "sealed_html",
        "page",
        "excerpt",
        "communities",
        "overview_page",
        "report",
        "charts",
        "dossier",
        "dossier_pages",
        "coverage_dossier",
        "series_dossier",
        "trust_dossier",
        "network_dossier",
        "actor_dossier",
        "measure_report",
        "placement",
        "build",
        "drawn_pages",
        "new_workspace",
        "importing",
        "table_import",
        "exporting",
        "absence",
        "plans",
        "scenario",
        "scenario_dossier",
        "scenario_report",
        "negotiation",
        "protocol",
        "pages",
        "problems",
        "snapshot",
        "linked_data",
        "result_page",
        "service_description",
        "monitoring",
        "clients",
        "reconciliation",
        "edition",
        "routes",
        "service",
        "graph",
        "commands/__init__",
        "commands/call",
        "commands/beginning",
        "commands/building",
        "commands/asking_questions",
        "commands/measuring",
        "commands/comparing",
        "commands/reporting",
        "commands/explaining",
        "commands/publishing",
        "commands/formatting",
        "commands/drafting_pages",
        "commands/identities",
        "commands/exchanging_tables",
        "cli",
        "__init__",
        "__main__",
    ]
    assert sorted(order) == sorted(MODULES)
    place = {name: number for number, name in enumerate(order)}
    for name, found in MODULES.items():
        if name == "__init__":
            continue
        for one in (ours(found.real) | ours(found.types)) - {"__version__"}:
            assert place[one] < place[name], f"{name} imports {one}"


def test_only_the_composers_compose():
    stages = {"records", "dataset", "shapes", "publication", "store", "network", "page", "queries"}
    for name, found in MODULES.items():
        if name not in ("build", "drawn_pages", "graph") and not name.startswith("commands/"):
            # One noun comes in: the stage before, and the types it hands on.
            assert len(ours(found.real) & stages) <= 2, name


def test_only_workspace_reads_the_environment():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            reads = (
                isinstance(node, ast.Attribute)
                and getattr(node.value, "id", "") == "os"
                and node.attr in ("environ", "environb", "getenv", "putenv")
            )
            assert not reads or path.stem == "workspace", f"{path.name}:{node.lineno}"


def test_no_room_without_a_purpose():
    forbidden = {"utils", "util", "helpers", "helper", "common", "core", "manager", "misc", "base"}
    names = {part.lower() for path in PACKAGE.rglob("*") for part in (path.stem,)}
    assert not names & forbidden


#: Rooms at the edge of the house may look at the clock and open sockets; outputs never do.
EDGES = {
    "guard": {"socket", "time"},
    "exchange": {"socket", "time"},
    "monitoring": {"time"},
    "clients": {"socket"},
    "service": {"socket"},
}


def test_no_wildcards_and_no_clock():
    outside = {"time", "datetime", "random", "locale", "socket", "secrets"}
    for name, found in MODULES.items():
        assert found.wild == [], name
        assert not found.real & outside - EDGES.get(name, set()), name
