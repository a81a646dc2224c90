"""Where samples of any dimension stand in the window of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.levels import Picture
from solvers.arrays import Array, FloatArray

# The window shows all samples but this fraction on each side, with so much room around them.
_OUTSIDE, _ROOM = 0.005, 1.1


@dataclass(frozen=True, eq=False)
class Frame:
    """A square or cube of the world, seen as the unit square or cube.

    Attributes
    ----------
    centre : array, (d,)
        What is seen in the middle.
    axes : array, (d, s)
        Orthonormal columns: what is seen as the s = 1, 2 or 3 coordinates. Those of the world if
        d ≤ 3, else its leading plane.
    half : float
        Half the side, > 0.
    """

    centre: FloatArray
    axes: FloatArray
    half: float

    @classmethod
    def around(cls, clouds: Sequence[Array]) -> Frame:
        """A frame in which all of some clouds (n_k, d) of one dimension can be seen."""
        together = np.vstack([np.asarray(cloud, float) for cloud in clouds])
        dimension = together.shape[1]
        axes = np.eye(dimension) if dimension <= 3 else _leading_plane(together)
        seen = together @ axes
        low, high = np.quantile(seen, (_OUTSIDE, 1 - _OUTSIDE), axis=0)
        centre = together.mean(axis=0)
        centre = centre + axes @ ((low + high) / 2 - centre @ axes)
        return cls(centre, axes, _ROOM * float((high - low).max()) / 2)

    @property
    def corner(self) -> FloatArray:
        """Where the window begins, in coordinates of the world along the axes, (s,)."""
        return np.asarray(self.centre @ self.axes - self.half)

    @property
    def whole(self) -> bool:
        """Whether no dimension is left out."""
        return bool(self.axes.shape[0] == self.axes.shape[1])

    def place(self, points: Array) -> FloatArray:
        """Points of the world (n, d) in the window, (n, s); dimensions left out are projected."""
        return np.asarray(0.5 + (points - self.centre) @ self.axes / (2 * self.half))

    def lift(self, places: Array) -> FloatArray:
        """Places in the window (n, s) as points of the world, (n, d)."""
        return np.asarray(self.centre + (2 * self.half) * (np.asarray(places) - 0.5) @ self.axes.T)

    def rows(self, points: Array, masses: Array | None = None) -> Picture:
        """Points of the world (n, d) as what is shown: float32 rows, mass first.

        Their masses (n,) are equal if none are given.
        """
        shares = np.full(len(points), 1 / len(points)) if masses is None else masses
        return np.column_stack([shares, self.place(points)]).astype(np.float32)


def _leading_plane(points: FloatArray) -> FloatArray:
    """The two directions of largest variance, (d, 2)."""
    _, vectors = np.linalg.eigh(np.cov(points.T))
    leading = vectors[:, :-3:-1]
    signs = np.sign(leading[np.abs(leading).argmax(axis=0), [0, 1]])  # else up to the processor
    return np.asarray(leading * signs)
