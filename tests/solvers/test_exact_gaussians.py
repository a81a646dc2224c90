"""Exact answers: against Sinkhorn and quadrature on grids, and by the equations they solve."""

import numpy as np
import pytest
import torch
from scipy.special import logsumexp

from solvers.exact_gaussians import BijectedAnswer, GaussianAnswer, entropic_barycenter
from solvers.gaussians import gaussian_barycenters
from solvers.sample_datasets import (
    TWIST,
    TWISTER_CENTRES,
    energy_gaussians,
    random_gaussians,
    twisted_gaussians,
)
from solvers.samples import GaussianSamples

WEIGHTS = np.array([0.2, 0.3, 0.5])


def gaussians(rng, d, count=3):
    given = []
    for _ in range(count):
        factor = rng.normal(size=(d, d))
        given.append(GaussianSamples(rng.normal(size=d), factor @ factor.T + 0.2 * np.eye(d)))
    return given


@pytest.mark.parametrize("reg", [0.01, 1.0, 5.0])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_answers_solve_their_equations(rng, d, reg):
    given = gaussians(rng, d)
    answer = GaussianAnswer.of(given, WEIGHTS, reg)
    points = rng.normal(size=(7, d))
    potentials = np.array([answer.potential(k, points) for k in range(3)])
    np.testing.assert_allclose(WEIGHTS @ potentials, 0, atol=1e-9)
    for k, gaussian in enumerate(given):
        mean, covariance = gaussian.moments
        slope = answer.slope(k)
        pushed = slope @ covariance @ slope + reg * slope
        np.testing.assert_allclose(pushed, answer.covariance, atol=1e-9)
        np.testing.assert_allclose(answer.maps(k, mean[None])[0], answer.mean, atol=1e-12)


def test_one_dimension_is_a_scalar_equation():
    variances, reg = np.array([0.5, 2.0, 4.0]), 0.7
    found = entropic_barycenter(variances[:, None, None], WEIGHTS, reg)[0, 0]
    assert found == pytest.approx(WEIGHTS @ (reg / 2 + np.sqrt(reg**2 / 4 + found * variances)))


def test_without_entropy_it_is_the_wasserstein_barycenter(rng):
    given = gaussians(rng, 4)
    answer = GaussianAnswer.of(given, WEIGHTS)
    covariances = np.stack([g.moments[1] for g in given])
    _, expected = gaussian_barycenters(np.zeros((3, 4)), covariances, WEIGHTS)
    np.testing.assert_array_equal(answer.covariance, expected)
    x = rng.normal(size=(50, 4))
    for k, covariance in enumerate(covariances):
        slope = answer.slope(k)
        np.testing.assert_allclose(slope @ covariance @ slope, expected, atol=1e-9)
        assert np.linalg.eigvalsh(slope).min() > 0  # the gradient of a convex function
        np.testing.assert_allclose(np.diff(answer.maps(k, x), axis=0), np.diff(x, axis=0) @ slope)


def test_entropy_vanishes_with_reg(rng):
    given = gaussians(rng, 3)
    sharp = GaussianAnswer.of(given, WEIGHTS).covariance
    near = GaussianAnswer.of(given, WEIGHTS, 1e-5).covariance
    np.testing.assert_allclose(near, sharp, atol=1e-4)
    assert np.abs(near - sharp).max() > 1e-7


@pytest.mark.parametrize("reg", [0.3, 1.0])
def test_conditionals_are_those_of_their_potential_by_quadrature(reg):
    given = [GaussianSamples([m], [[v]]) for m, v in ((-1.0, 0.5), (0.5, 2.0), (1.0, 1.0))]
    answer = GaussianAnswer.of(given, WEIGHTS, reg)
    y = np.linspace(-25, 25, 5001)
    x = np.array([-2.0, 0.3, 1.7])
    for k in range(3):
        energy = (answer.potential(k, y[:, None]) - (x[:, None] - y) ** 2 / 2) / reg
        density = np.exp(energy - logsumexp(energy, axis=1, keepdims=True))
        mean = density @ y
        variance = density @ y**2 - mean**2
        np.testing.assert_allclose(answer.maps(k, x[:, None])[:, 0], mean, atol=1e-9)
        np.testing.assert_allclose(reg * answer.slope(k)[0, 0], variance, rtol=1e-9)


def test_the_plan_is_that_of_sinkhorn(rng):
    """On a fine grid, between a marginal and the barycenter found."""
    import ot

    reg = 0.5
    given = [GaussianSamples([-1.0], [[0.5]]), GaussianSamples([1.0], [[1.5]])]
    answer = GaussianAnswer.of(given, np.array([0.4, 0.6]), reg)
    x = np.linspace(-10, 10, 401)

    def masses(samples):
        mean, covariance = samples.moments
        density = np.exp(-((x - mean) ** 2) / 2 / covariance[0, 0])
        return density / density.sum()

    costs = (x[:, None] - x) ** 2 / 2
    for k, gaussian in enumerate(given):
        plan = ot.sinkhorn(masses(gaussian), masses(answer.samples), costs, reg, stopThr=1e-11)
        inner = np.abs(x) < 2
        projected = (plan @ x / plan.sum(axis=1))[inner]
        np.testing.assert_allclose(projected, answer.maps(k, x[inner, None])[:, 0], atol=1e-4)


