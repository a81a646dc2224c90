"""Pictures of volumes without a screen: the camera, transparency, the thread that draws."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

import explorer
from explorer import offscreen
from explorer.look import DISPLAYS, VIEW_ANGLE, Camera, Look
from explorer.offscreen import FOG, FOG_EXPONENT, MAX_SIDE, picture, picture_later
from explorer.surface import surface

RED = "#ff0000"
FULL = np.full((6, 6, 6), 255, np.uint8)


def blob(shape, cell):
    """One full cell."""
    levels = np.zeros(shape, np.uint8)
    levels[cell] = 255
    return levels


def redness(pixels):
    """How much each pixel shows of a red volume, 0 to 1; the domain's lines are bluish."""
    return (pixels[..., 0] > 1.2 * pixels[..., 2].astype(float)) * (pixels[..., 3] / 255)


def middle_of_red(pixels):
    """Column and row of the middle of a red volume, in pixels."""
    red = redness(pixels)
    rows, columns = np.indices(red.shape) + 0.5
    return np.array([(columns * red).sum(), (rows * red).sum()]) / red.sum()


def projected(point, middle, camera, size):
    """Column and row where a point of the domain is seen, by the rules of perspective."""
    eye = middle + np.array(camera.offset)
    forward = -np.array(camera.offset) / np.linalg.norm(camera.offset)
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    way = point - eye
    scale = min(size) / 2 / np.tan(np.radians(VIEW_ANGLE) / 2) / (way @ forward)
    return np.array([size[0] / 2 + scale * (way @ right), size[1] / 2 - scale * (way @ up)])


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize(
    ("camera", "size"),
    [
        (Camera(), (200, 200)),
        (Camera(azimuth=150, elevation=-40), (240, 160)),
        (Camera(azimuth=-100, elevation=70, zoom=1.5), (140, 220)),
        (Camera(azimuth=0, elevation=0, zoom=0.7), (200, 150)),
    ],
)
def test_a_cell_is_seen_where_the_camera_predicts(camera, size, display):
    shape, cell = (20, 12, 16), (13, 3, 10)
    point, middle = (np.array(cell) + 0.5) / 20, np.array(shape) / 40
    pixels = picture(blob(shape, cell), Look(display, 0.3, camera), size, RED)
    expected = projected(point, middle, camera, size)
    np.testing.assert_allclose(middle_of_red(pixels), expected, atol=1)


@pytest.mark.parametrize("zoom", [0.5, 1, 2])
def test_a_surface_is_as_large_as_the_camera_predicts(zoom):
    levels, camera = blob((9, 9, 9), (4, 4, 4)), Camera(zoom=zoom)
    corners = surface(levels, 0.3).points
    places = [projected(corner, np.full(3, 0.5), camera, (300, 300)) for corner in corners]
    seen = np.argwhere(redness(picture(levels, Look("surface", 0.3, camera), (300, 300), RED)) > 0)
    np.testing.assert_allclose(np.ptp(seen, axis=0)[::-1] + 1, np.ptp(places, axis=0), atol=2)


