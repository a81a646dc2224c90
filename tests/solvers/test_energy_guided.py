"""Energy-guided barycenters: the slope of the dual, training, resuming, plans of new points."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from solvers import iterates
from solvers.energy_guided import EnergyGuided
from solvers.energy_plans import energies
from solvers.energy_sampling import shared_importance, shared_proposals
from solvers.energy_training import _sampled, annealed_reg, plans_of, rate
from solvers.exact_gaussians import GaussianAnswer
from solvers.expression_costs import Expression
from solvers.sample_datasets import energy_gaussians, twisted_gaussians
from solvers.sample_problem import SampleProblem
from solvers.samples import GaussianSamples
from solvers.training import load, save
from solvers.uvp import bw_uvp
from tests.solvers.trained import trivial_answers

SAMPLERS = ["persistent", "fresh", "adjusted", "shared", "centred"]
SMALL = {
    "sampler": "persistent",
    "length": 300,
    "batch": 96,
    "learning_rate": 5e-3,
    "width": 32,
    "shown": 30,
    "updates": 10,
    "proposals": 512,
}


def one_dimensional(reg=0.3):
    return SampleProblem(
        [GaussianSamples([-1.0], [[0.4]]), GaussianSamples([1.5], [[1.2]])], [0.4, 0.6], reg=reg
    )


def last(solver, problem, **limits):
    return list(iterates(solver, problem, **limits))[-1]


def same(a, b):
    """Whether two values of a state have the same bits."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b


def assert_same(a, b):
    assert all(same(vars(a)[name], vars(b)[name]) for name in vars(a))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_estimated_slope_is_that_of_the_dual_by_quadrature(sampler):
    """On the points x that the sampler took; on a line, where the dual is a sum over a grid."""
    problem = one_dimensional()
    solver = EnergyGuided(
        sampler=sampler, batch=1600, width=6, langevin_steps=50, langevin_step=0.03, start_reg=0,
        lifetime=1 if sampler == "fresh" else 8, draws=16, proposals=2048, seed=1,
    )  # fmt: skip
    state = solver.init(problem)
    generator = torch.Generator().manual_seed(7)
    parameters = {
        name: (value + 0.3 * torch.randn(value.shape, generator=generator)).requires_grad_()
        for name, value in state.parameters.items()
    }
    state = replace(state, parameters=parameters)
    for _ in range(8 if sampler in ("persistent", "adjusted", "centred") else 1):
        state, loss = _sampled(solver, problem, state, generator)
    estimated = torch.autograd.grad(loss, list(parameters.values()))

    x = torch.stack([m.draw(1600, generator) for m in problem.marginals])
    grid = torch.linspace(-8, 8, 801)[:, None]
    plans = plans_of(solver, problem, state)
    logits = (plans.potentials.values(grid)[:, None] - plans.costs.matrices(x, grid)) / plans.reg
    dual = -plans.reg * state.weights @ torch.logsumexp(logits, -1).mean(dim=1)
    expected = torch.autograd.grad(-dual, list(parameters.values()))
    a, b = (torch.cat([g.flatten() for g in slopes]) for slopes in (estimated, expected))
    assert (a - b).norm() < 0.15 * b.norm()


def test_the_slope_by_importance_is_the_automatic_derivative_of_the_estimated_dual():
    """Of the very estimate of ``Σ λ_k f_k^C`` that its proposals give."""
    problem = one_dimensional()
    plans = plans_of(EnergyGuided(), problem, EnergyGuided().init(problem))
    generator = torch.Generator().manual_seed(3)
    parameters = {
        name: (value + torch.randn(value.shape, generator=generator)).requires_grad_()
        for name, value in plans.potentials.parameters.items()
    }
    plans = replace(plans, potentials=replace(plans.potentials, parameters=parameters))
    x = torch.stack([m.draw(20, generator) for m in problem.marginals])
    proposals = shared_proposals(256, torch.zeros(1), 9 * torch.eye(1), generator)
    values = plans.potentials.values(proposals.points)
    weights = plans.potentials.weights
    loss = weights @ (shared_importance(plans, x, proposals).shares.mean(1) * values).sum(-1)
    logits = (values[:, None] - plans.costs.matrices(x, proposals.points)) / plans.reg
    transforms = -plans.reg * torch.logsumexp(logits - proposals.log_densities, dim=-1)
    of_loss, of_dual = (
        torch.autograd.grad(value, list(parameters.values()), retain_graph=True)
        for value in (loss, -weights @ transforms.mean(1))
    )
    for found, slope in zip(of_loss, of_dual, strict=True):
        torch.testing.assert_close(found, slope, rtol=1e-3, atol=1e-5)


