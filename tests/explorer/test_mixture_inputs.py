"""Which mixtures are averaged: slots, the catalogue, what is edited on the board."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from explorer.inputs.mixture_sources import (
    MIXTURE_CATALOGUE,
    OWN_MIXTURE,
    built_in_mixture,
    mixture_thumbnail,
)
from explorer.inputs.mixtures import MixturesInput
from explorer.inputs.sources import CATALOGUE, blank_url
from explorer.subjects import DENSITIES
from explorer.theme import MARGINAL_COLORS
from tests.explorer.helpers import WAIT, Side

KIND, FITTED = MIXTURE_CATALOGUE
CHOICES = MIXTURE_CATALOGUE[KIND]
SUBJECT = replace(
    DENSITIES, catalogue=MIXTURE_CATALOGUE, make=built_in_mixture, most=4, usual_grid=3
)
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
    return MixturesInput(held, SUBJECT, side.background, side.renew, problems.append)


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
