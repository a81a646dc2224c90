"""Pictures, which are what is shown, recorded and sent: densities as one byte a cell."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from solvers.arrays import Array
from solvers.sharpness import full_density

Levels: TypeAlias = NDArray[np.uint8]
# Levels of a density, or rows of a measure in float32: mass, then what it sits on.
Picture: TypeAlias = NDArray[Any]


def to_levels(density: Array, full: float) -> Levels:
    """A density (*shape) in 256 levels, 255 from the density `full` on."""
    scaled = density * (255.0 / full)
    return np.clip(scaled, 0, 255, out=scaled).astype(np.uint8)


class CommonScale:
    """The full density of barycenters of some marginals, the same for all solvers.

    Where the marginals are copies of each other in several sizes, lengths average over them, so
    that densities in d dimensions average as ``Σ α_i ρ_i^(−1/d)``. The scale does not depend on the
    iterate: no picture changes its brightness because another one does.

    Parameters
    ----------
    marginals : array, (m, *shape)
        Each of mean 1.
    """

    def __init__(self, marginals: Array) -> None:
        self._power = -1.0 / (marginals.ndim - 1)
        self._lengths = np.array([full_density(m) for m in marginals]) ** self._power

    def at(self, weights: Array) -> float:
        """The full density for weights (m,) of sum 1."""
        return float((weights @ self._lengths) ** (1 / self._power))
