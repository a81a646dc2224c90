"""A pad to draw a density on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from explorer.inputs.pad import Pad, pad_script
from solvers import images

SIDE = 128  # cells along each side, as in drawing.js


class DrawingPad(Pad):
    """A square canvas with a soft brush, an eraser, blur, mirror, undo and clear."""

    _esm = pad_script("drawing.js")
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
        self._begin(cells.tobytes())

    def _take(self, content: bytes) -> None:
        cells = np.frombuffer(content, np.uint8)
        if cells.size == SIDE**2 and cells.any():
            self._on_drawn(cells.reshape(SIDE, SIDE))
