"""Distances and barycenters of Gaussians: closed forms, POT, and what is nearly flat."""

import numpy as np
import ot
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from solvers.gaussians import (
    bures_squared,
    bures_squared_pairs,
    gaussian_barycenters,
    square_roots,
)


def covariances(rng, *shape, d=2, least=1e-2):
    """Random covariances (*shape, d, d) with eigenvalues from `least` to 1."""
    turns = np.linalg.qr(rng.standard_normal((*shape, d, d)))[0]
    values = least ** rng.random((*shape, d))
    return (turns * values[..., None, :]) @ turns.swapaxes(-1, -2)


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_square_roots_are_those_of_scipy(rng, d):
    given = covariances(rng, 4, 3, d=d)
    roots = square_roots(given)
    np.testing.assert_allclose(roots @ roots, given, atol=1e-14)
    np.testing.assert_allclose(roots[2, 1], sqrtm(given[2, 1]), atol=1e-13)


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_distances_are_those_of_pot(rng, d):
    means, others = rng.standard_normal((6, d)), rng.standard_normal((4, d))
    spreads, other_spreads = covariances(rng, 6, d=d), covariances(rng, 4, d=d)
    found = bures_squared(means, spreads, others, other_spreads)
    expected = ot.gmm.dist_bures_squared(means, others, spreads, other_spreads)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    pairs = bures_squared_pairs(means[:4], spreads[:4], others, other_spreads)
    np.testing.assert_allclose(pairs, np.diag(expected), atol=1e-12)


def test_distances_on_the_line_are_exact():
    means, deviations = np.array([[0.0], [3.0]]), np.array([1.0, 2.5])
    spreads = (deviations**2)[:, None, None]
    found = bures_squared(means, spreads, means, spreads)
    np.testing.assert_allclose(found, [[0, 9 + 2.25], [9 + 2.25, 0]], atol=1e-14)


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 5), st.sampled_from([1e-1, 1e-3]))
def test_barycenters_are_those_of_pot(seed, d, count, least):
    rng = np.random.default_rng(seed)
    means, spreads = (
        rng.standard_normal((3, count, d)),
        covariances(rng, 3, count, d=d, least=least),
    )
    weights = rng.dirichlet(np.ones(count))
    found = gaussian_barycenters(means, spreads, weights)
    for i in range(3):
        expected = ot.gaussian.bures_wasserstein_barycenter(
            means[i], spreads[i], weights, eps=1e-13
        )
        np.testing.assert_allclose(found[0][i], expected[0], atol=1e-12)
        np.testing.assert_allclose(found[1][i], expected[1], atol=1e-8)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_commuting_covariances_average_like_deviations(rng, d):
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0]
    deviations, weights = rng.random((4, d)) + 0.1, np.array([0.1, 0.2, 0.3, 0.4])
    spreads = (turn * deviations[:, None, :] ** 2) @ turn.T
    means, found = gaussian_barycenters(np.zeros((4, d)), spreads, weights)
    expected = (turn * (weights @ deviations) ** 2) @ turn.T
    np.testing.assert_allclose(found, expected, atol=1e-14)
    np.testing.assert_array_equal(means, np.zeros(d))


@pytest.mark.parametrize("d", [2, 3])
def test_two_gaussians_meet_on_their_geodesic(rng, d):
    first, second = covariances(rng, 2, d=d)
    root = square_roots(first)
    inverse = np.linalg.inv(root)
    transport = inverse @ square_roots(root @ second @ root) @ inverse
    way = 0.7 * np.eye(d) + 0.3 * transport
    _, found = gaussian_barycenters(
        np.zeros((2, d)), np.stack([first, second]), np.array([0.7, 0.3])
    )
    np.testing.assert_allclose(found, way @ first @ way, atol=1e-12)


def test_every_row_may_have_weights_of_its_own(rng):
    means, spreads = rng.standard_normal((4, 2)), covariances(rng, 4)
    weights = rng.dirichlet(np.ones(4), 6)
    found = gaussian_barycenters(means, spreads, weights)
    for i, row in enumerate(weights):
        alone = gaussian_barycenters(means, spreads, row)
        np.testing.assert_allclose(found[0][i], alone[0], atol=1e-14)
        np.testing.assert_allclose(found[1][i], alone[1], atol=1e-12)


def test_gaussians_of_weight_zero_do_not_matter(rng):
    means, spreads = rng.standard_normal((3, 2)), covariances(rng, 3)
    with_zero = gaussian_barycenters(means, spreads, np.array([0.4, 0, 0.6]))
    without = gaussian_barycenters(means[[0, 2]], spreads[[0, 2]], np.array([0.4, 0.6]))
    np.testing.assert_allclose(with_zero[1], without[1], atol=1e-13)


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("least", [1e-8, 1e-12, 0.0])
def test_nearly_flat_covariances_stay_finite(rng, d, least):
    flat = np.full(d, least)
    flat[0] = 1.0
    turns = np.linalg.qr(rng.standard_normal((5, 3, d, d)))[0]
    spreads = (turns * flat) @ turns.swapaxes(-1, -2)
    means, found = gaussian_barycenters(np.zeros((5, 3, d)), spreads, np.full(3, 1 / 3))
    assert np.isfinite(found).all()
    traces = np.trace(found, axis1=1, axis2=2)
    assert (traces > 0).all()
    assert (traces <= 1 + (d - 1) * least + 1e-12).all()
    distances = bures_squared(means, found, means, spreads[0, :1].repeat(5, 0))
    assert np.isfinite(distances).all()
    assert (distances >= 0).all()


@pytest.mark.parametrize("angle", np.linspace(0, np.pi, 7))
def test_flat_covariances_at_right_angles(angle):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    spreads = turn @ np.array([np.diag([1, 1e-20]), np.diag([1e-20, 1])]) @ turn.T
    nowhere = np.zeros((2, 2))
    _, found = gaussian_barycenters(nowhere, spreads, np.array([0.5, 0.5]))
    np.testing.assert_allclose(found, np.eye(2) / 4, atol=1e-7)
    distances = bures_squared(nowhere, spreads, nowhere, spreads)
    np.testing.assert_allclose(distances, [[0, 2], [2, 0]], atol=1e-7)


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_lengths_may_have_any_unit(rng, scale):
    means, spreads, weights = rng.standard_normal((3, 2)), covariances(rng, 3), np.full(3, 1 / 3)
    plain = gaussian_barycenters(means, spreads, weights)
    scaled = gaussian_barycenters(scale * means, scale**2 * spreads, weights)
    np.testing.assert_allclose(scaled[1] / scale**2, plain[1], rtol=1e-10)