def crossed(reg=0.05):
    """Long Gaussians across each other, whose barycenter is neither round nor their mean."""
    axes = ((6, 0.1), (0.1, 6), (5, 0.2))
    given = [GaussianSamples([0.0, 0.0], np.diag(variances)) for variances in axes]
    weights = np.array([0.25, 0.25, 0.5])
    return SampleProblem(given, weights, reg=reg, exact=GaussianAnswer.of(given, weights, reg))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_learns_three_times_better_than_trivial_answers(sampler):
    problem = crossed()
    solver = EnergyGuided(**SMALL | {"sampler": sampler, "learning_rate": 1e-2})
    if sampler == "fresh":
        solver.param.update(batch=64, lifetime=5)
    if sampler == "persistent":
        solver.langevin_steps = 20
    it = last(solver, problem, max_iterations=30)
    assert it.stopped == "Trained: all 300 updates are done."
    truth, errors, identity, drawn = problem.exact, [], [], []
    for k, marginal in enumerate(problem.marginals):
        x = marginal.as_numpy(30, seed=5)
        exact = truth.maps(k, x)
        errors.append(((solver.project(problem, it.state, x, k) - exact) ** 2).sum(1).mean())
        identity.append(((x - exact) ** 2).sum(1).mean())
        many = marginal.as_numpy(1000, seed=6)
        generator = torch.Generator().manual_seed(8)
        drawn.append(solver.conditional(problem, it.state, many, k, 1, generator)[:, 0])
    assert problem.weights @ errors < problem.weights @ identity / 3
    found = problem.weights @ [bw_uvp(y, truth.mean, truth.covariance).value for y in drawn]
    assert found < min(trivial_answers(problem)) / 3
    assert it.objectives["estimate"] == it.state.estimate
    assert 1 <= it.figures["ess"] <= {"shared": 512, "centred": 16}.get(sampler, 64)


def test_twister_and_plans_of_new_points():
    problem = twisted_gaussians()
    solver = EnergyGuided(**SMALL | {"sampler": "shared", "learning_rate": 1e-2, "length": 200})
    it = last(solver, problem, max_iterations=20)
    x = problem.marginals[0].as_numpy(200, seed=3)
    drawn = solver.conditional(problem, it.state, x, 0, 5, torch.Generator().manual_seed(1))
    assert drawn.shape == (200, 5, 2)
    assert bw_uvp(drawn.reshape(-1, 2), np.zeros(2), np.eye(2)).value < 20
    assert bw_uvp(x, np.zeros(2), np.eye(2)).value > 400  # what the identity scores
    projected = solver.project(problem, it.state, x, 0)
    apart = np.linalg.norm(projected - drawn.mean(axis=1), axis=1)
    assert np.median(apart) < 0.15
    places = np.stack(np.meshgrid(*[np.linspace(-3, 3, 61)] * 2), axis=-1).reshape(-1, 2)
    energy = solver.energy(problem, it.state, x[0], 0, places)
    lowest = places[energy.argmin()]
    assert np.linalg.norm(lowest - projected[0]) < 0.4


