"""The points page without a browser: costs, plans, landscapes, states; and that its threads end."""

from __future__ import annotations

from dataclasses import replace
from queue import Queue

import numpy as np
import pytest

from explorer.address import from_query, to_query
from explorer.inputs.cloud_sources import built_in_cloud, drawn_cloud, uploaded_cloud
from explorer.inputs.ground_costs import GroundCost
from explorer.look import Camera
from explorer.pages.points import PointsPage
from explorer.presets import PRESETS
from explorer.saved import from_file, to_file
from solvers.cloud_datasets import silhouette_cloud
from tests.explorer.helpers import end, wait_until

POWER = GroundCost("power", 1.5, 3.0)


@pytest.fixture
def ticks():
    return Queue()


@pytest.fixture
def opened(ticks):
    """Opens the page with a query; its threads must end."""
    pages = []

    def opened(query="?p=points&n=50"):
        page = PointsPage(ticks.put, *from_query(query))
        pages.append(page)
        page.open()
        wait_until(page, ticks, lambda: number(page) == 0)
        return page

    yield opened
    end(*pages)


@pytest.fixture
def page(opened):
    return opened()


@pytest.fixture
def failures(page, monkeypatch):
    """The sentences that the page shows."""
    failures = []
    monkeypatch.setattr(page._posing, "_fail", failures.append)
    monkeypatch.setattr(page._quick, "_fail", failures.append)
    return failures


def view(page):
    return page._solvers.first.view


def number(page):
    return view(page).frame.get("number")


def settle(page, ticks):
    page._playing.press("run")
    wait_until(page, ticks, lambda: all(tile.view.reason for tile in page._solvers))


def cost_of(page):
    """V of the newest iterate."""
    return page._solvers.first.newest.objectives["primal"]


def test_the_first_picture_lies_over_the_marginals(page):
    assert view(page).frame["text"].startswith("Plain mixture of 33 % duck, 33 % heart")
    assert view(page).frame["dimension"] == 2
    first = np.frombuffer(view(page).scenery["clouds"][0], np.float32).reshape(-1, 3)
    np.testing.assert_allclose(first, silhouette_cloud("duck", 50), atol=1e-6)
    assert "Point at a dot" in page.controls.words.object


def test_a_run_lowers_the_cost(page, ticks):
    start = cost_of(page)
    settle(page, ticks)
    assert view(page).reason == "Converged: the points do not move any more."
    assert cost_of(page) < start
    assert view(page).figures["V fell by"].endswith("proved ✓")


def test_the_cost_changes_under_way(page, ticks):
    """The address follows, and the dots go on from where they are."""
    settle(page, ticks)
    page.cost.load(POWER)
    wait_until(page, ticks, lambda: page._posing.drawn.drawing.cost == POWER)
    assert "g=power~1.5~3" in page._window.query
    wait_until(
        page, ticks, lambda: page._solvers.first.batch.problem.costs.formula == POWER.formula
    )
    assert not page._solvers.first.plain


def test_what_lies_under_the_dots_depends_on_the_cost(opened):
    presets = PRESETS["points"]
    on_circles = opened(presets["Four circles"].replace("n=100", "n=50"))
    assert len(view(on_circles).scenery["circles"]) == 4
    shadows = opened(presets["Three shadows, W₁"].replace("n=200", "n=50"))
    assert len(view(shadows).scenery["throws"]) == 3
    assert view(shadows).frame["dimension"] == 3


def test_a_dot_has_a_partner_in_every_marginal(page, ticks):
    settle(page, ticks)
    view(page)._handle_msg({"chosen": [3, number(page)]})
    wait_until(page, ticks, lambda: view(page).links != {})
    starts = np.frombuffer(view(page).links["starts"], np.float32).reshape(-1, 2)
    dots = np.frombuffer(view(page).frame["dots"], np.float32).reshape(-1, 3)
    assert (starts == dots[3, 1:]).all()
    assert set(view(page).links["marginals"]) == {0, 1, 2}
    view(page)._handle_msg({"chosen": [None, number(page)]})
    assert view(page).links == {}


def test_a_dot_of_blurred_plans_has_partners_too(opened, ticks):
    page = opened("?p=points&n=50&s=entropic_fixed_point")
    page._choose(view(page), 3, 0)
    wait_until(page, ticks, lambda: view(page).links)
    assert len(np.frombuffer(view(page).links["marginals"], np.uint8)) >= 3


def test_a_solver_that_cannot_go_on_says_so_once(opened, ticks, monkeypatch):
    page = opened()
    said = []
    monkeypatch.setattr(page, "_fail", said.append)
    page.controls.methods.value = ["free_support"]
    wait_until(page, ticks, lambda: number(page) == 0)
    page._solvers.first._fail = said.append
    for q in (1.5, 1.6, 1.7):
        page.cost.load(GroundCost("power", 1.5, q))
        wait_until(page, ticks, lambda q=q: f"{q}" in view(page).reason)
    assert len(said) == 1


