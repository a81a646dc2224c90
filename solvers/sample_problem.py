"""Distributions known by samples, to be averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import Array, FloatArray
from solvers.costs import Costs
from solvers.problems import MAX_MARGINALS, normalised_weights, real_numbers
from solvers.samples import ArraySamples, Samples

if TYPE_CHECKING:  # torch takes seconds to import
    from torch import Generator, Tensor

# The range of ε as a fraction of the marginals' variance.
_LEAST_REG, _LARGEST_REG = 1e-6, 1e3
# Draws of each marginal on which costs are tried out.
_TRIED = 256


@dataclass(frozen=True, eq=False)
class ExactAnswer:
    """What is known of a barycenter; what a subclass does not override is not known.

    k counts the marginals of positive weight.

    Parameters
    ----------
    samples : Samples
        The barycenter itself.
    """

    samples: Samples

    @property
    def mean(self) -> FloatArray:
        """Of the barycenter, (d,)."""
        return self.samples.moments[0]

    @property
    def covariance(self) -> FloatArray:
        """Of the barycenter, (d, d)."""
        return self.samples.moments[1]

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draws of the barycenter (count, d), float32."""
        return self.samples.draw(count, generator)

    def maps(self, k: int, x: Array) -> FloatArray | None:
        """Barycentric projections ``E[y | x]`` of points x (n, d) of marginal k, (n, d).

        Without entropy they are the transport map to the barycenter.
        """
        return None

    def conditionals(self, k: int, x: Array, count: int, generator: Generator) -> Tensor | None:
        """Draws of the entropic plan's conditionals at points x (n, d), (n, count, d)."""
        return None

    def potential(self, k: int, y: Array) -> FloatArray | None:
        """The potential f_k at points y (n, d) of the barycenter, up to a constant, (n,)."""
        return None

    def reweighted(self, weights: FloatArray) -> ExactAnswer | None:
        """The answer for other weights (K,) of all marginals given, if that is known."""
        return None


