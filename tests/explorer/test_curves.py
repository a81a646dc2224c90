"""Curves that lose no point, show what matters, and compare what compares."""

from __future__ import annotations

import numpy as np
import panel as pn
import pytest
from bokeh.models.annotations import Label, Span

from explorer.run import Point
from explorer.views.curves import DISCRETE_CHARTS, CurvesView

SOLVERS = {"sga": ("SGA", "#00f"), "wdha": ("WDHA", "#fa0"), "cwb": ("CWB", "#f00")}
OBJECTIVES = {"sga": ("dual",), "wdha": ("estimate",), "cwb": ()}


@pytest.fixture
def view():
    return CurvesView(SOLVERS, OBJECTIVES)


def duals(numbers, level=1.0):
    """A dual that climbs to its level."""
    return [Point(n, n / 10, {"dual": level * (1 - 2.0**-n)}) for n in numbers]


def primals(values, first=0):
    return [Point(first + n, n / 10, {"primal": value}) for n, value in enumerate(values)]


def add(view, name, points, *, restarted=True, more_to_come=False):
    view.extend(name, points, restarted, more_to_come)


def shown(view):
    """The figure on the screen."""
    (figure,) = (p.object for p in view.__panel__().select(pn.pane.Bokeh) if p.object.visible)
    return figure


def renderers(view, curve):
    return [r for r in shown(view).renderers if getattr(r, "data_source", None) and
            r.data_source.name == curve]  # fmt: skip


def columns(view, curve):
    return renderers(view, curve)[0].data_source.data


def drawn(view, curve):
    return list(columns(view, curve)["value"])


def legend(view):
    return [f"{entry['group']}: {entry['name']}" for entry in view.__panel__()[0].entries]


def height(view):
    return shown(view).y_range.start, shown(view).y_range.end


def prompts(view):
    return [label.text for label in shown(view).select(Label) if label.visible]


def test_points_are_gathered_while_more_come_and_drawn_at_the_end(view):
    add(view, "sga", duals([0]), more_to_come=True)
    assert drawn(view, "sga dual") == [0]
    add(view, "sga", duals([1, 2]), restarted=False, more_to_come=True)
    assert drawn(view, "sga dual") == [0]
    add(view, "cwb", primals([2.0]), restarted=False)
    assert drawn(view, "sga dual") == [0, 0.5, 0.75]
    assert drawn(view, "cwb primal") == [2]


def test_a_restart_begins_new_curves_of_that_solver_only(view):
    add(view, "sga", duals(range(5)))
    add(view, "wdha", primals([3, 2]))
    add(view, "sga", duals([0]))
    assert drawn(view, "sga dual") == [0]
    assert drawn(view, "wdha primal") == [3, 2]


def test_the_legend_lists_what_there_is(view):
    assert legend(view) == []
    add(view, "sga", [Point(0, 0.0, {"dual": 1.0, "primal": 2.0})])
    add(view, "wdha", [Point(0, 0.0, {"estimate": 1.0})])
    assert legend(view) == ["SGA: D", "SGA: B", "WDHA: estimate of B"]
    view.clear("sga")
    assert legend(view) == ["WDHA: estimate of B"]
    assert drawn(view, "sga dual") == drawn(view, "sga primal") == []


def test_an_empty_plot_says_what_to_do(view):
    assert prompts(view) == ["Press Run: curves grow here"]
    add(view, "sga", duals([0]))
    assert prompts(view) == []
    view.clear("sga")
    assert prompts(view) == ["Press Run: curves grow here"]


def test_a_primal_that_comes_late_takes_its_place(view):
    add(view, "sga", duals(range(31)))
    for number, value in ((30, 1.1), (10, 1.3), (20, 1.2)):
        late = Point(number, 99.0, {"primal": value})
        add(view, "sga", [late], restarted=False)
    assert list(columns(view, "sga primal")["number"]) == [10, 20, 30]
    assert drawn(view, "sga primal") == [1.3, 1.2, 1.1]
    assert columns(view, "sga primal")["seconds"][0] == 1  # the iterate's own
    assert len(drawn(view, "sga dual")) == 31


