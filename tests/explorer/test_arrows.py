"""Arrows of learned maps."""

from types import SimpleNamespace

import numpy as np

from explorer.arrows import Arrows
from explorer.tile import Painted

SOURCES = [np.random.default_rng(k).random((100, 2)) for k in range(2)]
PAINTED = Painted(3, np.empty(0), SimpleNamespace(kept=(0, 2)), None)
PLACES = np.array([[0.5, 0.5], [0.1, 0.9]])


def test_some_arrows_of_each_marginal():
    images = [source / 2 for source in SOURCES]
    lines = Arrows(PAINTED, PLACES, SOURCES, images).lines(None)
    assert np.unique(lines.marginals, return_counts=True)[1].tolist() == [60, 60]
    assert set(lines.marginals) == {0, 2}
    assert np.array_equal(lines.starts, lines.ends / 2)


def test_those_that_arrive_nearest_to_a_dot():
    lines = Arrows(PAINTED, PLACES, SOURCES, SOURCES).lines(1)
    for slot, source in zip((0, 2), SOURCES, strict=True):
        ends = lines.ends[lines.marginals == slot]
        distances = np.linalg.norm(source - PLACES[1], axis=1)
        assert len(ends) == 3
        assert np.allclose(np.linalg.norm(ends - PLACES[1], axis=1), np.sort(distances)[:3])


def test_past_iterates_have_none():
    assert len(Arrows(PAINTED, PLACES, [], []).lines(None).starts) == 0
