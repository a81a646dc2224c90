"""Barycenters of Gaussian mixtures in MW₂: the fixed point iteration G, and its barycentric form H.

Gaussians take the part of points: the ground cost is the Bures–Wasserstein W₂², and a tuple of
components has the Bures barycenter as its ground barycenter.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import param

from solvers.arrays import Array, FloatArray
from solvers.gaussians import (
    bures_squared,
    bures_squared_pairs,
    gaussian_barycenters,
    square_roots,
)
from solvers.loop import Iterate, Solver
from solvers.mixture_problem import MAX_COMPONENTS, MixtureProblem
from solvers.mixtures import Mixture

# A step that moves the components by less than this fraction of the mixtures' spread is none:
# rounding leaves about its square of W₂².
_STILL = 1e-7
_PIVOTS = 1_000_000  # of the network simplex, at most


@dataclass(frozen=True, eq=False)
class GMMState:
    """A mixture μ, and its optimal plans to the mixtures of a problem.

    Attributes
    ----------
    problem : MixtureProblem
        What the state belongs to.
    mixture : Mixture
        μ, of n components.
    plans : tuple of array, (n, n_k) each
        Optimal for MW₂ between μ and ν_k.
    value : float
        ``V(μ) = Σ α_k MW₂²(μ, ν_k)``, in length².
    figures : mapping of str to float
        What the last step did, empty at the start.
    """

    problem: MixtureProblem
    mixture: Mixture
    plans: tuple[FloatArray, ...]
    value: float
    figures: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def at(cls, problem: MixtureProblem, mixture: Mixture) -> GMMState:
        """The state at a mixture, for a start of one's own."""
        from ot import emd

        plans, value = [], 0.0
        for alpha, nu in zip(problem.weights, problem.mixtures, strict=True):
            cost = bures_squared(mixture.means, mixture.covariances, nu.means, nu.covariances)
            plan = emd(mixture.weights, nu.weights, cost, numItermax=_PIVOTS)
            plans.append(plan)
            value += alpha * np.vdot(plan, cost)
        return cls(problem, mixture, tuple(plans), float(value))

    def moved_to(
        self, mixture: Mixture, masses: Array, squared: Array, **figures: float
    ) -> GMMState:
        """The state at the next mixture.

        Parameters
        ----------
        mixture : Mixture
        masses, squared : array, (N,)
            Pieces of mass that moved, and how far in W₂², in length².
        **figures : float
            What else there is to tell about the step.
        """
        reached = GMMState.at(self.problem, mixture)
        told = {
            "displacement": float(np.sqrt(masses @ squared)),
            "decrease": self.value - reached.value,
            **figures,
        }
        return replace(reached, figures=told)


class MixtureFixedPoint(Solver):
    """What G and H have in common: the start, the objective and when to stop."""

    objectives = ("primal",)

    components = param.Integer(
        default=None,
        bounds=(1, MAX_COMPONENTS),
        allow_None=True,
        doc="Components of the start, of equal weight, picked systematically from those there are; "
        "none takes all of them with their weights.",
    )
    start: param.Selector[str] = param.Selector(
        default="mixture",
        objects=["mixture", "first"],
        doc="Start from the components of all mixtures with their weights, or of the first only.",
    )

    def init(self, problem: MixtureProblem, state: GMMState | None = None) -> GMMState:
        """The start that the settings choose, or the mixture of a state of the same dimension.

        A single mixture is its own barycenter, but no start for that of several.
        """
        if state is not None and state.problem is problem:
            return state
        if len(problem.mixtures) == 1:
            return GMMState.at(problem, problem.mixtures[0])
        if (
            state is None
            or len(state.problem.mixtures) == 1
            or state.mixture.dimension != problem.dimension
        ):
            return GMMState.at(problem, self._start(problem))
        return GMMState.at(problem, state.mixture)

    def _start(self, problem: MixtureProblem) -> Mixture:
        whole = problem.plain_mixture if self.start == "mixture" else problem.mixtures[0]
        if self.components is None:
            return whole
        quantiles = (np.arange(self.components) + 0.5) / self.components
        picked = np.searchsorted(whole.weights.cumsum(), quantiles)
        equal = np.full(self.components, 1 / self.components)
        return Mixture.of_parts(equal, whole.means[picked], whole.covariances[picked])

    @abstractmethod
    def step(self, problem: MixtureProblem, state: GMMState) -> GMMState:
        """The state at G(μ), or at H(μ)."""

    def iterate(self, problem: MixtureProblem, state: GMMState) -> Iterate:
        """The mixture and V, its number of components, and what the step did.

        Where all mixtures are single Gaussians, ``"off_bures"`` is the distance MW₂ between μ and
        the Bures barycenter of these, as a fraction of their spread.
        """
        figures = {"support": float(len(state.mixture)), **state.figures}
        if all(len(nu) == 1 for nu in problem.mixtures):
            figures["off_bures"] = _off_bures(problem, state.mixture)
        return Iterate(state.mixture, {"primal": state.value}, state, figures=figures)

    def converged(self, problem: MixtureProblem, state: GMMState) -> str | None:
        """A single mixture is its own barycenter; components that stay where they are will stay."""
        if len(problem.weights) == 1:
            return "Done: only one marginal has weight, and it is its own barycenter."
        if state.figures.get("displacement", np.inf) <= _STILL * problem.spread:
            return "Converged: the components do not move any more."
        return None


