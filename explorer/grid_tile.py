"""The tile of a solver of grid problems; its cost B is computed on the side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.levels import Picture
from explorer.run import Batch, Point
from explorer.tile import Primal, Tile
from solvers import Iterate, edge_width, primal_objective
from solvers.arrays import Array

# Seconds that a problem must last before its cost B is computed, so that a drag is not slowed, and
# from one B to the next while the solver runs.
_BEFORE_PRIMAL, _BETWEEN_PRIMALS = 0.7, 2.0
# How well B is computed of a picture that will soon be gone, and of one that stays.
_ROUGHLY, _WELL = 1e-4, 1e-5


class GridTile(Tile):
    """A tile with a density on a grid."""

    _found: Array | None = None  # the potentials that B was computed with

    def start(
        self, problem: Any, to_picture: Callable[[Any], Picture], warm: bool, state: Any = None
    ) -> None:
        """Turn to a problem; a B of the one before is not wanted any more."""
        self._found = None
        self._background.drop(("primal", self.name))
        super().start(problem, to_picture, warm, state)

    def close(self) -> None:
        """End the run, let go of the recording."""
        self._background.drop(("primal", self.name))
        super().close()

    def _figures(self, iterate: Iterate) -> dict[str, str]:
        figures = {}
        if "dual" in iterate.objectives:
            figures["D"] = f"{iterate.objectives['dual']:.4e}"
            if iterate.levels_left:
                side, power = max(iterate.barycenter.shape), " ²³"[iterate.barycenter.ndim - 1]
                figures["D"] += f" on the coarse grid {side}{power}, no bound yet"
        if self.primal is not None:
            figures["B"] = f"{self.primal.value:.4e}"
            if self.primal.number != iterate.number:
                figures["B"] += f" at {self.primal.number}"
        return figures

    def _note(self) -> str:
        reg = getattr(self.solver, "reg", None)
        if reg is None:
            return "exact"
        return f"ε {reg:g}" + (", debiased" if getattr(self.solver, "debiased", False) else "")

    def _judge(self, batch: Batch) -> None:
        problem, iterate = batch.problem, batch.newest
        if iterate.levels_left:
            return
        tolerance, after = _WELL, 0.0
        if self.run.playing:
            tolerance = _ROUGHLY
            after = _BEFORE_PRIMAL if self.primal is None else _BETWEEN_PRIMALS
        solver, known = self.solver, self._found

        def work(cancelled: Callable[[], bool]) -> tuple[float, Array, float]:
            start = known  # for the others' own potentials are a worse start than none
            if "dual" in solver.objectives:
                # Those of the best D: whatever the picture, B is then no less than that.
                start = solver.potentials(problem, iterate.best.state)
            value, found = primal_objective(
                problem, iterate.barycenter, start, tolerance=tolerance, cancelled=cancelled
            )
            return value, found, edge_width(iterate.barycenter)

        def done(result: tuple[float, Array, float]) -> None:
            if problem is not self._problem:
                return
            value, self._found, self.edge_width = result
            self.primal = Primal(iterate.number, value, iterate.best.objectives.get("dual"))
            point = Point(iterate.number, iterate.seconds, {"primal": value})
            self.points.append(point)
            if self.batch is not None:
                self._tell(self.batch)
                self._changed(self, (point,), False)

        self._background.offer(("primal", self.name), work, done, after)
