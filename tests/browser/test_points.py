"""The points page: costs and solvers, the plans behind a dot, what is replayed and compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, expect

from explorer.address import from_query, to_query
from explorer.presets import PRESETS
from tests.browser.app import App

OpenApp = Callable[..., App]

PAGE = "?p=points&n=50"
SETTLED = "Converged: the points do not move any more."
# What a solver's view was told to draw, by its label.
_LINKS = """label => {
  for (const {data} of Bokeh.documents[0]._all_models.values())
    if (data?.links?.starts && data.label === label)
      return [[...new Float32Array(data.links.starts)], [...new Uint8Array(data.links.marginals)]]
  return [[], []]
}"""


@pytest.fixture
def app(open_app: OpenApp) -> App:
    """Small clouds, so that all is quick."""
    return open_app(PAGE)


def lines(app: App, solver: str = "G") -> tuple[NDArray[np.float64], list[int]]:
    """Where the lines of a solver begin, (L, 2), and the marginals where they end."""
    starts, marginals = app.page.evaluate(_LINKS, solver)
    return np.reshape(starts, (-1, 2)), marginals


def caption(app: App, solver: str = "G") -> Locator:
    """What is said of the chosen dot."""
    return app.tile(solver).get_by_text("% of the mass at")


def place(app: App, solver: str = "G") -> list[float]:
    """Where the caption says that the chosen dot is."""
    found = re.search(r"at \((.*)\)", caption(app, solver).inner_text())
    assert found is not None
    return [float(number) for number in found[1].split(", ")]


def point_at_a_dot(app: App) -> None:
    """Over the cloud, from left to right, until a dot is near enough."""
    box = app.picture.bounding_box()
    assert box is not None
    rightwards = iter(range(-60, 60, 4))

    def found() -> bool:
        app.page.mouse.move(
            box["x"] + box["width"] / 2 + next(rightwards), box["y"] + box["height"] / 2
        )
        return caption(app).count() > 0

    app.wait_until(found)


def settle(app: App, *solvers: str) -> None:
    """Run until the solvers have stopped for the best of reasons."""
    app.button("Run").click()
    for solver in solvers or ("G",):
        expect(app.tile(solver).get_by_text(SETTLED)).to_be_visible()


def test_a_run_lowers_the_cost_until_nothing_moves(open_app: OpenApp) -> None:
    app = open_app("?p=points")
    for i, name in enumerate(("duck", "heart", "rabbit")):
        expect(app.button(f"marginal {i + 1}: {name}")).to_be_visible()
    start = app.pixels()
    settle(app)
    last = app.iteration()
    costs = app.wait_for_curve("fixed_point primal", lambda values: len(values) == last + 1)
    assert costs[-1] < 0.9 * costs[0]
    assert all(after <= before * (1 + 1e-9) for before, after in pairwise(costs))
    assert app.pixels() != start
    expect(app.tile("G").get_by_text("proved ✓")).to_be_visible()
    expect(app.button("Run")).to_be_visible()
    app.wait_for_text_alternative(f"Barycenter of {app.recipe()} by G at iteration {last}")


def test_the_exponents_change_the_cloud_at_once(app: App) -> None:
    """The address holds them, and brings them back."""
    settle(app)
    picture = app.pixels()
    app.choose("Cost", "Norm ‖x − y‖ₚ^q")
    app.expect_address("g=power~1.5~1.5")
    picture = app.wait_for_new_picture(picture)
    for name in ("p", "q"):
        app.page.get_by_role("slider", name=name, exact=True).press("End")
        picture = app.wait_for_new_picture(picture)
    app.expect_address("g=power~4~4")
    app.expect_text(SETTLED)
    app.page.wait_for_load_state("networkidle")
    app.page.reload()
    app.wait_for_iteration(lambda number: number == 0)
    slider = app.page.get_by_role("slider", name="q", exact=True)
    expect(slider).to_have_value("4")
    app.expect_text(r"c\(x, y\) = ‖x − y‖₄⁴")


@pytest.fixture
def formula(app: App) -> Locator:
    """The field for a formula of one's own."""
    app.choose("Cost", "Your own formula")
    app.expect_address("g=own~")
    return app.page.get_by_role("textbox", name="c(x, y) =")


