"""How sharp a density is."""

from __future__ import annotations

import numpy as np

from solvers.arrays import Array

# Single cells with a spike must not stand for the whole, nor the many that are all but empty.
_FULL = 0.995
_OCCUPIED = 0.05
# The sharpest edges are those beyond this quantile of the slopes.
_SHARPEST = 0.99


def full_density(density: Array) -> float:
    """The density that counts as full: the 99.5 % quantile of the occupied cells; 0 without mass.

    Occupied are the cells (*shape) that hold more than a twentieth of the mean.
    """
    occupied = density[density > _OCCUPIED * density.mean()]
    return float(np.quantile(occupied, _FULL, method="lower")) if occupied.size else 0.0


def edge_width(density: Array) -> float:
    """Width of a density's sharpest edges, in cells.

    That is the full density divided by the slope of the sharpest edges: the cells that an edge of
    this slope takes from nothing to full. Higher densities count as full (`full_density`), so that
    a spike is no sharper than a step. The slope is the length of the gradient at the corners where
    cells meet, the same in all directions of an edge. Edges are the corners where it would take
    fewer cells than the grid has, and the sharpest are the 99 % quantile of them.

    A step along an axis has width 1, and nothing is sharper; a ramp of k cells has width k, a step
    blurred by a Gaussian of standard deviation σ ≫ 1 width ``√(2π) σ``.

    Parameters
    ----------
    density : array, (*shape)
        ≥ 0, of any scale and any number of axes.

    Returns
    -------
    float
        ≥ 1; ∞ if the density has no edges, as a uniform one.

    Raises
    ------
    ValueError
        If the density has values that are negative or not finite.
    """
    if not (density.min() >= 0 and np.isfinite(density.max())):
        raise ValueError("density: has values that are negative or not finite; all must be ≥ 0.")
    full = full_density(density)
    if full == 0:
        return np.inf
    slopes = _slopes(np.minimum(density / full, 1.0))
    edges = slopes[slopes > 1 / max(density.shape)]
    if not edges.size:
        return np.inf
    return float(1 / np.quantile(edges, _SHARPEST, method="lower"))


def _slopes(density: Array) -> Array:
    """Length of the gradient at the inner corners of the cells, from all 2ᵈ cells around each."""
    squares = np.zeros([side - 1 for side in density.shape])
    for axis in range(density.ndim):
        part = np.diff(density, axis=axis)
        for other in set(range(density.ndim)) - {axis}:
            part = _midpoints(part, other)
        squares += part**2
    return np.asarray(np.sqrt(squares))


def _midpoints(values: Array, axis: int) -> Array:
    values = np.moveaxis(values, axis, 0)
    return np.moveaxis((values[1:] + values[:-1]) / 2, 0, axis)
