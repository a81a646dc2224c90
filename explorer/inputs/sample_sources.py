"""Where the samples of a marginal can come from: built-in distributions, the visitor's own rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from explorer.frames import Frame
from explorer.inputs.cloud_sources import cloud_thumbnail
from explorer.inputs.sources import CATALOGUE_COLOR, DIGITS, Marginal
from solvers import datasets
from solvers.arrays import Array, FloatArray
from solvers.sample_datasets import (
    DIGIT_SPECIMENS,
    picture_samples,
    random_gaussians,
    ring_and_square,
    ten_components,
    twisted_gaussians,
    two_blocks,
)
from solvers.sample_files import check_rows
from solvers.sample_problem import SampleProblem
from solvers.samples import ArraySamples, FunctionSamples, Samples

# Cells along each side of a picture that samples are drawn from, and of a handwritten digit.
_CELLS, _DIGIT_CELLS = 256, 28
# Samples of a thumbnail.
_DOTS = 160


class Source(ABC):
    """What draws the samples of a marginal: the same ones whenever it is asked.

    Attributes
    ----------
    seed : int
        Of the draws.
    """

    seed: int

    @property
    @abstractmethod
    def samples(self) -> Samples:
        """The distribution."""

    def __call__(self, n: int) -> FloatArray:
        """Draw n samples (n, d)."""
        return self.samples.as_numpy(n, self.seed)


@dataclass(frozen=True)
class OfProblem(Source):
    """A marginal of a built-in problem.

    Attributes
    ----------
    problem : callable
        One of `solvers.sample_datasets`: takes the arguments.
    arguments : tuple of int
    index : int
        Of the marginal.
    seed : int
        Of the draws.
    """

    problem: Callable[..., SampleProblem]
    arguments: tuple[int, ...]
    index: int
    seed: int = 0

    @cached_property
    def samples(self) -> Samples:
        """The distribution."""
        return self.problem(*self.arguments).given[self.index]


@dataclass(frozen=True)
class OfPicture(Source):
    """A picture as a density on the square [−1, 1]².

    Attributes
    ----------
    picture : callable
        One of `solvers.datasets`: takes the arguments, then the cells along each side.
    arguments : tuple of str or int
    cells : int
    seed : int
        Of the draws.
    """

    picture: Callable[..., FloatArray]
    arguments: tuple[str | int, ...]
    cells: int = _CELLS
    seed: int = 0

    @cached_property
    def samples(self) -> Samples:
        """The distribution."""
        return picture_samples(self.picture(*self.arguments, self.cells))


@dataclass(frozen=True)
class Scaled(Source):
    """Another source, so many times as large.

    Attributes
    ----------
    source : OfProblem or OfPicture
    factor : float
    """

    source: OfProblem | OfPicture
    factor: float

    @cached_property
    def samples(self) -> Samples:
        """The distribution."""
        base, factor = self.source.samples, self.factor
        return FunctionSamples(
            base.dimension, lambda count, generator: factor * base.draw(count, generator)
        )

    def __call__(self, n: int) -> FloatArray:
        """Draw n samples (n, d)."""
        return self.factor * self.source(n)


@dataclass(frozen=True, eq=False)
class Rows(Source):
    """Samples of the visitor's own.

    Attributes
    ----------
    rows : array, (m, d)
        In random order.
    """

    rows: Array

    @cached_property
    def samples(self) -> ArraySamples:
        """Their empirical distribution."""
        return ArraySamples(self.rows)

    def __call__(self, n: int) -> FloatArray:
        """Take the first n of them, (n, d); fewer if there are no more."""
        return np.asarray(self.rows[:n], dtype=float)


@dataclass(frozen=True)
class SampledMarginal(Marginal):
    """A marginal known by samples, `draw_plain` a `Source`; no adjustment changes them."""

    def draw(self, n: int) -> FloatArray:
        """Draw n samples (n, d); of the visitor's own, fewer if there are no more."""
        return self.draw_plain(n)


