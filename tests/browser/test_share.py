"""Views that travel: as a script, as an address, as a saved file; and what strangers send."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.app import App
from tests.browser.downloads import downloaded
from tests.browser.test_drawing import stroke

OpenApp = Callable[..., App]

_PHOTO = Path(__file__).parents[2] / "assets" / "photos" / "meadow.jpg"
_CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def copied(app: App, button: str) -> str:
    """What is in the clipboard after a button was pressed and has said so."""
    app.button(button).click()
    app.expect_text("is in the clipboard")
    return str(app.page.evaluate("() => navigator.clipboard.readText()"))


def saved(app: App) -> bytes:
    """The saved view; the dialog stays open."""
    app.button("Share").click()
    name, data = downloaded(app.button("Save this view"))
    assert name == "view.npz"
    return data


def give(app: App, data: bytes) -> None:
    """Open a saved view in the dialog Share."""
    dialog = app.page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "view.npz", "mimeType": "application/octet-stream", "buffer": data}
    )


def npz(**arrays: object) -> bytes:
    file = BytesIO()
    np.savez(file, **{name: np.array(value) for name, value in arrays.items()})
    return file.getvalue()


def test_the_script_computes_what_is_seen(open_app: OpenApp, tmp_path: Path) -> None:
    """It is shown, copied and downloaded the same, and it runs."""
    app = open_app("?m=duck.text-%CE%A9~b2&w=300.700&n=64&s=sga.cwb~reg-0.02", **_CLIPBOARD)
    app.button("Code").click()
    dialog = app.page.get_by_role("dialog")
    shown = dialog.locator("pre").inner_text()
    assert copied(app, "Copy the script").strip() == shown.strip()
    name, data = downloaded(app.button("Download barycenter.py"))
    assert name == "barycenter.py"
    assert data.decode().strip() == shown.strip()
    for part in ('text("Ω", n)', "blur=0.02", "weights = [0.3, 0.7]", "CWB(reg=0.02)", "n = 64"):
        assert part in shown

    short = data.decode().replace("max_iterations=60", "max_iterations=3")
    (tmp_path / name).write_text(short)
    subprocess.run([sys.executable, name], cwd=tmp_path, check=True, capture_output=True)
    for solver in ("sga", "cwb"):
        barycenter = np.load(tmp_path / f"{solver}.npy")
        assert barycenter.shape == (64, 64)
        assert barycenter.mean() == pytest.approx(1)
        with Image.open(tmp_path / f"{solver}.png") as picture:
            assert picture.size == (64, 64)


def test_an_address_brings_the_view_back(open_app: OpenApp) -> None:
    """Letters, weights, solvers, settings, grid and plot, in a window that has seen none of it."""
    app = open_app(**_CLIPBOARD)
    app.choose("Replace it by", "Letters")
    field = app.page.get_by_role("textbox", name="Letters or digits")
    field.fill("Ω. ~")
    field.press("Enter")
    expect(app.button("marginal 1: “Ω. ~”")).to_be_visible()
    app.button("CWB").click()
    app.button("SGA settings").click()
    app.choose("Scheme", "parallel")
    app.choose("Grid", "128²")
    for switch in ("gap", "seconds"):
        app.button(switch).click()
    app.page.get_by_role("switch", name="Solve while I drag").uncheck()
    app.weight("heart").fill("40")
    for part in ("s=sga~scheme-parallel.cwb", "n=128", "v=gap.seconds", "w=200.400.200.200"):
        app.expect_address(part)
    app.button("Share").click()
    address = copied(app, "Copy the address")
    assert address == app.page.url

    there = open_app(address.partition("/explorer")[2])
    expect(there.button("marginal 1: “Ω. ~”")).to_be_visible()
    assert there.weights() == [20, 40, 20, 20]
    there.wait_for_size(128, 128)
    assert there.pixels() == app.pixels()
    for solver in ("SGA", "CWB"):
        expect(there.tile(solver)).to_be_visible()
    there.button("SGA settings").click()
    there.expect_choice("Scheme", "parallel")
    there.expect_choice("Grid", "128²")
    for switch in ("gap", "seconds"):
        expect(there.button(switch)).to_have_attribute("aria-pressed", "true")
    there.wait_for(
        "() => [...Bokeh.documents[0]._all_models.values()]"
        ".some(model => model.axis_label === 'seconds')"
    )
    assert there.page.get_by_role("alert").count() == 0
    assert there.page.url == address


def test_the_address_follows_the_hand(app: App) -> None:
    """While the pointer is down, as long as the weights move; it stays short."""
    box = app.pad.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    app.page.mouse.move(x, y)
    app.page.mouse.down()
    app.page.mouse.move(x - 25, y - 25, steps=4)
    app.expect_address("?w=")
    first = app.page.url
    app.page.mouse.move(x + 40, y + 10, steps=4)
    app.page.mouse.up()
    per_mille = [round(10 * weight) for weight in app.weights()]
    expect(app.page).to_have_url(re.compile(rf"\?w={per_mille[0]}\."))
    assert app.page.url != first
    assert len(app.page.url) < 300
    app.page.reload()
    app.wait_for_iteration(lambda number: number == 0)
    assert [round(10 * weight) for weight in app.weights()] == pytest.approx(per_mille, abs=1)


def test_a_saved_view_brings_own_pictures_back(open_app: OpenApp) -> None:
    """A photograph and a drawing with their weights; opened twice, it is the same twice."""
    app = open_app()
    app.choose("Replace it by", "Your picture")
    app.upload("meadow.jpg", _PHOTO.read_bytes(), "image/jpeg")
    expect(app.button("marginal 1: meadow")).to_be_visible()
    app.button("marginal 2: heart").click()
    app.choose("Replace it by", "Your drawing")
    # A dab, for a line would still be arriving when the view is saved.
    stroke(app.page.get_by_role("application", name="drawing pad"), (0.4, 0.5))
    expect(app.button("marginal 2: drawing")).to_be_visible()
    app.page.get_by_role("switch", name="Solve while I drag").uncheck()
    app.weight("meadow").fill("40")
    app.wait_for_text_alternative(f"Plain mixture of {app.recipe()} by SGA at iteration 0")
    weights, picture = app.weights(), app.pixels()
    data = saved(app)
    app.expect_text("meadow, drawing: what is your own is in no address")

    there = open_app()
    there.page.get_by_role("switch", name="Solve while I drag").uncheck()
    for _ in range(2):
        there.button("Share").click()
        give(there, data)
        expect(there.page.get_by_role("dialog")).to_have_count(0)
        expect(there.button("marginal 1: meadow")).to_be_visible()
        expect(there.button("marginal 2: drawing")).to_be_visible()
        there.wait_for_weights(lambda restored: restored == weights)
        there.wait_for_text_alternative(f"Plain mixture of {app.recipe()} by SGA at iteration 0")
        assert there.pixels() == picture
        there.weight("rabbit").fill("90")
        there.wait_for_new_picture(picture)
    assert there.page.get_by_role("alert").count() == 0


def test_saved_views_that_cannot_be_opened(app: App) -> None:
    """Each gets one sentence in the dialog; the page keeps what it had and goes on."""
    good, picture = saved(app), app.pixels()
    with np.load(BytesIO(good)) as file:
        view = json.loads(str(file["view"]))
    files = {
        "version 2, but only version 1": npz(view=json.dumps({**view, "version": 2})),
        "Python objects": npz(view=[{"format": "barycenter-explorer"}]),
        "the file is damaged": good[:-40],
        "no view that was saved here": b"",
    }
    dialog = app.page.get_by_role("dialog")
    for sentence, data in files.items():
        give(app, data)
        expect(dialog.get_by_role("alert")).to_have_text(re.compile(sentence))
        expect(dialog.get_by_text("Open a saved view")).to_be_visible()
    app.button("close").click()
    expect(dialog).to_have_count(0)
    assert app.pixels() == picture
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 2)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?m=<script>hacked=1</script>.<img src=x onerror='hacked=1'>", "is unknown"),
        ("?n=1000000000", "The grid “1000000000” is not one of"),
        ("?s=nope&w=nan.nan", "are not 4 whole numbers"),
        (f"?m={60_000 * 'x'}", "but at most 2000 are read"),
        ("?n=%ZZ%&w=%&%FF%00=%E2%28&&==", "mean nothing here"),
    ],
    ids=["markup", "huge", "unknown", "long", "escapes"],
)
def test_hostile_addresses(open_app: OpenApp, query: str, sentence: str) -> None:
    """They show the usual view and one notice, and the address becomes an honest one."""
    app = open_app(query)
    expect(app.page.get_by_role("alert")).to_have_count(1)
    expect(app.page.get_by_role("alert")).to_contain_text(sentence)
    assert app.weights() in ([25, 25, 25, 25], [50, 50])
    assert app.size() == (256, 256)
    expect(app.page.locator("section.tile")).to_have_count(1)
    expect(app.tile("SGA")).to_be_visible()
    expect(app.page).to_have_url(re.compile(r"/explorer(\?m=duck\.heart)?$"))
    assert app.page.evaluate("() => window.hacked") is None
    app.button("Step").click()
    app.wait_for_iteration(lambda number: number == 1)


def test_a_teacher_hides_controls(open_app: OpenApp) -> None:
    """Those groups that the address names, and only those."""
    app = open_app("?hide=weights.export.timeline")
    page = app.page
    for hidden in (
        app.pad,
        app.button("Animate"),
        app.button("Export"),
        app.button("Code"),
        page.get_by_role("slider", name="iterate", exact=True),
        page.get_by_role("slider", name=re.compile("^weight of ")),
    ):
        expect(hidden).to_have_count(0)
    for shown in (
        app.button("marginal 1: duck"),
        app.button("CWB"),
        app.button("SGA settings"),
        page.get_by_role("combobox", name="Grid"),
        app.button("Share"),
        app.button("Where mass comes from"),
        app.button("gap"),
        page.get_by_role("table"),
    ):
        expect(shown).to_be_visible()
    app.button("Step").click()
    app.wait_for_iteration(lambda number: number == 1)
    app.expect_address("?hide=weights.export.timeline")


def test_dialogs_fit_a_phone(open_app: OpenApp) -> None:
    """Nothing is cut off; a script may be scrolled within its frame."""
    app = open_app(viewport={"width": 390, "height": 844}, user_agent="Mobile")
    for button in ("Share", "Code"):
        app.button(button).click()
        dialog = app.page.get_by_role("dialog")
        edge = dialog.evaluate("node => node.getBoundingClientRect().right")
        for inside in dialog.get_by_role("button").all():
            box = inside.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= edge
        app.button("close").click()
        expect(dialog).to_have_count(0)
