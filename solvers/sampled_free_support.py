"""The discrete barycenter of samples: a few of each marginal, and a cloud that is moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import param

from solvers.arrays import FloatArray
from solvers.costs import SquaredEuclidean
from solvers.fixed_points import Barycentric
from solvers.loop import Iterate, Solver
from solvers.point_problem import PointProblem
from solvers.point_solver import CoupledState
from solvers.sample_problem import SampleProblem
from solvers.uvp import bw_uvp


@dataclass(frozen=True, eq=False)
class CDWBState:
    """The discrete problem of some samples, and its state.

    Attributes
    ----------
    drawn : tuple
        What the samples were drawn from, how many and by which seed.
    problem : PointProblem
        The samples as clouds.
    inner : CoupledState
    """

    drawn: tuple[object, ...]
    problem: PointProblem
    inner: CoupledState


class CDWB(Solver):
    """The free-support barycenter of a few samples of each marginal (CDWB).

    Every step solves exact transport from the cloud to the samples and moves each point to the
    ground barycentre of its mean partners, which for squared distances is their weighted mean.
    Entropy (ε) is not part of it. It neither learns maps nor draws new points.

    References
    ----------
    Cuturi and Doucet (2014), Fast computation of Wasserstein barycenters, algorithm 2 without the
    optimisation of the masses.
    """

    label = "CDWB"
    summary = "The discrete barycenter: a cloud is matched with a few samples of each, exactly."
    objectives = ("estimate",)

    samples = param.Integer(
        default=800, bounds=(50, 5000), softbounds=(200, 2000), doc="Drawn of each marginal."
    )
    points = param.Integer(
        default=400, bounds=(10, 5000), softbounds=(100, 2000), doc="Of the barycenter."
    )
    seed = param.Integer(default=0, bounds=(0, 2**32 - 1), doc="Of the samples and of the start.")

    def init(self, problem: SampleProblem, state: CDWBState | None = None) -> CDWBState:
        """A cloud picked from the samples, or that of `state`."""
        drawn = (*problem.given, problem.costs, self.samples, self.seed)
        if state is None or state.drawn != drawn:
            discrete = self._discrete(problem)
            inner = self._solver.init(discrete, None if state is None else state.inner)
            return CDWBState(drawn, discrete, inner)
        discrete = state.problem.reweighted(_weights(problem))
        return CDWBState(drawn, discrete, self._solver.init(discrete, state.inner))

    def step(self, problem: SampleProblem, state: CDWBState) -> CDWBState:
        """Match the cloud, and move it."""
        inner = self._solver.step(state.problem, state.inner)
        return CDWBState(state.drawn, state.problem, inner)

    def iterate(self, problem: SampleProblem, state: CDWBState) -> Iterate:
        """The cloud, the cost of transport to the samples, and errors where they are known."""
        cloud, exact, figures = state.inner.cloud, problem.exact, {}
        if exact is not None:
            error = bw_uvp(cloud.positions, exact.mean, exact.covariance)
            figures = {"bw_uvp": error.value, "bw_uvp_noise": error.floor}
        objectives = {"estimate": state.inner.couplings.value / 2}
        return Iterate(cloud, objectives, state, figures=figures, judged_by="estimate")

    def converged(self, problem: SampleProblem, state: CDWBState) -> str | None:
        """Points that have come to rest stay where they are."""
        return self._solver.converged(state.problem, state.inner)

    @property
    def _solver(self) -> Barycentric:
        return Barycentric(points=self.points, seed=self.seed)

    def _discrete(self, problem: SampleProblem) -> PointProblem:
        measures = [
            given.as_numpy(self.samples, self.seed + k) for k, given in enumerate(problem.given)
        ]
        if len(measures) == 1:  # a discrete problem is between two at least
            measures *= 2
        costs = problem.costs or SquaredEuclidean(problem.dimension)
        return PointProblem(measures, costs, _weights(problem))


def _weights(problem: SampleProblem) -> FloatArray:
    """One for each marginal of the discrete problem."""
    weights = problem.all_weights
    return weights if len(weights) > 1 else np.append(weights, 0.0)
