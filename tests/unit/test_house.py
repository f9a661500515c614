"""The plan of the house: which room may use which, and how large things get."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.conftest import ROOT

WORKFLOW = ROOT / "workflow"
MODULES = {
    ".".join(path.relative_to(WORKFLOW).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((WORKFLOW / "instructmining").rglob("*.py"))
}
UPWARDS = [
    ("data", "sampling", "models", "endpoint"),
    ("indicators", "training"),
    ("quality_rule",),
    ("validation",),
    ("selection",),
    ("comparison",),
    ("planning",),
    ("report",),
]
"""The stages from the lowest up; `jobs` is about the run, and stands beside them."""
LEVEL = {stage: level for level, stages in enumerate(UPWARDS) for stage in stages}


def imports(module: str) -> set[str]:
    """The modules of the library that a module imports when it is loaded or later; packages alone are maps."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {name for name in found & set(MODULES) if MODULES[name].name != "__init__.py"}


def stage(module: str) -> str:
    """The package below `instructmining` that a module is in; of those beside the packages, its own name."""
    return module.split(".")[1] if "." in module else module


@pytest.mark.parametrize("module", [name for name in MODULES if stage(name) in LEVEL])
def test_a_stage_imports_downward_only(module: str) -> None:
    upward = [used for used in imports(module) if LEVEL.get(stage(used), 0) > LEVEL[stage(module)]]
    assert not upward, f"{module} is below {upward}"


def test_no_module_imports_itself_through_others() -> None:
    TopologicalSorter({module: imports(module) for module in MODULES}).prepare()  # raises CycleError


def test_stages_of_one_level_and_the_jobs_package_make_no_circle_of_packages() -> None:
    uses: dict[str, set[str]] = {}
    for module in MODULES:
        uses.setdefault(stage(module), set()).update({stage(used) for used in imports(module)} - {stage(module)})
    stages = set(LEVEL)
    TopologicalSorter({name: used & stages for name, used in uses.items() if name in stages}).prepare()


@pytest.mark.parametrize("module", [name for name, path in MODULES.items() if path.name != "__init__.py"])
def test_every_module_has_a_test_file_of_its_name(module: str) -> None:
    *folders, name = module.split(".")[1:]
    test = (ROOT / "tests" / "unit").joinpath(*folders, f"test_{name}.py")
    assert test.is_file(), f"write {test.relative_to(ROOT)}"


def test_functions_are_short_and_files_are_read_in_one_sitting() -> None:
    lengths = [
        node.end_lineno - node.lineno + 1
        for path in MODULES.values()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.end_lineno
    ]
    long = {str(path): lines for path in MODULES.values() if (lines := path.read_text().count("\n")) > 300}
    assert (median(lengths) <= 8, quantiles(lengths, n=20)[-1] <= 22, long) == (True, True, {})


def test_the_library_knows_no_engine_but_in_the_package_about_the_run() -> None:
    engine = ("snakemake", "snakefile", ".smk")
    files = [
        path for path in (WORKFLOW / "instructmining").rglob("*") if path.suffix in {".py", ".html", ".txt", ".md"}
    ]
    others = [path for path in files if "jobs" not in path.relative_to(WORKFLOW).parts]
    assert not [str(path) for path in others if any(word in path.read_text().lower() for word in engine)]


PACKAGES = sorted(path.parent for path in (WORKFLOW / "instructmining").rglob("__init__.py"))


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: str(folder.relative_to(WORKFLOW)))
def test_a_package_is_a_map_that_names_every_room_and_no_other(folder: Path) -> None:
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    named = {name for name in re.findall(r"`([\w/]+)`", text) if name != "settings"}
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "settings"}
    assert named == modules | {f"{inner.name}/" for inner in folder.iterdir() if inner in PACKAGES}
