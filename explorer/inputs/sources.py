"""Where a marginal can come from: the built-in catalogue, and pictures of densities."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.inputs.adjustment import Adjustment
from explorer.theme import rgb
from solvers import datasets, images
from solvers.arrays import Array, FloatArray

MIN_MARGINALS = 2

# Kinds with a fixed list of choices, in the order of the menu.
CATALOGUE: dict[str, tuple[str, ...]] = {
    "Silhouettes": datasets.silhouette_names(),
    "Shapes of the paper": datasets.SHAPES,
    "Street camera": tuple(f"frame {i + 1}" for i in range(datasets.STREET_FRAMES)),
}

# The other kinds; each has an editor of its own.
LETTERS, DIGITS = "Letters", "Handwritten digits"
UPLOAD, DRAWING = "Your picture", "Your drawing"

# Of what can be chosen but has no slot yet.
CATALOGUE_COLOR = "#6b7391"
_THUMBNAIL = 64


@dataclass(frozen=True)
class Marginal:
    """A density, in the plane or in space, that can be drawn at any resolution.

    Attributes
    ----------
    label : str
        Its name for the visitor.
    draw_plain : callable
        Takes n and returns the density before any adjustment, ≥ 0: (n, n), row 0 at the top, or
        (n, n, n), axis 2 upwards.
    kind, choice : str
        Where it stands in the catalogue; empty choice outside it.
    source : object
        Outside the catalogue, what its editor needs to go on from here.
    adjustment : Adjustment
        Volumes have none but the default, which leaves them as they are.
    """

    label: str
    draw_plain: Callable[[int], FloatArray]
    kind: str
    choice: str = ""
    source: Any = field(default=None, compare=False)  # `draw_plain` tells the same already
    adjustment: Adjustment = field(default_factory=Adjustment)

    def draw(self, n: int) -> FloatArray:
        """The density (n, n) or (n, n, n), adjusted, ≥ 0.

        Raises
        ------
        ValueError
            If the adjustment leaves no mass.
        """
        return self.adjustment.apply(self.draw_plain(n))


@cache
def built_in(kind: str, choice: str) -> Marginal:
    """A marginal of the catalogue."""
    index = CATALOGUE[kind].index(choice)
    if kind == "Silhouettes":
        label = silhouette_label(choice)
        return Marginal(label, lambda n: datasets.silhouette(choice, n), kind, choice)
    if kind == "Street camera":
        return Marginal(choice, lambda n: datasets.street_frame(index, n), kind, choice)
    return Marginal(choice, lambda n: datasets.shape(choice, n), kind, choice)


def silhouette_label(choice: str) -> str:
    """The name of a silhouette for the visitor."""
    return choice.replace("-", " ").removesuffix(" variant").removesuffix(" thick")


def typed(characters: str) -> Marginal:
    """A typed letter, digit or short word.

    Raises
    ------
    ValueError
        If it cannot be drawn.
    """
    characters = characters.strip()
    datasets.text(characters, 8)
    return Marginal(
        f"“{characters}”", lambda n: datasets.text(characters, n), LETTERS, source=characters
    )


def handwritten(digit: int, index: int) -> Marginal:
    """A handwritten digit of MNIST."""
    return Marginal(
        f"digit {digit}",
        lambda n: datasets.mnist_digit(digit, index, n),
        DIGITS,
        source=(digit, index),
    )


def drawn(pixels: NDArray[np.uint8], label: str = "drawing") -> Marginal:
    """A drawing of the visitor's own.

    Parameters
    ----------
    pixels : array, (k, k), of uint8
        255 where the drawing is densest, row 0 at the top; kept as the marginal's `source`.
    label : str

    Raises
    ------
    ValueError
        If the pixels are no square of bytes, or all 0.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 2 or len(set(pixels.shape)) != 1:
        raise ValueError(
            f"drawing: its pixels are {pixels.dtype} of shape {pixels.shape}, "
            "but must be uint8 of shape (k, k)."
        )
    if not pixels.any():
        raise ValueError("drawing: it is empty; draw something.")
    kept = pixels.copy()
    return Marginal(label, lambda n: images.resample(kept, n), DRAWING, source=kept)


def picture_url(density: Array, color: str = CATALOGUE_COLOR) -> str:
    """A density (n, n) as a PNG data URL: the colour, as opaque as the density is high."""
    return tinted_url(np.clip(density * (255.0 / max(float(density.max()), 1e-300)), 0, 255), color)


def tinted_url(opacities: Array, color: str) -> str:
    """A colour, ``#rrggbb``, as a PNG data URL: so opaque (rows, columns), 0 to 255."""
    pixels = np.empty((*opacities.shape, 4), np.uint8)
    pixels[..., :3] = rgb(color)
    pixels[..., 3] = opacities
    return png_url(pixels)


def png_url(pixels: NDArray[np.uint8]) -> str:
    """RGBA pixels (rows, columns, 4) as a PNG data URL."""
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(pixels, "RGBA").save(buffer, "PNG")
    return f"data:image/png;base64,{b64encode(buffer.getvalue()).decode()}"


def blank_url() -> str:
    """A picture without anything, for the place of one that is still to be drawn."""
    return png_url(np.zeros((1, 1, 4), np.uint8))


def thumbnail(marginal: Marginal, color: str = CATALOGUE_COLOR) -> str:
    """A small picture of a marginal as a data URL."""
    return picture_url(marginal.draw(_THUMBNAIL), color)


@cache
def catalogue_items(kind: str) -> tuple[dict[str, str], ...]:
    """All choices of a kind with their pictures, for a gallery."""
    marginals = [built_in(kind, choice) for choice in CATALOGUE[kind]]
    return tuple({"label": m.label, "picture": thumbnail(m)} for m in marginals)
