"""The volumes page without a browser: what its controls make of its runs, and that they end."""

from __future__ import annotations

from dataclasses import replace
from queue import Queue

import numpy as np
import pytest

from explorer.address import from_query, to_query
from explorer.inputs.solids import uploaded_volume
from explorer.look import Camera
from explorer.pages.volumes import VolumesPage
from explorer.saved import from_file, to_file
from explorer.surface import surface
from tests.explorer.helpers import end, wait_until


@pytest.fixture
def ticks():
    return Queue()


@pytest.fixture
def page(ticks):
    page = VolumesPage(ticks.put, *from_query("?p=volumes&n=32&s=sga"))
    page.open()
    yield page
    end(page)


def number(page):
    return page._solvers.first.view.frame.get("number")


def test_the_first_picture_is_the_mixture(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    view = page._solvers.first.view
    assert view.frame["display"] == "surface"
    assert view.frame["text"].startswith("Plain mixture of 50 % ball, 50 % cube")
    assert [(s["rows"], s["columns"]) for s in view.slices] == [(32, 32)] * 3
    assert "solids stand in the same place" in page.controls.words.object


def test_thumbnails_arrive_at_the_corners_of_the_pad(page, ticks):
    """Blank ones have hardly a byte."""
    wait_until(page, ticks, lambda: all(len(url) > 1000 for url in page._pad.thumbnails))
    assert len(set(page._pad.thumbnails)) == 2


def test_a_run_streams_surfaces_and_never_moves_the_camera(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    view = page._solvers.first.view
    view._handle_msg({"camera": [30.0, 10.0, 1.5]})
    first = view.frame["positions"]
    page._playing.press("run")
    wait_until(page, ticks, lambda: number(page) >= 3)
    assert view.frame["positions"] != first
    assert view.look.camera == Camera(30.0, 10.0, 1.5)
    assert "c=30.10.150" in page._window.query


def test_level_display_and_cuts_repaint_at_once(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    view = page._solvers.first.view
    levels = page._solvers.first.seen[1]
    page.level.value = 0.9
    assert view.frame["counts"] == (
        len(surface(levels, 0.9).points), len(surface(levels, 0.9).triangles)
    )  # fmt: skip
    page.display.value = "volume"
    assert view.frame["display"] == "volume"
    before = view.slices
    view._handle_msg({"cuts": [0.3, 0.5, 0.5]})
    assert view.slices != before
    page.sliced.value = False
    assert view.slices == []
    assert "v=volume" in page._window.query
    assert "x=off" in page._window.query


def test_all_tiles_are_seen_alike(page, ticks):
    page.controls.methods.value = ["sga", "dsb"]
    wait_until(page, ticks, lambda: all(tile.view.frame for tile in page._solvers))
    sga, dsb = (tile.view for tile in page._solvers)
    sga._handle_msg({"camera": [100.0, -20.0, 2.0]})
    page.level.value = 0.3
    assert dsb.look == sga.look
    assert dsb.look.camera == Camera(100.0, -20.0, 2.0)
    page.controls.methods.value = ["sga", "dsb", "cwb"]
    assert page._solvers["cwb"].view.look == sga.look


def test_the_view_comes_back_from_address_and_file(page, ticks):
    block = np.zeros((20, 20, 20), np.uint8)
    block[5:15, 8:12, 2:18] = 255
    wait_until(page, ticks, lambda: number(page) == 0)
    page._marginals.load([uploaded_volume(block, "beam"), page._marginals.value[1]])
    page._solvers.first.view._handle_msg({"camera": [10.0, 20.0, 3.0]})
    page.level.value = 0.25
    state, notes = from_file(to_file(page.state()))
    assert notes == []
    assert [m.label for m in state.marginals] == ["beam", "cube"]
    np.testing.assert_array_equal(state.marginals[0].source, block)
    assert (state.look, state.subject.name) == (page.state().look, "volumes")
    assert to_query(state) == page._window.query
    page.level.value = 0.5
    page._restore(state, [])
    assert page.state().look == state.look
    wait_until(page, ticks, lambda: "beam" in page._solvers.first.view.frame["text"])


def test_past_iterates_come_back_as_surfaces(page, ticks):
    page._playing.press("run")
    wait_until(page, ticks, lambda: (number(page) or 0) >= 4)
    page._playing.press("run")
    view = page._solvers.first.view
    newest = view.frame["positions"]
    page._seek(1)
    assert view.frame["number"] == 1
    assert view.frame["positions"] != newest


def test_the_strip_goes_from_one_volume_to_the_other(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    page._strip._count.value = 3
    page.stripped.value = True
    gallery = page._strip._gallery
    wait_until(page, ticks, lambda: not page._strip._save.disabled)
    assert [item["label"] for item in gallery.items] == [
        "100 % ball", "50 % ball, 50 % cube", "100 % cube"
    ]  # fmt: skip
    assert len({item["picture"] for item in gallery.items}) == 3
    gallery.selected = 2
    assert page._pad.weights == [0, 1]
    before = [item["picture"] for item in gallery.items]
    page._turn(replace(Camera(), azimuth=140.0))
    wait_until(
        page,
        ticks,
        lambda: all(a["picture"] != b for a, b in zip(gallery.items, before, strict=True)),
    )


def test_a_volume_with_nothing_in_it_is_refused_in_words(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    frame = page._solvers.first.view.frame
    page._pad.weights = [0, 0]
    assert page._solvers.first.view.frame is frame
