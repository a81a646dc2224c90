"""The convolution agrees with log-sum-exp over all pairs, relative to every single value."""

import numpy as np
import pytest
from scipy.special import logsumexp

from solvers.kernels import log_convolution

SHAPES = [(2, 2), (2, 9), (40, 40), (24, 70), (130, 17), (6, 7, 8), (3, 12, 5), (5, 30, 8)]
REGS = [1.0, 5e-3, 2.5e-3, 4e-4, 1e-5]


def reference(logs, reg, spacing):
    """Line by line in the log domain, (m, *shape)."""
    for axis in range(1, logs.ndim):
        nodes = spacing * np.arange(logs.shape[axis])
        lines = np.moveaxis(logs, axis, -1)
        with np.errstate(divide="ignore"):
            blurred = [logsumexp(lines - (x - nodes) ** 2 / reg, axis=-1) for x in nodes]
        logs = np.moveaxis(np.stack(blurred, -1), -1, axis)
    return logs


def smooth(rng, dims):
    return rng.standard_normal(dims)


def wild(rng, dims):
    """Values from e^-3000 to e^3000 side by side."""
    return 1000 * rng.standard_normal(dims)


def sparse(rng, dims):
    """A few points in the void, of very different masses."""
    logs = np.where(rng.random(dims) < 0.02, 300 * rng.standard_normal(dims), -np.inf)
    logs[:, *np.zeros(len(dims) - 1, int)] = 0.0
    return logs


@pytest.mark.parametrize("fill", [smooth, wild, sparse])
@pytest.mark.parametrize("reg", REGS)
@pytest.mark.parametrize("dims", SHAPES, ids=str)
def test_agrees_with_log_sum_exp(dims, reg, fill):
    logs = fill(np.random.default_rng(0), (2, *dims))
    before = logs.copy()
    found = log_convolution(logs, reg, 1 / max(dims))
    # The difference of two logarithms is a relative error; exponents reach 1e5 at the smallest ε.
    np.testing.assert_allclose(found, reference(logs, reg, 1 / max(dims)), rtol=1e-14, atol=1e-11)
    np.testing.assert_array_equal(logs, before)


@pytest.mark.parametrize("reg", [5e-3, 4.5e-3, 2.4e-3, 2.2e-3], ids=str)
def test_long_lines_by_each_method(reg):
    """Enough nodes for the factored kernel: two axes at once, one by one, and block by block."""
    logs = np.full((1, 301, 307), -np.inf)
    logs[0, 0, 0], logs[0, 3, 200] = 0.0, -100.0
    found = log_convolution(logs, reg, 1 / 307)
    np.testing.assert_allclose(found, reference(logs, reg, 1 / 307), rtol=0, atol=1e-12)


def test_one_point_gives_the_kernel():
    """Down to e^-3990 in the corner opposite."""
    n, reg = 400, 5e-4
    logs = np.full((1, n, n), -np.inf)
    logs[0, 0, 0] = 0.0
    x = np.arange(n) / n
    kernel = -(x[:, None] ** 2 + x**2) / reg
    assert kernel.min() < -3980
    np.testing.assert_allclose(log_convolution(logs, reg, 1 / n)[0], kernel, rtol=1e-14, atol=1e-11)


@pytest.mark.parametrize("reg", [5e-3, 5e-4])
def test_a_density_without_mass_stays_empty(reg):
    logs = np.stack([np.full((50, 50), -np.inf), np.zeros((50, 50))])
    empty, full = log_convolution(logs, reg, 1 / 50)
    assert np.isfinite(empty).all()
    assert empty.max() < -1e299
    assert full.min() > 0


@pytest.mark.parametrize("reg", [5e-3, 5e-4])
def test_scales_and_mirrors(reg):
    rng = np.random.default_rng(1)
    logs = 50 * rng.standard_normal((3, 60, 45))
    found = log_convolution(logs, reg, 1 / 60)
    shifted = log_convolution(logs + 1234.5, reg, 1 / 60)
    np.testing.assert_allclose(shifted, found + 1234.5, rtol=0, atol=1e-11)
    mirrored = log_convolution(logs[:, ::-1, ::-1], reg, 1 / 60)
    np.testing.assert_allclose(mirrored, found[:, ::-1, ::-1], rtol=0, atol=1e-11)
    turned = log_convolution(logs.transpose(0, 2, 1), reg, 1 / 60)
    np.testing.assert_allclose(turned, found.transpose(0, 2, 1), rtol=0, atol=1e-11)
