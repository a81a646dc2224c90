"""The inverse Laplacian with Neumann boundary conditions, by cosine transforms."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.fft import dctn, idctn

from solvers.arrays import Array
from solvers.parallel import worker_count


@cache
def _inverse_eigenvalues(shape: tuple[int, ...], spacing: float) -> Array:
    """Reciprocal eigenvalues of −Δ on the grid, with 0 for the constants."""
    total = np.zeros(shape)
    for axis, n in enumerate(shape):
        along = 2.0 * (1.0 - np.cos(np.pi * np.arange(n) / n)) / spacing**2
        total += along.reshape([-1 if a == axis else 1 for a in range(len(shape))])
    total.flat[0] = np.inf
    return 1.0 / total


def inverse_laplacian(densities: Array, spacing: float) -> Array:
    """Solve ``−Δu = ρ − mean(ρ)`` with zero normal derivative and zero mean.

    Parameters
    ----------
    densities : array, (m, *shape)
    spacing : float
        Distance between neighbouring cell centres.

    Returns
    -------
    array, (m, *shape)
        In units of length² times density.
    """
    axes = tuple(range(1, densities.ndim))
    spectrum = dctn(densities, axes=axes, norm="ortho", workers=worker_count())
    spectrum *= _inverse_eigenvalues(densities.shape[1:], spacing)
    solution: Array = idctn(
        spectrum, axes=axes, norm="ortho", workers=worker_count(), overwrite_x=True
    )
    return solution