def test_a_formula_of_ones_own(app: App, formula: Locator) -> None:
    settle(app)
    picture = app.pixels()
    formula.fill("3*abs(x1 - y1) + (x2 - y2)**2")
    formula.press("Enter")
    app.expect_text(r"c\(x, y\) = 3\*abs")
    app.wait_for_new_picture(picture)
    app.expect_text("Converged")
    costs = app.wait_for_curve("fixed_point primal", lambda values: len(values) >= 2)
    assert costs[-1] <= costs[0]


def test_hostile_formulas_are_refused(app: App, formula: Locator) -> None:
    """A sentence beside the field says why; the cost stays what it was, and the page lives on."""
    before = app.page.url
    alert = app.page.get_by_role("alert").filter(has_text="The previous cost stays.")
    for hostile, reason in {
        '__import__("os").system("x")': "__import__",
        "(1).__class__": "class",
        "9**9**9**9": "finite|large",
        "x1 + " * 60: "characters|no formula",
        'open("x")': "open",
        "<img src=x onerror=alert(1)>": "img|syntax|formula",
        "": "empty|formula",
    }.items():
        formula.fill(hostile)
        formula.press("Enter")
        expect(alert).to_have_text(re.compile(reason))
        expect(alert).to_have_count(1)
    app.button("Reset").click()
    app.button("Step").click()
    app.wait_for_iteration(lambda number: number == 1)
    assert app.page.url == before
    formula.fill("(x1 - y1)**2 + (x2 - y2)**2")
    formula.press("Enter")
    expect(alert).to_have_count(0)


def test_a_dot_shows_its_partners(app: App) -> None:
    """Lines to every marginal and a caption, as long as the pointer is there."""
    settle(app)
    plain = app.pixels()
    point_at_a_dot(app)
    app.wait_until(lambda: set(lines(app)[1]) == {0, 1, 2})
    starts, _ = lines(app)
    assert np.ptp(starts, axis=0) == pytest.approx(0)
    assert place(app) == pytest.approx(starts[0], abs=6e-4)
    assert app.pixels() != plain
    app.button("Export").hover()
    expect(caption(app)).to_have_count(0)
    app.wait_until(lambda: lines(app)[1] == [] and app.pixels() == plain)


def test_a_dot_is_chosen_by_keys(app: App) -> None:
    """Arrows go from dot to dot, Escape leaves; the weights stay."""
    weights = app.weights()
    app.picture.press("ArrowRight")
    expect(caption(app)).to_be_visible()
    first = place(app)
    app.picture.press("ArrowRight")
    app.wait_until(lambda: place(app)[0] > first[0])
    app.wait_until(
        lambda: len(starts := lines(app)[0]) > 0 and abs(starts[0] - place(app)).max() < 1e-3
    )
    app.picture.press("Escape")
    expect(caption(app)).to_have_count(0)
    app.wait_until(lambda: lines(app)[1] == [])
    assert app.weights() == weights


def test_all_plans_of_any_iterate(app: App) -> None:
    """Every dot has lines to every marginal; a past iterate has its own."""
    settle(app)
    app.button("Plans").click()
    app.wait_until(lambda: len(lines(app)[1]) >= 3 * 50)
    newest = lines(app)[0]
    app.page.get_by_role("slider", name="iterate", exact=True).fill("0")
    app.wait_for_iteration(lambda number: number == 0)
    app.wait_until(lambda: not np.isin(newest, lines(app)[0]).all())
    assert len(lines(app)[1]) >= 3 * 50
    app.button("Plans").click()
    app.wait_until(lambda: lines(app)[1] == [])


def test_the_landscape_follows_the_dot(app: App) -> None:
    app.button("Cost landscape").click()
    app.expect_text("Point at a dot of the barycenter")
    app.picture.press("ArrowRight")
    landscape = app.page.get_by_role("img", name=re.compile("^Ground cost of point .* of G"))
    expect(landscape).to_be_visible()
    first, told = app.image(landscape), landscape.get_attribute("aria-label")
    app.picture.press("ArrowRight")
    expect(landscape).not_to_have_attribute("aria-label", told or "")
    app.wait_until(lambda: app.image(landscape) != first)
    app.button("Cost landscape").click()
    expect(landscape).to_have_count(0)


