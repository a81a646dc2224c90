"""Gaussian mixtures fitted to points and pictures by expectation maximisation."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import Array, FloatArray
from solvers.mixture_problem import MAX_COMPONENTS
from solvers.mixtures import Mixture
from solvers.problems import real_numbers

# Points of equal mass that stand for weighted ones.
_SAMPLES = 2048
# Added to every variance, as a fraction of the points' own: the ellipse of points on a line stays
# a hundredth as wide as all points are spread.
_FLATTEST = 1e-4
# Points that spread by less than this fraction of their coordinates are in one place.
_PLACE = 1e-6
_MAX_STEPS = 500


def fitted(points: ArrayLike, components: int, seed: int = 0) -> Mixture:
    """A mixture of Gaussians in the plane that makes points likely.

    Parameters
    ----------
    points : array_like, (n, 2) or (n, 3)
        Positions, or rows of a cloud: mass, then position. Points of unequal mass are first
        resampled systematically, in their order, to 2,048 of equal mass.
    components : int
        From 1 to 50.
    seed : int
        Of the random start, ≥ 0.

    Raises
    ------
    ValueError
        If the points are no such array, not finite, or fewer different ones than components.

    References
    ----------
    Dempster, Laird and Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm;
    the code is scikit-learn's.
    """
    if not 1 <= components <= MAX_COMPONENTS:
        raise ValueError(f"components: is {components}, but must be from 1 to {MAX_COMPONENTS}.")
    positions = _equally_heavy(points)
    different = len(np.unique(positions, axis=0))
    if different < components:
        raise ValueError(
            f"components: {components} components need {components} different points at least, "
            f"but their number is {different}."
        )
    if len(positions) == 1:  # scikit-learn wants two
        positions = positions.repeat(2, axis=0)
    from sklearn.mixture import GaussianMixture

    centre, spread = positions.mean(axis=0), positions.std(axis=0).max()
    scale = max(float(spread), _PLACE * float(np.abs(positions).max())) or 1.0
    found = GaussianMixture(
        components, reg_covar=_FLATTEST, max_iter=_MAX_STEPS, random_state=seed
    ).fit((positions - centre) / scale)
    return Mixture(found.weights_, centre + scale * found.means_, scale**2 * found.covariances_)


def fitted_picture(density: Array, components: int, seed: int = 0) -> Mixture:
    """A mixture fitted to a picture that fills the unit square.

    Parameters
    ----------
    density : array, (n, n)
        ≥ 0, row 0 at the top.
    components, seed : int
        As for `fitted`.

    Raises
    ------
    ValueError
        If the picture has no mass, or mass in fewer cells than there are components.
    """
    n = len(density)
    rows, columns = np.nonzero(density > 0)
    points = [density[rows, columns], (columns + 0.5) / n, 1 - (rows + 0.5) / n]
    return fitted(np.column_stack(points), components, seed)


def _equally_heavy(points: ArrayLike) -> FloatArray:
    """The positions (n, 2), as often as they are heavy."""
    values = real_numbers("points", points)
    if values.ndim != 2 or values.shape[1] not in (2, 3) or not len(values):
        raise ValueError(
            "points: must be rows (x, y) or (mass, x, y), at least one, "
            f"but the shape is {values.shape}."
        )
    for i, row in enumerate(values):
        if not np.isfinite(row).all():
            raise ValueError(f"points: point {i} has NaN or infinity, but must be finite.")
    if values.shape[1] == 2:
        return values
    masses, positions = values[:, 0], values[:, 1:]
    if masses.min() < 0 or not masses.max() > 0:
        raise ValueError("points: masses must be ≥ 0, and not all of them 0.")
    if masses.min() == masses.max():
        return np.asarray(positions)
    shares = masses.cumsum() / masses.sum()
    quantiles = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    return np.asarray(positions[np.searchsorted(shares, quantiles)])
