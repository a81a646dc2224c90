"""The discrete barycenter of samples."""

import numpy as np
import pytest

from solvers import SOLVERS, iterates
from solvers.clouds import Cloud
from solvers.costs import SquaredEuclidean
from solvers.exact_gaussians import GaussianAnswer
from solvers.free_support import FreeSupport
from solvers.point_problem import PointProblem
from solvers.sample_datasets import TWIST, random_gaussians, ring_and_square, twisted_gaussians
from solvers.sample_problem import SampleProblem
from solvers.sampled_free_support import CDWB
from solvers.samples import GaussianSamples
from tests.solvers.trained import trivial_answers


def last(solver, problem, steps, state=None):
    *_, iterate = iterates(solver, problem, state, max_iterations=steps)
    return iterate


def test_it_is_the_free_support_solver_on_samples():
    problem = ring_and_square()
    found = last(CDWB(samples=80, points=60, seed=3), problem, 4)
    clouds = [Cloud(given.as_numpy(80, 3 + k)) for k, given in enumerate(problem.given)]
    discrete = PointProblem(clouds, SquaredEuclidean(2))
    expected = last(FreeSupport(points=60, seed=3), discrete, 4)
    assert found.barycenter.positions == pytest.approx(expected.barycenter.positions)
    assert found.objectives["estimate"] == pytest.approx(expected.objectives["primal"] / 2)


def test_any_dimension_and_a_single_marginal():
    gaussians = last(CDWB(samples=60, points=50), random_gaussians(16), 2)
    assert gaussians.barycenter.positions.shape == (50, 16)
    rows = np.random.default_rng(0).normal(size=(50, 2))
    alone = last(CDWB(samples=50, points=50), SampleProblem([rows]), 8)
    assert alone.objectives["estimate"] < 1e-2


def test_the_twisted_cost_changes_the_answer():
    solver = CDWB(samples=150, points=100)
    twisted = last(solver, twisted_gaussians(TWIST), 6).barycenter.positions
    straight = last(solver, twisted_gaussians(None), 6).barycenter.positions
    assert np.var(twisted, axis=0).sum() == pytest.approx(2, rel=0.15)  # of N(0, 1), exactly
    assert np.var(straight, axis=0).sum() > 3


def test_new_weights_keep_samples_and_cloud():
    solver, problem = CDWB(samples=60, points=50), ring_and_square()
    state = last(solver, problem, 3).state
    moved = solver.init(problem.reweighted([0.2, 0.8]), state)
    assert moved.problem.given is state.problem.given
    assert moved.inner.cloud is state.inner.cloud
    assert moved.problem.weights.tolist() == [0.2, 0.8]
    others = CDWB(samples=60, points=50, seed=1).init(problem, state)
    assert others.problem.given is not state.problem.given


def test_it_beats_trivial_answers():
    """Where the barycenter of Gaussians is far from the mean covariance and from round."""
    axes = ((6, 0.1), (0.1, 6), (5, 0.2))
    given = [GaussianSamples([0, 0], np.diag(variances)) for variances in axes]
    weights = np.array([0.25, 0.25, 0.5])
    problem = SampleProblem(given, weights, exact=GaussianAnswer.of(given, weights))
    found = last(CDWB(samples=500, points=300), problem, 10).figures
    assert found["bw_uvp"] < min(trivial_answers(problem)) / 3
    assert found["bw_uvp_noise"] == pytest.approx(0.5, abs=0.1)


def test_seeds_and_states_give_the_same_numbers():
    problem = ring_and_square()
    solver = CDWB(samples=60, points=50, seed=2)
    whole, again, other = (
        last(CDWB(samples=60, points=50, seed=seed), problem, 3).barycenter.positions
        for seed in (2, 2, 3)
    )
    np.testing.assert_array_equal(whole, again)
    assert not np.array_equal(whole, other)
    half = last(solver, problem, 1).state
    np.testing.assert_array_equal(last(solver, problem, 2, half).barycenter.positions, whole)


def test_it_is_registered():
    assert SOLVERS["cdwb"] is CDWB
