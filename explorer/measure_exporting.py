"""What can be exported of clouds and mixtures: as for densities, drawn as the page draws them."""

from __future__ import annotations

from typing import cast

from explorer.exporting import Exporting, Painter
from explorer.exports.clouds import cloud_pixels
from explorer.exports.ellipses import ellipses_pixels
from explorer.exports.pictures import Pixels
from explorer.levels import Picture
from explorer.theme import MARGINAL_COLORS
from explorer.tile import Tile
from explorer.views.cloud import CloudView

# Pixels along each side of a picture, and of a tile of a film.
_PICTURE_SIDE, _TILE_SIDE = 1024, 384


class PointExporting(Exporting):
    """Clouds over their marginals, seen from where the page sees them."""

    def painter(self, tile: Tile, still: bool = False) -> Painter:
        """Draws the dots of a tile."""
        view = cast(CloudView, tile.view)
        backdrop, half, camera, dark = view.setting, view.half, self._state().look.camera, self.dark
        side = _PICTURE_SIDE if still else _TILE_SIDE

        def paint(picture: Picture) -> Pixels:
            return cloud_pixels(picture, side, tile.color, backdrop, dark, camera, half)

        return paint


class MixtureExporting(Exporting):
    """Ellipses over their density, the marginals as outlines."""

    def painter(self, tile: Tile, still: bool = False) -> Painter:
        """Draws the ellipses of a tile."""
        drawn, dark = self._drawn(), self.dark
        side = _PICTURE_SIDE if still else _TILE_SIDE
        marginals = [] if drawn is None else drawn.arrays
        colors = MARGINAL_COLORS[: len(marginals)]

        def paint(picture: Picture) -> Pixels:
            return ellipses_pixels(picture, side, tile.color, marginals, colors, dark)

        return paint
