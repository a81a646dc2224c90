"""Pictures of Gaussian mixtures for files; on the page `views/ellipses.js` paints the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.theme import rgb
from explorer.views.shades import SHADES, ramp
from solvers.arrays import Array

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

# The same numbers as in gaussians.js and ellipses.js.
_MARGIN, _CELLS, _FAR, _USUAL = 0.05, 128, 4.0, 400
# Pixels along each side that are drawn for one that is seen.
_FINER = 3
_CORNERS = 96


def ellipses_pixels(
    rows: ArrayLike,
    size: int,
    color: str,
    backdrop: Sequence[ArrayLike] = (),
    colors: Sequence[str] = (),
    dark: bool = False,
) -> NDArray[np.uint8]:
    """A mixture as its density with ellipses at one and two standard deviations.

    Parameters
    ----------
    rows : array_like, (n, 6)
        Weight, mean (2), upper triangle of the covariance; the unit square is seen, y up.
    size : int
        Pixels along each side, ≥ 1.
    color : str
        Of the ellipses, ``#rrggbb``.
    backdrop : sequence of array_like, (n_k, 6)
        The marginals, drawn as outlines.
    colors : sequence of str
        Of the marginals, one each.
    dark : bool
        Whether the page is dark.

    Returns
    -------
    array of uint8, (size, size, 3)

    Raises
    ------
    ValueError
        If `size` is out of its range, or there is not one colour for each marginal.
    """
    from PIL import Image, ImageDraw

    if size < 1:
        raise ValueError(f"size: is {size}, but must be ≥ 1 pixel.")
    if len(colors) != len(backdrop):
        raise ValueError(
            f"colors: are {len(colors)}, but must be one for each of {len(backdrop)} marginals."
        )
    mixture = _Ellipses(rows)
    side = _FINER * size
    sheet = Image.fromarray(ramp(dark)[_levels(mixture, size)]).resize(
        (side, side), Image.Resampling.NEAREST
    )
    pen = ImageDraw.Draw(sheet, "RGBA")  # so that what is drawn is blended in
    unit = side / _USUAL
    for other, other_color in zip(backdrop, colors, strict=True):
        for path in _Ellipses(other).rings(1, unit, side):
            _fill(pen, path, other_color, 0.6)
    paper = "#{:02x}{:02x}{:02x}".format(*SHADES["dark" if dark else "light"][0][1:4])
    strokes = ((1, 4 * unit, paper, 0.8), (1, 2 * unit, color, 1.0), (2, 0.8 * unit, color, 0.8))
    paths = [mixture.rings(sigmas, width, side) for sigmas, width, _, _ in strokes]
    opacities = 0.25 + 0.75 * mixture.weights / mixture.weights.max()
    for index, opacity in enumerate(opacities):
        for rings, (_, _, ink, share) in zip(paths, strokes, strict=True):
            _fill(pen, rings[index], ink, share * opacity)
    return np.asarray(sheet.reduce(_FINER))


class _Ellipses:
    """Half-axes of rows (n, 6)."""

    def __init__(self, rows: ArrayLike) -> None:
        weights, x, y, xx, xy, yy = np.asarray(rows, float).T
        self.weights, self.means = weights, np.stack([x, y], axis=1)
        self.covariances = np.stack([xx, xy, xy, yy], axis=1).reshape(-1, 2, 2)
        values, self.axes = np.linalg.eigh(self.covariances)
        self.half_axes = np.sqrt(np.maximum(values, 0))

    def rings(self, sigmas: float, width: float, side: int) -> Array:
        """Outlines of strokes (n, 2 · corners, 2): once around outside, once back inside."""
        angles = np.linspace(0, 2 * np.pi, _CORNERS)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        scale = side / (1 + 2 * _MARGIN)
        radii = [
            np.maximum(sigmas * self.half_axes + offset, 0)
            for offset in (width / 2 / scale, -width / 2 / scale)
        ]
        edges = [
            np.einsum("nij,nj,cj->nci", self.axes, radius, circle) + self.means[:, None]
            for radius in radii
        ]
        paths = np.concatenate([edges[0], edges[1][:, ::-1]], axis=1)
        return scale * np.stack([paths[..., 0] + _MARGIN, 1 + _MARGIN - paths[..., 1]], axis=-1)


def _levels(mixture: _Ellipses, size: int) -> NDArray[np.uint8]:
    """The density (size, size) in 256 levels, 255 at its maximum."""
    from PIL import Image

    at = (np.arange(_CELLS) + 0.5) / _CELLS * (1 + 2 * _MARGIN) - _MARGIN
    density = np.zeros((_CELLS, _CELLS))
    determinants = np.linalg.det(mixture.covariances)
    inverses = np.linalg.inv(mixture.covariances)
    reach = _FAR * np.sqrt(np.diagonal(mixture.covariances, axis1=1, axis2=2))
    low = np.searchsorted(at, mixture.means - reach)
    high = np.searchsorted(at, mixture.means + reach)
    for k, (weight, mean) in enumerate(zip(mixture.weights, mixture.means, strict=True)):
        across, up = (slice(low[k, d], high[k, d]) for d in (0, 1))
        dx, dy = at[across] - mean[0], at[up, None] - mean[1]
        (xx, xy), (_, yy) = inverses[k]
        exponents = xx * dx**2 + 2 * xy * dx * dy + yy * dy**2
        density[up, across] += weight / np.sqrt(determinants[k]) * np.exp(-exponents / 2)
    density *= 255 / (density.max() or 1.0)
    smooth = Image.fromarray(density[::-1].astype(np.float32)).resize(
        (size, size), Image.Resampling.BILINEAR
    )
    return np.asarray(smooth).astype(np.uint8)


def _fill(pen: ImageDraw, path: Array, color: str, opacity: float) -> None:
    ink: Any = (*rgb(color), round(255 * opacity))
    pen.polygon(path.ravel().tolist(), fill=ink)
