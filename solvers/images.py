"""Pictures as densities: decoding files from strangers, safely, and cutting them to squares."""

from __future__ import annotations

from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from solvers.arrays import Array, FloatArray

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP")

INKS = ("auto", "dark", "light")
CROPS = ("whole", "centre", "ink")

# Longest side that is kept: twice the finest grid of the app.
_KEPT_SIDE = 1024
# Cells above this fraction of the darkest count as ink when the picture is cut to its ink.
_INK_LEVEL = 0.1
# Margin around the ink, as a fraction of the square.
_INK_MARGIN = 0.08


def decode(data: bytes, ink: str = "auto") -> FloatArray:
    """Decode a PNG, JPEG or WebP file into a density.

    Parameters
    ----------
    data : bytes
        The file, 20 MiB at most, 40 million pixels at most. Greyscale of 8 or 16 bits, palette,
        RGB, CMYK, with or without transparency; turned upright as its EXIF data say. Transparent
        parts carry no mass.
    ink : {"auto", "dark", "light"}
        Which brightness is mass. "auto" takes the border for paper, or the colour of what is not
        transparent for ink.

    Returns
    -------
    array, (rows, columns), in [0, 1]
        1024 cells along a side at most; the emptiest cell is 0.

    Raises
    ------
    ValueError
        With one sentence that begins with ``image:``, if the file cannot be used.
    """
    if ink not in INKS:
        raise ValueError(f"ink: is “{ink}”, but must be one of {', '.join(INKS)}.")
    brightness, opacity = _brightness_and_opacity(_load(data))
    if ink == "auto":
        ink = _guess_ink(brightness, opacity)
    density = opacity * (1.0 - brightness if ink == "dark" else brightness)
    density -= density.min()
    if not density.max() > 0:
        raise ValueError(f"image: it is blank, there is nothing {ink} on it to average.")
    return density


def square(density: Array, crop: str = "whole") -> FloatArray:
    """Cut or pad a density to a square.

    Parameters
    ----------
    density : array, (rows, columns)
    crop : {"whole", "centre", "ink"}
        Keep everything and pad the shorter side with empty cells; keep the largest square in the
        middle; or keep the bounding box of the ink with a margin.

    Returns
    -------
    array, (k, k)

    Raises
    ------
    ValueError
        If the crop is unknown, or leaves nothing.
    """
    if crop not in CROPS:
        raise ValueError(f"crop: is “{crop}”, but must be one of {', '.join(CROPS)}.")
    if crop == "centre":
        side = min(density.shape)
        top, left = ((length - side) // 2 for length in density.shape)
        centre = np.asarray(density[top : top + side, left : left + side])
        if side < 2 or not centre.max() > 0:
            raise ValueError("image: there is nothing in the middle; choose another crop.")
        return centre
    margin = 0
    if crop == "ink":
        inked = density > _INK_LEVEL * density.max()
        rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
        density = density[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        margin = round(_INK_MARGIN * max(density.shape))
    side = max(2, *density.shape) + 2 * margin
    padding = []
    for length in density.shape:
        before = (side - length) // 2
        padding.append((before, side - length - before))
    return np.asarray(np.pad(density, padding))


def resample(image: Array, n: int) -> FloatArray:
    """Resample a square image to n × n cells, without ringing and without going below zero."""
    from PIL import Image

    if len(image) == n:
        return np.asarray(image, dtype=float)
    how = Image.Resampling.BOX if len(image) > n else Image.Resampling.BILINEAR
    resized = Image.fromarray(image.astype(np.float32)).resize((n, n), how)
    return np.asarray(resized, dtype=float)


def _load(data: bytes) -> Picture:
    from PIL import Image, ImageOps

    if not data:
        raise ValueError("image: the file is empty.")
    if len(data) > MAX_BYTES:
        raise ValueError(
            f"image: the file has {ceil(len(data) / 2**20 * 10) / 10} MiB, "
            f"but at most {MAX_BYTES // 2**20} MiB are read."
        )
    try:
        picture: Picture = Image.open(BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(f"image: it has more than {MAX_PIXELS // 10**6} million pixels.") from None
    except Exception:
        raise ValueError(
            "image: the file is damaged, or it is not a PNG, JPEG or WebP picture."
        ) from None
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"image: it has {width} × {height} pixels, "
            f"but at most {MAX_PIXELS // 10**6} million are read."
        )
    try:
        picture.load()
        return ImageOps.exif_transpose(picture)
    except Exception:  # decoders raise many kinds of errors on damaged files
        raise ValueError("image: the file is damaged and cannot be read to its end.") from None


def _brightness_and_opacity(picture: Picture) -> tuple[FloatArray, FloatArray]:
    """Brightness and opacity (rows, columns), both in [0, 1]."""
    from PIL import Image

    size = (_KEPT_SIDE, _KEPT_SIDE)
    if picture.mode.startswith(("I", "F")):  # 12 or 16 bits of grey
        values = np.asarray(picture, dtype=np.float32)
        grey = Image.fromarray(values / (4095.0 if values.max() <= 4095.0 else 65535.0))
        grey.thumbnail(size, Image.Resampling.BOX)
        brightness = np.asarray(grey, dtype=float)
        return np.clip(brightness, 0.0, 1.0), np.ones_like(brightness)
    colours = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    colours.thumbnail(size, Image.Resampling.BOX)  # transparent pixels lend no colour to others
    brightness = np.asarray(colours.convert("L"), dtype=float) / 255.0
    if colours.mode == "RGB":
        return brightness, np.ones_like(brightness)
    return brightness, np.asarray(colours.getchannel("A"), dtype=float) / 255.0


def _guess_ink(brightness: Array, opacity: Array) -> str:
    border = np.ones(brightness.shape, dtype=bool)
    border[1:-1, 1:-1] = False
    if opacity[border].mean() < 0.5:  # cut out: what is opaque is the ink
        bright = float((brightness * opacity).sum() / max(opacity.sum(), 1e-12))
        return "light" if bright > 0.5 else "dark"
    return "dark" if float(brightness[border].mean()) > 0.5 else "light"
