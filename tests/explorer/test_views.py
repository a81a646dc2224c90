"""Densities as bytes, and curves that lose no point."""

from __future__ import annotations

import numpy as np

from explorer.run import Point
from explorer.views.curves import CurvesView
from explorer.views.density import to_bytes


def test_bytes_keep_order_and_scale():
    density = np.array([[0.0, 1.0], [2.0, 4.0]])
    levels = np.frombuffer(to_bytes(density), np.uint8)
    assert levels[0] == 0
    assert list(levels) == sorted(levels)
    assert levels.max() == 255


def test_one_spike_does_not_darken_the_picture():
    density = np.ones((64, 64))
    density[0, 0] = 1000.0
    levels = np.frombuffer(to_bytes(density), np.uint8)
    assert levels[1:].min() == 255


def test_nothing_is_no_ink():
    assert to_bytes(np.zeros((2, 3))) == bytes(6)


def points(numbers):
    return [Point(n, n / 10, {"dual": float(n)}) for n in numbers]


def drawn(view):
    return list(view._source.data["value"])


def test_points_are_gathered_while_more_come_and_drawn_at_the_end():
    view = CurvesView("dual", "D", "#000000")
    view.extend(points([0]), restarted=True, more_to_come=True)
    assert drawn(view) == [0]
    view.extend(points([1, 2]), restarted=False, more_to_come=True)
    view.extend(points([3]), restarted=False, more_to_come=False)
    assert drawn(view) == [0, 1, 2, 3]


def test_a_restart_begins_a_new_curve():
    view = CurvesView("dual", "D", "#000000")
    view.extend(points(range(5)), restarted=True, more_to_come=False)
    view.extend(points([0]), restarted=True, more_to_come=False)
    assert drawn(view) == [0]


def test_solvers_without_the_objective_leave_the_plot_empty():
    view = CurvesView("primal", "B", "#000000")
    view.extend(points([0, 1]), restarted=True, more_to_come=False)
    assert drawn(view) == []


def test_the_axis_holds_all_points():
    view = CurvesView("dual", "D", "#000000")
    view.extend(points(range(35)), restarted=True, more_to_come=False)
    assert view.figure.x_range.end >= 34
    view.use_axis("seconds")
    assert 3.4 <= view.figure.x_range.end < 10
    assert view.figure.y_range.start < 0 < 34 < view.figure.y_range.end


def test_grids_are_told_apart_and_not_joined():
    view = CurvesView("dual", "D", "#000000")
    view.extend(
        [Point(0, 0.0, {"dual": 2.0}, 1), Point(1, 0.1, {"dual": 3.0}, 1)],
        restarted=True,
        more_to_come=False,
    )
    view.extend([Point(2, 0.2, {"dual": 1.0}, 0)], restarted=False, more_to_come=False)
    np.testing.assert_array_equal(drawn(view), [2, 3, np.nan, 1])
    columns = view._source.data
    assert list(columns["grid"]) == ["1/2 of the full grid", "1/2 of the full grid", "",
                                     "the full grid"]  # fmt: skip
    assert columns["alpha"][0] < columns["alpha"][-1] == 1
    assert view.figure.y_range.start < 1 < 3 < view.figure.y_range.end
    assert view.figure.x_range.end >= 2
