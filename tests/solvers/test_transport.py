"""The push-forward keeps mass exactly and moves it as the map says, on any number of workers."""

import numpy as np
import pytest

from solvers.kernels import c_transform, push_forward
from tests.benchmarks.pictures import uniformity
from tests.solvers.helpers import axes, gaussian, moments, waves

SHAPES = [(32, 32), (20, 33), (40, 9), (2, 2), (10, 10, 10), (6, 11, 8), (2, 2, 2)]


def sums(stack):
    return stack.reshape(len(stack), -1).sum(axis=1)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("spread", [False, True])
@pytest.mark.parametrize("refine", [False, True])
def test_mass_is_kept(rng, shape, spread, refine):
    densities = rng.random((3, *shape)) * np.array([1e-8, 1, 1e8]).reshape(3, *[1] * len(shape))
    for f in (0.1 * rng.standard_normal((3, *shape)), waves(rng, (3, *shape), 0.2)):
        spacing = 1 / max(shape)
        pushed = push_forward(c_transform(f, spacing, refine), densities, spacing, spread)
        np.testing.assert_allclose(sums(pushed), sums(densities), rtol=1e-12)
        assert pushed.min() >= 0


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_identity_returns_the_density(rng, shape):
    densities = rng.random((2, *shape))
    pushed = push_forward(np.zeros_like(densities), densities, 1 / max(shape))
    np.testing.assert_array_equal(pushed, densities)


@pytest.mark.parametrize(
    ("shape", "cells"),
    [((24, 24), (3, -5)), ((16, 30), (0, 4)), ((30, 16), (-7, 2)), ((12, 12, 12), (2, -1, 3))],
    ids=str,
)
def test_translation_by_whole_cells(rng, shape, cells):
    """``f^c = −s·x`` has the map ``x + s``."""
    spacing = 1 / max(shape)
    inner = tuple(slice(max(0, -s), min(n, n - s)) for n, s in zip(shape, cells, strict=True))
    density = np.zeros((1, *shape))
    density[0][inner] = rng.random(density[0][inner].shape)
    linear = -sum(s * spacing * x for s, x in zip(cells, axes(shape), strict=True))
    pushed = push_forward(linear[None], density, spacing)
    expected = np.roll(density[0], cells, axis=tuple(range(len(shape))))
    np.testing.assert_allclose(pushed[0], expected, atol=1e-12)


def test_mass_sent_outside_stays_on_the_border():
    density = np.ones((1, 8, 8))
    x, _ = axes((8, 8))
    pushed = push_forward(np.broadcast_to(-5.0 * x, (1, 8, 8)).copy(), density, 1 / 8)[0]
    np.testing.assert_allclose(pushed[-1], 8)
    assert np.all(pushed[:-1] == 0)


@pytest.mark.parametrize("stretch", [0.4, 1.0, 3.0])
def test_dilation_scales_a_gaussian_without_holes(stretch):
    """``f^c = ½(1 − k)|x − c|²`` has the map ``c + k(x − c)``."""
    dims, std = (96, 96), 0.04
    density = gaussian(dims, (0.5, 0.5), std)
    x, y = axes(dims)
    transform = 0.5 * (1 - stretch) * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    pushed = push_forward(transform[None], density[None], 1 / 96)[0]
    means, stds = moments(pushed)
    np.testing.assert_allclose(means, 0.5, atol=1e-12)
    np.testing.assert_allclose(stds, stretch * std, atol=0.1 / 96)
    expected = gaussian(dims, (0.5, 0.5), stretch * std)
    expected *= density.sum() / expected.sum()
    assert np.abs(pushed - expected).max() < 0.08 * expected.max()


@pytest.mark.parametrize("shape", [(64, 64), (24, 24, 24)], ids=str)
@pytest.mark.parametrize("spread", [False, True])
@pytest.mark.parametrize("normal", [(1, 0, 0), (0, 1, 0), (0.6, 0.8, 0), (0.48, 0.6, 0.64)])
def test_a_tear_leaves_its_gap_empty(shape, spread, normal):
    """``f^c = −s |n · (x − c)|`` moves the two sides of a plane apart, by s each."""
    normal = np.array(normal)[: len(shape)]
    normal = normal / np.linalg.norm(normal)
    spacing, shift = 1 / shape[0], 5 / shape[0]
    x = [a - 0.5 for a in axes(shape)]  # the plane runs between two nodes, or through some
    side = sum(n * a for n, a in zip(normal, x, strict=True))
    ball = (sum(a**2 for a in x) < 0.3**2).astype(float)
    pushed = push_forward((-shift * np.abs(side))[None], ball[None], spacing, spread)[0]
    assert pushed.sum() == pytest.approx(ball.sum())
    gap = np.abs(side) < shift - 2 * spacing
    assert pushed[gap].sum() < 0.005 * ball.sum()
    halves = [np.where(side * sign > 0, ball, 0) for sign in (-1, 1)]
    centres = [(side * half).sum() / half.sum() for half in halves]
    sides = [np.where(side * sign > 0, pushed, 0) for sign in (-1, 1)]
    moved = [(side * half).sum() / half.sum() for half in sides]
    np.testing.assert_allclose(moved, np.add(centres, [-shift, shift]), atol=0.2 * spacing)


def test_an_affine_map_leaves_a_disc_uniform():
    assert uniformity() < 0.01


def test_spreading_blurs_the_identity_by_half_a_cell(rng):
    density = np.zeros((1, 9, 9))
    density[0, 4, 4] = 1
    spread = push_forward(np.zeros_like(density), density, 1 / 9, spread=True)[0]
    np.testing.assert_allclose(spread[4, 3:6].sum(), 0.75, rtol=1e-12)
    np.testing.assert_allclose(spread.sum(axis=0)[3:6], [0.125, 0.75, 0.125], rtol=1e-12)
    even = push_forward(np.zeros((1, 6, 7)), np.ones((1, 6, 7)), 1 / 7, spread=True)
    np.testing.assert_allclose(even, 1, rtol=1e-12)


def test_nan_in_the_map_does_not_crash(rng):
    f = rng.random((1, 12, 12))
    f[0, 3:6, 4] = np.nan
    for spread in (False, True):
        pushed = push_forward(f, rng.random((1, 12, 12)), 1 / 12, spread)
        assert pushed.shape == (1, 12, 12)


@pytest.mark.parametrize("shape", [(33, 20), (9, 6, 7)], ids=str)
def test_results_do_not_depend_on_the_workers(rng, shape, set_workers):
    f, densities = waves(rng, (3, *shape)), rng.random((3, *shape))
    spacing = 1 / max(shape)
    results = []
    for count in (1, 2, 3, 8, 64):
        set_workers(count)
        results.append(push_forward(c_transform(f, spacing), densities, spacing, True))
    for other in results[1:]:
        np.testing.assert_allclose(other, results[0], rtol=1e-12, atol=1e-14)


def test_marginals_do_not_mix(rng):
    f, densities = waves(rng, (4, 18, 18)), rng.random((4, 18, 18))
    together = push_forward(f, densities, 1 / 18)
    for i in range(4):
        alone = push_forward(f[i : i + 1], densities[i : i + 1], 1 / 18)
        np.testing.assert_allclose(together[i], alone[0], rtol=1e-12)
