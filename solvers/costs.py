"""Ground costs: what it costs to move mass from a point of the barycenter to one of a marginal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.ground import minimised, power_centres, weighted_means, weighted_medians

MIN_EXPONENT, MAX_EXPONENT = 1.0, 4.0

# Points of each marginal, at most, on which costs are tried out.
_TRIED = 256
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_POWERS = {1.0: "", 2.0: "²", 3.0: "³", 4.0: "⁴"}


class Costs(ABC):
    """The ground costs c₁ … c_K of a problem together, ``c_k(x, y) ≥ 0``.

    x is a point of the barycenter's space and y one of marginal k's, which may be another space.

    Attributes
    ----------
    dimension : int
        Of the barycenter's space, 2 or 3.
    same_space : bool
        Whether all marginals live in the barycenter's space.
    count : int or None
        Of the marginals; None if any number will do.
    """

    same_space: ClassVar[bool] = True
    # Descents to a ground barycentre, from different starts; 1 is enough for convex costs.
    runs: ClassVar[int] = 1

    dimension: int

    @property
    def count(self) -> int | None:
        return None

    @property
    @abstractmethod
    def formula(self) -> str:
        """The costs as a text for the page."""

    @property
    def marginal_dimension(self) -> int:
        """Of the space of every marginal."""
        return self.dimension

    @abstractmethod
    def matrix(self, k: int, x: Array, y: Array) -> FloatArray:
        """``c_k(x_i, y_j)`` for points x (n, d) and y (m, d_k), (n, m)."""

    @abstractmethod
    def pairs(self, k: int, x: Array, y: Array) -> FloatArray:
        """``c_k(x_i, y_i)`` for points x (n, d) and y (n, d_k), (n,)."""

    @abstractmethod
    def gradient(self, k: int, x: Array, y: Array) -> FloatArray:
        """The gradient of `pairs` in x, (n, d); a subgradient or 0 where there is none."""

    def allowed(self, k: int, x: Array, y: Array) -> FloatArray:
        """`pairs`, but infinite where x is not allowed."""
        return self._measured(k, x, y)[0]

    def barycentres(
        self, ys: Sequence[Array], weights: Array, start: Array | None = None
    ) -> FloatArray:
        """Ground barycentres ``argmin_x Σ_k α_k c_k(x, y_k)``, row by row.

        Here by `solvers.ground.minimised`, from the weighted mean and the y_k where all live in one
        space; costs with a closed form override it.

        Parameters
        ----------
        ys : sequence of array, (n, d_k)
            In row i the K points of the i-th tuple.
        weights : array, (K,)
            α, ≥ 0, not all 0.
        start : array, (n, d), optional
            Points to start from; no result costs more.

        Returns
        -------
        array, (n, d)
            Where all marginals live in one space, none costs more than any of its y_k.
        """
        candidates = self._candidates(ys, weights)
        if start is not None:
            candidates.insert(0, start)
        return minimised(Total(self, ys, weights), candidates, self.runs)

    def check(self, positions: Sequence[Array]) -> None:
        """Refuse marginals that do not fit.

        Parameters
        ----------
        positions : sequence of array, (n_k, d_k)
            The marginals' points.

        Raises
        ------
        ValueError
            If their number or dimension is wrong, or a cost among them is negative or not finite;
            of many points some hundred are tried.
        """
        if self.count not in (None, len(positions)):
            raise ValueError(
                f"measures: {len(positions)} given, but these costs are for {self.count}."
            )
        for k, points in enumerate(positions):
            if points.shape[1] != self.marginal_dimension:
                raise ValueError(
                    f"measures: measure {k} has points of dimension {points.shape[1]}, but must "
                    f"have those of dimension {self.marginal_dimension} for these costs."
                )
        some = [points[:: -(-len(points) // _TRIED)] for points in positions]
        sources = some if self.same_space else [np.full((1, self.dimension), 0.5)]
        for k, targets in enumerate(some):
            for source in sources:
                with np.errstate(over="ignore", invalid="ignore"):
                    costs = self.matrix(k, source, targets)
                if not np.isfinite(costs).all():
                    raise ValueError(
                        f"measures: measure {k} is so far off that its costs are not finite; its "
                        "points must be nearer."
                    )

    def _candidates(self, ys: Sequence[Array], weights: Array) -> list[FloatArray]:
        """Where ground barycentres may be near, (n, d) each."""
        return [weighted_means(ys, weights), *(ys[k] for k in np.flatnonzero(weights).tolist())]

    def _measured(self, k: int, x: Array, y: Array) -> tuple[FloatArray, FloatArray]:
        """`pairs` and `gradient` together; infinite where x is not allowed."""
        return self.pairs(k, x, y), self.gradient(k, x, y)


@dataclass(frozen=True, eq=False)
class Total:
    """``Σ_k α_k c_k(·, y_k)`` and its gradient, as `solvers.ground.Evaluate`."""

    costs: Costs
    ys: Sequence[Array]
    weights: Array

    def __call__(self, x: FloatArray, rows: Array) -> tuple[FloatArray, FloatArray]:
        value, gradient = np.zeros(len(x)), np.zeros(x.shape)
        for k in np.flatnonzero(self.weights).tolist():
            values, gradients = self.costs._measured(k, x, self.ys[k][rows])
            value += self.weights[k] * values
            gradient += self.weights[k] * gradients
        return value, gradient


class MappedCosts(Costs):
    """``c_k(x, y) = |f_k(x) − g_k(y)|²``, or to the power 1: distances after maps."""

    power: int = 2

    def project(self, k: int, x: Array) -> FloatArray:
        """``f_k(x)``: where marginal k sees points x (n, d), (n, d_k)."""
        return np.asarray(x, dtype=float)

    def placed(self, k: int, y: Array) -> FloatArray:
        """``g_k(y)``: where points y (n, d_k) of marginal k are compared with those, (n, d_k)."""
        return np.asarray(y, dtype=float)

    def pullback(self, k: int, x: Array, slopes: Array) -> FloatArray:
        """``f_k'(x)ᵀ s`` for the slopes s (n, d_k) of a function of f_k(x), (n, d)."""
        return np.asarray(slopes)

    def matrix(self, k: int, x: Array, y: Array) -> FloatArray:
        return distances(self.project(k, x), self.placed(k, y), squared=self.power == 2)

    def pairs(self, k: int, x: Array, y: Array) -> FloatArray:
        return self._lengths(self.project(k, x) - self.placed(k, y))

    def gradient(self, k: int, x: Array, y: Array) -> FloatArray:
        return self._measured(k, x, y)[1]

    def _measured(self, k: int, x: Array, y: Array) -> tuple[FloatArray, FloatArray]:
        gaps = self.project(k, x) - self.placed(k, y)
        lengths = self._lengths(gaps)
        if self.power == 2:
            return lengths, self.pullback(k, x, 2 * gaps)
        directions = gaps / np.where(lengths > 0, lengths, 1.0)[:, None]
        return lengths, self.pullback(k, x, directions)

    def _lengths(self, gaps: Array) -> FloatArray:
        squares = (gaps**2).sum(axis=1)
        return np.asarray(squares if self.power == 2 else np.sqrt(squares))


