"""Measures as evenly spread points, like the dots of a stippled drawing.

A cloud is given by rows (n, 1 + d): mass first, then the position.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from solvers.arrays import Array, FloatArray

# After so many relaxations the eye sees no more clumps; each further one moves points away from
# dense parts, for Lloyd's limit spreads them too evenly.
_RELAXATIONS = 8
# The space-filling curve runs through a lattice; three of its indices fit into one whole number.
_LATTICE_BITS = 20
# Cells of a density for each point, by dimension; a tenth to a third of them have mass, and dots
# must not show the cells.
_CELLS_PER_POINT = {2: 64, 3: 256}


def sides(n: int, dimension: int) -> int:
    """Cells along each side of a density (2D or 3D) that is fine enough for n points.

    Raises
    ------
    ValueError
        If n is less than 1.
    """
    check_count(n)
    cells = _CELLS_PER_POINT[dimension] * n
    return ceil(float(cells ** (1 / dimension)))


def density_cloud(density: Array, n: int, seed: int = 0) -> FloatArray:
    """A density as n points of equal masses, evenly spread.

    Parameters
    ----------
    density : array, (k, k) or (k, k, k)
        On the unit square, row 0 at the top, or on the unit cube; finite, ≥ 0, not all 0.
    n : int
        1 or more.
    seed : int
        Of the places within the cells where relaxation begins.

    Returns
    -------
    array, (n, 1 + d)
        Masses 1/n, then positions, y upwards in the plane.

    Raises
    ------
    ValueError
        If n is less than 1, or the density is none.

    References
    ----------
    Secord (2002), weighted Voronoi stippling: Lloyd's relaxation, here from a systematic sample
    along Morton's curve.
    """
    from scipy.spatial import cKDTree

    check_count(n)
    masses = np.asarray(density, dtype=float)
    if not (np.isfinite(masses).all() and masses.min() >= 0 and masses.max() > 0):
        raise ValueError("density: all values must be finite and ≥ 0, and some > 0.")
    side = len(masses)
    if masses.ndim == 2:
        masses = masses[::-1].T  # from rows downwards to x and y upwards
    inked = np.argwhere(masses > 0)
    masses, cells = masses[masses > 0], (inked + 0.5) / side
    begin = cells[_systematic(cells, masses, n)]
    points = begin + (np.random.default_rng(seed).random(begin.shape) - 0.5) / side
    for _ in range(_RELAXATIONS):
        nearest = cKDTree(points).query(cells)[1]
        totals = np.bincount(nearest, masses, n)
        used = totals > 0
        for axis in range(cells.shape[1]):
            moments = np.bincount(nearest, masses * cells[:, axis], n)
            points[used, axis] = moments[used] / totals[used]
    return equal_masses(points)


def thinned(rows: Array, n: int) -> FloatArray:
    """At most n of a cloud's points, which stand for all of them.

    Parameters
    ----------
    rows : array, (m, 1 + d)
        Masses ≥ 0, not all 0, and positions.
    n : int
        1 or more.

    Returns
    -------
    array, (k, 1 + d)
        The cloud itself if m ≤ n. Otherwise points at equal steps of mass along a space-filling
        curve, k ≤ n: a point that several steps meet is there once, with their mass.

    Raises
    ------
    ValueError
        If n is less than 1.
    """
    check_count(n)
    cloud = np.asarray(rows, dtype=float)
    if len(cloud) <= n:
        return cloud
    chosen, steps = np.unique(_systematic(cloud[:, 1:], cloud[:, 0], n), return_counts=True)
    return np.column_stack([steps * (cloud[:, 0].sum() / n), cloud[chosen, 1:]])


def equal_masses(positions: Array) -> FloatArray:
    """Positions (n, d) as a cloud of equal masses, rows (n, 1 + d)."""
    return np.column_stack([np.full(len(positions), 1 / len(positions)), positions])


def check_count(n: int) -> None:
    """Refuse clouds without points."""
    if n < 1:
        raise ValueError(f"n: is {n}, but must be 1 or more.")


def _systematic(positions: Array, masses: Array, n: int) -> Array:
    """Indices (n,) of points at equal steps of mass along Morton's curve."""
    order = np.argsort(_morton(positions), kind="stable")
    travelled = np.cumsum(masses[order])
    steps = (np.arange(n) + 0.5) * (travelled[-1] / n)
    return np.asarray(order[np.searchsorted(travelled, steps)])


def _morton(positions: Array) -> Array:
    """Where points (m, d), d ≤ 3, lie along Morton's curve through their box, (m,)."""
    low = positions.min(axis=0)
    extent = max(float((positions - low).max()), np.finfo(float).tiny)
    places = ((positions - low) / extent * (2**_LATTICE_BITS - 1)).astype(np.int64)
    codes = np.zeros(len(places), dtype=np.int64)
    dimension = places.shape[1]
    for bit in range(_LATTICE_BITS):
        for axis in range(dimension):
            codes |= (places[:, axis] >> bit & 1) << (dimension * bit + axis)
    return codes
