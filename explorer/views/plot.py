"""A plot with curves for several solvers, of one or more quantities each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

from bokeh.models import ColumnDataSource, CustomJSTickFormatter, HoverTool, LogTicker, Range1d
from bokeh.models.annotations import Label, Span
from bokeh.plotting import figure

from explorer.views.curve_list import Entry
from explorer.views.histories import Row

# Column of the source, and the shortest axis, for each choice of the horizontal axis.
_AXES = {"iterations": ("number", 10.0), "seconds": ("seconds", 0.25)}

# How strong the dots of coarser grids are, whose objectives are no bounds.
_FAINT = 0.3

# Longer curves are appended to; shorter ones are sent again as a whole, which cannot go wrong.
_LONG = 1000

_SHORT_EXPONENTIALS = """
return tick === 0 ? "0" : Number(tick.toPrecision(6)).toExponential().replace("-", "−")
"""

_TOOLTIP = """
<div style="font-size: 12px; line-height: 1.4">
  <b>$name</b> @value{%.4e}<br>iteration @number, @seconds{0.000} s<br>@grid
</div>
"""


@dataclass(frozen=True)
class Style:
    """How the curves of one quantity look.

    Attributes
    ----------
    name : str
        Of the quantity.
    dash : tuple of int
        Pixels drawn and left out in turn; empty for a solid line.
    width : float
        Of the line, in pixels.
    dots : float
        Diameter in pixels; 0 for dots that only the pointer finds.
    """

    name: str
    dash: tuple[int, ...] = ()
    width: float = 2.5
    dots: float = 4


class _Curve:
    """One solver's curve of one quantity."""

    def __init__(self, figure: Any, key: str, label: str, color: str, style: Style) -> None:
        self.rows: list[Row] = []
        self.entry = Entry(key, label, style.name, color, " ".join(map(str, style.dash)))
        self._source = ColumnDataSource(self._columns([]), name=key)
        self._line = figure.line(
            "number", "value", source=self._source,
            line_width=style.width, line_dash=list(style.dash), line_color=color,
        )  # fmt: skip
        self.dots = figure.scatter(
            "number", "value", source=self._source, size=style.dots or 4, hit_dilation=2.5,
            color=color, alpha="alpha" if style.dots else 0.0, name=f"{label}: {style.name}",
        )  # fmt: skip

    @property
    def visible(self) -> bool:
        return bool(self._line.visible)

    def show(self, visible: bool) -> None:
        self._line.visible = self.dots.visible = visible

    def use_column(self, name: str) -> None:
        self._line.glyph.x = self.dots.glyph.x = name

    def draw(self, rows: list[Row]) -> None:
        drawn = len(self.rows)
        if rows == self.rows:
            return
        # Not emptied and then streamed to: held back together, the points would come twice.
        if drawn >= _LONG and rows[:drawn] == self.rows:
            self._source.stream(self._columns(rows[drawn:]))  # type: ignore[arg-type]
        else:
            self._source.data = self._columns(rows)
        self.rows = rows

    def _columns(self, rows: Sequence[Row]) -> dict[str, list[Any]]:
        return {
            "number": [row.number for row in rows],
            "seconds": [row.seconds for row in rows],
            "value": [row.value for row in rows],
            "alpha": [_FAINT if row.levels_left else 1.0 for row in rows],
            "grid": [_grid(row.levels_left) for row in rows],
        }


