"""What the curves draw: the points of each solver, the gaps between them, the range to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from explorer.run import Point
from solvers.arrays import FloatArray

# The dual climbs from zero, and the cost falls from that of a mixture. What is further than this
# fraction from where they meet belongs to the first iterates, and would flatten all that comes
# after, as soon as that is more than a few points.
_WORTH_SEEING = 0.1
_FEW = 3
# Part of the range that stays free above and below.
_MARGIN = 0.08


class Row(NamedTuple):
    """One entry of a curve; between grids, whose objectives do not compare, all NaN."""

    number: float
    seconds: float
    value: float
    levels_left: int


_BREAK = Row(np.nan, np.nan, np.nan, 0)


class History:
    """The points of one solver's run, one for each iterate.

    A point with the number of an earlier one adds its objectives to it: the primal objective may
    be computed long after the iterate.
    """

    def __init__(self) -> None:
        self._points: dict[int, Point] = {}

    def extend(self, points: Iterable[Point]) -> None:
        """Take in points, in any order."""
        for point in points:
            known = self._points.get(point.number)
            if known is not None:
                point = replace(known, objectives={**known.objectives, **point.objectives})
            self._points[point.number] = point

    def rows(self, objective: str, at_least: float | None = None) -> list[Row]:
        """All points that have an objective, in the order of their numbers.

        Values below `at_least` are raised to it: the primal objective is computed from below, and
        a dual that is found later bounds it as well.
        """
        least = -np.inf if at_least is None else at_least
        return _with_breaks(
            Row(
                point.number,
                point.seconds,
                max(point.objectives[objective], least),
                point.levels_left,
            )
            for point in self._sorted()
            if objective in point.objectives
        )

    def gaps(self) -> list[Row]:
        """Primal minus dual of the iterates that have both, as far as positive."""
        return _gaps(
            (point, point.objectives["dual"])
            for point in self._sorted()
            if "dual" in point.objectives
        )

    def gaps_to(self, best_dual: float | None) -> list[Row]:
        """Primal of the iterates without a dual minus a dual from elsewhere, as far as positive."""
        if best_dual is None:
            return []
        return _gaps(
            (point, best_dual) for point in self._sorted() if "dual" not in point.objectives
        )

    @property
    def best_dual(self) -> float | None:
        """The greatest lower bound; None before there is one, as on coarse grids."""
        return max(
            (
                point.objectives["dual"]
                for point in self._points.values()
                if "dual" in point.objectives and not point.levels_left
            ),
            default=None,
        )

    def points(self, at_least: float | None) -> list[Point]:
        """One point for each iterate, in order, its primal no less than `at_least`."""
        primals = {row.number: row.value for row in self.rows("primal", at_least)}
        return [
            replace(point, objectives={**point.objectives, "primal": primals[point.number]})
            if point.number in primals
            else point
            for point in self._sorted()
        ]

    def _sorted(self) -> list[Point]:
        return sorted(self._points.values(), key=lambda point: point.number)


def best_dual(histories: Iterable[History]) -> float | None:
    """The greatest lower bound that any of the solvers knows."""
    known = [history.best_dual for history in histories]
    return max((dual for dual in known if dual is not None), default=None)


def objectives_range(curves: Mapping[str, Sequence[Sequence[Row]]]) -> tuple[float, float]:
    """Lowest and highest value to show of the curves of each objective.

    Shown are the newest value of every curve, and all that is within 10 % of the best dual, the
    least primal or the newest estimate on the full grid, whichever there is, in this order.
    """
    every = [rows for several in curves.values() for rows in several]
    values = _values(row for rows in every for row in rows)
    if not len(values):
        return 0.0, 1e-3
    level = _level(curves)
    close = values[np.abs(values - level) <= _WORTH_SEEING * abs(level)]
    shown = values if len(close) <= _FEW else np.append(close, [rows[-1].value for rows in every])
    low, high = float(shown.min()), float(shown.max())
    margin = _MARGIN * (high - low) or 1e-4
    return low - margin, high + margin


def _level(curves: Mapping[str, Sequence[Sequence[Row]]]) -> float:
    """Where the objectives are heading, as far as is known; NaN if nothing is."""
    for objective, best in (("dual", np.max), ("primal", np.min), ("estimate", itemgetter(-1))):
        rows = [row for several in curves.get(objective, []) for row in several]
        values = _values(row for row in rows if not row.levels_left)
        if len(values):
            return float(best(values))
    return np.nan


def ratios_range(curves: Mapping[str, Sequence[Sequence[Row]]]) -> tuple[float, float]:
    """Lowest and highest value of a logarithmic axis that shows all gaps or errors."""
    values = _all_values(curves)
    values = values[values > 0]
    if not len(values):
        return 1e-6, 1e-2
    low, high = float(values.min()), float(values.max())
    margin = max((high / low) ** _MARGIN, 1.2)
    return low / margin, high * margin


def counts_range(curves: Mapping[str, Sequence[Sequence[Row]]]) -> tuple[float, float]:
    """Lowest and highest value of an axis that shows all counts, from 0 on."""
    return 0.0, (1 + _MARGIN) * float(_all_values(curves).max(initial=1))


def _gaps(points: Iterable[tuple[Point, float]]) -> list[Row]:
    return _with_breaks(
        Row(point.number, point.seconds, point.objectives["primal"] - dual, point.levels_left)
        for point, dual in points
        if point.objectives.get("primal", dual) > dual
    )


def _all_values(curves: Mapping[str, Sequence[Sequence[Row]]]) -> FloatArray:
    return _values(row for several in curves.values() for rows in several for row in rows)


def _values(rows: Iterable[Row]) -> FloatArray:
    return np.array([row.value for row in rows if np.isfinite(row.value)])


def _with_breaks(rows: Iterable[Row]) -> list[Row]:
    result: list[Row] = []
    for row in rows:
        if result and result[-1].levels_left != row.levels_left:
            result.append(_BREAK)
        result.append(row)
    return result
