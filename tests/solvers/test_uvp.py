"""Figures of error: closed forms, POT, and floors that draws of the truth really score."""

import numpy as np
import ot
import pytest

from solvers.gaussians import bures_squared
from solvers.samples import ArraySamples, FunctionSamples, GaussianSamples
from solvers.uvp import bw_uvp, energy_distance, l2_uvp, mass_within, sliced_w2


def with_moments(rng, mean, covariance, count=200):
    """Draws whose own moments are these, exactly."""
    white = rng.normal(size=(count, len(mean)))
    white -= white.mean(axis=0)
    root = np.linalg.cholesky(np.atleast_2d(np.cov(white.T, ddof=0)))
    return mean + white @ np.linalg.inv(root).T @ np.linalg.cholesky(covariance).T


def random_covariance(rng, d):
    factor = rng.normal(size=(d, d))
    return factor @ factor.T + 0.3 * np.eye(d)


@pytest.mark.parametrize("d", [2, 5])
def test_bw_uvp_of_known_moments_is_the_distance_of_pot(rng, d):
    means, covariances = rng.normal(size=(2, d)), [random_covariance(rng, d) for _ in range(2)]
    draws = with_moments(rng, means[0], covariances[0])
    distance = ot.gaussian.bures_wasserstein_distance(*means, *covariances)
    found = bw_uvp(draws, means[1], covariances[1]).value
    assert found == pytest.approx(100 * distance**2 / np.trace(covariances[1]), rel=1e-9)


def test_bw_uvp_in_one_dimension_is_by_mean_and_deviation(rng):
    draws = with_moments(rng, np.array([1.0]), np.array([[4.0]]))
    found = bw_uvp(draws, np.array([3.0]), np.array([[9.0]])).value
    assert found == pytest.approx(100 * (2**2 + 1**2) / 9)


def test_the_best_constant_scores_100(rng):
    covariance = random_covariance(rng, 3)
    constant = np.tile([1.0, 2.0, 3.0], (10, 1))
    found = bw_uvp(constant, np.array([1.0, 2.0, 3.0]), covariance).value
    assert found == pytest.approx(100, rel=1e-6)


def test_draws_with_the_right_moments_score_zero(rng):
    mean, covariance = rng.normal(size=4), random_covariance(rng, 4)
    assert bw_uvp(with_moments(rng, mean, covariance), mean, covariance).value < 1e-9


@pytest.mark.parametrize(("d", "count"), [(1, 500), (2, 500), (16, 2000)])
def test_the_floor_of_bw_uvp_is_what_draws_of_the_truth_score(rng, d, count):
    mean, covariance = rng.normal(size=d), random_covariance(rng, d)
    root = np.linalg.cholesky(covariance)
    figures = [
        bw_uvp(mean + rng.normal(size=(count, d)) @ root.T, mean, covariance) for _ in range(200)
    ]
    values = np.array([figure.value for figure in figures])
    error = values.std() / np.sqrt(len(values))
    assert values.mean() == pytest.approx(figures[0].floor, abs=4 * error + 0.02 * values.mean())


def test_floors_of_bw_uvp_shrink_with_the_number_of_draws(rng):
    floors = [bw_uvp(rng.normal(size=(n, 3)), np.zeros(3), np.eye(3)).floor for n in (100, 1000)]
    assert floors[0] == pytest.approx(10 * floors[1])


def test_l2_uvp_of_linear_maps_is_a_trace(rng):
    x = with_moments(rng, np.zeros(3), np.eye(3))
    first, second = rng.normal(size=(2, 3, 3))
    figure = l2_uvp(x @ first.T, x @ second.T, variance=2.5, noise=0.01)
    assert figure.value == pytest.approx(100 * ((first - second) ** 2).sum() / 2.5)
    assert figure.floor == pytest.approx(0.4)