def test_three_fixed_points_side_by_side(open_app: OpenApp) -> None:
    app = open_app(PAGE + "&s=fixed_point.barycentric.entropic_fixed_point")
    app.button("Run").click()
    for solver, reason in (("G", SETTLED), ("H", SETTLED), ("Gε", "Settled: in ")):
        expect(app.tile(solver).get_by_text(reason)).to_be_visible()
    assert len({app.pixels(solver) for solver in ("G", "H", "Gε")}) == 3
    names = ("fixed_point primal", "entropic_fixed_point primal", "entropic_fixed_point estimate")

    def entropy_costs() -> bool:
        exact, blurred, regularised = (app.curve(name)[-1] for name in names)
        return exact < blurred < regularised

    app.wait_until(entropy_costs)
    rows = app.page.get_by_role("table").get_by_role("rowheader")
    assert rows.all_inner_texts() == ["G", "H", "Gε"]


def test_free_support_takes_the_squared_distance_only(app: App) -> None:
    """Under another cost it says so in a sentence, and the others go on."""
    app.button("Free support").click()
    settle(app, "G", "Free support")
    app.choose("Cost", "Norm ‖x − y‖ₚ^q")
    app.expect_text("must be the squared distance for Free support; H takes any")
    expect(app.tile("G").get_by_text(SETTLED)).to_be_visible()
    app.choose("Cost", "Squared distance")
    app.expect_address("s=fixed_point.free_support")
    settle(app, "G", "Free support")


def test_a_corner_gives_the_marginal_back(app: App) -> None:
    """All the weight on the heart: each dot is one of its points, and V is zero."""
    box = app.pad.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    app.page.mouse.move(x, y)
    app.page.mouse.down()
    app.page.mouse.move(x + 0.48 * box["width"], y + 0.28 * box["width"], steps=6)
    app.page.mouse.up()
    assert app.weights() == [0, 100, 0]
    app.expect_text(SETTLED)
    app.wait_until(lambda: app.curve("fixed_point primal")[-1:] == [pytest.approx(0, abs=1e-12)])


def test_replay(app: App) -> None:
    """Every iterate comes back as it was."""
    start = app.pixels()
    settle(app)
    newest, last = app.pixels(), app.iteration()
    slider = app.page.get_by_role("slider", name="iterate", exact=True)
    expect(slider).to_have_attribute("aria-valuetext", f"iterate {last} of {last}")
    slider.fill("0")
    app.wait_for_iteration(lambda number: number == 0)
    assert app.pixels() == start
    app.wait_until(lambda: app.cursor() == 0)
    app.button("Play the recording").click()
    app.wait_for_iteration(lambda number: number == last)
    assert app.pixels() == newest


def test_thousands_of_points_leave_the_page_alive(open_app: OpenApp) -> None:
    """While plans of 2,000 points are computed, the page answers."""
    app = open_app("?p=points&n=2000")
    app.button("Run").click()
    expect(app.button("Pause")).to_be_visible()
    app.button("support").click()
    app.expect_address("v=support")
    app.button("Pause").click()
    expect(app.button("Run")).to_be_visible()


def test_the_examples(app: App) -> None:
    """Each opens from the menu, improves V, and stops with a sentence or goes on."""
    for name, query in PRESETS["points"].items():
        app.choose("Examples", name)
        app.expect_address(to_query(from_query(query)[0]))
        app.button("Reset").click()
        app.wait_for_iteration(lambda number: number == 0)
        app.button("Run").click()
        app.wait_for_iteration(lambda number: number >= 2)
        costs = app.wait_for_curve("fixed_point primal", lambda values: len(values) >= 3)
        assert costs[-1] < costs[0]
        app.expect_text("is forming|has stopped")
    expect(app.page.get_by_role("alert")).to_have_count(0)
