"""What can be picked: the catalogue, typed text, names, thumbnails."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.inputs.marginals import MAX_SLOTS, MarginalsInput
from explorer.inputs.sources import (
    CATALOGUE,
    LETTERS,
    built_in,
    catalogue_items,
    handwritten,
    picture_url,
    typed,
)


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
        picker._text.value = "A"
    assert picker.labels == ["“A”", "“A” 2"]
    picker._text.value = "B"
    picker._slots.selected = 0
    assert picker._text.value == "A"
    assert picker.labels == ["“A”", "“B”"]


def test_digits_of_two_slots_do_not_mix():
    picker = MarginalsInput([handwritten(3, 7), handwritten(0, 2)])
    for slot, expected in ((1, (0, 2)), (0, (3, 7))):
        picker._slots.selected = slot
        assert (picker._digit.value, picker._specimen.value) == expected
    assert picker.labels == ["digit 3", "digit 0"]


def test_slots_can_be_added_and_removed_within_bounds():
    picker = MarginalsInput([built_in("Silhouettes", name) for name in ("duck", "heart")])
    picker._ask("remove")
    assert len(picker.value) == 2
    for _ in range(10):
        picker._ask("add")
    assert len(picker.value) == len(picker.thumbnails) == MAX_SLOTS
    assert len(set(picker.labels)) == MAX_SLOTS
