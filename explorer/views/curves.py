"""The convergence curves: objectives against iterations or seconds."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, CustomJSTickFormatter, HoverTool, Range1d
from bokeh.plotting import figure

from explorer.run import Point

# Column of the source, and the shortest axis, for each choice of the horizontal axis.
_AXES = {"iterations": ("number", 10.0), "seconds": ("seconds", 0.25)}

# How strong the dots of coarser grids are, whose objectives are no bounds.
_FAINT = 0.3

# Seconds between two drawings of a curve that is growing.
_BETWEEN_DRAWINGS = 0.2

_SHORT_EXPONENTIALS = """
return tick === 0 ? "0" : Number(tick.toPrecision(6)).toExponential().replace("-", "−")
"""


class CurvesView(pn.viewable.Viewer):
    """One curve of an objective, streamed.

    Parameters
    ----------
    objective : str
        Key of the objective in the iterates.
    title : str
        What the vertical axis says.
    color : str
        CSS colour of the curve.
    """

    def __init__(self, objective: str, title: str, color: str) -> None:
        super().__init__()
        self._objective = objective
        self._axis = "iterations"
        self._gathered: list[Point] = []
        self._drawn = -np.inf
        self._level: int | None = None  # of the last point
        self._source = ColumnDataSource(self._columns([]))
        self.figure = figure(
            sizing_mode="stretch_both",
            min_height=120,
            min_border_right=24,
            x_range=Range1d(start=0, end=10),
            y_range=Range1d(start=0, end=1e-3),
            toolbar_location=None,
            tools="",
            x_axis_label="iterations",
            y_axis_label=title,
            background_fill_alpha=0,
            border_fill_alpha=0,
            outline_line_color=None,
        )
        self._line = self.figure.line(
            "number", "value", source=self._source, line_width=2.5, line_color=color
        )
        self._dots = self.figure.scatter(
            "number", "value", source=self._source, size=4, color=color, alpha="alpha"
        )
        self.figure.add_tools(
            HoverTool(
                renderers=[self._dots],
                mode="vline",
                tooltips=[
                    ("iteration", "@number"),
                    ("seconds", "@seconds{0.000}"),
                    (title, "@value{0.00000e+0}"),
                    ("grid", "@grid"),
                ],
            )
        )
        self.figure.yaxis.formatter = CustomJSTickFormatter(code=_SHORT_EXPONENTIALS)
        self.figure.xgrid.visible = False
        self._pane = pn.pane.Bokeh(self.figure, sizing_mode="stretch_both")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._pane

    def use_axis(self, name: str) -> None:
        """Plot against ``"iterations"`` or ``"seconds"``."""
        self._axis = name
        self._line.glyph.x = self._dots.glyph.x = _AXES[name][0]
        self.figure.xaxis.axis_label = name
        self._fit()

    def set_color(self, color: str) -> None:
        """Draw the curve in another CSS colour."""
        self._line.glyph.line_color = color
        self._dots.glyph.update(fill_color=color, line_color=color)

    def set_dark(self, dark: bool) -> None:
        """Use ink that can be read on a dark or a light page."""
        ink, grid = ("#c3c9e6", "#2b3152") if dark else ("#4a5278", "#e3e6f2")
        for axis in self.figure.axis:
            axis.major_label_text_color = axis.axis_label_text_color = ink
            axis.axis_line_color = axis.major_tick_line_color = grid
            axis.minor_tick_line_color = None
        self.figure.grid.grid_line_color = grid

    def extend(self, points: Sequence[Point], restarted: bool, more_to_come: bool) -> None:
        """Append points, or begin a new curve with them.

        While there is more to come, points are gathered and drawn a few times a second: drawing a
        plot costs a browser more than painting a picture.
        """
        if restarted:
            # Not emptied and then streamed to: held back together, the points would come twice.
            self._gathered.clear()
            self._level = None
            self._source.data = self._columns(points)
            self._fit()
            return
        self._gathered.extend(points)
        if not more_to_come or monotonic() - self._drawn > _BETWEEN_DRAWINGS:
            self.draw()

    def draw(self) -> None:
        """Draw the points that have been gathered."""
        if self._gathered:
            self._source.stream(self._columns(self._gathered))  # type: ignore[arg-type]
            self._gathered.clear()
            self._fit()
        self._drawn = monotonic()

    def _fit(self) -> None:
        """Keep the curve in view; the axis doubles now and then rather than creep all the time."""
        column, end = _AXES[self._axis]
        reached = max(filter(np.isfinite, self._source.data[column]), default=0.0)
        while end < reached:
            end *= 2
        self.figure.x_range.update(end=end)
        values = list(filter(np.isfinite, self._source.data["value"]))
        low, high = min(values, default=0.0), max(values, default=0.0)
        margin = 0.08 * (high - low) or 1e-4
        self.figure.y_range.update(start=low - margin, end=high + margin)

    def _columns(self, points: Sequence[Point]) -> dict[str, Sequence[Any]]:
        """Columns of the points; between grids, whose objectives do not compare, a gap."""
        columns: dict[str, list[Any]] = {
            key: [] for key in ("number", "seconds", "value", "alpha", "grid")
        }

        def append(*row: Any) -> None:
            for column, entry in zip(columns.values(), row, strict=True):
                column.append(entry)

        for point in points:
            if self._objective not in point.objectives:
                continue
            if self._level not in (None, point.levels_left):
                append(np.nan, np.nan, np.nan, 0.0, "")
            self._level = point.levels_left
            append(
                float(point.number),
                point.seconds,
                point.objectives[self._objective],
                _FAINT if point.levels_left else 1.0,
                _grid(point.levels_left),
            )
        return columns  # type: ignore[return-value]


def _grid(levels_left: int) -> str:
    if not levels_left:
        return "the full grid"
    return f"1/{2**levels_left} of the full grid"
