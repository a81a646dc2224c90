"""A pad to set points on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from explorer.inputs.pad import Pad, pad_script
from solvers.arrays import Array, FloatArray

MOST = 2_000  # points, as in point_pad.js


class PointPad(Pad):
    """A square to set points in, one by one or by dragging, with an eraser, undo and clear."""

    _esm = pad_script("point_pad.js")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("point_pad.css")]

    def __init__(self, on_points: Callable[[FloatArray], None], **params: Any) -> None:
        """`on_points` is called with positions (n, 2) in the unit square whenever they change."""
        self._on_points = on_points
        super().__init__(**params)
        self.clear()

    def clear(self) -> None:
        """Begin a blank sheet."""
        self.load(np.empty((0, 2)))

    def load(self, positions: Array) -> None:
        """Go on from positions (n, 2) in the unit square, n ≤ 2,000."""
        self._begin(positions.astype(np.float32).tobytes())

    def _take(self, content: bytes) -> None:
        if 0 < len(content) <= 8 * MOST and len(content) % 8 == 0:
            positions = np.frombuffer(content, np.float32).reshape(-1, 2).astype(float)
            if (abs(positions - 0.5) <= 0.5).all():
                self._on_points(positions)
