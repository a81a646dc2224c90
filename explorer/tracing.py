"""Where the mass of a discrete barycenter goes: lines to the marginals, of all or of one point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from explorer.background import Background
from explorer.tile import Painted, Tile
from solvers.arrays import Array, FloatArray

# Of all lines, those are shown that carry this share of their point's mass, the strongest first.
_SHARE, _MOST_LINES = 0.02, 6000


class Lines(NamedTuple):
    """Starts (L, d), ends (L, d'), the marginal of each end (L,), and what each line carries.

    That is its share of its point's mass (L,), and the mass itself (L,).
    """

    starts: FloatArray
    ends: FloatArray
    marginals: Array
    shares: FloatArray
    masses: FloatArray


class Traced(Protocol):
    """What knows the lines of what is painted."""

    @property
    def painted(self) -> Painted:
        """What is seen."""

    def lines(self, index: int | None) -> Lines:
        """The lines from one dot, or from all."""


@dataclass(frozen=True, eq=False)
class Plans:
    """The optimal plans between what is seen and the marginals.

    Attributes
    ----------
    painted : Painted
        What is seen.
    places : array, (n, d)
        Where its points or components are.
    partners : sequence of array, (n_k, d_k)
        The same of each marginal of positive weight.
    plans : sequence of scipy.sparse.csr_array, (n, n_k)
    """

    painted: Painted
    places: FloatArray
    partners: Sequence[FloatArray]
    plans: Sequence[Any]

    def lines(self, index: int | None) -> Lines:
        """The lines from one point, or from all."""
        found = []
        kept = self.painted.problem.kept
        for slot, partners, plan in zip(kept, self.partners, self.plans, strict=True):
            entries = plan.tocoo()
            shares = entries.data / np.asarray(plan.sum(axis=1)).ravel()[entries.row]
            shown = shares >= _SHARE
            if index is not None:
                shown &= entries.row == index
            rows, columns = entries.row[shown], entries.col[shown]
            slots = np.full(len(rows), slot)
            carried = shares[shown], entries.data[shown]
            found.append((self.places[rows], partners[columns], slots, *carried))
        lines = Lines(*map(np.concatenate, zip(*found, strict=True)))
        strongest = np.argsort(-lines.shares, kind="stable")[:_MOST_LINES]
        return Lines(*(column[strongest] for column in lines))

    def tuple_at(self, index: int) -> list[FloatArray]:
        """The partner in each marginal that takes most of a point's mass, (d_k,) each."""
        found = [np.asarray(plan[[index]].todense()).argmax() for plan in self.plans]
        return [partners[j] for partners, j in zip(self.partners, found, strict=True)]


class Tracing:
    """Follows what the tiles show, and answers which points the visitor has chosen.

    Parameters
    ----------
    background : Background
        Of the page.
    plans : callable
        Makes the plans of what is painted; takes what tells whether they are still wanted. Called
        in the background's thread.
    show : callable
        Called in the document's thread with a tile, its plans, None if none are to be seen, and the
        chosen point, None for none.
    """

    def __init__(
        self,
        background: Background,
        plans: Callable[[Painted, Callable[[], bool]], Traced],
        show: Callable[[Tile, Any, int | None], None],
    ) -> None:
        self._background, self._plans, self._show = background, plans, show
        self._chosen: dict[str, tuple[int, int]] = {}  # by tile: point and iterate
        self._known: dict[str, Traced] = {}
        self.all = False  # whether all lines are shown

    def choose(self, tile: Tile, index: int | None, number: int) -> None:
        """The visitor points at a point of an iterate, or at none any more."""
        if index is None:
            self._chosen.pop(tile.name, None)
        else:
            self._chosen[tile.name] = index, number
        self.follow(tile)

    def follow(self, tile: Tile) -> None:
        """Show the lines of what a tile shows now, if they are wanted."""
        index, _ = self._chosen.get(tile.name, (None, 0))
        if not self.all and index is None:
            self.leave(tile)
            return
        painted = tile.painted
        if painted is None:
            return
        known = self._known.get(tile.name)
        if known is not None and known.painted is painted:
            self._tell(tile, known)
            return

        def work(cancelled: Callable[[], bool]) -> Traced:
            return self._plans(painted, cancelled)

        def done(plans: Traced) -> None:
            self._known[tile.name] = plans
            if tile.painted is painted:
                self._tell(tile, plans)

        self._background.offer(("plans", tile.name), work, done)

    def leave(self, tile: Tile) -> None:
        """Show no lines of a tile any more."""
        self._background.drop(("plans", tile.name))
        self._show(tile, None, None)

    def drop(self, name: str) -> None:
        """A tile has gone, or turned to another problem: none of its points is chosen any more."""
        self._background.drop(("plans", name))
        self._chosen.pop(name, None)
        self._known.pop(name, None)

    def _tell(self, tile: Tile, plans: Traced) -> None:
        index, number = self._chosen.get(tile.name, (None, 0))
        if index is not None and number != plans.painted.number:
            index = None  # chosen in a picture that has gone; the browser will say which it is now
        if index is not None or self.all:
            self._show(tile, plans, index)
