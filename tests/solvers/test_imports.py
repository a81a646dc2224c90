"""Importing the solvers is cheap, and they know nothing of the app."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import solvers

HOME = Path(solvers.__file__).parent
HEAVY = {"numba", "scipy", "torch", "ot", "panel", "pyvista", "bokeh", "PIL", "sklearn"}


def imported_names(path):
    """Top-level packages that a source file imports anywhere."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


def test_importing_loads_nothing_heavy():
    code = "import sys, solvers, solvers.datasets; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME.parent, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "solvers.loop" in loaded
    assert HEAVY.isdisjoint(loaded)


@pytest.mark.parametrize("path", sorted(HOME.rglob("*.py")), ids=lambda p: str(p.relative_to(HOME)))
def test_solvers_know_no_screen(path):
    assert {"explorer", "panel", "bokeh", "holoviews"}.isdisjoint(imported_names(path))


def test_public_names_exist():
    assert all(hasattr(solvers, name) for name in solvers.__all__)
    assert solvers.SOLVERS["sga"] is solvers.SGA


@pytest.mark.parametrize("name", sorted(solvers.SOLVERS))
def test_registered_solvers_describe_themselves(name):
    solver = solvers.SOLVERS[name]
    assert solver.label
    assert solver.summary.endswith(".")
    own = [p for key, p in solver.param.objects("existing").items() if key != "name"]
    assert all(parameter.doc for parameter in own)
