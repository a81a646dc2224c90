"""Sobolev gradient ascent on the dual of the barycenter problem (Kim, Zhou, Zhu, Chen, 2026)."""

from __future__ import annotations

from solvers.arrays import Array
from solvers.ascent import SobolevAscent
from solvers.loop import Iterate
from solvers.problems import GridProblem
from solvers.sga_state import SGAState


class SGA(SobolevAscent):
    """Sobolev gradient ascent (SGA) for densities on a grid.

    The default is the symmetric form with congruent envelope, refined map, momentum and adaptive
    step; where that step has shrunk to nothing, an exact phase with the supergradient of the
    discrete dual and diminishing steps brings the dual closer to its maximum.

    The paper's method is ``SGA(scheme="parallel", step_rule="constant", step_size=0.1,
    momentum=0, envelope=False, refine_map=False)``, or annealed from 0.5. Its schemes
    express the last potential by the others, which wants a last weight that is not tiny.

    References
    ----------
    Kim, Zhou, Zhu and Chen (2026), Sobolev gradient ascent for optimal transport, algorithm 4 and
    theorem 6.
    """

    label = "SGA"
    summary = "Climbs the dual objective along its Sobolev gradient; exact, without blur."

    def init(self, problem: GridProblem, state: SGAState | None = None) -> SGAState:
        """Zero potentials, or those of `state` made congruent for the new weights.

        Raises
        ------
        ValueError
            If `state` belongs to a grid of another shape.
        """
        if state is not None and state.problem is problem:
            return state
        if state is None:
            return self.begun(problem, {})
        problem.require_grid_of(state.problem)
        return self.begun(problem, state.carried(), state.step_size)

    def step(self, problem: GridProblem, state: SGAState) -> SGAState:
        """One iteration: ascent along the scheme's directions, then momentum and envelope."""
        return self.ascend(state)

    def iterate(self, problem: GridProblem, state: SGAState) -> Iterate:
        """The weighted mean of the push-forwards, and the dual objective."""
        return Iterate(state.barycenter, {"dual": state.dual}, state)

    def potentials(self, problem: GridProblem, state: SGAState) -> Array:
        """The f_i themselves."""
        return state.extended

    def converged(self, problem: GridProblem, state: SGAState) -> str | None:
        """A single marginal is its own barycenter; a flat dual has no direction of ascent."""
        return self.stop_reason(state)
