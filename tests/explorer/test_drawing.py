"""The drawing pad without a browser, and drawings as marginals."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.inputs.drawing import SIDE, DrawingPad
from explorer.inputs.sources import DRAWING, drawn


@pytest.fixture
def sheets():
    return []


@pytest.fixture
def pad(sheets):
    return DrawingPad(sheets.append)


def square_of_ink(side=SIDE):
    pixels = np.zeros((side, side), np.uint8)
    pixels[side // 4 : side // 2, side // 2 : 3 * side // 4] = 255
    return pixels


def message(pad, pixels, number=1, load=0):
    """What the browser sends; `load` counts from the newest sheet."""
    return {"load": pad.sheet["load"] + load, "number": number, "content": pixels}


def test_a_stroke_arrives_upright(pad, sheets):
    pixels = square_of_ink()
    pad._handle_msg(message(pad, pixels.tobytes(), number=3))
    assert len(sheets) == 1
    assert sheets[0].dtype == np.uint8
    assert np.array_equal(sheets[0], pixels)
    assert pad.taken == 3


@pytest.mark.parametrize("size", [0, SIDE**2 - 1, SIDE**2 + 1, 4 * SIDE**2])
def test_wrong_sizes_are_refused(pad, sheets, size):
    pad._handle_msg(message(pad, b"\xff" * size))
    assert sheets == []
    assert pad.taken == 1  # or the browser would wait for ever


@pytest.mark.parametrize("data", [None, "drawn", b"\xff" * SIDE**2, {}, {"content": [1, 2]}])
def test_other_messages_are_ignored(pad, sheets, data):
    pad._handle_msg(data)
    assert sheets == []


def test_an_empty_sheet_is_no_drawing(pad, sheets):
    pad._handle_msg(message(pad, bytes(SIDE**2)))
    assert sheets == []


def test_a_stroke_on_an_earlier_sheet_comes_too_late(pad, sheets):
    pad.load(square_of_ink())
    pad._handle_msg(message(pad, b"\x01" * SIDE**2, load=-1))
    assert sheets == []


def test_the_browser_may_go_on_after_an_error():
    def fail(pixels):
        raise ValueError("no use for it")

    pad = DrawingPad(fail)
    with pytest.raises(ValueError, match="no use for it"):
        pad._handle_msg(message(pad, b"\x01" * SIDE**2, number=5))
    assert pad.taken == 5


def test_a_drawing_can_be_loaded_again_and_again(pad):
    """Each time is an event for the browser, which may have drawn over it meanwhile."""
    pixels = square_of_ink()
    pad.load(pixels)
    first = pad.sheet
    pad.load(pixels)
    assert pad.sheet != first
    assert pad.sheet["content"] == first["content"] == pixels.tobytes()
    pad.load(square_of_ink(64))
    assert len(pad.sheet["content"]) == SIDE**2
    pad.clear()
    assert not any(pad.sheet["content"])


def test_a_drawing_is_a_marginal_at_any_resolution():
    pixels = square_of_ink()
    marginal = drawn(pixels)
    assert (marginal.kind, marginal.label) == (DRAWING, "drawing")
    for n in (32, SIDE, 256):
        density = marginal.draw(n)
        rows, columns = np.nonzero(density > 127)
        assert (rows.min() / n, (rows.max() + 1) / n) == (0.25, 0.5)
        assert (columns.min() / n, (columns.max() + 1) / n) == (0.5, 0.75)
    pixels[:] = 0  # what was drawn stays
    assert np.array_equal(marginal.source, square_of_ink())
    assert hash(marginal) != hash(drawn(square_of_ink()))


@pytest.mark.parametrize(
    ("pixels", "sentence"),
    [
        (np.zeros((8, 8), np.uint8), "it is empty"),
        (np.ones((8, 9), np.uint8), r"must be uint8 of shape \(k, k\)"),
        (np.ones((8, 8)), r"are float64 of shape \(8, 8\), but must be uint8"),
        (np.ones(64, np.uint8), r"of shape \(64,\)"),
    ],
    ids=["empty", "no square", "no bytes", "one line"],
)
def test_what_is_no_drawing_is_refused(pixels, sentence):
    with pytest.raises(ValueError, match=sentence):
        drawn(pixels)
