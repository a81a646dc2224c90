"""Whether a state of the energy-guided solver, which may come from a file, can be continued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from solvers.potential_networks import fresh_parameters
from solvers.sample_problem import SampleProblem
from solvers.state_forms import is_count, is_generator_state, same_form

if TYPE_CHECKING:
    from solvers.energy_guided import EnergyGuided

# The largest scale of the data that computes well in single precision, and one over the smallest.
_MOST = 1e15


def can_be_continued(solver: EnergyGuided, problem: SampleProblem, state: Any) -> bool:
    """Whether weights, potentials, their frame and Adam's moments are as `solver` makes them."""
    heads, dimension = len(problem.given), problem.dimension
    parameters = fresh_parameters(heads, dimension, solver.width, torch.Generator())
    one = torch.zeros(())
    frame = {"centre": torch.zeros(dimension), "scale": one, "unit": one}
    return (
        type(state.reg) is float
        and same_form(state.weights, torch.zeros(heads))
        and same_form(state.parameters, parameters)
        and same_form(state.frame, frame)
        and is_usable_frame(state.frame)
        and _are_moments(state.moments, parameters)
        and is_count(state.updates)
        and is_generator_state(state.generator)
    )


def has_chains(solver: EnergyGuided, problem: SampleProblem, state: Any) -> bool:
    """Whether chains and starts are there for all marginals, and so many points to be shown.

    How many chains train may differ from the batch: a step takes or leaves some.
    """
    marginals, dimension = problem.marginals, problem.dimension
    given, count = marginals[0].dimension, shown_of_each(solver, problem)
    trained = _rows(state.sources)
    return (
        trained > 0
        and _has(state.sources, len(marginals), trained, given)
        and _has(state.chains, len(marginals), trained, dimension)
        and _has(state.shown_sources, len(marginals), count, given)
        and _has(state.shown, len(marginals), count, dimension)
        and _are_starts(state.starts, dimension)
        and type(state.estimate) is float
        and type(state.ess) is float
    )


def is_usable_frame(frame: Mapping[str, Tensor]) -> bool:
    """Whether a frame's numbers are finite, and far enough from the limits of single precision."""
    scale, unit = float(frame["scale"]), float(frame["unit"])
    finite = bool(frame["centre"].isfinite().all())
    return finite and 1 / _MOST < scale < _MOST and 1 / _MOST**2 < unit < _MOST**2


def shown_of_each(solver: EnergyGuided, problem: SampleProblem) -> int:
    """How many of the points shown come from each marginal."""
    return int(max(1, solver.shown // len(problem.weights)))


def _rows(value: Any) -> int:
    return int(value.shape[1]) if isinstance(value, Tensor) and value.ndim == 3 else 0


def _are_starts(value: Any, dimension: int) -> bool:
    """Whether they are points (m, d), not all in one place."""
    rows = len(value) if isinstance(value, Tensor) and value.ndim == 2 else 0
    return rows > 1 and _has(value, rows, dimension) and 0 < float(value.var(0).sum()) < torch.inf


def _has(value: Any, *shape: int) -> bool:
    return same_form(value, torch.empty(shape))


def _are_moments(moments: Any, parameters: dict[str, Tensor]) -> bool:
    """Whether they are Adam's, or none because there was no update yet."""
    each = {
        name: {"step": torch.zeros(()), "exp_avg": tensor, "exp_avg_sq": tensor}
        for name, tensor in parameters.items()
    }
    none: dict[str, dict[str, Tensor]] = {name: {} for name in parameters}
    if not same_form(moments, each):
        return same_form(moments, none) or same_form(moments, {})
    return all(float(moment["step"]) > 0 for moment in moments.values())
