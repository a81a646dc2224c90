"""What the view of volumes sends to the browser, and what it makes of what comes back."""

from __future__ import annotations

import io
from concurrent.futures import Future
from queue import Queue

import numpy as np
import pytest
from PIL import Image

import explorer.views.volume_pictures
from explorer import offscreen
from explorer.look import Camera, Look
from explorer.offscreen import picture
from explorer.surface import packed, surface
from explorer.views.volume import VolumeView, fog, slices_at

CAMERA = Camera(30.0, -10.0, 2.0)


def ball(n=16, radius=0.35):
    centres = (np.arange(n) + 0.5) / n - 0.5
    distance = np.sqrt(sum(x**2 for x in np.meshgrid(centres, centres, centres)))
    return np.clip(255 * (0.5 + n * (radius - distance)), 0, 255).astype(np.uint8)


class Visitor:
    """What the view tells the page, and the document's next ticks."""

    def __init__(self):
        self.painted, self.toggled, self.cameras, self.cuts = [], [], [], []
        self.ticks = Queue()

    def view(self, **params):
        return VolumeView(
            self.painted.append,
            lambda: self.toggled.append(True),
            self.ticks.put,
            self.cameras.append,
            self.cuts.append,
            **params,
        )

    def tick(self):
        self.ticks.get(timeout=60)()


@pytest.fixture
def visitor():
    return Visitor()


@pytest.fixture
def view(visitor):
    return visitor.view()


def paint(view, levels, number=7, text="a ball", ticket=0):
    view.paint(levels, number, text, ticket)


def watched(view, *names):
    """The values of parameters as they will be sent from now on."""
    sent = []
    view.param.watch(lambda *events: sent.extend(event.name for event in events), list(names))
    return sent


def levels_of(content):
    return np.frombuffer(content["levels"], np.uint8).reshape(content["cells"])


@pytest.mark.parametrize("level", [0.2, 0.5])
def test_a_surface_is_that_of_the_level(visitor, level):
    view = visitor.view(look=Look(level=level))
    paint(view, ball(), ticket=3)
    expected = packed(surface(ball(), level))
    assert view.frame == {
        "display": "surface", "number": 7, "text": "a ball", "ticket": 3,
        "extent": [1.0, 1.0, 1.0], **expected,
    }  # fmt: skip


def test_a_volume_is_its_fog(visitor):
    view = visitor.view(look=Look(display="volume"))
    paint(view, ball()[:, :8], ticket=3)
    frame = dict(view.frame)
    assert frame.pop("extent") == [1.0, 0.5, 1.0]
    assert frame == {
        "display": "volume", "number": 7, "text": "a ball", "ticket": 3, **fog(ball()[:, :8])
    }  # fmt: skip


def test_fog_is_where_there_is_mass_and_one_cell_around():
    levels = np.zeros((20, 10, 16), np.uint8)
    levels[5:8, 0:2, 15] = 9
    found = fog(levels)
    assert found["cells"] == [5, 3, 2]
    assert found["cell"] == 1 / 20
    np.testing.assert_allclose(found["corner"], [4 / 20, 0, 14 / 20])
    np.testing.assert_array_equal(levels_of(found), levels[4:9, 0:3, 14:16])


def test_fog_without_mass_has_none():
    assert levels_of(fog(np.zeros((8, 8, 8), np.uint8))).max() == 0


def test_fog_of_many_cells_is_averaged_and_stays_in_its_place():
    levels = np.zeros((200, 131, 40), np.uint8)
    levels[100:102, 20:22, 10:12] = 80
    levels[101, 130, 39] = 255  # the last along an odd axis has an empty neighbour
    found = fog(levels)
    assert found["cell"] == 2 / 200
    corner = np.rint(np.array(found["corner"]) / found["cell"]).astype(int)
    box = levels_of(found)
    assert box[tuple(np.array([50, 10, 5]) - corner)] == 80
    assert box[tuple(np.array([50, 65, 19]) - corner)] == 255 // 8
    assert np.count_nonzero(box) == 2


