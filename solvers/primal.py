"""The barycenter functional, and iterates that carry it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import Array
from solvers.loop import Iterate, Solver
from solvers.problems import GridProblem
from solvers.wasserstein import wasserstein


def primal_objective(
    problem: GridProblem,
    barycenter: ArrayLike,
    potentials: Array | None = None,
    *,
    tolerance: float = 1e-5,
    max_iterations: int = 100,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[float, Array]:
    """The barycenter functional ``B(ν) = Σ α_i ½W₂²(μ_i, ν)``.

    Parameters
    ----------
    problem : GridProblem
    barycenter : array_like, (*shape)
        The density ν, of any scale.
    potentials : array, (m, *shape), optional
        Potentials on the barycenter's side, in length², to start from. The value is never below
        what they give; potentials with ``Σ α_i f_i = 0`` give the dual objective D.
    tolerance, max_iterations, cancelled
        As for `wasserstein`; what a cancelled call returns is only a lower bound.

    Returns
    -------
    float
        B(ν) on the grid, from below, in units of the domain's longest side squared.
    array, (m, *shape)
        The potentials on the barycenter's side that it was computed with.

    Raises
    ------
    ValueError
        If an argument is out of its range or does not fit the problem.
    """
    expected = problem.marginals.shape
    if np.shape(barycenter) != problem.shape:
        raise ValueError(
            f"barycenter: has the shape {np.shape(barycenter)}, "
            f"but the problem's is {problem.shape}."
        )
    if potentials is not None and potentials.shape != expected:
        raise ValueError(f"potentials: have the shape {potentials.shape}, but need {expected}.")
    value, found = 0.0, np.empty(expected)
    for i, (weight, marginal) in enumerate(zip(problem.weights, problem.marginals, strict=True)):
        transport = wasserstein(
            marginal,
            barycenter,
            None if potentials is None else potentials[i],
            tolerance=tolerance,
            max_iterations=max_iterations,
            cancelled=cancelled,
        )
        value += weight * transport.cost
        found[i] = transport.potentials[1]
    return float(value), found


def with_primal(
    iterates: Iterable[Iterate], solver: Solver, problem: GridProblem, every: int = 10
) -> Iterator[Iterate]:
    """Pass iterates through, and add the primal objective to some of them.

    Those are the iterates whose number is a multiple of `every` and the last one, as far as they
    are on the problem's own grid. The work does not count in their ``seconds``.

    Parameters
    ----------
    iterates : iterable of Iterate
        As from `solvers.iterates`.
    solver, problem
        What they come from. The solver's potentials, or else those of the evaluation before,
        spare most of the work.
    every : int
        ≥ 1.

    Raises
    ------
    ValueError
        If `every` is out of its range.
    """
    if every < 1:
        raise ValueError(f"every: is {every}, but must be ≥ 1.")
    return _with_primal(iterates, solver, problem, every)


def _with_primal(
    iterates: Iterable[Iterate], solver: Solver, problem: GridProblem, every: int
) -> Iterator[Iterate]:
    potentials: Array | None = None
    value, known = 0.0, None
    for iterate in iterates:
        due = iterate.number % every == 0 or iterate.stopped is not None
        if not due or iterate.levels_left:
            yield iterate
            continue
        if iterate.number != known:  # a cancelled loop hands out its last iterate twice
            start = solver.potentials(problem, iterate.state)
            potentials = potentials if start is None else start
            value, potentials = primal_objective(problem, iterate.barycenter, potentials)
            known = iterate.number
        yield replace(iterate, objectives={**iterate.objectives, "primal": value})


def duality_gap(iterate: Iterate) -> float | None:
    """``B − D`` of an iterate that has both objectives, else None."""
    try:
        return iterate.objectives["primal"] - iterate.objectives["dual"]
    except KeyError:
        return None
