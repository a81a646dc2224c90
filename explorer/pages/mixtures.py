"""The mixtures studio: ellipses to drag, and the mixture between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import panel as pn
from numpy.typing import NDArray

from explorer.inputs.drawn import Drawing
from explorer.inputs.drawn_measures import MixtureDrawing
from explorer.inputs.mixtures import MixturesInput
from explorer.inputs.sources import Marginal
from explorer.levels import Picture
from explorer.measure_exporting import MixtureExporting
from explorer.pages.layout import Extras
from explorer.pages.measures import MeasuresStudio, places
from explorer.state import StudioState
from explorer.subjects import MIXTURES
from explorer.theme import MARGINAL_COLORS
from explorer.tile import Painted, Tile
from explorer.tracing import Plans
from explorer.views.ellipses import EllipsesView
from explorer.views.mixture_board import MixtureBoard
from solvers import Mixture
from solvers.gmm import GMMState


class MixturesPage(MeasuresStudio):
    """Drag, turn and stretch ellipses; the barycenter follows."""

    subject = MIXTURES
    exporting = MixtureExporting
    _marginals: MixturesInput

    def make_marginals(self, marginals: list[Marginal]) -> MixturesInput:
        """Slots for presets, fitted mixtures and the visitor's own."""
        return MixturesInput(
            marginals,
            MIXTURES,
            self._patient,
            self._take_thumbnails,
            self._fail,
            lambda: int(self.controls.grid.value),
        )

    def make_drawing(self, n: int, marginals: tuple[Marginal, ...]) -> Drawing:
        """Mixtures; fitted ones have n components."""
        return MixtureDrawing(n, marginals)

    def make_view(
        self, on_painted: Callable[[int], None], on_toggle: Callable[[], None], **params: Any
    ) -> EllipsesView:
        """Ellipses over their density."""
        view = EllipsesView(
            on_painted,
            on_toggle,
            lambda index, number: self._choose(view, index, number),
            **params,
        )
        return view

    def prepare(self, state: StudioState) -> None:
        """The board on which the ellipses are dragged."""
        super().prepare(state)
        self._editing = False
        self._board = MixtureBoard(self._edit, self._marginals.select, sizing_mode="stretch_width")
        self._marginals.param.watch(self._dress_board, "selected")

    def extras(self) -> Extras:
        """The switch of the lines."""
        return Extras(toolbar={"plans": [self.planned]})

    def preceding_views(self) -> list[Any]:
        """The board."""
        return [] if "board" in self._hide else [self._board]

    def plans_of(self, painted: Painted, cancelled: Callable[[], bool]) -> Plans:
        """The plans of MW₂ between components."""
        problem, state = painted.problem, painted.state
        from scipy.sparse import csr_array

        if not isinstance(state, GMMState):
            state = GMMState.at(problem, Mixture.of_rows(painted.picture))
        partners = [mixture.means for mixture in problem.mixtures]
        plans = [csr_array(plan) for plan in state.plans]
        return Plans(painted, places(painted.picture, 2), partners, plans)

    def trace(self, tile: Tile, plans: Plans | None, index: int | None) -> None:
        """The lines of the components, as wide as their mass."""
        view = cast(EllipsesView, tile.view)
        if plans is None:
            view.lines()
            return
        lines = plans.lines(index)
        view.lines(lines.starts, lines.ends, lines.marginals, lines.masses)

    def set_scene(self, view: Any) -> None:
        """The marginals' ellipses as outlines."""
        drawn = self._posing.drawn
        assert drawn is not None  # it has just come
        view.backdrop(drawn.arrays, MARGINAL_COLORS[: len(drawn.arrays)])

    def _edit(self, slot: int, rows: NDArray[np.float32]) -> None:
        """The visitor drags an ellipse."""
        drawn = self._posing.drawn
        if drawn is None or len(drawn.marginals) != len(self._marginals.value):
            return  # the board still has the slots of before
        self._editing = True
        try:
            with pn.io.hold():
                self._marginals.edit(slot, rows)
        finally:
            self._editing = False

    def _take_marginals(self, event: Any) -> None:
        if self._editing:
            self._dress_pad(self._pad.weights)
            self._drag()
        else:
            super()._take_marginals(event)

    def _turn_to(self, problem: Any, to_picture: Callable[[Any], Picture], warm: bool) -> None:
        super()._turn_to(problem, to_picture, warm)
        self._dress_board()

    def _dress_board(self, *events: Any) -> None:
        """Show on the board what the slots hold, unless a hand is ahead of what has been drawn."""
        drawn = self._posing.drawn
        if drawn is not None and drawn.drawing == self._drawing():
            self._board.paint(drawn.arrays, self.colors, self._marginals.selected)
