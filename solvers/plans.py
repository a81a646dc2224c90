"""Optimal transport plans from one cloud to all measures of a problem, and their gluing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.clouds import Cloud
from solvers.point_problem import PointProblem

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MAX_ENTRIES = 60_000_000
"""Of a matrix of costs: exact transport needs about 41 bytes for each, 2.5 GB together."""

# A bound on the pivots of the network simplex that no problem of the sizes here comes near.
_PIVOTS = 10**8

# Pieces lighter than this are rounding: flows pass it on along chains of thousands of points.
_ROUNDING = 1e-11


@dataclass(frozen=True, eq=False)
class Couplings:
    """The optimal plans of a cloud.

    Attributes
    ----------
    plans : tuple of csr_array, (n, n_k)
        An optimal π_k of (μ, ν_k) for each measure of positive weight, with at most n + n_k − 1
        entries.
    value : float
        ``V(μ) = Σ_k α_k ⟨π_k, c_k⟩``.
    duals : mapping of int to array, (n_k,)
        Kantorovich potentials on the measures' side, by the measures' positions among those given.
    """

    plans: tuple[csr_array, ...]
    value: float
    duals: Mapping[int, FloatArray]


def fits(problem: PointProblem, cloud: Cloud) -> bool:
    """Whether the matrices of costs between a cloud and the measures fit into memory."""
    return len(cloud) * max(map(len, problem.measures)) <= MAX_ENTRIES


def require_fit(problem: PointProblem, cloud: Cloud) -> None:
    """Raise a ValueError unless `fits`."""
    if not fits(problem, cloud):
        raise ValueError(
            f"points: the barycenter has {len(cloud):,} and a measure "
            f"{max(map(len, problem.measures)):,}, but their product must be at most "
            f"{MAX_ENTRIES:,}: choose fewer points."
        )


def couplings(
    problem: PointProblem,
    cloud: Cloud,
    duals: Mapping[int, FloatArray] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Couplings:
    """Solve the exact transport problems of a cloud, one after the other.

    Parameters
    ----------
    problem : PointProblem
    cloud : Cloud
        μ, in the problem's dimension.
    duals : mapping of int to array, (n_k,), optional
        Potentials of a similar cloud, as in the result: the simplex method begins near its plans.
    cancelled : callable
        Asked before each measure; True leaves out those that remain.

    Raises
    ------
    ValueError
        If a cost is not finite, or the clouds are too large together.
    """
    import ot
    from scipy.sparse import csr_array

    require_fit(problem, cloud)
    found, value, potentials = [], 0.0, {}
    for k, (given, weight, measure) in enumerate(
        zip(problem.kept, problem.weights, problem.measures, strict=True)
    ):
        if cancelled():
            break
        costs = problem.cost_matrix(k, cloud.positions)
        begin = None
        if duals and given in duals:
            begin = ((costs - duals[given]).min(axis=1), duals[given])
        plan, log = ot.emd(
            cloud.masses, measure.masses, costs, _PIVOTS, log=True, potentials_init=begin
        )
        found.append(csr_array(plan))
        potentials[given] = np.asarray(log["v"])
        value += float(weight) * float(log["cost"])
    return Couplings(tuple(found), value, potentials)


def plans(
    problem: PointProblem, cloud: Cloud, cancelled: Callable[[], bool] = lambda: False
) -> list[csr_array]:
    """An optimal plan (n, n_k) from the cloud to each measure of positive weight.

    Parameters and errors are those of `couplings`.
    """
    return list(couplings(problem, cloud, cancelled=cancelled).plans)


def glued(plans: Sequence[csr_array]) -> tuple[Array, FloatArray, Array]:
    """Glue plans with a common first marginal by the north-west corner rule.

    Row by row, the masses of every plan are laid end to end in the order of its columns; each piece
    between two neighbouring ends of any of them becomes one atom of γ.

    Parameters
    ----------
    plans : sequence of csr_array, (n, n_k)
        The π_k, of total mass 1 and with equal row sums.

    Returns
    -------
    indices : array, (N, K), int
        The columns (j_1, …, j_K) of the atoms; tuples may repeat in different rows.
    masses : array, (N,)
        Their masses; pieces of no more than rounding are left to the others of their row.
    source : array, (N,), int
        Their rows, in ascending order.
    """
    # Rows are equally heavy in all plans, so that one row after the other makes one long row.
    ends = [np.cumsum(plan.data) for plan in plans]
    cuts = np.sort(np.concatenate(ends))
    pieces = np.diff(cuts, prepend=0.0)
    real = pieces > _ROUNDING
    pieces = pieces[real]
    entries = [np.searchsorted(end, cuts[real] - pieces / 2) for end in ends]
    indices = np.column_stack(
        [plan.indices[entry] for plan, entry in zip(plans, entries, strict=True)]
    )
    source = np.searchsorted(plans[0].indptr, entries[0], side="right") - 1
    # Each row keeps its mass: what is lost to rounding in one step would grow in the next ones.
    rows = plans[0].sum(axis=1)
    masses = pieces * (rows[source] / np.bincount(source, pieces, len(rows))[source])
    return indices, masses, source
