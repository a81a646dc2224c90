"""The densities page without a browser: what its controls make of its runs, and that they end."""

from __future__ import annotations

import threading
from dataclasses import replace
from queue import Queue

import numpy as np
import pytest

from explorer.address import from_query, to_query
from explorer.inputs.adjustment import Adjustment
from explorer.pages.densities import DensitiesPage

WAIT = 60
THREADS = {"run", "background"}


def opened(query: str = "", grid: int = 64):
    ticks: Queue = Queue()
    page = DensitiesPage(ticks.put, *from_query(query))
    page.controls.grid.value = grid
    page.open()
    return page, ticks


@pytest.fixture
def page_and_ticks():
    page, ticks = opened()
    yield page, ticks
    page.close()
    assert page.join(WAIT)
    assert not any(thread.name in THREADS for thread in threading.enumerate())


@pytest.fixture
def page(page_and_ticks):
    return page_and_ticks[0]


@pytest.fixture
def ticks(page_and_ticks):
    return page_and_ticks[1]


def tick(page, ticks) -> None:
    """Run what is scheduled, as the document would, and paint at once."""
    ticks.get(timeout=WAIT)()
    for tile in page._solvers:
        tile.run.acknowledge(tile.view.frame.get("ticket", 0))


def show_next(page, ticks, tile=None) -> dict:
    """The next frame of a tile."""
    view = (tile or page._solvers.first).view
    before = view.frame
    while view.frame is before:
        tick(page, ticks)
    return view.frame


def test_the_first_picture_is_the_mixture(page, ticks):
    frame = show_next(page, ticks)
    assert (frame["rows"], frame["columns"], frame["number"]) == (64, 64, 0)
    assert frame["text"].startswith("Plain mixture of 25 % duck")
    assert "plain mixture" in page.controls.words.object


def test_dragging_solves_as_it_goes(page, ticks):
    """Each picture while the hand moves is ascended from the last, and the end is exact."""
    show_next(page, ticks)
    for share in (0.3, 0.4, 0.5):
        rest = (1 - share) / 3
        page._pad.weights = [share, rest, rest, rest]
    assert page.controls.play.label == "Pause"
    tile = page._solvers.first
    while not tile.view.reason:
        show_next(page, ticks)
    assert "Barycenter of 50 % duck" in tile.view.frame["text"]
    assert "Converged" in tile.view.reason
    assert page.controls.play.label == "Run"


def test_without_live_the_transport_is_only_carried_along(page, ticks):
    page.controls.live.value = False
    while show_next(page, ticks)["number"] < 3:
        page._playing.press("step")
    for share in (0.3, 0.4, 0.5):
        rest = (1 - share) / 3
        page._pad.weights = [share, rest, rest, rest]
    while "of 50 % duck" not in show_next(page, ticks)["text"]:
        pass
    tile = page._solvers.first
    assert tile.view.frame["number"] == 0
    assert np.abs(tile.run.state.potentials).max() > 0
    assert "Carried along" in page.controls.words.object


def test_several_solvers_share_problem_scale_and_bound(page, ticks):
    """Their rows fill up: B of all, the gap of those without a dual from the best D."""
    page.controls.methods.value = ["sga", "cwb"]
    page._playing.press("run")
    while not all(row.primal and row.edge_width for row in page._table.rows):
        tick(page, ticks)
    sga, cwb = page._table.rows
    assert (sga.bound_from, cwb.bound_from, cwb.dual) == ("SGA", "SGA", None)
    assert 0 <= sga.gap < cwb.gap
    assert sga.edge_width < cwb.edge_width
    page._playing.press("run")
    assert not page._solvers.playing


def test_one_solver_can_be_paused_alone(page, ticks):
    page.controls.methods.value = ["sga", "cwb"]
    page._playing.press("run")
    sga, cwb = page._solvers
    while show_next(page, ticks, cwb)["number"] < 2:
        pass
    cwb.view._handle_msg("toggle")
    assert (sga.run.playing, cwb.run.playing) == (True, False)
    assert page.controls.play.label == "Pause"
    page._pad.weights = [0.4, 0.2, 0.2, 0.2]  # it follows, but stays paused
    assert not cwb.run.playing


