"""Halving and doubling grids."""

import numpy as np
import pytest

from solvers.grids import doubled, halved
from tests.solvers.helpers import axes

DIMS = [(8, 12), (7, 4), (5, 6, 9)]


@pytest.mark.parametrize("dims", DIMS, ids=str)
def test_halving_averages_blocks_and_keeps_the_mass(dims):
    densities = np.random.default_rng(0).random((2, *dims))
    even = np.pad(densities, [(0, 0), *((0, n % 2) for n in dims)])
    coarse = halved(densities)
    assert coarse.shape == (2, *((n + 1) // 2 for n in dims))
    np.testing.assert_allclose(coarse.mean(axis=tuple(range(1, coarse.ndim))), 1)
    corner = even[(slice(None), *[slice(0, 2)] * len(dims))].sum(axis=tuple(range(1, coarse.ndim)))
    share = corner / densities.sum(axis=tuple(range(1, coarse.ndim)))
    np.testing.assert_allclose(coarse[(slice(None), *[0] * len(dims))] / coarse[0].size, share)


@pytest.mark.parametrize("dims", DIMS, ids=str)
def test_doubling_is_exact_for_linear_functions(dims):
    slopes = np.arange(1, len(dims) + 1)
    fine = sum(s * (np.array(x) * max(dims)) for s, x in zip(slopes, axes(dims), strict=True))
    half = tuple((n + 1) // 2 for n in dims)
    coarse = sum(s * (np.array(x) * max(half)) * 2 for s, x in zip(slopes, axes(half), strict=True))
    np.testing.assert_allclose(doubled(coarse[None], dims)[0], fine, atol=1e-12)
