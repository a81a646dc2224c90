"""The exact supergradient of the discrete dual: every cell moves to the node that it chooses.

The push-forward by the smooth map is the better gradient, and gives the picture, while a cell is
small beside what moves. The discrete dual however is piecewise linear, and near its top only the
exact supergradient, mass on nodes, still points upwards.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numba import njit

from solvers.arrays import Array
from solvers.parallel import ranges, run_all, worker_count


@njit(cache=True, nogil=True)
def _choose_rows(values: Array, least: Array, chosen: Array, start: int, stop: int) -> None:
    """``min_k ½(j − k)² + values[row, k]`` and the first k that attains it, for rows (rows, n).

    A node never chooses before the choice of a node before it: halving the strides, each choice
    lies between two that are known.
    """
    n = values.shape[1]
    for row in range(start, stop):
        stride = 1
        while 2 * stride <= n:
            stride *= 2
        while stride >= 1:
            for j in range(stride - 1, n, 2 * stride):
                low = chosen[row, j - stride] if j >= stride else 0
                high = chosen[row, j + stride] if j + stride < n else n - 1
                best, best_k = np.inf, low
                for k in range(low, high + 1):
                    value = 0.5 * (j - k) ** 2 + values[row, k]
                    if value < best:
                        best, best_k = value, k
                least[row, j], chosen[row, j] = best, best_k
            stride //= 2


def _choose(values: Array, axis: int) -> tuple[Array, Array]:
    """`_choose_rows` along one axis of an array."""
    rows = np.ascontiguousarray(np.moveaxis(values, axis, -1))
    flat = rows.reshape(-1, rows.shape[-1])
    least, chosen = np.empty_like(flat), np.empty(flat.shape, np.intp)
    run_all(
        partial(_choose_rows, flat, least, chosen, start, stop)
        for start, stop in ranges(len(flat), worker_count())
    )
    return (
        np.moveaxis(least.reshape(rows.shape), -1, axis),
        np.moveaxis(chosen.reshape(rows.shape), -1, axis),
    )


def push_to_nodes(potentials: Array, densities: Array, spacing: float) -> Array:
    """Push densities forward by ``x ↦ argmin_y ½|x − y|² − f_i(y)`` over the nodes y.

    Minus this is a supergradient of the discrete dual with respect to the potentials.

    Parameters
    ----------
    potentials : array, (m, *shape)
        The f_i, in length²; 2D or 3D.
    densities : array, (m, *shape)
    spacing : float

    Returns
    -------
    array, (m, *shape)
        Densities with the same sums.
    """
    images = np.empty_like(densities)
    for potential, density, image in zip(potentials, densities, images, strict=True):
        values, choices = -potential / spacing**2, []
        for axis in reversed(range(values.ndim)):
            values, chosen = _choose(values, axis)
            choices.append(chosen)
        # The last choice fixes the first coordinate, with it the one before the second, and so on.
        at = list(np.indices(density.shape))
        for axis, chosen in enumerate(reversed(choices)):
            at[axis] = chosen[tuple(at)]
        nodes = np.ravel_multi_index(at, density.shape)
        image[...] = np.bincount(nodes.ravel(), density.ravel(), density.size).reshape(image.shape)
    return images
