"""Maps that have been learned, as arrows: where samples of the marginals go in the barycenter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.tile import Painted
from explorer.tracing import Lines
from solvers.arrays import Array, FloatArray

# Samples of each marginal whose arrows are shown together, and images shown for a chosen dot.
_ALL, _NEAREST = 60, 3


@dataclass(frozen=True, eq=False)
class Arrows:
    """Samples of the marginals with their images under the maps.

    Attributes
    ----------
    painted : Painted
        The iterate that the maps belong to.
    places : array, (n, s)
        Where the dots of the barycenter are seen.
    sources, images : sequence of array, (n_k, s)
        Samples of each marginal of positive weight, and where they go, in the window; none if the
        maps are not known any more.
    """

    painted: Painted
    places: FloatArray
    sources: Sequence[FloatArray]
    images: Sequence[FloatArray]

    def lines(self, index: int | None) -> Lines:
        """The arrows of some samples of each marginal, or of those that arrive nearest to a dot."""
        found = []
        kept = self.painted.problem.kept
        for slot, sources, images in zip(kept, self.sources, self.images, strict=False):
            shown = self._shown(images, index)
            ones = np.ones(len(shown))
            found.append((images[shown], sources[shown], np.full(len(shown), slot), ones, ones))
        if not found:
            empty = np.empty((0, self.places.shape[1]))
            return Lines(empty, empty, np.empty(0, int), np.empty(0), np.empty(0))
        return Lines(*map(np.concatenate, zip(*found, strict=True)))

    def _shown(self, images: FloatArray, index: int | None) -> Array:
        if index is None:
            return np.arange(min(_ALL, len(images)))
        distances = ((images - self.places[index]) ** 2).sum(axis=1)
        return np.argsort(distances, kind="stable")[:_NEAREST]
