"""What the studios differ in: each says what it averages, and how that is seen."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from explorer.exporting import Exporting
from explorer.grid_tile import GridTile
from explorer.inputs.drawn import Drawing, GridDrawing
from explorer.inputs.slots import SlotsInput
from explorer.inputs.sources import Marginal
from explorer.pages.layout import Extras
from explorer.state import StudioState
from explorer.subjects import Subject
from explorer.tile import Tile
from explorer.views.curves import GRID_CHARTS, Chart
from explorer.views.table import GRID_COLUMNS
from explorer.views.tile import TileView


class Particulars:
    """Of a studio; what is said here is right for densities.

    Attributes
    ----------
    subject : Subject
    exporting : type of Exporting
    tile : type of Tile
        Shows a solver's iterates.
    charts : mapping of str to Chart
        One for each of the subject's quantities.
    columns : sequence of str
        Of the table.
    """

    subject: ClassVar[Subject]
    exporting: ClassVar[type[Exporting]] = Exporting
    tile: ClassVar[type[Tile]] = GridTile
    charts: ClassVar[Mapping[str, Chart]] = GRID_CHARTS
    columns: ClassVar[Sequence[str]] = GRID_COLUMNS

    @abstractmethod
    def make_marginals(self, marginals: list[Marginal]) -> SlotsInput:
        """The input for what is averaged."""

    @abstractmethod
    def make_view(
        self, on_painted: Callable[[int], None], on_toggle: Callable[[], None], **params: Any
    ) -> TileView:
        """The view of a solver's tile."""

    def make_drawing(self, n: int, marginals: tuple[Marginal, ...]) -> Drawing:
        """What is to be drawn, with so many cells along each side."""
        return GridDrawing(n, marginals)

    def prepare(self, state: StudioState) -> None:
        """Make what the studio has of its own."""

    def extras(self) -> Extras:
        """Its controls and cards."""
        return Extras()

    def preceding_views(self) -> list[Any]:
        """Views that stand before the tiles."""
        return []

    def further_views(self) -> list[Any]:
        """Views that stand after the tiles."""
        return []

    def tile_changed(self, tile: Tile) -> None:
        """A tile has a new picture or has been paused."""

    def view_state(self) -> dict[str, Any]:
        """Its own part of the state."""
        return {}

    def show_view_state(self, state: StudioState) -> None:
        """Turn its own controls to a state."""
