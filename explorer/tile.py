"""One solver at work on a page: its run, its picture and figures, its recording, its cost B."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import panel as pn

from explorer.background import Background
from explorer.levels import Levels, to_levels
from explorer.recording import Recording
from explorer.run import Batch, Point, Run
from explorer.theme import SOLVER_COLORS
from explorer.views.tile import TileView
from solvers import SOLVERS, GridProblem, Iterate, edge_width, primal_objective
from solvers.arrays import Array

# Seconds that a problem must last before its cost B is computed, so that a drag is not slowed, and
# from one B to the next while the solver runs.
_BEFORE_PRIMAL, _BETWEEN_PRIMALS = 0.7, 2.0
# Bytes of recorded pictures: five solvers together stay below 100 MiB.
BUDGET = 18 * 2**20
# How well B is computed of a picture that will soon be gone, and of one that stays.
_ROUGHLY, _WELL = 1e-4, 1e-5


@dataclass(frozen=True)
class Primal:
    """The cost B of an iterate's picture, and the best D that the solver knew by then."""

    number: int
    value: float
    bound: float | None


class Tile:
    """A solver of grid problems, and all that is shown of it.

    Parameters
    ----------
    name : str
        Registered name of the solver.
    changed : callable
        Called in the document's thread whenever this tile has changed: with the tile, its new
        points, and whether they begin new curves.
    fail : callable
        Called with one sentence if the solver raises an error.
    schedule : callable
        Calls a function soon in the document's thread; safe from any thread.
    background : Background
        Of the page; computes the cost B.
    describe : callable
        Takes the problem and whether the picture is its plain mixture; says what is seen.
    away : callable
        True while nobody watches; nothing is computed then.
    make_view : callable
        Makes the view of the tile, with the arguments of `TileView`.
    """

    def __init__(
        self,
        name: str,
        changed: Callable[[Tile, Sequence[Point], bool], None],
        fail: Callable[[str], None],
        schedule: Callable[[Callable[[], None]], Any],
        background: Background,
        describe: Callable[[GridProblem, bool], str],
        away: Callable[[], bool],
        make_view: Callable[..., TileView],
    ) -> None:
        self.name, self.solver = name, SOLVERS[name]()
        self.color = SOLVER_COLORS[self.solver.label]
        self.run = Run(self._show, fail, schedule, self._record, away)
        self.recording = Recording(BUDGET)
        self.points: list[Point] = []
        self.batch: Batch | None = None  # the newest
        self.primal: Primal | None = None  # the newest B
        self.edge_width: float | None = None
        self._found: Array | None = None  # the potentials that B was computed with
        self.held = False  # paused by its own button
        self._changed, self._background, self._describe = changed, background, describe
        self._problem: GridProblem | None = None
        self._full = 1.0  # density in full colour
        self._recorded: tuple[Iterate | None, Levels] = None, np.empty(0, np.uint8)  # the newest
        self._seen: int | None = None  # a past iterate that is being looked at
        self._plain = True  # whether the run began with the plain mixture
        self.view = make_view(
            self.run.acknowledge,
            self._toggle,
            label=self.solver.label,
            color=self.color,
            sizing_mode="stretch_width",
        )

    @property
    def label(self) -> str:
        """The solver's short name."""
        return self.solver.label

    @property
    def newest(self) -> Iterate | None:
        """The newest iterate that was shown."""
        return None if self.batch is None else self.batch.newest

    @property
    def plain(self) -> bool:
        """Whether the picture is still the plain mixture of the marginals."""
        return self._plain and self.newest is not None and self.newest.number == 0

    @property
    def bound(self) -> float | None:
        """The best dual objective D on the problem's own grid, None without one."""
        if self.newest is None or self.newest.levels_left:
            return None
        return self.newest.best.objectives.get("dual")

    def start(self, problem: GridProblem, full: float, warm: bool) -> None:
        """Turn to a problem; its pictures are in full colour at the density `full`."""
        newest = self.run.newest
        moved = newest is not None and newest.number > 0
        self._plain = not warm or self.run.state is None or (self._plain and not moved)
        self._problem, self._full, self._seen = problem, full, None
        self.primal = self.edge_width = self._found = None
        self._background.drop(("primal", self.name))
        self.run.start(self.solver, problem, warm)

    def play(self) -> None:
        """Compute until paused or stopped."""
        self.held = False
        self.run.play()
        self.reflect()

    def pause(self) -> None:
        """Stop after the iterate that is being computed."""
        self.run.pause()
        self.reflect()

    def step(self) -> None:
        """Compute one iterate more."""
        self.run.step()
        self.reflect()

    def close(self) -> None:
        """End the run and let go of the recording."""
        self._background.drop(("primal", self.name))
        self.run.close()
        self.recording.clear()

    def look_at(self, number: int | None) -> None:
        """Show a past iterate, or the newest one again."""
        self._seen = number
        if number is None:
            if self.batch is not None:
                self._paint(self.batch, ticket=0)
            return
        frame = self.recording.at(number)
        if frame is not None and self.batch is not None:
            text = self._text(self.batch.problem, frame.number)
            self.view.paint(frame.picture, frame.number, text)

    @property
    def seen(self) -> tuple[int, Levels] | None:
        """Number and levels of the iterate that is looked at; None before there is one."""
        frame = self.recording.last if self._seen is None else self.recording.at(self._seen)
        return None if frame is None else (frame.number, frame.picture)

    def reflect(self) -> None:
        """Let the tile's button say what it would do."""
        self.view.playing = self.run.playing

    def _toggle(self) -> None:
        self.held = self.view.playing
        if self.held:
            self.pause()
        else:
            self.play()
        self._changed(self, (), False)

    def _record(self, iterate: Iterate, first: bool) -> None:
        if first:
            self.recording.clear()
        levels = to_levels(iterate.barycenter, self._full)
        self.recording.add(
            iterate.number, iterate.seconds, levels, iterate.objectives, iterate.levels_left
        )
        self._recorded = iterate, levels

    def _show(self, batch: Batch) -> None:
        self.batch = batch
        if batch.restarted:
            self.points.clear()
        self.points += batch.points
        with pn.io.hold():  # picture, figures and curves arrive together
            if self._seen is None:
                self._paint(batch, batch.ticket)
            else:
                self.run.acknowledge(batch.ticket)
            self._tell(batch)
            self.reflect()
            self._changed(self, batch.points, batch.restarted)
        if batch.points and not batch.newest.levels_left:
            self._ask_for_primal(batch.problem, batch.newest)

    def _paint(self, batch: Batch, ticket: int) -> None:
        recorded, levels = self._recorded
        if recorded is not batch.newest:  # carried on from a problem that has been replaced
            levels = to_levels(batch.newest.barycenter, self._full)
        text = self._text(batch.problem, batch.newest.number)
        self.view.paint(levels, batch.newest.number, text, ticket)

    def _text(self, problem: GridProblem, number: int) -> str:
        plain = self._plain and number == 0
        return f"{self._describe(problem, plain)} by {self.label} at iteration {number}"

    def _tell(self, batch: Batch) -> None:
        iterate = batch.newest
        figures = {"iteration": f"{iterate.number}", "work": f"{iterate.seconds:.2f} s"}
        if "dual" in iterate.objectives:
            figures["D"] = f"{iterate.objectives['dual']:.4e}"
            if iterate.levels_left:
                side, power = max(iterate.barycenter.shape), " ²³"[iterate.barycenter.ndim - 1]
                figures["D"] += f" on the coarse grid {side}{power}, no bound yet"
        if self.primal is not None:
            figures["B"] = f"{self.primal.value:.4e}"
            if self.primal.number != iterate.number:
                figures["B"] += f" at {self.primal.number}"
        self.view.figures = figures
        self.view.reason = _reason(iterate)
        self.view.note = _note(self.solver)

    def _ask_for_primal(self, problem: GridProblem, iterate: Iterate) -> None:
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


def _note(solver: Any) -> str:
    reg = getattr(solver, "reg", None)
    if reg is None:
        return "exact"
    return f"ε {reg:g}" + (", debiased" if solver.debiased else "")


def _reason(iterate: Iterate) -> str:
    if not iterate.stopped:
        return ""
    best = iterate.best
    if best.number == iterate.number or "dual" not in best.objectives:
        return iterate.stopped
    return f"{iterate.stopped} Best D {best.objectives['dual']:.5e} at iteration {best.number}."