class GMMFixedPoint(MixtureFixedPoint):
    """The fixed point iteration G for Gaussian mixtures.

    The optimal plans from μ to every ν_k are glued into one coupling γ of all of them, and each of
    its atoms, a tuple of K components, becomes the Bures barycenter of the tuple. V never rises:
    ``"decrease"`` is at least ``"proved"``, which is ``E_γ[Σ α_k (c_k(x, y_k) − c_k(x⁺, y_k))]``.
    ``"displacement"`` is the root mean square over γ of the distance W₂ between x and x⁺.

    References
    ----------
    Tanguy, Delon and Gozlan (2024), Computing barycenters of measures for generic transport costs,
    algorithm 2. Delon and Desolneux (2020), A Wasserstein-type distance in the space
    of Gaussian mixture models.
    """

    label = "G"
    summary = "Averages tuples of Gaussians that the plans match; V falls with every step."

    merge = param.Boolean(default=True, doc="Merge components that coincide, up to rounding.")

    def step(self, problem: MixtureProblem, state: GMMState) -> GMMState:
        """The state at G(μ)."""
        from scipy.sparse import csr_array

        from solvers.plans import glued

        tuples, masses, source = glued([csr_array(plan) for plan in state.plans])
        tuples, target = np.unique(tuples, axis=0, return_inverse=True)
        chosen = list(zip(problem.mixtures, tuples.T, strict=True))
        means = np.stack([nu.means[j] for nu, j in chosen], axis=1)
        covariances = np.stack([nu.covariances[j] for nu, j in chosen], axis=1)
        moved = Mixture.of_parts(
            np.bincount(target, masses), *gaussian_barycenters(means, covariances, problem.weights)
        )
        kept = bures_squared_pairs(
            moved.means[:, None], moved.covariances[:, None], means, covariances
        )
        old = state.mixture
        squared = bures_squared_pairs(
            old.means[source],
            old.covariances[source],
            moved.means[target],
            moved.covariances[target],
        )
        proved = state.value - float(moved.weights @ kept @ problem.weights)
        reached = moved.merged() if self.merge else moved
        return state.moved_to(reached, masses, squared, proved=proved)


class GMMBarycentric(MixtureFixedPoint):
    """The barycentric form H of the fixed point iteration for Gaussian mixtures.

    Component i of μ, of weight a_i, first takes the average of what each plan sends it to,
    ``π_k,i / a_i``, and becomes the Bures barycenter of those K averages. Number and weights of the
    components stay as they are; nothing proves that V falls.

    References
    ----------
    Tanguy, Delon and Gozlan (2024), Computing barycenters of measures for generic transport costs,
    algorithm 3.
    """

    label = "H"
    summary = "Moves each Gaussian to the average of what the plans send it to; their number stays."

    projection: param.Selector[str] = param.Selector(
        default="euclidean",
        objects=["euclidean", "bures"],
        doc="How the Gaussians that one is sent to are averaged: means and covariances by "
        "themselves, or by their Bures barycenter.",
    )

    def step(self, problem: MixtureProblem, state: GMMState) -> GMMState:
        """The state at H(μ)."""
        old = state.mixture
        sent = [
            self._projected(plan / old.weights[:, None], nu)
            for plan, nu in zip(state.plans, problem.mixtures, strict=True)
        ]
        means, covariances = (np.stack(part, axis=1) for part in zip(*sent, strict=True))
        moved = Mixture.of_parts(
            old.weights, *gaussian_barycenters(means, covariances, problem.weights)
        )
        squared = bures_squared_pairs(old.means, old.covariances, moved.means, moved.covariances)
        return state.moved_to(moved, old.weights, squared)

    def _projected(self, shares: Array, mixture: Mixture) -> tuple[FloatArray, FloatArray]:
        """Averages of a mixture's components by shares (n, n_k): (n, d) and (n, d, d)."""
        if self.projection == "bures":
            return gaussian_barycenters(mixture.means, mixture.covariances, shares)
        return shares @ mixture.means, np.tensordot(shares, mixture.covariances, axes=1)


def _off_bures(problem: MixtureProblem, mixture: Mixture) -> float:
    """How far a mixture is from the Bures barycenter of single Gaussians, relative to the spread.

    ``W₂² = |m₁ − m₂|² + min_U ‖S₁^½ − S₂^½ U‖²``, U orthogonal, has no difference of traces, which
    would leave half of the digits.
    """
    means = np.concatenate([nu.means for nu in problem.mixtures])
    covariances = np.concatenate([nu.covariances for nu in problem.mixtures])
    mean, covariance = gaussian_barycenters(means, covariances, problem.weights)
    roots, target = square_roots(mixture.covariances), square_roots(covariance)
    left, _, right = np.linalg.svd(target @ roots)
    squared = ((mixture.means - mean) ** 2).sum(axis=-1)
    squared += ((roots - target @ left @ right) ** 2).sum(axis=(-2, -1))
    return float(np.sqrt(mixture.weights @ squared) / problem.spread)
