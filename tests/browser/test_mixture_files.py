"""Mixtures fitted to pictures and files, and what leaves the mixtures page."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from solvers import MixtureProblem, iterates
from solvers.gmm import GMMFixedPoint, GMMState
from solvers.mixture_presets import preset
from solvers.mixtures import Mixture
from tests.browser.app import App
from tests.browser.downloads import downloaded
from tests.browser.test_exports import export
from tests.browser.test_mixture_board import PAGE, component, components, held, wait_for_own
from tests.browser.test_mixtures import TRIOS, arrays, barycenter, converge
from tests.browser.test_share import give, saved

OpenApp = Callable[..., App]


def test_fits_of_any_number_of_components(open_app: OpenApp) -> None:
    """From one to eight; what was found for fewer is a start for more."""
    app = open_app(f"{PAGE}&m=duck.star&n=5")
    for count in range(1, 9):
        app.choose("Components fitted", str(count))
        for mixture in (1, 2):
            expect(components(app, mixture)).to_have_count(count)
        before = app.pixels()
        app.button("Reset").click()
        app.button("Run").click()
        app.wait_for_new_picture(before)
        app.expect_text("Converged: the components do not move any more.")
        expect(app.button("Run")).to_be_visible()
    assert 8 <= len(barycenter(app)) <= 4 * 8 - 2
    assert app.page.get_by_role("alert").count() == 0


def test_a_fit_comes_into_its_slot(open_app: OpenApp) -> None:
    """Chosen by hand: its picture is drawn in slot and corner, its ellipses on the board."""
    app = open_app(PAGE)
    app.choose("Replace it by", "Fitted to a silhouette")
    app.button("heart").click()
    slot = app.button("marginal 1: heart").locator("img")
    app.wait_until(lambda: len(slot.get_attribute("src") or "") > 1000)
    expect(components(app, 1)).to_have_count(5)
    corner = app.page.locator("svg.pad image").first
    expect(corner).to_have_attribute("href", slot.get_attribute("src") or "")
    app.expect_address("m=heart.trio-upper-right.trio-below")


def test_a_file_is_fitted_and_dragged(open_app: OpenApp) -> None:
    """A cloud and a picture: with as many components as are chosen, at home in the address."""
    app = open_app(f"{PAGE}&m=text-A.digit-3-7&n=2")
    for mixture in (1, 2):
        expect(components(app, mixture)).to_have_count(2)
    app.choose("Replace it by", "Your file")
    table = "".join(f"{x},{y}\n" for x in (0.2, 0.22, 0.8, 0.82) for y in (0.4, 0.5, 0.6))
    app.upload("two towns.csv", table.encode(), "text/csv")
    expect(app.button("marginal 1: two towns")).to_be_visible()
    found = wait_for_own(app, lambda m: len(m) == 2)
    assert sorted(found.means[:, 0]) == pytest.approx([0.21, 0.81], abs=1e-3)
    with held(app, component(app, 1, 1)) as move:
        move(0, -60)
    wait_for_own(app, lambda m: np.ptp(m.means[:, 1]) > 0.05)
    expect(app.button("marginal 1: two towns")).to_be_visible()
    app.upload("bad.csv", b"0.5,0.5\n")
    app.expect_text("bad.csv: 2 components need 2 different points at least, but their number is 1")
    app.button("marginal 2: digit 3").click()
    app.choose("Replace it by", "Your file")
    picture = Image.new("L", (60, 60), 255)
    picture.paste(0, (10, 10, 50, 20))
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    app.upload("bar.png", buffer.getvalue())
    expect(app.button("marginal 2: bar")).to_be_visible()
    bar = wait_for_own(app, lambda m: len(m) == 2, slot=2)
    assert bar.means[:, 1] == pytest.approx([0.75, 0.75], abs=0.01)
    converge(app)


def test_exports(open_app: OpenApp) -> None:
    """Picture, film, arrays, curves, opened again."""
    app = open_app(PAGE)
    converge(app)
    last = app.iteration()
    name, data = export(app, "Picture of G (PNG)")
    picture = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    assert (name, picture.shape) == (f"gmm_fixed_point_{last}.png", (1024, 1024, 3))
    assert 0.05 < (picture != 255).any(axis=2).mean() < 0.9
    name, data = export(app, "Film of the run (GIF)")
    assert name == "run.gif"
    assert last <= getattr(Image.open(BytesIO(data)), "n_frames", 1) <= last + 1
    found = arrays(app)
    np.testing.assert_allclose(found["marginals"], [np.asarray(preset(n)) for n in TRIOS])
    *_, alone = iterates(GMMFixedPoint(), MixtureProblem([preset(name) for name in TRIOS]))
    np.testing.assert_allclose(
        found["gmm_fixed_point_barycenter"], np.asarray(alone.barycenter), atol=1e-6
    )
    name, data = export(app, "Curves (CSV)")
    rows = list(csv.DictReader(StringIO(data.decode())))
    assert name == "curves.csv"
    assert [int(row["number"]) for row in rows] == list(range(last + 1))
    assert float(rows[-1]["primal"]) == pytest.approx(alone.objectives["primal"])
    assert float(rows[-1]["support"]) == len(alone.barycenter)


def test_the_script_computes_what_is_seen(open_app: OpenApp, tmp_path: Path) -> None:
    """Presets, a fit, and an ellipse that was dragged."""
    app = open_app(
        f"{PAGE}&m=heavy-and-light.star.wave&n=3&w=500.200.300&s=gmm_fixed_point.gmm_barycentric"
    )
    with held(app, component(app, 1, 1)) as move:
        move(10, -60)
    wait_for_own(app, lambda m: m.means[0][1] > 0.5)
    app.expect_text("Converged")
    app.button("Reset").click()  # to begin where the script does
    app.wait_for_iteration(lambda number: number == 0)
    app.button("Run").click()
    for solver in ("G", "H"):
        expect(app.tile(solver).get_by_role("status").last).to_contain_text("Converged")
    found = arrays(app)
    app.button("Code").click()
    name, data = downloaded(app.button("Download barycenter.py"))
    (tmp_path / name).write_bytes(data)
    subprocess.run([sys.executable, name], cwd=tmp_path, check=True, capture_output=True)
    given = [Mixture.of_rows(found[f"marginal_{i}"]) for i in range(3)]
    problem = MixtureProblem(given, found["weights"])
    for solver in ("gmm_fixed_point", "gmm_barycentric"):
        shown, computed = (
            GMMState.at(problem, Mixture.of_rows(rows)).value
            for rows in (found[f"{solver}_barycenter"], np.load(tmp_path / f"{solver}.npy"))
        )
        assert computed == pytest.approx(shown, rel=1e-4)


def test_a_saved_view_brings_the_mixtures_back(open_app: OpenApp) -> None:
    app = open_app(PAGE + "&m=cross.wave&w=300.700")
    app.button("Add component").click()
    expect(app.button("marginal 1: mixture")).to_be_visible()
    data = saved(app)
    there = open_app(PAGE)
    there.button("Share").click()
    give(there, data)
    expect(there.button("marginal 1: mixture")).to_be_visible()
    expect(there.button("marginal 2: wave")).to_be_visible()
    there.wait_for_weights(lambda weights: weights == [30, 70])
    for mixture, count in ((1, 6), (2, 5)):
        expect(components(there, mixture)).to_have_count(count)
    app.button("close").click()
    app.wait_until(lambda: there.page.url == app.page.url)
    assert there.page.get_by_role("alert").count() == 0
