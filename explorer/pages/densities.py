"""The densities page: pick densities, set weights, watch their barycenter appear."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui

from explorer.inputs.marginals import MarginalsInput
from explorer.inputs.sources import Marginal, built_in
from explorer.inputs.weights import WeightPad
from explorer.run import Batch, Run
from explorer.theme import MARGINAL_COLORS, SOLVER_COLORS
from explorer.views.curves import CurvesView
from explorer.views.density import DensityView
from explorer.views.text import heading, text
from solvers import SOLVERS, GridProblem, Iterate, Solver
from solvers.arrays import FloatArray

_GRIDS = {"64²": 64, "128²": 128, "256²": 256, "512²": 512}
_SPEEDS = {"1 a second": 1.0, "3 a second": 3.0, "10 a second": 10.0, "full speed": np.inf}
# The solvers whose every iterate has the objective that the page plots.
_METHODS = {solver.label: name for name, solver in SOLVERS.items() if "dual" in solver.objectives}
_FIRST = ("duck", "heart", "rabbit", "leaf-maple")

# As tall as the window allows beside the header, the toolbar and the curve.
_PICTURE_HEIGHT = "clamp(260px, calc(100vh - 530px), 640px)"

_MIXTURE = (
    "<b>The plain mixture.</b> All pictures are printed on top of each other, as strong as their "
    "weights. Press <b>Run</b>: the solver moves the mass instead, as little as it can, until the "
    "pictures have become one."
)
_CLIMBING = (
    "<b>The barycenter is forming.</b> It is the picture with the least total transport cost to "
    "all the others. The curve is the dual objective D, a guaranteed lower bound of that cost: it "
    "climbs, and where it flattens the picture is right."
)
_CARRIED = (
    "<b>Carried along.</b> The transport found before, seen with the new weights: close to the new "
    "barycenter already. Press <b>Run</b> and it settles."
)
_STOPPED = (
    "<b>The solver has stopped</b>, for the reason below the picture. Where the curve is flat, the "
    "picture is the barycenter. Drag the point among the pictures and press <b>Run</b> again: the "
    "solver goes on from here. At a corner it gives back the picture there."
)


class DensitiesPage:
    """Controls for the sidebar, pictures and curves for the main area, one run behind them.

    Parameters
    ----------
    schedule : callable
        Calls a function soon in the document's thread; safe from any thread.
    """

    def __init__(self, schedule: Any) -> None:
        self.run = Run(self._show, self._fail, schedule)
        self._solver = SOLVERS["sga"]()
        self._method = pmui.Select(
            label="Solver", options=_METHODS, value="sga", size="small", width=160
        )
        self._marginals = MarginalsInput([built_in("Silhouettes", name) for name in _FIRST])
        self._pad = WeightPad(sizing_mode="stretch_width", margin=(0, 10))
        self._dress_pad()
        self._grid = pmui.Select(label="Grid", options=_GRIDS, value=256, size="small", width=110)
        self._speed = pmui.Select(
            label="Speed", options=_SPEEDS, value=np.inf, size="small", width=130
        )
        self._axis = pmui.RadioButtonGroup(
            label="", options=["iterations", "seconds"], size="small", margin=(6, 10)
        )
        self._play = pmui.Button(label="Run", color="primary", variant="contained", width=110)
        self._step = pmui.Button(label="Step", variant="outlined", width=80)
        self._reset = pmui.Button(label="Reset", variant="outlined", width=80)
        self._view = DensityView(
            self.run.acknowledge, sizing_mode="stretch_width", styles={"height": _PICTURE_HEIGHT}
        )
        self._curves = CurvesView("dual", "dual objective D", SOLVER_COLORS[self._solver.label])
        self._status = text("<div class='figures'>Preparing the solver …</div>")
        self._words = text(_MIXTURE)
        self._title = heading(f"Barycenter by {self._solver.label}")
        self._drawn: tuple[int, tuple[Marginal, ...], FloatArray] | None = None
        self._plain = True  # whether the run began with the plain mixture
        self._connect()
        self._lay_out()

    def _connect(self) -> None:
        self._marginals.param.watch(self._take_marginals, "value")
        self._pad.param.watch(lambda event: self._start(), "weights")
        self._method.param.watch(self._take_method, "value")
        self._grid.param.watch(lambda event: self._start(), "value")
        self._speed.param.watch(lambda event: self.run.slow_down(event.new), "value")
        self._axis.param.watch(lambda event: self._curves.use_axis(event.new), "value")
        self._play.on_click(self._toggle)
        self._step.on_click(self._press_step)
        self._reset.on_click(self._press_reset)

    def _lay_out(self) -> None:
        self._settings = pn.Column(_settings(self._solver), sizing_mode="stretch_width", margin=0)
        settings = pmui.Accordion(
            ("Solver settings", self._settings),
            title_variant="subtitle2",
            sizing_mode="stretch_width",
            margin=0,
        )
        self.sidebar = [
            heading("What to average"),
            self._marginals,
            heading("Weights: drag the point"),
            self._pad,
            pn.Column(settings, margin=(12, 10), sizing_mode="stretch_width"),
        ]
        toolbar = pn.FlexBox(
            self._play, self._step, self._reset, self._method, self._speed, self._grid,
            align_items="center", gap="4px", sizing_mode="stretch_width",
        )  # fmt: skip
        picture = _card(
            self._title,
            self._view,
            self._status,
            styles={"flex": "3 1 340px", "min-width": "0"},
        )
        explanation = pn.Column(
            heading("What you see"), self._words, styles={"flex": "1 1 230px", "min-width": "0"}
        )
        curve = _card(
            pn.Row(
                heading("Dual objective D"),
                pn.Spacer(sizing_mode="stretch_width"),
                self._axis,
                sizing_mode="stretch_width",
            ),
            pn.Row(self._curves, height=200, sizing_mode="stretch_width"),
        )
        self.main = [
            pn.Column(
                toolbar,
                pn.FlexBox(
                    picture,
                    explanation,
                    gap="12px",
                    align_items="stretch",
                    sizing_mode="stretch_width",
                ),
                curve,
                sizing_mode="stretch_width",
                styles={"gap": "12px", "padding": "12px 16px", "box-sizing": "border-box"},
            )
        ]

    def set_dark(self, dark: bool) -> None:
        """Repaint for a dark or a light page."""
        self._view.dark = dark
        self._curves.set_dark(dark)

    def open(self) -> None:
        """Show the first picture; called once the browser listens."""
        self._start()

    def close(self) -> None:
        """End everything that this page has started."""
        self.run.close()

    def _take_marginals(self, event: Any) -> None:
        before = self._pad.weights
        with pn.io.hold():
            self._dress_pad()
        if self._pad.weights == before:  # else their own watcher has started the run
            self._start()

    def _dress_pad(self) -> None:
        """Show the marginals around the weights, which become equal if their number has changed."""
        count = len(self._marginals.value)
        weights = self._pad.weights if len(self._pad.weights) == count else [1 / count] * count
        self._pad.param.update(
            labels=self._marginals.labels,
            colors=list(MARGINAL_COLORS[:count]),
            thumbnails=self._marginals.thumbnails,
            weights=weights,
        )

    def _take_method(self, event: Any) -> None:
        self._solver = SOLVERS[event.new]()
        with pn.io.hold():
            self._settings[:] = [_settings(self._solver)]
            self._title.object = heading(f"Barycenter by {self._solver.label}").object
            self._curves.set_color(SOLVER_COLORS[self._solver.label])
        self._start(afresh=True)

    def _start(self, afresh: bool = False) -> None:
        """Turn the run to what the controls say; warm while marginals and grid stay the same."""
        if len(self._pad.weights) != len(self._marginals.value):
            return  # a drag that was under way when a marginal came or went
        drawn = self._drawn
        try:
            problem = GridProblem(self._stack(), self._pad.weights)
        except ValueError as error:
            self._fail(str(error))
            return
        state = None if afresh or self._drawn is not drawn else self.run.state
        self._plain = state is None or (self._plain and self.run.number == 0)
        self.run.start(self._solver, problem, state)

    def _stack(self) -> FloatArray:
        """The marginals at the grid's resolution, (m, n, n), drawn again only when they change."""
        n, marginals = self._grid.value, tuple(self._marginals.value)
        if self._drawn is None or self._drawn[:2] != (n, marginals):
            self._drawn = (n, marginals, np.stack([marginal.draw(n) for marginal in marginals]))
        return self._drawn[2]

    def _toggle(self, event: Any) -> None:
        if self._play.label == "Pause":  # what the visitor saw, even if it has just stopped
            self.run.pause()
        else:
            self.run.play()
        self._reflect()

    def _press_step(self, event: Any) -> None:
        self.run.step()
        self._reflect(playing=False)

    def _press_reset(self, event: Any) -> None:
        self.run.pause()
        self._start(afresh=True)
        self._reflect(playing=False)

    def _reflect(self, playing: bool | None = None) -> None:
        playing = self.run.playing if playing is None else playing
        self._play.label = "Pause" if playing else "Run"
        if not playing:
            self._curves.draw()

    def _show(self, batch: Batch) -> None:
        iterate = batch.newest
        number = iterate.number
        with pn.io.hold():
            shares = zip(self._pad.weights, self._marginals.labels, strict=False)
            names = ", ".join(f"{100 * share:.0f} % {label}" for share, label in shares)
            what = "Plain mixture" if number == 0 and self._plain else "Barycenter"
            self._view.paint(
                iterate.barycenter, number, f"{what} of {names} at iteration {number}", batch.ticket
            )
            self._curves.extend(batch.points, batch.restarted, more_to_come=self.run.playing)
            self._status.object = _status(iterate, batch.rate)
            self._words.object = self._explain(iterate)
            self._reflect()

    def _explain(self, iterate: Iterate) -> str:
        if iterate.stopped:
            return _STOPPED
        if iterate.number > 0:
            return _CLIMBING
        return _MIXTURE if self._plain else _CARRIED

    def _fail(self, sentence: str) -> None:
        self._reflect()
        if pn.state.notifications is not None:
            pn.state.notifications.error(sentence, duration=0)


