"""Whatever the Export button hands out, opened again."""

from __future__ import annotations

import csv
import json
import re
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import expect

from tests.browser.app import App
from tests.browser.downloads import downloaded


def export(app: App, item: str) -> tuple[str, bytes]:
    """Press Export and an item of its menu: name and content of the file that comes."""
    app.button("Export").click()
    return downloaded(app.page.get_by_role("menuitem", name=item, exact=True))


def rgb(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))


def on_the_screen(app: App, paper: tuple[int, int, int] = (255, 255, 255)) -> NDArray[np.uint8]:
    """The first picture as the page shows it, on white or on other paper."""
    shown = Image.open(BytesIO(b64decode(app.pixels().partition(",")[2])))
    sheet = Image.new("RGBA", shown.size, paper)
    return np.asarray(Image.alpha_composite(sheet, shown).convert("RGB"))


def alike(picture: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Whether colours are the same, up to the rounding of what is half transparent."""
    return bool(np.abs(picture.astype(int) - other).max() <= 3)


def gif_frames(data: bytes) -> tuple[list[NDArray[np.uint8]], int]:
    """All frames, and how many milliseconds they last together."""
    film, frames, time = Image.open(BytesIO(data)), [], 0
    for index in range(getattr(film, "n_frames", 1)):
        film.seek(index)
        frames.append(np.asarray(film.convert("RGB")))
        time += film.info["duration"]
    return frames, time


def mp4_frames(data: bytes) -> list[NDArray[np.uint8]]:
    with av.open(BytesIO(data)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def different(frames: list[NDArray[np.uint8]]) -> int:
    return len({frame.tobytes() for frame in frames})


def converge(app: App, *solvers: str) -> None:
    """Run until the solvers say why they have stopped."""
    app.button("Run").click()
    for solver in solvers:
        expect(app.tile(solver).get_by_role("status")).not_to_be_empty(timeout=20_000)


def test_a_picture(app: App) -> None:
    """It is what the page shows, twice as large, in the page's colours."""
    seen = app.pixels()
    name, data = export(app, "Picture of SGA (PNG)")
    assert name == "sga_0.png"
    mixture = rgb(data)
    assert mixture.shape == (512, 512, 3)
    assert alike(mixture[::2, ::2], on_the_screen(app))
    assert different([mixture[0], mixture[256]]) == 2

    app.button("Step").click()
    app.wait_for_new_picture(seen)
    name, data = export(app, "Picture of SGA (PNG)")
    assert name == "sga_1.png"
    assert alike(rgb(data)[::2, ::2], on_the_screen(app))
    assert not alike(rgb(data), mixture)

    light = app.pixels()
    app.button("Toggle theme").click()
    app.wait_for_new_picture(light)
    _, data = export(app, "Picture of SGA (PNG)")
    assert alike(rgb(data)[::2, ::2], on_the_screen(app, paper=(23, 27, 46)))


def test_films_of_the_run(open_app: Callable[..., App]) -> None:
    """All iterates of both solvers side by side, the first and the last frame as on the screen."""
    app = open_app("?n=64&s=sga.cwb")
    mixture = on_the_screen(app)
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 22)
    app.button("Pause").click()
    expect(app.button("Run")).to_be_visible()

    name, data = export(app, "Film of the run (GIF)")
    frames, milliseconds = gif_frames(data)
    assert name == "run.gif"
    assert frames[0].shape == (256, 520, 3)
    assert alike(frames[0][::4, :256:4], mixture)
    assert alike(frames[-1][::4, :256:4], on_the_screen(app))
    assert different(frames) == len(frames) > 20
    steps = max(
        int(app.tile(solver).locator("canvas").get_attribute("data-iteration") or 0) + 1
        for solver in ("SGA", "CWB")
    )
    assert milliseconds == pytest.approx(50 * min(steps, 120), abs=5)

    name, data = export(app, "Film of the run (MP4)")
    frames = mp4_frames(data)
    assert name == "run.mp4"
    assert len(frames) == min(steps, 120)
    assert frames[0].shape == (256, 520, 3)
    assert np.abs(frames[0][::4, :256:4].astype(int) - mixture).mean() < 5


