"""The board of the mixtures page: ellipses that are dragged, turned, stretched, weighed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from explorer.inputs.mixture_sources import read_rows
from solvers.arrays import FloatArray
from solvers.mixtures import Mixture, ellipses
from tests.browser.app import App

PAGE = "?p=mixtures"
OpenApp = Callable[..., App]


@pytest.fixture
def app(open_app: OpenApp) -> App:
    """The page as a visitor without a wish sees it."""
    return open_app(PAGE)


def board(app: App) -> Locator:
    return app.page.get_by_role("application", name="mixture board")


def component(app: App, number: int, mixture: int) -> Locator:
    """An ellipse on the board, both counted from 1."""
    name = re.compile(f"^component {number} of mixture {mixture}:")
    return board(app).get_by_role("button", name=name)


def components(app: App, mixture: int) -> Locator:
    """All ellipses of a mixture."""
    name = re.compile(rf"^component \d+ of mixture {mixture}:")
    return board(app).get_by_role("button", name=name)


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@contextmanager
def held(app: App, place: Locator) -> Iterator[Callable[[float, float], None]]:
    """Hold something with the mouse; moves it by pixels from where it was taken."""
    x, y = middle(place)
    app.page.mouse.move(x, y)
    app.page.mouse.down()
    yield lambda right, down: app.page.mouse.move(x + right, y + down, steps=5)
    app.page.mouse.up()


def handles(app: App, axis: str) -> Locator:
    """The two handles of a half-axis, ``"along"`` or ``"across"``."""
    return board(app).locator(f".handles .{axis}")


def own(app: App, slot: int = 1) -> FloatArray | None:
    """The rows of the visitor's own mixture in a slot, as the address has them."""
    found = re.search(r"[?&]m=([^&]*)", app.page.url)
    name = found[1].split(".")[slot - 1] if found else ""
    return read_rows(name.removeprefix("gmm-")) if name.startswith("gmm-") else None


def wait_for_own(app: App, fits: Callable[[Mixture], bool], slot: int = 1) -> Mixture:
    """Wait until the address has a mixture of the visitor's own that fits."""

    def there() -> bool:
        rows = own(app, slot)
        return rows is not None and fits(Mixture.of_rows(rows))

    app.wait_until(there)
    return Mixture.of_rows(own(app, slot))


def half_axes(mixture: Mixture, index: int = 0) -> FloatArray:
    return ellipses(mixture.covariances)[0][index]


def test_the_page_opens_with_three_mixtures(app: App) -> None:
    for number, name in enumerate(("trio upper left", "trio upper right", "trio below"), 1):
        expect(app.button(f"marginal {number}: {name}")).to_be_visible()
        expect(components(app, number)).to_have_count(3)
    expect(app.tile("G")).to_be_visible()
    expect(app.tile("H")).to_have_count(0)
    expect(app.page.get_by_role("link", name="Mixtures")).to_have_attribute("aria-current", "page")
    app.wait_for_text_alternative(f"Plain mixture of {app.recipe()} by G at iteration 0")


def test_the_barycenter_follows_an_ellipse(app: App) -> None:
    """While the mouse is still down; the address brings the edited mixture back."""
    seen = app.pixels()
    with held(app, component(app, 1, 2)) as move:
        for step in range(1, 4):
            move(-30 * step, 20 * step)
            seen = app.wait_for_new_picture(seen)
        expect(app.picture).to_have_attribute("aria-label", re.compile("^Barycenter of .* mixture"))
        expect(app.button("marginal 2: mixture")).to_be_visible()
    app.expect_text("Converged: the components do not move any more.")
    label = component(app, 1, 2).get_attribute("aria-label") or ""
    x, y = map(float, label.partition("centre ")[2].split(", "))
    assert x < 0.5
    wait_for_own(app, lambda m: m.means[0] == pytest.approx((x, y), abs=0.006), slot=2)
    app.page.wait_for_load_state("networkidle")
    app.page.reload()
    app.wait_for_iteration(lambda number: number == 0)
    expect(component(app, 1, 2)).to_have_attribute("aria-label", label)
    expect(app.button("marginal 2: mixture")).to_be_visible()


def test_handles_stretch_and_turn(app: App) -> None:
    """One handle stretches and turns, the other widens; the centre stays."""
    with held(app, handles(app, "along").first) as move:
        move(40, -60)
    turned = wait_for_own(app, lambda m: half_axes(m)[0] > 0.12)
    angle = ellipses(turned.covariances)[1][0]
    assert 0.4 < angle < 1.2  # to the upper right
    assert turned.means[0] == pytest.approx((0.22, 0.64), abs=1e-4)
    assert half_axes(turned)[1] == pytest.approx(0.03, abs=1e-3)
    across = handles(app, "across").first
    (x, y), (centre_x, centre_y) = middle(across), middle(component(app, 1, 1))
    with held(app, across) as move:
        move(x - centre_x, y - centre_y)
    wide = wait_for_own(app, lambda m: half_axes(m)[1] > 0.05)
    assert half_axes(wide)[0] == pytest.approx(half_axes(turned)[0], abs=1e-3)


