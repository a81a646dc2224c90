"""Comparing solvers, dragging live, replaying, tracing mass, animating: what is on the screen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.app import App


def rows(app: App) -> list[list[str]]:
    """The body of the comparison table, cell by cell."""
    text = app.page.get_by_role("table").inner_text()  # at once: the table changes all the time
    return [line.split("\t") for line in text.splitlines() if "\t" in line][1:]


def test_solvers_side_by_side(app: App) -> None:
    """Toggles open and close tiles; all have the same problem, own curves, a row and a button."""
    app.choose("Grid", "128²")
    app.wait_for_size(128, 128)
    for solver in ("CWB", "DSB"):
        app.button(solver).click()
        expect(app.tile(solver)).to_be_visible()
    app.button("Run").click()
    for solver in ("SGA", "CWB", "DSB"):
        app.wait_for_iteration(lambda number: number >= 3, solver)
    assert len({app.pixels(solver) for solver in ("SGA", "CWB", "DSB")}) == 3

    app.button("Pause CWB").click()
    expect(app.button("Run CWB")).to_be_visible()
    for _ in range(5):  # the iterate that was being computed may still come
        before, reached = app.pixels("CWB"), app.iteration("DSB")
        app.wait_for_iteration(lambda number, reached=reached: number > reached + 2, "DSB")
        if app.pixels("CWB") == before:
            break
    else:
        pytest.fail("CWB goes on, although it is paused")
    expect(app.button("Pause")).to_be_visible()

    app.button("Run CWB").click()
    app.wait_for_iteration(lambda number: number >= 10, "CWB")
    app.wait_for_iteration(lambda number: number >= 20, "SGA")
    app.button("Pause").click()

    def exact_before_debiased_before_blurred() -> bool:
        """Costs of the plain mixtures come first."""
        labels, costs, *_ = zip(*rows(app), strict=True)
        assert labels == ("SGA", "CWB", "DSB")
        return "…" not in costs and float(costs[0]) < float(costs[2]) < float(costs[1])

    app.wait_until(exact_before_debiased_before_blurred)
    assert app.curve("sga dual")[0] == 0
    assert len(app.curve("cwb primal")) >= 1

    app.button("DSB").click()
    expect(app.tile("DSB")).to_have_count(0)
    app.wait_for_curve("dsb primal", lambda values: not values)
    assert [row[0] for row in rows(app)] == ["SGA", "CWB"]


def test_settings_of_each_solver_are_its_own(app: App) -> None:
    """ε of one entropic solver changes its picture and its label, not the other's."""
    app.button("CWB").click()
    app.button("DSB").click()
    app.button("SGA").click()
    app.expect_address("s=cwb.dsb")
    app.button("CWB settings").click()
    app.page.get_by_role("slider", name="Reg").first.fill("0.02")
    app.button("Run").click()
    expect(app.tile("CWB").get_by_text("ε 0.02")).to_be_visible()
    expect(app.tile("DSB").get_by_text("ε 0.005, debiased")).to_be_visible()
    app.expect_address("reg-0.02")


def test_the_barycenter_follows_the_hand(open_app: Callable[..., App]) -> None:
    """While the pointer is down pictures change; on release the solver settles and stops."""
    app = open_app("?n=64")
    app.wait_for_size(64, 64)
    mixture = app.pixels()
    box = app.pad.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    app.page.mouse.move(x, y)
    app.page.mouse.down()
    seen = mixture
    for step in range(1, 4):
        app.page.mouse.move(x - 12 * step, y - 10 * step, steps=3)
        seen = app.wait_for_new_picture(seen)
    app.page.mouse.up()
    app.expect_text("Converged: the objective")
    assert app.pixels() != mixture
    expect(app.button("Run")).to_be_visible()
    assert app.weights()[0] > 40
    number = app.iteration()
    app.wait_for_text_alternative(f"Barycenter of {app.recipe()} by SGA at iteration {number}")


def test_replay(app: App) -> None:
    """The timeline brings back any iterate, picture and cursor together, and plays them."""
    app.choose("Grid", "64²")
    app.wait_for_size(64, 64)
    first = app.pixels()
    app.button("Run").click()
    app.expect_text("Converged: the objective")
    last = app.iteration()
    newest = app.pixels()
    slider = app.page.get_by_role("slider", name="iterate", exact=True)
    expect(slider).to_have_attribute("aria-valuetext", f"iterate {last} of {last}")

    slider.fill("5")
    app.wait_for_iteration(lambda number: number == 5)
    fifth = app.pixels()
    assert fifth not in (first, newest)
    app.wait_until(lambda: app.cursor() == 5)
    slider.fill("0")
    app.wait_for_iteration(lambda number: number == 0)
    assert app.pixels() == first

    app.button("faster").click()
    app.button("faster").click()
    app.button("Play the recording").click()
    app.wait_for_iteration(lambda number: 0 < number < last)
    app.wait_for_iteration(lambda number: number == last)
    assert app.pixels() == newest
    expect(app.button("Back to the newest iterate")).to_be_disabled()
    app.wait_until(lambda: app.cursor() is None)

    slider.fill("5")
    app.wait_for_iteration(lambda number: number == 5)
    app.button("Run").click()  # goes on behind the replay
    app.wait_for_text(app.page.get_by_text(re.compile("^iterate 5 of")), lambda text: (
        int((text or "0").split()[-1]) > last
    ))  # fmt: skip
    assert app.pixels() == fifth
    app.button("Back to the newest iterate").click()
    app.wait_for_iteration(lambda number: number > last)


