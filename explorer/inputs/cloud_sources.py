"""Where a cloud can come from: the built-in catalogue, and points of the visitor's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from explorer.inputs.point_pad import MOST
from explorer.inputs.sources import (
    CATALOGUE_COLOR,
    DIGITS,
    LETTERS,
    Marginal,
    silhouette_label,
    tinted_url,
)
from solvers import cloud_datasets, datasets
from solvers.arrays import Array, FloatArray
from solvers.cloud_files import MAX_POINTS
from solvers.problems import real_numbers
from solvers.stippling import thinned

_RINGS_AND_GAUSSIANS: dict[str, Callable[[int], FloatArray]] = {
    "ring": partial(cloud_datasets.ring_cloud, radius=0.33, width=0.12),
    "thin ring": partial(cloud_datasets.ring_cloud, radius=0.33, width=0.0),
    "small disc": partial(cloud_datasets.ring_cloud, centre=(0.3, 0.3), radius=0.08, width=0.16),
    "round Gaussian": partial(cloud_datasets.gaussian_cloud),
    "long Gaussian": partial(cloud_datasets.gaussian_cloud, cov=((0.016, 0.012), (0.012, 0.016))),
}
_ON_CIRCLES = {
    f"{figure} on circle {circle + 1}": (circle, figure)
    for figure in cloud_datasets.CIRCLE_FIGURES
    for circle in range(cloud_datasets.CIRCLES)
}
_FIGURES = {
    **{figure: (figure, True) for figure in cloud_datasets.FIGURES},
    **{f"outline of a {figure}": (figure, False) for figure in cloud_datasets.FIGURES},
}

IN_SPACE = "In space"
# Kinds with a fixed list of choices, in the order of the menu.
CLOUD_CATALOGUE: dict[str, tuple[str, ...]] = {
    "Silhouettes": datasets.silhouette_names(),
    "Rings and Gaussians": tuple(_RINGS_AND_GAUSSIANS),
    "On four circles": tuple(_ON_CIRCLES),
    "Plane figures": tuple(_FIGURES),
    IN_SPACE: cloud_datasets.SOLID_CLOUDS,
}

# The other kinds, beside letters and digits; each has an editor of its own.
OWN_CLOUD_FILE, OWN_POINTS = "Your file", "Your points"

# How far outside the unit square or cube a point may be.
_ROUNDING = 1e-9
# Points of a thumbnail, and its pixels: along a side, of all dots together, of a dot's radius.
_POINTS, _PIXELS, _INK, _RADII = 160, 96, 2000, (1.0, 6.0)
_SUPERSAMPLING = 4
# Where the picture shows x, y and z of space, each to the right and up: from above, turned a bit.
_OBLIQUE = np.array([[0.7, -0.13], [0.25, 0.35], [0.0, 0.65]])


@cache
def built_in_cloud(kind: str, choice: str) -> Marginal:
    """A cloud of the catalogue."""
    label = choice
    draw: Callable[[int], FloatArray]
    if kind == "Silhouettes":
        label = silhouette_label(choice)
        draw = partial(cloud_datasets.silhouette_cloud, choice)
    elif kind == "Rings and Gaussians":
        draw = _RINGS_AND_GAUSSIANS[choice]
    elif kind == "On four circles":
        draw = partial(cloud_datasets.circle_cloud, *_ON_CIRCLES[choice])
    elif kind == "Plane figures":
        figure, filled = _FIGURES[choice]
        draw = partial(cloud_datasets.figure_cloud, figure, filled=filled)
    else:
        draw = partial(cloud_datasets.solid_cloud, choice)
    return Marginal(label, draw, kind, choice)


def typed_cloud(characters: str) -> Marginal:
    """A typed letter, digit or short word.

    Raises
    ------
    ValueError
        If it cannot be drawn.
    """
    characters = characters.strip()
    datasets.text(characters, 8)
    draw = partial(cloud_datasets.text_cloud, characters)
    return Marginal(f"“{characters}”", draw, LETTERS, source=characters)


def handwritten_cloud(digit: int, index: int) -> Marginal:
    """A handwritten digit of MNIST."""
    draw = partial(cloud_datasets.digit_cloud, digit, index)
    return Marginal(f"digit {digit}", draw, DIGITS, source=(digit, index))


def uploaded_cloud(rows: Array, label: str = "cloud") -> Marginal:
    """A cloud from a file of the visitor's own.

    Parameters
    ----------
    rows : array, (n, 3) or (n, 4)
        1 to 5,000 masses ≥ 0, not all 0, and positions in the unit square or cube; kept as the
        marginal's `source`.
    label : str

    Raises
    ------
    ValueError
        If the rows are no such cloud.
    """
    return _own(rows, label, OWN_CLOUD_FILE, MAX_POINTS, (3, 4))


def drawn_cloud(rows: Array, label: str = "points") -> Marginal:
    """Points that the visitor has set.

    Parameters
    ----------
    rows : array, (n, 3)
        1 to 2,000 masses ≥ 0, not all 0, and positions in the unit square; kept as the marginal's
        `source`.
    label : str

    Raises
    ------
    ValueError
        If the rows are no such cloud.
    """
    return _own(rows, label, OWN_POINTS, MOST, (3,))


def cloud_thumbnail(cloud: Marginal | Array, color: str = CATALOGUE_COLOR) -> str:
    """A small picture of a cloud as a data URL: its dots, larger ones for larger masses.

    Parameters
    ----------
    cloud : Marginal or array, (n, 3) or (n, 4)
        A cloud, or its rows.
    color : str
        ``#rrggbb``.
    """
    from PIL import Image, ImageDraw

    rows = thinned(cloud.draw(_POINTS) if isinstance(cloud, Marginal) else cloud, _POINTS)
    masses, places = rows[:, 0], _seen(rows[:, 1:])
    side = _PIXELS * _SUPERSAMPLING
    radii = _SUPERSAMPLING * np.clip(np.sqrt(_INK / np.pi * masses / masses.sum()), *_RADII)
    dots = Image.new("L", (side, side))
    pencil = ImageDraw.Draw(dots)
    for (x, y), radius in zip(places * side, radii, strict=True):
        pencil.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return tinted_url(np.asarray(dots.resize((_PIXELS, _PIXELS), Image.Resampling.BOX)), color)


def _own(rows: Array, label: str, kind: str, most: int, columns: tuple[int, ...]) -> Marginal:
    if rows.ndim != 2 or not 1 <= len(rows) <= most or rows.shape[1] not in columns:
        allowed = " or ".join(map(str, columns))
        raise ValueError(
            f"cloud: its rows have the shape {rows.shape}, but must be 1 to {most:,} rows of "
            f"{allowed} numbers: a mass and a position."
        )
    kept: FloatArray = real_numbers("cloud", rows)
    if not (np.isfinite(kept).all() and kept[:, 0].min() >= 0 and kept[:, 0].max() > 0):
        raise ValueError("cloud: all numbers must be finite, masses ≥ 0 and some > 0.")
    if abs(kept[:, 1:] - 0.5).max() > 0.5 + _ROUNDING:
        window = "square" if kept.shape[1] == 3 else "cube"
        raise ValueError(
            f"cloud: some points are outside the unit {window}, but all must be in it."
        )
    return Marginal(label, partial(thinned, kept), kind, source=kept)


def _seen(positions: Array) -> NDArray[np.float64]:
    """Where a thumbnail shows positions (n, 2) or (n, 3): columns from the left, from the top."""
    if positions.shape[1] == 3:
        positions = (positions - 0.5) @ _OBLIQUE + 0.5
    return np.asarray(positions * (1, -1) + (0, 1))