def test_the_floor_of_l2_uvp_is_what_estimated_maps_score(rng):
    exact, draws, deviation = rng.normal(size=(4000, 2)), 20, 0.5
    noisy = exact + deviation * rng.normal(size=(draws, 4000, 2)).mean(axis=0)
    figure = l2_uvp(noisy, exact, variance=2.0, noise=2 * deviation**2 / draws)
    assert figure.value == pytest.approx(figure.floor, rel=0.05)


def test_sliced_w2_of_a_shift_is_the_shift():
    truth = ArraySamples(np.random.default_rng(0).normal(size=(60, 2)))
    drawn = truth.as_numpy(2 * 500, seed=0)[:500]
    figure = sliced_w2(drawn + np.array([3.0, 0.0]), truth)
    # the mean of ⟨u, e⟩² over directions u is 1/2
    expected = 3.0 / np.sqrt(2) / np.sqrt(truth.variance / 2)
    assert figure.value == pytest.approx(expected, rel=0.05)
    assert sliced_w2(drawn, truth).value == 0


def test_sliced_w2_of_gaussians_is_by_deviations():
    truth = GaussianSamples(np.zeros(3), np.eye(3))
    draws = 1.5 * truth.as_numpy(4000, seed=5)
    figure = sliced_w2(draws, truth)
    assert figure.value == pytest.approx(0.5, rel=0.05)
    assert figure.floor < 0.08


def test_energy_distance_of_points_is_by_hand():
    truth = FunctionSamples(1, lambda count, g: _alternating(count))
    draws = np.full((400, 1), 3.0)
    # E|X − Y| = 3, E|Y − Y'| = 1 for Y = ±1, which has variance 1
    assert energy_distance(draws, truth).value == pytest.approx(2 * 3 - 0 - 1)
    assert energy_distance(draws, truth).floor == pytest.approx(0, abs=1e-12)


def _alternating(count):
    import torch

    return (torch.arange(count) % 2 * 2.0 - 1)[:, None]


@pytest.mark.parametrize("metric", [sliced_w2, energy_distance])
def test_draws_of_the_truth_score_the_floor_and_others_more(metric):
    truth = GaussianSamples([1.0, 0.0], [[2.0, 0.5], [0.5, 0.5]])
    right = [metric(truth.as_numpy(1000, seed), truth, seed=seed + 100) for seed in range(8)]
    mean = np.mean([figure.value for figure in right])
    assert mean == pytest.approx(np.mean([figure.floor for figure in right]), rel=0.5)
    isotropic = GaussianSamples([1.0, 0.0], 1.25 * np.eye(2))
    assert metric(isotropic.as_numpy(1000, 0), truth).value > 3 * mean


def test_sliced_w2_depends_on_the_seed_only():
    truth = GaussianSamples([0.0, 0.0], np.eye(2))
    draws = truth.as_numpy(100, 3)
    assert sliced_w2(draws, truth, seed=1) == sliced_w2(draws, truth, seed=1)
    assert sliced_w2(draws, truth, seed=1) != sliced_w2(draws, truth, seed=2)


def test_mass_within_counts():
    draws = np.array([[0.1, 0.0], [0.0, 0.3], [0.2, 0.2], [2.0, 0.0]])
    assert mass_within(draws, 0.25) == (25.0, 0.0)
    assert mass_within(draws, 0.29) == (50.0, 0.0)


def test_the_floor_in_methods_is_reproduced():
    """10⁴ draws of a white Gaussian score about 0.05 % in dimension 16, 0.18 % in 64."""
    for d, expected in ((16, 0.05), (64, 0.17)):
        draws = np.random.default_rng(d).normal(size=(10_000, d))
        figure = bw_uvp(draws, np.zeros(d), np.eye(d))
        assert figure.value == pytest.approx(expected, abs=0.01)
        moments = draws.mean(axis=0)[None], np.cov(draws.T, ddof=0)[None]
        direct = bures_squared(*moments, np.zeros((1, d)), np.eye(d)[None])[0, 0]
        assert figure.value == pytest.approx(100 * direct / d)
