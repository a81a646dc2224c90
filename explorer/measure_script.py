"""A view of clouds or of mixtures as a Python script that computes the same barycenters."""

from __future__ import annotations

from functools import partial

from explorer.inputs.mixture_sources import FIT_CELLS, MIXTURE_CATALOGUE, OWN_MIXTURE, Fit
from explorer.inputs.sources import Marginal
from explorer.inputs.spelling import is_own
from explorer.python_source import (
    INDENT,
    assigned,
    called,
    imported,
    keywords,
    literal,
    method,
)
from explorer.state import StudioState
from explorer.subjects import POINTS
from solvers import SOLVERS

_SCRIPT = '''\
"""Barycenters of {count} {things}, as seen in Barycenter Explorer."""

import numpy as np

{imports}

n = {size}  # {sizes}{own}
measures = [
{measures}
]
weights = [{weights}]{costs}
problem = {problem}
methods = {{
{methods}
}}

for name, solver in methods.items():
    for it in iterates(solver, problem, max_iterations={iterations}):
        values = [f"{{key}} {{value:.6g}}" for key, value in it.objectives.items()]
        print(name, it.number, f"{{it.seconds:.2f}} s", *values, it.figures)
    print(it.stopped)
    np.save(f"{{name}}.npy", np.asarray(it.barycenter))  # {rows}
'''

_OWN = '\nown = np.load("view.npz")  # the saved view, with your own points'


def measure_code(state: StudioState, iterations: int) -> str:
    """The script of a view of clouds or mixtures; as `script.code`."""
    points = state.subject is POINTS
    problem = "PointProblem" if points else "MixtureProblem"
    modules = {
        "solvers": {"iterates", problem} | {SOLVERS[name].__name__ for name, _ in state.solvers}
    }
    calls, own = [], 0
    for marginal in state.marginals:
        call, needed = _drawn(marginal, own)
        own += is_own(marginal)
        calls.append(INDENT + call)
        _add(modules, needed)
    arguments, costs = ["measures", "weights"], ""
    if points:
        dimension = max(marginal.draw(1).shape[1] - 1 for marginal in state.marginals)
        name, values, needed = state.cost.code(len(state.marginals), dimension)
        arguments.insert(1, "costs")
        costs = "\n" + assigned("costs", name, values)
        _add(modules, needed)
    return _SCRIPT.format(
        count=len(calls),
        things="clouds of points" if points else "Gaussian mixtures",
        imports="\n".join(imported(module, modules[module]) for module in sorted(modules)),
        size=state.grid,
        sizes="points of each cloud" if points else "components of what is fitted",
        own=_OWN if own else "",
        measures="\n".join(calls),
        weights=", ".join(f"{weight:.6g}" for weight in state.weights),
        costs=costs,
        problem=f"{problem}({', '.join(arguments)})",
        methods="\n".join(method(name, settings) for name, settings in state.solvers),
        iterations=iterations,
        rows="mass, position" if points else "weight, mean, S_xx, S_xy, S_yy",
    )


def _add(modules: dict[str, set[str]], needed: dict[str, set[str]]) -> None:
    for module, names in needed.items():
        modules.setdefault(module, set()).update(names)


def _drawn(marginal: Marginal, own: int) -> tuple[str, dict[str, set[str]]]:
    """A measure as an item of a list, and what it needs from which module.

    Before it there are so many of the visitor's own, which have no call to be drawn by.
    """
    draw, kind = marginal.draw_plain, marginal.kind
    if isinstance(draw, Fit):
        name, arguments = draw.picture.__name__, [*map(literal, draw.arguments), str(FIT_CELLS)]
        return called("fitted_picture", [f"{name}({', '.join(arguments)})", "n"]), {
            "solvers.mixture_fitting": {"fitted_picture"},
            draw.picture.__module__: {name},
        }
    if kind in MIXTURE_CATALOGUE:
        call = f"preset({literal(marginal.choice)}),"
        return call, {"solvers.mixture_presets": {"preset"}}
    if kind == OWN_MIXTURE:
        rows = [[float(f"{number:.6g}") for number in row] for row in marginal.source]
        line = called("Mixture.of_rows", [str(rows)])
        if "\n" in line:  # too long for one: a row a line
            body = "".join(f"\n{3 * INDENT}{row}," for row in rows)
            line = called("Mixture.of_rows", [f"[{body}\n{2 * INDENT}]"])
        return line, {"solvers": {"Mixture"}}
    if is_own(marginal):
        call, needed = f'thinned(own["own_{own}"], n)', {"solvers.stippling": {"thinned"}}
    else:
        assert isinstance(draw, partial)  # as those of the catalogue are
        arguments = [*map(literal, draw.args), "n", *keywords(draw.keywords)]
        call = f"{draw.func.__name__}({', '.join(arguments)})"
        needed = {draw.func.__module__: {draw.func.__name__}}
    return called("Cloud.of_rows", [call]), {"solvers": {"Cloud"}, **needed}
