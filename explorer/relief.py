"""Functions over the window of a picture as shades: the lowest place is the strongest."""

from __future__ import annotations

import numpy as np

from explorer.levels import Levels
from solvers.arrays import FloatArray

_SIDE = 96  # cells along each side
# The highest places, this part of all, have one shade, so that the valley is not flat.
_HIGH = 0.05


def window_places(half: float) -> FloatArray:
    """The middles of the window's cells (96², 2), row by row from the top.

    Parameters
    ----------
    half : float
        Half the side of the window around the middle of the unit square.
    """
    nodes = 0.5 + half * ((np.arange(_SIDE) + 0.5) / _SIDE * 2 - 1)
    x, y = np.meshgrid(nodes, nodes[::-1])
    return np.column_stack([x.ravel(), y.ravel()])


def relief(values: FloatArray, least: float) -> Levels:
    """Values at `window_places` as levels.

    Parameters
    ----------
    values : array, (96²,)
        Infinite where there is none.
    least : float
        The least there can be.

    Returns
    -------
    array of uint8, (96, 96)
        255 at the lowest place, 0 at the highest and where there is no value; row 0 at the top.
    """
    finite = np.append(values[np.isfinite(values)], least)
    high = max(float(np.quantile(finite, 1 - _HIGH)) - least, np.finfo(float).tiny)
    height = np.clip((values - least) / high, 0, 1).reshape(_SIDE, _SIDE)
    # The square root shows a valley's floor as well as its slopes.
    levels: Levels = np.rint(255 * (1 - np.sqrt(height))).astype(np.uint8)
    return levels
