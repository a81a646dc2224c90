"""Discrete measures: points with masses, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import Array, FloatArray
from solvers.problems import real_numbers

# Points closer than this fraction of the largest coordinate are one point.
_SAME = 1e-9


@dataclass(frozen=True, eq=False, init=False)
class Cloud:
    """A discrete measure ``Σ a_i δ_{x_i}`` of mass 1.

    ``np.asarray(cloud)`` gives the rows (n, 1 + d): mass first, then position.

    Parameters
    ----------
    positions : array_like, (n, d)
        At least one point; finite. Points may coincide.
    masses : array_like, (n,), optional
        Finite, not negative, not all zero. Scaled to sum 1; points of mass zero are dropped. Equal
        if omitted.

    Attributes
    ----------
    positions : array, (n, d), float64
        The x_i.
    masses : array, (n,), float64
        The a_i > 0, which sum to 1.

    Raises
    ------
    ValueError
        With one sentence that names the field, the point and the rule.
    """

    positions: FloatArray
    masses: FloatArray

    def __init__(self, positions: ArrayLike, masses: ArrayLike | None = None) -> None:
        points = _checked_positions(positions)
        given = _checked_masses(np.ones(len(points)) if masses is None else masses, len(points))
        given = given / given.max()  # keeps the sum finite
        given /= given.sum()
        heavy = given > 0
        object.__setattr__(self, "positions", points[heavy])
        object.__setattr__(self, "masses", given[heavy])

    @classmethod
    def of_rows(cls, rows: ArrayLike) -> Cloud:
        """The cloud of the rows (n, 1 + d) that ``np.asarray(cloud)`` gives.

        Raises
        ------
        ValueError
            If the rows are no such array, or as the constructor does.
        """
        values = real_numbers("rows", rows)
        if values.ndim != 2 or values.shape[1] < 2:
            raise ValueError(
                f"rows: the shape is {values.shape}, but must be (n, 1 + d): mass, position."
            )
        return cls(values[:, 1:], values[:, 0])

    def __len__(self) -> int:
        return len(self.masses)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("A cloud's rows are put together anew: copy=False is not possible.")
        return np.column_stack([self.masses, self.positions]).astype(dtype or np.float64)

    @property
    def dimension(self) -> int:
        """The d of the space it lives in."""
        return int(self.positions.shape[1])

    @property
    def mean(self) -> FloatArray:
        """``Σ a_i x_i``, (d,)."""
        return np.asarray(self.masses @ self.positions)

    @property
    def size(self) -> float:
        """The largest absolute value of a coordinate."""
        return float(np.abs(self.positions).max())

    def merged(self) -> Cloud:
        """The same measure with points that coincide, up to rounding, put together."""
        grid = np.rint(self.positions / (_SAME * self.size or 1.0))
        _, first, which = np.unique(grid, axis=0, return_index=True, return_inverse=True)
        return Cloud(self.positions[first], np.bincount(which.ravel(), self.masses))


def _checked_positions(positions: ArrayLike) -> FloatArray:
    points = real_numbers("positions", positions)
    if points.ndim != 2 or points.shape[1] < 1:
        raise ValueError(
            f"positions: the shape is {points.shape}, but must be (n, d), one row for each point."
        )
    if len(points) == 0:
        raise ValueError("positions: there is no point, but a cloud needs at least one.")
    finite = np.isfinite(points).all(axis=1)
    if not finite.all():
        i = int(np.argmin(finite))
        at = ", ".join(f"{x:g}" for x in points[i])
        raise ValueError(f"positions: point {i} is at ({at}), but coordinates must be finite.")
    return points


def _checked_masses(masses: ArrayLike, count: int) -> FloatArray:
    values = real_numbers("masses", masses)
    if values.shape != (count,):
        raise ValueError(
            f"masses: the shape is {values.shape}, but must be ({count},), one for each point."
        )
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        i = int(np.argmax(bad))
        raise ValueError(
            f"masses: the mass of point {i} is {values[i]:g}, but must be finite and ≥ 0."
        )
    if not values.max() > 0:
        raise ValueError("masses: all are zero, but at least one must be positive.")
    return values
