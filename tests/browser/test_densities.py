"""The main job on the densities page, by pressing what a visitor presses."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.app import App


def test_the_main_job(app: App) -> None:
    """Change a marginal, drag the weights, run, pause, step, reset."""
    app.page.get_by_role("switch", name="Solve while I drag").uncheck()
    mixture = app.pixels()
    app.button("marginal 2: heart").click()
    app.button("star").click()
    expect(app.button("marginal 2: star")).to_be_visible()
    with_star = app.wait_for_new_picture(mixture)

    before = app.weights()
    box = app.pad.bounding_box()
    assert box is not None
    app.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    app.page.mouse.down()
    app.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.35 * box["height"], steps=8)
    app.page.mouse.up()
    assert app.weights()[0] > before[0] + 10
    assert sum(app.weights()) == pytest.approx(100, abs=0.3)
    app.wait_for_text_alternative(f"Plain mixture of {app.recipe()} by SGA at iteration 0")
    dragged = app.wait_for_new_picture(with_star)

    app.button("Run").click()
    reached = app.wait_for_iteration(lambda number: number >= 3)
    app.button("Pause").click()
    expect(app.button("Run")).to_be_visible()
    assert app.pixels() != dragged
    paused = app.wait_for_iteration(lambda number: number >= reached)
    assert app.wait_for_curve("sga dual", lambda values: max(values) > 1e-4)[0] == 0

    app.button("Step").click()
    stepped = app.wait_for_iteration(lambda number: number > paused)
    expect(app.button("Run")).to_be_visible()
    app.wait_for_curve("sga dual", lambda values: len(values) == stepped + 1)

    app.button("Reset").click()
    app.wait_for_text_alternative(f"Plain mixture of {app.recipe()} by SGA at iteration 0")
    assert app.pixels() == dragged
    app.wait_for_curve("sga dual", lambda values: values == [0])


def test_a_run_stops_by_itself_and_says_why(app: App) -> None:
    """On a coarse grid the default settings converge; the reason stands below the picture."""
    app.choose("Grid", "64²")
    app.wait_for_size(64, 64)
    app.button("Run").click()
    app.expect_text("Converged: the objective improved by less than")
    expect(app.button("Run")).to_be_visible()
    number = app.iteration()
    assert app.picture.get_attribute("aria-label") == (
        "Barycenter of 25 % duck, 25 % heart, 25 % rabbit, 25 % leaf maple by SGA "
        f"at iteration {number}"
    )
    app.button("Step").click()
    app.wait_for_iteration(lambda now: now == number + 1)


def test_sliders_and_keys_set_weights_that_sum_to_one(app: App) -> None:
    """One slider moves the others in proportion; arrows move the point; a corner takes it all."""
    app.weight("duck").fill("40")
    expect(app.weight("heart")).to_have_value("20")
    assert sum(app.weights()) == pytest.approx(100, abs=0.3)
    app.pad.press("Home")
    expect(app.weight("heart")).to_have_value("25")
    app.pad.press("ArrowRight")
    assert app.weights()[1] > 25
    assert sum(app.weights()) == pytest.approx(100, abs=0.3)
    app.weight("duck").fill("100")
    expect(app.weight("rabbit")).to_have_value("0")
    app.expect_text("only one marginal has weight")


def test_marginals_come_and_go(app: App) -> None:
    """Two to six slots, each with its slider."""
    app.button("Add a marginal").click()
    app.button("Add a marginal").click()
    expect(app.page.get_by_role("button", name=re.compile("^marginal 6"))).to_be_visible()
    expect(app.button("Add a marginal")).to_have_count(0)
    assert len(app.weights()) == 6
    for slot in (6, 5, 4, 3):
        app.page.get_by_role("button", name="Remove marginal").click()
        expect(app.page.get_by_role("button", name=re.compile(f"^marginal {slot}"))).to_have_count(
            0
        )
    expect(app.page.get_by_role("button", name="Remove marginal")).to_have_count(0)
    assert app.weights() == [50, 50]
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 1)


def test_typed_letters(app: App) -> None:
    """A letter becomes a marginal; one that the font lacks gets a sentence, the old one stays."""
    mixture = app.pixels()
    app.choose("Replace it by", "Letters")
    field = app.page.get_by_role("textbox", name="Letters or digits")
    field.fill("Ω")
    field.press("Enter")
    expect(app.button("marginal 1: “Ω”")).to_be_visible()
    lettered = app.wait_for_new_picture(mixture)
    field.fill("漢")
    field.press("Enter")
    app.expect_text("the font has no “漢”")
    assert app.pixels() == lettered
    expect(app.button("marginal 1: “Ω”")).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "choice"),
    [("Shapes of the paper", "ring"), ("Street camera", "frame 3"), ("Handwritten digits", None)],
)
def test_the_other_sources(app: App, kind: str, choice: str | None) -> None:
    """Every kind of marginal reaches the picture and runs."""
    mixture = app.pixels()
    app.choose("Replace it by", kind)
    if choice:
        app.button(choice).click()
    app.wait_for_new_picture(mixture)
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 2)


def test_settings_come_from_the_solver_and_act(app: App) -> None:
    """The paper's form can be set and run; the controls carry the declared names."""
    app.button("SGA settings").click()
    app.choose("Scheme", "parallel")
    app.choose("Step rule", "constant")
    app.page.get_by_role("checkbox", name="Envelope").uncheck()
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 3)
    app.button("Pause").click()
    app.wait_for_curve("sga dual", lambda values: max(values) > 0)


def test_the_multiscale_solver_streams_every_grid(app: App) -> None:
    """The picture grows from 32² to the full grid; coarse duals are marked as no bounds."""
    app.button("Multiscale SGA").click()
    app.button("SGA").click()
    app.wait_for_size(32, 32)
    app.button("Step").click()
    app.wait_for_iteration(lambda number: number == 1)
    app.expect_text("on the coarse grid 32², no bound yet")
    app.button("Run").click()
    app.wait_for_size(256, 256)
    app.button("Pause").click()
    expect(app.page.get_by_text(re.compile("no bound yet"))).to_have_count(0)
    app.wait_for_curve(
        "multiscale_sga dual",
        lambda values: sum(value is None or value != value for value in values) == 3,
    )


def test_slow_motion_and_the_axis(app: App) -> None:
    """At one iterate a second a pause comes long before the next; the axis can show seconds."""
    app.choose("Speed", "1 a second")
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number == 1)
    app.button("Pause").click()
    expect(app.button("Run")).to_be_visible()
    assert app.iteration() <= 2
    app.button("seconds").click()
    app.wait_for(
        "() => [...Bokeh.documents[0]._all_models.values()]"
        ".some(model => model.axis_label === 'seconds')"
    )


def test_changing_weights_keeps_the_transport(app: App) -> None:
    """After a run, new weights start near their barycenter: D is far above zero at once."""
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 15)
    app.button("Pause").click()
    expect(app.button("Run")).to_be_visible()
    app.page.get_by_role("switch", name="Solve while I drag").uncheck()
    settled = max(app.curve())
    app.weight("duck").fill("30")
    app.wait_for_iteration(lambda number: number == 0)
    app.expect_text("Carried along")
    app.wait_for_curve("sga dual", lambda values: values[0] > 0.8 * settled)


def test_light_and_dark(app: App) -> None:
    """The theme button repaints the picture."""
    light = app.pixels()
    app.button("Toggle theme").click()
    dark = app.wait_for_new_picture(light)
    assert dark != light
