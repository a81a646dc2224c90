"""How often a closed surface winds around the cells of a grid."""

from __future__ import annotations

import numpy as np
from numba import njit

from solvers.arrays import Array

# Columns of sight along each side of a cell, and steps of height in a cell.
COLUMNS, STEPS = 4, 256


@njit(cache=True, nogil=True, inline="always")
def _crossing(p: Array, q: Array, y: float) -> float:
    """Where an edge crosses the line at y; the same number from either end."""
    if p[1] > q[1]:
        p, q = q, p
    return float(p[0] + (y - p[1]) * (q[0] - p[0]) / (q[1] - p[1]))


@njit(cache=True, nogil=True)
def add_crossings(points: Array, triangles: Array, out: Array) -> None:
    """Add to each cell what a surface's crossings of the cell's columns change there.

    Seen along axis 2, a triangle covers the columns from its edge that runs up to its edge that
    runs down. As neighbours compute the same crossings, the windings of a closed surface cancel
    exactly behind it, at every angle; and in whole numbers, so that nothing is left over.

    Parameters
    ----------
    points : array, (p, 3)
        In cells, all within the grid.
    triangles : array of int, (t, 3)
        Corners, counterclockwise seen from outside.
    out : array of int, (n, n, n + 1)
        Its running sum along axis 2 grows by the winding number of each cell × COLUMNS² × STEPS.
    """
    for t in range(len(triangles)):
        a, b, c = points[triangles[t, 0]], points[triangles[t, 1]], points[triangles[t, 2]]
        normal = np.cross(b - a, c - a)
        bottom, top = min(a[2], b[2], c[2]), max(a[2], b[2], c[2])
        first = int(np.ceil(min(a[1], b[1], c[1]) * COLUMNS - 0.5))
        last = int(np.ceil(max(a[1], b[1], c[1]) * COLUMNS - 0.5))
        for row in range(first, last):
            y = (row + 0.5) / COLUMNS
            upwards = downwards = 0.0
            for p, q in ((a, b), (b, c), (c, a)):
                if p[1] <= y < q[1]:
                    upwards = _crossing(p, q, y)
                elif q[1] <= y < p[1]:
                    downwards = _crossing(p, q, y)
            # The surface is entered where its outside is below.
            sign = 1 if upwards < downwards else -1
            left, right = min(upwards, downwards), max(upwards, downwards)
            for column in range(
                int(np.ceil(left * COLUMNS - 0.5)), int(np.ceil(right * COLUMNS - 0.5))
            ):
                x = (column + 0.5) / COLUMNS
                z = bottom
                if normal[2] != 0.0:
                    z = a[2] - (normal[0] * (x - a[0]) + normal[1] * (y - a[1])) / normal[2]
                height = round(STEPS * min(max(z, bottom), top))
                cell, above = height // STEPS, height % STEPS
                out[column // COLUMNS, row // COLUMNS, cell] += sign * (STEPS - above)
                out[column // COLUMNS, row // COLUMNS, cell + 1] += sign * above
