"""What the studios of discrete measures have in common: V, supports, lines that show the plans."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import panel_material_ui as pmui

from explorer.levels import Picture
from explorer.pages.studio import Studio
from explorer.state import StudioState
from explorer.theme import MARGINAL_COLORS
from explorer.tile import Painted, Tile
from explorer.tracing import Traced, Tracing
from explorer.views.curves import DISCRETE_CHARTS
from explorer.views.table import DISCRETE_COLUMNS
from solvers.arrays import FloatArray


class MeasuresStudio(Studio):
    """Clouds or mixtures: the marginals lie under the barycenter, lines show where mass goes."""

    tile: ClassVar[type[Tile]] = Tile
    charts = DISCRETE_CHARTS
    columns: ClassVar[Sequence[str]] = DISCRETE_COLUMNS

    def prepare(self, state: StudioState) -> None:
        """The lines and their switch."""
        self.planned = pmui.Toggle(
            label="Plans", value=False, sx={"padding": "7px 10px"}, size="small", margin=4
        )
        self._tracing = Tracing(self._quick, self.plans_of, self.trace)
        self._scenery: Any = None  # what lies under the pictures
        self.planned.param.watch(self._take_planned, "value")

    def tile_changed(self, tile: Tile) -> None:
        """Lines follow what is seen."""
        self._tracing.follow(tile)

    @abstractmethod
    def plans_of(self, painted: Painted, cancelled: Callable[[], bool]) -> Traced:
        """The plans of what is painted, those of its state if it has any."""

    @abstractmethod
    def set_scene(self, view: Any) -> None:
        """Let a view show the marginals that have been drawn."""

    @abstractmethod
    def trace(self, tile: Tile, plans: Any, index: int | None) -> None:
        """Show the lines of a tile, of one point or of all, or none.

        They are as `plans_of` gives them, None if none are to be seen.
        """

    @property
    def colors(self) -> list[str]:
        """Of the marginals."""
        return list(MARGINAL_COLORS[: len(self._marginals.value)])

    def _turn_to(self, problem: Any, to_picture: Callable[[Any], Picture], warm: bool) -> None:
        for tile in self._solvers:
            self._tracing.drop(tile.name)
        if self._posing.drawn is not self._scenery:
            self._scenery = self._posing.drawn
            for tile in self._solvers:
                self.set_scene(tile.view)
        super()._turn_to(problem, to_picture, warm)

    def _take_methods(self, *events: Any) -> None:
        before = {tile.name for tile in self._solvers}
        super()._take_methods(*events)
        for name in before - {tile.name for tile in self._solvers}:
            self._tracing.drop(name)

    def _make_tile(self, name: str) -> Tile:
        tile = super()._make_tile(name)
        if self._scenery is not None:
            self.set_scene(tile.view)
        return tile

    def _choose(self, view: Any, index: int | None, number: int) -> None:
        """The visitor points at a point or component, or at none any more."""
        for tile in self._solvers:
            if tile.view is view:
                self._tracing.choose(tile, index, number)

    def _seek(self, number: int | None) -> None:
        super()._seek(number)
        for tile in self._solvers:
            self._tracing.follow(tile)

    def _take_planned(self, event: Any) -> None:
        self._tracing.all = event.new
        for tile in self._solvers:
            self._tracing.follow(tile)


def places(rows: Picture, dimension: int) -> FloatArray:
    """Where the points or components of rows are, (n, d)."""
    return np.asarray(rows[:, 1 : 1 + dimension], float)
