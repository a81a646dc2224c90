"""A tile with a volume that keeps up with a solver, and with the visitor who turns it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import param

from explorer.levels import Levels
from explorer.look import DISTANCE, MAX_ZOOM, MIN_ZOOM, VIEW_ANGLE, Camera, Look
from explorer.offscreen import COLOR, FOG, FOG_EXPONENT
from explorer.surface import packed, surface
from explorer.views.tile import TileView, script
from explorer.views.volume_pictures import Order, Pictures

# Cells along the longest side that a browser follows a ray through.
_MAX_FOG = 128
# Pixels along each side of a picture that the server draws.
_MAX_PICTURE = 1024


def _numbers(camera: Camera) -> list[float]:
    return [camera.azimuth, camera.elevation, camera.zoom]


@dataclass(frozen=True, eq=False)
class _Painted:
    levels: Levels
    number: int
    text: str


class VolumeView(TileView):
    """A tile with a volume: its surface or its fog, and slices through it.

    The browser draws it with WebGL2. One without asks for pictures instead, which are drawn here.
    """

    frame = param.Dict(
        default={},
        doc="What is drawn: `display`, and for a `surface` the fields of `PackedSurface`, for a "
        "`volume` those of `fog`, for a `picture` the PNG and a `hint` if there is none; `extent` "
        "of the domain along each axis, `number` of the iterate, `text` (the text alternative) "
        "and `ticket`, which comes back once the frame is on the screen; 0 does not.",
    )
    slices = param.List(default=[], doc="Those at `cuts`, from `slices_at`; none when not shown.")
    look = param.ClassSelector(class_=Look, default=Look())
    camera = param.List(default=[], doc="Azimuth, elevation and zoom of the look.")
    cuts = param.NumericTuple(
        default=(0.5, 0.5, 0.5), doc="Where the slices are, as fractions of each side."
    )
    sliced = param.Boolean(default=True, doc="Whether slices are shown.")
    optics = param.Dict(
        default={
            "view_angle": VIEW_ANGLE,
            "distance": DISTANCE,
            "home": _numbers(Camera()),
            "zooms": [MIN_ZOOM, MAX_ZOOM],
            "elevations": [-89.0, 89.0],
            "fog": [FOG, FOG_EXPONENT],
        },
        constant=True,
        doc="What the browser's camera has in common with that of `look.py`.",
    )

    _rename: ClassVar[dict[str, str | None]] = {"look": None}  # no value for the browser
    _esm = script(
        "tile.js",
        "density.js",
        "shared.js",
        "volume_camera.js",
        "volume_scene.js",
        "volume_pictures.js",
        "volume_slices.js",
        "volume.js",
    )
    _stylesheets: ClassVar[list[Any]] = [
        Path(__file__).with_name(name) for name in ("tile.css", "volume.css")
    ]

    def __init__(
        self,
        on_painted: Callable[[int], None],
        on_toggle: Callable[[], None],
        schedule: Callable[[Callable[[], None]], Any],
        on_look: Callable[[Camera], None],
        on_cuts: Callable[[tuple[float, float, float]], None],
        **params: Any,
    ) -> None:
        """Tell what is to be called from the browser.

        Parameters
        ----------
        on_painted, on_toggle : callable
            As for every `TileView`.
        schedule : callable
            Calls a function soon in the document's thread; safe from any thread.
        on_look : callable
            Called with the camera to which the visitor has turned this view, and with it the others
            in the same window: their `look` is to follow.
        on_cuts : callable
            Called with the places to which the visitor has moved the slices of this view.
        """
        self._on_look, self._on_cuts = on_look, on_cuts
        self._painted: _Painted | None = None  # what was painted last
        self._ticket = 0  # to be sent with the next frame
        self._size: tuple[int, int] | None = None  # of the pictures, if the browser wants some
        self._pictures = Pictures(schedule, self._order)
        super().__init__(on_painted, on_toggle, **{"color": COLOR} | params)
        self.camera = _numbers(self.look.camera)
        self.param.watch(self._follow_look, "look")
        self.param.watch(self._follow_cuts, ["cuts", "sliced"])
        self.param.watch(self._follow_paper, ["color", "dark"])

    def paint(self, picture: Levels, number: int, text: str, ticket: int = 0) -> None:
        """Send a picture of a density (n0, n1, n2)."""
        self._painted = _Painted(picture, number, text)
        self._ticket = ticket or self._ticket
        self._show()

    def _show(self) -> None:
        """Show what was painted last, as it is looked at now."""
        if self._painted is None:
            return
        if self._size is not None:
            self._pictures.renew()
            return
        levels, look = self._painted.levels, self.look
        if look.display == "surface":
            content: Mapping[str, Any] = packed(surface(levels, look.level))
        else:
            content = fog(levels)
        self._send(self._painted, self._take_ticket(), look.display, content)

    def _order(self) -> tuple[Order, Callable[[bytes, str], None]]:
        assert self._painted is not None
        assert self._size is not None
        painted, ticket = self._painted, self._take_ticket()

        def done(picture: bytes, hint: str) -> None:
            self._send(painted, ticket, "picture", {"picture": picture, "hint": hint})

        return (painted.levels, self.look, self._size, self.color, self.dark), done

    def _take_ticket(self) -> int:
        ticket, self._ticket = self._ticket, 0
        return ticket

    def _send(
        self, painted: _Painted, ticket: int, display: str, content: Mapping[str, Any]
    ) -> None:
        shape = painted.levels.shape
        frame = {
            "number": painted.number,
            "text": painted.text,
            "extent": [side / max(shape) for side in shape],
            "ticket": ticket,
            "display": display,
            **content,
        }
        self.param.update(frame=frame, slices=self._slices(painted))

    def _slices(self, painted: _Painted) -> list[dict[str, Any]]:
        return slices_at(painted.levels, self.cuts) if self.sliced else []

    def _follow_look(self, event: Any) -> None:
        self.camera = _numbers(event.new.camera)
        if self._size is not None or replace(event.old, camera=event.new.camera) != event.new:
            self._show()

    def _follow_cuts(self, event: Any) -> None:
        if self._painted is not None:
            self.slices = self._slices(self._painted)

    def _follow_paper(self, event: Any) -> None:
        if self._size is not None:
            self._show()

    def _handle_msg(self, data: Any) -> None:
        match data:
            case {"camera": [*numbers]}:
                if (camera := _camera(numbers)) is not None:
                    self.look = replace(self.look, camera=camera)
                    self._on_look(camera)
            case {"cuts": [float() | int() as x, float() | int() as y, float() | int() as z]}:
                if all(0 <= cut <= 1 for cut in (x, y, z)):
                    self.cuts = float(x), float(y), float(z)
                    self._on_cuts(self.cuts)
            case {"size": [int(width), int(height)]}:
                if all(1 <= side <= _MAX_PICTURE for side in (width, height)):
                    self._want_pictures((width, height))
            case _:
                super()._handle_msg(data)

    def _want_pictures(self, size: tuple[int, int]) -> None:
        if self._size is None:  # the frame on its way is none that the browser can paint
            self._ticket = self._ticket or self.frame.get("ticket", 0)
        self._size = size
        self._show()


def fog(levels: Levels) -> dict[str, Any]:
    """The part of a volume where there is mass, as a browser draws it.

    Parameters
    ----------
    levels : array of uint8, (n0, n1, n2)

    Returns
    -------
    dict
        `cells` along each axis, their `levels` (bytes), the last axis fastest, the side of a
        `cell` and the `corner` where they begin, the domain's longest side being 1. Of more than
        128 cells along a side, blocks of 2 × 2 × 2 are averaged.
    """
    cell = 1 / max(levels.shape)
    while max(levels.shape) > _MAX_FOG:
        levels, cell = _averaged(levels), 2 * cell
    box = tuple(_support(levels, axis) for axis in range(3))
    found = levels[box]
    return {
        "cells": list(found.shape),
        "levels": found.tobytes(),
        "cell": cell,
        "corner": [part.start * cell for part in box],
    }


def slices_at(levels: Levels, cuts: Sequence[float]) -> list[dict[str, Any]]:
    """The slices across each axis, as pictures with the last axis upwards.

    Parameters
    ----------
    levels : array of uint8, (n0, n1, n2)
    cuts : sequence of float, (3,)
        Where they are, as fractions of each side, 0 to 1.

    Returns
    -------
    list of dict
        `rows`, `columns` and `pixels` (bytes) of each.
    """
    slices = []
    for axis, (cut, side) in enumerate(zip(cuts, levels.shape, strict=True)):
        across = levels.take(min(int(cut * side), side - 1), axis)
        picture = across.T[::-1]
        rows, columns = picture.shape
        slices.append({"rows": rows, "columns": columns, "pixels": picture.tobytes()})
    return slices


def _averaged(levels: Levels) -> Levels:
    """Blocks of 2 × 2 × 2 cells; where cells are odd in number, an empty one is added."""
    sums = np.pad(levels, [(0, side % 2) for side in levels.shape]).astype(np.uint16)
    sums = sums[0::2] + sums[1::2]
    sums = sums[:, 0::2] + sums[:, 1::2]
    sums = sums[:, :, 0::2] + sums[:, :, 1::2]
    return (sums // 8).astype(np.uint8)


def _support(levels: Levels, axis: int) -> slice:
    """Where there is mass along an axis, and one cell more: the fog fades out within it."""
    others = tuple(other for other in range(3) if other != axis)
    places = np.flatnonzero(levels.any(axis=others))
    if not len(places):
        return slice(0, 1)
    return slice(max(0, int(places[0]) - 1), int(places[-1]) + 2)


def _camera(numbers: Sequence[Any]) -> Camera | None:
    """A camera of what the browser has sent; None if it is none."""
    try:
        return Camera(*(float(number) for number in numbers))
    except (TypeError, ValueError):
        return None
