"""From a grid to one with cells of twice the side, and back."""

from __future__ import annotations

import numpy as np

from solvers.arrays import Array


def halved(densities: Array) -> Array:
    """Average blocks of 2 × 2 (× 2) cells; the result has mean 1.

    Parameters
    ----------
    densities : array, (m, *shape)

    Returns
    -------
    array, (m, *half)
        Where the cells along an axis are odd in number, an empty one is added after the last.
    """
    for axis in range(1, densities.ndim):
        starts = np.arange(0, densities.shape[axis], 2)
        densities = np.add.reduceat(densities, starts, axis)
    means = densities.mean(axis=tuple(range(1, densities.ndim)), keepdims=True)
    return np.asarray(densities / means)


def doubled(functions: Array, shape: tuple[int, ...]) -> Array:
    """Interpolate linearly at the centres of cells of half the side.

    Parameters
    ----------
    functions : array, (m, *half)
        Values at the centres of the large cells.
    shape : tuple of int
        Small cells along each axis: twice the large ones, or one less.

    Returns
    -------
    array, (m, *shape)
        Near the border continued linearly.
    """
    for axis, n in enumerate(shape, start=1):
        f = np.moveaxis(functions, axis, -1)
        fine = np.empty((*f.shape[:-1], 2 * f.shape[-1]))
        steps = 0.25 * np.diff(f)
        fine[..., 2::2] = f[..., 1:] - steps
        fine[..., 1:-1:2] = f[..., :-1] + steps
        fine[..., 0] = f[..., 0] - steps[..., 0]
        fine[..., -1] = f[..., -1] + steps[..., -1]
        functions = np.moveaxis(fine[..., :n], -1, axis)
    return np.ascontiguousarray(functions)
