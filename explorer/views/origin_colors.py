"""A colour for each place in a picture, so that mass can be told by where it comes from.

Across from blue to yellow, down from dark to light: that much survives any colour blindness. For
other eyes red and green tell the corners further apart. Mixed in OKLab, equal distances look alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.arrays import FloatArray

STEPS = 64
"""Colours along each side of the map."""

# Lightness, chroma and hue of the corners in OKLCH: top left and right, bottom left and right.
_CORNERS = ((0.50, 0.22, 265), (0.60, 0.23, 22)), ((0.76, 0.12, 195), (0.85, 0.155, 95))
_LIFT_IN_THE_DARK = 0.04

_TO_CONE_ROOTS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_TO_LINEAR_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def color_map(dark: bool) -> NDArray[np.uint8]:
    """Colours (STEPS, STEPS, 3) in sRGB, from top to bottom and from left to right.

    References
    ----------
    Ottosson (2020), A perceptual color space for image processing: OKLab.
    """
    lightness, chroma, hue = np.moveaxis(np.array(_CORNERS), -1, 0)
    angle = np.radians(hue)
    lightness = lightness + _LIFT_IN_THE_DARK * dark
    corners = np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], axis=-1)
    t = np.linspace(0, 1, STEPS)
    along = np.stack([1 - t, t], axis=-1)
    return _srgb(np.einsum("ia,jb,abc->ijc", along, along, corners))


def _srgb(oklab: FloatArray) -> NDArray[np.uint8]:
    """OKLab (…, 3) in sRGB; what no screen can show is cut off."""
    linear = np.clip((oklab @ _TO_CONE_ROOTS.T) ** 3 @ _TO_LINEAR_RGB.T, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * encoded), np.uint8)