def test_a_solver_that_leaves_takes_its_thread_along(page, ticks):
    page.controls.methods.value = ["sga", "cwb", "dsb"]
    dsb = page._solvers["dsb"]
    page.controls.settings[1].active = [0]  # the settings of CWB are open, and stay so
    page.controls.methods.value = ["cwb"]
    (form,) = page.controls.settings
    assert form.active == [0]
    assert dsb.run.join(WAIT)
    assert [tile.name for tile in page._solvers] == ["cwb"]
    page.controls.methods.value = []
    assert page.controls.methods.value == ["sga"]
    assert [tile.name for tile in page._solvers] == ["sga"]


def test_the_past_can_be_looked_at_while_the_run_goes_on(page, ticks):
    tile = page._solvers.first
    page._playing.press("run")
    while not tile.view.reason:
        show_next(page, ticks)
    newest = tile.view.frame
    page._seek(1)
    past = tile.view.frame
    assert (past["number"], past["ticket"]) == (1, 0)
    assert past["pixels"] != newest["pixels"]
    assert past["text"].endswith("by SGA at iteration 1")
    number = newest["number"]
    page._playing.press("step")
    while tile.newest.number == number:
        tick(page, ticks)
    assert tile.view.frame is past
    page._seek(None)
    assert tile.view.frame["number"] == number + 1


def test_the_transport_follows_and_answers(page, ticks):
    page.tracing.value = True
    view = page._transport.view
    page._playing.press("run")
    while not view.frame or view.frame["number"] < 3:
        tick(page, ticks)
    page._playing.press("run")
    view._handle_msg([1, 0.0])
    while (view.frame["marginal"], view.frame["fraction"]) != (1, 0.0):
        tick(page, ticks)
    assert "heart 0 % along the way" in view.frame["text"]


def test_state_and_address_agree(page, ticks):
    page._pad.weights = [0.4, 0.3, 0.2, 0.1]
    page.controls.methods.value = ["multiscale_sga", "dsb"]
    page._solvers["dsb"].solver.reg = 0.002
    page.controls.quantity.value = "gap"
    state, notes = from_query(page._window.query)
    assert (notes, to_query(state)) == ([], page._window.query)
    assert state.weights == pytest.approx(page.state().weights)
    other, more = opened(page._window.query)
    try:
        assert other._pad.weights == pytest.approx([0.4, 0.3, 0.2, 0.1])
        assert [tile.name for tile in other._solvers] == ["multiscale_sga", "dsb"]
        assert other._solvers["dsb"].solver.reg == 0.002
        assert show_next(other, more, other._solvers["dsb"])["rows"] == 64
    finally:
        other.close()
        assert other.join(WAIT)


def test_a_saved_view_comes_back_whole(page, ticks):
    page._pad.weights = [0.4, 0.3, 0.2, 0.1]
    page.controls.methods.value = ["cwb"]
    page._solvers["cwb"].solver.reg = 0.01
    saved = page.state()
    page.controls.methods.value = ["sga"]
    page._marginals._ask("remove")
    assert len(page._pad.weights) == 3
    page._restore(saved, [])
    assert page.state() == saved
    while show_next(page, ticks)["text"].split(" by ")[1] != "CWB at iteration 0":
        pass


def test_an_adjusted_marginal_goes_on_from_the_transport(page, ticks):
    """Live, while a slider moves; another picture begins anew."""
    page.controls.live.value = False
    while show_next(page, ticks)["number"] < 3:
        page._playing.press("step")
    tile = page._solvers.first
    first, *others = page._marginals.value
    for changed, warm in (
        (replace(first, adjustment=Adjustment(blur=0.02)), True),
        (others[0], False),
    ):
        page._marginals.value = [changed, *others]
        while page._posing.drawn.drawing != page._drawing():
            tick(page, ticks)
        assert (tile.run.state is not None) == warm


def test_a_hostile_address_shows_the_usual_view_and_says_so():
    page, ticks = opened("?m=<script>.%ff&n=1000000000&w=nan.1&s=nothing", grid=64)
    try:
        assert [m.label for m in page._marginals.value][:1] == ["duck"]
        assert page._notes
        assert show_next(page, ticks)["number"] == 0
    finally:
        page.close()
        assert page.join(WAIT)


def test_a_problem_that_cannot_be_is_refused_in_words(page, ticks):
    """The picture stays, and nothing is raised into the page."""
    frame = show_next(page, ticks)
    page._pad.weights = [0, 0, 0, 0]
    assert page._solvers.first.view.frame is frame
    page.controls.live.value = False
    page._pad.weights = [1, 1, 1, 1]
    assert show_next(page, ticks)["number"] == 0
