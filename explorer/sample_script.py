"""A view of samples as a Python script that computes the same barycenters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, cast

from explorer.inputs.sample_sources import OfPicture, OfProblem, Scaled, Source
from explorer.inputs.spelling import is_own
from explorer.python_source import INDENT, assigned, imported, literal, method
from explorer.state import StudioState
from explorer.subjects import TWISTER
from solvers import SOLVERS
from solvers.sample_datasets import (
    picture_samples,
    random_gaussians,
    twisted_gaussians,
    two_blocks,
)
from solvers.sample_problem import SampleProblem

_SCRIPT = '''\
"""Barycenters of {count} distributions, as seen in Barycenter Explorer."""

import numpy as np

{imports}

n = {size:_}  # samples of each{own}
marginals = [
{marginals}
]
weights = [{weights}]
{problem}
methods = {{
{methods}
}}

for name, solver in methods.items():
    for it in iterates(solver, problem, max_iterations={iterations}):
        values = [f"{{key}} {{value:.6g}}" for key, value in it.objectives.items()]
        print(name, it.number, f"{{it.seconds:.2f}} s", *values, it.figures)
    print(it.stopped)
    np.save(f"{{name}}.npy", it.barycenter.positions)  # samples of the barycenter
'''

_OWN = '\nown = np.load("view.npz")  # the saved view, with your own samples'

# Built-in problems whose answer is known, and how many marginals they have.
_ANSWERED: dict[Callable[..., SampleProblem], int] = {
    random_gaussians: 3,
    two_blocks: 2,
    twisted_gaussians: 3,
}

# Names that a piece of source needs, by module.
_Needed = dict[str, set[str]]


def sample_code(state: StudioState, iterations: int) -> str:
    """The script of a view of samples; as `script.code`."""
    needed: _Needed = {
        "solvers": {"SampleProblem", "iterates"}
        | {SOLVERS[name].__name__ for name, _ in state.solvers}
    }
    sources = [cast(Source, marginal.draw_plain) for marginal in state.marginals]
    calls, own = [], 0
    for marginal, source in zip(state.marginals, sources, strict=True):
        if is_own(marginal):
            calls.append(f'own["own_{own}"][:n]')
            own += 1
        else:
            calls.append(_drawn(source, needed))
    return _SCRIPT.format(
        count=len(calls),
        size=state.grid,
        own=_OWN if own else "",
        marginals="\n".join(f"{INDENT}{call}," for call in calls),
        weights=", ".join(f"{weight:.6g}" for weight in state.weights),
        problem=_problem(state, sources, needed),
        imports="\n".join(imported(module, needed[module]) for module in sorted(needed)),
        methods="\n".join(method(name, settings) for name, settings in state.solvers),
        iterations=iterations,
    )


def _drawn(source: Source, needed: _Needed) -> str:
    """An expression that draws n samples (n, d)."""
    if isinstance(source, Scaled):
        return f"{source.factor:g} * {_drawn(source.source, needed)}"
    if isinstance(source, OfPicture):
        picture = _call(source.picture, map(literal, (*source.arguments, source.cells)), needed)
        samples = _call(picture_samples, [picture], needed)
    else:
        assert isinstance(source, OfProblem)
        problem = _call(source.problem, map(literal, source.arguments), needed)
        samples = f"{problem}.given[{source.index}]"
    return f"{samples}.as_numpy(n, seed={source.seed})"


def _problem(state: StudioState, sources: Sequence[Source], needed: _Needed) -> str:
    """Statements that pose the problem, with its exact answer if it is a built-in one."""
    lines, arguments = [], ["marginals", "weights"]
    if state.cost.family == "twister":
        needed.setdefault("solvers.sample_datasets", set()).add("TWIST")
        arguments.append("costs=TWIST")
    elif state.cost.family != "squared":
        name, values, modules = state.cost.code(len(sources), sources[0].samples.dimension)
        for module, names in modules.items():
            needed.setdefault(module, set()).update(names)
        lines.append(assigned("costs", name, values))
        arguments.append("costs=costs")
    options = ["weights=weights"]
    if state.subject is TWISTER:
        options.append(f"reg={literal(state.reg)}")
        arguments.append(options[-1])
    whole = _whole(sources)
    if whole is not None and state.cost.family == state.subject.costs[0]:
        values = [*map(literal, whole.arguments), *options]
        arguments.append(f"exact={_call(whole.problem, values, needed)}.exact")
    return "\n".join([*lines, assigned("problem", "SampleProblem", arguments)])


def _whole(sources: Sequence[Source]) -> OfProblem | None:
    """Where these are all marginals of a built-in problem whose answer is known, the first."""
    first = sources[0]
    if not isinstance(first, OfProblem):
        return None
    count = _ANSWERED.get(first.problem, 0)
    return first if [replace(first, index=k, seed=k) for k in range(count)] == sources else None


def _call(function: Callable[..., Any], arguments: Iterable[str], needed: _Needed) -> str:
    """A call of a function, which the script imports."""
    needed.setdefault(function.__module__, set()).add(function.__name__)
    return f"{function.__name__}({', '.join(arguments)})"
