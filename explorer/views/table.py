"""The comparison of the solvers in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from math import isfinite
from typing import Any

import panel as pn

_UNKNOWN = "—"
_COMPUTING = '<td title="is being computed">…</td>'
_LEFT_OUT = '<td title="not computed for so many points">—</td>'

_STYLE = """
:host { color: inherit; overflow-x: auto; scrollbar-width: thin; }
table { border-collapse: collapse; width: min(100%, 760px); font-size: 13px; line-height: 1.3;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 4px 0 4px 5px; text-align: right; font-weight: 400; }
thead th { font-size: 12px; cursor: help; }
thead th:not(:first-child) { opacity: .72; }
tbody tr { border-top: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
th:first-child { padding-left: 0; text-align: left; position: sticky; left: 0;
  background: var(--mui-palette-background-paper, Canvas); }
tbody th::before { content: ""; display: inline-block; width: 9px; height: 9px; margin-right: 5px;
  border-radius: 50%; background: var(--hue); }
"""


@dataclass(frozen=True)
class Row:
    """One solver's numbers.

    Attributes
    ----------
    label, color : str
        The solver's, in CSS.
    dual : float or None
        Its bound D, None without one.
    primal : float or None
        The cost B or V; None while B is being computed, and where V takes too long.
    primal_at : int or None
        The iterate that B was computed for.
    gap : float or None
        B − D, or B minus the best bound of any solver.
    bound_from : str
        Label of the solver that the bound in the gap comes from; empty without one.
    iterations : int
    seconds : float
    edge_width : float or None
        In cells; None while it is unknown.
    figures : mapping of str to float
        Further ones of the newest iterate, such as the ``"support"`` of a measure.
    """

    label: str
    color: str
    dual: float | None
    primal: float | None
    primal_at: int | None
    gap: float | None
    bound_from: str
    iterations: int
    seconds: float
    edge_width: float | None
    figures: Mapping[str, float] = field(default_factory=dict)


# Heads of the columns, with what they mean.
_MEANINGS = {
    "solver": "The method that computed the barycenter.",
    "cost B": "The weighted cost of transport from the barycenter to all marginals; the smallest "
    "is the best.",
    "cost V": "The weighted cost of transport from the barycenter to all marginals; the smallest "
    "is the best.",
    "bound D": "The dual objective, which no barycenter's cost can be below.",
    "gap": "What B may at most be above the smallest cost possible, in percent of B.",
    "estimate": "The objective that is trained on, estimated by samples.",
    "support": "Points or components that the barycenter has.",
    "error %": "BW₂²-UVP: how far mean and covariance are from the exact ones, in percent of the "
    "variance.",
    "sliced W₂": "Distance to the exact barycenter, mean over directions, in parts of its spread; "
    "in brackets what so many draws of the exact one would have.",
    "energy dist.": "Energy distance: another distance to the exact barycenter, which needs no "
    "transport; in brackets what draws of the exact one would have.",
    "iterations": "Steps that the solver has done.",
    "seconds": "Time that the solver has worked for them.",
    "edge width": "Cells that the sharpest edges take from nothing to the full density; 1 is a "
    "clean cut.",
}
# The columns of what is averaged on a grid, and of what is not.
GRID_COLUMNS = ("cost B", "bound D", "gap", "iterations", "seconds", "edge width")
DISCRETE_COLUMNS = ("cost V", "support", "iterations", "seconds")
SAMPLE_COLUMNS = ("error %", "sliced W₂", "energy dist.", "estimate", "iterations", "seconds")


def comparison(rows: Sequence[Row], columns: Sequence[str] = GRID_COLUMNS) -> str:
    """HTML of a table with one row for each solver, the least cost in bold.

    Parameters
    ----------
    rows : sequence of Row
    columns : sequence of str
        Such as `GRID_COLUMNS`.
    """
    heads = "".join(
        f'<th scope="col" title="{escape(_MEANINGS[head])}">{head}</th>'
        for head in ("solver", *columns)
    )
    least = min((row.primal for row in rows if row.primal is not None), default=None)
    body = "".join(_line(row, columns, least) for row in rows)
    return (
        "<table><caption>The solvers compared</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


class ComparisonTable(pn.viewable.Viewer):
    """The table on a page; it scrolls sideways where the page is narrow.

    Parameters
    ----------
    columns : sequence of str
        Heads, such as `GRID_COLUMNS`.
    """

    def __init__(self, columns: Sequence[str] = GRID_COLUMNS, **params: Any) -> None:
        super().__init__()
        self._columns = columns
        params = {"sizing_mode": "stretch_width", "margin": (4, 10), **params}
        self._pane = pn.pane.HTML("", stylesheets=[_STYLE], **params)
        self.rows = ()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._pane

    @property
    def rows(self) -> Sequence[Row]:
        """What the table shows."""
        return self._rows

    @rows.setter
    def rows(self, rows: Sequence[Row]) -> None:
        self._rows = tuple(rows)
        self._pane.object = comparison(self._rows, self._columns)


def _line(row: Row, columns: Sequence[str], least: float | None) -> str:
    cost = _COMPUTING
    if row.primal is not None:
        value = f"{row.primal:.5e}"
        shown = f"<b>{value}</b>" if row.primal == least else value
        cost = f'<td title="of iteration {row.primal_at}">{shown}</td>'
    gap, bound = _UNKNOWN, "no bound is known yet"
    if row.gap is not None and row.primal:
        gap, bound = f"{100 * row.gap / row.primal:.3g} %", f"bound by {row.bound_from}"
    cells = {
        "cost B": cost,
        # Unlike B, V comes with its iterate or not at all.
        "cost V": _LEFT_OUT if row.primal is None and row.iterations else cost,
        "bound D": f"<td>{_number(row.dual, '.5e')}</td>",
        "gap": f'<td title="{escape(bound)}">{gap}</td>',
        "estimate": f"<td>{_number(row.figures.get('estimate'), '.3g')}</td>",
        "support": f"<td>{_number(row.figures.get('support'), '.0f')}</td>",
        "error %": _noisy(row.figures, "bw_uvp", ".3g", ".2g"),
        "sliced W₂": _noisy(row.figures, "sliced_w2", ".3f", ".3f"),
        "energy dist.": _noisy(row.figures, "energy_distance", ".3f", ".3f"),
        "iterations": f"<td>{row.iterations}</td>",
        "seconds": f"<td>{row.seconds:.2f}</td>",
        "edge width": f"<td>{_number(row.edge_width, '.1f')}</td>",
    }
    head = f'<th scope="row" style="--hue: {escape(row.color)}">{escape(row.label)}</th>'
    return f"<tr>{head}{''.join(cells[column] for column in columns)}</tr>"


def _noisy(figures: Mapping[str, float], key: str, form: str, noise_form: str) -> str:
    """A cell with a figure, and in brackets the noise of its estimate if it has any."""
    noise = figures.get(f"{key}_noise")
    shown = _number(figures.get(key), form)
    if noise is None:
        return f"<td>{shown}</td>"
    floor = f'<span title="what draws of the exact answer would have">({noise:{noise_form}})</span>'
    return f"<td>{shown} {floor}</td>"


def _number(value: float | None, form: str) -> str:
    return _UNKNOWN if value is None or not isfinite(value) else format(value, form)
