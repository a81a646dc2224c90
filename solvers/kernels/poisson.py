"""The inverse Laplacian with Neumann boundary conditions, by cosine transforms."""

from __future__ import annotations

from functools import partial, reduce

import numpy as np
from numba import njit
from scipy.fft import dctn, idctn

from solvers.arrays import Array
from solvers.parallel import ranges, run_all, worker_count


def _eigenvalues(n: int, spacing: float) -> Array:
    """Eigenvalues of minus the second difference along one axis."""
    return np.asarray(2.0 * (1.0 - np.cos(np.pi * np.arange(n) / n)) / spacing**2)


@njit(cache=True, nogil=True)
def _divide(spectrum: Array, first: Array, others: Array, start: int, stop: int) -> None:
    """Divide rows ``start … stop`` of (m, n0, rest) by ``first + others``, unless that is zero."""
    for i in range(start, stop):
        for row in spectrum:
            for j in range(others.size):
                eigenvalue = first[i] + others[j]
                row[i, j] = row[i, j] / eigenvalue if eigenvalue > 0.0 else 0.0


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
    first, *others = (_eigenvalues(n, spacing) for n in densities.shape[1:])
    rest = reduce(np.add.outer, others).ravel()
    rows = spectrum.reshape(len(spectrum), len(first), -1)
    run_all(
        partial(_divide, rows, first, rest, *part) for part in ranges(len(first), worker_count())
    )
    solution: Array = idctn(
        spectrum, axes=axes, norm="ortho", workers=worker_count(), overwrite_x=True
    )
    return solution
