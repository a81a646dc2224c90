"""A tile with a density that keeps up with a solver."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import param

from explorer.levels import Levels
from explorer.views.tile import TileView, script


class DensityView(TileView):
    """A tile with a density in the plane."""

    frame = param.Dict(
        default={},
        doc="`rows`, `columns`, `pixels` (bytes), `number` of the iterate, `text` (the text "
        "alternative) and `ticket`, which comes back once the frame is on the screen; 0 does not.",
    )

    _esm = script("tile.js", "density.js", "density_tile.js")
    _stylesheets: ClassVar[list[Any]] = [
        Path(__file__).with_name(name) for name in ("tile.css", "density.css")
    ]

    def paint(self, picture: Levels, number: int, text: str, ticket: int = 0) -> None:
        """Send a picture of a density (rows, columns)."""
        rows, columns = picture.shape
        self.frame = {
            "rows": rows,
            "columns": columns,
            "pixels": picture.tobytes(),
            "number": number,
            "text": text,
            "ticket": ticket,
        }