def test_energies_are_minus_log_densities():
    problem = one_dimensional()
    solver = EnergyGuided(**SMALL)
    state = solver.step(problem, solver.init(problem))
    x, y = torch.tensor([0.4]), torch.linspace(-1, 1, 9)[:, None]
    plans = plans_of(solver, problem, state)
    expected = (x - y).square().sum(1) / 2 - plans.potentials.values(y)[1]
    torch.testing.assert_close(energies(solver, problem, state, x, 1, y), expected)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_saved_states_go_on_to_the_same_numbers(sampler):
    problem = energy_gaussians(3, reg=0.1)
    solver = EnergyGuided(**SMALL | {"sampler": sampler, "updates": 2, "lifetime": 4})
    state = solver.step(problem, solver.init(problem))
    before = save(state)
    on = solver.step(problem, solver.step(problem, state))
    assert save(state) == before  # a step leaves its state as it was
    loaded = load(before, problem).state
    resumed = solver.step(problem, solver.step(problem, solver.init(problem, loaded)))
    assert_same(on, resumed)


def test_seeds():
    problem = energy_gaussians(2, reg=0.1)
    first, again, other = (
        last(EnergyGuided(seed=seed, **SMALL), problem, max_iterations=2).state
        for seed in (3, 3, 4)
    )
    assert_same(first, again)
    assert not torch.equal(first.shown, other.shown)


def test_rates_and_annealing():
    problem = energy_gaussians(2, reg=0.01)
    solver = EnergyGuided(start_reg=2.0, annealing=0.5, **SMALL | {"learning_rate": 0.1})
    state = solver.init(problem)
    unit = float(state.frame["unit"])
    assert unit == pytest.approx(problem.exact.covariance.trace() / 2, rel=0.2)
    assert annealed_reg(solver, state) == pytest.approx(2 * unit)
    middle = annealed_reg(solver, replace(state, updates=75))
    assert middle == pytest.approx((2 * unit * 0.01) ** 0.5)
    assert annealed_reg(solver, replace(state, updates=150)) == pytest.approx(0.01)
    assert annealed_reg(solver, replace(state, updates=250)) == pytest.approx(0.01)
    assert [rate(solver, n) for n in (0, 150, 300)] == pytest.approx([0.1, 0.05, 0.0])


def test_other_weights_start_from_the_same_potentials():
    problem = energy_gaussians(2, reg=0.1)
    solver = EnergyGuided(**SMALL)
    state = last(solver, problem, max_iterations=20).state
    assert solver.init(problem, state) is state
    changed = solver.init(problem.reweighted([0.5, 0.5, 0]), state)
    assert same(changed.parameters, state.parameters)
    assert len(changed.chains) == len(changed.shown) == 2
    assert changed.updates == 120
    assert (
        last(solver, problem.reweighted([0.5, 0.5, 0]), state=state, max_iterations=2).number == 2
    )
    fresh = solver.init(energy_gaussians(2, reg=0.1, seed=9), state)
    assert fresh.updates == 0
    assert not same(fresh.parameters, state.parameters)


def test_a_batch_may_change_on_the_way():
    problem = energy_gaussians(2, reg=0.1)
    state = EnergyGuided(**SMALL).init(problem)
    for batch in (200, 50):
        state = EnergyGuided(**SMALL | {"batch": batch}).step(problem, state)
        assert state.chains.shape == state.sources.shape == (3, batch, 2)


def test_projections_have_no_noise_where_the_energy_is_quadratic():
    """Untrained potentials are zero, and the projection is x itself."""
    problem = energy_gaussians(3, reg=1.0)
    solver = EnergyGuided(start_reg=0, **SMALL)
    x = problem.marginals[1].as_numpy(10, seed=2)
    np.testing.assert_allclose(solver.project(problem, solver.init(problem), x, 1), x, atol=1e-4)


@pytest.mark.parametrize("costs", [None, Expression("(x1 - y1)**2 + 2*abs(x2 - y2)**1.5")], ids=str)
def test_any_cost_is_trained_on_the_twister(costs):
    problem = twisted_gaussians(costs)
    solver = EnergyGuided(**SMALL | {"shown_steps": 20, "updates": 20, "length": 60})
    its = list(iterates(solver, problem))
    assert its[-1].stopped == "Trained: all 60 updates are done."
    assert its[-1].objectives["estimate"] > its[0].objectives["estimate"]  # ascends, ε falls too
