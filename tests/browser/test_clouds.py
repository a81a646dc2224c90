"""Clouds of the visitor's own, clouds in space, and what leaves the points page."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.app import App
from tests.browser.array_files import array_file, lying_header
from tests.browser.downloads import downloaded
from tests.browser.test_exports import export, gif_frames, rgb
from tests.browser.test_points import PAGE, settle
from tests.browser.test_share import give, saved
from tests.browser.turning import TURNED, camera, orbit

OpenApp = Callable[..., App]

RNG = np.random.default_rng(7)
SPACE = "?p=points&n=50&m=ball.torus.octahedron"


@pytest.fixture
def app(open_app: OpenApp) -> App:
    """Small clouds, so that all is quick."""
    return open_app(PAGE)


def table(rows: Any, header: str = "") -> bytes:
    """A CSV file."""
    file = StringIO()
    np.savetxt(file, rows, fmt="%.6g", delimiter=",", header=header, comments="")
    return file.getvalue().encode()


def pad_of(app: App) -> Locator:
    """The blank pad, opened for the first marginal."""
    app.choose("Replace it by", "Your points")
    app.expect_text("Press or drag to set points")
    return app.page.get_by_role("application", name="point pad")


def set_point(pad: Locator, x: float, y: float) -> None:
    """Press at a place given by fractions of the pad."""
    box = pad.bounding_box()
    assert box is not None
    pad.click(position={"x": x * box["width"], "y": y * box["height"]})


def test_points_set_by_hand(app: App) -> None:
    """Each press changes the cloud; undo takes the last one back; a run begins from them."""
    mixture = app.pixels()
    pad = pad_of(app)
    set_point(pad, 0.2, 0.3)
    expect(app.button("marginal 1: points")).to_be_visible()
    app.wait_for_text_alternative(f"Plain mixture of {app.recipe()} by G at iteration 0")
    one = app.wait_for_new_picture(mixture)
    set_point(pad, 0.8, 0.7)
    app.expect_text("^2 points$")
    two = app.wait_for_new_picture(one)
    pad.press("Control+z")
    app.expect_text("^1 point$")
    app.wait_for_new_picture(two)
    app.wait_until(lambda: app.pixels() == one)
    app.button("Clear").click()
    app.expect_text("Press or drag to set points")
    assert app.pixels() == one  # no point is no cloud
    settle(app)


def test_one_point_and_points_on_a_line(app: App) -> None:
    """Poor clouds are clouds: the barycenter settles all the same."""
    app.choose("Replace it by", "Your file")
    app.upload("one.csv", b"0.5,0.5\n", "text/csv")
    expect(app.button("marginal 1: one")).to_be_visible()
    app.button("marginal 2: heart").click()
    app.choose("Replace it by", "Your file")
    app.upload("line.csv", b"0.1 0.5\n0.2 0.5\n0.2 0.5\n0.9 0.5\n", "text/csv")
    expect(app.button("marginal 2: line")).to_be_visible()
    settle(app)


GOOD_TABLES = [
    (table(RNG.random((30, 2))), "CSV, TSV"),
    (table(RNG.random((30, 2)), "x,y"), "CSV, TSV"),
    (table(RNG.random((30, 3)), "x,y,weight"), "CSV, TSV"),
    (b"0.1,0.2\nnan,0.3\n0.4,\n0.5,0.9\n", r"2 rows .* are left out \(lines 2, 3\)"),
    (table(900 * RNG.random((30, 2))), "moved and scaled into the unit square"),
    (b"0.1,0.2\n0.8,0.9\n" * 500_000, "points stand for its 1,000,000"),
]


def test_tables_become_clouds(app: App) -> None:
    """What was left out or changed is said beside the control."""
    app.choose("Replace it by", "Your file")
    for number, (data, note) in enumerate(GOOD_TABLES):
        before = app.pixels()
        app.upload(f"stars {number}.csv", data, "text/csv")
        expect(app.button(f"marginal 1: stars {number}")).to_be_visible()
        app.wait_for_new_picture(before)
        app.expect_text(note)
    expect(app.page.get_by_role("alert")).to_have_count(0)
    app.button("Step").click()
    app.wait_for_iteration(lambda number: number == 1)


BAD_FILES = [
    ("empty.csv", b"", "is empty"),
    ("notes.csv", b"hello, world\nhow, are you\n", "where a number is needed"),
    ("torn.csv", b"0.1,0.2\n0.3\n", "line 2 has 1 column"),
    ("gone.csv", b"nan,1\n1,nan\n", "no row has a finite number"),
    ("light.csv", b"x,y,mass\n0.1,0.2,0\n0.3,0.4,0\n", "all masses are 0"),
    ("debts.csv", b"x,y,mass\n0.1,0.2,1\n0.3,0.4,-1\n", "must be ≥ 0"),
    ("lines.csv", b"\n" * 2_100_000, "million lines|no rows"),
    ("huge.npy", lying_header(), "announces|shape"),
    ("pickle.npy", array_file(np.array([[{}, None]], dtype=object)), "real numbers"),
    ("cut.npy", array_file(np.ones((9, 2)))[:150], "damaged|announces"),
]


def test_files_that_are_no_clouds_get_one_sentence_each(app: App) -> None:
    """The page lives on, and the cloud before stays."""
    picture = app.pixels()
    app.choose("Replace it by", "Your file")
    alert = app.page.get_by_role("alert")
    for name, data, sentence in BAD_FILES:
        app.upload(name, data, "text/csv")
        expect(alert).to_have_text(re.compile(sentence))
        expect(alert).to_have_count(1)
        expect(alert).to_contain_text("The previous cloud stays.")
    expect(app.button("marginal 1: duck")).to_be_visible()
    assert app.pixels() == picture
    app.button("Step").click()
    app.wait_for_iteration(lambda number: number == 1)


def test_clouds_of_different_dimensions(app: App) -> None:
    """A solid among silhouettes gets one sentence; another choice leads back."""
    picture = app.pixels()
    app.choose("Replace it by", "In space")
    app.button("torus").click()
    expect(app.button("marginal 1: torus")).to_be_visible()
    alert = app.page.get_by_role("alert")
    expect(alert).to_have_count(1)
    expect(alert).to_have_text(re.compile("in the plane, but another cloud is in space"))
    assert app.pixels() == picture
    app.choose("Replace it by", "Silhouettes")
    app.button("star").click()
    app.wait_for_new_picture(picture)
    settle(app)


def test_solids_turn_and_the_address_knows(open_app: OpenApp) -> None:
    """All tiles turn together, and nothing but the hand turns them; the address has the camera."""
    app = open_app(SPACE + "&s=fixed_point.barycentric")
    app.wait_for_iteration(lambda number: number == 0, "H")
    start, other = app.pixels(), app.pixels("H")
    orbit(app, 120, 30)
    app.wait_for_new_picture(start)
    app.wait_for_new_picture(other, "H")
    settle(app, "G", "H")
    app.wait_until(lambda: camera(app) == TURNED)
    app.button("Reset").click()
    app.wait_for_iteration(lambda number: number == 0)
    assert app.pixels() != start
    app.picture.press("0")
    app.wait_until(lambda: camera(app) == "")
    app.wait_until(lambda: app.pixels() == start)
    again = open_app(f"{SPACE}&s=fixed_point.barycentric&c={TURNED}")
    assert camera(again) == TURNED
    assert again.pixels() != start


def test_a_saved_view_brings_own_clouds_back(app: App, open_app: OpenApp) -> None:
    pad = pad_of(app)
    set_point(pad, 0.3, 0.4)
    expect(app.button("marginal 1: points")).to_be_visible()
    app.button("marginal 2: heart").click()
    app.choose("Replace it by", "Your file")
    app.upload("stars.csv", table(RNG.random((20, 2))), "text/csv")
    expect(app.button("marginal 2: stars")).to_be_visible()
    app.page.get_by_role("switch", name="Solve while I drag").uncheck()
    app.choose("Cost", "Norm ‖x − y‖ₚ^q")
    app.expect_address("g=power~1.5~1.5")
    app.wait_for_text_alternative(f"Plain mixture of {app.recipe()} by G at iteration 0")
    data = saved(app)
    app.expect_text("points, stars: what is your own is in no address")

    there = open_app(PAGE)
    there.button("Share").click()
    give(there, data)
    expect(there.button("marginal 1: points")).to_be_visible()
    expect(there.button("marginal 2: stars")).to_be_visible()
    there.expect_address("g=power~1.5~1.5")
    there.wait_until(lambda: there.pixels() == app.pixels())
    expect(there.page.get_by_role("alert")).to_have_count(0)


def test_exports(app: App) -> None:
    """Picture, film, arrays and curves, opened again."""
    app.button("H").click()
    expect(app.tile("H")).to_be_visible()
    settle(app, "G", "H")
    last = app.iteration()
    name, data = export(app, "Picture of G (PNG)")
    assert name == f"fixed_point_{last}.png"
    picture = rgb(data)
    assert picture.shape == (1024, 1024, 3)
    violet = np.abs(picture.astype(int) - (0x8A, 0x3F, 0xFC)).max(axis=2) < 40
    assert violet.mean() > 1e-3
    _, data = export(app, "Film of the run (GIF)")
    frames, _ = gif_frames(data)
    assert not np.array_equal(frames[0], frames[-1])
    _, data = export(app, "All arrays (NPZ)")
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        assert arrays["labels"].tolist() == ["duck", "heart", "rabbit"]
        for solver in ("fixed_point", "barycentric"):
            barycenter = arrays[f"{solver}_barycenter"]
            assert barycenter.shape[1] == 3
            assert barycenter[:, 0].sum() == pytest.approx(1)
    _, data = export(app, "Curves (CSV)")
    rows = list(csv.DictReader(StringIO(data.decode())))
    costs = [float(row["primal"]) for row in rows if row["solver"] == "fixed_point"]
    app.wait_for_curve("fixed_point primal", lambda values: values == pytest.approx(costs))


def test_the_script_computes_what_is_seen(open_app: OpenApp, tmp_path: Path) -> None:
    """Its V is the page's, iterate by iterate, with a file of the visitor's own as well."""
    app = open_app(PAGE + "&g=power~1.5~2&w=200.300.500&s=barycentric")
    app.choose("Replace it by", "Your file")
    app.upload("stars.csv", table(RNG.random((20, 2))), "text/csv")
    expect(app.button("marginal 1: stars")).to_be_visible()
    app.wait_for_text_alternative(f"Plain mixture of {app.recipe()} by H at iteration 0")
    for number in (1, 2):
        app.button("Step").click()
        app.wait_for_iteration(lambda reached, number=number: reached == number)
    costs = app.wait_for_curve("barycentric primal", lambda values: len(values) == 3)
    (tmp_path / "view.npz").write_bytes(saved(app))
    app.button("close").click()
    app.button("Code").click()
    name, script = downloaded(app.button("Download barycenter.py"))
    short = script.decode().replace("max_iterations=60", "max_iterations=2")
    (tmp_path / name).write_text(short)
    done = subprocess.run(
        [sys.executable, name], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    printed = [float(value) for value in re.findall(r"primal (\S+)", done.stdout)]
    assert printed == pytest.approx(costs, rel=1e-5)
    assert np.load(tmp_path / "barycentric.npy").shape[1] == 3


def test_a_picture_is_as_dark_as_the_page(app: App) -> None:
    seen = app.pixels()
    assert rgb(export(app, "Picture of G (PNG)")[1])[4, 4].min() > 200
    app.button("Toggle theme").click()
    app.wait_for_new_picture(seen)
    assert rgb(export(app, "Picture of G (PNG)")[1])[4, 4].max() < 60