def test_where_mass_comes_from(app: App) -> None:
    """Colours by origin, arrows, the spot under the pointer, and the way from a marginal."""
    app.button("Where mass comes from").click()
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 15)
    app.button("Pause").click()
    traced = app.page.get_by_role("img", name=re.compile("coloured by where its mass comes from"))
    expect(traced).to_have_attribute("aria-label", re.compile("in duck$"))
    by_duck = app.image(traced)
    colours = traced.evaluate(
        "c => new Set(Array.from(new Uint32Array(c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data.buffer))).size"
    )
    assert colours > 200

    app.button("painted by heart").click()
    expect(traced).to_have_attribute("aria-label", re.compile("in heart$"))
    assert app.image(traced) != by_duck

    box = traced.bounding_box()
    assert box is not None
    app.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    spots = app.page.locator(".marginal .spot:visible")
    expect(spots).to_have_count(4)
    before = spots.first.bounding_box()
    app.page.mouse.move(box["x"] + 0.62 * box["width"], box["y"] + box["height"] / 2)
    assert spots.first.bounding_box() != before

    barycenter = app.image(traced)
    way = app.page.get_by_role("slider", name="along the way from heart")
    way.fill("0")
    expect(app.page.get_by_role("img", name=re.compile("^heart 0 % along the way"))).to_be_visible()
    heart = app.image(traced)
    way.fill("50")
    expect(app.page.get_by_role("img", name=re.compile("^heart 50 %"))).to_be_visible()
    assert len({barycenter, heart, app.image(traced)}) == 3


def test_animation(app: App) -> None:
    """It visits the pictures one after the other until it is stopped."""
    app.choose("Grid", "64²")
    app.wait_for_size(64, 64)
    start = app.weights()
    app.button("Animate").click()
    app.wait_for_weights(lambda weights: weights[0] > 80)
    moving = app.pixels()
    app.wait_for_weights(lambda weights: weights[1] > 50)
    app.wait_for_new_picture(moving)
    app.button("Stop").click()
    expect(app.button("Animate")).to_be_visible()
    assert app.weights() != start
    assert sum(app.weights()) == pytest.approx(100, abs=0.3)
    app.expect_text("Converged|only one marginal has weight")


def test_keys(app: App) -> None:
    """Space runs and pauses, a full stop steps, arrows move the weights, wherever the focus is."""
    app.page.keyboard.press(".")
    app.wait_for_iteration(lambda number: number == 1)
    app.page.keyboard.press(" ")
    expect(app.button("Pause")).to_be_visible()
    app.page.keyboard.press(" ")
    expect(app.button("Run")).to_be_visible()
    app.page.keyboard.press("ArrowLeft")
    app.wait_for_weights(lambda weights: weights[0] > 25)
    app.wait_until(lambda: app.recipe() in (app.picture.get_attribute("aria-label") or ""))
    app.button("Step").focus()
    number = app.iteration()
    app.page.keyboard.press("Tab")
    expect(app.button("Reset")).to_be_focused()
    assert app.iteration() >= number


def test_gap_and_legend(app: App) -> None:
    """The gap has its own plot; the legend hides curves."""
    app.choose("Grid", "64²")
    app.wait_for_size(64, 64)
    app.button("Run").click()
    app.expect_text("Converged: the objective")
    app.wait_for_text(app.page.get_by_role("table"), lambda text: "%" in (text or ""))
    app.button("gap").click()
    gaps = app.wait_for_curve("sga own", lambda values: len(values) >= 1)
    assert min(gaps) > 0
    assert gaps[-1] < 1e-4
    app.button("objectives").click()
    listed = app.page.get_by_role("group", name="curves").get_by_role("button", name="SGA: D")
    expect(listed).to_have_attribute("aria-pressed", "true")
    listed.click()
    expect(listed).to_have_attribute("aria-pressed", "false")


def test_values_can_be_read_off_the_curves(app: App) -> None:
    """Under the pointer the plot tells iteration, seconds, value and grid."""
    app.choose("Grid", "64²")
    app.wait_for_size(64, 64)
    app.button("Run").click()
    app.expect_text("Converged: the objective")
    plot = app.page.locator(".bk-Figure:visible").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    told = app.page.locator(".bk-Tooltip:visible")
    heights = iter(range(4, int(box["height"]) - 4, 3))
    x = box["x"] + 0.35 * box["width"]

    def found() -> bool:
        app.page.mouse.move(x, box["y"] + next(heights))
        return told.count() > 0

    app.wait_until(found)
    expect(told.first).to_contain_text(
        re.compile(r"SGA: [BD] .*iteration \d+, .*full grid", re.DOTALL)
    )