_PLANE: dict[str, OfProblem | OfPicture] = {
    "ring": OfProblem(ring_and_square, (), 0, seed=0),
    "square": OfProblem(ring_and_square, (), 1, seed=1),
    "disc": OfPicture(datasets.text, ("●",), seed=2),
    "cross": OfPicture(datasets.silhouette, ("plus-thick",), seed=3),
    "drop": OfPicture(datasets.shape, ("drop",), seed=4),
    "star": OfPicture(datasets.silhouette, ("star",), seed=5),
    "heart": OfPicture(datasets.silhouette, ("heart",), seed=6),
    "ten Gaussians": OfProblem(ten_components, (), 0, seed=7),
}
_ORDINALS = ("first", "second", "third")
_DIMENSIONS = (2, 4, 8, 16, 32, 64)
_PLANE_KIND = "In the plane"
_SOURCES: dict[str, Mapping[str, Source]] = {
    _PLANE_KIND: _PLANE,
    "In space": {
        name: OfProblem(two_blocks, (), k, seed=k) for k, name in enumerate(("slab", "column"))
    },
    "Random Gaussians": {
        f"{letter} in {dimension}D": OfProblem(random_gaussians, (dimension,), k, seed=k)
        for dimension in _DIMENSIONS
        for k, letter in enumerate("ABC")
    },
    "Three digits 3": {
        f"{ordinal} digit 3": OfPicture(datasets.mnist_digit, (3, index), _DIGIT_CELLS, seed=k)
        for k, (ordinal, index) in enumerate(zip(_ORDINALS, DIGIT_SPECIMENS, strict=True))
    },
}
# The twisted Gaussians are some twelve units wide, figures in the plane two.
_TWISTER_SCALE = 3.0
_TWISTER_SOURCES: dict[str, Mapping[str, Source]] = {
    "Twisted Gaussians": {
        name: OfProblem(twisted_gaussians, (), k, seed=k)
        for k, name in enumerate(("right twist", "lower twist", "top twist"))
    },
    _PLANE_KIND: {name: Scaled(source, _TWISTER_SCALE) for name, source in _PLANE.items()},
}

# Kinds with a fixed list of choices, in the order of the menu, for each page.
SAMPLE_CATALOGUE = {kind: tuple(sources) for kind, sources in _SOURCES.items()}
TWISTER_CATALOGUE = {kind: tuple(sources) for kind, sources in _TWISTER_SOURCES.items()}

# The other kind, beside handwritten digits; each has an editor of its own.
OWN_SAMPLES = "Your samples"


@cache
def built_in_samples(kind: str, choice: str) -> Marginal:
    """Samples of the catalogue of the samples page."""
    return SampledMarginal(choice, _SOURCES[kind][choice], kind, choice)


@cache
def twister_samples(kind: str, choice: str) -> Marginal:
    """Samples of the catalogue of the twister page, in its units."""
    return SampledMarginal(choice, _TWISTER_SOURCES[kind][choice], kind, choice)


def handwritten_samples(digit: int, index: int) -> Marginal:
    """A handwritten digit of MNIST as a density on the square [−1, 1]²."""
    source = OfPicture(datasets.mnist_digit, (digit, index), _DIGIT_CELLS)
    return SampledMarginal(f"digit {digit}", source, DIGITS, source=(digit, index))


def uploaded_samples(rows: Array, label: str = "samples") -> Marginal:
    """Samples of the visitor's own.

    Parameters
    ----------
    rows : array, (n, d), of float32
        As from `solvers.sample_files.read_samples`; kept as the marginal's `source`.
    label : str

    Raises
    ------
    ValueError
        If they are no such rows.
    """
    check_rows(rows)
    kept = rows.copy()
    return SampledMarginal(label, Rows(kept), OWN_SAMPLES, source=kept)


def samples_thumbnail(marginal: Marginal, color: str = CATALOGUE_COLOR) -> str:
    """A small picture of a marginal as a data URL: dots, those of d > 3 in their leading plane."""
    samples = marginal.draw(_DOTS)
    return cloud_thumbnail(Frame.around([samples]).rows(samples), color)