@pytest.mark.parametrize(
    ("path", "count"),
    [("all in turn, and round again", 49), ("from the first to the last", 25)],
)
def test_films_of_the_animation(open_app: Callable[..., App], path: str, count: int) -> None:
    """From one marginal to the next and, on the closed path, back: no two frames are alike."""
    app = open_app("?m=duck.heart&n=64")
    app.choose("Path", path)
    weights = app.weights()
    name, data = export(app, "Film of the animation (GIF)")
    frames, milliseconds = gif_frames(data)
    assert name == "animation.gif"
    assert frames[0].shape == (256, 256, 3)
    assert milliseconds == pytest.approx(50 * count, abs=5)
    assert different(frames) > 20
    closes = np.array_equal(frames[0], frames[-1])
    assert closes == ("round again" in path)

    name, data = export(app, "Film of the animation (MP4)")
    assert name == "animation.mp4"
    assert len(mp4_frames(data)) == count
    assert different(mp4_frames(data)) > 20
    assert app.weights() == weights  # the page stays where it was
    assert app.iteration() == 0


def test_all_arrays_and_the_curves(open_app: Callable[..., App]) -> None:
    """Numbers for one's own plots: the same as on the page, and consistent with each other."""
    app = open_app("?m=duck.heart.rabbit&w=500.300.200&n=64&s=sga~seed-3.cwb~reg-0.02")
    converge(app, "SGA", "CWB")
    for solver in ("sga", "cwb"):
        app.wait_for_curve(f"{solver} primal", lambda values: len(values) >= 1)

    name, data = export(app, "All arrays (NPZ)")
    assert name == "barycenters.npz"
    with np.load(BytesIO(data), allow_pickle=False) as file:
        arrays: dict[str, Any] = dict(file)
    assert arrays["labels"].tolist() == ["duck", "heart", "rabbit"]
    weights = arrays["weights"]
    assert 100 * weights == pytest.approx(app.weights(), abs=0.06)
    assert arrays["marginals"].shape == (3, 64, 64)
    for solver in ("sga", "cwb"):
        barycenter = arrays[f"{solver}_barycenter"]
        assert barycenter.shape == (64, 64)
        assert barycenter.min() >= 0
        assert barycenter.mean() == pytest.approx(1)
        potentials = arrays[f"{solver}_potentials"]
        assert potentials.shape == (3, 64, 64)
        assert np.ptp(potentials) > 1e-3
        assert np.abs(np.tensordot(weights, potentials, axes=1)).max() < 1e-12
    assert json.loads(str(arrays["cwb_settings"]))["reg"] == 0.02
    assert json.loads(str(arrays["sga_settings"]))["seed"] == 3

    name, data = export(app, "Curves (CSV)")
    assert name == "curves.csv"
    rows = list(csv.DictReader(StringIO(data.decode())))
    for solver, key in (("sga", "dual"), ("sga", "primal"), ("cwb", "primal")):
        values = [float(row[key]) for row in rows if row["solver"] == solver and row[key]]
        app.wait_for_curve(
            f"{solver} {key}", lambda shown, values=values: shown == pytest.approx(values)
        )
    numbers = [int(row["number"]) for row in rows if row["solver"] == "sga"]
    assert numbers == list(range(app.iteration() + 1)) == arrays["sga_number"].tolist()


def test_a_long_film_says_how_far_it_is_and_can_be_stopped(open_app: Callable[..., App]) -> None:
    """The button counts; its menu then offers to stop, and no file comes."""
    app = open_app("?n=512")
    app.button("Export").click()
    app.page.get_by_role("menuitem", name="Film of the animation (GIF)").click()
    counting = app.page.get_by_role("button", name=re.compile(r"^Export · [1-9]"))
    counting.click()
    app.page.get_by_role("menuitem", name="Stop making animation.gif").click()
    app.button("Export").click()
    expect(app.page.get_by_role("menuitem", name="Stop making animation.gif")).to_have_count(0)
