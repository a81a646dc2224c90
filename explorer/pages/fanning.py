"""The fan of a point of which the visitor asks where it goes: as it is learned, and exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from explorer.background import Background
from explorer.energies import Answer, answered
from explorer.fans import ConditionalPlan, ExactPlan, LearnedPlan, Origin, nearest, origin_of
from explorer.inputs.drawn_samples import SamplesDrawn
from explorer.theme import EXACT_COLOR, MARGINAL_COLORS
from explorer.tile import Tile
from explorer.views.cloud import CloudView, Place
from explorer.views.landscape import LandscapeView
from solvers.arrays import FloatArray
from solvers.energy_guided import EnergyGuided, EnergyState
from solvers.sample_problem import SampleProblem

_LEARNED, _EXACT = "fan", "exact fan"  # kinds of work
_GONE = "Past iterates have no fans: their potentials are not kept."


class Fanning:
    """Follows what is seen with the fan of one point.

    Parameters
    ----------
    background : Background
        Of the page.
    drawn : callable
        What has been drawn.
    labels : callable
        Names of the marginals.
    exact : CloudView
        Shows the exact answer.
    landscape : LandscapeView
        Shows the energy.
    """

    def __init__(
        self,
        background: Background,
        drawn: Callable[[], SamplesDrawn],
        labels: Callable[[], Sequence[str]],
        exact: CloudView,
        landscape: LandscapeView,
    ) -> None:
        self._background, self._drawn, self._labels = background, drawn, labels
        self._exact, self._landscape = exact, landscape
        self._origin: Origin | None = None
        self.landscaped = False  # whether the energy is wanted

    def ask(self, problem: SampleProblem, place: Place | None) -> None:
        """The visitor asks of a place in the window, whose point is of the nearest marginal."""
        self._origin = None
        if place is not None:
            drawn, at = self._drawn(), np.array(place)
            self._origin = Origin(nearest(drawn.arrays, problem.kept, at), drawn.frame.lift(at))

    def ask_dot(self, tile: Tile, dot: int) -> bool:
        """The visitor asks of a dot; whether it is known for which point it was drawn."""
        painted = tile.painted
        if painted is None or not isinstance(painted.state, EnergyState):
            return False
        self._origin = origin_of(painted.problem, painted.state, dot)
        return True

    def forget(self) -> None:
        """No point is asked of any more."""
        self._origin = None

    def show(self, tile: Tile | None, after: float = 0.0) -> None:
        """Show the fan by what a tile's solver has learned, None for no tile."""
        painted, origin = None if tile is None else tile.painted, self._origin
        if tile is None or painted is None or painted.state is None or origin is None:
            self._background.drop(_LEARNED)
            self._landscape.clear()
            if tile is not None:
                cast(CloudView, tile.view).spread("" if origin is None else _GONE)
            return
        view, by = cast(CloudView, tile.view), f"{tile.label} at iteration {painted.number}"
        half = view.half if self.landscaped else None
        if half is None:
            self._landscape.clear()
        plan = LearnedPlan(painted.problem, cast(EnergyGuided, tile.solver), painted.state)

        def done(answer: Answer) -> None:
            self._spread(view, origin, answer)
            if half is not None:
                self._paint_energy(origin, answer, half, by)

        self._offer(_LEARNED, plan, origin, half, done, after)

    def show_exactly(self, problem: SampleProblem) -> None:
        """Show the fan by the exact answer, if it tells any."""
        plan, origin = ExactPlan.of(problem), self._origin
        if plan is None or origin is None:
            self._background.drop(_EXACT)
            self._exact.spread()
            return

        def done(answer: Answer) -> None:
            self._spread(self._exact, origin, answer)

        self._offer(_EXACT, plan, origin, None, done)

    def _offer(
        self,
        kind: str,
        plan: ConditionalPlan,
        origin: Origin,
        half: float | None,
        done: Callable[[Answer], None],
        after: float = 0.0,
    ) -> None:
        """Have it found on the side where a point goes; for another point it is too late then."""
        frame = self._drawn().frame

        def work(cancelled: Callable[[], bool]) -> Answer:
            return answered(plan, origin, frame, half)

        def shown(answer: Answer) -> None:
            if origin is self._origin:
                done(answer)

        self._background.offer(kind, work, shown, after)

    def _spread(self, view: CloudView, origin: Origin, answer: Answer) -> None:
        """Draw a fan, or say why there is none."""
        fan, place = answer.fan, self._drawn().frame.place
        if fan is None:
            view.spread(answer.reason)
            return
        text = (
            f"{self._point(origin)} goes to {self._at(fan.mean)} on average, "
            f"spread {fan.spread:.2f}."
        )
        source, mean = place(np.array([origin.x, fan.mean]))
        view.spread(text, source, place(fan.ends), mean, MARGINAL_COLORS[origin.slot])

    def _paint_energy(self, origin: Origin, answer: Answer, half: float, by: str) -> None:
        """Paint an answer's landscape, with the exact mode if it is known."""
        energy = answer.energy
        if energy is None:
            self._landscape.clear()
            return
        marked, colors, note = [origin.x], [MARGINAL_COLORS[origin.slot]], ""
        if answer.mode is not None:
            marked, colors = [*marked, answer.mode], [*colors, EXACT_COLOR]
            note = f", exact mode ✕ {np.linalg.norm(answer.mode - energy.best):.2g} off"
        seen = self._drawn().frame.place(np.array([energy.best, *marked]))[:, :2]
        text = f"Energy by {by}: {self._point(origin)} goes to {self._at(energy.best)} most likely"
        self._landscape.paint(energy.levels, seen[1:], colors, seen[0], text, half, note)

    def _point(self, origin: Origin) -> str:
        return f"A point of {self._labels()[origin.slot]} at {self._at(origin.x)}"

    def _at(self, point: FloatArray) -> str:
        """A point of the world for the visitor; beyond three dimensions in the leading plane."""
        return f"({', '.join(f'{x:.2f}' for x in point @ self._drawn().frame.axes)})"
