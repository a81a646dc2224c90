"""Gaussian mixtures: weights, means and covariances, validated once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from solvers.arrays import Array, FloatArray
from solvers.problems import real_numbers

# A covariance whose smallest eigenvalue is below this fraction of its largest counts as flat.
_FLAT = 1e-14
# Entries of a covariance that mirror each other may differ by this fraction of its largest entry.
_SYMMETRIC = 1e-6

# A weight below this fraction of the largest is lost in the rounding of a transport plan.
_DUST = 1e-12
# Numbers that differ by less than this fraction of the largest one are the same.
_SAME = 1e-10


@dataclass(frozen=True, eq=False, init=False)
class Mixture:
    """A Gaussian mixture ``Σ w_i N(m_i, S_i)``.

    ``np.asarray`` of it gives its rows (n, 1 + d + d(d+1)/2): weight, mean, and the upper triangle
    of the covariance by rows; in the plane w, m_x, m_y, S_xx, S_xy, S_yy.

    Parameters
    ----------
    weights : array_like, (n,)
        Finite, ≥ 0, not all zero. Scaled to sum 1; components whose weight is zero, or below 1e-12
        of the largest, are dropped.
    means : array_like, (n, d)
        Finite.
    covariances : array_like, (n, d, d)
        Symmetric positive definite.

    Raises
    ------
    ValueError
        With one sentence that names the field, the component (counted from 0) and the rule.
    """

    weights: FloatArray
    means: FloatArray
    covariances: FloatArray

    def __init__(self, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> None:
        m = real_numbers("means", means)
        if m.ndim != 2 or 0 in m.shape:
            raise ValueError(
                "means: must be rows of coordinates (n, d), at least one, "
                f"but the shape is {m.shape}."
            )
        n, d = m.shape
        w, s = real_numbers("weights", weights), real_numbers("covariances", covariances)
        _require_shape("weights", w, (n,))
        _require_shape("covariances", s, (n, d, d))
        _check_weights(w)
        _require_finite("means", m)
        _require_finite("covariances", s)
        _check_covariances(s)
        self._set(w / w.max(), m, (s + np.swapaxes(s, 1, 2)) / 2)  # keeps the sum finite

    def _set(self, weights: Array, means: Array, covariances: Array) -> None:
        kept = weights > _DUST * weights.max()
        if not kept.all():
            weights, means, covariances = weights[kept], means[kept], covariances[kept]
        object.__setattr__(self, "weights", weights / weights.sum())
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "covariances", covariances)

    @classmethod
    def of_parts(cls, weights: Array, means: Array, covariances: Array) -> Mixture:
        """A mixture of float64 arrays that are known to be valid: they are not checked."""
        mixture = object.__new__(cls)
        mixture._set(weights, means, covariances)
        return mixture

    @classmethod
    def of_rows(cls, rows: ArrayLike, d: int = 2) -> Mixture:
        """The mixture of such rows as ``np.asarray`` gives.

        Parameters
        ----------
        rows : array_like, (n, 1 + d + d(d+1)/2)
        d : int
            Dimension.

        Raises
        ------
        ValueError
            If the rows have another shape, or are no mixture.
        """
        values = real_numbers("rows", rows)
        upper = np.triu_indices(d)
        columns = 1 + d + len(upper[0])
        if values.ndim != 2 or values.shape[1] != columns:
            raise ValueError(
                f"rows: each must have {columns} numbers (weight, mean, upper triangle of the "
                f"covariance), but the shape is {values.shape}."
            )
        covariances = np.empty((len(values), d, d))
        covariances[:, *upper] = covariances[:, *upper[::-1]] = values[:, 1 + d :]
        return cls(values[:, 0], values[:, 1 : 1 + d], covariances)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        """The rows (n, 1 + d + d(d+1)/2), newly made."""
        triangles = self.covariances[:, *np.triu_indices(self.dimension)]
        return np.column_stack([self.weights, self.means, triangles]).astype(dtype or np.float64)

    def __len__(self) -> int:
        """How many components there are."""
        return len(self.weights)

    @property
    def dimension(self) -> int:
        """Of the space that it lives in, d."""
        return int(self.means.shape[1])

    def merged(self) -> Mixture:
        """The same mixture with components that coincide, up to rounding, put together."""
        numbers = np.asarray(self)[:, 1:]
        grid = np.rint(numbers / (_SAME * np.abs(numbers).max()))
        _, first, target = np.unique(grid, axis=0, return_index=True, return_inverse=True)
        return Mixture.of_parts(
            np.bincount(target.ravel(), self.weights), self.means[first], self.covariances[first]
        )


def ellipses(covariances: Array) -> tuple[FloatArray, FloatArray]:
    """The ellipses at one standard deviation of covariances in the plane.

    Parameters
    ----------
    covariances : array, (…, 2, 2)

    Returns
    -------
    half_axes : array, (…, 2)
        Longer one first, in length.
    angles : array, (…)
        From the x axis to the longer one, counterclockwise, in [0, π).
    """
    values, vectors = np.linalg.eigh(covariances)
    longest = vectors[..., :, 1]
    half_axes = np.sqrt(np.maximum(values[..., ::-1], 0.0))
    return half_axes, np.arctan2(longest[..., 1], longest[..., 0]) % np.pi


def tilted(half_axes: ArrayLike, angles: ArrayLike) -> FloatArray:
    """The covariances (…, 2, 2) with ellipses of these half-axes (…, 2) and angles (…)."""
    cosines, sines = np.cos(angles), np.sin(angles)
    turns = np.stack([np.stack([cosines, -sines], -1), np.stack([sines, cosines], -1)], -2)
    return np.asarray(
        (turns * np.square(np.asarray(half_axes))[..., None, :]) @ turns.swapaxes(-1, -2)
    )


def _require_shape(name: str, values: Array, shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise ValueError(f"{name}: the shape is {values.shape}, but must be {shape} for the means.")


def _require_finite(name: str, values: Array) -> None:
    for i, value in enumerate(values):
        if not np.isfinite(value).all():
            raise ValueError(f"{name}: component {i}'s has NaN or infinity, but must be finite.")


def _check_weights(weights: Array) -> None:
    for i, weight in enumerate(weights):
        if not np.isfinite(weight) or weight < 0:
            raise ValueError(f"weights: component {i}'s is {weight:g}, but must be finite and ≥ 0.")
    if not weights.max() > 0:
        raise ValueError("weights: all are zero, but at least one must be positive.")


def _check_covariances(covariances: Array) -> None:
    for i, covariance in enumerate(covariances):
        if np.abs(covariance - covariance.T).max() > _SYMMETRIC * np.abs(covariance).max():
            raise ValueError(f"covariances: component {i}'s is not symmetric, but must be.")
        eigenvalues = np.linalg.eigvalsh((covariance + covariance.T) / 2)
        if not eigenvalues[0] > _FLAT * eigenvalues[-1]:
            raise ValueError(
                f"covariances: component {i}'s has the eigenvalue {eigenvalues[0]:.3g}, but must "
                "be positive definite: draw the ellipse wider."
            )
