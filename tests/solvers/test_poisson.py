"""The inverse Laplacian against its eigenfunctions, the cosines."""

import numpy as np
import pytest

from solvers.kernels import inverse_laplacian
from tests.solvers.helpers import axes

CASES = [
    ((16, 16), (1, 0)),
    ((16, 16), (3, 5)),
    ((12, 30), (2, 7)),
    ((30, 12), (0, 11)),
    ((8, 10, 6), (1, 0, 3)),
    ((9, 9, 9), (2, 2, 2)),
]


def cosines(shape, waves):
    """Product of ``cos(π k (i + ½)/n)``."""
    result = np.ones(shape)
    for axis, (n, k) in enumerate(zip(shape, waves, strict=True)):
        line = np.cos(np.pi * k * (np.arange(n) + 0.5) / n)
        result *= line.reshape([-1 if a == axis else 1 for a in range(len(shape))])
    return result


@pytest.mark.parametrize(("shape", "waves"), CASES, ids=str)
def test_discrete_eigenfunctions_are_exact(shape, waves):
    spacing = 1 / max(shape)
    mode = cosines(shape, waves)
    eigenvalue = sum(
        2 * (1 - np.cos(np.pi * k / n)) / spacing**2 for n, k in zip(shape, waves, strict=True)
    )
    np.testing.assert_allclose(
        inverse_laplacian(mode[None], spacing)[0], mode / eigenvalue, rtol=0, atol=1e-13
    )


@pytest.mark.parametrize("proportions", [(1, 1), (2, 3), (4, 1), (2, 1, 1)], ids=str)
def test_second_order_in_the_spacing(proportions):
    waves = (1, 2, 1)[: len(proportions)]
    sides = np.array(proportions) / max(proportions)
    continuum = sum((np.pi * k / side) ** 2 for k, side in zip(waves, sides, strict=True))
    errors = []
    for refinement in (8, 16):
        shape = tuple(refinement * p for p in proportions)
        mode = cosines(shape, waves)
        solution = inverse_laplacian(mode[None], 1 / max(shape))[0]
        errors.append(np.abs(solution * continuum - mode).max() / mode.max())
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize("shape", [(15, 15), (7, 20), (5, 6, 7)], ids=str)
def test_inverts_the_five_point_laplacian_with_closed_sides(rng, shape):
    density, spacing = rng.random(shape), 1 / max(shape)
    u = inverse_laplacian(density[None], spacing)[0]
    laplacian = np.zeros(shape)
    for axis in range(u.ndim):
        slopes = np.diff(u, axis=axis) / spacing
        walls = [(1, 1) if a == axis else (0, 0) for a in range(u.ndim)]
        laplacian += np.diff(np.pad(slopes, walls), axis=axis) / spacing
    np.testing.assert_allclose(-laplacian, density - density.mean(), atol=1e-10)
    assert abs(u.mean()) < 1e-15


def test_constants_vanish():
    assert np.abs(inverse_laplacian(np.full((2, 9, 14), 3.7), 1 / 14)).max() < 1e-15


@pytest.mark.parametrize("shape", [(11, 16), (5, 6, 7)], ids=str)
def test_symmetric_and_positive(rng, shape):
    a, b = rng.standard_normal((2, 1, *shape))
    spacing = 1 / max(shape)
    solved = inverse_laplacian(a, spacing)
    assert (b * solved).sum() == pytest.approx((a * inverse_laplacian(b, spacing)).sum())
    assert (a * solved).sum() > 0


def test_densities_of_a_stack_do_not_mix_and_stay_as_they_are(rng):
    stack = rng.random((3, 12, 12))
    kept = stack.copy()
    together = inverse_laplacian(stack, 1 / 12)
    np.testing.assert_array_equal(stack, kept)
    for density, solution in zip(stack, together, strict=True):
        np.testing.assert_allclose(inverse_laplacian(density[None], 1 / 12)[0], solution)


def test_smooth_density_on_a_rectangle_has_unit_longest_side():
    x, _ = axes((40, 80))  # sides ½ and 1
    density = np.broadcast_to(np.cos(2 * np.pi * x), (40, 80))
    solution = inverse_laplacian(density[None], 1 / 80)[0]
    np.testing.assert_allclose(solution, density / (2 * np.pi) ** 2, atol=1e-4)
