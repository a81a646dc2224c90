"""Random Gaussian mixtures that several tests need."""

from __future__ import annotations

import numpy as np

from solvers.mixtures import Mixture


def random_mixture(rng, count, d=2):
    """A mixture in about the unit cube, its ellipses between 0.03 and some 0.3 long."""
    factors = 0.15 * rng.standard_normal((count, d, d))
    covariances = factors @ factors.swapaxes(1, 2) + 0.03**2 * np.eye(d)
    return Mixture(rng.random(count) + 0.1, rng.random((count, d)), covariances)
