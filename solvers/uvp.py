"""How far a barycenter by samples is from the truth, each figure with its noise floor.

The floor is what draws of the truth itself would score, as many as are judged: no figure below it
means anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.gaussians import bures_squared
from solvers.samples import Samples

# Directions of projection, and points for which all distances are taken.
_DIRECTIONS, _PAIRED = 256, 2000


class Figure(NamedTuple):
    """A figure and its floor.

    Attributes
    ----------
    value : float
        ≥ 0; 0 is perfect.
    floor : float
        What independent draws of the truth score, in the mean.
    """

    value: float
    floor: float


def bw_uvp(draws: Array, mean: Array, covariance: Array) -> Figure:
    """BW₂²-UVP in percent: the moments of draws against those of the truth.

    ``100 · BW₂²(ν, ν̃) / (½ Var ν̃)`` with ``BW₂² = ½ W₂²`` of the Gaussians that have the moments.
    100 is the score of the best constant. The floor is the expectation for n independent draws
    of a Gaussian ν̃, to second order in their deviation:
    ``100/n · (1 + ½ Σ_ij (1 + δ_ij) s_i s_j / (s_i + s_j) / Σ_i s_i)``, s the eigenvalues of Σ_ν̃.

    Parameters
    ----------
    draws : array, (n, d)
        Of ν; n ≥ 2.
    mean, covariance : array, (d,) and (d, d)
        Those of ν̃.

    References
    ----------
    Korotin, Li, Solomon and Burnaev (2021), Continuous Wasserstein-2 barycenter estimation without
    minimax optimization, section 5.
    """
    found = np.asarray(draws, dtype=float)
    moments = found.mean(axis=0), np.atleast_2d(np.cov(found.T, ddof=0))
    distance = bures_squared(moments[0][None], moments[1][None], mean[None], covariance[None])
    spectrum = np.maximum(np.linalg.eigvalsh(covariance), 0.0)
    sums = np.maximum(np.add.outer(spectrum, spectrum), np.finfo(float).tiny)
    products = np.outer(spectrum, spectrum) * (1 + np.eye(len(spectrum)))
    total = spectrum.sum()
    floor = 100 / len(found) * (1 + (products / sums).sum() / 2 / total)
    return Figure(float(100 * distance[0, 0] / total), float(floor))


def l2_uvp(mapped: Array, exact: Array, variance: float, noise: float = 0.0) -> Figure:
    """L²-UVP in percent: ``100 · mean |T(x) − T*(x)|² / Var ν̃``.

    Parameters
    ----------
    mapped, exact : array, (n, d)
        ``T(x)`` and ``T*(x)`` for n draws x of the marginal.
    variance : float
        The total variance of the true barycenter, > 0.
    noise : float
        The mean square error that the T(x) have for being estimates themselves: of a barycentric
        projection by m draws, the conditional variance over m. The floor follows from it.
    """
    error = ((np.asarray(mapped, dtype=float) - exact) ** 2).sum(axis=1).mean()
    return Figure(float(100 * error / variance), 100 * noise / variance)


def sliced_w2(draws: Array, truth: Samples, seed: int = 0) -> Figure:
    """Sliced W₂ over the spread ``√(Var ν̃ / d)``: 256 directions, as many draws of the truth.

    References
    ----------
    Bonneel, Rabin, Peyré and Pfister (2015), Sliced and Radon Wasserstein barycenters of measures.
    """
    import ot

    def distance(x: FloatArray, y: FloatArray) -> float:
        return float(ot.sliced_wasserstein_distance(x, y, n_projections=_DIRECTIONS, seed=seed))

    return _compared(distance, np.asarray(draws, dtype=float), truth, seed)


def energy_distance(draws: Array, truth: Samples, seed: int = 0) -> Figure:
    """``2 E|X − Y| − E|X − X'| − E|Y − Y'|`` over ``√(Var ν̃ / d)``, of 2,000 draws at most.

    References
    ----------
    Székely and Rizzo (2013), Energy statistics: a class of statistics based on distances.
    """
    from scipy.spatial.distance import cdist

    def distance(x: FloatArray, y: FloatArray) -> float:
        return float(2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean())

    return _compared(distance, np.asarray(draws, dtype=float)[:_PAIRED], truth, seed)


def mass_within(draws: Array, radius: float) -> Figure:
    """The percentage of draws nearer than a radius to the origin, where the truth has none."""
    near = np.linalg.norm(draws, axis=1) < radius
    return Figure(100 * float(near.mean()), 0.0)


def _compared(
    distance: Callable[[FloatArray, FloatArray], float],
    draws: FloatArray,
    truth: Samples,
    seed: int,
) -> Figure:
    """A distance between draws and as many of the truth; the floor is that of other such draws."""
    both = truth.as_numpy(2 * len(draws), seed)
    reference, others = both[: len(draws)], both[len(draws) :]
    spread = float(np.sqrt(truth.variance / truth.dimension))
    return Figure(distance(draws, reference) / spread, distance(others, reference) / spread)
