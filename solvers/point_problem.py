"""Discrete measures to be averaged under any ground costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import Array, FloatArray
from solvers.clouds import Cloud
from solvers.costs import Costs
from solvers.problems import MAX_MARGINALS, MIN_MARGINALS, normalised_weights

MAX_POINTS = 20_000
"""Points that a cloud may have here: exact transport takes a matrix of costs."""


@dataclass(frozen=True, eq=False, init=False)
class PointProblem:
    """Find the measure μ that minimises ``V(μ) = Σ_k α_k T_{c_k}(μ, ν_k)``.

    Measures of weight zero are dropped. In what follows k counts those that are left, so that
    ``measures[k]``, ``weights[k]`` and the cost ``c_k`` belong together.

    Parameters
    ----------
    measures : sequence of Cloud or of array_like, (n_k, d_k)
        The ν_k, 2 to 16 of them, each of at most 20,000 points. The points of an array are equally
        heavy.
    costs : Costs
        The ground costs c_k between the barycenter's space and those of the measures.
    weights : array_like, (K,), optional
        Finite, not negative, not all zero. Scaled to sum 1. Equal if omitted.

    Attributes
    ----------
    given : tuple of Cloud
        All measures that were given.
    costs : Costs
        Their costs; it counts the measures as they were given.
    weights : array, (k,)
        Weights of the measures of positive weight, summing to 1.
    kept : tuple of int
        Their positions among those given.

    Raises
    ------
    ValueError
        With one sentence that names the field, the value and the rule.
    """

    given: tuple[Cloud, ...]
    costs: Costs
    weights: FloatArray
    kept: tuple[int, ...]

    def __init__(
        self,
        measures: Sequence[Cloud | ArrayLike],
        costs: Costs,
        weights: ArrayLike | None = None,
    ) -> None:
        given = _checked_measures(measures)
        costs.check([cloud.positions for cloud in given])
        count = len(given)
        self._set(
            given, costs, normalised_weights(np.ones(count) if weights is None else weights, count)
        )

    def _set(self, given: tuple[Cloud, ...], costs: Costs, alpha: FloatArray) -> None:
        kept = np.flatnonzero(alpha > 0)
        object.__setattr__(self, "given", given)
        object.__setattr__(self, "costs", costs)
        object.__setattr__(self, "weights", alpha[kept])
        object.__setattr__(self, "kept", tuple(int(i) for i in kept))

    def reweighted(self, weights: ArrayLike) -> PointProblem:
        """The same measures with other weights; they are neither copied nor checked again.

        Parameters
        ----------
        weights : array_like, (K,)
            One for each measure that was given: one of weight zero is there again once it has some.

        Raises
        ------
        ValueError
            As the constructor does for weights.
        """
        problem = object.__new__(PointProblem)
        problem._set(self.given, self.costs, normalised_weights(weights, len(self.given)))
        return problem

    @property
    def measures(self) -> tuple[Cloud, ...]:
        """The measures ν_k of positive weight."""
        return tuple(self.given[i] for i in self.kept)

    @property
    def dimension(self) -> int:
        """Of the space in which the barycenter lives."""
        return self.costs.dimension

    def partners(self, indices: Array) -> list[FloatArray]:
        """The points of the measures with indices (N, k), one array (N, d_k) for each measure."""
        return [cloud.positions[js] for cloud, js in zip(self.measures, indices.T, strict=True)]

    def cost_matrix(self, k: int, points: Array) -> FloatArray:
        """``c_k(x_i, y_{k,j})`` from points (n, d) to those of ``measures[k]``, (n, n_k).

        Raises
        ------
        ValueError
            If one is not finite.
        """
        costs = self.costs.matrix(self.kept[k], points, self.measures[k].positions)
        if not np.isfinite(costs).all():
            raise ValueError(
                f"costs: one between the barycenter and measure {self.kept[k]} is not finite, but "
                "all must be."
            )
        return np.ascontiguousarray(costs)

    def costs_of(self, k: int, points: Array, partners: Array) -> FloatArray:
        """``c_k(x_i, y_i)`` of points (n, d) and their partners (n, d_k), (n,)."""
        return self.costs.pairs(self.kept[k], points, partners)

    def allowed_costs(self, k: int, points: Array, partners: Array) -> FloatArray:
        """`costs_of`, but infinite where a point is not allowed, (n,)."""
        return self.costs.allowed(self.kept[k], points, partners)

    def gradient(self, k: int, points: Array, partners: Array) -> FloatArray:
        """The gradient of `costs_of` in the points, (n, d)."""
        return self.costs.gradient(self.kept[k], points, partners)

    def mean_costs(self, points: Array, partners: Sequence[Array]) -> FloatArray:
        """``Σ_k α_k c_k(x_i, y_{k,i})`` of points (n, d) and their partners (n, d_k), (n,)."""
        costs = [self.costs_of(k, points, ys) for k, ys in enumerate(partners)]
        return np.asarray(self.weights @ costs)

    def barycentres(self, partners: Sequence[Array], start: Array | None = None) -> FloatArray:
        """The ground barycentres ``argmin_x Σ_k α_k c_k(x, y_{k,i})``, row by row.

        Parameters
        ----------
        partners : sequence of array, (n, d_k)
            The y_k, one array for each measure of positive weight.
        start : array, (n, d), optional
            The result is never worse than it.

        Returns
        -------
        array, (n, d)
        """
        # The costs count all measures given; those without weight may stand anywhere.
        count = len(partners[0])
        everyone = [np.broadcast_to(c.positions[0], (count, c.dimension)) for c in self.given]
        alpha = np.zeros(len(self.given))
        alpha[list(self.kept)] = self.weights
        for i, ys in zip(self.kept, partners, strict=True):
            everyone[i] = np.asarray(ys)
        return self.costs.barycentres(everyone, alpha, start)

    @cached_property
    def spread(self) -> float:
        """V of the single point that is the ground barycentre of the measures' means.

        What one calls large or small in the units of V. 1 where it is zero.
        """
        centre = self.barycentres([cloud.mean[None] for cloud in self.measures])
        costs = [
            cloud.masses @ self.cost_matrix(k, centre)[0] for k, cloud in enumerate(self.measures)
        ]
        return float(self.weights @ costs) or 1.0


def _checked_measures(measures: Sequence[Cloud | ArrayLike]) -> tuple[Cloud, ...]:
    if not np.iterable(measures):
        raise ValueError(f"measures: must be a sequence of clouds, not {measures!r}.")
    if not MIN_MARGINALS <= len(measures) <= MAX_MARGINALS:
        raise ValueError(
            f"measures: {len(measures)} given, but a barycenter here takes "
            f"{MIN_MARGINALS} to {MAX_MARGINALS}."
        )
    given = []
    for k, measure in enumerate(measures):
        try:
            cloud = measure if isinstance(measure, Cloud) else Cloud(measure)
        except ValueError as error:
            raise ValueError(f"measures: measure {k}: {error}") from None
        if len(cloud) > MAX_POINTS:
            raise ValueError(
                f"measures: measure {k} has {len(cloud)} points, but at most {MAX_POINTS} are "
                "possible."
            )
        given.append(cloud)
    return tuple(given)
