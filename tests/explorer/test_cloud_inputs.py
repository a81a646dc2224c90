"""Clouds that can be picked: the catalogue, the slots, points set by hand, files."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import numpy as np
import param
import pytest
from PIL import Image

from explorer.inputs.cloud_sources import (
    CLOUD_CATALOGUE,
    IN_SPACE,
    OWN_CLOUD_FILE,
    OWN_POINTS,
    built_in_cloud,
    cloud_thumbnail,
    drawn_cloud,
    handwritten_cloud,
    typed_cloud,
    uploaded_cloud,
)
from explorer.inputs.clouds import CloudsInput
from explorer.inputs.point_pad import MOST, PointPad
from explorer.inputs.sources import DIGITS, LETTERS, blank_url
from explorer.subjects import POINTS
from explorer.theme import MARGINAL_COLORS
from solvers import cloud_datasets
from solvers.cloud_files import MAX_POINTS
from solvers.stippling import equal_masses
from tests.explorer.helpers import WAIT, Side, awaited

DUCK, HEART = (built_in_cloud("Silhouettes", name) for name in ("duck", "heart"))
TRIANGLE = np.array([[0.25, 0.25], [0.75, 0.25], [0.5, 0.875]])


@pytest.fixture
def side(monkeypatch):
    monkeypatch.setattr("explorer.inputs.thumbnails._DRAWN", {})
    side = Side()
    yield side
    side.background.close()
    assert side.background.join(WAIT)
    assert side.failures == []


@pytest.fixture
def picker(side):
    return CloudsInput([DUCK, HEART], POINTS, side.background, side.renew)


@pytest.fixture
def sheets():
    return []


@pytest.fixture
def pad(sheets):
    return PointPad(sheets.append)


def opened(url):
    """RGBA pixels of a data URL."""
    with Image.open(BytesIO(b64decode(url.removeprefix("data:image/png;base64,")))) as image:
        return np.asarray(image)


def color_of(url):
    return "#{:02x}{:02x}{:02x}".format(*opened(url)[0, 0, :3])


def message(pad, positions, number=1, load=0):
    """What the browser sends; `load` counts from the newest sheet."""
    content = positions if isinstance(positions, bytes) else positions.astype(np.float32).tobytes()
    return {"load": pad.sheet["load"] + load, "number": number, "content": content}


def on_sheet(pad):
    return np.frombuffer(pad.sheet["content"], np.float32).reshape(-1, 2)


def upload(picker, name, data):
    """Let a file arrive as from the browser; returns once it is read."""
    awaited(picker._upload._take_file(name, data))


# The catalogue


@pytest.mark.parametrize(
    ("kind", "choice"),
    [(kind, name) for kind in CLOUD_CATALOGUE for name in CLOUD_CATALOGUE[kind]],
)
def test_every_choice_of_the_catalogue_can_be_drawn(kind, choice):
    marginal = built_in_cloud(kind, choice)
    rows = marginal.draw(40)
    assert (marginal.kind, marginal.choice) == (kind, choice)
    assert rows.shape == (40, 4 if kind == "In space" else 3)
    assert rows[:, 0].sum() == pytest.approx(1)
    assert abs(rows[:, 1:] - 0.5).max() < 0.6


def test_choices_can_be_told_apart_in_an_address():
    names = [name.replace(" ", "-") for choices in CLOUD_CATALOGUE.values() for name in choices]
    assert len(set(names)) == len(names)
    assert not any(set(".~,&=") & set(name) for name in names)


def test_labels_are_words():
    assert built_in_cloud("Silhouettes", "plus-thick").label == "plus"
    assert built_in_cloud("On four circles", "arc on circle 1").label == "arc on circle 1"


def test_letters_and_digits_are_clouds():
    letters, digit = typed_cloud(" Ab "), handwritten_cloud(3, 7)
    assert (letters.label, letters.kind, letters.source) == ("“Ab”", LETTERS, "Ab")
    assert (digit.label, digit.kind, digit.source) == ("digit 3", DIGITS, (3, 7))
    assert np.array_equal(letters.draw(30), cloud_datasets.text_cloud("Ab", 30))
    assert np.array_equal(digit.draw(30), cloud_datasets.digit_cloud(3, 7, 30))
    with pytest.raises(ValueError, match=r"^text: the font has no “漢”"):
        typed_cloud("漢")


# Clouds of the visitor's own


@pytest.mark.parametrize(
    ("make", "kind", "label"),
    [(uploaded_cloud, OWN_CLOUD_FILE, "cloud"), (drawn_cloud, OWN_POINTS, "points")],
)
def test_own_clouds_are_marginals(make, kind, label):
    rows = equal_masses(TRIANGLE)
    marginal = make(rows)
    rows[:] = 0  # what was given stays
    assert (marginal.kind, marginal.label) == (kind, label)
    assert np.array_equal(marginal.source, equal_masses(TRIANGLE))
    assert np.array_equal(marginal.draw(400), marginal.source)
    assert marginal.draw(2)[:, 0].sum() == pytest.approx(1)
    assert len(marginal.draw(2)) == 2
    assert make(equal_masses(TRIANGLE), "mine").label == "mine"


@pytest.mark.parametrize("make", [uploaded_cloud, drawn_cloud])
@pytest.mark.parametrize(
    "rows",
    [np.ones(3), np.ones((0, 3)), np.ones((2, 2)), np.ones((2, 5)), np.ones((MAX_POINTS + 1, 3))],
    ids=lambda rows: str(rows.shape),
)
def test_other_shapes_are_refused(make, rows):
    with pytest.raises(ValueError, match=r"^cloud: its rows have the shape .* but must be 1 to"):
        make(rows)


@pytest.mark.parametrize("make", [uploaded_cloud, drawn_cloud])
@pytest.mark.parametrize("row", [(0, 0, 0), (-1, 0, 0), (np.nan, 0, 0), (1, np.inf, 0)])
def test_numbers_that_make_no_cloud_are_refused(make, row):
    with pytest.raises(ValueError, match=r"^cloud: all numbers must be finite, masses ≥ 0"):
        make(np.array([row]))


@pytest.mark.parametrize("rows", [np.full((2, 3), "a"), np.full((2, 3), 1j)], ids=["text", "1j"])
def test_what_is_no_number_is_refused(rows):
    with pytest.raises(ValueError, match=r"^cloud: must be real numbers"):
        uploaded_cloud(rows)


def test_points_set_by_hand_lie_in_the_square():
    with pytest.raises(ValueError, match=r"^cloud: some points are outside the unit square"):
        drawn_cloud(np.array([[1, 0.5, 1.01]]))
    with pytest.raises(ValueError, match="1 to 2,000 rows of 3 numbers"):
        drawn_cloud(equal_masses(np.full((MOST + 1, 2), 0.5)))
    assert uploaded_cloud(equal_masses(np.full((MOST + 1, 3), 0.5))).draw(1).shape == (1, 4)


@pytest.mark.parametrize("place", [1e307, -1e307, 1.01, -0.01])
def test_clouds_of_files_lie_in_the_square_or_cube(place):
    """Saved views can be forged."""
    for row, window in ((1, 0.5, place), "square"), ((1, 0.5, 0.5, place), "cube"):
        with pytest.raises(ValueError, match=f"^cloud: some points are outside the unit {window}"):
            uploaded_cloud(np.array([row]))
    assert len(uploaded_cloud(np.array([[1, 1 + 1e-12, -1e-12]])).draw(1)) == 1  # rounding


# Thumbnails


def test_a_thumbnail_shows_dots_in_their_places():
    pixels = opened(cloud_thumbnail(np.array([[1, 0.25, 0.75]]), "#123456"))
    assert (pixels[..., :3] == (0x12, 0x34, 0x56)).all()
    rows, columns = np.nonzero(pixels[..., 3] > 127)
    assert (rows.mean() + 0.5) / len(pixels) == pytest.approx(0.25, abs=0.01)
    assert (columns.mean() + 0.5) / len(pixels) == pytest.approx(0.25, abs=0.01)


def test_dots_grow_with_their_mass():
    pixels = opened(cloud_thumbnail(np.array([[0.01, 0.25, 0.5], [0.04, 0.75, 0.5]])))
    left, right = np.split(pixels[..., 3] / 255.0, 2, axis=1)
    assert right.sum() >= left.sum() > 0
    many = np.column_stack([np.full(100, 0.01), np.full(100, 0.25), np.full(100, 0.5)])
    many[0] = [0.04, 0.75, 0.5]
    left, right = np.split(opened(cloud_thumbnail(many))[..., 3] / 255.0, 2, axis=1)
    assert right.sum() == pytest.approx(4 * left.sum(), rel=0.1)


def test_space_is_seen_from_above():
    def height(*position):
        pixels = opened(cloud_thumbnail(np.array([[1, *position]])))
        return -np.nonzero(pixels[..., 3])[0].mean()

    assert height(0.5, 0.5, 1) > height(0.5, 0.5, 0)
    assert height(0.5, 1, 0.5) > height(0.5, 0, 0.5)
    corners = np.stack(np.meshgrid(*[[0.15, 0.85]] * 3), axis=-1).reshape(-1, 3)
    whole = opened(cloud_thumbnail(equal_masses(corners)))[..., 3]
    assert not np.concatenate([whole[0], whole[-1], whole[:, 0], whole[:, -1]]).any()


# Slots


def pictured(items):
    return blank_url() not in [item["picture"] for item in items]


def test_slots_and_choices_are_drawn_on_the_side(side, picker):
    """A mesh takes a second, and nobody waits."""
    assert set(picker.thumbnails) == {blank_url()}
    assert {item["picture"] for item in picker._choices.items} == {blank_url()}
    side.tick_until(lambda: pictured(picker._choices.items))
    assert [color_of(url) for url in picker.thumbnails] == list(MARGINAL_COLORS[:2])
    pictures = [item["picture"] for item in picker._choices.items]
    assert len(set(pictures)) == len(CLOUD_CATALOGUE["Silhouettes"])
    assert all(opened(url)[..., 3].any() for url in pictures)
    assert side.renewed == 2
    again = CloudsInput([DUCK, HEART], POINTS, side.background, side.renew)
    assert [item["picture"] for item in again._choices.items] == pictures
    assert again.thumbnails == picker.thumbnails


def test_choices_that_come_late_are_not_shown(side, picker):
    picker._kind.value = "Plane figures"
    side.tick_until(lambda: pictured(picker._choices.items))
    assert len(picker._choices.items) == len(CLOUD_CATALOGUE["Plane figures"])


@pytest.mark.parametrize(("kind", "dimensions"), [(IN_SPACE, [3]), ("Plane figures", [])])
def test_the_kernels_for_space_are_warmed_when_they_are_needed(side, monkeypatch, kind, dimensions):
    warmed = []
    monkeypatch.setattr("explorer.inputs.clouds.warm_up", warmed.append)
    held = [built_in_cloud(kind, choice) for choice in CLOUD_CATALOGUE[kind][:2]]
    subject = replace(POINTS, catalogue={kind: CLOUD_CATALOGUE[kind][:2]})
    picker = CloudsInput(held, subject, side.background, side.renew)
    side.tick_until(lambda: blank_url() not in picker.thumbnails)
    assert warmed[:1] == dimensions


def test_a_choice_replaces_the_chosen_slot(picker):
    picker._kind.value = "Plane figures"
    picker._choices.selected = 2
    assert [m.label for m in picker.value] == ["triangle", "heart"]


def test_letters_are_typed(picker):
    picker._kind.value = LETTERS
    picker._letters._field.value = "ok"
    assert [m.label for m in picker.value] == ["“ok”", "heart"]
    picker._letters._field.value = "漢"
    assert "the font has no “漢”" in picker._letters._problem.object
    assert picker.value[0].label == "“ok”"
    picker._slots.selected = 1
    assert (picker._letters._field.value, picker._letters._problem.object) == ("", "")
    picker._slots.selected = 0
    assert picker._letters._field.value == "ok"
    assert picker.labels == ["“ok”", "heart"]


def test_digits_are_chosen(picker):
    picker._kind.value = DIGITS
    assert picker.value[0].source == (0, 0)
    picker._digits._digit.value = 3
    assert picker.value[0].source == (3, 0)
    slider = picker._digits._specimen
    with param.parameterized.edit_constant(slider):
        slider.param.update(value=5, value_throttled=5)  # as when it is let go
    assert picker.value[0].source == (3, 5)
    picker._slots.selected = 1
    picker._kind.value = DIGITS  # what the controls show
    assert [m.source for m in picker.value] == [(3, 5), (3, 5)]
    picker._digits._digit.value = 1
    changed = picker.value
    picker._slots.selected = 0
    assert (picker._digits._digit.value, picker._digits._specimen.value) == (3, 5)
    assert picker.value is changed


def test_points_are_set(picker):
    picker._kind.value = OWN_POINTS
    assert on_sheet(picker._pad).size == 0
    assert picker.value == [DUCK, HEART]
    picker._pad._handle_msg(message(picker._pad, TRIANGLE))
    assert picker.value[0].kind == OWN_POINTS
    assert np.array_equal(picker.value[0].draw(400), equal_masses(TRIANGLE))
    assert color_of(picker.thumbnails[0]) == MARGINAL_COLORS[0]  # at once, without the side
    assert picker._pad.color == MARGINAL_COLORS[0]


def test_the_pad_follows_the_slots(picker):
    picker._kind.value = OWN_POINTS
    picker._pad._handle_msg(message(picker._pad, TRIANGLE))
    picker._slots.selected = 1
    assert picker._pad.color == MARGINAL_COLORS[1]
    picker._kind.value = OWN_POINTS
    assert on_sheet(picker._pad).size == 0
    picker._slots.selected = 0
    assert np.array_equal(on_sheet(picker._pad), TRIANGLE)
    picker._pad._handle_msg(message(picker._pad, TRIANGLE[:1], load=-1))
    assert len(picker.value[0].source) == 3


def test_a_file_is_put_into_the_slot(picker):
    picker._kind.value = OWN_CLOUD_FILE
    upload(picker, "my towns.csv", b"x,y,w\n0,0,1\n10,10,3\n")
    assert (picker.value[0].label, picker.value[0].kind) == ("my towns", OWN_CLOUD_FILE)
    assert picker.value[0].draw(9)[:, 0] == pytest.approx([0.25, 0.75])
    assert "moved and scaled into the unit square" in picker._upload._message.object
    upload(picker, "solid.npy", b"none")
    assert "solid.npy: the file is damaged" in picker._upload._message.object
    assert "The previous cloud stays." in picker._upload._message.object
    assert picker.value[0].label == "my towns"


# The pad


def test_points_arrive_as_they_were_set(pad, sheets):
    pad._handle_msg(message(pad, TRIANGLE, number=3))
    assert len(sheets) == 1
    assert sheets[0].dtype == np.float64
    assert np.array_equal(sheets[0], TRIANGLE)
    assert pad.taken == 3


@pytest.mark.parametrize(
    "points",
    [
        b"",
        b"\0" * 7,
        b"\0" * 12,
        b"\0" * 8 * (MOST + 1),
        np.array([[0.5, np.nan]]),
        np.array([[0.5, np.inf]]),
        np.array([[0.5, 1.001]]),
        np.array([[-0.001, 0.5]]),
    ],
    ids=["none", "7 bytes", "a half", "too many", "NaN", "infinite", "above", "left"],
)
def test_wrong_points_are_refused(pad, sheets, points):
    pad._handle_msg(message(pad, points))
    assert sheets == []
    assert pad.taken == 1  # or the browser would wait for ever


@pytest.mark.parametrize("data", [None, "points", b"\0" * 8, {}, {"content": [1, 2]}])
def test_other_messages_are_ignored(pad, sheets, data):
    pad._handle_msg(data)
    assert sheets == []


def test_points_on_an_earlier_sheet_come_too_late(pad, sheets):
    pad.load(TRIANGLE)
    pad._handle_msg(message(pad, TRIANGLE, load=-1))
    assert sheets == []


def test_the_browser_may_go_on_after_an_error():
    def fail(positions):
        raise ValueError("no use for it")

    pad = PointPad(fail)
    with pytest.raises(ValueError, match="no use for it"):
        pad._handle_msg(message(pad, TRIANGLE, number=5))
    assert pad.taken == 5


def test_points_can_be_loaded_again_and_again(pad):
    """Each time is an event for the browser, which may have changed them meanwhile."""
    pad.load(TRIANGLE)
    first = pad.sheet
    pad.load(TRIANGLE)
    assert pad.sheet != first
    assert np.array_equal(on_sheet(pad), TRIANGLE)
    pad.clear()
    assert on_sheet(pad).size == 0
