"""The volumes page, drawn by the browser's WebGL and, without it, by the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.app import App
from tests.browser.downloads import downloaded
from tests.browser.turning import TURNED, at_rest, camera, orbit, seen, wait_for_another

PAGE = "?p=volumes&n=32"
NO_WEBGL = "No WebGL in this browser: the server draws the pictures."


@pytest.fixture(scope="session")
def browser_without_webgl(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """Chromium whose pages get no WebGL at all."""
    browser = launch("--disable-3d-apis")
    yield browser
    browser.close()


@pytest.fixture(params=["WebGL", "pictures"])
def volumes(request: pytest.FixtureRequest, address: str) -> Iterator[App]:
    """The page in a browser with WebGL, and in one without; it may log no error."""
    name = "browser" if request.param == "WebGL" else "browser_without_webgl"
    context = request.getfixturevalue(name).new_context(viewport={"width": 1440, "height": 900})
    app = App(context.new_page(), address, PAGE)
    expect(app.page.get_by_text(NO_WEBGL)).to_have_count(0 if request.param == "WebGL" else 1)
    yield app
    context.close()
    assert app.problems == []


def test_the_surface_changes_and_the_camera_stays(volumes: App) -> None:
    """Orbit, run, orbit again while iterates come: only the pointer ever turns the camera."""
    app = volumes
    mixture = at_rest(app)
    orbit(app, 120, 30)
    app.wait_until(lambda: camera(app) == TURNED)
    wait_for_another(app, mixture)
    first = at_rest(app)
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 4)
    running = wait_for_another(app, first)
    assert camera(app) == TURNED
    orbit(app, -60)
    app.wait_until(lambda: camera(app) == "-79.38.150")
    app.expect_text("Converged: the objective improved by less than")
    wait_for_another(app, running)
    assert camera(app) == "-79.38.150"
    assert app.picture.get_attribute("aria-label") == (
        f"Barycenter of 50 % ball, 50 % cube by Multiscale SGA at iteration {app.iteration()}"
    )


def test_zoom_and_keys(volumes: App) -> None:
    """The wheel over the volume zooms, arrows turn it, 0 goes back; the weights stay."""
    app = volumes
    home, weights = at_rest(app), app.weights()
    app.picture.hover()
    app.page.mouse.wheel(0, -240)
    near = wait_for_another(app, home)
    app.page.get_by_role("application", name="camera").press("ArrowRight")
    app.wait_until(lambda: camera(app) != "")
    turned = wait_for_another(app, near)
    app.page.get_by_role("application", name="camera").press("0")
    app.wait_until(lambda: camera(app) == "")
    wait_for_another(app, turned)
    assert app.weights() == weights


def test_level_and_display(volumes: App) -> None:
    app = volumes
    half = at_rest(app)
    level = app.page.get_by_role("slider", name="Level")
    level.press("End")
    app.expect_address("l=98")
    full = wait_for_another(app, half)
    app.button("volume").click()
    app.expect_address("v=volume")
    wait_for_another(app, full)


def test_slices(volumes: App) -> None:
    """Three slices; a slider or a drag over another slice moves one; a switch hides them."""
    app = volumes
    cross = app.page.get_by_role("img", name=re.compile("^slice x = "))
    expect(cross).to_have_attribute("aria-label", "slice x = 0.50")
    middle = app.image(cross)
    slider = app.page.get_by_role("slider", name="cut x")
    slider.fill("0.3")
    expect(cross).to_have_attribute("aria-label", "slice x = 0.30")
    app.wait_until(lambda: app.image(cross) != middle)
    app.expect_address("x=30.50.50")
    before = app.image(cross)
    other = app.page.get_by_role("img", name=re.compile("^slice y = "))
    box = other.bounding_box()
    assert box is not None
    other.click(position={"x": 0.65 * box["width"], "y": 0.5 * box["height"]})
    app.wait_until(lambda: app.image(cross) != before)
    assert 0.6 < float(slider.input_value()) < 0.7
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 4)
    assert 0.6 < float(slider.input_value()) < 0.7
    app.button("Slices").click()
    expect(cross).to_be_hidden()


def test_all_tiles_turn_together(open_app: Callable[..., App]) -> None:
    app = open_app(PAGE + "&s=sga.dsb")
    app.wait_for_iteration(lambda number: number == 0, "DSB")
    before = seen(app, "DSB")
    orbit(app, 150)
    app.wait_until(lambda: seen(app, "DSB") != before)


def test_weights_by_dragging_lead_from_ball_to_cube(open_app: Callable[..., App]) -> None:
    """At an end there is the solid itself; the corners of the pad show the solids."""
    app = open_app(PAGE)
    mixture = at_rest(app)
    thumbnails = app.page.locator("svg.pad image")
    expect(thumbnails).to_have_count(2)
    app.wait_until(lambda: all(len(i.get_attribute("href") or "") > 1000 for i in thumbnails.all()))
    box = app.pad.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    app.page.mouse.move(box["x"] + 0.5 * box["width"], y)
    app.page.mouse.down()
    app.page.mouse.move(box["x"] + 0.8 * box["width"], y, steps=8)
    app.wait_for_iteration(lambda number: number >= 1)
    app.page.mouse.move(box["x"] + box["width"], y, steps=8)
    app.page.mouse.up()
    assert app.weights() == [0, 100]
    app.expect_text("only one marginal has weight")
    wait_for_another(app, mixture)


def test_the_strip(open_app: Callable[..., App]) -> None:
    """From ball to cube in five pictures; a press on one goes to its weights."""
    app = open_app(PAGE)
    app.button("Strip").click()
    for share in (100, 75, 50, 25):
        others = f", {100 - share} % cube" if share < 100 else ""
        expect(app.button(f"{share} % ball{others}")).to_be_visible()
    expect(app.button("100 % cube")).to_be_visible()
    app.button("25 % ball, 75 % cube").click()
    app.wait_for_weights(lambda weights: weights == [25, 75])
    name, data = downloaded(app.button("Save the strip"))
    assert name == "strip.png"
    assert Image.open(BytesIO(data)).size == (5 * 480, 480)


def test_the_way_from_page_to_page(open_app: Callable[..., App]) -> None:
    app = open_app()
    app.page.wait_for_load_state("networkidle")  # fonts that a leaving page stops loading fail
    app.page.get_by_role("link", name="Volumes").click()
    expect(app.button("marginal 1: ball")).to_be_visible()
    expect(app.page.get_by_role("link", name="Volumes")).to_have_attribute("aria-current", "page")
    app.wait_for_iteration(lambda number: number == 0)
    app.page.wait_for_load_state("networkidle")
    app.page.get_by_role("link", name="Densities").click()
    expect(app.button("marginal 1: duck")).to_be_visible()
