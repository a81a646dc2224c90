"""Transport between Gaussians: the Bures–Wasserstein distance and barycenter, in batches.

In the plane, where everything has a closed form without a single matrix square root, a batch costs
a few array operations; in other dimensions the square roots come from eigenvalues.
"""

from __future__ import annotations

import numpy as np

from solvers.arrays import Array, FloatArray

# The largest change of a covariance in one step, relative to its trace, that ends the iteration.
_TOLERANCE = 1e-13
_MAX_STEPS = 500
# What is kept off zero, so that nothing is divided by it: the root of a 2×2 determinant, as a
# fraction of the trace, and an eigenvalue, as a fraction of the largest; less is rounding only.
_LEAST_ROOT, _LEAST_EIGENVALUE = 1e-12, 1e-14


def square_roots(matrices: Array) -> FloatArray:
    """Square roots of symmetric positive semidefinite matrices, (…, d, d)."""
    if matrices.shape[-1] == 2:
        root = _root_determinants(matrices)
        scale = np.sqrt(_traces(matrices) + 2 * root)
        shifted = matrices + root[..., None, None] * np.eye(2)
        return np.asarray(shifted / scale[..., None, None])
    values, vectors = _eigen(matrices)
    return _composed(np.sqrt(values), vectors)


def bures_squared(
    means: Array, covariances: Array, other_means: Array, other_covariances: Array
) -> FloatArray:
    """W₂² between every Gaussian of one family and every one of another.

    Parameters
    ----------
    means, other_means : array, (n, d) and (m, d)
    covariances, other_covariances : array, (n, d, d) and (m, d, d)
        Symmetric positive semidefinite.

    Returns
    -------
    array, (n, m)
        ``|m₁ − m₂|² + tr(S₁ + S₂ − 2 (S₁^½ S₂ S₁^½)^½)`` in length², ≥ 0.

    References
    ----------
    Dowson and Landau (1982), The Fréchet distance between multivariate normal distributions.
    """
    return bures_squared_pairs(
        means[:, None], covariances[:, None], other_means[None], other_covariances[None]
    )


def bures_squared_pairs(
    means: Array, covariances: Array, other_means: Array, other_covariances: Array
) -> FloatArray:
    """W₂² between Gaussians pair by pair, (…): as `bures_squared`, but leading axes broadcast."""
    apart = ((means - other_means) ** 2).sum(axis=-1)
    traces = _traces(covariances) + _traces(other_covariances)
    common = _fidelities(covariances, other_covariances)
    return np.asarray(apart + np.maximum(traces - 2 * common, 0.0))


def gaussian_barycenters(
    means: Array, covariances: Array, weights: Array
) -> tuple[FloatArray, FloatArray]:
    """Wasserstein barycenters of K Gaussians each, a whole batch at once.

    Means are averaged; a covariance is the limit of
    ``S ← S^{-½} (Σ λ_k (S^½ S_k S^½)^½)² S^{-½}``, which is A S A with A the mean of the transport
    maps from N(0, S) to the N(0, S_k). It starts from ``(Σ λ_k S_k^½)²``, which is the barycenter
    where the S_k commute, and ends when no covariance changes by more than 1e-13 of its trace.

    Parameters
    ----------
    means : array, (…, K, d)
    covariances : array, (…, K, d, d)
        Symmetric positive definite; nearly flat ones are fine.
    weights : array, (K,) or (…, K)
        λ, ≥ 0, each row of sum 1. Leading axes of all three broadcast.

    Returns
    -------
    means : array, (…, d)
    covariances : array, (…, d, d)

    References
    ----------
    Álvarez-Esteban, del Barrio, Cuesta-Albertos and Matrán (2016), A fixed-point approach to
    barycenters in Wasserstein space, theorem 4.2.
    """
    averaged = np.einsum("...k,...ki->...i", weights, means)
    root = np.einsum("...k,...kij->...ij", weights, square_roots(covariances))
    found = root @ root
    for _ in range(_MAX_STEPS):
        mean_map = _mean_maps(found, covariances, weights)
        moved = mean_map @ found @ mean_map
        moved = (moved + np.swapaxes(moved, -1, -2)) / 2
        change = np.abs(moved - found).max(axis=(-2, -1))
        found = moved
        if (change <= _TOLERANCE * _traces(found)).all():
            break
    return averaged, found


def _mean_maps(covariance: Array, covariances: Array, weights: Array) -> FloatArray:
    """``Σ λ_k A_k`` with A_k the transport map from N(0, S) to N(0, S_k), (…, d, d).

    In the plane ``A_k = (S_k + √(det S_k / det S) adj S) / tr (S^½ S_k S^½)^½``, by the closed form
    of the root and Cayley and Hamilton.
    """
    if covariance.shape[-1] != 2:
        values, vectors = _eigen(covariance)
        roots = np.sqrt(values)
        half = _composed(roots, vectors)[..., None, :, :]
        inner = np.einsum("...k,...kij->...ij", weights, square_roots(half @ covariances @ half))
        inverse_half = _composed(1 / roots, vectors)
        return np.asarray(inverse_half @ inner @ inverse_half)
    shares = weights / _fidelities(covariance[..., None, :, :], covariances)
    own = np.einsum("...k,...k->...", shares, _root_determinants(covariances))
    adjugate = _traces(covariance)[..., None, None] * np.eye(2) - covariance
    mean = np.einsum("...k,...kij->...ij", shares, covariances)
    return np.asarray(mean + (own / _root_determinants(covariance))[..., None, None] * adjugate)


def _fidelities(first: Array, second: Array) -> FloatArray:
    """``tr (S₁^½ S₂ S₁^½)^½`` of matrices (…, d, d) that broadcast."""
    if first.shape[-1] == 2:
        overlap = np.maximum(np.einsum("...ij,...ij->...", first, second), 0.0)
        roots = _root_determinants(first) * _root_determinants(second)
        return np.asarray(np.sqrt(overlap + 2 * roots))
    half = square_roots(first)
    values = np.linalg.eigvalsh(half @ second @ half)
    return np.asarray(np.sqrt(np.maximum(values, 0.0)).sum(axis=-1))


def _root_determinants(matrices: Array) -> FloatArray:
    """``√det`` of symmetric 2×2 matrices (…, 2, 2), kept off zero."""
    determinants = matrices[..., 0, 0] * matrices[..., 1, 1] - matrices[..., 0, 1] ** 2
    floor = np.maximum(_LEAST_ROOT * _traces(matrices), 1e-150)
    return np.asarray(np.sqrt(np.maximum(determinants, floor**2)))


def _traces(matrices: Array) -> FloatArray:
    return np.asarray(np.einsum("...ii->...", matrices))


def _eigen(matrices: Array) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues, kept off zero, and eigenvectors of symmetric matrices."""
    values, vectors = np.linalg.eigh(matrices)
    floor = np.maximum(_LEAST_EIGENVALUE * values[..., -1:], 1e-300)
    return np.maximum(values, floor), vectors


def _composed(values: Array, vectors: Array) -> FloatArray:
    """The symmetric matrices of these eigenvalues (…, d) and eigenvectors (…, d, d)."""
    return np.asarray((vectors * values[..., None, :]) @ np.swapaxes(vectors, -1, -2))
