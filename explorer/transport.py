"""The tile that shows where mass comes from, computed on the side from a solver's potentials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.background import Background
from explorer.inputs.slots import SlotsInput
from explorer.levels import CommonScale
from explorer.theme import MARGINAL_COLORS
from explorer.tile import Tile
from explorer.views.transport import TransportView
from solvers import GridProblem, Iterate, displaced, origins
from solvers.arrays import Array

# Seconds between two pictures while a solver runs.
_BETWEEN = 0.25


@dataclass(frozen=True, eq=False)
class _Transport:
    """What was computed for one iterate."""

    problem: GridProblem
    iterate: Iterate
    potentials: Array
    origins: Array


class TransportTile:
    """Follows one solver's tile, and answers what the visitor wants to trace.

    Parameters
    ----------
    background : Background
        Of the page.
    marginals : SlotsInput
        For names.
    """

    def __init__(self, background: Background, marginals: SlotsInput) -> None:
        self._background, self._marginals = background, marginals
        self._known: _Transport | None = None
        self._given = 0  # position, among those given, of the marginal that is looked at
        self._fraction = 1.0
        self.view = TransportView(self._ask, sizing_mode="stretch_width")

    def follow(self, tile: Tile) -> None:
        """Show the newest iterate of a tile, if it is on the problem's own grid."""
        batch = tile.batch
        if batch is None or batch.newest.levels_left:
            return
        if self._known is not None and self._known.iterate is batch.newest:
            return
        problem, iterate, solver = batch.problem, batch.newest, tile.solver.settled()

        def work(cancelled: Callable[[], bool]) -> _Transport | None:
            potentials = solver.potentials(problem, iterate.state)
            if potentials is None:
                return None
            return _Transport(problem, iterate, potentials, origins(problem, potentials))

        self._background.offer("origins", work, self._take, _BETWEEN)

    def leave(self) -> None:
        """Forget what was asked for."""
        self._background.drop("origins")
        self._background.drop("displaced")
        self._known = None

    def _take(self, known: _Transport | None) -> None:
        if known is not None:
            self._known = known
            self._send()

    def _ask(self, marginal: int, fraction: float) -> None:
        if self._known is not None:
            kept = self._known.problem.kept
            self._given = kept[min(marginal, len(kept) - 1)]
        self._fraction = fraction
        self._send()

    def _send(self) -> None:
        known, fraction = self._known, self._fraction
        if known is None:
            return
        problem, kept = known.problem, known.problem.kept
        marginal = kept.index(self._given) if self._given in kept else 0
        labels = self._marginals.labels
        if max(kept) >= len(labels):  # a marginal has gone meanwhile
            return

        def work(cancelled: Callable[[], bool]) -> tuple[Array, Array, float]:
            full = CommonScale(problem.marginals).at(problem.weights)
            return *displaced(problem, known.potentials, marginal, fraction), full

        def done(result: tuple[Array, Array, float]) -> None:
            density, origin, full = result
            self.view.paint(
                density,
                origin,
                known.origins,
                problem.marginals,
                [labels[i] for i in kept],
                [MARGINAL_COLORS[i] for i in kept],
                marginal,
                fraction,
                known.iterate.number,
                full,
            )

        self._background.offer("displaced", work, done)
