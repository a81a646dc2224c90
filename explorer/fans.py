"""Fans: where one point of a marginal may go under an entropic plan, learned or exact."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from explorer.levels import Picture
from solvers.arrays import Array, FloatArray
from solvers.sample_problem import ExactAnswer, SampleProblem

if TYPE_CHECKING:
    from solvers.energy_guided import EnergyGuided, EnergyState

# Draws of a conditional plan, from which its mean is told, and of these the lines.
_DRAWS, _LINES = 200, 40
# The same in every iterate, so that a fan moves with its plan only.
_SEED = 0


@dataclass(frozen=True, eq=False)
class Origin:
    """A point of a marginal, of which is asked where it goes.

    Attributes
    ----------
    slot : int
        The marginal's position among all that are given.
    x : array, (d,)
        In the world.
    """

    slot: int
    x: FloatArray


@dataclass(frozen=True, eq=False)
class Fan:
    """Draws of the conditional plan at one point.

    Attributes
    ----------
    ends : array, (n, d)
        Some of the draws.
    mean : array, (d,)
        Of all draws: the barycentric projection.
    spread : float
        Their root mean square distance from it.
    """

    ends: FloatArray
    mean: FloatArray
    spread: float


class ConditionalPlan(ABC):
    """The conditional plans ``μ_x ∝ exp(−E(y) / ε)`` of a problem, learned or exact.

    Attributes
    ----------
    problem : SampleProblem
    """

    problem: SampleProblem

    @abstractmethod
    def draws(self, k: int, x: FloatArray, count: int) -> FloatArray:
        """Draws (count, d) of ``μ_x`` at a point x (d,) of the k-th marginal of positive weight.

        Or none, where the energy is not finite.
        """

    @abstractmethod
    def energies(self, k: int, x: FloatArray, y: FloatArray) -> FloatArray:
        """``E(y) = ½ c_k(x, y) − f_k(y)`` at points y (m, d), (m,); not finite where y may not be.

        Up to a constant.
        """

    def reached(self, y: FloatArray) -> Array:
        """Whether the plans are known at points y (m, d), (m,)."""
        return np.full(len(y), True)

    def fan(self, origin: Origin) -> Fan:
        """Draws from a point, and what they tell.

        Raises
        ------
        ValueError
            With one sentence, if nothing is sent from there.
        """
        k = self.position(origin)
        draws = self.draws(k, origin.x, _DRAWS)
        draws = draws[np.isfinite(self.energies(k, origin.x, draws))]
        if not len(draws):
            raise ValueError("No plan is known there: the cost or the potential is not finite.")
        mean = draws.mean(axis=0)
        spread = float(np.sqrt(((draws - mean) ** 2).sum(axis=1).mean()))
        return Fan(draws[:_LINES], mean, spread)

    def position(self, origin: Origin) -> int:
        """Of a point's marginal among those of positive weight; ValueError if it is of none."""
        if origin.slot not in self.problem.kept:
            raise ValueError("Nothing is sent from there: its distribution has weight 0.")
        return self.problem.kept.index(origin.slot)


@dataclass(frozen=True, eq=False)
class LearnedPlan(ConditionalPlan):
    """The plans of a state of the energy-guided solver."""

    problem: SampleProblem
    solver: EnergyGuided
    state: EnergyState

    def draws(self, k: int, x: FloatArray, count: int) -> FloatArray:
        """By chains, which start from ground barycentres; none if all of these are out of reach."""
        import torch

        starts = self.state.starts.double().numpy()
        if not np.isfinite(self.energies(k, x, starts)).any():
            return np.empty((0, self.problem.dimension))
        generator = torch.Generator().manual_seed(_SEED)
        found = self.solver.conditional(self.problem, self.state, x[None], k, count, generator)
        return np.asarray(found[0])

    def energies(self, k: int, x: FloatArray, y: FloatArray) -> FloatArray:
        """By the potential's network."""
        with np.errstate(all="ignore"):  # a formula need not be defined everywhere
            return self.solver.energy(self.problem, self.state, x, k, y)

    def reached(self, y: FloatArray) -> Array:
        """Near points where chains start or have come to, by the barycenter's size.

        Elsewhere a network only guesses.
        """
        state = self.state
        size = float(state.frame["scale"]) * np.sqrt(self.problem.dimension)
        visited = np.vstack([state.starts.numpy(), state.shown.flatten(0, 1).numpy()])
        distances, _ = cKDTree(visited).query(y)
        return np.asarray(distances <= size)


@dataclass(frozen=True, eq=False)
class ExactPlan(ConditionalPlan):
    """The plans of an answer that is known; make it with `of`."""

    problem: SampleProblem
    exact: ExactAnswer

    @classmethod
    def of(cls, problem: SampleProblem) -> ExactPlan | None:
        """Those of a problem; None if there is no formula for them."""
        exact = problem.exact
        known = exact is not None and exact.potential(0, exact.mean[None]) is not None
        return cls(problem, exact) if exact is not None and known else None

    def draws(self, k: int, x: FloatArray, count: int) -> FloatArray:
        """By the formula."""
        import torch

        generator = torch.Generator().manual_seed(_SEED)
        found = self.exact.conditionals(k, x[None], count, generator)
        assert found is not None  # as the potential is known
        return found[0].double().numpy()

    def energies(self, k: int, x: FloatArray, y: FloatArray) -> FloatArray:
        """By the formula."""
        potential = self.exact.potential(k, y)
        assert potential is not None
        return np.asarray(_halved_costs(self.problem, k, x, y) - potential)


def nearest(clouds: Sequence[Picture], slots: Sequence[int], place: Array) -> int:
    """The marginal one of whose samples is nearest to a place in the window.

    Parameters
    ----------
    clouds : sequence of array, (n_k, 1 + s)
        Rows of mass and place, one cloud for each marginal.
    slots : sequence of int
        The marginals that count.
    place : array, (s,)
    """

    def distance(slot: int) -> float:
        return float(np.linalg.norm(clouds[slot][:, 1:] - place, axis=1).min())

    return min(slots, key=distance)


def origin_of(problem: SampleProblem, state: EnergyState, dot: int) -> Origin:
    """The point that a dot of an energy-guided barycenter was drawn for."""
    k, row = divmod(dot, state.shown.shape[1])
    return Origin(problem.kept[k], state.shown_sources[k, row].double().numpy())


def _halved_costs(problem: SampleProblem, k: int, x: FloatArray, y: FloatArray) -> FloatArray:
    if problem.costs is None:
        return np.asarray(((y - x) ** 2).sum(axis=1) / 2)
    return problem.costs.pairs(problem.kept[k], y, np.broadcast_to(x, y.shape)) / 2