def test_long_curves_grow_without_losing_order(view):
    add(view, "sga", duals(range(1200)))
    add(view, "sga", duals(range(1200, 1300)), restarted=False)
    assert list(columns(view, "sga dual")["number"]) == list(range(1300))
    assert all(len(column) == 1300 for column in columns(view, "sga dual").values())


def test_grids_are_told_apart_and_not_joined(view):
    coarse = [Point(0, 0.0, {"dual": 2.0}, 1), Point(1, 0.1, {"dual": 3.0}, 1)]
    add(view, "sga", coarse)
    add(view, "sga", [Point(2, 0.2, {"dual": 1.0}, 0)], restarted=False)
    np.testing.assert_array_equal(drawn(view, "sga dual"), [2, 3, np.nan, 1])
    grids = list(columns(view, "sga dual")["grid"])
    assert grids[0] == grids[1] == "1/2 of the full grid"
    assert grids[-1] == "the full grid"
    alpha = columns(view, "sga dual")["alpha"]
    assert alpha[0] < alpha[-1] == 1


def test_the_axis_holds_all_points(view):
    add(view, "sga", duals(range(35)))
    assert 34 <= shown(view).x_range.end < 70
    view.use_axis("seconds")
    assert 3.4 <= shown(view).x_range.end < 10
    assert renderers(view, "sga dual")[0].glyph.x == "seconds"


def test_the_first_iterates_do_not_flatten_the_rest(view):
    add(view, "sga", duals(range(20)))
    add(view, "wdha", primals([50.0, 4.0, *(1.05 - n / 1000 for n in range(20))]))
    low, high = height(view)
    assert 0.9 < low < 0.94
    assert 1.05 < high < 1.2


def test_few_points_are_all_in_view(view):
    add(view, "sga", duals(range(3)))
    low, high = height(view)
    assert low < 0 < 0.75 < high


def test_the_newest_point_is_never_cut_off(view):
    add(view, "sga", duals(range(20)))
    add(view, "cwb", primals([3.0]))
    assert height(view)[1] > 3
    add(view, "wdha", [Point(0, 0.0, {"estimate": -1.0})])
    assert height(view)[0] < -1


def test_hidden_curves_leave_their_room_to_the_others(view):
    add(view, "sga", duals(range(20)))
    add(view, "cwb", primals([3.0]))
    switch = view.__panel__()[0]
    switch._handle_msg("cwb primal")
    assert height(view)[1] < 1.2
    assert not any(r.visible for r in renderers(view, "cwb primal"))
    assert all(r.visible for r in renderers(view, "sga dual"))
    add(view, "cwb", primals([4.0], first=1), restarted=False)
    assert not any(r.visible for r in renderers(view, "cwb primal"))
    switch._handle_msg("cwb primal")
    assert height(view)[1] > 4
    switch._handle_msg("no such curve")
    assert switch.hidden == []


def test_gaps_are_to_the_own_dual_or_else_to_the_best(view):
    objectives = [{"dual": 1.0, "primal": 3.0}, {"dual": 2.0}, {"dual": 1.5, "primal": 2.5}]
    add(view, "sga", [Point(n, n / 10, values) for n, values in enumerate(objectives)])
    add(view, "cwb", primals([4.0, 3.0]))
    view.use_quantity("gap")
    assert shown(view).y_scale.__class__.__name__ == "LogScale"
    assert drawn(view, "sga own") == [2, 1]
    assert drawn(view, "cwb best") == [2, 1]
    assert legend(view) == ["SGA: B − D", "CWB: B − best D"]
    low, high = height(view)
    assert 0 < low < 1 < 2 < high
    add(view, "sga", [Point(3, 0.3, {"dual": 2.5})], restarted=False)
    assert drawn(view, "cwb best") == [1.5, 0.5]
    view.use_quantity("objectives")
    assert drawn(view, "sga dual") == [1, 2, 1.5, 2.5]


