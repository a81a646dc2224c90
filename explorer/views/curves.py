"""The convergence curves of all solvers: one chart at a time, against iterations or seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, Literal

import numpy as np
import panel as pn

from explorer.run import Point
from explorer.views.curve_list import CurveList
from explorer.views.histories import (
    History,
    Row,
    best_dual,
    counts_range,
    objectives_range,
    ratios_range,
)
from explorer.views.plot import Plot, Style

# Seconds between two drawings of curves that are growing.
_BETWEEN_DRAWINGS = 0.2

# Pixels; a row of the list and 180 for a plot.
_MIN_HEIGHT = 210


@dataclass(frozen=True)
class Chart:
    """What a plot shows.

    Attributes
    ----------
    title : str
        What the vertical axis says.
    prompt : str
        What the empty plot says.
    styles : mapping of str to Style
        By objective or figure of the iterates; ``"own"`` and ``"best"`` for the gaps between the
        primal and a dual.
    scale : {"linear", "log"}
    fit : callable
        Takes the visible curves by quantity; returns the lowest and the highest value to show.
    """

    title: str
    prompt: str
    styles: Mapping[str, Style]
    scale: Literal["linear", "log"] = "linear"
    fit: Callable[[Mapping[str, Sequence[Sequence[Row]]]], tuple[float, float]] = objectives_range


_PROMPT = "Press Run: curves grow here"

# What there is to choose of solvers on grids, and of those of discrete measures.
GRID_CHARTS = {
    "objectives": Chart(
        "objectives D ≤ B",
        _PROMPT,
        {
            "dual": Style("D"),
            "estimate": Style("estimate of B", dash=(1, 3), width=1.5, dots=0),
            "primal": Style("B", dash=(7, 4), dots=6),
        },
    ),
    "gap": Chart(
        "gap",
        "The first B gives a gap to show here",
        {"own": Style("B − D", dots=6), "best": Style("B − best D", dash=(7, 4), dots=6)},
        "log",
        ratios_range,
    ),
}
DISCRETE_CHARTS = {
    "objectives": Chart(
        "objective V",
        _PROMPT,
        {"primal": Style("V", dots=6), "estimate": Style("Vε", dash=(7, 4), dots=4)},
    ),
    "support": Chart("support", _PROMPT, {"support": Style("support", dots=6)}, fit=counts_range),
}
SAMPLE_CHARTS = {
    "objectives": Chart(
        "objective",
        _PROMPT,
        {
            "dual": Style("D"),
            "estimate": Style("estimate", dots=0),
            "primal": Style("V", dash=(7, 4)),
        },
    ),
    "error": Chart(
        "error (%)",
        "Where the exact answer is known, errors show here",
        {
            "bw_uvp": Style("BW₂²-UVP", dots=0),
            "bw_uvp_maps": Style("of the maps", dash=(7, 4), dots=0),
        },
        "log",
        ratios_range,
    ),
}
# Objectives, and gaps between them; all other quantities are figures.
_OBJECTIVES = {"dual", "estimate", "primal", "own", "best"}


class CurvesView(pn.viewable.Viewer):
    """The curves of several solvers together.

    Parameters
    ----------
    solvers : mapping of str to (str, str)
        Registered name → label and CSS colour of every solver that may come.
    objectives : mapping of str to sequence of str
        The objectives that every iterate of a solver has; the primal may come for any.
    schedule : callable
        Calls a function soon in the document's thread. Bokeh's models may be written to only
        there; what a visitor does reaches Python outside of it. Only `extend` wants to be called
        there already, so that curves arrive together with pictures.
    charts : mapping of str to Chart
        Such as `GRID_CHARTS`; the first is shown first.
    """

    def __init__(
        self,
        solvers: Mapping[str, tuple[str, str]],
        objectives: Mapping[str, Sequence[str]],
        schedule: Callable[[Callable[[], None]], Any] = lambda write: write(),
        charts: Mapping[str, Chart] = GRID_CHARTS,
    ) -> None:
        super().__init__()
        self._schedule = schedule
        self._histories = {name: History() for name in solvers}
        self._changed: set[str] = set()
        self._drawn = -np.inf
        figures = {key for chart in charts.values() for key in chart.styles} - _OBJECTIVES
        may_come = {
            name: {*objectives[name], *figures, "primal"}
            | {"own" if "dual" in objectives[name] else "best"}
            for name in solvers
        }
        self._charts = charts
        self._plots = {
            shown: Plot(
                solvers,
                chart.styles,
                {(name, key) for name, keys in may_come.items() for key in keys},
                chart.title,
                chart.scale,
                chart.prompt,
            )
            for shown, chart in charts.items()
        }
        self._shown = next(iter(charts))
        self._swap_figures()
        self._list = CurveList(
            lambda: schedule(self._hide_and_fit),
            sizing_mode="stretch_width",
            margin=(0, 10, 4, 10),
        )
        self._layout = pn.Column(
            self._list,
            *(
                pn.pane.Bokeh(plot.figure, sizing_mode="stretch_both")
                for plot in self._plots.values()
            ),
            sizing_mode="stretch_both",
            min_height=_MIN_HEIGHT,
            margin=0,
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def extend(
        self, name: str, points: Sequence[Point], restarted: bool, more_to_come: bool
    ) -> None:
        """Add points to a solver's curves, or begin new curves with them.

        While there is more to come, points are gathered and drawn a few times a second: drawing a
        plot costs a browser more than painting a picture.

        Parameters
        ----------
        name : str
        points : sequence of Point
            With the dual, the estimate or the primal objective. A point with the number of an
            earlier one adds its objectives to it.
        restarted : bool
            The points begin new curves.
        more_to_come : bool
            More points will follow soon, of any solver.
        """
        if restarted:
            self._histories[name] = History()
        self._histories[name].extend(points)
        self._changed.add(name)
        if restarted or not more_to_come or monotonic() - self._drawn > _BETWEEN_DRAWINGS:
            self._draw()

    def clear(self, name: str) -> None:
        """Remove a solver's curves."""
        self._histories[name] = History()
        self._changed.add(name)
        self.draw()

    def draw(self) -> None:
        """Draw the points that have been gathered."""
        self._schedule(self._draw)

    def _draw(self) -> None:
        # Any solver's dual may have raised the best one, which bounds the primal of all.
        best = best_dual(self._histories.values())
        plot, chart = self._plots[self._shown], self._charts[self._shown]
        if self._shown == "gap":
            for name, history in self._histories.items():
                plot.draw(name, {"own": history.gaps(), "best": history.gaps_to(best)})
        else:
            least = {"primal": best}
            for name in self._changed:
                rows = self._histories[name].rows
                plot.draw(name, {key: rows(key, least.get(key)) for key in chart.styles})
        self._changed.clear()
        self._list.fill(plot.entries())
        self._hide_and_fit()
        self._drawn = monotonic()

    def use_axis(self, name: str) -> None:
        """Plot against ``"iterations"`` or ``"seconds"``."""
        for plot in self._plots.values():
            self._schedule(partial(plot.use_axis, name))

    def use_quantity(self, name: str) -> None:
        """Show the chart of this name, such as ``"objectives"`` or ``"gap"``.

        The gap is B − D of the same iterate, or B minus the best D of any solver for those without
        a dual of their own.
        """
        self._shown = name
        self._changed.update(self._histories)
        self._schedule(self._swap)

    def _swap(self) -> None:
        self._swap_figures()
        self._draw()

    def _swap_figures(self) -> None:
        for name, plot in self._plots.items():
            plot.figure.visible = name == self._shown

    def set_cursor(self, number: int | None) -> None:
        """Mark an iterate, or none, where iterations are on the axis."""
        for plot in self._plots.values():
            self._schedule(partial(plot.set_cursor, number))

    def set_dark(self, dark: bool) -> None:
        """Use ink that can be read on a dark or a light page."""
        for plot in self._plots.values():
            self._schedule(partial(plot.set_dark, dark))

    def _hide_and_fit(self) -> None:
        plot = self._plots[self._shown]
        plot.hide(self._list.hidden)
        plot.fit(*self._charts[self._shown].fit(plot.visible_rows()))