class Plot:
    """A figure with one curve for each solver and quantity.

    Parameters
    ----------
    solvers : mapping of str to (str, str)
        Name → label and CSS colour.
    styles : mapping of str to Style
        The quantities.
    drawn : collection of (str, str)
        The pairs of solver and quantity that may come: each curve costs a page that opens time.
    title : str
        What the vertical axis says.
    scale : {"linear", "log"}
        Of the vertical axis.
    prompt : str
        What an empty plot says.
    """

    def __init__(
        self,
        solvers: Mapping[str, tuple[str, str]],
        styles: Mapping[str, Style],
        drawn: Collection[tuple[str, str]],
        title: str,
        scale: Literal["linear", "log"],
        prompt: str,
    ) -> None:
        self._axis = "iterations"
        self._cursor_at: int | None = None
        self._range = (1e-6, 1e-2)
        self._scale = scale
        self.figure = figure(
            sizing_mode="stretch_both",
            min_border_right=24,
            x_range=Range1d(start=0, end=10),
            y_range=Range1d(start=self._range[0], end=self._range[1]),
            y_axis_type=scale,
            toolbar_location=None,
            tools="",
            x_axis_label="iterations",
            y_axis_label=title,
            background_fill_alpha=0,
            border_fill_alpha=0,
            outline_line_color=None,
        )
        self._curves = {
            (name, quantity): _Curve(self.figure, f"{name} {quantity}", label, color, style)
            for name, (label, color) in solvers.items()
            for quantity, style in styles.items()
            if (name, quantity) in drawn
        }
        self.figure.add_tools(
            HoverTool(
                renderers=[curve.dots for curve in self._curves.values()],
                limit=1,
                tooltips=_TOOLTIP,
                formatters={"@value": "printf"},
            )
        )
        self._cursor = Span(dimension="height", line_width=1, visible=False)
        self._prompt = Label(
            x=0,
            y=1,
            text=prompt,
            text_align="center",
            text_baseline="middle",
            text_font_size="14px",
        )
        self.figure.renderers.extend([self._cursor, self._prompt])
        self.figure.yaxis.formatter = CustomJSTickFormatter(code=_SHORT_EXPONENTIALS)
        if scale == "log":  # more would be on top of each other where a curve begins
            self.figure.yaxis.ticker = LogTicker(desired_num_ticks=3)
        self.figure.xgrid.visible = False
        self.set_dark(False)

    def draw(self, solver: str, rows: Mapping[str, list[Row]]) -> None:
        """Give a solver's curves these rows, for each quantity that it may have."""
        for quantity, entries in rows.items():
            if (solver, quantity) in self._curves:
                self._curves[solver, quantity].draw(entries)

    def entries(self) -> list[Entry]:
        """The legend of all curves that have points."""
        return [curve.entry for curve in self._curves.values() if curve.rows]

    def hide(self, keys: Collection[str]) -> None:
        """Hide the curves whose entries have these keys, and show all others."""
        for curve in self._curves.values():
            curve.show(curve.entry.key not in keys)

    def visible_rows(self) -> dict[str, list[list[Row]]]:
        """For each quantity, the rows of the curves that are shown."""
        found: dict[str, list[list[Row]]] = {}
        for (_, quantity), curve in self._curves.items():
            if curve.rows and curve.visible:
                found.setdefault(quantity, []).append(curve.rows)
        return found

    def use_axis(self, name: str) -> None:
        """Plot against ``"iterations"`` or ``"seconds"``."""
        self._axis = name
        for curve in self._curves.values():
            curve.use_column(_AXES[name][0])
        self.figure.xaxis.axis_label = name
        self.fit(*self._range)
        self.set_cursor(self._cursor_at)

    def set_cursor(self, number: int | None) -> None:
        """Mark an iterate, or none, where iterations are on the axis."""
        self._cursor_at = number
        visible = number is not None and self._axis == "iterations"
        self._cursor.update(location=number or 0, visible=visible)

    def set_dark(self, dark: bool) -> None:
        """Use ink that can be read on a dark or a light page."""
        ink, grid = ("#c3c9e6", "#2b3152") if dark else ("#4a5278", "#e3e6f2")
        for axis in self.figure.axis:
            axis.major_label_text_color = axis.axis_label_text_color = ink
            axis.axis_line_color = axis.major_tick_line_color = grid
            axis.minor_tick_line_color = None
        self.figure.grid.grid_line_color = grid
        self._cursor.line_color = self._prompt.text_color = ink

    def fit(self, low: float, high: float) -> None:
        """Show these values; the other axis doubles now and then rather than creep all the time."""
        column, end = _AXES[self._axis]
        curves = [rows for several in self.visible_rows().values() for rows in several]
        reached = max((getattr(rows[-1], column) for rows in curves), default=0.0)
        while end < reached:
            end *= 2
        self.figure.x_range.update(end=end)
        self._range = low, high
        self.figure.y_range.update(start=low, end=high)
        middle = sqrt(low * high) if self._scale == "log" else (low + high) / 2
        self._prompt.update(x=end / 2, y=middle, visible=not self.entries())


def _grid(levels_left: int) -> str:
    if not levels_left:
        return "the full grid"
    return f"1/{2**levels_left} of the full grid"
