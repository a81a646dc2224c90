"""What can be picked: the catalogue, typed text, names, thumbnails."""

from __future__ import annotations

import asyncio
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from explorer.inputs.adjustment import Adjustment
from explorer.inputs.drawing import SIDE
from explorer.inputs.marginals import MarginalsInput
from explorer.inputs.sources import (
    CATALOGUE,
    DRAWING,
    LETTERS,
    built_in,
    catalogue_items,
    handwritten,
    picture_url,
    typed,
)
from explorer.inputs.weights import WeightPad
from explorer.subjects import DENSITIES
from tests.explorer.helpers import awaited


@pytest.fixture
def picker():
    return MarginalsInput([built_in("Silhouettes", name) for name in ("duck", "heart")])


def draw(picker, *levels):
    """Send sheets filled with one level each above an empty row, as the browser would."""
    for level in levels:
        pixels = np.full((SIDE, SIDE), level, np.uint8)
        pixels[-1] = 0
        send(picker, pixels)


def send(picker, pixels):
    pad = picker._drawing
    pad._handle_msg({"load": pad.sheet["load"], "number": 1, "content": pixels.tobytes()})


@pytest.mark.parametrize("kind", CATALOGUE)
def test_every_choice_of_the_catalogue_can_be_drawn(kind):
    for choice in CATALOGUE[kind]:
        density = built_in(kind, choice).draw(32)
        assert density.shape == (32, 32)
        assert density.min() >= 0 < density.max()
    assert len(catalogue_items(kind)) == len(CATALOGUE[kind])


def test_typed_text_is_checked_at_once():
    assert typed(" A ").label == "“A”"
    with pytest.raises(ValueError, match="1 to 4 characters"):
        typed("ABCDE")


def test_pictures_are_data_urls():
    assert picture_url(np.ones((4, 4)), "#ff0000").startswith("data:image/png;base64,")


def test_equal_names_are_told_apart():
    duck = built_in("Silhouettes", "duck")
    picker = MarginalsInput([duck, duck, handwritten(3, 0)])
    assert picker.labels == ["duck", "duck 2", "digit 3"]


def test_the_editor_shows_what_the_chosen_slot_holds():
    """Two letters in two slots, then back: the same letter may come again, in any slot."""
    picker = MarginalsInput([built_in("Silhouettes", name) for name in ("duck", "heart")])
    for slot in (0, 1):
        picker._slots.selected = slot
        picker._kind.value = LETTERS
        picker._letters._field.value = "A"
    assert picker.labels == ["“A”", "“A” 2"]
    picker._letters._field.value = "B"
    picker._slots.selected = 0
    assert picker._letters._field.value == "A"
    assert picker.labels == ["“A”", "“B”"]


def test_digits_of_two_slots_do_not_mix():
    picker = MarginalsInput([handwritten(3, 7), handwritten(0, 2)])
    for slot, expected in ((1, (0, 2)), (0, (3, 7))):
        picker._slots.selected = slot
        assert (picker._digits._digit.value, picker._digits._specimen.value) == expected
    assert picker.labels == ["digit 3", "digit 0"]


def test_slots_can_be_added_and_removed_within_bounds():
    picker = MarginalsInput([built_in("Silhouettes", name) for name in ("duck", "heart")])
    picker._ask("remove")
    assert len(picker.value) == 2
    for _ in range(10):
        picker._ask("add")
    assert len(picker.value) == len(picker.thumbnails) == DENSITIES.most == 6
    assert len(set(picker.labels)) == 6


def test_a_blank_sheet_leaves_the_slot_until_the_first_stroke(picker):
    picker._kind.value = DRAWING
    assert picker.labels == ["duck", "heart"]
    assert not any(picker._drawing.sheet["content"])
    draw(picker, 200)
    assert picker.labels == ["drawing", "heart"]


def test_each_slot_keeps_its_own_drawing(picker):
    for slot, level in ((0, 100), (1, 200)):
        picker._slots.selected = slot
        picker._kind.value = DRAWING
        draw(picker, level)
    assert picker.labels == ["drawing", "drawing 2"]
    picker._slots.selected = 0
    assert picker._drawing.sheet["content"][0] == 100
    draw(picker, 50)
    assert [marginal.source.max() for marginal in picker.value] == [50, 200]


