"""What all studios are: marginals, weights, solvers side by side, curves, replay, files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import numpy as np
import panel as pn

from explorer.address import from_query, to_query
from explorer.background import Background
from explorer.comparison import Comparison
from explorer.inputs.drawn import Drawing
from explorer.inputs.weights import WeightPad
from explorer.levels import Picture
from explorer.pages.controls import Controls
from explorer.pages.layout import laid_out
from explorer.pages.particulars import Particulars
from explorer.pages.playing import Playing
from explorer.pages.posing import Posing
from explorer.pages.words import described, explained
from explorer.run import Point
from explorer.sharing import Sharing
from explorer.state import StudioState, changed_settings
from explorer.theme import MARGINAL_COLORS, SOLVER_COLORS
from explorer.tile import Tile
from explorer.views.curves import CurvesView
from explorer.views.table import ComparisonTable
from explorer.views.timeline import Timeline
from explorer.views.window import Window
from solvers import SOLVERS
from solvers.problems import normalised_weights

# Seconds between two updates of what is read rather than watched.
_BETWEEN_WORDS = 0.2
# What a second spent on costs B counts, divided by the number of solvers, by dimension: these get
# about three seconds of five together, however many they are; with volumes, which come slowly
# anyway, five of six.
_COSTS = {0: 1.0, 2: 1.6, 3: 5.0}


class Studio(Particulars):
    """Controls for the sidebar, pictures and curves for the main area, one run for each solver.

    What is averaged, and how it is seen, is said by the particulars of the subclasses.

    Parameters
    ----------
    schedule : callable
        Calls a function soon in the document's thread; safe from any thread.
    state : StudioState
        What is to be seen first.
    notes : sequence of str
        Sentences about it for the visitor.
    away : callable
        True while no browser is connected; nothing is computed then.
    """

    def __init__(
        self,
        schedule: Any,
        state: StudioState,
        notes: Sequence[str] = (),
        away: Callable[[], bool] = lambda: False,
    ) -> None:
        self._notes, self._opened = notes, False
        self._schedule, self._hide, self._away = schedule, state.hide, away
        # What the eye waits for; costs B; what can wait: small pictures, files.
        self._quick, self._slow, self._patient = self._backgrounds = [
            self._background() for _ in range(3)
        ]
        self._solvers = Comparison(self._make_tile)
        self._told = -np.inf
        self._dark = False
        self._marginals = self.make_marginals(list(state.marginals))
        self._pad = WeightPad(sizing_mode="stretch_width", margin=(0, 10))
        self._dress_pad(list(state.weights))
        self.controls = Controls(state)
        solvers = {name: SOLVERS[name] for name in self.subject.solvers}
        self._curves = CurvesView(
            {name: (s.label, SOLVER_COLORS[s.label]) for name, s in solvers.items()},
            {name: s.objectives for name, s in solvers.items()},
            schedule,
            self.charts,
        )
        self._table = ComparisonTable(self.columns)
        self._timeline = Timeline(self._seek, styles={"flex": "1 1 300px"})
        self._posing = Posing(self._drawing, self._pad, self._quick, self._turn_to, self._fail)
        self._playing = Playing(
            self.controls,
            self._solvers,
            self._pad,
            lambda: self._posing.pose(afresh=True),
            self._posing.once_posed,
            self._reflect,
        )
        self._window = Window(self._playing.press)
        self._export = self.exporting(
            self._window,
            self._patient,
            self.state,
            lambda: list(self._solvers),
            lambda: self._posing.drawn,
            lambda: str(self.controls.path.value),
            schedule,
        )
        self._sharing = Sharing(self._window, self.state, self._restore)
        self.prepare(state)
        self._take_methods()
        for name, settings in state.solvers:
            self._solvers[name].solver.param.update(**settings)
        self._connect()
        self.sidebar, self.main = laid_out(
            self.controls, state.hide, self._marginals, self._pad, self._curves, self._table,
            self._timeline, self._export, self._sharing, self._window, self.extras(),
        )  # fmt: skip
        self._show_tiles()

    def _background(self) -> Background:
        """For work that begins once the browser listens: what changes before is lost."""
        return Background(
            self._fail,
            self._schedule,
            lambda: not self._opened or self._away(),
            self.subject.dimensions,
        )

    def _connect(self) -> None:
        controls = self.controls
        self._marginals.param.watch(self._take_marginals, "value")
        self._pad.param.watch(self._take_weights, "weights")
        controls.methods.param.watch(self._take_methods, "value")
        controls.grid.param.watch(lambda event: self._posing.pose(), "value")
        controls.speed.param.watch(self._take_speed, "value")
        controls.quantity.param.watch(self._take_view, "value")
        controls.axis.param.watch(self._take_view, "value")
        controls.examples.param.watch(self._take_example, "value")

    def state(self) -> StudioState:
        """The view as the controls have it."""
        controls = self.controls
        return StudioState(
            tuple(self._marginals.value),
            tuple(normalised_weights(self._pad.weights, len(self._marginals.value)).tolist()),
            tuple((tile.name, changed_settings(tile.solver)) for tile in self._solvers),
            controls.grid.value,
            controls.quantity.value,
            controls.axis.value,
            self._hide,
            self.subject,
            **self.view_state(),
        )

    def set_dark(self, dark: bool) -> None:
        """Repaint for a dark or a light page."""
        self._dark = self._export.dark = dark
        for view in self._views():
            view.dark = dark
        self._curves.set_dark(dark)

    def open(self) -> None:
        """Show the first pictures; called once the browser listens."""
        self._opened = True
        self._take_view()
        self._curves.set_dark(self._dark)
        self._posing.pose()
        if self._notes and pn.state.notifications is not None:
            pn.state.notifications.warning(" ".join(self._notes), duration=12000)

    def close(self) -> None:
        """End everything that this page has started."""
        self._playing.stop_tour()
        self._solvers.close()
        for background in self._backgrounds:
            background.close()

    def join(self, timeout: float) -> bool:
        """Wait for the threads of a closed page; whether they have ended."""
        workers = [*(tile.run for tile in self._solvers), *self._backgrounds]
        return all(worker.join(timeout) for worker in workers)

    def _take_marginals(self, event: Any) -> None:
        before = self._pad.weights
        with pn.io.hold():
            self._dress_pad(self._pad.weights)
        if self._pad.weights == before:  # else their own watcher has started the runs
            self._posing.pose()

    def _dress_pad(self, weights: list[float]) -> None:
        """Show the marginals around the weights, which become equal if their number has changed."""
        count = len(self._marginals.value)
        self._pad.param.update(
            labels=self._marginals.labels,
            colors=list(MARGINAL_COLORS[:count]),
            thumbnails=self._marginals.thumbnails,
            weights=weights if len(weights) == count else [1 / count] * count,
        )

    def _take_thumbnails(self) -> None:
        """Small pictures of marginals have come that are drawn on the side."""
        with pn.io.hold():
            self._dress_pad(self._pad.weights)

    def _take_weights(self, event: Any) -> None:
        if self._posing.pose():
            self._follow()

    def _take_methods(self, *events: Any) -> None:
        for name in self._solvers.choose(self.controls.chosen()):
            self._curves.clear(name)
        self._slow.weigh(_COSTS[self.subject.dimensions] / len(self._solvers))
        if events:
            self._show_tiles()
            self._tell()

    def _make_tile(self, name: str) -> Tile:
        tile = self.tile(
            name, self._changed, self._fail, self._schedule, self._slow, self._describe, self._away,
            self.make_view,
        )  # fmt: skip
        tile.solver.param.watch(lambda *events: self._write_address(), list(tile.solver.param))
        tile.view.dark = self._dark
        tile.run.slow_down(self.controls.speed.value)
        return tile

    def _show_tiles(self) -> None:
        self.controls.show_tiles(list(self._solvers), self._views())
        self._export.refresh()
        self._write_address()

    def _take_speed(self, event: Any) -> None:
        for tile in self._solvers:
            tile.run.slow_down(event.new)

    def _take_view(self, *events: Any) -> None:
        self._curves.use_axis(self.controls.axis.value)
        self._curves.use_quantity(self.controls.quantity.value)
        self._write_address()

    def _seek(self, number: int | None) -> None:
        for tile in self._solvers:
            tile.look_at(number)
        self._curves.set_cursor(number)

    def _restore(self, state: StudioState, notes: list[str]) -> None:
        """Turn all controls to a saved view."""
        with pn.io.hold():
            self._pad.param.update(weights=[1 / len(state.weights)] * len(state.weights))
            self._marginals.load(list(state.marginals))
            self._dress_pad(list(state.weights))
            self.controls.turn_to(state)
            self.show_view_state(state)
            for name, settings in state.solvers:
                self._solvers[name].solver.param.update(**settings)
        self._posing.pose(afresh=True)
        if notes:
            self._fail(" ".join(notes))

    def _drawing(self) -> Drawing:
        """What the controls describe now."""
        return self.make_drawing(self.controls.grid.value, tuple(self._marginals.value))

    def _drag(self, *events: Any) -> None:
        """Pose what is being dragged, and let the solvers follow."""
        self._posing.pose(then=self._follow)

    def _follow(self) -> None:
        if self.controls.live.value and self._opened:
            self._solvers.follow()
            self._reflect()

    def _take_example(self, event: Any) -> None:
        if event.new:
            self._restore(*from_query(event.new))
            self.controls.examples.value = ""  # to be chosen again

    def _turn_to(self, problem: Any, to_picture: Callable[[Any], Picture], warm: bool) -> None:
        """Turn the runs to a problem."""
        self._solvers.start(problem, to_picture, warm)
        self._timeline.renewed += 1
        self._curves.set_cursor(None)
        self._write_address()

    def _describe(self, problem: Any, plain: bool) -> str:
        return described(problem, self._marginals.labels, plain)

    def _changed(self, tile: Tile, points: Sequence[Point], restarted: bool) -> None:
        """A tile has new points, or was paused by its own button."""
        if points or restarted:
            self._curves.extend(tile.name, points, restarted, more_to_come=self._solvers.playing)
        self.tile_changed(tile)
        self._reflect()
        if not self._solvers.playing or monotonic() - self._told > _BETWEEN_WORDS:
            self._tell()

    def _reflect(self, playing: bool | None = None) -> None:
        playing = self._solvers.playing if playing is None else playing
        self.controls.play.label = "Pause" if playing else "Run"
        for tile in self._solvers:
            tile.reflect()
        if not playing:
            self._curves.draw()

    def _tell(self) -> None:
        """Bring table, timeline and words up to date."""
        self._told = monotonic()
        self._timeline.last = self._solvers.last
        self._table.rows = self._solvers.rows()
        self.controls.words.object = explained(
            self.subject.name, self._solvers.first, len(self._solvers)
        )

    def _write_address(self) -> None:
        if self._opened:
            self._window.query = to_query(self.state())

    def _fail(self, sentence: str) -> None:
        self._reflect()
        if pn.state.notifications is not None:
            pn.state.notifications.error(sentence, duration=0)

    def _views(self) -> list[Any]:
        """All views that stand side by side."""
        return [
            *self.preceding_views(),
            *(tile.view for tile in self._solvers),
            *self.further_views(),
        ]