def test_no_other_covariance_is_better_in_one_dimension():
    """S minimises the sum of entropic costs, worked out from each plan by itself."""
    variances, reg = np.array([0.5, 2.0, 4.0]), 0.7
    found = entropic_barycenter(variances[:, None, None], WEIGHTS, reg)[0, 0]

    def objective(s):
        root = np.sqrt(reg**2 / 4 + s * variances)
        covariance = root - reg / 2  # of x and y in the optimal plan
        conditional = s - covariance**2 / variances
        cost = (variances + s) / 2 - covariance
        return WEIGHTS @ (cost - reg / 2 * np.log(conditional))

    values = [objective(found * factor) for factor in (0.99, 1.0, 1.01)]
    assert values[1] < min(values[0], values[2])


def test_draws_of_conditionals_have_their_moments(rng):
    answer = GaussianAnswer.of(gaussians(rng, 2), WEIGHTS, 0.4)
    x = rng.normal(size=(3, 2))
    drawn = answer.conditionals(1, x, 40_000, torch.Generator().manual_seed(0)).numpy()
    assert drawn.shape == (3, 40_000, 2)
    np.testing.assert_allclose(drawn.mean(axis=1), answer.maps(1, x), atol=0.02)
    np.testing.assert_allclose(np.cov(drawn[0].T), 0.4 * answer.slope(1), atol=0.02)


def test_answers_follow_weights_and_count_those_left(rng):
    given = gaussians(rng, 2)
    answer = GaussianAnswer.of(given, WEIGHTS, 0.1).reweighted(np.array([0.5, 0.0, 0.5]))
    pair = GaussianAnswer.of([given[0], given[2]], np.array([0.5, 0.5]), 0.1)
    x = rng.normal(size=(4, 2))
    np.testing.assert_allclose(answer.covariance, pair.covariance)
    np.testing.assert_allclose(answer.maps(1, x), pair.maps(1, x))


def test_the_twister_is_as_derived(rng):
    problem = twisted_gaussians(reg=0.05)
    np.testing.assert_allclose(problem.exact.covariance, 1.05 * np.eye(2), atol=1e-12)
    np.testing.assert_allclose(problem.exact.mean, 0, atol=1e-12)
    y = rng.normal(size=(6, 2))
    for k, centre in enumerate(TWISTER_CENTRES):
        expected = -TWIST.forward(y) @ np.array(centre)
        np.testing.assert_allclose(problem.exact.potential(k, y), expected, atol=1e-9)


@pytest.mark.parametrize("weights", [[1, 1, 1], [1, 2, 4]])
def test_twisted_conditionals_are_those_of_their_potential(weights):
    """In the plane, by quadrature of exp((f(y) − ½|h(x) − h(y)|²)/ε)."""
    reg = 0.2
    problem = twisted_gaussians(reg=reg, weights=weights)
    axis = np.linspace(-7, 7, 351)
    y = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    generator = torch.Generator().manual_seed(0)
    for k, samples in enumerate(problem.marginals):
        x = samples.as_numpy(3, seed=2)
        costs = problem.costs.matrix(k, x, y) / 2
        energy = (problem.exact.potential(k, y) - costs) / reg
        density = np.exp(energy - logsumexp(energy, axis=1, keepdims=True))
        np.testing.assert_allclose(problem.exact.maps(k, x), density @ y, atol=1e-3)
        drawn = problem.exact.conditionals(k, x, 20_000, generator).numpy()
        np.testing.assert_allclose(drawn.mean(axis=1), density @ y, atol=0.02)


def test_a_twisted_barycenter_is_the_mixture_of_its_conditionals():
    problem = twisted_gaussians(reg=0.1, weights=[1, 2, 4])
    generator = torch.Generator().manual_seed(0)
    mean, covariance = problem.exact.samples.moments
    for k, samples in enumerate(problem.marginals):
        x = samples.as_numpy(20_000, seed=k + 1)  # of a seed of their own, or x and y go together
        y = problem.exact.conditionals(k, x, 1, generator).numpy()[:, 0]
        np.testing.assert_allclose(y.mean(axis=0), mean, atol=0.05)
        np.testing.assert_allclose(np.cov(y.T), covariance, atol=0.1)


def test_bijected_answers_follow_weights():
    inner = GaussianAnswer.of(
        [GaussianSamples(c, np.eye(2)) for c in TWISTER_CENTRES], np.full(3, 1 / 3), 0.1
    )
    moved = BijectedAnswer.of(inner, TWIST).reweighted(np.array([1.0, 0.0, 0.0]))
    assert np.linalg.norm(TWIST.forward(moved.samples.as_numpy(9000, 0)).mean(axis=0)) == (
        pytest.approx(4, abs=0.05)
    )


@pytest.mark.parametrize("d", [2, 16, 64])
def test_the_random_gaussians_have_answers(d):
    for problem in (random_gaussians(d), energy_gaussians(d, reg=1.0)):
        x = problem.marginals[1].as_numpy(20, 0)
        assert np.isfinite(problem.exact.maps(1, x)).all()
        assert np.linalg.eigvalsh(problem.exact.covariance).min() > 0.2
