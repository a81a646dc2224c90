"""The c-transform is the exact minimum over all nodes; its envelope is congruent and idempotent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from solvers.boxes import Box
from solvers.kernels import c_transform, congruent_envelope
from tests.solvers.helpers import axes, waves

SHAPES = [(12, 12), (9, 17), (21, 6), (2, 2), (2, 11), (7, 7, 7), (3, 8, 5), (2, 2, 2)]


def brute_force(potentials):
    """``min_y ½|x − y|² − f(y)`` over all pairs of nodes."""
    shape = potentials.shape[1:]
    nodes = np.stack(np.broadcast_arrays(*axes(shape)), axis=-1).reshape(-1, len(shape))
    cost = 0.5 * ((nodes[:, None] - nodes[None]) ** 2).sum(axis=-1)
    return np.stack([(cost - f.ravel()).min(axis=1).reshape(shape) for f in potentials])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("amplitude", [1e-3, 0.05, 10.0])
def test_equals_the_minimum_over_all_nodes(rng, shape, amplitude):
    f = amplitude * rng.standard_normal((3, *shape))
    np.testing.assert_allclose(
        c_transform(f, 1 / max(shape)), brute_force(f), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_non_convex_wells_ties_and_kinks(shape):
    x = sum(axes(shape))
    f = np.stack([np.round(np.sin(9 * x), 1), -np.abs(x - 0.4), 2 * x**2, np.zeros(shape)])
    np.testing.assert_allclose(c_transform(f, 1 / max(shape)), brute_force(f), atol=1e-12)


@given(arrays(float, (1, 5, 4), elements=st.floats(-3, 3, width=32)))
def test_any_small_potential(f):
    np.testing.assert_allclose(c_transform(f, 1 / 5), brute_force(f), rtol=0, atol=1e-12)


@pytest.mark.parametrize("a", [-4.0, -0.7, 0.3, 0.8])
def test_refined_is_nearer_to_the_continuum(a):
    # f = ½a|x − q|² has f^c = −½a/(1 − a)·|x − q|², with the minimiser y = (x − aq)/(1 − a).
    n, q = 32, (0.47, 0.52)
    x, y = axes((n, n))
    squared = (x - q[0]) ** 2 + (y - q[1]) ** 2
    f = 0.5 * a * squared[None]
    exact = -0.5 * a / (1 - a) * squared
    inner = np.ones((n, n), dtype=bool)
    for coordinate, centre in zip((x, y), q, strict=True):
        inner = inner & (np.abs((coordinate - a * centre) / (1 - a) - 0.5) < 0.5 - 2 / n)
    plain, refined = (np.abs(c_transform(f, 1 / n, r)[0] - exact)[inner].max() for r in (0, 1))
    assert plain > 1e-5
    assert refined < 1e-12


def test_refined_is_below_plain_and_at_most_a_cell_away(rng):
    f, spacing = waves(rng, (2, 24, 30)), 1 / 30
    gap = c_transform(f, spacing) - c_transform(f, spacing, refine=True)
    assert gap.min() > -1e-15
    assert 0 < gap.max() < spacing**2


@pytest.mark.parametrize("shape", [(16, 16), (10, 25), (6, 7, 8)], ids=str)
def test_third_conjugate_is_the_first(rng, shape):
    f, spacing = 0.1 * rng.standard_normal((2, *shape)), 1 / max(shape)
    first = c_transform(f, spacing)
    second = c_transform(first, spacing)
    assert (second - f).min() > -1e-14
    np.testing.assert_allclose(c_transform(second, spacing), first, atol=1e-13)


@pytest.mark.parametrize("shape", [(16, 16), (10, 25), (6, 7, 8)], ids=str)
def test_envelope_is_congruent_and_never_lowers_the_dual(rng, shape):
    weights, spacing = np.array([0.5, 0.2, 0.3]), 1 / max(shape)
    densities = rng.random((3, *shape))
    f = 0.1 * rng.standard_normal((3, *shape))
    f -= np.tensordot(weights, f, axes=1)
    envelope = congruent_envelope(f, weights, [Box.whole(shape)] * 3, Box.whole(shape), spacing)

    def dual(potentials):
        products = c_transform(potentials, spacing) * densities
        return weights @ products.reshape(3, -1).mean(axis=1)

    assert np.abs(np.tensordot(weights, envelope, axes=1)).max() < 1e-15
    assert dual(envelope) > dual(f)


def test_input_is_left_alone_and_need_not_be_contiguous(rng):
    f = rng.standard_normal((2, 12, 9))
    kept = f.copy()
    expected = c_transform(f, 1 / 12)
    turned = np.asfortranarray(f)
    np.testing.assert_array_equal(c_transform(turned, 1 / 12), expected)
    np.testing.assert_array_equal(c_transform(f[::-1], 1 / 12), expected[::-1])
    np.testing.assert_array_equal(f, kept)
