"""Barycenters of Gaussians, with and without entropy, in closed form up to one fixed point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.bijected_costs import Bijected
from solvers.gaussians import gaussian_barycenters, square_roots
from solvers.sample_problem import ExactAnswer
from solvers.samples import GaussianSamples, Samples

if TYPE_CHECKING:  # torch takes seconds to import
    from torch import Generator, Tensor

# The fixed point has settled once no entry changes by more than this fraction of the trace.
_TOLERANCE, _MAX_STEPS = 1e-14, 500
# Nodes along each axis for means over a Gaussian in the plane.
_NODES = 24


def entropic_barycenter(covariances: Array, weights: Array, reg: float) -> FloatArray:
    """The covariance of the entropic barycenter of Gaussians, for the cost ``½|x − y|²``.

    It solves ``S = Σ λ_k [ε/2 + (ε²/4 + S^½ Σ_k S^½)^½]``, by iterating that from the barycenter
    without entropy; the distance to the solution halves at least.

    Parameters
    ----------
    covariances : array, (K, d, d)
        The Σ_k, symmetric positive definite.
    weights : array, (K,)
        λ ≥ 0 of sum 1.
    reg : float
        ε ≥ 0, the weight of ``KL(π | dx ⊗ μ_k)``.

    Returns
    -------
    array, (d, d)
    """
    dimension = covariances.shape[-1]
    _, found = gaussian_barycenters(np.zeros((len(weights), dimension)), covariances, weights)
    if reg == 0:
        return found
    identity = np.eye(dimension)
    for _ in range(_MAX_STEPS):
        half = square_roots(found)
        inner = square_roots(reg**2 / 4 * identity + half @ covariances @ half)
        moved = reg / 2 * identity + np.einsum("k,kij->ij", weights, inner)
        change = np.abs(moved - found).max()
        found = moved
        if change <= _TOLERANCE * np.trace(found):
            break
    return found


@dataclass(frozen=True, eq=False)
class GaussianAnswer(ExactAnswer):
    """The barycenter of Gaussians for the cost ``½|x − y|²``, entropic or not.

    The conditionals of the plans are ``N(m + A_k (x − m_k), ε A_k)`` with
    ``A_k⁻¹ = ε S⁻¹ + T_k``, where ``T_k S T_k + ε T_k = Σ_k``: the joint precision of x and y has
    ``−1/ε`` off its diagonal blocks, so that both conditional covariances are ε times the slope of
    their mean. The potentials ``f_k(y) = ½ yᵀ(1 − A_k⁻¹) y + (A_k⁻¹ m − m_k)·y`` are congruent,
    ``Σ λ_k f_k = 0``, by the equation of `entropic_barycenter`.

    Make it with `of`.

    Attributes
    ----------
    given : tuple of GaussianSamples
        All marginals.
    lambdas : array, (K,)
        Their weights, of sum 1.
    reg : float
        ε.
    """

    given: tuple[GaussianSamples, ...]
    lambdas: FloatArray
    reg: float

    @classmethod
    def of(
        cls, given: Sequence[GaussianSamples], weights: Array, reg: float = 0.0
    ) -> GaussianAnswer:
        """The answer for Gaussians of positive definite covariances, and weights (K,) of sum 1."""
        means, covariances = _stacked(given)
        covariance = entropic_barycenter(covariances, weights, reg)
        samples = GaussianSamples(weights @ means, covariance, "barycenter")
        return cls(samples, tuple(given), np.asarray(weights, dtype=float), reg)

    def reweighted(self, weights: FloatArray) -> GaussianAnswer:
        """The same marginals with other weights (K,) of sum 1."""
        return GaussianAnswer.of(self.given, weights, self.reg)

    @cached_property
    def _kept(self) -> list[int]:
        return [int(i) for i in np.flatnonzero(self.lambdas)]

    @cached_property
    def _inverse_slopes(self) -> FloatArray:
        """The ``A_k⁻¹`` of the marginals of positive weight, (k, d, d)."""
        _, covariances = _stacked([self.given[i] for i in self._kept])
        identity = np.eye(len(self.mean))
        half = square_roots(self.covariance)
        inverse_half = np.linalg.inv(half)
        inner = square_roots(self.reg**2 / 4 * identity + half @ covariances @ half)
        product = inner + self.reg / 2 * identity  # S^½ (T_k + ε S⁻¹) S^½
        return np.asarray(inverse_half @ product @ inverse_half)

    def slope(self, k: int) -> FloatArray:
        """``A_k``, the derivative of the barycentric projection of marginal k, (d, d)."""
        return np.asarray(np.linalg.inv(self._inverse_slopes[k]))

    def maps(self, k: int, x: Array) -> FloatArray:
        """``m + A_k (x − m_k)`` for points x (n, d), (n, d)."""
        centre, _ = self.given[self._kept[k]].moments
        return np.asarray(self.mean + (x - centre) @ self.slope(k))

    def conditionals(self, k: int, x: Array, count: int, generator: Generator) -> Tensor:
        """Draws of ``N(m + A_k (x − m_k), ε A_k)`` for points x (n, d), (n, count, d)."""
        import torch

        root = torch.from_numpy(square_roots(self.reg * self.slope(k)))
        noise = torch.randn((len(x), count, len(self.mean)), generator=generator).double()
        return (torch.from_numpy(self.maps(k, x))[:, None] + noise @ root).float()

    def potential(self, k: int, y: Array) -> FloatArray:
        """f_k at points y (n, d), (n,)."""
        inverse, (centre, _) = self._inverse_slopes[k], self.given[self._kept[k]].moments
        quadratic = ((y - y @ inverse) * y).sum(axis=1) / 2
        return np.asarray(quadratic + y @ (inverse @ self.mean - centre))


class BijectedGaussian(Samples):
    """``h⁻¹ # N(m, S)`` in the plane.

    Parameters
    ----------
    gaussian : Samples
        N(m, S) by its samples and moments; kept as an attribute.
    costs : Bijected
        Holds h⁻¹.
    """

    dimension = 2

    def __init__(self, gaussian: Samples, costs: Bijected) -> None:
        self.name = gaussian.name
        self.gaussian = gaussian
        self._costs = costs

    @cached_property
    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Mean (2,) and covariance (2, 2), by a Gauss–Hermite rule."""
        mean, covariance = self.gaussian.moments
        shares, offsets = _gaussian_rule(covariance)
        points = self._costs.inverse(mean + offsets)
        centre = shares @ points
        return centre, np.asarray((points - centre).T * shares @ (points - centre))

    def draw(self, count: int, generator: Generator) -> Tensor:
        """Draws of N(m, S) brought back, (count, 2), float32."""
        return _inverse(self.gaussian.draw(count, generator), self._costs)