@dataclass(frozen=True, eq=False, init=False)
class SampleProblem:
    """Find the ν that minimises ``Σ_k λ_k T_k(ν, μ_k)``, the μ_k known by samples.

    T_k is transport at the cost ``½|x − y|²``, or ``½ c_k`` with the ground costs ``c_k`` given, x
    a point of the barycenter and y one of μ_k; the half is there for every family of costs.
    Entropic transport adds ``ε KL(π | dx ⊗ μ_k)``: in the energy-guided paper's convention, entropy
    relative to the volume on the barycenter's side.

    Marginals of weight zero are dropped. In what follows k counts those that are left, so that
    ``marginals[k]`` and ``weights[k]`` belong together; the cost is that of ``kept[k]``.

    Parameters
    ----------
    marginals : sequence of Samples or of array_like, (n_k, d)
        The μ_k, 1 to 16 of one dimension. Arrays become `ArraySamples`.
    weights : array_like, (K,), optional
        λ: finite, not negative, not all zero. Scaled to sum 1. Equal if omitted.
    costs : Costs, optional
        The ``c_k``, numpy functions of points; ``½|x − y|²`` in any dimension if omitted.
    reg : float
        ε ≥ 0, in the units of the cost ½ c; 0 is transport without entropy. Otherwise between 10⁻⁶
        and 10³ times the marginals' mean variance.
    exact : ExactAnswer, optional
        What is known of the barycenter for these weights; a single distribution of positive weight
        is its own, for the squared distance without entropy.

    Attributes
    ----------
    given : tuple of Samples
        All marginals that were given.
    weights : array, (k,)
        Weights of those of positive weight, summing to 1.
    kept : tuple of int
        Their positions among those given.
    costs, reg, exact
        As given.

    Raises
    ------
    ValueError
        With one sentence that names the field, the value and the rule.
    """

    given: tuple[Samples, ...]
    weights: FloatArray
    kept: tuple[int, ...]
    costs: Costs | None
    reg: float
    exact: ExactAnswer | None

    def __init__(
        self,
        marginals: Sequence[Samples | ArrayLike],
        weights: ArrayLike | None = None,
        costs: Costs | None = None,
        reg: float = 0.0,
        exact: ExactAnswer | None = None,
    ) -> None:
        given = _checked_marginals(marginals)
        count = len(given)
        lambdas = normalised_weights(np.ones(count) if weights is None else weights, count)
        if costs is None:
            _check_dimensions(given)
        else:
            costs.check([samples.as_numpy(_TRIED, seed=0) for samples in given])
        self._set(given, lambdas, costs, _checked_reg(reg, given), exact)

    def _set(
        self,
        given: tuple[Samples, ...],
        lambdas: FloatArray,
        costs: Costs | None,
        reg: float,
        exact: ExactAnswer | None,
    ) -> None:
        kept = np.flatnonzero(lambdas > 0)
        if exact is None and len(kept) == 1 and costs is None and reg == 0:
            exact = ExactAnswer(given[kept[0]])  # a single distribution is its own barycenter
        object.__setattr__(self, "given", given)
        object.__setattr__(self, "weights", lambdas[kept])
        object.__setattr__(self, "kept", tuple(int(i) for i in kept))
        object.__setattr__(self, "costs", costs)
        object.__setattr__(self, "reg", reg)
        object.__setattr__(self, "exact", exact)

    def reweighted(self, weights: ArrayLike) -> SampleProblem:
        """The same marginals with other weights; they are not checked again.

        Parameters
        ----------
        weights : array_like, (K,)
            One for each marginal that was given; one of weight zero is there again once it has
            some.

        Raises
        ------
        ValueError
            As the constructor does for weights.
        """
        lambdas = normalised_weights(weights, len(self.given))
        exact = self.exact
        if exact is not None and not np.array_equal(lambdas, self.all_weights):
            exact = exact.reweighted(lambdas)
        problem = object.__new__(SampleProblem)
        problem._set(self.given, lambdas, self.costs, self.reg, exact)
        return problem

    @property
    def all_weights(self) -> FloatArray:
        """λ (K,) of all marginals that were given; 0 for those that are dropped."""
        lambdas = np.zeros(len(self.given))
        lambdas[list(self.kept)] = self.weights
        return lambdas

    @property
    def marginals(self) -> tuple[Samples, ...]:
        """The marginals μ_k of positive weight."""
        return tuple(self.given[i] for i in self.kept)

    def checked_points(self, k: int, x: ArrayLike) -> FloatArray:
        """Points x (n, d_k) of the k-th marginal of positive weight, as float64.

        Raises
        ------
        ValueError
            If there is no such marginal, or the points are not of its dimension.
        """
        if not 0 <= k < len(self.kept):
            raise ValueError(f"k: is {k}, but {len(self.kept)} marginals have weight.")
        points, dimension = real_numbers("x", x), self.marginals[k].dimension
        if points.ndim != 2 or points.shape[1] != dimension:
            raise ValueError(f"x: the shape is {points.shape}, but must be (n, {dimension}).")
        return points

    @property
    def dimension(self) -> int:
        """Of the space in which the barycenter lives."""
        return self.given[0].dimension if self.costs is None else self.costs.dimension


def _checked_marginals(marginals: Sequence[Samples | ArrayLike]) -> tuple[Samples, ...]:
    if not (np.iterable(marginals) and hasattr(marginals, "__len__")):
        raise ValueError(f"marginals: must be a sequence of samples, not {marginals!r}.")
    if not 1 <= len(marginals) <= MAX_MARGINALS:
        raise ValueError(
            f"marginals: {len(marginals)} given, but a barycenter of samples takes 1 to "
            f"{MAX_MARGINALS}."
        )
    given = []
    for k, marginal in enumerate(marginals):
        try:
            given.append(marginal if isinstance(marginal, Samples) else ArraySamples(marginal))
        except ValueError as error:
            raise ValueError(f"marginals: marginal {k}: {error}") from None
    return tuple(given)


def _check_dimensions(given: Sequence[Samples]) -> None:
    for k, samples in enumerate(given):
        if samples.dimension != given[0].dimension:
            raise ValueError(
                f"marginals: all must have one dimension, but marginal {k} has "
                f"{samples.dimension} and marginal 0 has {given[0].dimension}."
            )


def _checked_reg(given_reg: float, given: Sequence[Samples]) -> float:
    number = real_numbers("reg", given_reg)
    if number.ndim != 0:
        raise ValueError(f"reg: must be a single number, but the shape is {number.shape}.")
    reg = float(number)
    if not np.isfinite(reg) or reg < 0:
        raise ValueError(f"reg: is {reg:g}, but must be finite and ≥ 0.")
    if reg == 0:
        return reg
    variance = float(np.mean([samples.variance for samples in given]))
    least, largest = _LEAST_REG * variance, _LARGEST_REG * variance
    if not least <= reg <= largest:
        raise ValueError(
            f"reg: is {reg:g}, but for these marginals must be from {least:.3g} to {largest:.3g}."
        )
    return reg