def test_slices_have_the_last_axis_upwards():
    levels = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    x, y, z = slices_at(levels, (0.6, 0.0, 1.0))
    assert (x["columns"], x["rows"]) == (3, 4)
    assert list(x["pixels"]) == [levels[1, j, k] for k in (3, 2, 1, 0) for j in range(3)]
    assert list(y["pixels"]) == [levels[i, 0, k] for k in (3, 2, 1, 0) for i in range(2)]
    assert list(z["pixels"]) == [levels[i, j, 3] for j in (2, 1, 0) for i in range(2)]


def test_every_frame_has_its_slices(view):
    paint(view, ball())
    assert view.slices == slices_at(ball(), view.cuts)
    paint(view, ball(radius=0.2))
    assert view.slices == slices_at(ball(radius=0.2), view.cuts)


def test_other_cuts_send_slices_only(view):
    paint(view, ball())
    sent = watched(view, "frame", "slices")
    view.cuts = (0.1, 0.5, 0.9)
    assert sent == ["slices"]
    assert view.slices == slices_at(ball(), (0.1, 0.5, 0.9))


def test_slices_that_are_not_shown_are_not_sent(view):
    view.sliced = False
    paint(view, ball())
    assert view.slices == []
    view.sliced = True
    assert view.slices == slices_at(ball(), view.cuts)


def test_another_camera_sends_the_camera_only(view):
    paint(view, ball())
    sent = watched(view, "frame", "slices", "camera")
    view.look = Look(camera=CAMERA)
    assert sent == ["camera"]
    assert view.camera == [30.0, -10.0, 2.0]


def test_another_level_or_display_repaints_and_asks_for_no_answer(view):
    paint(view, ball(), ticket=3)
    view.look = Look(level=0.2)
    assert view.frame["ticket"] == 0
    assert view.frame["positions"] == packed(surface(ball(), 0.2))["positions"]
    view.look = Look(display="volume")
    assert (view.frame["display"], view.frame["ticket"]) == ("volume", 0)


def test_before_the_first_picture_there_is_nothing_to_show(view):
    view.look, view.cuts, view.sliced = Look("volume", 0.2, CAMERA), (0.1, 0.2, 0.3), False
    assert (view.frame, view.slices) == ({}, [])


def test_the_look_itself_stays_on_the_server(view):
    data = view.get_root().data
    assert data.camera == view.camera
    assert not hasattr(data, "look")
    view.look = Look(camera=CAMERA)
    assert data.camera == [30.0, -10.0, 2.0]


def test_the_visitor_turns_cuts_pauses_and_sees(view, visitor):
    paint(view, ball())
    view._handle_msg({"camera": [30, -10.0, 2]})
    view._handle_msg({"cuts": [0, 0.25, 1]})
    view._handle_msg("toggle")
    view._handle_msg(5)
    assert visitor.cameras == [CAMERA] == [view.look.camera]
    assert visitor.cuts == [(0.0, 0.25, 1.0)] == [view.cuts]
    assert visitor.toggled == [True]
    assert visitor.painted == [5]


@pytest.mark.parametrize(
    "message",
    [{"camera": [0, 90, 1]}, {"camera": [0, 0, 100]}, {"camera": [float("nan"), 0, 1]},
     {"camera": [0, 0, None]}, {"camera": [0, 0, 1, 1]}, {"camera": [0, "up", 1]}, {"camera": 1},
     {"cuts": [0.5, 0.5]}, {"cuts": [0.5, 0.5, 1.5]}, {"cuts": [0.5, 0.5, float("nan")]},
     {"cuts": ["0", 0, 0]}, {"size": [0, 10]}, {"size": [10, 100_000]}, {"size": [10.5, 10]},
     {}, None, "turn", [1, 2]],
    ids=str,
)  # fmt: skip
def test_anything_else_is_ignored(view, visitor, message):
    paint(view, ball())
    before = view.look, view.cuts, view.frame
    view._handle_msg(message)
    assert (view.look, view.cuts, view.frame) == before
    assert visitor.cameras == visitor.cuts == visitor.painted == []
    assert visitor.ticks.empty()


