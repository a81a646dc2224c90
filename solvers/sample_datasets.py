"""Built-in problems of distributions known by samples.

Points live in world units about the origin, a few units wide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import Array, FloatArray
from solvers.bijected_costs import Twister
from solvers.costs import Costs
from solvers.datasets import mnist_digit
from solvers.exact_gaussians import BijectedAnswer, BijectedGaussian, GaussianAnswer
from solvers.problems import normalised_weights
from solvers.sample_problem import ExactAnswer, SampleProblem
from solvers.samples import FunctionSamples, GaussianSamples, Samples

if TYPE_CHECKING:  # torch takes seconds to import
    from torch import Generator, Tensor

RING = (0.5, 1.0)
"""Inner and outer radius of the ring."""

TWIST = Twister(0.4, (0.0, 0.0))
"""The twister's cost ``|h(x) − h(y)|²``, h a rotation by 0.4 |x|."""

TWISTER_CENTRES = ((0.0, 4.0), (3.46, -2.0), (-3.46, -2.0))

DIGIT_SPECIMENS = (0, 1, 2)

_BLOCKS = ((1.0, 1.0, 0.25), (0.25, 0.5, 1.5))
_DIGIT_CELLS = 28
_COMPONENTS, _RADIUS, _DEVIATION = 10, 2.0, 0.15
# Eigenvalues of random covariances are between 1/3 and 3.
_CONDITION = 9.0
# Those of the energy-guided paper's Gaussians form a geometric sequence from 1/2 to 2.
_LEAST, _LARGEST = 0.5, 2.0
_ENERGY_WEIGHTS = (0.25, 0.25, 0.5)


def ring_and_square(weights: ArrayLike | None = None) -> SampleProblem:
    """Uniform on a ring of radii ½ and 1 and on a square of half side 1 (NWB, figure 4)."""
    return SampleProblem(
        [FunctionSamples(2, _ring, "ring"), UniformBox((1.0, 1.0), "square")], weights
    )


def hole_radius(problem: SampleProblem) -> float:
    """Radius of a disc about the origin without mass of the barycenter of `ring_and_square`.

    The middle of the square is sent to the edge of the ring's hole: so the barycenter's hole is
    that of the ring times the ring's weight.
    """
    return RING[0] * float(problem.weights[problem.kept.index(0)]) if 0 in problem.kept else 0.0


def two_blocks(weights: ArrayLike | None = None) -> SampleProblem:
    """Uniform on a slab and on a column in space (NWB, figure 4); the barycenter is a block."""
    given = tuple(UniformBox(*block) for block in zip(_BLOCKS, ("slab", "column"), strict=True))
    lambdas = normalised_weights(np.ones(2) if weights is None else weights, 2)
    return SampleProblem(given, lambdas, exact=BoxAnswer.of(given, lambdas))


def digits(
    specimens: Sequence[int] = DIGIT_SPECIMENS, weights: ArrayLike | None = None
) -> SampleProblem:
    """Pictures of a digit 3 as densities on the square [−1, 1]² (NWB, figure 4)."""
    return SampleProblem(
        [
            picture_samples(mnist_digit(3, index, _DIGIT_CELLS), f"digit {index}")
            for index in specimens
        ],
        weights,
    )


def random_gaussians(
    dimension: int = 2, seed: int = 0, weights: ArrayLike | None = None
) -> SampleProblem:
    """Three centred Gaussians of random axes, condition number below 9 (NWB, section 4.3).

    Eigenvalues are log-uniform from ⅓ to 3.
    """
    rng = np.random.default_rng(seed)
    exponents = rng.uniform(-0.5, 0.5, (3, dimension))
    return _gaussians(_CONDITION**exponents, rng, weights)


def energy_gaussians(
    dimension: int = 2,
    reg: float = 0.01,
    seed: int = 0,
    weights: ArrayLike | None = _ENERGY_WEIGHTS,
) -> SampleProblem:
    """Three centred Gaussians of random axes, eigenvalues a geometric sequence from ½ to 2.

    Weights are ¼, ¼ and ½ (Kolesov et al., 2024, appendix C.4, after Korotin et al., 2022).
    """
    spectrum = np.geomspace(_LEAST, _LARGEST, dimension)
    rng = np.random.default_rng(seed)
    return _gaussians(np.tile(spectrum, (3, 1)), rng, weights, reg)


def ten_components() -> SampleProblem:
    """One mixture of ten Gaussians on a circle: its own barycenter (NWB, figure 3)."""
    mixture = FunctionSamples(2, _components, "mixture")
    return SampleProblem([mixture], exact=ExactAnswer(mixture))


