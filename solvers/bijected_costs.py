"""Squared distances after a bijection of the space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.costs import MappedCosts, check_dimension
from solvers.ground import weighted_means


@dataclass(frozen=True, eq=False)
class Bijected(MappedCosts):
    """``c(x, y) = |h(x) − h(y)|²``; ground barycentres are ``h⁻¹(Σ α_k h(y_k))``.

    Parameters
    ----------
    forward, inverse : callable
        h and h⁻¹ on points (n, d), (n, d).
    derivative : callable
        ``h'(x)ᵀ s`` for points x (n, d) and vectors s (n, d), (n, d).
    name : str
        What h is, for the page.
    dimension : int
        2 or 3.

    Raises
    ------
    ValueError
        If the dimension is another.
    """

    forward: Callable[[FloatArray], FloatArray]
    inverse: Callable[[FloatArray], FloatArray]
    derivative: Callable[[FloatArray, FloatArray], FloatArray]
    name: str = "a bijection"
    dimension: int = 2

    def __post_init__(self) -> None:
        check_dimension(self.dimension)

    @property
    def formula(self) -> str:
        return f"c(x, y) = ‖h(x) − h(y)‖², h {self.name}"

    def project(self, k: int, x: Array) -> FloatArray:
        return self.forward(x)

    def placed(self, k: int, y: Array) -> FloatArray:
        return self.forward(y)

    def pullback(self, k: int, x: Array, slopes: Array) -> FloatArray:
        return self.derivative(x, slopes)

    def barycentres(
        self, ys: Sequence[Array], weights: Array, start: Array | None = None
    ) -> FloatArray:
        return self.inverse(weighted_means([self.forward(y) for y in ys], weights))


class Twister(Bijected):
    """``|h(x) − h(y)|²`` in the plane, h a rotation that grows with the distance from a centre.

    The twister of Kolesov et al. (NeurIPS 2024, energy-guided barycenters): h turns x about the
    centre by 0.4 times its distance in a world of radius 5, here in a square of side 1.

    Parameters
    ----------
    strength : float
        Angle in radians at distance 1 from the centre; finite.
    centre : pair of float

    Raises
    ------
    ValueError
        If a number is not finite.
    """

    def __init__(self, strength: float = 4.0, centre: tuple[float, float] = (0.5, 0.5)) -> None:
        if not np.isfinite([strength, *centre]).all():
            raise ValueError("strength, centre: must be finite.")
        twist = _Twist(strength, np.array(centre))
        super().__init__(
            twist.forward, twist.inverse, twist.derivative,
            "a twist that grows with the distance from the middle",
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Twist:
    strength: float
    centre: FloatArray

    def forward(self, x: FloatArray) -> FloatArray:
        return self._turned(x, self.strength)

    def inverse(self, x: FloatArray) -> FloatArray:
        return self._turned(x, -self.strength)  # a rotation keeps the distance

    def derivative(self, x: FloatArray, slopes: FloatArray) -> FloatArray:
        """With ``h(x) = R(s|x|) x`` it is ``R(−s|x|) a + s (a·h(x)^⊥) x/|x|`` of slopes a."""
        away, distance = self._away(x)
        turned = rotated(away, self.strength * distance)
        across = np.stack([-turned[:, 1], turned[:, 0]], axis=1)
        outwards = away / np.where(distance > 0, distance, 1.0)[:, None]
        growth = self.strength * (slopes * across).sum(axis=1, keepdims=True)
        return np.asarray(rotated(slopes, -self.strength * distance) + growth * outwards)

    def _turned(self, x: FloatArray, strength: float) -> FloatArray:
        away, distance = self._away(x)
        return np.asarray(self.centre + rotated(away, strength * distance))

    def _away(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        away = x - self.centre
        return away, np.hypot(away[:, 0], away[:, 1])


def rotated(vectors: FloatArray, angles: FloatArray) -> FloatArray:
    """Vectors (n, 2) turned by angles (n,) in radians, counter-clockwise."""
    cosine, sine = np.cos(angles), np.sin(angles)
    x, y = vectors.T
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=1)