@dataclass(frozen=True)
class SquaredEuclidean(MappedCosts):
    """``c(x, y) = |x − y|²``; ground barycentres are weighted means.

    Parameters
    ----------
    dimension : int
        1 or more.

    Raises
    ------
    ValueError
        If the dimension is less.
    """

    dimension: int = 2

    def __post_init__(self) -> None:
        if self.dimension < 1:
            raise ValueError(f"dimension: is {self.dimension}, but must be ≥ 1.")

    @property
    def formula(self) -> str:
        return "c(x, y) = ‖x − y‖²"

    def barycentres(
        self, ys: Sequence[Array], weights: Array, start: Array | None = None
    ) -> FloatArray:
        return weighted_means(ys, weights)


@dataclass(frozen=True)
class PowerNorm(Costs):
    """``c(x, y) = ‖x − y‖_p^q``.

    For p = q ground barycentres are found coordinate by coordinate: weighted medians (1; the middle
    where a whole interval is as good), weighted means (2), else the root of the derivative.

    Parameters
    ----------
    p, q : float
        1 to 4.
    dimension : int
        2 or 3.

    Raises
    ------
    ValueError
        If one of them is out of its range.
    """

    p: float = 2.0
    q: float = 2.0
    dimension: int = 2

    def __post_init__(self) -> None:
        check_dimension(self.dimension)
        for name, value in (("p", self.p), ("q", self.q)):
            if not MIN_EXPONENT <= value <= MAX_EXPONENT:
                raise ValueError(
                    f"{name}: is {value:g}, but must be from {MIN_EXPONENT:g} to {MAX_EXPONENT:g}."
                )

    @property
    def formula(self) -> str:
        index = f"{self.p:g}".translate(_SUBSCRIPTS)
        return f"c(x, y) = ‖x − y‖{index}{_POWERS.get(self.q, f'^{self.q:g}')}"

    def matrix(self, k: int, x: Array, y: Array) -> FloatArray:
        if self.p == self.q == 2:
            return distances(x, y, squared=True)
        result = distances(x, y, self.p)
        return result if self.q == 1 else np.power(result, self.q, out=result)

    def pairs(self, k: int, x: Array, y: Array) -> FloatArray:
        powers = (np.abs(x - y) ** self.p).sum(axis=1)
        return np.asarray(powers if self.p == self.q else powers ** (self.q / self.p))

    def gradient(self, k: int, x: Array, y: Array) -> FloatArray:
        difference = x - y
        size = np.abs(difference)
        slopes = self.q * np.sign(difference) * size ** (self.p - 1)
        if self.p != self.q:
            norms = (size**self.p).sum(axis=1, keepdims=True) ** (1 / self.p)
            with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
                slopes *= norms ** (self.q - self.p)
        return np.where(np.isfinite(slopes), slopes, 0.0)

    def barycentres(
        self, ys: Sequence[Array], weights: Array, start: Array | None = None
    ) -> FloatArray:
        if self.p != self.q:
            return super().barycentres(ys, weights, start)
        kept = np.flatnonzero(weights).tolist()
        points, alpha = [ys[k] for k in kept], weights[kept]
        if self.p == 1:
            return weighted_medians(points, alpha)
        if self.p == 2:
            return weighted_means(points, alpha)
        return power_centres(points, alpha, self.p)


def check_dimension(dimension: int) -> None:
    """Raise a ValueError unless it is that of the plane or of space."""
    if dimension not in (2, 3):
        raise ValueError(f"dimension: is {dimension}, but must be 2 or 3.")


def distances(x: Array, y: Array, p: float = 2.0, *, squared: bool = False) -> FloatArray:
    """``‖x_i − y_j‖_p`` or, squared, ``|x_i − y_j|²`` for points x (n, d) and y (m, d), (n, m)."""
    from scipy.spatial.distance import cdist

    if squared:
        return np.asarray(cdist(x, y, "sqeuclidean"))
    if p == 2:
        return np.asarray(cdist(x, y))
    return np.asarray(cdist(x, y, "minkowski", p=p))
