"""NWB: better than trivial answers, seeds, states, weights, one marginal, the conditional form."""

import numpy as np
import pytest
import torch

from solvers.clouds import Cloud
from solvers.costs import PowerNorm, SquaredEuclidean
from solvers.loop import iterates
from solvers.nwb import NWB
from solvers.nwb_training import features, networks_for
from solvers.sample_datasets import random_gaussians, ten_components
from solvers.sample_problem import SampleProblem
from solvers.samples import GaussianSamples
from solvers.training import load, save
from solvers.uvp import sliced_w2
from tests.solvers.trained import (
    SMALL,
    map_errors,
    same_training,
    tensors,
    trained,
    trivial_answers,
)

# Many updates in a step: in a test nobody looks at the iterates between.
QUICK = {"width": 16, "depth": 1, "generator_width": 16, "batch": 64, "updates": 20}


def small(**settings):
    return NWB(**SMALL | {"generator_width": 8} | settings)


@pytest.fixture
def problem():
    return random_gaussians(2, seed=1)


@pytest.fixture(scope="module")
def gaussians():
    """The last iterate of a short training on Gaussians, and their problem."""
    problem = random_gaussians(2, seed=1)
    return trained(NWB(**QUICK), problem, 30), problem


def test_maps_beat_the_identity(gaussians):
    it, problem = gaussians
    found, identity = map_errors(NWB(**QUICK), it.state, problem)
    assert found < identity / 3


@pytest.mark.parametrize("count", [1, 2])
def test_dependent_columns_are_no_obstacle(count):
    """Points on a line in the plane, where the covariance has no inverse."""
    line = np.outer(np.random.default_rng(0).normal(size=200), [1.0, 2.0])
    it = trained(small(), SampleProblem([line, line + 1.0][:count]), 2)
    assert np.isfinite(np.asarray(it.barycenter)).all()


def test_both_readings_beat_trivial_answers(gaussians):
    it, problem = gaussians
    figures = it.figures
    least = min(trivial_answers(problem))
    assert figures["bw_uvp"] < least / 3
    assert figures["bw_uvp_maps"] < least / 3


def test_the_objective_is_that_of_the_exact_barycenter(gaussians):
    """The estimate of ``Σ λ_k ½W₂²`` against Gaussian transport."""
    it, problem = gaussians
    exact = problem.exact
    expected = 0.0
    for k, weight in enumerate(problem.weights):
        draws = problem.marginals[k].as_numpy(20_000, seed=0)
        expected += weight * 0.5 * ((exact.maps(k, draws) - draws) ** 2).sum(axis=1).mean()
    assert it.objectives["estimate"] == pytest.approx(expected, rel=0.05)


def test_maps_are_the_transport_maps_where_means_and_scales_differ():
    """Two Gaussians on the line: affine maps in closed form."""
    problem = SampleProblem(
        [GaussianSamples([-30.0], [[4.0]]), GaussianSamples([50.0], [[36.0]])], weights=[0.25, 0.75]
    )
    solver = NWB(**QUICK)
    state = trained(solver, problem, 30).state
    x = np.array([[46.0], [50.0], [56.0]])
    expected = 30.0 + (0.25 * 2 + 0.75 * 6) / 6 * (x - 50.0)
    np.testing.assert_allclose(solver.maps(problem, state, x, 1), expected, atol=0.3)
    generated = solver.read(problem, state, 5000, seed=3).generator
    assert generated.mean() == pytest.approx(30.0, abs=0.3)
    assert generated.std() == pytest.approx(5.0, rel=0.05)


def test_the_same_seed_gives_the_same_numbers(problem):
    first, again = (trained(small(seed=3), problem, 3).state for _ in range(2))
    assert same_training(first, again)
    assert not same_training(first, trained(small(seed=4), problem, 3).state)


@pytest.mark.parametrize("conditional", [False, True])
def test_a_saved_training_continues_to_the_same_numbers(problem, conditional):
    solver = small(conditional=conditional)
    straight = trained(solver, problem, 5)
    half = trained(solver, problem, 2).state
    resumed = trained(solver, problem, 3, load(save(half), problem).state)
    assert same_training(straight.state, resumed.state)
    np.testing.assert_array_equal(np.asarray(straight.barycenter), np.asarray(resumed.barycenter))


