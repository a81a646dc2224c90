"""What is to be averaged: problem data, validated once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import Array
from solvers.grids import halved

MIN_MARGINALS, MAX_MARGINALS = 2, 16


def real_numbers(name: str, values: ArrayLike) -> Array:
    """A float64 copy of what is called `name` in the error that refuses anything else."""
    try:
        if np.iscomplexobj(values):
            raise ValueError("complex numbers were given")
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: must be real numbers in a regular array ({error}).") from None


def normalised_weights(weights: ArrayLike, count: int) -> Array:
    """Check `count` weights and scale them to sum 1.

    Parameters
    ----------
    weights : array_like, (count,)
        Finite, not negative, at least one positive.
    count : int

    Returns
    -------
    array, (count,)

    Raises
    ------
    ValueError
        Naming the field ``weights``, the offending value and the rule.
    """
    values = real_numbers("weights", weights)
    if values.shape != (count,):
        raise ValueError(
            f"weights: one number for each of the {count} marginals is needed, "
            f"but the shape is {values.shape}."
        )
    for i, value in enumerate(values):
        if not np.isfinite(value) or value < 0:
            raise ValueError(f"weights: weight {i} is {value:g}, but must be finite and ≥ 0.")
    if not values.max() > 0:
        raise ValueError("weights: all are zero, but at least one must be positive.")
    values /= values.max()  # keeps the sum finite
    return np.asarray(values / values.sum())


def _check_density(i: int, density: Array) -> None:
    if np.isnan(density).any():
        raise ValueError(f"marginals: marginal {i} contains NaN, but a density must be finite.")
    if np.isinf(density).any():
        raise ValueError(f"marginals: marginal {i} is infinite somewhere; it must be finite.")
    if density.min() < 0:
        raise ValueError(
            f"marginals: marginal {i} has the negative value {density.min():g}, "
            "but a density must be ≥ 0 everywhere."
        )
    if density.max() == 0:
        raise ValueError(f"marginals: marginal {i} is zero everywhere, but must have some mass.")


@dataclass(frozen=True, eq=False, init=False)
class GridProblem:
    """Densities on one regular grid, and their weights.

    The cells are square and the longest side of the domain has length 1, so a rectangle keeps its
    proportions. Marginals of weight zero are dropped.

    Parameters
    ----------
    marginals : array_like, (m, *shape)
        2 to 16 densities on a common grid, 2D or 3D, at least 2 cells along each axis; finite, not
        negative, not all zero. Any scale: each is divided by its mean.
    weights : array_like, (m,)
        Finite, not negative, not all zero. Scaled to sum 1. Equal if omitted.

    Attributes
    ----------
    marginals : array, (k, *shape), float64
        The marginals of positive weight, each of mean 1, so that ``∫ h dμ = mean(h · μ)``.
    weights : array, (k,)
        Their weights, positive, summing to 1.
    kept : tuple of int
        Their positions among the marginals that were given.

    Raises
    ------
    ValueError
        With one sentence that names the field, the value and the rule.
    """

    marginals: Array
    weights: Array
    kept: tuple[int, ...]

    def __init__(self, marginals: ArrayLike, weights: ArrayLike | None = None) -> None:
        stack = self._checked_stack(marginals)
        count = len(stack)
        alpha = normalised_weights(np.ones(count) if weights is None else weights, count)
        kept = np.flatnonzero(alpha > 0)
        stack = stack[kept]
        axes = tuple(range(1, stack.ndim))
        stack /= stack.max(axis=axes, keepdims=True)  # keeps the mean finite
        stack /= stack.mean(axis=axes, keepdims=True)
        object.__setattr__(self, "marginals", stack)
        object.__setattr__(self, "weights", alpha[kept])
        object.__setattr__(self, "kept", tuple(int(i) for i in kept))

    @classmethod
    def _of(cls, marginals: Array, weights: Array, kept: tuple[int, ...]) -> GridProblem:
        """A problem of parts that are known to be valid."""
        problem = object.__new__(cls)
        object.__setattr__(problem, "marginals", marginals)
        object.__setattr__(problem, "weights", weights)
        object.__setattr__(problem, "kept", kept)
        return problem

    def require_grid_of(self, other: GridProblem) -> None:
        """Raise a ValueError unless a state of `other` fits this problem's grid."""
        if other.shape != self.shape:
            raise ValueError(
                f"state: belongs to a grid of shape {other.shape}, "
                f"but the problem's is {self.shape}."
            )

    def coarsened(self) -> GridProblem:
        """The same problem on cells of twice the side, blocks of cells averaged.

        Where the cells along an axis are odd in number, an empty one is added after the last.
        """
        return GridProblem._of(halved(self.marginals), self.weights, self.kept)

    @staticmethod
    def _checked_stack(marginals: Any) -> Array:
        if not np.iterable(marginals):
            raise ValueError(f"marginals: must be a stack of densities, not {marginals!r}.")
        densities = [real_numbers("marginals", density) for density in marginals]
        shapes = [density.shape for density in densities]
        for i, shape in enumerate(shapes):
            if shape != shapes[0]:
                raise ValueError(
                    f"marginals: all must have one shape, but marginal {i} has {shape} "
                    f"and marginal 0 has {shapes[0]}."
                )
        if not MIN_MARGINALS <= len(shapes) <= MAX_MARGINALS:
            raise ValueError(
                f"marginals: {len(shapes)} given, but a barycenter here takes "
                f"{MIN_MARGINALS} to {MAX_MARGINALS}."
            )
        stack = np.ascontiguousarray(np.stack(densities))
        if stack.ndim not in (3, 4) or min(stack.shape[1:]) < 2:
            raise ValueError(
                f"marginals: each must be a 2D or 3D array with at least 2 cells along each axis, "
                f"but the shape is {stack.shape[1:]}."
            )
        for i, density in enumerate(stack):
            _check_density(i, density)
        return stack

    @property
    def shape(self) -> tuple[int, ...]:
        """Cells along each axis."""
        return tuple(self.marginals.shape[1:])

    @property
    def spacing(self) -> float:
        """Side of a cell; the longest side of the domain has length 1."""
        return 1.0 / max(self.shape)