def test_past_iterates_have_plans_of_their_own(page, ticks):
    settle(page, ticks)
    page.planned.value = True
    wait_until(page, ticks, lambda: view(page).links != {})
    newest = view(page).links["starts"]
    page._seek(0)
    wait_until(page, ticks, lambda: view(page).links["starts"] != newest)
    starts = np.frombuffer(view(page).links["starts"], np.float32).reshape(-1, 2)
    dots = np.frombuffer(view(page).frame["dots"], np.float32).reshape(-1, 3)
    assert {*map(tuple, starts)} == {*map(tuple, dots[:, 1:])}
    page.planned.value = False
    assert view(page).links == {}


def test_the_landscape_is_that_of_the_chosen_dot(page, ticks):
    settle(page, ticks)
    page.landscaped.value = True
    assert page._landscape in page._views()
    view(page)._handle_msg({"chosen": [3, number(page)]})
    wait_until(page, ticks, lambda: page._landscape.frame != {})
    dots = np.frombuffer(view(page).frame["dots"], np.float32).reshape(-1, 3)
    assert page._landscape.frame["text"].startswith("Ground cost of point 4 of G at iteration")
    assert page._landscape.frame["best"] == pytest.approx(dots[3, 1:], abs=1e-5)
    page.landscaped.value = False
    assert page._landscape.frame == {}
    assert page._landscape not in page._views()


def test_another_problem_forgets_the_chosen_dot(page, ticks):
    settle(page, ticks)
    view(page)._handle_msg({"chosen": [3, number(page)]})
    wait_until(page, ticks, lambda: view(page).links != {})
    page._pad.weights = [0.5, 0.3, 0.2]
    wait_until(page, ticks, lambda: "50 % duck" in view(page).frame["text"])
    assert page._tracing._chosen == {}


def test_clouds_of_different_dimensions_are_refused_in_words(page, ticks, failures):
    """The picture stays, and another choice leads back."""
    frame = view(page).frame
    _, *others = page._marginals.value
    page._marginals.load([built_in_cloud("In space", "ball"), *others])
    wait_until(page, ticks, lambda: failures)
    assert len(failures) == 1
    assert "in the plane, but another cloud is in space" in failures[0]
    assert view(page).frame is frame
    page._marginals.load([built_in_cloud("Silhouettes", "star"), *others])
    wait_until(page, ticks, lambda: "star" in view(page).frame["text"])
    assert len(failures) == 1


def test_all_tiles_are_seen_alike(opened, ticks):
    page = opened("?p=points&n=50&m=ball.torus.octahedron&s=fixed_point.barycentric")
    one, other = (tile.view for tile in page._solvers)
    one._handle_msg({"camera": [100.0, -20.0, 2.0]})
    assert other.camera == [100.0, -20.0, 2.0]
    assert page.state().look.camera == Camera(100.0, -20.0, 2.0)
    assert "c=100.-20.200" in page._window.query
    page.controls.methods.value = ["fixed_point", "barycentric", "point_descent"]
    assert page._solvers["point_descent"].view.camera == other.camera


def test_the_view_comes_back_from_address_and_file(page, ticks):
    rows = np.array([[0.5, 0.2, 0.3], [0.25, 0.7, 0.6], [0.25, 0.8, 0.1]])
    page._marginals.load(
        [uploaded_cloud(rows, "stars"), drawn_cloud(rows), page._marginals.value[2]]
    )
    page.cost.load(POWER)
    state, notes = from_file(to_file(page.state()))
    assert notes == []
    assert [marginal.label for marginal in state.marginals] == ["stars", "points", "rabbit"]
    np.testing.assert_array_equal(state.marginals[0].source, rows)
    page.cost.load(GroundCost())
    page._restore(state, [])
    assert page.state().cost == POWER
    wait_until(page, ticks, lambda: page._posing.drawn.drawing == page._drawing())
    assert page._posing.drawn.drawing.cost == POWER
    assert page._window.query == to_query(state)


def test_a_view_that_comes_back_stands_still(page, monkeypatch):
    """Only the visitor's own hand on the cost lets the solvers follow."""

    class AtOnce:
        def offer(self, kind, work, done):
            done(work(lambda: False))

        def drop(self, kind):
            pass

    monkeypatch.setattr(page._posing, "_background", AtOnce())
    page._restore(replace(page.state(), cost=POWER), [])
    assert page._posing.drawn.drawing.cost == POWER
    assert not page._solvers.playing
    page.cost.load(GroundCost())
    assert page._solvers.playing


@pytest.mark.parametrize("name", PRESETS["points"])
def test_presets_are_addresses(name):
    """Nothing in them is unknown, and the page spells them the same way."""
    state, notes = from_query(PRESETS["points"][name])
    assert notes == []
    again, notes = from_query(to_query(state))
    assert notes == []
    assert to_query(again) == to_query(state)
    assert (again.cost, again.grid, again.solvers) == (state.cost, state.grid, state.solvers)
