"""Barycenters along a path of weights: what dragging and animation show."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import FloatArray
from solvers.loop import Iterate, Solver, iterates
from solvers.problems import GridProblem, normalised_weights


def weights_between(stops: ArrayLike, count: int) -> FloatArray:
    """Weights at equal distances on the way from stop to stop.

    Parameters
    ----------
    stops : array_like, (k, m)
        Two or more weights to pass through; give the first one again at the end for a closed path.
    count : int
        Points on the path, the first and the last stop among them; ≥ 2.

    Returns
    -------
    array, (count, m)

    Raises
    ------
    ValueError
        If a stop is no set of weights, if there are too few stops or points, or if all stops are
        the same.
    """
    corners = np.asarray(stops, dtype=float)
    if corners.ndim != 2 or len(corners) < 2:
        raise ValueError(f"stops: two or more rows of weights are needed, not {corners.shape}.")
    if count < 2:
        raise ValueError(f"count: is {count}, but a path has at least 2 points.")
    corners = np.array([normalised_weights(corner, corners.shape[1]) for corner in corners])
    legs = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(legs)])
    if travelled[-1] == 0.0:
        raise ValueError("stops: all are the same, but a path has to lead somewhere.")
    at = np.linspace(0.0, travelled[-1], count)
    return np.stack([np.interp(at, travelled, column) for column in corners.T], axis=1)


def along_path(
    solver: Solver,
    marginals: Any,
    path: Iterable[ArrayLike],
    state: Any = None,
    *,
    max_iterations: int = 30,
    tolerance: float = 1e-4,
    patience: int = 3,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Iterate]:
    """Solve at each of the weights in turn, warm from the weights before.

    Parameters
    ----------
    solver : Solver
    marginals : GridProblem, PointProblem, MixtureProblem, or array_like, (m, *shape)
        What to average: a problem with any weights, or the densities of a `GridProblem`.
    path : iterable of array_like, (m,)
        Weights, as for the problem; close to each other they need few iterations each.
    state : object, optional
        The ``state`` of an iterate of the same marginals to start from.
    max_iterations, tolerance, patience, cancelled
        For each point, as for `iterates`; the first point, which may start cold, gets as many
        iterations as it wants.

    Yields
    ------
    Iterate
        The best iterate of each point, its ``number`` and ``seconds`` counted for the point alone;
        none of a point that was cancelled.

    Raises
    ------
    ValueError
        If the marginals or weights are none, or an argument is out of its range.
    """
    problem = marginals if hasattr(marginals, "reweighted") else GridProblem(marginals)
    limit = max_iterations if state is not None else 1000
    for weights in path:
        its = iterates(
            solver,
            problem.reweighted(weights),
            state,
            max_iterations=limit,
            tolerance=tolerance,
            patience=patience,
            cancelled=cancelled,
        )
        (last,) = deque(its, maxlen=1)
        if cancelled():
            return
        limit, state = max_iterations, last.state
        yield last.best
