"""One solver at work on a page: its run, its picture and figures, its recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import panel as pn

from explorer.background import Background
from explorer.levels import Picture
from explorer.recording import Recording
from explorer.run import Batch, Point, Run
from explorer.theme import SOLVER_COLORS
from explorer.views.tile import TileView
from solvers import SOLVERS, Iterate
from solvers.registry import TRAINED_SOLVERS

# Differences of V below this fraction of it, or of 1, are rounding.
_ROUNDING, _TINY = 1e-9, 1e-15
# Bytes of recorded pictures: five solvers together stay below 100 MiB.
BUDGET = 18 * 2**20


@dataclass(frozen=True)
class Primal:
    """The primal objective of an iterate, and the best dual that the solver knew by then."""

    number: int
    value: float
    bound: float | None


@dataclass(frozen=True, eq=False)
class Painted:
    """What a view shows: the picture of an iterate, its problem, and its state if that is known."""

    number: int
    picture: Picture
    problem: Any
    state: Any


class Tile:
    """A solver, and all that is shown of it.

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
        Of the page; computes what costs more than an iterate.
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
        describe: Callable[[Any, bool], str],
        away: Callable[[], bool],
        make_view: Callable[..., TileView],
    ) -> None:
        self.name, self.solver = name, SOLVERS[name]()
        self.color = SOLVER_COLORS[self.solver.label]
        self.run = Run(
            self._show, self._complain, schedule, self._record, away, background.dimensions
        )
        self.recording = Recording(BUDGET)
        self.points: list[Point] = []
        self.batch: Batch | None = None  # the newest
        self.primal: Primal | None = None  # the newest that is known
        self.edge_width: float | None = None
        self.held = False  # paused by its own button
        self._changed, self._background, self._describe = changed, background, describe
        self._fail, self._failing = fail, False
        self._problem: Any = None
        self._to_picture: Callable[[Any], Picture] = np.asarray
        self._recorded: tuple[Iterate | None, Picture] = None, np.empty(0)  # the newest
        self._seen: int | None = None  # a past iterate that is being looked at
        self.painted: Painted | None = None  # what the view shows
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
    def trains(self) -> bool:
        """Whether the solver trains a model, which can be kept."""
        return self.name in TRAINED_SOLVERS

    @property
    def newest(self) -> Iterate | None:
        """The newest iterate that was shown."""
        return None if self.batch is None else self.batch.newest

    @property
    def figures(self) -> Mapping[str, float]:
        """Further numbers of the newest iterate, its estimate among them."""
        if self.newest is None:
            return {}
        estimate = {key: v for key, v in self.newest.objectives.items() if key == "estimate"}
        return {**estimate, **self.newest.figures}

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

    def start(
        self,
        problem: Any,
        to_picture: Callable[[Any], Picture],
        warm: bool,
        state: Any = None,
    ) -> None:
        """Turn to a problem, with what makes pictures of its barycenters.

        Warm is from the newest state; a state that is given is one to go on from instead.
        """
        newest = self.run.newest
        moved = newest is not None and newest.number > 0
        fresh = not warm or self.run.state is None or (self._plain and not moved)
        self._plain = fresh and state is None
        self._problem, self._to_picture, self._seen = problem, to_picture, None
        self.primal = self.edge_width = None
        self.run.start(self.solver, problem, warm, state)

    def resume(self, state: Any) -> None:
        """Go on from a state of this solver and problem."""
        self.start(self._problem, self._to_picture, warm=False, state=state)

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
        self.run.close()
        self.recording.clear()

    def look_at(self, number: int | None) -> None:
        """Show a past iterate, or the newest one again."""
        self._seen = number
        if number is None:
            if self.batch is not None:
                self._paint(self.batch, ticket=0)
            return
        frame, batch = self.recording.at(number), self.batch
        if frame is not None and batch is not None:
            state = batch.newest.state if batch.newest.number == frame.number else None
            self.painted = Painted(frame.number, frame.picture, batch.problem, state)
            text = self._text(batch.problem, frame.number)
            self.view.paint(frame.picture, frame.number, text)

    @property
    def seen(self) -> tuple[int, Picture] | None:
        """Number and picture of the iterate that is looked at; None before there is one."""
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
        picture = self._to_picture(iterate.barycenter)
        self.recording.add(
            iterate.number, iterate.seconds, picture, iterate.objectives, iterate.levels_left
        )
        self._recorded = iterate, picture

    def _complain(self, sentence: str) -> None:
        """The solver cannot go on; while it is tried again and again, say so once."""
        self.view.reason = sentence
        if not self._failing:
            self._failing = True
            self._fail(sentence)

    def _show(self, batch: Batch) -> None:
        self.batch, self._failing = batch, False
        if batch.restarted:
            self.points.clear()
        self.points += batch.points
        if batch.points:
            self._judge(batch)
        with pn.io.hold():  # picture, figures and curves arrive together
            if self._seen is None:
                self._paint(batch, batch.ticket)
            else:
                self.run.acknowledge(batch.ticket)
            self._tell(batch)
            self.reflect()
            self._changed(self, batch.points, batch.restarted)

    def _judge(self, batch: Batch) -> None:
        """Take note of the primal objective, or have it computed."""
        iterate = batch.newest
        if "primal" in iterate.objectives:
            self.primal = Primal(iterate.number, iterate.objectives["primal"], None)

    def _paint(self, batch: Batch, ticket: int) -> None:
        recorded, picture = self._recorded
        if recorded is not batch.newest:  # the worker is ahead, or at another problem already
            picture = self._to_picture(batch.newest.barycenter)
        newest = batch.newest
        self.painted = Painted(newest.number, picture, batch.problem, newest.state)
        text = self._text(batch.problem, batch.newest.number)
        self.view.paint(picture, batch.newest.number, text, ticket)

    def _text(self, problem: Any, number: int) -> str:
        plain = self._plain and number == 0
        return f"{self._describe(problem, plain)} by {self.label} at iteration {number}"

    def _tell(self, batch: Batch) -> None:
        iterate = batch.newest
        self.view.figures = {
            "iteration": f"{iterate.number}",
            "work": f"{iterate.seconds:.2f} s",
            **self._figures(iterate),
        }
        self.view.reason = _reason(iterate)
        self.view.note = self._note()

    def _figures(self, iterate: Iterate) -> dict[str, str]:
        """What is read below the picture of an iterate."""
        figures = {}
        for key, name in (("primal", "V"), ("estimate", "Vε")):
            if key in iterate.objectives:
                figures[name] = f"{iterate.objectives[key]:.4e}"
        if "support" in iterate.figures:
            figures["support"] = f"{iterate.figures['support']:.0f}"
        if "decrease" in iterate.figures:
            figures["V fell by"] = _decrease(iterate)
        if "off_bures" in iterate.figures:
            figures["off Bures"] = f"{iterate.figures['off_bures']:.1e}"
        return figures

    def _note(self) -> str:
        """A few words on the solver."""
        reg = getattr(self.solver, "reg", None)
        return "exact plans" if reg is None else f"ε {reg:g}"


def _decrease(iterate: Iterate) -> str:
    """By how much V fell in the last step, and whether by as much as was proved."""
    rounding = _ROUNDING * abs(iterate.objectives.get("primal", 0.0)) + _TINY
    decrease, proved = (
        0.0 if abs(value) <= rounding else value
        for value in (iterate.figures["decrease"], iterate.figures.get("proved", -np.inf))
    )
    if proved == -np.inf:
        return f"{decrease:.2g}"
    holds = decrease >= proved - rounding
    return f"{decrease:.2g} {'≥' if holds else '<'} {proved:.2g} proved {'✓' if holds else '✗'}"


def _reason(iterate: Iterate) -> str:
    if not iterate.stopped:
        return ""
    best = iterate.best
    if best.number == iterate.number or "dual" not in best.objectives:
        return iterate.stopped
    return f"{iterate.stopped} Best D {best.objectives['dual']:.5e} at iteration {best.number}."
