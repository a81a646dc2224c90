"""Which mixtures are averaged: slots, the catalogue, what is edited on the board."""

from __future__ import annotations

import threading
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from explorer.inputs.mixture_sources import (
    MIXTURE_CATALOGUE,
    OWN_MIXTURE,
    built_in_mixture,
    mixture_thumbnail,
)
from explorer.inputs.mixtures import MixturesInput
from explorer.inputs.sources import CATALOGUE, DIGITS, LETTERS, blank_url
from explorer.subjects import DENSITIES
from explorer.theme import MARGINAL_COLORS
from solvers.mixtures import Mixture
from tests.explorer.helpers import WAIT, Side, awaited

KIND, FITTED = MIXTURE_CATALOGUE
CHOICES = MIXTURE_CATALOGUE[KIND]
SUBJECT = replace(
    DENSITIES, catalogue=MIXTURE_CATALOGUE, make=built_in_mixture, most=4, usual_grid=3
)
COMPONENTS = 2  # fitted to a file
ROWS = np.array([[0.25, 0.2, 0.3, 0.01, 0.0, 0.02], [0.75, 0.7, 0.6, 0.02, 0.005, 0.01]])


@pytest.fixture
def problems():
    return []


@pytest.fixture
def side():
    side = Side()
    yield side
    side.background.close()
    assert side.background.join(WAIT)


@pytest.fixture
def picker(side, problems):
    held = [built_in_mixture(KIND, choice) for choice in CHOICES[:2]]
    return MixturesInput(
        held, SUBJECT, side.background, side.renew, problems.append, lambda: COMPONENTS
    )


def upload(picker, name, data):
    """Let a file arrive as from the browser; what is said of it once it is read."""
    picker._kind.value = "Your file"
    awaited(picker._upload._take_file(name, data))
    return picker._upload._message.object


def png():
    """A square of ink in the upper left of a wide picture."""
    picture = Image.new("L", (80, 40), 255)
    picture.paste(0, (10, 5, 30, 15))
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def test_an_edit_becomes_a_mixture_of_the_visitors_own(picker):
    before = picker.thumbnails
    picker.edit(1, ROWS.astype(np.float32))
    assert picker.labels == [picker.value[0].label, "mixture"]
    assert picker.value[1].kind == OWN_MIXTURE
    assert np.asarray(picker.value[1].draw(3)) == pytest.approx(ROWS, abs=1e-6)
    assert picker.thumbnails[0] == before[0]
    assert picker.thumbnails[1] != before[1]


def test_the_editor_follows_what_is_edited(picker):
    """Choosing the same preset again afterwards is a change."""
    picker.edit(1, ROWS)
    assert picker._kind.value == KIND  # of the chosen slot, which is another
    picker.edit(0, ROWS)
    assert picker._kind.value == OWN_MIXTURE
    assert picker._editors[OWN_MIXTURE].visible
    picker._kind.value = KIND
    picker._choices.selected = 0
    assert (picker.value[0].kind, picker.value[0].choice) == (KIND, CHOICES[0])


def test_a_look_at_the_hint_changes_nothing(picker):
    before = picker.value
    picker._kind.value = OWN_MIXTURE
    assert picker.value is before


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 0.5, 0.5, 0.01, 0.02, 0.01]],
        [[-1, 0.5, 0.5, 0.01, 0, 0.01]],
        [[1, np.nan, 0.5, 0.01, 0, 0.01]],
        np.empty((0, 6)),
    ],
    ids=["indefinite", "negative weight", "nan", "empty"],
)
def test_a_bad_mixture_gets_one_sentence_and_the_slot_stays(picker, problems, rows):
    before = picker.value
    picker.edit(0, rows)
    assert picker.value is before
    (sentence,) = problems
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_an_error_of_whoever_listens_is_not_taken_for_a_bad_mixture(picker, problems):
    def fail(event):
        raise ValueError("of the listener")

    picker.param.watch(fail, "value")
    with pytest.raises(ValueError, match="of the listener"):
        picker.edit(0, ROWS)
    assert problems == []


def test_gallery_and_board_choose_the_same_slot(picker):
    seen = []
    picker.param.watch(lambda event: seen.append(event.new), "selected")
    picker.select(1)
    assert picker._slots.selected == 1
    picker._slots.selected = 0
    for slot in (-1, 2):
        picker.select(slot)
    assert seen == [1, 0]


def test_a_removed_slot_is_chosen_no_longer(picker):
    picker._ask("add")
    assert picker.selected == 2
    picker._ask("remove")
    assert picker.selected == 1
    assert len(picker.value) == 2


def test_choices_of_a_fit_are_shown_unfitted(picker, monkeypatch):
    """Fitting to all of them would take minutes."""
    monkeypatch.setattr("explorer.inputs.mixture_sources.fitted_picture", pytest.fail)
    picker._kind.value = FITTED
    assert len(picker._choices.items) == len(CATALOGUE["Silhouettes"])
    assert all(item["picture"].startswith("data:image/png") for item in picker._choices.items)