@pytest.fixture
def orders(monkeypatch):
    """What the view has drawn off-screen: the order and its future."""
    placed = []

    def picture_later(*order):
        placed.append((order, Future()))
        return placed[-1][1]

    monkeypatch.setattr(explorer.views.volume_pictures, "picture_later", picture_later)
    return placed


def pixels(width=4, height=3, shade=100):
    return np.full((height, width, 4), shade, np.uint8)


def test_a_browser_that_cannot_draw_gets_pictures(view, visitor, orders):
    paint(view, ball(), ticket=3)
    view._handle_msg({"size": [4, 3]})
    (levels, look, size, color, dark), future = orders[0]
    np.testing.assert_array_equal(levels, ball())
    assert (look, size, color, dark) == (view.look, (4, 3), view.color, False)
    future.set_result(pixels())
    visitor.tick()
    frame = view.frame
    assert (frame["display"], frame["number"], frame["hint"]) == ("picture", 7, "")
    assert frame["ticket"] == 3  # the surface that had it could not be painted
    np.testing.assert_array_equal(np.array(Image.open(io.BytesIO(frame["picture"]))), pixels())
    assert view.slices == slices_at(ball(), view.cuts)


def test_one_picture_is_drawn_at_a_time_and_then_the_newest(view, visitor, orders):
    paint(view, ball())
    view._handle_msg({"size": [4, 3]})
    paint(view, ball(radius=0.1), number=8, ticket=4)
    for azimuth in (10.0, 20.0, 30.0):
        view._handle_msg({"camera": [azimuth, 0.0, 1.0]})
    paint(view, ball(radius=0.2), number=9)
    assert len(orders) == 1
    orders[0][1].set_result(pixels())
    visitor.tick()
    assert (view.frame["number"], view.frame["ticket"]) == (7, 0)
    assert len(orders) == 2
    (levels, look, *_), future = orders[1]
    np.testing.assert_array_equal(levels, ball(radius=0.2))
    assert look.camera == Camera(30.0, 0.0, 1.0)
    future.set_result(pixels())
    visitor.tick()
    assert (view.frame["number"], view.frame["ticket"]) == (9, 4)  # no ticket is lost
    assert len(orders) == 2
    assert visitor.ticks.empty()


@pytest.mark.parametrize("change", [{"dark": True}, {"color": "#123456"}])
def test_pictures_follow_the_page(view, visitor, orders, change):
    view._handle_msg({"size": [4, 3]})
    assert orders == []
    paint(view, ball())
    orders[0][1].set_result(pixels())
    visitor.tick()
    view.param.update(**change)
    assert orders[1][0][3:] == (view.color, view.dark)


def test_a_server_that_cannot_draw_says_so_and_goes_on(view, visitor, orders):
    view._handle_msg({"size": [4, 3]})
    paint(view, ball(), ticket=3)
    orders[0][1].set_exception(RuntimeError("no EGL"))
    visitor.tick()
    assert view.frame["hint"] == "The server could not draw it: no EGL"
    assert (view.frame["ticket"], view.frame["picture"]) == (3, b"")
    paint(view, ball(), number=8, ticket=4)
    orders[1][1].set_result(pixels())
    visitor.tick()
    assert (view.frame["ticket"], view.frame["hint"]) == (4, "")


def test_the_picture_is_the_off_screen_one(visitor):
    view = visitor.view(look=Look(camera=CAMERA), color="#d9542b", dark=True)
    paint(view, ball())
    view._handle_msg({"size": [40, 30]})
    visitor.tick()
    np.testing.assert_array_equal(
        np.array(Image.open(io.BytesIO(view.frame["picture"]))),
        picture(ball(), view.look, (40, 30), "#d9542b", True),
    )


def test_the_browser_draws_in_the_light_and_with_the_lines_of_the_server():
    for (x, y, z), brightness in offscreen.LIGHTS:
        assert f"vec4({x}, {y}, {z}, {brightness})" in VolumeView._esm
    light, dark = offscreen.LINES[False], offscreen.LINES[True]
    assert f'{{light: "{light}", dark: "{dark}"}}' in VolumeView._esm
