"""The colours of places, and what the view of transport sends and takes."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.theme import MARGINAL_COLORS
from explorer.views.origin_colors import STEPS, color_map
from explorer.views.transport import TransportView, box
from solvers import GridProblem, displaced, origins
from solvers.datasets import SHAPES, shape

LABELS = ["ring", "drop", "cross"]


def problem(n, count=3):
    return GridProblem([shape(name, n) for name in (SHAPES * 2)[:count]])


def shown(view, n=32, count=3, marginal=0, fraction=1.0, **options):
    """Show a problem at rest: every origin is the place itself."""
    given = problem(n, count)
    still = np.zeros_like(given.marginals)
    density, origin = displaced(given, still, marginal, fraction)
    labels = (LABELS * 2)[:count]
    view.paint(
        density, origin, origins(given, still), given.marginals, labels, MARGINAL_COLORS[:count],
        marginal, fraction, 37, float(density.max()), **options,
    )  # fmt: skip
    return view.frame


@pytest.fixture
def asked():
    return []


@pytest.fixture
def painted():
    return []


@pytest.fixture
def view(asked, painted):
    return TransportView(lambda *request: asked.append(request), painted.append)


def array(frame, name, *dims):
    return np.frombuffer(frame[name], np.uint8).reshape(dims)


@pytest.mark.parametrize("fraction", [0.0, 1.0])
def test_a_frame_holds_the_picture_and_the_origins(view, fraction):
    frame = shown(view, fraction=fraction, ticket=5)
    assert (frame["rows"], frame["columns"]) == (32, 32)
    assert (frame["marginal"], frame["fraction"], frame["number"]) == (0, fraction, 37)
    assert frame["ticket"] == 5
    levels = array(frame, "pixels", 32, 32)
    assert levels.max() == 255
    centres = (np.arange(32) + 0.5) / 32
    down, across = array(frame, "origin", 2, 32, 32) / 255
    mass = levels > 0
    for found, k in zip((down, across), np.nonzero(mass), strict=True):  # spread by half a cell
        np.testing.assert_allclose(found[mass], (k + 0.5) / 32, atol=0.04)
    maps = array(frame, "maps", 3, 2, frame["map_rows"], frame["map_columns"])
    np.testing.assert_allclose(maps[1, 0, :, 0] / 255, centres, atol=0.003)
    np.testing.assert_allclose(maps[2, 1, 0, :] / 255, centres, atol=0.003)


def test_rectangles_keep_their_proportions(view):
    marginals = np.ones((2, 20, 40))
    given = GridProblem(marginals)
    still = np.zeros_like(marginals)
    view.paint(
        *displaced(given, still, 0, 0.0), origins(given, still), marginals,
        LABELS[:2], MARGINAL_COLORS[:2], 0, 0.0, 1, 1.0,
    )  # fmt: skip
    down, across = array(view.frame, "origin", 2, 20, 40) / 255
    assert down.max() == pytest.approx(0.5, abs=0.02)
    assert across.max() == pytest.approx(1.0, abs=0.02)
    assert (view.marginals["rows"], view.marginals["columns"]) == (20, 40)


def test_the_text_alternative_says_what_is_shown(view):
    assert shown(view)["text"] == (
        "Barycenter at iteration 37, coloured by where its mass comes from in ring"
    )
    assert shown(view, marginal=1, fraction=0.4)["text"] == (
        "drop 40 % along the way to the barycenter at iteration 37, "
        "coloured by where its mass comes from in drop"
    )


def test_frames_are_small_and_the_marginals_travel_once(view):
    sent = []
    view.param.watch(lambda event: sent.append(event.new), "marginals")
    frame = shown(view, n=256, count=4)
    assert sum(len(value) for value in frame.values() if isinstance(value, bytes)) < 350 * 1024
    assert (frame["map_rows"], frame["map_columns"]) == (128, 128)
    shown(view, n=256, count=4, marginal=2, fraction=0.3)
    assert len(sent) == 1
    assert len(sent[0]["pixels"]) == 4 * 128**2
    shown(view, n=256, count=3)
    assert len(sent) == 2
    assert sent[1]["labels"] == LABELS
    assert len(sent[1]["boxes"]) == 3


def test_maps_of_large_grids_keep_their_places(view):
    frame = shown(view, n=256)
    maps = array(frame, "maps", 3, 2, 128, 128) / 255
    np.testing.assert_allclose(maps[0, 0, :, 0], (np.arange(128) + 0.5) / 128, atol=0.5 / 128)


def test_the_box_holds_nearly_all_mass():
    density = np.zeros((40, 80))
    density[10:30, 20:60] = 1.0
    density[39, 79] = 1.0
    np.testing.assert_allclose(box(density), [10 / 80, 21 / 80, 30 / 80, 59 / 80])
    point = np.zeros((8, 8))
    point[3, 5] = 1.0
    np.testing.assert_allclose(box(point), [3 / 8, 5 / 8, 4 / 8, 6 / 8])


def test_the_visitor_asks_and_the_browser_reports(view, asked, painted):
    shown(view)
    view._handle_msg([2, 0.25])
    view._handle_msg([0, 1])
    view._handle_msg(7)
    assert asked == [(2, 0.25), (0, 1.0)]
    assert painted == [7]


@pytest.mark.parametrize(
    "message",
    [[3, 0.5], [-1, 0.5], [0, 1.5], [0, -0.1], [0, float("nan")], [0], ["0", 0.5], [0.5, 0.5],
     None, "ask", {"marginal": 0, "fraction": 0.5}, [0, None], [[0], 0.5]],
    ids=str,
)  # fmt: skip
def test_anything_else_is_ignored(view, asked, painted, message):
    shown(view)
    view._handle_msg(message)
    assert asked == painted == []


def test_before_the_first_frame_nothing_can_be_asked(view, asked):
    view._handle_msg([0, 0.5])
    assert asked == []


def luminance(colors):
    """Relative luminance of sRGB colours, linear."""
    return (colors / 255.0) ** 2.2 @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("dark", [False, True])
def test_places_can_be_told_by_their_colours(dark):
    """It gets lighter downwards and yellower to the right, in small steps, nowhere twice the same.

    Yellow against blue, and light against dark, is what every colour blindness leaves.
    """
    colors = color_map(dark).astype(float)
    assert colors.shape == (STEPS, STEPS, 3)
    assert np.diff(luminance(colors), axis=0).min() > 0
    yellow = colors[..., :2].mean(axis=-1) - colors[..., 2]
    assert np.diff(yellow, axis=1).min() > 0
    for axis in (0, 1):
        steps = np.linalg.norm(np.diff(colors, axis=axis), axis=-1)
        assert 0.5 < steps.min() <= steps.max() < 13
    assert len(np.unique(colors.reshape(-1, 3), axis=0)) == STEPS**2


def test_colours_stand_out_from_the_page():
    """None is close to white on a light page, or to near-black on a dark one."""
    assert luminance(color_map(dark=False).astype(float)).max() < 0.75
    assert luminance(color_map(dark=True).astype(float)).min() > 0.08
