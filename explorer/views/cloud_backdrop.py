"""What lies under a barycenter's dots: the marginals, circles, walls, and the window on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.offscreen import LINES
from solvers.arrays import FloatArray

Rows: TypeAlias = NDArray[np.float32]

KINDS = ("plane", "circles", "shadows")

# How dots and lines look, on the page and in pictures that leave it. Lengths in units of the
# window's side.
STYLE: dict[str, Any] = {
    "spread": 0.12,  # a dot of mass m has radius spread √m: its area tells its mass
    "radii": [0.0016, 0.036],  # but every dot is seen, and hides no others far away
    "in_space": 1.6,  # times as large, for the cube fills less of the picture than the square
    "opacities": {"dots": 0.85, "marginals": 0.45, "shadows": 0.3, "circles": 0.6},
    "far": 0.4,  # what is left of the opacity at the far end of space
    "frame": {"light": LINES[False], "dark": LINES[True]},
}

# The window is a little larger than the unit square or cube, and grows by steps.
_MARGIN, _GROWTH = 1.1, 1.25


def window(reach: float) -> float:
    """Half the side of the window around the middle of the unit square or cube.

    Parameters
    ----------
    reach : float
        How far the outermost point is from the middle, along any axis.
    """
    half = 0.5 * _MARGIN
    return half * _GROWTH ** max(0, ceil(log(max(reach, half) / half, _GROWTH)))


def reach(positions: ArrayLike) -> float:
    """How far the outermost of some positions (n, d) is from the middle, along any axis."""
    return float(np.abs(np.asarray(positions) - 0.5).max(initial=0.0))


@dataclass(frozen=True, eq=False)
class Backdrop:
    """The marginals as they lie under a barycenter.

    Attributes
    ----------
    clouds : sequence of array, (n_k, 1 + d_k)
        Rows of mass and position, one cloud for each marginal.
    colors : sequence of str, (K,)
        ``"#rrggbb"``.
    kind : str
        ``"plane"`` where the marginals live in the barycenter's own space, which may also be of
        three dimensions; ``"circles"`` where each lies on its circle; ``"shadows"`` where each is
        seen by its own projection of the cube.
    shapes : tuple or array, optional
        For ``"circles"`` their centres (K, 2) and radii (K,), for ``"shadows"`` the projections'
        matrices (K, 2, 3) of rank 2.

    Raises
    ------
    ValueError
        If kind and shapes do not fit each other and the marginals.
    """

    clouds: Sequence[Rows] = ()
    colors: Sequence[str] = ()
    kind: str = "plane"
    shapes: tuple[ArrayLike, ArrayLike] | ArrayLike | None = None

    def __post_init__(self) -> None:
        count = len(self.clouds)
        if len(self.colors) != count:
            raise ValueError(
                f"colors: are {len(self.colors)}, but there must be one for each of the {count} "
                "clouds."
            )
        if self.kind not in KINDS:
            raise ValueError(f"kind: is “{self.kind}”, but must be one of {KINDS}.")
        if len(self.circles) != count * (self.kind == "circles"):
            raise ValueError(f"shapes: must be {count} centres and radii of circles.")
        if self._matrices.shape != (count * (self.kind == "shadows"), 2, 3):
            raise ValueError(f"shapes: must be {count} matrices of 2 rows and 3 columns.")

    @cached_property
    def dimension(self) -> int:
        """Of the barycenter's space."""
        if self.kind == "shadows" or not len(self.clouds):
            return 3 if self.kind == "shadows" else 2
        return int(np.shape(self.clouds[0])[1] - 1)

    @cached_property
    def circles(self) -> FloatArray:
        """Centre and radius of each circle, (K, 3); none of other kinds."""
        if self.kind != "circles" or self.shapes is None:
            return np.empty((0, 3))
        centres, radii = cast(tuple[ArrayLike, ArrayLike], self.shapes)
        return np.column_stack([np.asarray(centres, float), np.asarray(radii, float)])

    @cached_property
    def throws(self) -> FloatArray:
        """From the middle of the cube along each projection to its wall, (K, 3); or none.

        A projection along an axis has two walls, this one and its opposite: the shadow lies on the
        one behind.
        """
        along = self._kernels
        return np.asarray(along * np.abs(along).sum(axis=1, keepdims=True) / 2)

    @cached_property
    def placed(self) -> list[Rows]:
        """The clouds in the barycenter's space, (n_k, 1 + d); shadows halfway between walls."""
        return [
            np.column_stack([rows[:, 0], self.place(rows[:, 1:], np.full(len(rows), k))]).astype(
                np.float32
            )
            for k, rows in enumerate(self.clouds)
        ]

    @cached_property
    def reach(self) -> float:
        """How far the outermost point is from the middle, walls and circles included."""
        reaches = [reach(rows[:, 1:]) for rows in self.placed]
        for rows, throw in zip(self.placed, self.throws, strict=False):
            reaches += [reach(rows[:, 1:] + throw), reach(rows[:, 1:] - throw)]
        reaches += [reach([x, y]) + radius for x, y, radius in self.circles]
        return max(reaches, default=0.0)

    def place(self, points: ArrayLike, marginals: ArrayLike) -> FloatArray:
        """Points of marginals in the barycenter's space.

        Parameters
        ----------
        points : array_like, (n, d_k)
        marginals : array_like of int, (n,)
            The marginal of each point.

        Returns
        -------
        array, (n, d)
            The points themselves; of a shadow, its place halfway between the two walls.
        """
        points = np.asarray(points, float)
        if self.kind != "shadows":
            return points
        marginals = np.asarray(marginals, int)
        middle = self._kernels * self._kernels.sum(axis=1, keepdims=True) / 2
        lifts = np.linalg.pinv(self._matrices)
        return np.asarray(np.einsum("nij,nj->ni", lifts[marginals], points) + middle[marginals])

    @cached_property
    def _matrices(self) -> FloatArray:
        if self.kind != "shadows" or self.shapes is None:
            return np.empty((0, 2, 3))
        return np.asarray(self.shapes, float)

    @cached_property
    def _kernels(self) -> FloatArray:
        """The direction, of length 1, that each projection does not see."""
        kernels = np.cross(self._matrices[:, 0], self._matrices[:, 1])
        return np.asarray(kernels / np.linalg.norm(kernels, axis=1, keepdims=True))