def test_a_fit_is_drawn_on_the_side(side, picker, monkeypatch):
    """It takes a second: the slot is blank meanwhile, and nobody waits."""
    threads = []

    def fit(choice, components):
        threads.append(threading.current_thread())
        return ROWS

    monkeypatch.setattr("explorer.inputs.mixture_sources._fitted_rows", fit)
    monkeypatch.setattr("explorer.inputs.thumbnails._DRAWN", {})
    picker._kind.value = FITTED
    picker._choices.selected = 5
    assert (picker.value[0].kind, threads) == (FITTED, [])
    assert picker.thumbnails[0] == blank_url()
    side.tick_until(lambda: picker.thumbnails[0] != blank_url())
    assert picker.thumbnails[0] == mixture_thumbnail(ROWS, MARGINAL_COLORS[0])
    assert threading.main_thread() not in threads
    assert side.renewed == 1
    assert side.failures == []


def test_presets_among_the_choices_are_drawn_on_the_side(side, picker):
    side.tick_until(lambda: blank_url() not in [i["picture"] for i in picker._choices.items])
    pictures = [item["picture"] for item in picker._choices.items]
    assert len(set(pictures)) == len(CHOICES)
    assert side.renewed == 0  # the slots have theirs from the start


def test_letters_and_digits_are_written_into_a_slot(side, picker):
    picker._kind.value = LETTERS
    picker._letters._field.value = "A"
    assert (picker.value[0].kind, picker.labels[0]) == (LETTERS, "“A”")
    assert picker.thumbnails[0] == blank_url()  # fitted on the side
    side.tick_until(lambda: picker.thumbnails[0] != blank_url())
    rows = picker.value[0].draw(SUBJECT.usual_grid)
    assert picker.thumbnails[0] == mixture_thumbnail(rows, MARGINAL_COLORS[0])
    picker._slots.selected = 1
    picker._kind.value = DIGITS
    assert (picker.value[1].kind, picker.value[1].source) == (DIGITS, (0, 0))
    picker._slots.selected = 0
    assert picker._letters._field.value == "A"
    assert picker._editors[LETTERS].visible


def test_what_cannot_be_written_gets_a_sentence(picker):
    before = picker.value
    picker._letters._field.value = "ABCDE"
    assert "type 1 to 4 characters, not 5." in picker._letters._problem.object
    assert picker.value is before


def test_a_cloud_becomes_a_mixture_of_the_visitors_own(picker):
    rng = np.random.default_rng(2)
    places = rng.normal([[0.2, 0.3], [0.8, 0.6]], 0.02, (150, 2, 2)).clip(0, 1)
    table = "\n".join(f"{x},{y}" for x, y in places.reshape(-1, 2))
    upload(picker, "two towns.csv", table.encode())
    assert (picker.value[0].kind, picker.labels[0]) == (OWN_MIXTURE, "two towns")
    mixture = Mixture.of_rows(picker.value[0].source)
    order = mixture.means[:, 0].argsort()
    np.testing.assert_allclose(mixture.weights, [0.5, 0.5], atol=0.01)
    np.testing.assert_allclose(mixture.means[order], [[0.2, 0.3], [0.8, 0.6]], atol=0.01)
    assert picker.thumbnails[0] == mixture_thumbnail(mixture, MARGINAL_COLORS[0])
    assert picker._kind.value == "Your file"  # another one may follow


def test_an_array_is_a_cloud_too(picker):
    buffer = BytesIO()
    np.save(buffer, np.array([[0.1, 0.1], [0.9, 0.8]]))
    upload(picker, "pair.NPY", buffer.getvalue())
    assert sorted(picker.value[0].draw(7)[:, 1]) == pytest.approx([0.1, 0.9])


def test_masses_of_a_cloud_count_and_its_notes_are_told(picker):
    said = upload(picker, "towns.csv", b"x,y,mass\n0,0,1\n10,10,3\n")
    assert "moved and scaled into the unit square" in said
    assert sorted(picker.value[0].draw(7)[:, 0]) == pytest.approx([0.25, 0.75], abs=1e-3)


def test_a_picture_becomes_a_mixture(picker):
    """It lies in the middle of the square, its mass where the ink is."""
    upload(picker, "ink.PNG", png())
    assert (picker.value[0].kind, picker.labels[0]) == (OWN_MIXTURE, "ink")
    mixture = Mixture.of_rows(picker.value[0].source)
    assert len(mixture) == COMPONENTS
    np.testing.assert_allclose(mixture.weights @ mixture.means, [0.25, 0.625], atol=0.01)


def test_a_mixture_from_a_file_can_be_edited_and_keeps_its_name(picker):
    upload(picker, "ink.png", png())
    picker.edit(0, ROWS)
    picker.edit(1, ROWS)
    assert picker.labels == ["ink", "mixture"]


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("one.csv", b"0.5,0.5\n0.5,0.5\n", "2 components need 2 different points at least"),
        ("close.csv", b"0.5,0.5\n0.5,0.5001\n", "its ellipses would be too small to be seen"),
        ("space.csv", b"x,y,z\n0,0,0\n1,1,1\n", "its points lie in space, but mixtures here"),
        ("words.csv", b"no table at all\n", "the file holds no rows below the names"),
        ("solid.npy", b"none", "the file is damaged, or it is no NumPy array."),
        ("photo.jpg", b"none", "the file is damaged, or it is not a PNG, JPEG or WebP picture."),
        ("empty.png", b"", "the file is empty."),
    ],
)
def test_a_file_that_cannot_be_fitted_gets_a_sentence(picker, name, data, sentence):
    before = picker.value
    said = upload(picker, name, data)
    assert f"{name}: {sentence}" in said
    assert "The previous mixture stays." in said
    assert picker.value is before