def test_no_ellipse_becomes_flat(app: App) -> None:
    """Its handles dragged into its centre, and beyond."""
    for axis in ("along", "across"):
        handle = handles(app, axis).first
        (x, y), (centre_x, centre_y) = middle(handle), middle(component(app, 1, 1))
        with held(app, handle) as move:
            move(centre_x - x, centre_y - y)
            if axis == "across":
                move(3 * (centre_x - x), 3 * (centre_y - y))
    flat = wait_for_own(app, lambda m: half_axes(m).max() < 0.02)
    assert half_axes(flat).min() == pytest.approx(0.01, rel=0.01)
    app.button("Run").click()
    app.expect_text("Converged: the components do not move any more.")
    assert app.page.get_by_role("alert").count() == 0


def test_components_come_and_go(app: App) -> None:
    """Eight at most and one at least; weights are shared; a double-click adds one."""
    expect(app.button("Remove component")).to_be_enabled()
    for count in range(4, 9):
        app.button("Add component").click()
        expect(components(app, 1)).to_have_count(count)
    app.button("Add component").click()
    app.expect_text("A mixture can have 8 components at most.")
    eight = wait_for_own(app, lambda m: len(m) == 8)
    assert eight.weights == pytest.approx(np.full(8, 1 / 8), abs=1e-3)
    for count in range(7, 0, -1):
        app.button("Remove component").click()
        expect(components(app, 1)).to_have_count(count)
    expect(app.button("Remove component")).to_be_disabled()
    wait_for_own(app, lambda m: len(m) == 1)
    app.button("heavier").click()
    app.expect_text("A single component has all the weight.")
    box = board(app).bounding_box()
    assert box is not None
    board(app).dblclick(position={"x": 0.9 * box["width"], "y": 0.9 * box["height"]})
    two = wait_for_own(app, lambda m: len(m) == 2)
    assert two.means[1][0] > 0.85
    assert two.means[1][1] < 0.15
    app.button("Run").click()
    app.expect_text("Converged: the components do not move any more.")


def test_weights_of_components(app: App) -> None:
    """Heavier and Lighter take from the others and give back, and so does the wheel."""
    app.button("heavier").click()
    expect(component(app, 1, 1)).to_have_attribute("aria-label", re.compile("weight 35 %"))
    heavy = wait_for_own(app, lambda m: m.weights[0] > 0.34)
    assert heavy.weights == pytest.approx([0.3533, 0.3233, 0.3233], abs=1e-3)
    app.button("lighter").click()
    expect(component(app, 1, 1)).to_have_attribute("aria-label", re.compile("weight 33 %"))
    component(app, 1, 1).hover()
    app.page.mouse.wheel(0, -500)
    expect(component(app, 1, 1)).to_have_attribute("aria-label", re.compile("weight 43 %"))
    wait_for_own(app, lambda m: m.weights[0] == pytest.approx(0.4333, abs=2e-3))


def test_the_board_by_keyboard(app: App) -> None:
    """Arrows move, brackets turn and stretch, signs weigh, Delete removes, pages go round."""
    first = component(app, 1, 1)
    first.focus()
    first.press("ArrowRight")
    first.press("Shift+ArrowUp")
    expect(first).to_have_attribute("aria-label", re.compile("centre 0.23, 0.69$"))
    for key in ("[", "[", ">", "}", "+"):
        first.press(key)
    expect(first).to_have_attribute("aria-label", re.compile("weight 35 %"))
    edited = wait_for_own(app, lambda m: m.weights[0] > 0.34)
    assert half_axes(edited) == pytest.approx([0.088, 0.033], abs=1e-4)
    assert ellipses(edited.covariances)[1][0] == pytest.approx(np.radians(10), abs=1e-3)
    first.press("Delete")
    expect(components(app, 1)).to_have_count(2)
    app.page.keyboard.press("PageDown")
    expect(component(app, 1, 2)).to_be_focused()
    app.page.keyboard.press("ArrowLeft")
    wait_for_own(app, lambda m: m.means[0] == pytest.approx((0.63, 0.66), abs=1e-3), slot=2)
    assert app.weights() == pytest.approx([33.3, 33.3, 33.3])  # the arrows were the board's


def test_board_and_slots_agree_on_the_chosen_mixture(app: App) -> None:
    slots = [app.button(f"marginal {i}: trio {n}") for i, n in ((2, "upper right"), (3, "below"))]
    slots[0].click()
    expect(component(app, 1, 2)).to_have_attribute("aria-pressed", "true")
    component(app, 2, 3).click()
    expect(slots[1]).to_have_attribute("aria-pressed", "true")
    expect(slots[0]).to_have_attribute("aria-pressed", "false")
    app.button("cross").click()
    expect(app.button("marginal 3: cross")).to_be_visible()
    expect(components(app, 3)).to_have_count(5)
    expect(components(app, 1)).to_have_count(3)
