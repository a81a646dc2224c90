"""A density as a picture that keeps up with a solver."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import param
from panel.custom import JSComponent

from solvers.arrays import Array

# Brightest level: the quantile of the occupied cells that is drawn in full colour. Single cells
# with a spike would otherwise darken the whole picture.
_FULL_COLOUR = 0.995
_OCCUPIED = 0.05


def to_bytes(density: Array) -> bytes:
    """A density (rows, columns) as one byte a cell, row by row, 255 for its highest values.

    The scale is the picture's own: white is no mass, full colour the 99.5 % quantile of the cells
    that hold more than a twentieth of the mean.
    """
    mean = float(density.mean())
    if not mean > 0:
        return bytes(density.size)
    occupied = density[density > _OCCUPIED * mean]
    rank = int(_FULL_COLOUR * (occupied.size - 1))
    full = float(np.partition(occupied, rank)[rank])
    return np.clip(density * (255.0 / full), 0, 255).astype(np.uint8).tobytes()


class DensityView(JSComponent):
    """Shows a density and reports when the browser has painted it."""

    frame = param.Dict(
        default={},
        doc="`rows`, `columns`, `pixels` (bytes), `number` of the iterate, `text` (the text "
        "alternative) and `ticket`, which comes back once the frame is on the screen.",
    )
    dark = param.Boolean(default=False)

    _esm = Path(__file__).with_name("density.js")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("density.css")]

    def __init__(self, on_painted: Callable[[int], None], **params: Any) -> None:
        """`on_painted` is called with the ticket of each frame that is on the screen."""
        self._on_painted = on_painted
        super().__init__(**params)

    def _handle_msg(self, data: Any) -> None:
        # A message and not a parameter: Panel holds changes of parameters back for 50 ms.
        if isinstance(data, int):
            self._on_painted(data)

    def paint(self, density: Array, number: int, text: str, ticket: int) -> None:
        """Send a picture of a density (rows, columns)."""
        rows, columns = density.shape
        self.frame = {
            "rows": rows,
            "columns": columns,
            "pixels": to_bytes(density),
            "number": number,
            "text": text,
            "ticket": ticket,
        }
