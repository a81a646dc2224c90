"""Energy-guided barycenters of unusual input: refused in a sentence, or trained all the same."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from solvers.energy_guided import EnergyGuided
from solvers.expression_costs import Expression
from solvers.sample_datasets import energy_gaussians
from solvers.sample_problem import SampleProblem
from tests.solvers.test_energy_guided import SAMPLERS, SMALL, last, one_dimensional, same


def test_no_entropy_is_refused():
    with pytest.raises(ValueError, match=r"^reg: is 0, but energy-guided plans need ε > 0\.$"):
        EnergyGuided().init(energy_gaussians(2, reg=0.0))


def test_shared_proposals_are_refused_in_many_dimensions():
    with pytest.raises(ValueError, match=r"up to 8 dimensions, but there are 16; choose persis"):
        EnergyGuided().init(energy_gaussians(16, reg=0.1))


def test_costs_and_samples_that_single_precision_cannot_hold_are_refused():
    given = energy_gaussians(2).given
    rows = np.random.default_rng(0).normal(size=(60, 2))
    for problem in (
        SampleProblem(given, costs=Expression("0*x1"), reg=0.1),
        SampleProblem(given, costs=Expression("1e30*(x1 - y1)**2"), reg=0.1),
        SampleProblem([1e-20 * rows], reg=1e-41),
    ):
        with pytest.raises(ValueError, match=r"^costs: near the samples they do not change"):
            EnergyGuided(**SMALL).init(problem)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("sampler", ["shared", "centred"])
def test_units_do_not_matter(scale, sampler):
    rows = np.random.default_rng(0).normal(size=(200, 2))
    problem = SampleProblem([scale * rows, 2 * scale * rows], reg=0.1 * scale**2)
    solver = EnergyGuided(**SMALL | {"sampler": sampler, "updates": 2})
    it = last(solver, problem, max_iterations=3)
    assert it.stopped == "Stopped after 3 iterations, as asked."
    assert 0.3 < it.barycenter.positions.std() / scale < 3


def test_one_dimension_and_corners():
    for weights in ([0.4, 0.6], [0.0, 1.0]):
        problem = one_dimensional().reweighted(weights)
        it = last(EnergyGuided(**SMALL), problem, max_iterations=2)
        assert it.barycenter.positions.shape == (30, 1)


@pytest.mark.parametrize("reg", [3e-6, 1.9e3])
def test_very_small_and_large_entropy_are_no_divergence(reg):
    rows = np.random.default_rng(0).normal(size=(200, 2))
    it = last(EnergyGuided(**SMALL), SampleProblem([rows, rows + 1.0], reg=reg), max_iterations=3)
    assert it.stopped == "Stopped after 3 iterations, as asked."


def test_settings_of_another_size_take_effect():
    problem = energy_gaussians(2, reg=0.1)
    state = last(EnergyGuided(**SMALL), problem, max_iterations=2).state
    more = EnergyGuided(**SMALL | {"shown": 60}).init(problem, state)
    assert more.shown.shape == (3, 20, 2)
    assert more.updates == state.updates
    assert same(more.parameters, state.parameters)
    assert EnergyGuided(**SMALL | {"width": 33}).init(problem, state).updates == 0


def test_points_and_marginals_that_are_not_there_are_refused():
    problem = energy_gaussians(2, reg=0.1)
    solver = EnergyGuided(**SMALL)
    state = solver.init(problem)
    assert solver.project(problem, state, np.zeros((0, 2)), 0).shape == (0, 2)
    with pytest.raises(ValueError, match=r"^x: the shape is \(4, 3\), but must be \(n, 2\)"):
        solver.project(problem, state, np.zeros((4, 3)), 0)
    with pytest.raises(ValueError, match=r"^k: is 5, but 3 marginals have weight"):
        solver.conditional(problem, state, np.zeros((4, 2)), 5, 1, torch.Generator())
    with pytest.raises(ValueError, match=r"^x: the shape is \(1, 3\)"):
        solver.energy(problem, state, np.zeros(3), 0, np.zeros((4, 2)))


def test_a_diverging_run_stops_with_a_sentence():
    problem = energy_gaussians(2, reg=0.1)
    it = last(EnergyGuided(langevin_step=1.0, **SMALL | {"learning_rate": 1.0}), problem)
    assert it.stopped.startswith(("Diverged: ", "Stopped: iteration "))
    assert "smaller" in it.stopped
    assert it.is_finite()


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_numbers_that_are_not_finite_are_left_to_the_loop(sampler):
    problem = energy_gaussians(2, reg=0.1)
    solver = EnergyGuided(**SMALL | {"sampler": sampler, "updates": 1})
    state = solver.init(problem)
    broken = {name: value * torch.nan for name, value in state.parameters.items()}
    after = solver.step(problem, replace(state, parameters=broken))
    assert not solver.iterate(problem, after).is_finite()
