"""CW₂B: better than trivial answers, its loss at the optimum, seeds, states."""

import numpy as np
import pytest
import torch

from solvers.convex_networks import convex_network
from solvers.cw2b import CW2B
from solvers.cw2b_training import loss
from solvers.loop import iterates
from solvers.sample_datasets import random_gaussians
from solvers.sample_problem import SampleProblem
from solvers.training import load, save
from tests.solvers.trained import (
    SMALL,
    map_errors,
    same_training,
    tensors,
    trained,
    trivial_answers,
)

ROWS = np.random.default_rng(0).normal(size=(200, 2))


@pytest.fixture
def problem():
    return random_gaussians(2, seed=1)


def quadratic_networks(matrices):
    """Networks ``½ xᵀ A_k x`` for symmetric positive definite A_k (K, d, d); float64."""
    network = convex_network((len(matrices),), matrices.shape[-1], [4], torch.Generator())
    network = {name: tensor.double() for name, tensor in network.items()}
    network["out"] *= 0
    network["quadratic"] = torch.linalg.cholesky(matrices)
    return network


@pytest.fixture(scope="module")
def gaussians():
    """A solver, the last iterate of its short training on Gaussians, and their problem."""
    solver = CW2B(width=16, depth=1, batch=64, updates=20)
    problem = random_gaussians(2, seed=1)
    return solver, trained(solver, problem, 60), problem


def test_it_beats_trivial_answers(gaussians):
    _, it, problem = gaussians
    figures = it.figures
    assert figures["bw_uvp_maps"] < min(trivial_answers(problem)) / 3


def test_the_exact_potentials_of_gaussians_make_the_loss_stationary():
    """There maps are inverse, potentials congruent, and no other quadratic potentials better."""
    problem = random_gaussians(3, seed=2)
    draws = torch.stack([torch.from_numpy(s.as_numpy(2000, 0)) for s in problem.marginals])
    lambdas = torch.from_numpy(problem.weights)
    units = np.eye(problem.dimension)
    maps = torch.from_numpy(np.stack([problem.exact.maps(k, units) for k in range(3)]))
    maps = (maps + maps.mT) / 2

    def at(there, back):
        return float(
            loss(quadratic_networks(there), quadratic_networks(back), draws, lambdas, 5.0, 5.0)
        )

    back = torch.linalg.inv(maps)
    torch.testing.assert_close(
        torch.tensordot(lambdas, back, dims=1), torch.eye(3, dtype=torch.float64)
    )
    best = at(maps, back)
    expected = sum(
        0.5 * weight * float(torch.einsum("nd,de,ne->", y, t, y)) / len(y)
        for weight, y, t in zip(lambdas, draws, maps, strict=True)
    )
    assert best == pytest.approx(expected)
    assert at(1.05 * maps, back) > best  # maps that are not inverse
    assert at(maps / 1.05, 1.05 * back) > best  # potentials that are not congruent
    generator = torch.Generator().manual_seed(0)
    for _ in range(10):  # congruent potentials and their conjugates that are not optimal
        noise = 0.1 * torch.randn((3, 3, 3), generator=generator, dtype=torch.float64)
        noise = noise + noise.mT
        other = back + noise - torch.tensordot(lambdas, noise, dims=1)
        if torch.linalg.eigvalsh(other).min() > 0.05:
            assert at(torch.linalg.inv(other), other) > best - 0.02 * abs(best)


def test_seeds_and_saved_trainings_give_the_same_numbers(problem):
    solver = CW2B(**SMALL, seed=3)
    straight, again = (trained(solver, problem, 5).state for _ in range(2))
    assert same_training(straight, again)
    assert not same_training(straight, trained(CW2B(**SMALL, seed=4), problem, 5).state)
    half = trained(solver, problem, 2).state
    assert same_training(
        straight, trained(solver, problem, 3, load(save(half), problem).state).state
    )


def test_a_step_leaves_the_old_state_as_it_was(problem):
    solver = CW2B(**SMALL)
    state = trained(solver, problem, 1).state
    before = [tensor.clone() for tensor in tensors(vars(state))]
    solver.step(problem, state)
    assert all(torch.equal(x, y) for x, y in zip(tensors(vars(state)), before, strict=True))


def test_maps_move_marginals_to_the_exact_barycenter(gaussians):
    solver, it, problem = gaussians
    found, identity = map_errors(solver, it.state, problem)
    assert found < identity / 3
    assert found < 1.0


@pytest.mark.parametrize("weights", [[1.0], [0.0, 1.0, 0.0], [0.1, 0.1, 0.2, 0.0, 0.6]], ids=len)
def test_any_number_of_marginals(weights):
    """One of them, or those without weight, leave the others' barycenter."""
    problem = SampleProblem(
        [[-1.0, 2.0, 3.0, -4.0, 0.5][k] + ROWS for k in range(len(weights))], weights
    )
    it = trained(CW2B(**SMALL), problem, 1)
    middle = it.barycenter.positions.mean(axis=0)
    expected = problem.weights @ [marginal.moments[0] for marginal in problem.marginals]
    np.testing.assert_allclose(middle, expected, atol=0.6)


def test_points_and_marginals_that_are_not_there_are_refused(gaussians):
    solver, it, problem = gaussians
    with pytest.raises(ValueError, match=r"^x: the shape is \(4, 3\), but must be \(n, 2\)"):
        solver.maps(problem, it.state, np.zeros((4, 3)), 0)
    with pytest.raises(ValueError, match=r"^k: is 3, but 3 marginals have weight"):
        solver.maps(problem, it.state, np.zeros((4, 2)), 3)


def test_a_training_that_diverges_is_stopped_with_a_sentence(problem):
    *_, last = iterates(CW2B(**SMALL | {"learning_rate": 1e3}), problem, max_iterations=20)
    assert "not finite" in last.stopped
