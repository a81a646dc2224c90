"""Sobolev gradient ascent from coarse grids to fine ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from solvers.arrays import Array
from solvers.ascent import SobolevAscent
from solvers.grids import doubled
from solvers.loop import Iterate
from solvers.problems import GridProblem
from solvers.sga_state import SGAState

# The coarsest grid has fewer cells along its longest side: there an iteration costs nothing.
_COARSE = 48
# Nor is a grid halved with fewer cells across.
_NARROW = 16
# A grid can teach no more when an iteration has raised the dual by less than this, divided by the
# square of the cells along the longest side. The dual of the grid itself is off by about twice as
# much, so further ascent there would be work wasted.
_ENOUGH = 5.0


@dataclass(frozen=True, eq=False)
class MultiscaleState:
    """Where the solver is on its way from the coarsest grid to the finest.

    Attributes
    ----------
    pyramid : tuple of GridProblem
        The problem on all grids, coarsest first.
    sga : SGAState
        The state of the ascent on one of them.
    duals : tuple of float
        The dual objective of all earlier iterates on that grid.
    """

    pyramid: tuple[GridProblem, ...]
    sga: SGAState
    duals: tuple[float, ...] = ()

    @property
    def problem(self) -> GridProblem:
        """The problem on its own grid, the finest."""
        return self.pyramid[-1]

    @property
    def levels_left(self) -> int:
        """Finer grids still to come."""
        return len(self.pyramid) - 1 - self.pyramid.index(self.sga.problem)


class MultiscaleSGA(SobolevAscent):
    """Sobolev gradient ascent (SGA) from coarse to fine grids.

    Starts on a grid of 24 to 47 cells along the longest side and carries the potentials on to a
    grid twice as fine as soon as a coarse one can teach no more. Each grid's iterates stream; their
    ``levels_left`` tells how many grids are still to come, and only the finest grid's dual is a
    bound for the problem. The settings are those of `SGA` and need no tuning.
    """

    label = "Multiscale SGA"
    summary = "SGA on coarse grids first, then on ever finer ones; exact, and the fastest."

    def init(self, problem: GridProblem, state: MultiscaleState | None = None) -> MultiscaleState:
        """Zero potentials on the coarsest grid; or, on the grid where `state` is, its potentials.

        Raises
        ------
        ValueError
            If `state` belongs to a grid of another shape.
        """
        if state is not None and state.problem is problem:
            return state
        pyramid = _pyramid(problem)
        if state is not None:
            problem.require_grid_of(state.problem)
        if state is None or not any(f.any() for f in state.sga.carried().values()):
            return MultiscaleState(pyramid, self.begun(pyramid[0], {}))
        here = pyramid[max(0, len(pyramid) - 1 - state.levels_left)]
        carried = state.sga.carried()
        return MultiscaleState(pyramid, self.begun(here, carried, state.sga.step_size))

    def step(self, problem: GridProblem, state: MultiscaleState) -> MultiscaleState:
        """One iteration of SGA; or, from a grid that can teach no more, the step to the next."""
        if state.levels_left and _has_taught_all(state):
            return self._refined(state)
        duals = (*state.duals, state.sga.dual)
        return replace(state, sga=self.ascend(state.sga), duals=duals)

    def iterate(self, problem: GridProblem, state: MultiscaleState) -> Iterate:
        """As for SGA, on the grid where the state is."""
        return Iterate(
            state.sga.barycenter,
            {"dual": state.sga.dual},
            state,
            levels_left=state.levels_left,
        )

    def potentials(self, problem: GridProblem, state: MultiscaleState) -> Array:
        """The f_i, on the grid where the state is."""
        return state.sga.extended

    def converged(self, problem: GridProblem, state: MultiscaleState) -> str | None:
        """As for SGA; never before the finest grid."""
        return None if state.levels_left else self.stop_reason(state.sga)

    def _refined(self, state: MultiscaleState) -> MultiscaleState:
        """The state on the next finer grid, potentials interpolated linearly."""
        coarse, fine = state.sga.problem, state.pyramid[-state.levels_left]
        # Each grid measures in units of its own longest side, which padding may have lengthened.
        scale = (2.0 * fine.spacing / coarse.spacing) ** 2
        carried = {
            i: scale * doubled(f[None], fine.shape)[0] for i, f in state.sga.carried().items()
        }
        return MultiscaleState(state.pyramid, self.begun(fine, carried, state.sga.step_size))


def _pyramid(problem: GridProblem) -> tuple[GridProblem, ...]:
    """The problem on all grids, coarsest first."""
    grids = [problem]
    if len(problem.weights) > 1:  # a single marginal is its own barycenter
        while max(grids[0].shape) >= _COARSE and min(grids[0].shape) >= _NARROW:
            grids.insert(0, grids[0].coarsened())
    return tuple(grids)


def _has_taught_all(state: MultiscaleState) -> bool:
    """Whether the dual has hardly grown; on the coarsest grid, far from the top, in two steps."""
    patience = 2 if state.sga.problem is state.pyramid[0] else 1
    before, dual = state.duals[: 1 - patience or None], state.sga.dual
    if not before:
        return False
    grown = max(*state.duals, dual) - max(before)
    return grown <= _ENOUGH / max(state.sga.problem.shape) ** 2 * abs(dual)
