"""The densities studio: pictures as densities, and where their mass goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel_material_ui as pmui

from explorer.inputs.marginals import MarginalsInput
from explorer.inputs.sources import Marginal
from explorer.pages.layout import Extras
from explorer.pages.studio import Studio
from explorer.state import StudioState
from explorer.subjects import DENSITIES
from explorer.tile import Tile
from explorer.transport import TransportTile
from explorer.views.density import DensityView


class DensitiesPage(Studio):
    """Pick pictures, drag weights, compare solvers, trace the mass."""

    subject = DENSITIES

    def make_marginals(self, marginals: list[Marginal]) -> MarginalsInput:
        """Slots for pictures, drawings, letters."""
        return MarginalsInput(marginals)

    def make_view(
        self, on_painted: Callable[[int], None], on_toggle: Callable[[], None], **params: Any
    ) -> DensityView:
        """A picture."""
        return DensityView(on_painted, on_toggle, **params)

    def prepare(self, state: StudioState) -> None:
        """The tile that traces mass, and its switch."""
        self.tracing = pmui.Toggle(
            label="Where mass comes from", sx={"padding": "7px 10px"}, size="small", margin=4
        )
        self._transport = TransportTile(self._quick, self._marginals)
        self.tracing.param.watch(self._trace, "value")

    def extras(self) -> Extras:
        """The switch."""
        return Extras(toolbar={"transport": [self.tracing]})

    def further_views(self) -> list[Any]:
        """The tile that traces mass, if it is wanted."""
        return [self._transport.view] if self.tracing.value else []

    def set_dark(self, dark: bool) -> None:
        """Repaint all, seen or not."""
        super().set_dark(dark)
        self._transport.view.dark = dark

    def tile_changed(self, tile: Tile) -> None:
        """What is traced follows the first solver."""
        if tile is self._solvers.first and self.tracing.value:
            self._transport.follow(tile)

    def _trace(self, event: Any) -> None:
        self._show_tiles()
        if event.new:
            self._transport.follow(self._solvers.first)
        else:
            self._transport.leave()
