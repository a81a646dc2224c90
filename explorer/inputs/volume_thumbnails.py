"""Small pictures of volumes."""

from __future__ import annotations

from explorer.inputs.sources import Marginal, png_url
from explorer.levels import to_levels
from explorer.look import Camera, Look
from solvers.sharpness import full_density

_CELLS, _PIXELS = 48, 128
# Near enough for a ball of diameter 0.8 to fill the picture.
_LOOK = Look(camera=Camera(zoom=1.85))


def volume_thumbnail(marginal: Marginal, color: str) -> str:
    """The surface of a volume in a colour as a data URL."""
    from explorer import offscreen

    density = marginal.draw(_CELLS)
    levels = to_levels(density, full_density(density))
    return png_url(offscreen.picture(levels, _LOOK, (_PIXELS, _PIXELS), color, framed=False))