def bar_of_ink(level):
    """A PNG file."""
    pixels = np.full((40, 60), 255, np.uint8)
    pixels[10:20, 10:50] = level
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_each_slot_keeps_its_own_picture_and_how_it_is_read(picker, monkeypatch):
    async def at_once(read):
        return read()

    async def settle():
        for _ in range(10):  # what controls have asked for is done in the loop's next rounds
            await asyncio.sleep(0)

    async def act():
        upload = picker._upload
        await upload._take_file("first.png", bar_of_ink(0))
        assert 'alt="preview of first.png"' in upload._preview.object
        whole = picker.value[0].draw(32)
        upload._crop.value = "ink"
        await settle()
        assert picker.value[0].draw(32).sum() > 1.1 * whole.sum()
        picker._slots.selected = 1
        assert not upload._preview.visible
        await upload._take_file("second.png", bar_of_ink(100))
        assert picker.labels == ["first", "second"]
        upload._crop.value = "whole"
        await settle()
        before = picker.value
        picker._slots.selected = 0
        await settle()
        assert upload._crop.value == "ink"
        assert upload._preview.visible
        assert picker.value is before  # looking changes nothing

    monkeypatch.setattr("explorer.inputs.upload.to_thread", at_once)
    awaited(act())


@pytest.mark.parametrize("data", [b"", b"no picture at all"])
def test_a_bad_picture_gets_one_sentence_and_the_slot_stays(picker, data):
    before = picker.value
    awaited(picker._upload._take_file("bad.png", data))
    assert picker.value is before
    assert picker._upload._message.object.count('role="alert"') == 1
    assert "bad.png: the file is" in picker._upload._message.object
    assert "The previous picture stays." in picker._upload._message.object


def test_adjusting_changes_the_density_and_its_thumbnail(picker):
    plain, before = picker.value[0].draw(32), picker.thumbnails
    picker._adjuster.invert = True
    assert picker.value[0].adjustment == Adjustment(invert=True)
    assert np.array_equal(picker.value[0].draw(32), plain.max() - plain)
    assert picker.thumbnails[0] != before[0]
    assert picker.thumbnails[1] == before[1]


def test_the_adjuster_follows_the_slot(picker):
    seen = []
    picker._adjuster.blur = 0.05
    picker.param.watch(seen.append, "value")
    picker._slots.selected = 1
    assert picker._adjuster.blur == 0
    picker._slots.selected = 0
    assert picker._adjuster.blur == 0.05
    assert seen == []  # looking changes nothing


def test_another_choice_resets_the_adjustment(picker):
    picker._adjuster.invert = True
    picker._choices.selected = CATALOGUE["Silhouettes"].index("star")
    assert picker.value[0] == built_in("Silhouettes", "star")
    assert not picker._adjuster.invert


@pytest.mark.parametrize("held", [built_in("Silhouettes", "duck"), handwritten(3, 7)])
def test_a_look_at_another_kind_keeps_the_adjustment(held):
    picker = MarginalsInput([held, built_in("Silhouettes", "heart")])
    picker._adjuster.invert = True
    for kind in (LETTERS, "Shapes of the paper", held.kind):
        picker._kind.value = kind
    assert picker.value[0].adjustment == Adjustment(invert=True)


def test_a_drawing_that_goes_on_keeps_its_adjustment(picker):
    picker._adjuster.blur = 0.02
    picker._kind.value = DRAWING
    draw(picker, 100)
    assert picker.value[0].adjustment == Adjustment()
    picker._adjuster.threshold = 0.5
    draw(picker, 100, 200)
    assert picker.value[0].adjustment == Adjustment(threshold=0.5)


def test_an_impossible_adjustment_gets_a_sentence_and_the_slot_stays(picker):
    """Refused by a control and by a stroke alike; the sentence goes when it is mended."""
    picker._kind.value = DRAWING
    full = np.full((SIDE, SIDE), 255, np.uint8)
    send(picker, full)
    held = picker.value[0]
    picker._adjuster.invert = True
    assert picker.value[0] is held
    assert "inverse is empty" in picker._adjuster._problem.object
    picker._adjuster.invert = False
    assert picker._adjuster._problem.object == ""
    draw(picker, 255)
    picker._adjuster.invert = True
    held = picker.value[0]
    send(picker, full)
    assert picker.value[0] is held
    assert "inverse is empty" in picker._adjuster._problem.object


def test_an_error_of_whoever_listens_is_not_taken_for_an_adjustment(picker):
    def fail(event):
        raise ValueError("of the listener")

    picker.param.watch(fail, "value")
    with pytest.raises(ValueError, match="of the listener"):
        picker._adjuster.invert = True
    assert picker._adjuster._problem.object == ""


def test_the_pad_takes_weights_and_nothing_else():
    pad = WeightPad(weights=[0.5, 0.5], labels=["a", "b"])
    pad._handle_msg({"weights": [0.25, 0.75]})
    assert pad.weights == [0.25, 0.75]
    for message in (
        {"weights": [1.0]}, {"weights": [2.0, -1.0]}, {"weights": ["1", "0"]}, {"weights": None},
        {"weights": [float("nan"), 1.0]}, "weights", None, [0.5, 0.5],
    ):  # fmt: skip
        pad._handle_msg(message)
    assert pad.weights == [0.25, 0.75]