@dataclass(frozen=True, eq=False)
class BijectedAnswer(ExactAnswer):
    """The barycenter of ``h⁻¹ # N(m_k, S_k)`` in the plane for the cost ``½|h(x) − h(y)|²``.

    h must keep areas, as a twist does: then it keeps entropies, and the answer is that of the
    Gaussians brought back by h⁻¹.

    Make it with `of`.

    Attributes
    ----------
    inner : GaussianAnswer
        The answer for the Gaussians N(m_k, S_k).
    costs : Bijected
        Holds h and h⁻¹.
    """

    inner: GaussianAnswer
    costs: Bijected

    @classmethod
    def of(cls, inner: GaussianAnswer, costs: Bijected) -> BijectedAnswer:
        """The answer that follows from that of the Gaussians."""
        return cls(BijectedGaussian(inner.samples, costs), inner, costs)

    def reweighted(self, weights: FloatArray) -> BijectedAnswer:
        """The same marginals with other weights (K,) of sum 1."""
        return BijectedAnswer.of(self.inner.reweighted(weights), self.costs)

    def maps(self, k: int, x: Array) -> FloatArray:
        """Means of h⁻¹ over the Gaussian conditionals, by a Gauss–Hermite rule, (n, 2)."""
        shares, offsets = _gaussian_rule(self.inner.reg * self.inner.slope(k))
        places = self.inner.maps(k, self.costs.forward(x))[:, None] + offsets
        back = self.costs.inverse(places.reshape(-1, 2)).reshape(places.shape)
        return np.asarray(np.einsum("j,njd->nd", shares, back))

    def conditionals(self, k: int, x: Array, count: int, generator: Generator) -> Tensor:
        """Draws at points x (n, 2), (n, count, 2)."""
        drawn = self.inner.conditionals(k, self.costs.forward(x), count, generator)
        return _inverse(drawn.reshape(-1, 2), self.costs).reshape(drawn.shape)

    def potential(self, k: int, y: Array) -> FloatArray:
        """That of the Gaussians at h(y), (n,)."""
        return self.inner.potential(k, self.costs.forward(y))


def _gaussian_rule(covariance: Array) -> tuple[FloatArray, FloatArray]:
    """Weights (n,) of sum 1 and nodes (n, 2): the Gauss–Hermite rule of N(0, S) in the plane."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    grid = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2)
    shares = np.outer(weights, weights).ravel() / weights.sum() ** 2
    return shares, grid @ square_roots(covariance)


def _inverse(points: Tensor, costs: Bijected) -> Tensor:
    import torch

    return torch.from_numpy(costs.inverse(points.numpy().astype(np.float64))).float()


def _stacked(given: Sequence[GaussianSamples]) -> tuple[FloatArray, FloatArray]:
    """Means (K, d) and covariances (K, d, d)."""
    means, covariances = zip(*(gaussian.moments for gaussian in given), strict=True)
    return np.stack(means), np.stack(covariances)
