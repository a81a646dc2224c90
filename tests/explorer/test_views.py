"""Densities as bytes, on a scale that all solvers share."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.views.density import common_scale, to_bytes
from solvers import GridProblem
from solvers.datasets import shape
from solvers.sharpness import full_density


def test_bytes_keep_order_and_scale():
    density = np.array([[0.0, 1.0], [2.0, 4.0]])
    levels = np.frombuffer(to_bytes(density, 4.0), np.uint8)
    assert list(levels) == [0, 63, 127, 255]
    assert list(np.frombuffer(to_bytes(density, 2.0), np.uint8)) == [0, 127, 255, 255]


def test_one_spike_does_not_darken_the_picture():
    density = np.ones((64, 64))
    density[0, 0] = 1000.0
    assert full_density(density) == 1.0


def test_the_scale_of_copies_in_two_sizes_is_that_of_the_size_between():
    """Sides of 16 and 32 cells average to 24; densities go with the squares."""
    marginals = np.zeros((2, 64, 64))
    marginals[0, :16, :16], marginals[1, :32, :32] = 16.0, 4.0
    assert common_scale(marginals, np.array([0.5, 0.5])) == pytest.approx((64 / 24) ** 2)
    assert common_scale(marginals, np.array([1.0, 0.0])) == pytest.approx(16)


def test_the_scale_is_of_the_order_of_real_barycenters():
    problem = GridProblem([shape(name, 64) for name in ("two discs", "ring")])
    full = [full_density(density) for density in problem.marginals]
    assert min(full) < common_scale(problem.marginals, problem.weights) < max(full)
