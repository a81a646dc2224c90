"""What can be exported of volumes: their surfaces and turntables beside all else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from explorer.exporting import STEPS, Exporting, Film, Painter
from explorer.exports.pictures import Pixels, on_paper, turntable
from explorer.levels import Levels
from explorer.offscreen import picture
from explorer.surface import MESH_FORMATS, mesh_file, surface
from explorer.tile import Tile

# Pixels along each side of a picture, and of a tile of a film.
_PICTURE_SIDE, _TILE_SIDE = 1024, 480


class VolumeExporting(Exporting):
    """As for densities, drawn in space; and meshes, and turntables."""

    def choices(self, tiles: Sequence[Tile]) -> dict[str, Callable[[], None]]:
        """Surfaces and turntables first after the pictures."""
        meshes = {
            f"Surface of {tile.label} ({format.upper()})": partial(self._mesh, tile, format)
            for tile in tiles
            for format in MESH_FORMATS
        }
        turning = {
            f"Turntable ({kind.upper()})": partial(self.film, "turntable", kind, self._turntable)
            for kind in ("gif", "mp4")
        }
        return meshes | turning | super().choices(tiles)

    def painter(self, tile: Tile, still: bool = False) -> Painter:
        """Draws levels as the tile's volume is seen now, on paper."""
        side = _PICTURE_SIDE if still else _TILE_SIDE
        look, color, dark = self._state().look, tile.color, self.dark

        def paint(levels: Levels) -> Pixels:
            return on_paper(picture(levels, look, (side, side), color, dark), dark)

        return paint

    def _mesh(self, tile: Tile, format: str) -> None:
        if (seen := tile.seen) is None:
            return
        (number, levels), level = seen, self._state().look.level
        self.make(
            f"{tile.name}_{number}.{format}",
            f"model/{format}",
            lambda cancelled, report: mesh_file(surface(levels, level), format),
        )

    def _turntable(self) -> Film | None:
        """Once around what is seen of the first solver."""
        tile = self._ready()[0]
        if (seen := tile.seen) is None:
            return None
        (_, levels), look, dark = seen, self._state().look, self.dark
        size = (_TILE_SIDE, _TILE_SIDE)
        return Film(
            STEPS,
            lambda cancelled: (
                [step] for step in turntable(levels, look, size, tile.color, dark, STEPS)
            ),
        )
