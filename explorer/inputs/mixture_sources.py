"""Where a Gaussian mixture can come from: presets, pictures, and ellipses of the visitor's own.

Rows are those of `solvers.mixtures.Mixture`: weight, mean, upper triangle of the covariance.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
from numpy.typing import ArrayLike

from explorer.inputs.sources import (
    CATALOGUE_COLOR,
    Marginal,
    built_in,
    handwritten,
    tinted_url,
    typed,
)
from solvers import datasets
from solvers.arrays import Array, FloatArray
from solvers.mixture_fitting import fitted_picture
from solvers.mixture_presets import PRESETS, preset
from solvers.mixtures import Mixture, ellipses, tilted

_PRESET, FITTED = "Mixtures", "Fitted to a silhouette"

# Kinds with a fixed list of choices, in the order of the menu.
MIXTURE_CATALOGUE: dict[str, tuple[str, ...]] = {
    _PRESET: PRESETS,
    FITTED: datasets.silhouette_names(),
}

# The other kind, beside letters and digits; each has an editor of its own.
OWN_MIXTURE = "Your mixture"

MOST_SPELLED = 8
"""Components of a mixture that fits into an address."""

# Cells along each side of the picture that a mixture is fitted to, and fits that are remembered.
FIT_CELLS, _KEPT_FITS = 128, 1024

# An address's digits, and for each number of a component: name, lowest value, span, digits.
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_FIELDS = (
    ("weight", 0.0, 1.0, 2),
    ("x", -2.0, 5.0, 3),
    ("y", -2.0, 5.0, 3),
    ("half-axis", 0.0, 4.0, 3),
    ("half-axis", 0.0, 4.0, 3),
    ("angle", 0.0, np.pi * (1 - 64**-2), 2),
)
_LENGTH = sum(digits for *_, digits in _FIELDS)
_SPELLED = re.compile(rf"(?:[A-Za-z0-9_-]{{{_LENGTH}}}){{1,{MOST_SPELLED}}}")

# A thumbnail's pixels along each side, samples along each side of a pixel, and the opacity of the
# heaviest component within two and within one standard deviation.
_PIXELS, _SAMPLES = 128, 3
_RINGS = ((2.0, 0.35), (1.0, 0.55))
_FAR = 1e6  # Pillow counts pixels in 32 bits
_ANGLES = np.linspace(0, 2 * np.pi, 48, endpoint=False)
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)


@dataclass(frozen=True)
class Fit:
    """Draws a mixture with as many components as are asked for, by fitting it to a picture.

    Attributes
    ----------
    picture : callable
        One of `solvers.datasets`: takes the arguments, then the cells along each side.
    arguments : tuple of str or int
    """

    picture: Callable[..., FloatArray]
    arguments: tuple[str | int, ...]

    def __call__(self, components: int) -> FloatArray:
        """The mixture's rows (n, 6)."""
        return _fitted_rows(self, components)


@lru_cache(_KEPT_FITS)
def _fitted_rows(fit: Fit, components: int) -> FloatArray:
    return np.asarray(fitted_picture(fit.picture(*fit.arguments, FIT_CELLS), components))


@cache
def built_in_mixture(kind: str, choice: str) -> Marginal:
    """A mixture of the catalogue."""
    if kind == FITTED:
        fit = Fit(datasets.silhouette, (choice,))
        return replace(built_in("Silhouettes", choice), draw_plain=fit, kind=kind)
    rows = np.asarray(preset(choice))
    return Marginal(choice, lambda n: rows, kind, choice)


def typed_mixture(characters: str) -> Marginal:
    """A mixture fitted to a typed letter, digit or short word.

    Raises
    ------
    ValueError
        If it cannot be drawn.
    """
    written = typed(characters)
    return replace(written, draw_plain=Fit(datasets.text, (written.source,)))


def handwritten_mixture(digit: int, index: int) -> Marginal:
    """A mixture fitted to a handwritten digit of MNIST."""
    return replace(handwritten(digit, index), draw_plain=Fit(datasets.mnist_digit, (digit, index)))


