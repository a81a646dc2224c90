"""Gradient descent on the positions of a cloud, for any costs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import param

from solvers.arrays import Array, FloatArray
from solvers.point_problem import PointProblem
from solvers.point_solver import CoupledState, PositionSolver

# Part of the decrease that the gradient promises which a step must keep (Armijo), and halvings.
_SUFFICIENT = 0.25
_HALVINGS = 30


class PointDescent(PositionSolver):
    """Descent: gradient steps of the positions, masses fixed.

    By the envelope theorem the gradient of V in x_i is that of ``a_i q_i`` at fixed plans,
    ``q_i(x) = (1/a_i) Σ_k α_k Σ_j π_{k,ij} c_k(x, y_{k,j})``, and ``Σ_i a_i q_i(x_i)`` is above V
    wherever the points go. So each point takes the gradient step of its own q_i, halved until q_i
    falls by a quarter of what the gradient promises, and V never rises; where a cost is not allowed
    it counts as infinite. For squared Euclidean costs a step of ½ is that of H.

    References
    ----------
    Cuturi and Doucet (2014), section 4.3, for the gradient; Armijo (1966) for the rule.
    """

    label = "Descent"
    summary = "Moves each point a little along the gradient of V; for any cost."

    step_size = param.Number(
        default=0.25,
        bounds=(1e-6, 1e3),
        softbounds=(0.01, 1.0),
        step=0.01,
        doc="Step of each point along its gradient, before halving, in length² per unit of cost.",
    )

    def target(self, problem: PointProblem, state: CoupledState) -> FloatArray:
        """Positions after a gradient step of every point."""
        before = state.cloud.positions
        gradient = _mean_over_partners(problem.gradient, problem, state, before)
        costs = _mean_over_partners(problem.allowed_costs, problem, state, before)
        promised = _SUFFICIENT * (gradient**2).sum(axis=1)
        steps = np.full(len(before), self.step_size)
        for _ in range(_HALVINGS):
            after = before - steps[:, None] * gradient
            reached = _mean_over_partners(problem.allowed_costs, problem, state, after)
            short = ~(reached <= costs - steps * promised)
            if not short.any():
                break
            steps[short] /= 2
        return np.where(short[:, None], before, after)


def _mean_over_partners(
    function: Callable[[int, Array, Array], FloatArray],
    problem: PointProblem,
    state: CoupledState,
    points: Array,
) -> FloatArray:
    """``(1/a_i) Σ_k α_k Σ_j π_{k,ij} h_k(x_i, y_{k,j})`` of a function h of points (n, d)."""
    from scipy.sparse import csr_array

    total = np.zeros(1)
    terms = zip(state.couplings.plans, problem.weights, problem.measures, strict=True)
    for k, (plan, weight, measure) in enumerate(terms):
        rows = np.repeat(np.arange(len(points)), np.diff(plan.indptr))
        values = function(k, points[rows], measure.positions[plan.indices])
        sums = csr_array((plan.data, np.arange(plan.nnz), plan.indptr), (len(points), plan.nnz))
        total = total + weight * (sums @ values)
    return np.asarray((total.T / state.cloud.masses).T)