def test_the_last_axis_points_up_and_the_first_to_the_right():
    front = Look(camera=Camera(azimuth=-90, elevation=0))
    column, row = middle_of_red(picture(blob((9, 9, 9), (7, 4, 7)), front, (90, 90), RED))
    assert column > 45
    assert row < 45


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("dark", [False, True])
def test_pictures_are_transparent_beside_the_volume(display, dark):
    pixels = picture(FULL, Look(display, camera=Camera(zoom=0.6)), (80, 60), "#5b72f0", dark)
    assert (pixels.dtype, pixels.shape) == (np.uint8, (60, 80, 4))
    corners = pixels[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert not corners[:, 3].any()
    assert pixels[30, 40, 3] > 240


def test_half_transparent_pixels_have_the_colour_of_the_fog():
    """Nothing of a background: they must look right on light and on dark paper."""
    thin = np.full((8, 8, 8), 60, np.uint8)
    pixels = picture(thin, Look("volume", camera=Camera(0, 0)), (60, 60), "#c86432")
    fog = pixels[25:35, 25:35]
    assert ((fog[..., 3] > 40) & (fog[..., 3] < 220)).all()
    assert np.abs(fog[..., :3] - [200.0, 100.0, 50.0]).max() < 6


@pytest.mark.parametrize("level", [40, 80, 140])
def test_fog_lets_through_what_its_density_says(level):
    """Through the middle of a domain of equal density, straight along an axis."""
    levels = np.full((32, 32, 32), level, np.uint8)
    pixels = picture(levels, Look("volume", camera=Camera(0, 0)), (61, 61))
    expected = 255 * (1 - np.exp(-FOG * (level / 255) ** FOG_EXPONENT))
    assert float(pixels[30, 30, 3]) == pytest.approx(expected, abs=6)


def test_a_surface_is_opaque_lit_from_the_upper_left_and_of_its_colour():
    distances = np.linalg.norm(np.mgrid[:32, :32, :32].T - 15.5, axis=3)
    ball = (255 * np.clip(12 - distances, 0, 1)).astype(np.uint8)
    pixels = picture(ball, Look(), (200, 200), "#5b72f0").astype(int)
    assert pixels[100, 100, 3] == 255
    left, right = pixels[75, 75, :3], pixels[125, 125, :3]
    assert (left > right).all()
    assert right[2] > right[1] > right[0] > 10


def test_the_level_decides_how_much_is_seen():
    levels = np.zeros((12, 12, 12), np.uint8)
    levels[2:10, 2:10, 2:10] = 100
    levels[5:7, 5:7, 5:7] = 255
    seen = [redness(picture(levels, Look(level=x), (80, 80), RED)).sum() for x in (0.2, 0.8)]
    assert seen[0] > 5 * seen[1] > 0


@pytest.mark.parametrize("display", DISPLAYS)
def test_of_nothing_only_the_domain_is_seen(display):
    before = picture(FULL, Look(display), (90, 90), RED)
    empty = picture(np.zeros((6, 6, 6), np.uint8), Look(display), (90, 90), RED)
    assert redness(before)[45, 45] > 0.9
    seen = empty[empty[..., 3] > 0]
    assert 0 < len(seen) < 0.2 * 90 * 90
    assert not redness(empty).any()


def test_lines_do_not_pass_before_the_volume():
    pixels = picture(FULL, Look(), (300, 300), RED)
    assert (redness(pixels)[100:200, 100:200] == 1).all()


def test_lines_suit_the_paper():
    empty, look = np.zeros((2, 2, 2), np.uint8), Look(camera=Camera(zoom=0.8))
    light, dark = (picture(empty, look, (200, 200), RED, dark) for dark in (False, True))
    assert np.array_equal(light[..., 3], dark[..., 3])
    opaque = light[..., 3] == 255
    assert light[opaque].mean() > dark[opaque].mean() + 40


def test_a_thin_domain_can_be_seen():
    for display in DISPLAYS:
        pixels = picture(np.full((9, 1, 9), 255, np.uint8), Look(display, 0.3), (60, 60), RED)
        assert redness(pixels)[30, 30] > 0.1


def test_the_same_look_gives_the_same_picture_whatever_came_between():
    other = np.ascontiguousarray(blob((6, 6, 6), (1, 2, 3)))
    for display in DISPLAYS:
        first = picture(FULL, Look(display), (70, 50), RED)
        picture(other, Look("volume", 0.2, Camera(10, 10, 2.0)), (31, 90), "#00ff00", True)
        picture(FULL, Look(display, camera=Camera(60, -20)), (70, 50), RED)
        assert np.array_equal(picture(FULL, Look(display), (70, 50), RED), first)


def test_many_threads_get_their_own_pictures():
    def shot(width):
        return picture(FULL, Look(DISPLAYS[width % 2]), (width, 30), RED).shape

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(shot, range(20, 40))) == [(30, width, 4) for width in range(20, 40)]


def test_orders_come_first_served_and_can_be_cancelled_until_begun(monkeypatch):
    begun, released, done = Event(), Event(), []

    def held(levels, level):
        begun.set()
        assert released.wait(60)
        return surface(levels, level)

    monkeypatch.setattr(offscreen, "surface", held)
    first = picture_later(FULL.copy(), Look(), (20, 20), RED)
    second, dropped, last = (picture_later(FULL, Look(), (20, 20), RED) for _ in range(3))
    for name, order in {"first": first, "second": second, "last": last}.items():
        order.add_done_callback(lambda _, name=name: done.append(name))
    assert begun.wait(60)
    assert not first.cancel()
    assert dropped.cancel()
    released.set()
    picture(FULL, Look(), (20, 20), RED)
    assert done == ["first", "second", "last"]
    assert first.result().shape == last.result().shape == (20, 20, 4)


def test_an_error_goes_to_who_asked_and_the_thread_lives_on():
    failing = picture_later(FULL, Look(), (20, 20), "no colour")
    with pytest.raises(ValueError, match="no colour"):
        failing.result()
    assert picture(FULL, Look(), (20, 20), RED).shape == (20, 20, 4)


def test_bad_orders_are_refused_at_once():
    with pytest.raises(ValueError, match=r"levels: are .*, but must be uint8 of shape"):
        picture_later(np.zeros((3, 3)), Look(), (20, 20))
    for size in ((0, 20), (20, MAX_SIDE + 1)):
        with pytest.raises(ValueError, match=r"size: is .*, but each side must be 1 to 2048"):
            picture_later(FULL, Look(), size)


def test_the_interpreter_ends_while_pictures_are_drawn_and_nothing_is_said():
    code = (
        "import numpy as np; from explorer.look import Look; from explorer import offscreen;"
        "levels = np.full((64, 64, 64), 80, np.uint8);"
        "offscreen.picture(levels, Look(), (20, 20));"
        "[offscreen.picture_later(levels, Look('volume'), (1500, 1500)) for _ in range(50)]"
    )
    home = Path(explorer.__file__).parent.parent
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=home, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_importing_loads_no_graphics():
    code = "import sys, explorer.offscreen, explorer.surface; print(*sys.modules)"
    home = Path(explorer.__file__).parent.parent
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=home, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"pyvista", "vtk", "vtkmodules", "PIL"}.isdisjoint(loaded)
