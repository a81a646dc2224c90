"""Distributions that are known by samples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import FloatArray
from solvers.problems import real_numbers

if TYPE_CHECKING:  # torch takes seconds to import
    from torch import Generator, Tensor

MIN_ROWS, MAX_ROWS = 50, 200_000

# Draws from which the moments of a distribution are estimated that has no formula for them.
_ESTIMATED_FROM = 50_000
# A column that varies by less than this fraction of its size is constant, up to rounding; draws are
# of single precision, which leaves nothing of what varies by less than the second one.
_CONSTANT, _FLAT = 1e-9, 1e-5
# Squares of larger numbers are infinite in single precision.
_LARGEST = 1e18
# Eigenvalues below zero by less than this fraction of the largest are rounding.
_ROUNDING = 1e-10


class Samples(ABC):
    """A distribution on R^d from which one can draw.

    Attributes
    ----------
    dimension : int
        d ≥ 1.
    name : str
        For legends; may be empty.
    """

    dimension: int
    name: str

    @abstractmethod
    def draw(self, count: int, generator: Generator) -> Tensor:
        """Independent draws (count, d), float32, on the CPU; the generator is moved on."""

    @cached_property
    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Mean (d,) and covariance (d, d); here estimated from 50,000 draws of a fixed seed."""
        return _moments(self.as_numpy(_ESTIMATED_FROM, seed=0))

    @property
    def variance(self) -> float:
        """The total variance ``E|X − E X|²``."""
        return float(np.trace(self.moments[1]))

    def as_numpy(self, count: int, seed: int) -> FloatArray:
        """Draws (count, d) as float64, the same for the same seed."""
        import torch

        generator = torch.Generator().manual_seed(seed)
        return self.draw(count, generator).numpy().astype(np.float64)


class ArraySamples(Samples):
    """The empirical distribution of an array's rows, drawn with replacement.

    Parameters
    ----------
    array : array_like, (n, d)
        At least 50 rows, within ±10¹⁸; every column must vary, by 10⁻⁵ of its largest number or
        more. Of more than 200,000 rows so many are picked at random, with a fixed seed.
    name : str

    Attributes
    ----------
    rows : array, (n, d), float64
        Those kept.
    notes : tuple of str
        Sentences about what was changed.

    Raises
    ------
    ValueError
        With one sentence that names the row or column and the rule.
    """

    def __init__(self, array: ArrayLike, name: str = "") -> None:
        rows = _checked_rows(array)
        self.notes: tuple[str, ...] = ()
        if len(rows) > MAX_ROWS:
            self.notes = (f"{MAX_ROWS:,} of the {len(rows):,} rows are used, picked at random.",)
            picked = np.random.default_rng(0).choice(len(rows), MAX_ROWS, replace=False)
            rows = rows[np.sort(picked)]
        self.rows = rows
        self.dimension = int(rows.shape[1])
        self.name = name

    @cached_property
    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Those of the rows, exactly."""
        return _moments(self.rows)

    @cached_property
    def _tensor(self) -> Tensor:
        import torch

        return torch.from_numpy(self.rows.astype(np.float32))

    def draw(self, count: int, generator: Generator) -> Tensor:
        """Rows (count, d), float32, picked with replacement."""
        import torch

        return self._tensor[torch.randint(len(self.rows), (count,), generator=generator)]


class GaussianSamples(Samples):
    """N(m, S).

    Parameters
    ----------
    mean : array_like, (d,)
    covariance : array_like, (d, d)
        Symmetric, positive semidefinite.
    name : str

    Raises
    ------
    ValueError
        With one sentence that names the field and the rule.
    """

    def __init__(self, mean: ArrayLike, covariance: ArrayLike, name: str = "") -> None:
        centre, matrix = real_numbers("mean", mean), real_numbers("covariance", covariance)
        if centre.ndim != 1 or matrix.shape != (len(centre), len(centre)) or len(centre) == 0:
            raise ValueError(
                f"covariance: the shapes are {centre.shape} (mean) and {matrix.shape}, but must be "
                "(d,) and (d, d)."
            )
        if not (np.isfinite(centre).all() and np.isfinite(matrix).all()):
            raise ValueError("mean, covariance: must be finite.")
        if not np.allclose(matrix, matrix.T, rtol=0, atol=1e-9 * np.abs(matrix).max()):
            raise ValueError("covariance: must be symmetric.")
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        if values[0] < -_ROUNDING * abs(values[-1]) or not values[-1] > 0:
            raise ValueError(
                f"covariance: has the eigenvalue {values[0]:g}, but none may be negative and not "
                "all may be zero."
            )
        self._root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
        self._given = centre, (matrix + matrix.T) / 2
        self.dimension = len(centre)
        self.name = name

    @cached_property
    def moments(self) -> tuple[FloatArray, FloatArray]:
        """The m and S that were given."""
        return self._given

    @cached_property
    def _tensors(self) -> tuple[Tensor, Tensor]:
        import torch

        mean, _ = self._given
        return (
            torch.from_numpy(mean.astype(np.float32)),
            torch.from_numpy(self._root.astype(np.float32)),
        )

    def draw(self, count: int, generator: Generator) -> Tensor:
        """``m + S^½ ξ`` (count, d), float32."""
        import torch

        mean, root = self._tensors
        return torch.randn((count, self.dimension), generator=generator) @ root + mean


class FunctionSamples(Samples):
    """Whatever a function draws.

    Parameters
    ----------
    dimension : int
        d ≥ 1.
    function : callable
        ``function(count, generator)`` gives independent draws, a tensor (count, d) of float32.
    name : str

    Raises
    ------
    ValueError
        If the dimension is not positive.
    """

    def __init__(
        self, dimension: int, function: Callable[[int, Generator], Tensor], name: str = ""
    ) -> None:
        if dimension < 1:
            raise ValueError(f"dimension: is {dimension}, but must be ≥ 1.")
        self.dimension = dimension
        self.name = name
        self._function = function

    def draw(self, count: int, generator: Generator) -> Tensor:
        """What the function draws."""
        return self._function(count, generator)


def _moments(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    return rows.mean(axis=0), np.atleast_2d(np.cov(rows.T, ddof=0))


def _checked_rows(array: ArrayLike) -> FloatArray:
    rows = real_numbers("samples", array)
    if rows.ndim != 2 or rows.shape[1] < 1:
        raise ValueError(
            f"samples: the shape is {rows.shape}, but must be (n, d), one row for each point."
        )
    if len(rows) < MIN_ROWS:
        raise ValueError(
            f"samples: there are {len(rows)} points, but at least {MIN_ROWS} are needed."
        )
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        i = int(np.argmin(finite))
        more = f" ({np.count_nonzero(~finite):,} such rows)"
        raise ValueError(f"samples: row {i} is not finite, but all must be{more}.")
    sizes = np.abs(rows).max(axis=0)
    if sizes.max() > _LARGEST:
        j = int(np.argmax(sizes))
        raise ValueError(
            f"samples: column {j} holds ±{sizes[j]:.3g}, but all must be within ±{_LARGEST:g}; "
            "rescale it."
        )
    spans = np.ptp(rows, axis=0)
    constant = spans <= _CONSTANT * sizes
    if constant.any():
        j = int(np.argmax(constant))
        raise ValueError(
            f"samples: column {j} is constant ({rows[0, j]:g}), but must vary; leave it out."
        )
    if (spans <= _FLAT * sizes).any():
        j = int(np.argmin(spans / sizes))
        raise ValueError(
            f"samples: column {j} varies by {spans[j]:.3g} about {rows[0, j]:.3g}, too little for "
            "single precision; take its mean off."
        )
    return rows
