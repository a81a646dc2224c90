"""What can be picked: the catalogue, typed text, names, thumbnails."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.inputs.marginals import MAX_SLOTS, MarginalsInput
from explorer.inputs.sources import (
    CATALOGUE,
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


def test_slots_can_be_added_and_removed_within_bounds():
    picker = MarginalsInput([built_in("Silhouettes", name) for name in ("duck", "heart")])
    picker._ask("remove")
    assert len(picker.value) == 2
    for _ in range(10):
        picker._ask("add")
    assert len(picker.value) == len(picker.thumbnails) == MAX_SLOTS
    assert len(set(picker.labels)) == MAX_SLOTS
