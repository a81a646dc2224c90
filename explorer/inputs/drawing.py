"""A pad to draw a density on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import param
from numpy.typing import NDArray
from panel.custom import JSComponent

from solvers import images

SIDE = 128  # cells along each side, as in drawing.js


class DrawingPad(JSComponent):
    """A square canvas with a soft brush, an eraser, blur, mirror, undo and clear."""

    color = param.String(default="#3f6fd8", doc="Of the ink; a CSS colour.")
    sheet = param.Dict(
        default={},
        doc="What drawing begins from: `pixels` (bytes) and `load`, which comes back with every "
        "change, so that strokes on an earlier sheet are not taken for strokes on this one.",
    )
    taken = param.Integer(default=0, doc="Number of the newest message that has been dealt with.")

    _esm = Path(__file__).with_name("drawing.js")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("drawing.css")]

    def __init__(self, on_drawn: Callable[[NDArray[np.uint8]], None], **params: Any) -> None:
        """`on_drawn` is called with the pixels (128, 128), uint8, whenever they change."""
        self._on_drawn = on_drawn
        super().__init__(**params)
        self.clear()

    def clear(self) -> None:
        """Begin a blank sheet."""
        self.load(np.zeros((SIDE, SIDE), np.uint8))

    def load(self, pixels: NDArray[np.uint8]) -> None:
        """Go on from a drawing (k, k), resampled to 128 × 128 cells."""
        cells = images.resample(pixels, SIDE).round().astype(np.uint8)
        self.sheet = {"pixels": cells.tobytes(), "load": self.sheet.get("load", 0) + 1}

    def _handle_msg(self, data: Any) -> None:
        # A message and not a parameter: Panel holds changes of parameters back for 50 ms.
        match data:
            case {"load": int(load), "number": int(number), "pixels": bytes(pixels)}:
                pass
            case _:
                return
        try:
            cells = np.frombuffer(pixels, np.uint8)
            if load == self.sheet["load"] and cells.size == SIDE**2 and cells.any():
                self._on_drawn(cells.reshape(SIDE, SIDE))
        finally:
            self.taken = number
