"""The mixtures page: its solvers, plans, examples and replay."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import ot
import pytest
from playwright.sync_api import expect

from explorer.presets import PRESETS
from solvers import MixtureProblem, iterates
from solvers.gaussians import gaussian_barycenters
from solvers.gmm import GMMFixedPoint
from solvers.mixture_presets import preset
from solvers.mixtures import Mixture
from tests.browser.app import App
from tests.browser.test_exports import export
from tests.browser.test_mixture_board import PAGE, component, components, held, middle, wait_for_own

OpenApp = Callable[..., App]
TRIOS = ("trio upper left", "trio upper right", "trio below")
ONE_EACH = PRESETS["mixtures"]["One Gaussian each"]

# How many lines to the marginals the tiles have.
_LINES = """() => [...Bokeh.documents[0]._all_models.values()]
  .filter(model => model.attributes.links)
  .map(model => model.links.marginals?.byteLength ?? 0)"""


def converge(app: App) -> None:
    app.button("Run").click()
    app.expect_text("Converged: the components do not move any more.")


def arrays(app: App) -> dict[str, Any]:
    """What the page exports as arrays."""
    _, data = export(app, "All arrays (NPZ)")
    with np.load(BytesIO(data), allow_pickle=False) as file:
        return dict(file)


def barycenter(app: App, solver: str = "gmm_fixed_point") -> Mixture:
    return Mixture.of_rows(arrays(app)[f"{solver}_barycenter"])


def wait_for_lines(app: App, fits: Callable[[int], bool]) -> int:
    """Wait until the first tile has so many lines to the marginals; their number."""
    app.wait_until(lambda: fits(app.page.evaluate(_LINES)[0]))
    return int(app.page.evaluate(_LINES)[0])


def test_g_and_h_side_by_side(open_app: OpenApp) -> None:
    """H keeps the nine components of the start, and V falls with both."""
    app = open_app(PAGE)
    app.button("H").click()
    expect(app.tile("H")).to_be_visible()
    start = app.pixels("H")
    converge(app)
    app.wait_for_new_picture(start, "H")
    for solver in ("G", "H"):
        expect(app.tile(solver).get_by_role("status").last).to_contain_text("Converged")
    assert app.pixels("G") != app.pixels("H")
    g = app.wait_for_curve("gmm_fixed_point primal", lambda values: len(values) > 1)
    h = app.wait_for_curve("gmm_barycentric primal", lambda values: len(values) > 1)
    assert g == sorted(g, reverse=True)
    assert g[0] == h[0] > h[-1] >= g[-1] > 0
    app.expect_address("s=gmm_fixed_point.gmm_barycentric")
    app.button("support").click()
    nine = app.wait_for_curve("gmm_barycentric support", lambda values: len(values) == len(h))
    assert set(nine) == {9}


def test_plans(open_app: OpenApp) -> None:
    """All lines by a switch; those of one component under the pointer, or by key."""
    app = open_app(PAGE)
    converge(app)
    plain = app.pixels()
    app.button("Plans").click()
    every = wait_for_lines(app, lambda count: count > 0)
    lined = app.wait_for_new_picture(plain)
    app.button("Plans").click()
    wait_for_lines(app, lambda count: count == 0)
    app.wait_until(lambda: app.pixels() == plain)

    *_, last = iterates(GMMFixedPoint(), MixtureProblem([preset(name) for name in TRIOS]))
    x, y = last.barycenter.means[last.barycenter.weights.argmax()]
    box = app.picture.bounding_box()
    assert box is not None
    app.picture.hover(position={
        "x": (x + 0.05) / 1.1 * box["width"], "y": (1.05 - y) / 1.1 * box["height"]
    })  # fmt: skip
    own = wait_for_lines(app, lambda count: count > 0)
    assert 3 <= own < every
    told = app.tile("G").get_by_role("status").first
    expect(told).to_have_text(re.compile(rf"^component \d: weight .*centre {x:.2f}, {y:.2f}$"))
    assert app.wait_for_new_picture(plain) != lined
    app.page.mouse.move(0, 0)
    wait_for_lines(app, lambda count: count == 0)
    expect(told).to_be_empty()
    app.picture.press("ArrowRight")
    expect(told).to_have_text(re.compile("^component 1: "))
    wait_for_lines(app, lambda count: count > 0)
    app.picture.press("Escape")
    wait_for_lines(app, lambda count: count == 0)


def test_one_gaussian_each_is_the_bures_case(open_app: OpenApp) -> None:
    """The barycenter is the closed form, ours and POT's, also after an ellipse was dragged."""
    app = open_app(PAGE)
    app.choose("Examples", "One Gaussian each")
    app.button("marginal 2: single tilted").click()
    expect(component(app, 1, 2)).to_have_attribute("aria-pressed", "true")
    with held(app, component(app, 1, 2)) as move:
        move(40, 30)
    wait_for_own(app, lambda m: m.means[0][0] > 0.55, slot=2)
    app.weight("single round").fill("30")
    app.wait_for_weights(lambda weights: weights[0] == pytest.approx(30))
    converge(app)
    found = arrays(app)
    given = [Mixture.of_rows(rows) for rows in found["marginals"]]
    means = np.stack([mixture.means[0] for mixture in given])
    covariances = np.stack([mixture.covariances[0] for mixture in given])
    mixture = Mixture.of_rows(found["gmm_fixed_point_barycenter"])
    assert found["weights"] == pytest.approx([0.3, 0.7])
    by_pot = ot.gaussian.bures_wasserstein_barycenter(
        means, covariances, found["weights"], num_iter=1000, eps=1e-12
    )
    ours = gaussian_barycenters(means[None], covariances[None], found["weights"])
    for mean, covariance in (by_pot, (ours[0][0], ours[1][0])):
        assert len(mixture) == 1
        np.testing.assert_allclose(mixture.means[0], mean, atol=1e-6)
        np.testing.assert_allclose(mixture.covariances[0], covariance, atol=1e-6)


