"""Small pictures of volumes, drawn on the side."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from weakref import WeakKeyDictionary

from explorer.background import Background
from explorer.inputs.sources import Marginal, blank_url, png_url
from explorer.levels import to_levels
from explorer.look import Camera, Look
from solvers.sharpness import full_density

_CELLS, _PIXELS = 48, 128
# Near enough for a ball of diameter 0.8 to fill the picture.
_LOOK = Look(camera=Camera(zoom=1.85))

# Marginal → colour → picture. Those of the catalogue last as long as the process.
_DRAWN: WeakKeyDictionary[Marginal, dict[str, str]] = WeakKeyDictionary()


class VolumeThumbnails:
    """Draws surfaces one after the other, and tells when there is another one.

    After an error, of which the background tells, there are no more.

    Parameters
    ----------
    background : Background
        Draws them.
    on_drawn : callable
        Called in the document's thread when a picture has come that was blank before.
    """

    def __init__(self, background: Background, on_drawn: Callable[[], None]) -> None:
        self._background, self._on_drawn = background, on_drawn
        self._waiting: list[tuple[Marginal, str]] = []  # the first of them is being drawn

    def picture(self, marginal: Marginal, color: str) -> str:
        """The surface of a volume in a colour as a data URL, blank until it is drawn."""
        drawn = _DRAWN.get(marginal, {}).get(color)
        if drawn is not None:
            return drawn
        if (marginal, color) not in self._waiting:
            self._waiting.append((marginal, color))
            if len(self._waiting) == 1:
                self._draw_next()
        return blank_url()

    def _draw_next(self) -> None:
        marginal, color = self._waiting[0]
        self._background.offer("thumbnail", partial(_drawn, marginal, color), self._take)

    def _take(self, picture: str) -> None:
        marginal, color = self._waiting.pop(0)
        _DRAWN.setdefault(marginal, {})[color] = picture
        self._on_drawn()
        if self._waiting:
            self._draw_next()


def _drawn(marginal: Marginal, color: str, cancelled: Callable[[], bool]) -> str:
    """The surface of a volume as a data URL."""
    from explorer import offscreen

    density = marginal.draw(_CELLS)
    levels = to_levels(density, full_density(density))
    return png_url(offscreen.picture(levels, _LOOK, (_PIXELS, _PIXELS), color, framed=False))
