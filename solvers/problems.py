"""What is to be averaged: problem data, validated once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import Array
from solvers.boxes import Box
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


@dataclass(frozen=True, eq=False)
class Densities:
    """Densities on one grid, and what follows from them alone, computed once when first needed.

    Attributes
    ----------
    stack : array, (m, *shape), float64
        Densities of mean 1.
    """

    stack: Array

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """A box around the mass of each."""
        return tuple(map(Box.around, self.stack))

    @cached_property
    def boxed(self) -> tuple[Array, ...]:
        """Each in its box, (*box.shape)."""
        return tuple(box.of(density) for box, density in zip(self.boxes, self.stack, strict=True))

    @cached_property
    def highest(self) -> tuple[float, ...]:
        """The largest value of each."""
        return tuple(float(density.max()) for density in self.boxed)

    @cached_property
    def halved(self) -> Densities:
        """The same on cells of twice the side."""
        return Densities(halved(self.stack))


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
    given : Densities
        All marginals that were given, each of mean 1.
    weights : array, (k,)
        Weights of those of positive weight, summing to 1.
    kept : tuple of int
        Their positions among the marginals that were given.

    Raises
    ------
    ValueError
        With one sentence that names the field, the value and the rule.
    """

    given: Densities
    weights: Array
    kept: tuple[int, ...]

    def __init__(self, marginals: ArrayLike, weights: ArrayLike | None = None) -> None:
        stack = self._checked_stack(marginals)
        alpha = normalised_weights(np.ones(len(stack)) if weights is None else weights, len(stack))
        axes = tuple(range(1, stack.ndim))
        stack /= stack.max(axis=axes, keepdims=True)  # keeps the mean finite
        stack /= stack.mean(axis=axes, keepdims=True)
        self._set(Densities(stack), alpha)

    def _set(self, given: Densities, alpha: Array) -> None:
        kept = np.flatnonzero(alpha > 0)
        object.__setattr__(self, "given", given)
        object.__setattr__(self, "weights", alpha[kept])
        object.__setattr__(self, "kept", tuple(int(i) for i in kept))

    @classmethod
    def _of(cls, given: Densities, alpha: Array) -> GridProblem:
        """A problem of parts that are known to be valid."""
        problem = object.__new__(cls)
        problem._set(given, alpha)
        return problem

    @cached_property
    def marginals(self) -> Array:
        """The marginals of positive weight, (k, *shape), so that ``∫ h dμ = mean(h · μ)``.

        A view of those given where all of them have weight.
        """
        stack = self.given.stack
        return stack if len(self.kept) == len(stack) else stack[list(self.kept)]

    @property
    def boxes(self) -> list[Box]:
        """A box around the mass of each marginal of positive weight."""
        return [self.given.boxes[i] for i in self.kept]

    @property
    def boxed(self) -> list[Array]:
        """Each marginal of positive weight in its box, (*box.shape)."""
        return [self.given.boxed[i] for i in self.kept]

    @property
    def highest(self) -> float:
        """The highest density of all marginals of positive weight."""
        return max(self.given.highest[i] for i in self.kept)

    @cached_property
    def domain(self) -> Box:
        """Where the barycenter is: a box that holds the mass of all marginals.

        A point outside comes closer to every point inside when it moves to the nearest one of the
        box. So nothing is lost by looking for the barycenter there; and potentials found there,
        continued by their values at the border, have on the whole grid the c-transforms that they
        have in the box.
        """
        return Box.holding(self.boxes, self.shape)

    def reweighted(self, weights: ArrayLike) -> GridProblem:
        """The same densities with other weights; they are neither copied nor checked again.

        Parameters
        ----------
        weights : array_like, (m,)
            One for each marginal that was given, as for the constructor: a marginal of weight zero
            is there again once it has weight.

        Raises
        ------
        ValueError
            As the constructor does for weights.
        """
        return GridProblem._of(self.given, normalised_weights(weights, len(self.given.stack)))

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
        alpha = np.zeros(len(self.given.stack))
        alpha[list(self.kept)] = self.weights
        return GridProblem._of(self.given.halved, alpha)

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
        return tuple(self.given.stack.shape[1:])

    @property
    def spacing(self) -> float:
        """Side of a cell; the longest side of the domain has length 1."""
        return 1.0 / max(self.shape)
