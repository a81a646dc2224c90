"""Slots for distributions that are known by samples, and files of the visitor's own."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import param
import pytest

from explorer.inputs.sample_slots import SamplesInput
from explorer.inputs.sample_sources import OWN_SAMPLES, SAMPLE_CATALOGUE
from explorer.inputs.sources import DIGITS, blank_url
from explorer.subjects import SAMPLES, TWISTER
from tests.explorer.helpers import WAIT, Side, awaited

ROWS = np.random.default_rng(1).normal(size=(70, 3)).astype(np.float32)


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
    return SamplesInput([*map(SAMPLES.stand_in, (0, 1))], SAMPLES, side.background, side.renew)


def upload(picker, name, data):
    """Let a file arrive as from the browser; returns once it is read."""
    awaited(picker._upload._take_file(name, data))


def npy(rows):
    file = BytesIO()
    np.save(file, rows)
    return file.getvalue()


def test_slots_and_choices_are_drawn_on_the_side(side, picker):
    """The first samples wait for PyTorch, and nobody else does."""
    assert set(picker.thumbnails) == {blank_url()}
    side.tick_until(lambda: blank_url() not in [item["picture"] for item in picker._choices.items])
    assert blank_url() not in picker.thumbnails
    assert len({item["picture"] for item in picker._choices.items}) == len(
        SAMPLE_CATALOGUE["In the plane"]
    )
    assert side.renewed == 2


def test_a_choice_replaces_the_chosen_slot(picker):
    picker._kind.value = "Random Gaussians"
    picker._choices.selected = 4
    assert [m.label for m in picker.value] == ["B in 4D", "square"]


def test_one_more_is_another_one(picker):
    picker._ask("add")
    assert [m.label for m in picker.value] == ["ring", "square", "disc"]


def test_digits_are_chosen(picker):
    picker._kind.value = DIGITS
    assert picker.value[0].source == (0, 0)
    picker._digits._digit.value = 3
    slider = picker._digits._specimen
    with param.parameterized.edit_constant(slider):
        slider.param.update(value=5, value_throttled=5)  # as when it is let go
    assert picker.value[0].source == (3, 5)
    picker._slots.selected = 1
    assert picker._kind.value == "In the plane"
    picker._slots.selected = 0
    assert picker._kind.value == DIGITS
    assert picker.value[0].source == (3, 5)


def test_a_file_is_put_into_the_slot(picker):
    picker._kind.value = OWN_SAMPLES
    upload(picker, "my posterior.npy", npy(ROWS))
    held = picker.value[0]
    assert (held.label, held.kind) == ("my posterior", OWN_SAMPLES)
    assert sorted(held.draw(70).tolist()) == sorted(ROWS.tolist())
    upload(picker, "few.csv", b"1,2\n3,4\n")
    sentence = picker._upload._message.object
    assert "few.csv: there are 2 points, but at least 50 are needed." in sentence
    assert "The previous sample stays." in sentence
    assert picker.value[0] is held


def test_a_large_file_tells_what_was_picked(picker):
    picker._kind.value = OWN_SAMPLES
    upload(picker, "large.npy", npy(np.arange(600_000, dtype=np.int32).reshape(-1, 2)))
    assert "Of its 300,000 rows, 200,000 are used" in picker._upload._message.object
    assert len(picker.value[0].source) == 200_000


def test_the_twister_page_has_no_digits(side):
    picker = SamplesInput([*map(TWISTER.stand_in, (0, 1))], TWISTER, side.background, side.renew)
    assert list(picker._kind.options) == [*TWISTER.catalogue, OWN_SAMPLES]
    picker._kind.value = OWN_SAMPLES
    upload(picker, "mine.npy", npy(ROWS))
    assert [m.label for m in picker.value] == ["mine", "lower twist"]
