"""Gaussian mixtures to be averaged: problem data, validated once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import Array
from solvers.mixtures import Mixture
from solvers.problems import MAX_MARGINALS, MIN_MARGINALS, normalised_weights

MAX_COMPONENTS = 50


@dataclass(frozen=True, eq=False, init=False)
class MixtureProblem:
    """Gaussian mixtures in one space, and their weights.

    Mixtures of weight zero are dropped.

    Parameters
    ----------
    mixtures : iterable of Mixture
        2 to 16 of one dimension, of 1 to 50 components each.
    weights : array_like, (m,)
        Finite, not negative, not all zero. Scaled to sum 1. Equal if omitted.

    Attributes
    ----------
    given : tuple of Mixture
        All that were given.
    weights : array, (K,)
        Weights of those of positive weight, summing to 1.
    kept : tuple of int
        Their positions among the mixtures that were given.

    Raises
    ------
    ValueError
        With one sentence that names the field, the value and the rule.
    """

    given: tuple[Mixture, ...]
    weights: Array
    kept: tuple[int, ...]

    def __init__(self, mixtures: Iterable[Mixture], weights: ArrayLike | None = None) -> None:
        given = tuple(mixtures)
        _check(given)
        self._set(given, np.ones(len(given)) if weights is None else weights)

    def _set(self, given: tuple[Mixture, ...], weights: ArrayLike) -> None:
        alpha = normalised_weights(weights, len(given))
        kept = np.flatnonzero(alpha > 0)
        object.__setattr__(self, "given", given)
        object.__setattr__(self, "weights", alpha[kept])
        object.__setattr__(self, "kept", tuple(int(i) for i in kept))

    def reweighted(self, weights: ArrayLike) -> MixtureProblem:
        """The same mixtures with other weights; they are not checked again.

        Parameters
        ----------
        weights : array_like, (m,)
            One for each mixture that was given, as for the constructor.

        Raises
        ------
        ValueError
            As the constructor does for weights.
        """
        problem = object.__new__(MixtureProblem)
        problem._set(self.given, weights)
        return problem

    @cached_property
    def mixtures(self) -> tuple[Mixture, ...]:
        """The mixtures of positive weight, K of them."""
        return tuple(self.given[i] for i in self.kept)

    @property
    def dimension(self) -> int:
        """Of the space, d."""
        return self.given[0].dimension

    @cached_property
    def plain_mixture(self) -> Mixture:
        """``Σ α_k ν_k``: the components of all mixtures of positive weight."""
        weights = [a * nu.weights for a, nu in zip(self.weights, self.mixtures, strict=True)]
        return Mixture.of_parts(
            np.concatenate(weights),
            np.concatenate([nu.means for nu in self.mixtures]),
            np.concatenate([nu.covariances for nu in self.mixtures]),
        )

    @cached_property
    def spread(self) -> float:
        """Standard deviation of the plain mixture, over all axes together, in length."""
        plain = self.plain_mixture
        apart = plain.means - plain.weights @ plain.means
        variances = (apart**2).sum(axis=1) + np.trace(plain.covariances, axis1=1, axis2=2)
        return float(np.sqrt(plain.weights @ variances))


def _check(given: tuple[Mixture, ...]) -> None:
    if not MIN_MARGINALS <= len(given) <= MAX_MARGINALS:
        raise ValueError(
            f"mixtures: {len(given)} given, but a barycenter here takes "
            f"{MIN_MARGINALS} to {MAX_MARGINALS}."
        )
    for i, mixture in enumerate(given):
        if not isinstance(mixture, Mixture):
            raise ValueError(
                f"mixtures: mixture {i} is of type {type(mixture).__name__}, but must be a Mixture."
            )
        if len(mixture) > MAX_COMPONENTS:
            raise ValueError(
                f"mixtures: mixture {i} has {len(mixture)} components, "
                f"but must have at most {MAX_COMPONENTS}."
            )
        if mixture.dimension != given[0].dimension:
            raise ValueError(
                f"mixtures: all must have one dimension, but mixture {i} has "
                f"{mixture.dimension} and mixture 0 has {given[0].dimension}."
            )
