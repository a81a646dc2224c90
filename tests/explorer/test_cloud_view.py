"""What the views of clouds send and hear, and the pictures of clouds that leave the page."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.exports import clouds
from explorer.exports.clouds import cloud_pixels
from explorer.look import Camera
from explorer.views.cloud import CloudView
from explorer.views.cloud_backdrop import Backdrop, reach, window
from explorer.views.landscape import LandscapeView
from explorer.views.shades import ramp

RED, GREEN, BLUE = "#ff0000", "#00ff00", "#0000ff"
# Along the axes z, y and x, and along none.
PROJECTIONS = np.array(
    [[[1, 0, 0], [0, 1, 0]], [[1, 0, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 1]],
     [[1, 0.5, 0], [0, 1, -0.5]]], float,
)  # fmt: skip


def cloud(*points, masses=None):
    masses = np.full(len(points), 1 / len(points)) if masses is None else masses
    return np.column_stack([masses, points]).astype(np.float32)


SQUARE = cloud((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
CUBE = cloud((0.3, 0.4, 0.5), (0.7, 0.4, 0.6))


class Visitor:
    """What the view tells the page."""

    def __init__(self):
        self.painted, self.toggled, self.chosen, self.cameras = [], [], [], []

    def view(self, **params):
        return CloudView(
            self.painted.append,
            lambda: self.toggled.append(True),
            lambda index, number: self.chosen.append((index, number)),
            lambda *camera: self.cameras.append(camera),
            **params,
        )


@pytest.fixture
def visitor():
    return Visitor()


@pytest.fixture
def view(visitor):
    return visitor.view()


def floats(data, columns):
    return np.frombuffer(data, np.float32).reshape(-1, columns)


@pytest.mark.parametrize("rows", [SQUARE, CUBE], ids=["plane", "space"])
def test_a_frame_is_the_cloud_itself(view, rows):
    view.paint(rows, 7, "a cloud", ticket=3)
    dots = view.frame.pop("dots")
    np.testing.assert_array_equal(floats(dots, rows.shape[1]), rows)
    assert view.frame == {
        "dimension": rows.shape[1] - 1, "number": 7, "text": "a cloud", "ticket": 3,
    }  # fmt: skip


@given(st.floats(0, 1e6))
def test_the_window_holds_what_it_must_and_grows_by_steps(outermost):
    half = window(outermost)
    assert half >= max(outermost * (1 - 1e-9), 0.55)
    assert half <= max(0.55, 1.25 * outermost * (1 + 1e-9))
    steps = np.log(half / 0.55) / np.log(1.25)
    assert steps == pytest.approx(round(steps), abs=1e-6)


def test_the_window_never_shrinks_while_the_marginals_stay(view):
    view.backdrop([SQUARE], [RED])
    assert view.half == window(0.3) == 0.55
    view.paint(cloud((0.5, 1.6)), 1, "far out")
    assert view.half == window(1.1) > 1.1
    view.paint(cloud((0.5, 0.5)), 2, "back again")
    assert view.half == window(1.1)
    view.backdrop([SQUARE], [RED])
    assert view.half == 0.55


def test_marginals_are_sent_in_their_colours(view):
    view.lines([[0.5, 0.5]], [[0.2, 0.2]], [0], [1.0])
    view.backdrop([SQUARE, cloud((0.5, 0.5))], [RED, GREEN])
    assert [floats(data, 3).tolist() for data in view.scenery["clouds"]] == [
        SQUARE.tolist(), [[1.0, 0.5, 0.5]],
    ]  # fmt: skip
    assert view.scenery["dimension"] == 2
    assert view.scenery["colors"] == [RED, GREEN]
    assert view.scenery["circles"] == view.scenery["throws"] == []
    assert view.links == {}  # those to other marginals


def test_circles_are_sent_and_are_in_the_window(view):
    view.backdrop([SQUARE], [RED], "circles", ([[0.5, 0.9]], [0.4]))
    assert view.scenery["circles"] == [[0.5, 0.9, 0.4]]
    assert view.half == window(0.8)


def test_marginals_in_space_are_as_they_are(view):
    view.backdrop([CUBE], [RED])
    assert view.scenery["dimension"] == 3
    np.testing.assert_array_equal(floats(view.scenery["clouds"][0], 4), CUBE)


@pytest.mark.parametrize(("k", "axis"), [(0, 2), (1, 1), (2, 0)])
def test_a_shadow_lies_on_the_wall_that_its_projection_meets(k, axis):
    backdrop = Backdrop([SQUARE], [RED], "shadows", PROJECTIONS[k : k + 1])
    (placed,), (throw,) = backdrop.placed, backdrop.throws
    for sign, wall in ((1, {0.0, 1.0}), (-1, {0.0, 1.0})):
        on_wall = placed[:, 1:] + sign * throw
        np.testing.assert_allclose(on_wall @ PROJECTIONS[k].T, SQUARE[:, 1:], atol=1e-6)
        assert set(np.round(on_wall[:, axis], 6)) < wall
    assert backdrop.reach == pytest.approx(0.5)


def test_an_oblique_shadow_lies_behind_the_cube():
    backdrop = Backdrop([SQUARE], [RED], "shadows", PROJECTIONS[3:])
    (throw,) = backdrop.throws
    np.testing.assert_allclose(PROJECTIONS[3] @ throw, 0, atol=1e-12)
    corners = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T - 0.5
    assert (corners @ throw).max() == pytest.approx(throw @ throw)
    places = backdrop.place(SQUARE[:, 1:], [0] * 4)
    np.testing.assert_allclose(places @ PROJECTIONS[3].T, SQUARE[:, 1:], atol=1e-6)
    np.testing.assert_allclose((places - 0.5) @ throw, 0, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"colors": [RED, GREEN]}, "colors: are 2, but there must be one for each of the 1 clouds."),
     ({"kind": "sphere"}, "kind: is “sphere”, but must be one of"),
     ({"kind": "circles"}, "shapes: must be 1 centres and radii of circles."),
     ({"kind": "circles", "shapes": ([[0, 0], [1, 1]], [1, 1])}, "shapes: must be 1 centres"),
     ({"kind": "shadows"}, "shapes: must be 1 matrices of 2 rows and 3 columns."),
     ({"kind": "shadows", "shapes": PROJECTIONS}, "shapes: must be 1 matrices"),
     ({"kind": "shadows", "shapes": np.eye(3)[None]}, "shapes: must be 1 matrices")],
)  # fmt: skip
def test_a_backdrop_that_does_not_fit_is_refused(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Backdrop(**{"clouds": [SQUARE], "colors": [RED]} | change)


def test_lines_go_from_the_barycenter_to_the_marginals(view):
    view.backdrop([SQUARE, SQUARE], [RED, GREEN])
    view.lines([[0.5, 0.5], [0.5, 0.5]], [[0.2, 0.2], [0.8, 0.8]], [0, 1], [1.0, 0.25])
    np.testing.assert_allclose(floats(view.links["starts"], 2), 0.5)
    np.testing.assert_allclose(floats(view.links["ends"], 2), [[0.2, 0.2], [0.8, 0.8]])
    assert list(view.links["marginals"]) == [0, 1]
    np.testing.assert_allclose(floats(view.links["opacities"], 1).ravel(), [1.0, 0.25])
    view.lines()
    assert view.links == {}


def test_lines_to_shadows_end_in_space(view):
    view.backdrop([SQUARE] * 4, [RED] * 4, "shadows", PROJECTIONS)
    view.lines(CUBE[:, 1:], [[0.2, 0.3], [0.6, 0.7]], [2, 0], [1, 1])
    np.testing.assert_allclose(
        floats(view.links["ends"], 3), [[0.5, 0.2, 0.3], [0.6, 0.7, 0.5]], atol=1e-6
    )


def test_the_visitor_chooses_turns_pauses_and_sees(view, visitor):
    view.paint(SQUARE, 7, "a square")
    for message in ({"chosen": [3, 7]}, {"chosen": [None, 7]}, {"camera": [30, -10.0, 2]},
                    "toggle", 5):  # fmt: skip
        view._handle_msg(message)
    assert visitor.chosen == [(3, 7), (None, 7)]
    assert visitor.cameras == [(30.0, -10.0, 2.0)] == [tuple(view.camera)]
    assert visitor.toggled == [True]
    assert visitor.painted == [5]


@pytest.mark.parametrize(
    "message",
    [{"chosen": [4, 7]}, {"chosen": [-1, 7]}, {"chosen": [1.5, 7]}, {"chosen": [1]},
     {"chosen": ["1", 7]}, {"chosen": 1}, {"camera": [0, 90, 1]}, {"camera": [0, 0]},
     {"camera": [float("nan"), 0, 1]}, {"camera": [0, "up", 1]}, {}, None, "turn", [1, 2]],
    ids=str,
)  # fmt: skip
def test_anything_else_is_ignored(view, visitor, message):
    view.paint(SQUARE, 7, "a square")
    before = view.camera
    view._handle_msg(message)
    assert view.camera == before
    assert visitor.chosen == visitor.cameras == visitor.painted == visitor.toggled == []


@pytest.fixture
def asked():
    """What a visitor asks of `asking_view`."""
    return []


@pytest.fixture
def asking_view(visitor, asked):
    return visitor.view(on_ask=lambda place, dot: asked.append((place, dot)))


def test_the_visitor_asks_for_fans_of_places_and_dots(view, asking_view, visitor, asked):
    questions = [([0.25, 1], None), ([0.2, 0.2], 3), (None, 0), (None, None)]
    for either in (view, asking_view):
        either.paint(SQUARE, 7, "a square")
        for question in questions:
            either._handle_msg({"asked": [*question]})
    assert (view.asking, asking_view.asking) == (False, True)
    assert asked == [((0.25, 1.0), None), ((0.2, 0.2), 3), (None, 0), (None, None)]
    assert visitor.chosen == visitor.painted == []


@pytest.mark.parametrize(
    "question",
    [[[0.2, 0.2], 4], [[0.2, 0.2], -1], [[0.2, 0.2], 1.5], [[0.2], None], [0.2, 0.2, None],
     [[0.2, float("nan")], None], [["0.2", 0.2], 0], [None]],
    ids=str,
)  # fmt: skip
def test_nothing_else_can_be_asked(asking_view, asked, question):
    asking_view.paint(SQUARE, 7, "a square")
    asking_view._handle_msg({"asked": question})
    assert asked == []


def test_a_fan_is_sent_until_there_is_none(view):
    view.spread("goes there", [0.2, 0.3], [[0.5, 0.5], [0.6, 0.7]], [0.55, 0.6], RED)
    np.testing.assert_allclose(floats(view.fan.pop("ends"), 2), [[0.5, 0.5], [0.6, 0.7]])
    assert view.fan == {
        "text": "goes there", "source": [0.2, 0.3], "mean": [0.55, 0.6], "color": RED,
    }  # fmt: skip
    view.spread("nowhere")
    assert view.fan == {"text": "nowhere"}
    view.spread()
    assert view.fan == {}


def test_before_the_first_frame_there_is_no_dot_to_choose(view, visitor):
    view._handle_msg({"chosen": [0, 0]})
    assert visitor.chosen == []


def test_the_page_turns_the_view_and_is_not_told_of_it(view, visitor):
    view.turn(10, 20, 3)
    assert (view.camera, visitor.cameras) == ([10, 20, 3], [])
    with pytest.raises(ValueError, match="elevation: is 95, but must be in"):
        view.turn(0, 95, 1)


@pytest.mark.parametrize("view", [CloudView, LandscapeView])
def test_a_script_of_several_files_has_one_way_in_and_no_name_twice(view):
    assert len(re.findall(r"^export ", view._esm, re.MULTILINE)) == 1
    names = re.findall(r"^(?:export )?(?:async )?(?:function|const|let) (\w+)", view._esm, re.M)
    names += re.findall(r"^const .*?, (\w+) = ", view._esm, re.M)
    assert len(names) == len(set(names)) > 3


def test_the_browser_and_the_pictures_end_before_the_eye_alike():
    assert f"const NEAREST = {clouds._NEAREST} " in CloudView._esm


def near(pixels, x, y, half=0.55):
    """The colour of a picture at a place in the plane."""
    across, up = (0.5 + (at - 0.5) / (2 * half) for at in (x, y))
    return pixels[int(len(pixels) * (1 - up)), int(len(pixels) * across)].astype(int)


def paper(dark):
    return ramp(dark)[0].astype(int)


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_has_its_dots_where_they_are_over_faint_marginals(dark):
    pixels = cloud_pixels(cloud((0.3, 0.7)), 200, RED, Backdrop([SQUARE], [BLUE]), dark)
    assert pixels.shape == (200, 200, 3)
    strong, faint = near(pixels, 0.3, 0.7), near(pixels, 0.8, 0.2)
    np.testing.assert_allclose(strong, paper(dark) + 0.85 * ([255, 0, 0] - paper(dark)), atol=2)
    np.testing.assert_allclose(faint, paper(dark) + 0.45 * ([0, 0, 255] - paper(dark)), atol=2)
    np.testing.assert_array_equal(near(pixels, 0.5, 0.5), paper(dark))


def ink(pixels):
    return (255.0 - pixels[..., 1]).sum()


def test_the_area_of_a_dot_tells_its_mass():
    masses = [0.02, 0.08]
    rows = cloud((0.25, 0.5), (0.75, 0.5), masses=masses)
    pixels = cloud_pixels(rows, 600, RED, Backdrop(), False)[50:-50, 50:-50]
    assert ink(pixels[:, 250:]) / ink(pixels[:, :250]) == pytest.approx(4, rel=0.1)


def test_pictures_of_one_window_can_be_compared():
    rows, apart = cloud((0.3, 0.7)), window(1.4)
    pixels = cloud_pixels(rows, 300, RED, Backdrop(), False, half=apart)
    assert near(pixels, 0.3, 0.7, apart)[1] < 60
    assert (
        near(cloud_pixels(cloud((0.5, 1.9)), 300, RED, Backdrop(), False), 0.5, 1.9, apart)[1] < 60
    )


def test_circles_are_drawn():
    backdrop = Backdrop([cloud((0.3, 0.5))], [BLUE], "circles", ([[0.5, 0.5]], [0.2]))
    pixels = cloud_pixels(cloud((0.9, 0.9)), 300, RED, backdrop, False)
    angles = np.linspace(0.3, 2.8, 9)
    rim = [near(pixels, 0.5 + 0.2 * np.cos(a), 0.5 + 0.2 * np.sin(a)) for a in angles]
    assert all(blue > red for red, _, blue in rim)


def places(pixels, channel):
    """The middle of what is drawn in one colour: across and down, as fractions."""
    others = [other for other in range(3) if other != channel]
    strength = pixels[..., channel].astype(int) - pixels[..., others].max(axis=2)
    rows, columns = np.nonzero(strength > 40)
    return columns.mean() / len(pixels), rows.mean() / len(pixels)


def test_in_space_up_is_up_and_the_camera_turns():
    def seen(point, azimuth=0.0):
        camera = Camera(azimuth, 0.0, 1.5)
        return places(cloud_pixels(cloud(point), 300, RED, Backdrop(), False, camera), 0)

    np.testing.assert_allclose(seen((0.5, 0.5, 0.5)), [0.5, 0.5], atol=0.01)
    across, down = seen((0.5, 0.5, 0.9))
    assert (across, down < 0.4) == (pytest.approx(0.5, abs=0.01), True)
    assert seen((0.5, 0.9, 0.5))[0] > 0.6  # from axis 0, axis 1 goes to the right
    assert seen((0.9, 0.5, 0.5), azimuth=90.0)[0] < 0.4


def test_what_is_near_is_larger_and_clearer():
    def dot(x):
        rows, camera = cloud((x, 0.5, 0.5)), Camera(0.0, 0.0, 1.5)
        return ink(cloud_pixels(rows, 300, RED, Backdrop(), False, camera, 0.55)[120:180, 120:180])

    assert dot(0.9) > 1.2 * dot(0.1)


@pytest.mark.parametrize(("elevation", "below"), [(60.0, True), (-60.0, False)])
def test_shadows_lie_on_the_wall_behind(elevation, below):
    backdrop = Backdrop([cloud((0.5, 0.2))], [BLUE], "shadows", PROJECTIONS[:1])
    camera = Camera(0.0, elevation, 1.5)
    pixels = cloud_pixels(cloud((0.5, 0.5, 0.5)), 400, RED, backdrop, False, camera)
    _, down = places(pixels, 2)
    assert (down > 0.55) == below
    assert (down < 0.45) == (not below)


def test_points_behind_the_eye_are_not_drawn():
    rows = cloud((0.5, 0.5, 0.5), (9.0, 0.5, 0.5))
    camera = Camera(0.0, 0.0, 1.5)
    alone = cloud_pixels(rows[:1], 200, RED, Backdrop(), False, camera, 0.55)
    np.testing.assert_array_equal(
        cloud_pixels(rows, 200, RED, Backdrop(), False, camera, 0.55), alone
    )


@pytest.mark.parametrize("size", [0, 5000])
def test_a_picture_of_no_size_is_refused(size):
    with pytest.raises(ValueError, match=f"size: is {size}, but must be 1 to 4096 pixels."):
        cloud_pixels(SQUARE, size, RED, Backdrop(), False)


def test_reach_is_that_of_the_outermost_point():
    assert reach(np.array([[0.5, 0.4], [0.6, -0.7]])) == pytest.approx(1.2)
    assert reach(np.empty((0, 2))) == 0.0


def test_a_landscape_is_sent_in_steps():
    view = LandscapeView()
    assert view.frame == {}
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    view.paint(levels, [[0.2, 0.3]], [RED], (0.5, 0.6), "a valley", half=0.55)
    frame = dict(view.frame)
    sent = np.frombuffer(frame.pop("pixels"), np.uint8)
    assert (sent[0], sent[-1], len(set(sent))) == (0, 255, 16)
    assert np.abs(sent.astype(int) - levels.ravel()).max() <= 9
    assert frame == {
        "rows": 16, "columns": 16, "partners": [[0.2, 0.3]], "colors": [RED],
        "best": [0.5, 0.6], "half": 0.55, "text": "a valley", "note": "",
    }  # fmt: skip
    view.clear()
    assert view.frame == {}