def test_one_gaussian_each_tells_how_far_it_is_off_the_closed_form(open_app: OpenApp) -> None:
    app = open_app(PAGE)
    expect(app.tile("G").locator(".figures")).to_contain_text("support")
    expect(app.tile("G").locator(".figures")).not_to_contain_text("off Bures")
    app.choose("Examples", "One Gaussian each")
    app.expect_address("m=single-round.single-tilted")
    app.button("H").click()
    converge(app)
    for solver in ("G", "H"):
        tile = app.tile(solver)
        expect(tile.get_by_role("status").last).to_contain_text("Converged")
        found = re.search(r"off Bures\s*(\S+)", tile.locator(".figures").inner_text())
        assert found
        assert float(found[1]) < 1e-12


def test_components_exactly_on_top_of_each_other(open_app: OpenApp) -> None:
    """Twice and thrice the same Gaussian are one, and their barycenter is it."""
    app = open_app(f"{PAGE}&m=single-round.single-round")
    for _ in range(2):
        app.button("Add component").click()
    wait_for_own(app, lambda m: len(m) == 3)
    for number in (2, 3):
        with held(app, component(app, number, 1)) as move:
            (to_x, to_y), (x, y) = (
                component(app, i, 1).evaluate(
                    "g => { const m = g.getCTM(); return [m.e, m.f] }"
                )
                for i in (1, number)
            )  # fmt: skip
            move(to_x - x, to_y - y)
    three = wait_for_own(app, lambda m: len(m) == 3 and np.ptp(m.means, axis=0).max() < 5e-3)
    assert len(three) == 3
    converge(app)
    assert app.page.get_by_role("alert").count() == 0
    assert np.abs(barycenter(app).means - 0.5).max() < 0.01


def test_a_corner_gives_back_its_mixture(open_app: OpenApp) -> None:
    """The point dragged beyond it."""
    app = open_app(PAGE)
    corners = np.array([middle(image) for image in app.page.locator("svg.pad image").all()])
    centre = corners.mean(axis=0)
    app.page.mouse.move(*centre)
    app.page.mouse.down()
    app.page.mouse.move(*(centre + 1.3 * (corners[1] - centre)), steps=10)
    app.page.mouse.up()
    app.wait_for_weights(lambda weights: weights == [0, 100, 0])
    app.expect_text("Done: only one marginal has weight")
    found, given = barycenter(app), preset("trio upper right")
    np.testing.assert_allclose(np.asarray(found), np.asarray(given), atol=1e-12)
    value = app.wait_for_curve("gmm_fixed_point primal", lambda values: len(values) == 1)
    assert value == pytest.approx([0], abs=1e-15)


@pytest.mark.parametrize("name", PRESETS["mixtures"])
def test_examples_run(open_app: OpenApp, name: str) -> None:
    app = open_app(PAGE + "&m=cross.wave")
    app.choose("Examples", name)
    query = PRESETS["mixtures"][name]
    usual = ".".join(trio.replace(" ", "-") for trio in TRIOS)
    if usual in query:
        expect(app.page).to_have_url(re.compile(r"\?p=mixtures$"))
    else:
        app.expect_address(query.removesuffix("&n=5"))
    converge(app)
    values = app.wait_for_curve("gmm_fixed_point primal", lambda values: len(values) > 1)
    assert 0 < values[-1] < values[0]


def test_replay(open_app: OpenApp) -> None:
    """A past iterate comes back with its own picture and its own plans."""
    app = open_app(PAGE)
    start = app.pixels()
    converge(app)
    last, newest = app.iteration(), app.pixels()
    app.page.get_by_role("slider", name="iterate", exact=True).fill("0")
    app.wait_for_iteration(lambda number: number == 0)
    app.wait_until(lambda: app.pixels() == start)
    app.button("Plans").click()
    assert wait_for_lines(app, lambda count: count > 0) > 9
    app.button("Back to the newest iterate").click()
    app.wait_for_iteration(lambda number: number == last)
    app.button("Plans").click()
    app.wait_until(lambda: app.pixels() == newest)


def test_two_to_four_mixtures(open_app: OpenApp) -> None:
    app = open_app(PAGE)
    app.button("Add a marginal").click()
    expect(components(app, 4)).to_have_count(3)
    expect(app.button("Add a marginal")).to_have_count(0)
    app.wait_for_weights(lambda weights: weights == [25, 25, 25, 25])
    converge(app)
    for count in (3, 2):
        app.page.get_by_role("button", name=re.compile("^Remove marginal")).click()
        sliders = app.page.get_by_role("slider", name=re.compile("^weight of "))
        expect(sliders).to_have_count(count)
        expect(components(app, count + 1)).to_have_count(0)
    expect(app.page.get_by_role("button", name=re.compile("^Remove marginal"))).to_have_count(0)
    app.wait_until(lambda: app.recipe() in (app.picture.get_attribute("aria-label") or ""))
    converge(app)
