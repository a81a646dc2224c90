"""The twister page without a browser: fans, energies, costs and ε; and that its threads end."""

from __future__ import annotations

import re
from queue import Queue

import numpy as np
import pytest

from explorer.address import from_query, to_query
from explorer.inputs.ground_costs import GroundCost
from explorer.pages.twister import TwisterPage
from explorer.presets import PRESETS
from explorer.subjects import TWISTER
from explorer.theme import EXACT_COLOR, MARGINAL_COLORS
from tests.explorer.helpers import end, wait_until

QUICK = "?p=twister&n=500&s=energy_guided~length-60~batch-16~shown-60~plan_steps-20"
SQUARED, OWN = GroundCost("squared"), GroundCost("own", expression="r**2")


@pytest.fixture
def ticks():
    return Queue()


@pytest.fixture
def opened(ticks):
    """Opens the page with a query; its threads must end."""
    pages = []

    def opened(query=QUICK):
        page = TwisterPage(ticks.put, *from_query(query))
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


def ends(view):
    return np.frombuffer(view.fan["ends"], np.float32).reshape(-1, 2)


def spread(view):
    """What is said of a fan's spread."""
    return float(re.search(r"spread ([\d.]+)\.", view.fan["text"])[1])


def upper(page):
    """A place among the samples of the first marginal."""
    return page.drawn.arrays[0][5, 1:].tolist()


def press(page, ticks, dot=None):
    """Ask of a place among the first marginal's samples, or of a dot, and wait for the fans."""
    view(page)._handle_msg({"asked": [upper(page), dot]})
    wait_until(page, ticks, lambda: view(page).fan and page._answer.fan)


def test_a_place_shows_its_fan_and_the_exact_one(page, ticks):
    press(page, ticks)
    fan, exact = view(page).fan, page._answer.fan
    place = page.drawn.frame.lift(np.array(upper(page)))
    at = f"({place[0]:.2f}, {place[1]:.2f})"
    for shown in (fan, exact):
        assert shown["text"].startswith(f"A point of right twist at {at} goes to (")
        assert "on average, spread " in shown["text"]
        assert shown["source"] == pytest.approx(upper(page))
        assert shown["color"] == MARGINAL_COLORS[0]
    assert ends(view(page)).shape == (40, 2)
    mean = page._posed.exact.maps(0, place[None])
    np.testing.assert_allclose(exact["mean"], page.drawn.frame.place(mean)[0], atol=0.01)
    view(page)._handle_msg({"asked": [None, None]})
    assert view(page).fan == page._answer.fan == {}


def test_a_dot_shows_the_fan_of_the_point_that_it_was_drawn_for(page, ticks):
    press(page, ticks, dot=25)
    source = page._solvers.first.painted.state.shown_sources[1, 5].double().numpy()
    np.testing.assert_allclose(view(page).fan["source"], page.drawn.frame.place(source))
    assert view(page).fan["text"].startswith("A point of lower twist at")


def test_a_fan_follows_the_training(page, ticks):
    press(page, ticks)
    first = ends(view(page))
    page._playing.press("run")
    wait_until(page, ticks, lambda: view(page).reason and page._quick._current is None)
    wait_until(page, ticks, lambda: not page._quick._requests)
    assert "Trained" in view(page).reason
    assert np.abs(ends(view(page)) - first).max() > 1e-3
    page._seek(0)
    assert view(page).fan == {"text": "Past iterates have no fans: their potentials are not kept."}
    page._seek(None)
    wait_until(page, ticks, lambda: "ends" in view(page).fan)


def test_the_energy_is_seen_beside_the_exact_mode(page, ticks):
    page.landscaped.value = True
    assert page._views()[-1] is page._landscape
    press(page, ticks)
    wait_until(page, ticks, lambda: page._landscape.frame)
    frame = page._landscape.frame
    assert frame["text"].startswith("Energy by EGB at iteration 0: A point of right twist at")
    assert frame["best"] == pytest.approx(upper(page), abs=0.01)  # potentials are zero
    assert frame["colors"] == [MARGINAL_COLORS[0], EXACT_COLOR]
    assert "exact mode ✕" in frame["note"]
    page.landscaped.value = False
    assert page._landscape not in page._views()
    assert page._landscape.frame == {}
    assert "ends" in view(page).fan


