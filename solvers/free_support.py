"""The free-support barycenter for squared Euclidean costs (Cuturi and Doucet, 2014)."""

from __future__ import annotations

from collections.abc import Mapping

import param

from solvers.arrays import FloatArray
from solvers.clouds import Cloud
from solvers.costs import PowerNorm, SquaredEuclidean
from solvers.fixed_points import Barycentric
from solvers.point_problem import PointProblem
from solvers.point_solver import CoupledState


class FreeSupport(Barycentric):
    """Free-support barycenter: H for squared Euclidean costs, in steps of any length.

    ``x_i ← (1 − θ) x_i + θ Σ_k α_k π̄_k(x_i)`` at fixed masses, where ``π̄_k(x_i)`` is the mean
    partner of x_i in ν_k. V never rises.

    References
    ----------
    Cuturi and Doucet (2014), Fast computation of Wasserstein barycenters, algorithm 2 without the
    optimisation of the masses.
    """

    label = "Free support"
    summary = "The classic for squared distances: moves each point to the mean of its partners."

    step_size = param.Number(
        default=1.0,
        bounds=(0.0, 1.0),
        inclusive_bounds=(False, True),
        softbounds=(0.05, 1.0),
        step=0.05,
        doc="θ, the part of the way to the mean of the partners; 1 is the whole.",
    )

    def begun(
        self,
        problem: PointProblem,
        cloud: Cloud,
        duals: Mapping[int, FloatArray] | None = None,
    ) -> CoupledState:
        """The state to start from at a given cloud, with its plans.

        Raises
        ------
        ValueError
            If the costs are not squared Euclidean distances.
        """
        squared = SquaredEuclidean(problem.dimension), PowerNorm(2, 2, problem.dimension)
        if problem.costs not in squared:
            raise ValueError(
                f"costs: are {problem.costs.formula}, but must be the squared distance for "
                f"{self.label}; H takes any."
            )
        return super().begun(problem, cloud, duals)

    def target(self, problem: PointProblem, state: CoupledState) -> FloatArray:
        """Positions a part of the way to the mean of the partners."""
        before = state.cloud.positions
        return before + self.step_size * (super().target(problem, state) - before)