def twisted_gaussians(
    costs: Costs | None = TWIST, reg: float = 0.01, weights: ArrayLike | None = None
) -> SampleProblem:
    """The 2D twister: ``h⁻¹ # N(c_k, I)`` (Kolesov et al., 2024, section 5.1).

    The answer is known for the cost `TWIST`; other costs may be asked for on the same data, None is
    ``½|x − y|²``.
    """
    gaussians = [
        GaussianSamples(centre, np.eye(2), f"twisted {k + 1}")
        for k, centre in enumerate(TWISTER_CENTRES)
    ]
    given = [BijectedGaussian(gaussian, TWIST) for gaussian in gaussians]
    exact = None
    if costs is TWIST:
        lambdas = normalised_weights(np.ones(3) if weights is None else weights, 3)
        exact = BijectedAnswer.of(GaussianAnswer.of(gaussians, lambdas, reg), TWIST)
    return SampleProblem(given, weights, costs, reg, exact)


def picture_samples(picture: Array, name: str = "") -> Samples:
    """A density (n, n), ≥ 0, row 0 at the top, on [−1, 1]²: a pixel, then a place inside it."""
    n = len(picture)
    masses = np.asarray(picture, dtype=float).ravel() / picture.sum()

    def draw(count: int, generator: Generator) -> Tensor:
        import torch

        picked = torch.multinomial(torch.from_numpy(masses), count, True, generator=generator)
        row, column = picked // n, picked % n
        corners = torch.stack([column, n - 1 - row], dim=1)
        return 2 / n * (corners + torch.rand((count, 2), generator=generator)) - 1

    return FunctionSamples(2, draw, name)


class UniformBox(Samples):
    """The uniform distribution on a box about the origin.

    Parameters
    ----------
    half_sides : sequence of float, (d,)
        > 0.
    name : str
    """

    def __init__(self, half_sides: Sequence[float], name: str = "") -> None:
        self.half_sides = np.array(half_sides)
        self.dimension = len(half_sides)
        self.name = name

    @cached_property
    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Zero, and a third of the squared half sides."""
        return np.zeros(self.dimension), np.diag(self.half_sides**2 / 3)

    def draw(self, count: int, generator: Generator) -> Tensor:
        """Uniform draws (count, d), float32."""
        import torch

        unit = 2 * torch.rand((count, self.dimension), generator=generator) - 1
        return unit * torch.from_numpy(self.half_sides).float()


@dataclass(frozen=True, eq=False)
class BoxAnswer(ExactAnswer):
    """The barycenter of uniform distributions on boxes: half sides are averaged.

    Make it with `of`.
    """

    given: tuple[UniformBox, ...]
    lambdas: FloatArray

    @classmethod
    def of(cls, given: tuple[UniformBox, ...], weights: FloatArray) -> BoxAnswer:
        """The answer for weights (K,) of sum 1."""
        half_sides = weights @ np.stack([box.half_sides for box in given])
        return cls(UniformBox(half_sides, "barycenter"), given, weights)

    def reweighted(self, weights: FloatArray) -> BoxAnswer:
        """The same boxes with other weights (K,) of sum 1."""
        return BoxAnswer.of(self.given, weights)

    def maps(self, k: int, x: Array) -> FloatArray:
        """Each axis is stretched by itself."""
        source = self.given[int(np.flatnonzero(self.lambdas)[k])]
        return np.asarray(
            x * (self.lambdas @ [b.half_sides for b in self.given]) / source.half_sides
        )


def _gaussians(
    spectra: Array, rng: np.random.Generator, weights: ArrayLike | None, reg: float = 0.0
) -> SampleProblem:
    """Centred Gaussians of random axes and given eigenvalues (K, d)."""
    count, dimension = spectra.shape
    given = []
    for k, spectrum in enumerate(spectra):
        axes, _ = np.linalg.qr(rng.normal(size=(dimension, dimension)))
        covariance = (axes * spectrum) @ axes.T
        given.append(GaussianSamples(np.zeros(dimension), covariance, f"Gaussian {k + 1}"))
    lambdas = normalised_weights(np.ones(count) if weights is None else weights, count)
    return SampleProblem(given, lambdas, reg=reg, exact=GaussianAnswer.of(given, lambdas, reg))


def _ring(count: int, generator: Generator) -> Tensor:
    import torch

    inner, outer = RING
    radius, angle = torch.rand((2, count), generator=generator)
    radius = torch.sqrt(inner**2 + (outer**2 - inner**2) * radius)
    return radius[:, None] * _directions(2 * np.pi * angle)


def _components(count: int, generator: Generator) -> Tensor:
    import torch

    which = torch.randint(_COMPONENTS, (count,), generator=generator)
    centres = _RADIUS * _directions(2 * np.pi / _COMPONENTS * which)
    return centres + _DEVIATION * torch.randn((count, 2), generator=generator)


def _directions(angles: Tensor) -> Tensor:
    import torch

    return torch.stack([torch.cos(angles), torch.sin(angles)], dim=1)


SAMPLE_DATASETS: dict[str, Callable[[], SampleProblem]] = {
    "ring and square": ring_and_square,
    "two blocks": two_blocks,
    "digit 3": digits,
    "random Gaussians": random_gaussians,
    "energy-guided Gaussians": energy_gaussians,
    "ten components": ten_components,
    "twister": twisted_gaussians,
}
"""What makes each built-in problem, by its name; with other arguments, other ones of its kind."""
