"""The ground cost of one tuple of points as a landscape; its lowest place is the barycentre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.levels import Levels
from explorer.relief import relief, window_places
from solvers import PointProblem
from solvers.arrays import Array, FloatArray


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
    plane = window_places(half)
    places = np.column_stack([plane, np.tile(best[2:], (len(plane), 1))])
    everywhere = [np.broadcast_to(y, (len(plane), len(y))) for y in partners]
    # A formula need not be defined far from the marginals.
    costs = problem.weights @ [
        problem.allowed_costs(k, places, ys) for k, ys in enumerate(everywhere)
    ]
    cost = float(problem.mean_costs(best[None], [y[None] for y in partners])[0])
    return Landscape(relief(costs, cost), best, cost)