def _status(iterate: Iterate, rate: float) -> str:
    dual = iterate.objectives["dual"]
    figures = [
        f"<span>iteration <b>{iterate.number}</b></span>",
        f"<span>D <b>{dual:.5e}</b>{_of_grid(iterate)}</span>",
        f"<span>{iterate.seconds:.2f} s of work</span>",
    ]
    if rate:
        figures.insert(1, f"<span>{rate:.0f} iterations/s</span>")
    if not iterate.stopped:
        return f"<div class='figures'>{''.join(figures)}</div>"
    best = iterate.best
    if best.number != iterate.number:
        figures.append(
            f"<span>best D <b>{best.objectives['dual']:.5e}</b> at iteration {best.number}</span>"
        )
    figures.append(f"<span class='reason'>{escape(iterate.stopped)}</span>")
    # Announced to screen readers only now: a number that changes all the time would never stop.
    return f"<div class='figures' role='status'>{''.join(figures)}</div>"


def _of_grid(iterate: Iterate) -> str:
    """What an objective of a coarser grid must not be taken for."""
    if not iterate.levels_left:
        return ""
    n = max(np.shape(iterate.barycenter))
    return f" on the coarse grid {n}², where it is no bound yet"


def _settings(solver: Solver) -> pn.Param:
    """Controls for whatever a solver declares."""
    small = {"sizing_mode": "stretch_width", "size": "small", "margin": (6, 4)}
    names = [name for name in solver.param if name != "name"]
    return pn.Param(
        solver,
        show_name=False,
        widgets=dict.fromkeys(names, small),
        sizing_mode="stretch_width",
        margin=0,
    )


def _card(*items: Any, **params: Any) -> pmui.Paper:
    return pmui.Paper(
        *items, elevation=0, variant="outlined", margin=0, sizing_mode="stretch_width", **params
    )
