"""Ground costs after a projection: onto circles in the plane, and from space onto planes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from solvers.arrays import Array, FloatArray
from solvers.costs import MappedCosts, Total
from solvers.ground import minimised
from solvers.problems import real_numbers

MIN_USUAL, MAX_USUAL = 2, 4

# Where ground barycentres for circles are looked for first: points along each side of a lattice,
# and on rings around each centre, where the projection turns fastest, as shares of the radius.
_LATTICE, _RINGS, _RING_POINTS = 40, (0.01, 0.03, 0.1, 0.3), 16
# The side of the square in which they are looked for, in units of the circles' extent.
_ROOM = 1.5
# How near to a centre, as a share of the radius, stands for as near as one likes.
_NEAR = 1e-6
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Circles(MappedCosts):
    """``c_k(x, y) = |P_k(x) − y|²`` in the plane, P_k the nearest point on circle k.

    A centre goes to the rightmost point of its circle. The sum that a ground barycentre minimises
    is not convex, jumps at the centres, and may fall for ever towards infinity. So barycentres are
    looked for in a square around the circles, half as wide again as they are, grown to hold the
    tuple and the start: on a lattice, on rings around the centres and close to these on the side of
    the y_k, then by descent from the best places.

    Parameters
    ----------
    centres : array_like, (K, 2)
    radii : array_like, (K,)
        Positive.

    Raises
    ------
    ValueError
        If shapes do not fit, or a number is out of its range.
    """

    centres: FloatArray
    radii: FloatArray

    dimension: ClassVar[int] = 2  # type: ignore[misc]
    runs: ClassVar[int] = 3

    def __init__(self, centres: ArrayLike, radii: ArrayLike) -> None:
        points, sizes = real_numbers("centres", centres), real_numbers("radii", radii)
        if points.ndim != 2 or points.shape[1] != 2 or not len(points):
            raise ValueError(f"centres: have the shape {points.shape}, but must have (K, 2).")
        if sizes.shape != points.shape[:1]:
            raise ValueError(
                f"radii: have the shape {sizes.shape}, but must have {points.shape[:1]}."
            )
        if not np.isfinite(points).all():
            raise ValueError("centres: must be finite.")
        if not (np.isfinite(sizes) & (sizes > 0)).all():
            raise ValueError("radii: must be finite and positive.")
        object.__setattr__(self, "centres", points)
        object.__setattr__(self, "radii", sizes)

    @classmethod
    def usual(cls, count: int) -> Circles:
        """2 to 4 circles in the unit square, each meeting all others."""
        check_usual(count)
        angles = 2 * np.pi * np.arange(count) / count + (np.pi / 4 if count == 4 else np.pi / 2)
        if count == 2:
            angles -= np.pi / 2
        centres = 0.5 + 0.17 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return cls(centres, np.full(count, 0.26))

    @property
    def count(self) -> int:
        return len(self.radii)

    @property
    def formula(self) -> str:
        return "cₖ(x, y) = |Pₖ(x) − y|², Pₖ(x) the point of circle k that is nearest to x"

    def project(self, k: int, x: Array) -> FloatArray:
        """The points of circle k that are nearest to points x (n, 2), (n, 2)."""
        return np.asarray(self.centres[k] + self.radii[k] * self._outwards(k, x)[0])

    def pullback(self, k: int, x: Array, slopes: Array) -> FloatArray:
        outwards, distance = self._outwards(k, x)
        along = slopes - (slopes * outwards).sum(axis=1, keepdims=True) * outwards
        with np.errstate(over="ignore", invalid="ignore"):
            turned = self.radii[k] * along / np.maximum(distance, _TINY)
        return np.where(np.isfinite(turned), turned, 0.0)

    def barycentres(
        self, ys: Sequence[Array], weights: Array, start: Array | None = None
    ) -> FloatArray:
        starts = [] if start is None else [start]
        held = [*starts, *(ys[k] for k in np.flatnonzero(weights).tolist())]
        low, high = self._square
        low, high = np.minimum(low, np.min(held, axis=0)), np.maximum(high, np.max(held, axis=0))
        total = Total(self, ys, weights)

        def evaluate(x: FloatArray, rows: Array) -> tuple[FloatArray, FloatArray]:
            inside = np.clip(x, low[rows], high[rows])
            values, gradients = total(inside, rows)
            return values, np.where(inside == x, gradients, 0.0)

        candidates = [*starts, *self._candidates(ys, weights)]
        return np.clip(minimised(evaluate, candidates, self.runs), low, high)

    def _candidates(self, ys: Sequence[Array], weights: Array) -> list[FloatArray]:
        beside = [
            centre + _NEAR * radius * self._outwards(k, ys[k])[0]
            for k, (centre, radius) in enumerate(zip(self.centres, self.radii, strict=True))
        ]
        return [*self._best_probes(ys, weights), *beside, *super()._candidates(ys, weights)]

    def _outwards(self, k: int, x: Array) -> tuple[FloatArray, FloatArray]:
        """Unit vectors (n, 2) from the centre of circle k to points, and distances (n, 1)."""
        away = x - self.centres[k]
        distance = np.hypot(away[:, :1], away[:, 1:])
        with np.errstate(invalid="ignore"):
            outwards = away / distance
        return np.where(distance > 0, outwards, [1.0, 0.0]), distance

    @property
    def _square(self) -> tuple[FloatArray, FloatArray]:
        """Lower left and upper right corner (2,) of where barycentres may be."""
        reach = self.radii[:, None]
        low, high = (self.centres - reach).min(axis=0), (self.centres + reach).max(axis=0)
        middle, half = (low + high) / 2, _ROOM * (high - low).max() / 2
        return middle - half, middle + half

    def _probes(self) -> tuple[FloatArray, FloatArray]:
        """Points (m, 2) of the lattice, and of the rings."""
        sides = [np.linspace(*ends, _LATTICE) for ends in zip(*self._square, strict=True)]
        lattice = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
        angles = 2 * np.pi * np.arange(_RING_POINTS) / _RING_POINTS
        ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        rings = [
            centre + share * radius * ring
            for centre, radius in zip(self.centres, self.radii, strict=True)
            for share in _RINGS
        ]
        return lattice, np.concatenate(rings)

    def _best_probes(self, ys: Sequence[Array], weights: Array) -> list[FloatArray]:
        """The best probe of each kind for each tuple, (n, 2) each.

        ``|P_k(x) − y|²`` is ``−2r⟨u_k(x), y − c_k⟩`` but for a term without x, u_k the unit vector
        from the centre: one product of matrices tries all probes with all tuples.
        """
        wanted = [
            weight * radius * (y - centre)
            for weight, radius, y, centre in zip(weights, self.radii, ys, self.centres, strict=True)
        ]
        pull = np.concatenate(wanted, axis=1, dtype=np.float32)
        best = []
        for probes in self._probes():
            outwards = [self._outwards(k, probes)[0] for k in range(self.count)]
            gains = pull @ np.concatenate(outwards, axis=1, dtype=np.float32).T
            best.append(probes[gains.argmax(axis=1)])
        return best


@dataclass(frozen=True, eq=False)
class Projections(MappedCosts):
    """``c_k(x, y) = |P_k x − y|^power``, P_k linear from space to a plane: shadows.

    Parameters
    ----------
    matrices : array_like, (K, 2, 3)
        Each of rank 2.
    power : int
        2: ground barycentres solve a least-squares problem. 1: they are looked for by descent, like
        a geometric median. What no P_k sees stays as in the start, or as in the middle (½, ½, ½) of
        the cube.

    Raises
    ------
    ValueError
        If the shape does not fit, a matrix has a lower rank, or the power is another.
    """

    matrices: FloatArray
    power: int

    dimension: ClassVar[int] = 3  # type: ignore[misc]
    same_space: ClassVar[bool] = False

    def __init__(self, matrices: ArrayLike, power: int = 1) -> None:
        given = real_numbers("matrices", matrices)
        if given.ndim != 3 or given.shape[1:] != (2, 3) or not len(given):
            raise ValueError(f"matrices: have the shape {given.shape}, but must have (K, 2, 3).")
        if not np.isfinite(given).all():
            raise ValueError("matrices: must be finite.")
        for k, rank in enumerate(np.linalg.matrix_rank(given)):
            if rank < 2:
                raise ValueError(f"matrices: matrix {k} has rank {rank}, but must have rank 2.")
        if power not in (1, 2):
            raise ValueError(f"power: is {power:g}, but must be 1 or 2.")
        object.__setattr__(self, "matrices", given)
        object.__setattr__(self, "power", power)

    @classmethod
    def usual(cls, count: int, power: int = 1) -> Projections:
        """2 to 4 shadows of the unit cube that fill the unit square.

        In this order: (x, y), seen from above, without z; (x, z), seen from the front, without y;
        (y, z), seen from the side, without x; and ((x + y)/2, z), seen along a diagonal of the
        floor and narrowed to the square.
        """
        check_usual(count)
        rows = np.array(
            [
                [[1, 0, 0], [0, 1, 0]],
                [[1, 0, 0], [0, 0, 1]],
                [[0, 1, 0], [0, 0, 1]],
                [[0.5, 0.5, 0], [0, 0, 1]],
            ]
        )
        return cls(rows[:count], power)

    @property
    def count(self) -> int:
        return len(self.matrices)

    @property
    def marginal_dimension(self) -> int:
        return 2

    @property
    def formula(self) -> str:
        exponent = "²" if self.power == 2 else ""
        return f"cₖ(x, y) = |Pₖ(x) − y|{exponent}, Pₖ the shadow on a plane"

    def project(self, k: int, x: Array) -> FloatArray:
        """The shadows (n, 2) of points x (n, 3) that marginal k is compared with."""
        return np.asarray(x @ self.matrices[k].T)

    def pullback(self, k: int, x: Array, slopes: Array) -> FloatArray:
        return np.asarray(slopes @ self.matrices[k])

    def barycentres(
        self, ys: Sequence[Array], weights: Array, start: Array | None = None
    ) -> FloatArray:
        if self.power == 2:
            return self._least_squares(ys, weights, start)
        return super().barycentres(ys, weights, start)

    def _candidates(self, ys: Sequence[Array], weights: Array) -> list[FloatArray]:
        return [self._least_squares(ys, weights, None)]

    def _least_squares(
        self, ys: Sequence[Array], weights: Array, start: Array | None
    ) -> FloatArray:
        """``argmin_x Σ α_k |P_k x − y_k|²``, the one nearest to the start."""
        origin = np.full((len(ys[0]), 3), 0.5) if start is None else start
        normal = np.einsum("k,kij,kil->jl", weights, self.matrices, self.matrices)
        missing = sum(
            self.pullback(k, origin, weights[k] * (y - self.project(k, origin)))
            for k, y in enumerate(ys)
        )
        return np.asarray(origin + missing @ np.linalg.pinv(normal, hermitian=True))


def check_usual(count: int) -> None:
    """Raise a ValueError unless there are usual circles and shadows for so many marginals."""
    if not MIN_USUAL <= count <= MAX_USUAL:
        raise ValueError(
            f"measures: {count} given, but these costs are for {MIN_USUAL} to {MAX_USUAL}."
        )
