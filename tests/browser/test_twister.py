"""The twister page: costs and ε, fans of plans from any place, energies, the exact answer."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.app import App

OpenApp = Callable[..., App]

# A twentieth of the usual work, so that all is quick.
GUIDED = "energy_guided~length-60~batch-32~shown-60~plan_steps-20"
_ENDS = """label => {
  for (const {data} of Bokeh.documents[0]._all_models.values())
    if (data?.fan?.ends && data.label === label) return [...new Float32Array(data.fan.ends)]
  return []
}"""


def ends(app: App, tile: str) -> list[float]:
    """Where the lines of a tile's fan end."""
    return app.page.evaluate(_ENDS, tile)


def fan(app: App, tile: str) -> Locator:
    """What a tile says of its fan."""
    return app.tile(tile).get_by_role("status").get_by_text("A point of")


def press(app: App, across: float, down: float, tile: str = "EGB") -> None:
    """Press a place of a tile's picture, in fractions of its sides."""
    box = app.canvas(tile).bounding_box()
    assert box is not None
    place = {"x": across * box["width"], "y": down * box["height"]}
    app.canvas(tile).click(position=place)


def test_a_place_fans_out_while_plans_are_learned(open_app: OpenApp) -> None:
    """The fan follows the training, the exact one stands beside it, and the energy behind it."""
    app = open_app(f"?p=twister&n=2000&s={GUIDED}&v=error")
    exact = app.page.get_by_role("img", name=re.compile("^Exact barycenter of 33 % right twist"))
    expect(exact).to_be_visible()
    press(app, 0.5, 0.06)
    expect(fan(app, "EGB")).to_contain_text(re.compile(r"goes to \(.*\) on average, spread"))
    expect(fan(app, "Exact")).to_contain_text(re.compile(r"goes to \(.*\) on average, spread"))
    app.wait_until(lambda: len(ends(app, "EGB")) == len(ends(app, "Exact")) == 80)
    first, told = ends(app, "EGB"), fan(app, "EGB").inner_text()

    app.button("Energy landscape").click()
    energy = app.page.get_by_role("img", name=re.compile("^Energy by EGB at iteration 0: A point"))
    expect(energy).to_be_visible()
    flat = app.image(energy)

    app.button("Run").click()
    app.expect_text("Trained: all 60 updates are done")
    app.wait_for_curve("energy_guided bw_uvp", lambda values: values[-1] < values[0])
    app.wait_until(lambda: ends(app, "EGB") != first)
    expect(fan(app, "EGB")).not_to_have_text(told)
    learned = app.page.get_by_role("img", name=re.compile("^Energy by EGB at iteration [1-9]"))
    app.wait_until(lambda: app.image(learned) != flat)

    app.canvas("EGB").press("Escape")
    expect(fan(app, "EGB")).to_have_count(0)
    expect(fan(app, "Exact")).to_have_count(0)
    app.expect_text("Press a place to see where its point may go")
    app.canvas("EGB").press("ArrowRight")
    app.canvas("EGB").press("Enter")
    expect(fan(app, "Exact")).to_be_visible()

    app.button("Plans").click()
    app.page.get_by_role("slider", name="iterate", exact=True).fill("0")
    app.expect_text("Past iterates have no fans")


def test_cost_and_blur_change_under_way(open_app: OpenApp) -> None:
    """Both change while the solvers follow; other costs than the twist have no exact answer."""
    app = open_app(f"?p=twister&n=2000&s={GUIDED}.cdwb~samples-60~points-30")
    press(app, 0.5, 0.06)
    expect(fan(app, "Exact")).to_be_visible()
    narrow = fan(app, "Exact").inner_text()
    app.page.get_by_role("slider", name=re.compile("^ε")).press("End")
    app.expect_address("e=1")
    expect(fan(app, "Exact")).not_to_have_text(narrow)
    expect(app.button("Pause")).to_be_visible()
    app.choose("Cost", "Squared distance")
    app.expect_address("g=squared")
    expect(app.tile("Exact")).to_have_count(0)
    expect(fan(app, "EGB")).to_be_visible()
    app.choose("Cost", "Your own formula")
    formula = app.page.get_by_role("textbox", name="c(x, y) =")
    formula.fill("log(x1)")
    formula.press("Enter")
    app.expect_text("but a cost must be finite and ≥ 0")
    formula.fill("abs(x1 - y1) + abs(x2 - y2)")
    formula.press("Enter")
    app.expect_address("g=own~abs")
    app.button("Reset").click()
    app.wait_for_iteration(lambda number: number == 0, "EGB")
    app.button("Step").click()
    app.wait_for_iteration(lambda number: number == 1, "EGB")
    expect(fan(app, "EGB")).to_be_visible()