def own_mixture(rows: ArrayLike, label: str = "mixture") -> Marginal:
    """A mixture of the visitor's own.

    Parameters
    ----------
    rows : array_like, (n, 6)
        At least one; kept as the marginal's `source`, weights scaled to sum 1.
    label : str

    Raises
    ------
    ValueError
        If the rows are no mixture in the plane.
    """
    kept = np.asarray(Mixture.of_rows(rows))
    return Marginal(label, lambda n: kept, OWN_MIXTURE, source=kept)


def spelled_rows(rows: ArrayLike) -> str:
    """A mixture in letters, digits, “-” and “_”, 16 for each component.

    Weights, as fractions of the largest, and angles keep 12 bits; positions and half-axes keep 18,
    which is better than 2·10⁻⁵.

    Raises
    ------
    ValueError
        If the rows are no mixture in the plane, have more than 8 components, or reach too far.
    """
    mixture = Mixture.of_rows(rows)
    if len(mixture) > MOST_SPELLED:
        raise ValueError(
            f"mixture: it has {len(mixture)} components, but an address holds {MOST_SPELLED}."
        )
    half_axes, angles = ellipses(mixture.covariances)
    weights = mixture.weights / mixture.weights.max()
    numbers = np.column_stack([weights, mixture.means, half_axes, angles])
    return "".join(map(_spelled_component, numbers))


def read_rows(text: str) -> FloatArray:
    """The rows (n, 6) of a mixture that `spelled_rows` has spelled, weights of sum 1.

    Raises
    ------
    ValueError
        If the text is no such spelling.
    """
    if not _SPELLED.fullmatch(text):
        raise ValueError(
            f"mixture: must be spelled in letters, digits, “-” and “_”, {_LENGTH} for each of "
            f"1 to {MOST_SPELLED} components."
        )
    parts = [_read_component(text[i : i + _LENGTH]) for i in range(0, len(text), _LENGTH)]
    numbers = np.array(parts)
    covariances = tilted(numbers[:, 3:5], numbers[:, 5])
    return np.asarray(Mixture(numbers[:, 0], numbers[:, 1:3], covariances))


def _spelled_component(numbers: Array) -> str:
    text = ""
    for number, (name, low, span, digits) in zip(numbers, _FIELDS, strict=True):
        steps = 64**digits - 1
        step = max(round((number - low) / span * steps), name in ("weight", "half-axis"))
        if name == "angle":
            step %= steps + 1
        if not 0 <= step <= steps:
            raise ValueError(
                f"mixture: a component has the {name} {number:.3g}, "
                f"but an address holds {low:g} to {low + span:g}."
            )
        text += "".join(_DIGITS[step >> 6 * i & 63] for i in reversed(range(digits)))
    return text


def _read_component(text: str) -> list[float]:
    numbers, at = [], 0
    for _, low, span, digits in _FIELDS:
        step = 0
        for character in text[at : at + digits]:
            step = 64 * step + _DIGITS.index(character)
        at += digits
        numbers.append(low + span * step / (64**digits - 1))
    return numbers


def mixture_thumbnail(rows: ArrayLike, color: str = CATALOGUE_COLOR) -> str:
    """The ellipses of a mixture (n, 6) at one and two standard deviations, as a PNG data URL.

    The heavier a component, the more opaque it is.
    """
    from PIL import Image, ImageDraw

    mixture = Mixture.of_rows(rows)
    side = _PIXELS * _SAMPLES
    sheet = Image.new("RGB", (side, side))  # Pillow blends on colours only
    pen = ImageDraw.Draw(sheet, "RGBA")
    heights = 0.4 + 0.6 * mixture.weights / mixture.weights.max()
    outlines = _CIRCLE @ np.linalg.cholesky(mixture.covariances).swapaxes(1, 2)
    for mean, outline, height in zip(mixture.means, outlines, heights, strict=True):
        for deviations, opacity in _RINGS:
            x, y = (side * (mean + deviations * outline)).T
            corners = np.clip(np.stack([x, side - y], axis=1), -_FAR, _FAR)
            ink = (255, 255, 255, round(255 * opacity * height))
            pen.polygon(corners.ravel().tolist(), fill=ink)
    return tinted_url(np.asarray(sheet.reduce(_SAMPLES))[..., 0], color)
