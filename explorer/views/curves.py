"""The convergence curves of all solvers: objectives or gaps, against iterations or seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Any

import numpy as np
import panel as pn

from explorer.run import Point
from explorer.views.curve_list import CurveList
from explorer.views.histories import History, best_dual, gaps_range, objectives_range
from explorer.views.plot import Plot, Style

# Seconds between two drawings of curves that are growing.
_BETWEEN_DRAWINGS = 0.2

# Pixels; a row of the list and 180 for a plot.
_MIN_HEIGHT = 210

_OBJECTIVES = {
    "dual": Style("D"),
    "estimate": Style("estimate of B", dash=(1, 3), width=1.5, dots=0),
    "primal": Style("B", dash=(7, 4), dots=6),
}
_GAPS = {"own": Style("B − D", dots=6), "best": Style("B − best D", dash=(7, 4), dots=6)}


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
    """

    def __init__(
        self,
        solvers: Mapping[str, tuple[str, str]],
        objectives: Mapping[str, Sequence[str]],
        schedule: Callable[[Callable[[], None]], Any] = lambda write: write(),
    ) -> None:
        super().__init__()
        self._schedule = schedule
        self._histories = {name: History() for name in solvers}
        self._changed: set[str] = set()
        self._drawn = -np.inf
        prompt = "Press Run: curves grow here"
        drawn = {(name, key) for name in solvers for key in (*objectives[name], "primal")}
        gaps = {(name, "own" if "dual" in objectives[name] else "best") for name in solvers}
        self._plots = {
            "objectives": Plot(solvers, _OBJECTIVES, drawn, "objectives D ≤ B", "linear", prompt),
            "gap": Plot(solvers, _GAPS, gaps, "gap", "log", "The first B gives a gap to show here"),
        }
        self._shown = self._plots["objectives"]
        self._plots["gap"].figure.visible = False
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
        if self._shown is self._plots["gap"]:
            for name, history in self._histories.items():
                self._shown.draw(name, {"own": history.gaps(), "best": history.gaps_to(best)})
        else:
            for name in self._changed:
                history = self._histories[name]
                rows = {key: history.rows(key) for key in ("dual", "estimate")}
                self._shown.draw(name, {**rows, "primal": history.rows("primal", best)})
        self._changed.clear()
        self._list.fill(self._shown.entries())
        self._hide_and_fit()
        self._drawn = monotonic()

    def use_axis(self, name: str) -> None:
        """Plot against ``"iterations"`` or ``"seconds"``."""
        for plot in self._plots.values():
            self._schedule(partial(plot.use_axis, name))

    def use_quantity(self, name: str) -> None:
        """Plot the ``"objectives"``, or the ``"gap"`` between them on a logarithmic axis.

        The gap is B − D of the same iterate, or B minus the best D of any solver for those without
        a dual of their own.
        """
        self._shown = self._plots[name]
        self._changed.update(self._histories)
        self._schedule(self._swap)

    def _swap(self) -> None:
        for plot in self._plots.values():
            plot.figure.visible = plot is self._shown
        self._draw()

    def set_cursor(self, number: int | None) -> None:
        """Mark an iterate, or none, where iterations are on the axis."""
        for plot in self._plots.values():
            self._schedule(partial(plot.set_cursor, number))

    def set_dark(self, dark: bool) -> None:
        """Use ink that can be read on a dark or a light page."""
        for plot in self._plots.values():
            self._schedule(partial(plot.set_dark, dark))

    def _hide_and_fit(self) -> None:
        self._shown.hide(self._list.hidden)
        if self._shown is self._plots["gap"]:
            curves = self._shown.visible_rows().values()
            self._shown.fit(*gaps_range(rows for several in curves for rows in several))
        else:
            self._shown.fit(*objectives_range(self._shown.visible_rows()))
