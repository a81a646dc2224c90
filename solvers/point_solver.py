"""What all solvers for clouds share: the start, the state and the figures of an iterate."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import param

from solvers.arrays import Array, FloatArray
from solvers.clouds import Cloud
from solvers.loop import Iterate, Solver
from solvers.plans import Couplings, couplings
from solvers.point_problem import MAX_POINTS, PointProblem

# Points count as at rest once they move by less than this fraction of the largest coordinate.
_AT_REST = 1e-9

# Standard deviation of a start about the window's centre; the window has side 1.
_WINDOW_STD = 0.15


@dataclass(frozen=True, eq=False, kw_only=True)
class PointState:
    """A cloud, and how it was reached.

    Attributes
    ----------
    problem : PointProblem
        What the state belongs to.
    cloud : Cloud
        The barycenter μ so far.
    figures : mapping of str to float
        Figures of the step that led here; none at the start.
    """

    problem: PointProblem
    cloud: Cloud
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    @abstractmethod
    def duals(self) -> Mapping[int, FloatArray]:
        """Potentials (n_k,) on the measures' side, by the measures' positions among those given."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CoupledState(PointState):
    """A cloud and its optimal plans, which give V there and are those of the next step.

    Attributes
    ----------
    couplings : Couplings
        The plans from `cloud` to the measures, with V(μ).
    """

    couplings: Couplings

    @property
    def duals(self) -> Mapping[int, FloatArray]:
        """Those of the couplings."""
        return self.couplings.duals


def displacement(masses: FloatArray, before: Array, after: Array) -> float:
    """Root mean square distance that masses (n,) have moved between points (n, d)."""
    return float(np.sqrt(masses @ ((after - before) ** 2).sum(axis=1)))


class PointSolver(Solver):
    """Settings of the start, and what follows from any state."""

    points = param.Integer(
        default=None,
        allow_None=True,
        bounds=(1, MAX_POINTS),
        softbounds=(10, 2000),
        doc="Points of the start; as many as the marginals have on average if none are given.",
    )
    start: param.Selector[str] = param.Selector(
        default="mixture",
        objects=["mixture", "gaussian"],
        doc="Where points start: on those of the marginals, picked in proportion to the weights, "
        "or normally distributed with the mean and covariance of that mixture. About the middle of "
        "the window, if the marginals live in other spaces.",
    )
    seed = param.Integer(default=0, bounds=(0, 2**32 - 1), doc="Of what is drawn at random.")

    @abstractmethod
    def begun(
        self,
        problem: PointProblem,
        cloud: Cloud,
        duals: Mapping[int, FloatArray] | None = None,
    ) -> Any:
        """The state to start from at a given cloud.

        Parameters
        ----------
        problem : PointProblem
        cloud : Cloud
            Of the problem's dimension.
        duals : mapping of int to array, (n_k,), optional
            Potentials as in a state, to save time.
        """

    def init(self, problem: PointProblem, state: PointState | None = None) -> Any:
        """A fresh cloud, or that of `state` where it has the problem's dimension."""
        if state is None or state.cloud.dimension != problem.dimension:
            return self.begun(problem, self.fresh(problem))
        if state.problem is problem:
            return state
        reweighted = state.problem.given is problem.given
        return self.begun(problem, state.cloud, state.duals if reweighted else None)

    def fresh(self, problem: PointProblem) -> Cloud:
        """The cloud of a fresh start: equally heavy points, placed as the settings tell."""
        measures = problem.measures
        count = self.points or round(float(np.mean([len(cloud) for cloud in measures])))
        rng = np.random.default_rng(self.seed)
        if not problem.costs.same_space:
            return Cloud(rng.normal(0.5, _WINDOW_STD, (count, problem.dimension)))
        mixture = np.vstack([cloud.positions for cloud in measures])
        shares = [w * cloud.masses for w, cloud in zip(problem.weights, measures, strict=True)]
        masses = np.concatenate(shares)
        if self.start == "mixture":
            quantiles = (np.arange(count) + rng.random()) / count
            picked = np.searchsorted(np.cumsum(masses), quantiles)
            return Cloud(mixture[np.minimum(picked, len(masses) - 1)])
        covariance = np.atleast_2d(np.cov(mixture.T, aweights=masses, ddof=0))
        return Cloud(rng.multivariate_normal(masses @ mixture, covariance, count))

    def converged(self, problem: PointProblem, state: PointState) -> str | None:
        """Points that moved by no more than rounding in the last step stay where they are."""
        moved = state.figures.get("displacement", np.inf)
        if moved <= _AT_REST * state.cloud.size:
            return "Converged: the points do not move any more."
        return None


class CoupledSolver(PointSolver):
    """What the solvers share that move points along exact plans."""

    objectives = ("primal",)

    def begun(
        self,
        problem: PointProblem,
        cloud: Cloud,
        duals: Mapping[int, FloatArray] | None = None,
    ) -> CoupledState:
        """The state to start from at a given cloud, with its plans."""
        found = couplings(problem, cloud, duals)
        return CoupledState(problem=problem, cloud=cloud, couplings=found)

    def moved(
        self, problem: PointProblem, state: CoupledState, cloud: Cloud, figures: Mapping[str, float]
    ) -> CoupledState:
        """The state after a step to a cloud, with its plans and the decrease of V."""
        after = couplings(problem, cloud, state.duals)
        return CoupledState(
            problem=problem,
            cloud=cloud,
            couplings=after,
            figures={**figures, "decrease": state.couplings.value - after.value},
        )

    def iterate(self, problem: PointProblem, state: CoupledState) -> Iterate:
        """The cloud, V as the primal objective, and the figures of the last step."""
        figures = {"support": float(len(state.cloud)), **state.figures}
        return Iterate(state.cloud, {"primal": state.couplings.value}, state, figures=figures)


class PositionSolver(CoupledSolver):
    """A solver that moves the points and keeps their masses."""

    @abstractmethod
    def target(self, problem: PointProblem, state: CoupledState) -> FloatArray:
        """Where the points (n, d) of a state go in one step."""

    def step(self, problem: PointProblem, state: CoupledState) -> CoupledState:
        """Move every point to its target."""
        cloud, after = state.cloud, self.target(problem, state)
        moved = displacement(cloud.masses, cloud.positions, after)
        return self.moved(problem, state, Cloud(after, cloud.masses), {"displacement": moved})
