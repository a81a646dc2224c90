"""Volumes that can be picked: the catalogue, the slots, files, thumbnails drawn on the side."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from explorer import offscreen
from explorer.inputs.solids import (
    VOLUME_CATALOGUE,
    VOLUME_UPLOAD,
    built_in_volume,
    uploaded_volume,
)
from explorer.inputs.volumes import VolumesInput
from explorer.subjects import VOLUMES
from explorer.theme import MARGINAL_COLORS
from solvers.solids import solid
from tests.explorer.helpers import WAIT, Side, awaited

BALL, CUBE, TORUS = (built_in_volume("Solids", name) for name in ("ball", "cube", "torus"))


@pytest.fixture
def side():
    side = Side()
    yield side
    side.background.close()
    assert side.background.join(WAIT)


@pytest.fixture
def picker(side):
    return VolumesInput([BALL, CUBE], side.background, side.renew)


@pytest.fixture(autouse=True)
def drawings(monkeypatch):
    """Flat pictures in the right colour instead of surfaces; the colours in their order."""
    colors = []

    def picture(levels, look, size, color, framed):
        assert (levels.dtype, levels.ndim) == (np.uint8, 3)
        assert levels.max() == 255
        colors.append(color)
        rgb = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
        return np.full((*size[::-1], 4), [*rgb, 255], np.uint8)

    monkeypatch.setattr(offscreen, "picture", picture)
    monkeypatch.setattr("explorer.inputs.thumbnails._DRAWN", {})
    return colors


def opened(url):
    """RGBA pixels of a data URL."""
    with Image.open(BytesIO(b64decode(url.removeprefix("data:image/png;base64,")))) as image:
        return np.asarray(image)


def is_blank(url):
    return opened(url).shape == (1, 1, 4) and not opened(url)[0, 0, 3]


def color_of(url):
    return "#{:02x}{:02x}{:02x}".format(*opened(url)[0, 0, :3])


def npy(array) -> bytes:
    file = BytesIO()
    np.save(file, array)
    return file.getvalue()


def upload(picker, name, data):
    """Let a file arrive as from the browser; returns once it is read."""
    awaited(picker._upload._take_file(name, data))


@pytest.mark.parametrize(
    ("kind", "choice"),
    [(kind, name) for kind in VOLUME_CATALOGUE for name in VOLUME_CATALOGUE[kind]],
)
def test_every_choice_of_the_catalogue_can_be_drawn(kind, choice):
    density = built_in_volume(kind, choice).draw(24)
    assert density.shape == (24, 24, 24)
    assert density.min() >= 0 < density.max()


def test_no_adjustment_changes_no_volume():
    assert np.array_equal(BALL.draw(16), solid("ball", 16))


def test_a_volume_of_ones_own_is_drawn_at_any_resolution():
    volume = np.zeros((8, 8, 8), np.uint8)
    volume[:4] = 200
    marginal = uploaded_volume(volume, "half")
    assert (marginal.label, marginal.kind) == ("half", VOLUME_UPLOAD)
    assert marginal.source is volume
    assert np.array_equal(marginal.draw(8), volume)
    coarse = marginal.draw(2)
    assert np.array_equal(coarse[0], np.full((2, 2), 200))
    assert not coarse[1].any()


@pytest.mark.parametrize(
    ("volume", "sentence"),
    [
        (np.ones((4, 4, 5), np.uint8), r"shape \(4, 4, 5\)"),
        (np.ones((4, 4), np.uint8), r"shape \(4, 4\)"),
        (np.ones((4, 4, 4)), "is float64"),
        (np.zeros((4, 4, 4), np.uint8), "not all of them 0"),
        (np.full((4, 4, 4), -1, np.float32), "≥ 0"),
        (np.full((4, 4, 4), np.nan, np.float32), "finite"),
        (np.full((4, 4, 4), np.inf, np.float32), "finite"),
    ],
)
def test_what_is_no_volume_is_refused(volume, sentence):
    with pytest.raises(ValueError, match=sentence):
        uploaded_volume(volume)


def test_slots_can_be_added_and_removed_within_bounds(picker):
    picker._ask("remove")
    assert picker.labels == ["ball", "cube"]
    for _ in range(10):
        picker._ask("add")
    assert len(picker.value) == len(picker.thumbnails) == VOLUMES.most == 4
    assert picker.labels == ["ball", "cube", "torus", "octahedron"]
    assert not picker._slots.addable
    picker._slots.selected = 1
    picker._ask("remove")
    assert picker.labels == ["ball", "torus", "octahedron"]
    assert picker._slots.addable


def test_choosing_replaces_the_chosen_slot(picker):
    picker._slots.selected = 1
    assert picker._choices.selected == VOLUME_CATALOGUE["Solids"].index("cube")
    picker._kind.value = "Meshes"
    assert picker.labels == ["ball", "cube"]  # looking changes nothing
    picker._choices.selected = VOLUME_CATALOGUE["Meshes"].index("bunny")
    assert picker.labels == ["ball", "bunny"]
    picker._slots.selected = 0
    assert picker._kind.value == "Solids"


def test_all_slots_can_be_replaced_at_once(picker):
    picker.load([TORUS, TORUS, BALL])
    assert picker.labels == ["torus", "torus 2", "ball"]
    assert len(picker.thumbnails) == 3


def test_thumbnails_come_later_in_the_colours_of_their_slots(picker, side):
    assert all(map(is_blank, picker.thumbnails))
    side.tick_until(lambda: side.renewed == 2)
    assert [color_of(url) for url in picker.thumbnails] == list(MARGINAL_COLORS[:2])
    assert [item["picture"] for item in picker._slots.items] == picker.thumbnails
    side.tick_until(lambda: not any(is_blank(item["picture"]) for item in picker._choices.items))
    assert side.renewed == 2  # the choices are no thumbnails of the pad
    assert side.failures == []


def test_what_was_drawn_once_is_there_at_once(picker, side, drawings):
    side.tick_until(lambda: side.renewed == 2)
    picker.load([BALL, TORUS])
    assert [is_blank(url) for url in picker.thumbnails] == [False, True]
    picker.load([CUBE, CUBE])  # the first cube has another colour than before
    assert [is_blank(url) for url in picker.thumbnails] == [True, False]
    another = VolumesInput([BALL, CUBE], side.background, side.renew)
    assert not any(map(is_blank, another.thumbnails))
    assert drawings[:2] == list(MARGINAL_COLORS[:2])


def test_each_picture_is_drawn_once(picker, side, drawings):
    for _ in range(3):
        picker._take_thumbnails()
    side.tick_until(lambda: not any(is_blank(item["picture"]) for item in picker._choices.items))
    assert len(drawings) == len(picker.value) + len(VOLUME_CATALOGUE["Solids"])


def test_a_failing_renderer_is_told_once(picker, side, monkeypatch):
    def picture(*order, **options):
        raise RuntimeError("no graphics here")

    monkeypatch.setattr(offscreen, "picture", picture)
    side.tick_until(lambda: side.failures)
    picker._kind.value = "Meshes"
    picker._ask("add")
    assert side.failures == ["no graphics here"]
    assert picker.labels == ["ball", "cube", "torus"]  # the page goes on without pictures


def test_an_array_becomes_the_chosen_volume(picker):
    picker._slots.selected = 1
    picker._kind.value = VOLUME_UPLOAD
    volume = np.zeros((6, 6, 6), np.uint8)
    volume[2:4] = 9
    upload(picker, "brain.v2.npy", npy(volume))
    assert picker.labels == ["ball", "brain.v2"]
    drawn = picker.value[1].draw(6)
    assert np.allclose(drawn / drawn.max(), volume / 9)
    assert "up to 64 MiB" in picker._upload._message.object


@pytest.mark.parametrize("data", [b"", b"no volume at all", npy(np.zeros((4, 4, 4)))])
def test_a_bad_file_gets_one_sentence_and_the_slot_stays(picker, data):
    before = picker.value
    upload(picker, "<b>.npy", data)
    message = picker._upload._message.object
    assert picker.value is before
    assert message.count('role="alert"') == 1
    assert "&lt;b&gt;.npy: " in message
    assert "The previous volume stays." in message
    picker._slots.selected = 1
    assert "alert" not in picker._upload._message.object


def test_notes_are_shown_beside_the_control(picker, monkeypatch):
    decode = _Decoded(np.ones((2, 2, 2), np.uint8), ("It was large.", "It is small now."))
    monkeypatch.setattr("solvers.volumes.decode", lambda name, data: decode)
    upload(picker, "head.nii.gz", b"any")
    assert picker.labels[0] == "head"
    assert "head.nii.gz: It was large. It is small now." in picker._upload._message.object


class _Decoded:
    def __init__(self, density, notes):
        self.density, self.notes = density, notes


class Reading:
    """Files that are being read when something else happens."""

    def __init__(self, picker, monkeypatch):
        self._picker = picker

        async def to_thread(read):
            return await self._files.get_nowait()

        self._files: asyncio.Queue = asyncio.Queue()
        monkeypatch.setattr("explorer.inputs.upload.to_thread", to_thread)

    async def begin(self, name):
        """Let a file arrive; a function that ends the reading."""
        read = asyncio.get_running_loop().create_future()
        self._files.put_nowait(read)
        task = asyncio.create_task(self._picker._upload._take_file(name, b""))
        while not self._files.empty():
            await asyncio.sleep(0)

        async def end():
            read.set_result((uploaded_volume(np.ones((2, 2, 2), np.uint8), name), ()))
            await task

        return end


@pytest.fixture
def reading(picker, monkeypatch):
    return Reading(picker, monkeypatch)


def test_each_file_goes_to_the_slot_that_was_chosen_when_it_came(picker, reading):
    async def act():
        first = await reading.begin("first")
        assert "Reading first …" in picker._upload._message.object
        picker._slots.selected = 1
        second = await reading.begin("second")
        await second()
        await first()

    awaited(act())
    assert picker.labels == ["first", "second"]


def test_of_two_files_for_one_slot_the_later_counts(picker, reading):
    async def act():
        early, late = await reading.begin("early"), await reading.begin("late")
        await late()
        await early()

    awaited(act())
    assert picker.labels == ["late", "cube"]


@pytest.mark.parametrize(
    ("meanwhile", "labels"),
    [
        (lambda picker: picker._ask("add"), ["ball", "torus", "file", "cube"]),
        (lambda picker: picker._ask("remove"), ["ball", "torus"]),
        (lambda picker: choose_and_remove(picker, 0), ["torus", "file"]),
        (lambda picker: picker.load([CUBE, BALL]), ["cube", "ball"]),
        (lambda picker: setattr(picker._choices, "selected", 1), ["ball", "torus", "cube"]),
    ],
    ids=["another comes", "it goes", "one before it goes", "all are replaced", "it is replaced"],
)
def test_a_file_finds_its_slot_if_that_is_still_there(picker, reading, meanwhile, labels):
    picker.load([BALL, TORUS, built_in_volume("Solids", "octahedron")])
    picker._slots.selected = 2

    async def act():
        end = await reading.begin("file")
        meanwhile(picker)
        await end()

    awaited(act())
    assert picker.labels == labels


def choose_and_remove(picker, slot):
    picker._slots.selected = slot
    picker._ask("remove")
