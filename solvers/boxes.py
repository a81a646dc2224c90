"""Boxes of a grid: a solver's work is needed only where there is mass, or may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from solvers.arrays import Array

# Cells around mass that a push-forward looks at: the images of two neighbours on either side, and
# differences over two nodes on either side of each.
HALO = 4


@dataclass(frozen=True)
class Box:
    """The cells ``start … stop`` of a grid, along each axis.

    Attributes
    ----------
    start, stop : tuple of int
        The first cell, and the one after the last.
    """

    start: tuple[int, ...]
    stop: tuple[int, ...]

    @staticmethod
    def whole(shape: tuple[int, ...]) -> Box:
        """All cells of a grid of that shape."""
        return Box((0,) * len(shape), tuple(shape))

    @staticmethod
    def around(density: Array) -> Box:
        """The smallest box that holds the mass of a density (*shape), and `HALO` cells around it.

        It ends where the grid ends.
        """
        start, stop = [], []
        for axis, n in enumerate(density.shape):
            others = tuple(a for a in range(density.ndim) if a != axis)
            (occupied,) = np.nonzero(density.any(axis=others))
            start.append(max(0, int(occupied[0]) - HALO))
            stop.append(min(n, int(occupied[-1]) + 1 + HALO))
        return Box(tuple(start), tuple(stop))

    @staticmethod
    def holding(boxes: Sequence[Box], shape: tuple[int, ...]) -> Box:
        """A box of a grid (*shape) that holds some others.

        Its sides are the next that cosine transforms are fast for: a prime costs up to six times
        as much.
        """
        from scipy.fft import next_fast_len

        start, stop = [], []
        for axis, n in enumerate(shape):
            first = min(box.start[axis] for box in boxes)
            side = max(box.stop[axis] for box in boxes) - first
            enough = min(n, next_fast_len(side))
            start.append(max(0, min(first - (enough - side) // 2, n - enough)))
            stop.append(start[-1] + enough)
        return Box(tuple(start), tuple(stop))

    @property
    def shape(self) -> tuple[int, ...]:
        """Cells along each axis."""
        return tuple(b - a for a, b in zip(self.start, self.stop, strict=True))

    def of(self, values: Array) -> Array:
        """The part (…, *self.shape) of an array over the whole grid; a view where it can be one."""
        cut = tuple(slice(a, b) for a, b in zip(self.start, self.stop, strict=True))
        return np.ascontiguousarray(values[(slice(None),) * (values.ndim - len(cut)) + cut])

    def padded(
        self, values: Array, shape: tuple[int, ...], mode: Literal["constant", "edge"] = "constant"
    ) -> Array:
        """An array (…, *shape) over the whole grid from its part in the box.

        Around the box are zeros (constant) or its values at the border (edge).
        """
        if self.shape == shape:
            return values
        around = [(a, n - b) for a, b, n in zip(self.start, self.stop, shape, strict=True)]
        stacked = [(0, 0)] * (values.ndim - len(shape))
        return np.pad(values, stacked + around, mode=mode)
