"""The ground cost of one tuple of points as a landscape; its lowest place is the barycentre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.levels import Levels
from solvers import PointProblem
from solvers.arrays import Array, FloatArray

_SIDE = 96  # cells along each side
# The dearest places, this part of all, have one shade, so that the valley is not flat.
_DEAR = 0.05


@dataclass(frozen=True, eq=False)
class Landscape:
    """``Σ_k α_k c_k(x, y_k)`` over a window.

    Attributes
    ----------
    levels : array of uint8, (96, 96)
        255 at the cheapest place, 0 at the dearest and where none is allowed; row 0 at the top.
    best : array, (d,)
        The ground barycentre.
    cost : float
        What it costs.
    """

    levels: Levels
    best: FloatArray
    cost: float


def landscape(problem: PointProblem, partners: Sequence[Array], half: float) -> Landscape:
    """The landscape of a tuple.

    Parameters
    ----------
    problem : PointProblem
    partners : sequence of array, (d_k,)
        One point of each measure of positive weight.
    half : float
        Half the side of the window around the middle of the unit square. In space the horizontal
        plane through the ground barycentre is seen.
    """
    best = problem.barycentres([y[None] for y in partners])[0]
    nodes = 0.5 + half * ((np.arange(_SIDE) + 0.5) / _SIDE * 2 - 1)
    x, y = np.meshgrid(nodes, nodes[::-1])
    heights = np.tile(best[2:], (x.size, 1))
    places = np.column_stack([x.ravel(), y.ravel(), heights])
    everywhere = [np.broadcast_to(y, (x.size, len(y))) for y in partners]
    # A formula need not be defined far from the marginals.
    costs = problem.weights @ [
        problem.allowed_costs(k, places, ys) for k, ys in enumerate(everywhere)
    ]
    cost = float(problem.mean_costs(best[None], [y[None] for y in partners])[0])
    finite = np.append(costs[np.isfinite(costs)], cost)
    dear = max(float(np.quantile(finite, 1 - _DEAR)) - cost, np.finfo(float).tiny)
    height = np.clip((costs - cost) / dear, 0, 1).reshape(x.shape)
    # The square root shows a valley's floor as well as its slopes.
    return Landscape(np.rint(255 * (1 - np.sqrt(height))).astype(np.uint8), best, cost)