def test_gaps_that_are_not_positive_are_dropped(view):
    add(view, "sga", [Point(0, 0.0, {"dual": 2.0, "primal": 2.0})])
    add(view, "cwb", primals([4.0, 2.0, 1.9, 3.0]))
    view.use_quantity("gap")
    assert drawn(view, "sga own") == []
    assert drawn(view, "cwb best") == [2, 1]


def test_coarse_grids_give_no_bound(view):
    add(view, "cwb", primals([4.0]))
    add(view, "sga", [Point(0, 0.0, {"dual": 3.0}, 1)])
    view.use_quantity("gap")
    assert drawn(view, "cwb best") == []
    assert prompts(view)
    add(view, "sga", [Point(1, 0.1, {"dual": 1.0}, 0)], restarted=False)
    assert drawn(view, "cwb best") == [3]


def test_the_cursor_marks_iterates_but_no_seconds(view):
    def cursors():
        return [span.location for span in shown(view).select(Span) if span.visible]

    assert cursors() == []
    view.set_cursor(7)
    assert cursors() == [7]
    view.use_axis("seconds")
    assert cursors() == []
    view.use_axis("iterations")
    view.use_quantity("gap")
    assert cursors() == [7]
    view.set_cursor(None)
    assert cursors() == []


def test_ink_differs_by_theme(view):
    view.set_dark(False)
    light = shown(view).xaxis[0].major_label_text_color
    view.set_dark(True)
    assert shown(view).xaxis[0].major_label_text_color != light


def test_a_primal_is_no_less_than_a_dual_that_came_later(view):
    """It is computed from below, and every dual on the full grid bounds it too."""
    add(view, "sga", [Point(0, 0.0, {"dual": 1.0, "primal": 2.0})])
    add(view, "sga", [Point(1, 0.1, {"dual": 2.5})], restarted=False)
    assert drawn(view, "sga primal") == [2.5]
    add(view, "sga", [Point(2, 0.2, {"dual": 9.0}, 1)], restarted=False)
    assert drawn(view, "sga primal") == [2.5]


# Discrete measures


@pytest.fixture
def discrete():
    solvers = {"fixed_point": ("G", "#80f"), "entropic_fixed_point": ("Gε", "#0a8")}
    objectives = {"fixed_point": ("primal",), "entropic_fixed_point": ("estimate",)}
    view = CurvesView(solvers, objectives, charts=DISCRETE_CHARTS)
    falling = [Point(n, n / 10, {"primal": 1 + 2.0**-n, "support": 200 + n}) for n in range(4)]
    add(view, "fixed_point", falling)
    blurred = {"estimate": 2.0, "primal": 1.5, "support": 150}
    add(view, "entropic_fixed_point", [Point(0, 0.0, blurred)])
    return view


def test_v_of_measures_is_in_the_first_chart(discrete):
    assert shown(discrete).yaxis[0].axis_label == "objective V"
    assert legend(discrete) == ["G: V", "Gε: V", "Gε: Vε"]
    assert drawn(discrete, "fixed_point primal") == [2, 1.5, 1.25, 1.125]
    assert drawn(discrete, "entropic_fixed_point estimate") == [2]
    low, high = height(discrete)
    assert low < 1.125
    assert high > 2


def test_supports_have_a_chart_that_begins_at_zero(discrete):
    discrete.use_quantity("support")
    assert shown(discrete).yaxis[0].axis_label == "support"
    assert legend(discrete) == ["G: support", "Gε: support"]
    assert drawn(discrete, "fixed_point support") == [200, 201, 202, 203]
    low, high = height(discrete)
    assert low == 0
    assert 203 < high < 250
    add(discrete, "fixed_point", [Point(4, 0.4, {"primal": 1, "support": 900})], restarted=False)
    assert drawn(discrete, "fixed_point support")[-1] == 900
    assert height(discrete)[1] > 900


def test_an_empty_chart_of_supports_says_what_to_do(discrete):
    discrete.use_quantity("support")
    assert prompts(discrete) == []
    for name in ("fixed_point", "entropic_fixed_point"):
        discrete.clear(name)
    assert prompts(discrete) == ["Press Run: curves grow here"]
    discrete.use_quantity("objectives")
    assert drawn(discrete, "fixed_point primal") == []
