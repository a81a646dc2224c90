"""Clouds as pictures that leave the page: what `views/cloud_scene.js` draws, drawn by Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sqrt, tan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.exports.pictures import Pixels
from explorer.look import VIEW_ANGLE, Camera
from explorer.views.cloud import FURTHER
from explorer.views.cloud_backdrop import STYLE, Backdrop, Rows, reach, window
from explorer.views.shades import ramp
from solvers.arrays import FloatArray

_MAX_SIDE = 4096
# Windows before the eye: what is closer is not seen.
_NEAREST = 0.05
# Drawn so many times as large along each side, then averaged.
_FINER = 3
_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))


def cloud_pixels(
    rows: Rows,
    size: int,
    color: str,
    backdrop: Backdrop,
    dark: bool,
    camera: Camera | None = None,
    half: float | None = None,
) -> Pixels:
    """A picture of a cloud over its marginals, as the page shows it.

    Parameters
    ----------
    rows : array, (n, 1 + d)
        Mass and position of each dot.
    size : int
        Pixels along each side, 1 to 4096.
    color : str
        Of the dots, ``"#rrggbb"``.
    backdrop : Backdrop
        What is drawn under them.
    dark : bool
        Whether the page is dark.
    camera : Camera, optional
        In space; the usual one if omitted.
    half : float, optional
        Half the side of the window; as much as this picture needs if omitted. All steps of a film
        want the same.

    Returns
    -------
    array of uint8, (size, size, 3)

    Raises
    ------
    ValueError
        If the size is out of its range.
    """
    if not 1 <= size <= _MAX_SIDE:
        raise ValueError(f"size: is {size}, but must be 1 to {_MAX_SIDE} pixels.")
    if half is None:
        half = window(max(reach(rows[:, 1:]), backdrop.reach))
    flat = rows.shape[1] == 3
    lens = _plane(half) if flat else _space(half, camera or Camera())
    sheet = _Sheet(size, lens, dark)
    opacities = STYLE["opacities"]
    sheet.frame(STYLE["frame"]["dark" if dark else "light"])
    for (*centre, radius), rim in zip(backdrop.circles, backdrop.colors, strict=False):
        sheet.circle(np.array(centre), radius, rim, opacities["circles"])
    walls = [lens.behind(throw) for throw in backdrop.throws]
    for k, cloud in enumerate(backdrop.placed):
        positions = cloud[:, 1:] + (walls[k] if walls else 0.0)
        sheet.dots(cloud[:, 0], positions, backdrop.colors[k], opacities["marginals"])
    for wall in walls:
        sheet.dots(rows[:, 0], _shadow(rows[:, 1:], wall), color, opacities["shadows"])
    sheet.dots(rows[:, 0], rows[:, 1:], color, opacities["dots"])
    return sheet.pixels()


@dataclass(frozen=True, eq=False)
class _Lens:
    """How points come to lie on the picture, in units of its side; the window is 1 wide around 0.

    Attributes
    ----------
    half : float
        Half the side of the window, in units of the unit square or cube.
    eye : array, (3,)
        In units of the window.
    axes : array, (3, 3)
        To the right, up, and back to the eye.
    focal : float
        Sides of the picture that a window one window away takes.
    flat : bool
    """

    half: float
    eye: FloatArray
    axes: FloatArray
    focal: float
    flat: bool

    def place(self, positions: NDArray[Any]) -> FloatArray:
        """Right, down, size of a window there, and nearness from 0 to 1, each (n,)."""
        scale = 1 / (2 * self.half)
        centred = np.zeros((len(positions), 3))
        centred[:, : positions.shape[1]] = (positions - 0.5) * scale
        right, up, back = self.axes @ (centred - self.eye).T
        size = self.focal / np.where(back < -_NEAREST, -back, np.nan)
        middle, radius = np.linalg.norm(self.eye), scale * sqrt(3) / 2
        near = np.ones_like(size) if self.flat else (middle + radius + back) / (2 * radius)
        return np.stack([0.5 + size * right, 0.5 - size * up, size, np.clip(near, 0, 1)])

    def behind(self, throw: FloatArray) -> FloatArray:
        """The one of the two walls of a projection that is behind."""
        return -throw if throw @ self.eye > 0 else throw

    def walls(self) -> list[FloatArray]:
        """The corners (4, 3) of the unit square, or of the cube's walls that are behind."""
        found = []
        for axis, side in [(2, 0.5)] if self.flat else [(a, s) for a in range(3) for s in (0, 1)]:
            if self.flat or (2 * side - 1) * self.eye[axis] < 0.25 / self.half:
                found.append(np.roll(np.insert(np.array(_CORNERS, float), 0, side, 1), axis, 1))
        return found


def _plane(half: float) -> _Lens:
    return _Lens(half, np.array([0.0, 0.0, 1.0]), np.eye(3), 1.0, True)


def _space(half: float, camera: Camera) -> _Lens:
    eye = FURTHER * np.array(camera.offset)
    back = eye / np.linalg.norm(eye)
    a = radians(camera.azimuth)
    right = np.array([-np.sin(a), np.cos(a), 0.0])
    axes = np.stack([right, np.cross(back, right), back])
    return _Lens(half, eye, axes, 0.5 / tan(radians(VIEW_ANGLE / 2)), False)


def _shadow(positions: NDArray[Any], wall: FloatArray) -> FloatArray:
    """Where points of space lie on a wall, which is so far from the middle of the cube."""
    along = (positions - 0.5) @ wall / (wall @ wall)
    return np.asarray(positions + (1 - along[:, None]) * wall)


class _Sheet:
    """Paper that is drawn on through a lens."""

    def __init__(self, size: int, lens: _Lens, dark: bool) -> None:
        from PIL import Image, ImageDraw

        self._lens, self._side = lens, _FINER * size
        paper = tuple(ramp(dark)[0].tolist())
        self._image = Image.new("RGB", (self._side, self._side), paper)
        self._pen = ImageDraw.Draw(self._image, "RGBA")  # mixes what is half transparent

    def frame(self, color: str) -> None:
        for corners in self._lens.walls():
            across, down = self._side * self._lens.place(corners[[0, 1, 2, 3, 0]])[:2]
            self._pen.line(list(zip(across, down, strict=True)), color, _FINER)

    def circle(self, centre: FloatArray, radius: float, color: str, opacity: float) -> None:
        corners = self._lens.place(centre + radius * np.array([[-1, 1], [1, -1]]))[:2]
        box = (self._side * corners.T).ravel().tolist()
        self._pen.ellipse(box, outline=(*_rgb(color), round(255 * opacity)), width=_FINER)

    def dots(
        self, masses: NDArray[Any], positions: NDArray[Any], color: str, opacity: float
    ) -> None:
        """Dots whose area tells their mass; in space, the near ones are the clear ones."""
        across, down, size, near = self._lens.place(positions)
        larger = 1.0 if self._lens.flat else STYLE["in_space"]
        radius = np.clip(STYLE["spread"] * np.sqrt(masses), *STYLE["radii"]) * larger * size
        boxes = self._side * np.stack(
            [across - radius, down - radius, across + radius, down + radius], axis=1
        )
        inks = np.rint(255 * opacity * (STYLE["far"] + (1 - STYLE["far"]) * near)).astype(int)
        seen, rgb = np.isfinite(size), _rgb(color)
        for box, ink in zip(boxes[seen].tolist(), inks[seen].tolist(), strict=True):
            self._pen.ellipse(box, (*rgb, ink))

    def pixels(self) -> Pixels:
        return np.asarray(self._image.reduce(_FINER))


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue
