"""Drawing a density by hand, and adjusting one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.app import App

# How much ink there is on each half of the sheet.
_INK = """canvas => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  const halves = [0, 0]
  for (let i = 0; i < data.length / 4; i++)
    halves[i % canvas.width < canvas.width / 2 ? 0 : 1] += data[4 * i + 3]
  return halves
}"""


@pytest.fixture
def sheet(app: App) -> Locator:
    """The blank sheet, opened for the first marginal."""
    app.choose("Replace it by", "Your drawing")
    sheet = app.page.get_by_role("application", name="drawing pad")
    expect(sheet).to_be_visible()
    app.expect_text("Draw something")
    return sheet


def ink(sheet: Locator) -> list[int]:
    return list(sheet.evaluate(_INK))


def stroke(sheet: Locator, *stops: tuple[float, float]) -> None:
    """A dab, or a line with the mouse through points given as fractions of the sheet."""
    # Hovering waits until nothing covers the place where the stroke begins.
    size = sheet.bounding_box()
    assert size is not None
    x, y = stops[0]
    sheet.hover(position={"x": x * size["width"], "y": y * size["height"]})
    box = sheet.bounding_box()
    assert box is not None
    mouse = sheet.page.mouse
    mouse.down()
    for x, y in stops[1:]:
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
    mouse.up()


def thumbnail(app: App) -> str:
    """The picture of the first marginal's slot."""
    slot = app.page.get_by_role("button", name=re.compile("^marginal 1"))
    return slot.locator("img").get_attribute("src") or ""


def test_a_stroke_becomes_a_marginal(app: App, sheet: Locator) -> None:
    """It takes the slot over; undo brings the picture before back; a run begins from it."""
    mixture, duck = app.pixels(), thumbnail(app)
    expect(app.button("marginal 1: duck")).to_be_visible()
    stroke(sheet, (0.2, 0.3))
    expect(app.button("marginal 1: drawing")).to_be_visible()
    expect(app.page.get_by_text("Draw something")).to_be_hidden()
    once = app.wait_for_new_picture(mixture)
    assert thumbnail(app) != duck

    stroke(sheet, (0.6, 0.6))
    twice = app.wait_for_new_picture(once)
    sheet.press("Control+z")
    app.wait_for_new_picture(twice)
    app.wait_until(lambda: app.pixels() == once)
    app.button("Undo").click()
    assert ink(sheet) == [0, 0]
    app.expect_text("Draw something")
    assert app.pixels() == once  # a blank sheet is no density

    stroke(sheet, (0.5, 0.2), (0.5, 0.8))
    app.wait_for_new_picture(once)
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 2)


def test_the_picture_follows_while_the_stroke_is_under_way(app: App, sheet: Locator) -> None:
    """Nobody has to let go first."""
    mixture = app.pixels()
    sheet.hover()
    app.page.mouse.down()
    app.wait_for_new_picture(mixture)
    app.page.mouse.up()


def test_the_tools(app: App, sheet: Locator) -> None:
    """Eraser, mirror, blur, brush size and clear act on the sheet, and each can be undone."""
    app.button("Mirror").click()
    expect(app.button("Mirror")).to_have_attribute("aria-pressed", "true")
    stroke(sheet, (0.2, 0.2), (0.3, 0.8))
    left, right = mirrored = ink(sheet)
    assert left == right > 0

    app.button("Mirror").click()
    app.button("Eraser").click()
    brush_size = app.page.get_by_role("slider", name="brush size", exact=True)
    brush_size.fill("30")
    expect(app.button("Brush")).to_have_attribute("aria-pressed", "false")
    stroke(sheet, (0.2, 0.2), (0.3, 0.8))
    assert ink(sheet)[0] < left / 100
    assert ink(sheet)[1] == right
    app.button("Undo").click()
    assert ink(sheet) == mirrored

    before = sheet.evaluate("canvas => canvas.toDataURL()")
    app.button("Blur").click()
    assert sheet.evaluate("canvas => canvas.toDataURL()") != before
    assert ink(sheet) == pytest.approx(mirrored, rel=0.01)

    app.button("Clear").click()
    assert ink(sheet) == [0, 0]
    app.button("Undo").click()
    app.button("Undo").click()
    assert ink(sheet) == mirrored

    app.button("Clear").click()
    app.button("Brush").click()
    stroke(sheet, (0.2, 0.2), (0.3, 0.8))
    assert ink(sheet)[0] > 2 * left


def test_drawing_by_keys(app: App, sheet: Locator) -> None:
    """Arrows move the brush, Space puts a dab."""
    mixture = app.pixels()
    sheet.focus()
    for _ in range(4):
        sheet.press("Shift+ArrowRight")
    sheet.press(" ")
    left, right = ink(sheet)
    assert left == 0 < right
    expect(app.button("marginal 1: drawing")).to_be_visible()
    app.wait_for_new_picture(mixture)


def test_every_slot_has_its_own_sheet(app: App, sheet: Locator) -> None:
    """Going back to a slot brings its drawing back; another slot begins with a blank sheet."""
    stroke(sheet, (0.1, 0.3), (0.3, 0.6))
    expect(app.button("marginal 1: drawing")).to_be_visible()
    app.button("marginal 2: heart").click()
    app.expect_choice("Replace it by", "Silhouettes")
    app.choose("Replace it by", "Your drawing")
    app.expect_text("Draw something")
    stroke(sheet, (0.7, 0.3), (0.9, 0.6))
    expect(app.button("marginal 2: drawing 2")).to_be_visible()
    app.button("marginal 1: drawing").click()
    app.page.wait_for_function(f"canvas => ({_INK})(canvas)[1] === 0", arg=sheet.element_handle())
    assert ink(sheet)[0] > 0


def test_adjusting_a_marginal(app: App) -> None:
    """Each control changes the picture; another choice begins unadjusted."""
    picture, duck = app.pixels(), thumbnail(app)
    app.page.get_by_text("Adjust", exact=True).click()
    invert = app.page.get_by_role("checkbox", name="Invert")
    invert.check()
    picture = app.wait_for_new_picture(picture)
    assert thumbnail(app) != duck
    for slider in ("Blur", "Threshold"):
        app.page.get_by_role("slider", name=slider).press("PageUp")
        picture = app.wait_for_new_picture(picture)
    app.button("star").click()
    expect(app.button("marginal 1: star")).to_be_visible()
    app.wait_for_new_picture(picture)
    expect(invert).not_to_be_checked()


def test_an_adjustment_that_cannot_be(app: App, sheet: Locator) -> None:
    """The inverse of a full sheet is empty: a sentence says so, and the picture stays."""
    app.page.get_by_role("slider", name="brush size", exact=True).fill("40")
    rows = [0.05 + 0.1 * i for i in range(10)]
    stroke(sheet, *[(x, y) for y in rows for x in (0.01, 0.99)])
    expect(app.button("marginal 1: drawing")).to_be_visible()
    app.page.get_by_text("Adjust", exact=True).click()
    app.page.get_by_role("checkbox", name="Invert").check()
    app.expect_text("its inverse is empty; leave “Invert” off. The previous picture stays.")
    expect(app.page.get_by_role("alert")).to_have_count(1)
    full = thumbnail(app)
    app.page.get_by_role("checkbox", name="Invert").uncheck()
    expect(app.page.get_by_role("alert")).to_have_count(0)
    assert thumbnail(app) == full