def test_another_regularisation_keeps_the_point(page, ticks):
    press(page, ticks)
    blurred = spread(page._answer)
    page.reg.value = 1.0
    wait_until(page, ticks, lambda: page._posed is not None and page._posed.reg == 1.0)
    assert "e=1" in page._window.query
    assert page._solvers.playing  # solvers follow the slider
    page._solvers.pause()
    wait_until(page, ticks, lambda: spread(page._answer) > 5 * blurred)
    wait_until(page, ticks, lambda: page._solvers.first.painted.problem.reg == 1.0)
    wait_until(page, ticks, lambda: spread(view(page)) > 5 * blurred)
    assert view(page).fan["source"] == pytest.approx(upper(page))


def test_only_the_twisted_cost_has_an_exact_answer(page, ticks):
    assert page._answer in page.controls._cards
    page.controls.live.value = False
    page.landscaped.value = True
    press(page, ticks)
    for cost in (SQUARED, OWN):
        page.cost.load(cost)
        wait_until(page, ticks, lambda cost=cost: page._posing.drawn.drawing.cost == cost)
        assert page._answer not in page.controls._cards
        assert page._landscape in page.controls._cards
        assert page._answer.fan == {}
        wait_until(
            page,
            ticks,
            lambda: page._solvers.first.painted.problem is page._posed and "ends" in view(page).fan,
        )


def test_other_marginals_forget_the_point(page, ticks):
    press(page, ticks)
    _, *others = page._marginals.value
    page._marginals.load([TWISTER.make("In the plane", "ring"), *others])
    wait_until(page, ticks, lambda: page.drawn.marginals[0].label == "ring")
    assert view(page).fan == page._answer.fan == {}
    assert page._posed.exact is None
    wait_until(page, ticks, lambda: "ring" in view(page).frame["text"])


def test_a_marginal_without_weight_says_so(page, ticks):
    press(page, ticks)
    page._pad.weights = [0.0, 0.5, 0.5]
    sentence = "Nothing is sent from there: its distribution has weight 0."
    wait_until(page, ticks, lambda: page._answer.fan.get("text") == sentence)
    view(page)._handle_msg({"asked": [upper(page), None]})  # the nearest that counts
    wait_until(page, ticks, lambda: "A point of" in page._answer.fan["text"])
    assert "right twist" not in page._answer.fan["text"]


def test_lines_lead_from_dots_to_their_samples(page, ticks):
    page.planned.value = True
    wait_until(page, ticks, lambda: view(page).links)
    assert list(view(page).links["marginals"]) == [0] * 20 + [1] * 20 + [2] * 20
    page.planned.value = False
    assert view(page).links == {}


def test_discrete_barycenters_have_no_fans(opened, ticks):
    page = opened("?p=twister&n=500&s=cdwb~samples-50~points-20")
    view(page)._handle_msg({"asked": [upper(page), None]})
    wait_until(page, ticks, lambda: page._answer.fan)
    assert view(page).fan == {}
    page.controls.methods.value = ["cdwb", "energy_guided"]
    tile = page._solvers["energy_guided"]
    wait_until(page, ticks, lambda: "ends" in tile.view.fan)
    page.controls.methods.value = ["cdwb"]
    wait_until(page, ticks, lambda: not page._quick._requests)


def test_a_formula_that_is_no_cost_is_refused_in_words(page, ticks, failures):
    press(page, ticks)
    picture = view(page).frame
    page.cost.load(GroundCost("own", expression="r**2*sqrt(x1)"))
    wait_until(page, ticks, lambda: failures)
    assert len(failures) == 1
    assert failures[0].endswith(".")
    assert view(page).frame is picture
    page.cost.load(GroundCost("twister"))
    wait_until(page, ticks, lambda: page._posing.drawn.drawing.cost.family == "twister")


def test_the_view_comes_back_from_its_address(page):
    page.cost.load(OWN)
    page.reg.value = 0.3
    again, notes = from_query(to_query(page.state()))
    assert notes == []
    assert (again.cost, again.reg) == (OWN, 0.3)
    page._restore(from_query(QUICK)[0], [])
    assert page.state().cost == GroundCost("twister")
    assert page.state().reg == 0.01


@pytest.mark.parametrize("name", PRESETS.get("twister", {}))
def test_presets_are_addresses(name):
    """Nothing in them is unknown, and the page spells them the same way."""
    state, notes = from_query(PRESETS["twister"][name])
    assert notes == []
    assert to_query(from_query(to_query(state))[0]) == to_query(state)