def test_a_step_leaves_the_old_state_as_it_was(problem):
    solver = small()
    state = trained(solver, problem, 1).state
    before = [tensor.clone() for tensor in tensors(vars(state))]
    solver.step(problem, state)
    assert all(torch.equal(x, y) for x, y in zip(tensors(vars(state)), before, strict=True))


def test_permuted_marginals_have_the_same_barycenter(problem):
    order = [2, 0, 1]
    turned = SampleProblem([problem.given[k] for k in order], np.array([0.2, 0.3, 0.5])[order])
    original = problem.reweighted([0.2, 0.3, 0.5])
    solver = NWB(**QUICK)
    covariances = [
        np.cov(solver.read(p, trained(solver, p, 30).state, 20_000, 0).generator.T)
        for p in (original, turned)
    ]
    np.testing.assert_allclose(*covariances, atol=0.08 * problem.exact.covariance.max())


def test_one_marginal_is_learned():
    """A GAN in W₂: the barycenter is the marginal."""
    problem = ten_components()
    solver = NWB(batch=64, updates=50)
    start, end = (
        sliced_w2(
            solver.read(problem, trained(solver, problem, steps).state, 2000, 1).generator,
            problem.given[0],
        ).value
        for steps in (0, 20)
    )
    assert end < start / 3


def test_a_marginal_without_weight_has_no_say(problem):
    """And is there again, already trained, once it has some."""
    solver = NWB(**QUICK)
    alone = problem.reweighted([0, 1, 0])
    it = trained(solver, alone, 30)
    assert it.figures["bw_uvp"] < 1.0
    back = solver.init(problem, it.state)
    assert back.updates == 0
    assert solver.maps(problem, back, np.zeros((4, 2)), 2).shape == (4, 2)


@pytest.mark.parametrize("reading", ["generator", "maps"])
def test_iterates_are_clouds_whose_points_move_smoothly(problem, reading):
    its = list(iterates(small(reading=reading, updates=1), problem, max_iterations=3))
    assert all(isinstance(it.barycenter, Cloud) and len(it.barycenter) == 50 for it in its)
    moved = its[-1].barycenter.positions - its[-2].barycenter.positions
    assert 0 < np.abs(moved).max() < 0.5 * np.sqrt(problem.marginals[0].variance)


def test_the_conditional_form_answers_other_weights_at_once(problem):
    solver = NWB(**QUICK, conditional=True)
    state = trained(solver, problem, 50).state
    for weights in ([0.6, 0.2, 0.2], [0.1, 0.45, 0.45], [0.0, 0.5, 0.5]):
        other = problem.reweighted(weights)
        warm = solver.init(other, state)
        assert warm.updates == state.updates
        first = solver.iterate(other, warm)
        assert first.figures["bw_uvp"] < 1.0
        assert first.figures["bw_uvp_maps"] < 1.0


def test_features_are_the_weights_and_their_products():
    expected = [0.2, 0.3, 0.5, 0.12, 0.2, 0.3]
    assert features(torch.tensor([0.2, 0.3, 0.5])).tolist() == pytest.approx(expected)
    assert features(torch.tensor([0.0, 1.0, 0.0])).tolist() == [0, 1, 0, 0, 0, 0]
    networks = {"maps": {"w": torch.arange(3.0)[:, None]}}
    np.testing.assert_allclose(networks_for(networks, np.array([0.5, 0.5]))["maps"]["w"], [1.5])


def test_a_training_that_diverges_is_stopped_with_a_sentence(problem):
    *_, last = iterates(small(learning_rate=1e3), problem, max_iterations=20)
    assert "not finite" in last.stopped
    assert np.isfinite(np.asarray(last.barycenter)).all()


def test_other_costs_and_entropy_are_refused(problem):
    with pytest.raises(ValueError, match=r"costs: c\(x, y\) = .* is given, but"):
        NWB().init(SampleProblem(problem.given, costs=PowerNorm(1.0, 1.0)))
    with pytest.raises(ValueError, match=r"reg: is 0\.1, but"):
        NWB().init(SampleProblem(problem.given, reg=0.1))
    squared = SampleProblem(problem.given, costs=SquaredEuclidean())
    assert NWB().init(squared).updates == 0


def test_a_state_of_other_shapes_is_not_continued(problem):
    state = trained(small(), problem, 2).state
    assert small().init(problem, state).updates == state.updates
    assert small(width=9).init(problem, state).updates == 0
    assert small(conditional=True).init(problem, state).updates == 0
