"""The colours of densities, for pictures that leave the page; on the page `density.js` paints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Level in [0, 1], red, green, blue, opacity: the same numbers as in density.js.
SHADES = {
    "light": (
        (0, 255, 255, 255, 0),
        (0.08, 214, 222, 250, 1),
        (0.45, 84, 113, 222, 1),
        (0.8, 36, 48, 148, 1),
        (1, 14, 18, 84, 1),
    ),
    "dark": (
        (0, 23, 27, 46, 0),
        (0.08, 38, 48, 96, 1),
        (0.45, 82, 106, 226, 1),
        (0.8, 158, 178, 255, 1),
        (1, 236, 240, 255, 1),
    ),
}


def ramp(dark: bool) -> NDArray[np.uint8]:
    """The opaque colours of the levels 0 to 255, (256, 3), as they look on the page's paper."""
    at, *channels = np.array(SHADES["dark" if dark else "light"], dtype=float).T
    levels = np.linspace(0, 1, 256)
    *colour, opacity = (np.interp(levels, at, channel) for channel in channels)
    paper = np.array([channel[0] for channel in channels[:3]])
    faded = paper + opacity[:, None] * (np.stack(colour, axis=1) - paper)
    return np.asarray(np.rint(faded), np.uint8)
