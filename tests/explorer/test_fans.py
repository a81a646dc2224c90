"""Fans of conditional plans and landscapes of their energies, against answers that are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.energies import answered, energy_landscape
from explorer.fans import ExactPlan, LearnedPlan, Origin, nearest, origin_of
from explorer.frames import Frame
from explorer.relief import relief, window_places
from solvers.energy_guided import EnergyGuided
from solvers.exact_gaussians import GaussianAnswer
from solvers.expression_costs import Expression
from solvers.sample_datasets import energy_gaussians, twisted_gaussians
from solvers.sample_problem import ExactAnswer, SampleProblem
from solvers.samples import GaussianSamples

WINDOW = Frame(np.zeros(2), np.eye(2), 7.0)


@pytest.fixture(autouse=True)
def one_thread():
    """Small tensors are slower on several threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def solver(**settings):
    return EnergyGuided(**{"length": 4, "batch": 16, "shown": 30, "plan_steps": 20} | settings)


def test_the_exact_fan_is_that_of_the_formula():
    """Mean and spread of 200 draws; the plan's covariance is ε A."""
    problem = energy_gaussians(reg=0.5)
    x = np.array([0.8, -0.3])
    fan = ExactPlan.of(problem).fan(Origin(1, x))
    exact = problem.exact
    np.testing.assert_allclose(fan.mean, exact.maps(1, x[None])[0], atol=0.15)
    spread = np.sqrt(0.5 * np.trace(exact.slope(1)))
    assert fan.spread == pytest.approx(spread, rel=0.15)
    assert fan.ends.shape == (40, 2)


@pytest.mark.parametrize("make", [energy_gaussians, twisted_gaussians])
def test_the_exact_energy_is_lowest_at_the_mode(make):
    problem = make(reg=0.1)
    x = problem.given[0].as_numpy(1, 3)[0]
    found = energy_landscape(ExactPlan.of(problem), Origin(0, x), WINDOW, 0.5, x)
    draws = ExactPlan.of(problem).draws(0, x, 4000)
    assert found.cost <= ExactPlan.of(problem).energies(0, x, draws).min()
    if make is energy_gaussians:  # the mode of a Gaussian is its mean
        np.testing.assert_allclose(found.best, problem.exact.maps(0, x[None])[0], atol=2e-3)
    row, column = np.unravel_index(found.levels.argmax(), found.levels.shape)
    place = WINDOW.lift(np.array([(column + 0.5) / 96, 1 - (row + 0.5) / 96]))
    assert np.abs(place - found.best).max() <= 14 / 96


def test_a_landscape_in_space_is_seen_in_the_plane_through_a_point():
    gaussians = [GaussianSamples(np.zeros(3), np.eye(3) * (1 + k)) for k in range(2)]
    weights = np.array([0.5, 0.5])
    problem = SampleProblem(gaussians, reg=0.1, exact=GaussianAnswer.of(gaussians, weights, 0.1))
    frame = Frame(np.array([0.5, 0.0, 0.0]), np.eye(3), 3.0)
    through = np.array([0.0, 0.0, 0.7])
    found = energy_landscape(ExactPlan.of(problem), Origin(0, np.ones(3)), frame, 0.5, through)
    assert found.best[2] == pytest.approx(0.7)
    mean = problem.exact.maps(0, np.ones((1, 3)))[0]
    np.testing.assert_allclose(found.best[:2], mean[:2], atol=5e-3)  # round: no axes are coupled


def test_an_answer_without_potentials_has_no_plans():
    gaussian = GaussianSamples(np.zeros(2), np.eye(2))
    assert ExactPlan.of(SampleProblem([gaussian], reg=0.1)) is None
    assert ExactPlan.of(SampleProblem([gaussian], reg=0.1, exact=ExactAnswer(gaussian))) is None


@pytest.mark.parametrize(("make", "twist"), [(energy_gaussians, 0.0), (twisted_gaussians, 0.4)])
def test_untrained_plans_are_those_of_the_cost_alone(make, twist):
    """Their potentials are zero: the likeliest place is the point itself, the spread that of ε.

    A twist shears what is far from the middle.
    """
    problem = make(reg=0.1)
    guided = solver(annealing=0.01, start_reg=0.0, plan_steps=200)
    state = guided.init(problem)
    origin = Origin(1, np.array([1.5, -0.5]))
    answer = answered(LearnedPlan(problem, guided, state), origin, WINDOW, 0.5)
    spread = np.sqrt(0.1 * (2 + twist**2 * origin.x @ origin.x))
    np.testing.assert_allclose(answer.energy.best, origin.x, atol=5e-3)
    assert answer.energy.cost == pytest.approx(0, abs=1e-3)
    assert answer.fan.spread == pytest.approx(spread, rel=0.1)
    assert answer.mode is not None
    assert answered(LearnedPlan(problem, guided, state), origin, WINDOW, None).energy is None


def test_a_dot_was_drawn_for_a_point():
    """Of the second marginal that counts, ten dots each."""
    problem = energy_gaussians(reg=0.1, weights=[0.5, 0, 0.5])
    state = solver(shown=20).init(problem)
    origin = origin_of(problem, state, dot=12)
    assert origin.slot == 2
    np.testing.assert_array_equal(origin.x, state.shown_sources[1, 2])


def test_where_no_chain_has_been_no_energy_is_known():
    """A network only guesses there."""
    problem, guided = energy_gaussians(reg=0.1), solver()
    plan, origin = LearnedPlan(problem, guided, guided.init(problem)), Origin(0, np.zeros(2))
    levels = energy_landscape(plan, origin, WINDOW, 0.5, np.zeros(2)).levels
    assert (levels[:12] == 0).all()
    assert levels[48, 48] > 240
    far = Frame(np.full(2, 99.0), np.eye(2), 1.0)
    assert energy_landscape(plan, origin, far, 0.5, np.full(2, 99.0)) is None


def test_a_fan_is_the_same_for_the_same_state():
    problem, guided = energy_gaussians(reg=0.1), solver()
    state = guided.step(problem, guided.init(problem))
    fans = [LearnedPlan(problem, guided, state).fan(Origin(0, np.zeros(2))) for _ in range(2)]
    np.testing.assert_array_equal(fans[0].ends, fans[1].ends)


def test_a_marginal_without_weight_sends_nothing():
    problem = twisted_gaussians(reg=0.1, weights=[1, 1, 0])
    answer = answered(ExactPlan.of(problem), Origin(2, np.zeros(2)), WINDOW, 0.5)
    assert answer.fan is None
    assert answer.reason == "Nothing is sent from there: its distribution has weight 0."


def test_potentials_that_have_diverged_have_no_fan():
    problem, guided = energy_gaussians(reg=0.1), solver()
    state = guided.init(problem)
    state.parameters["heads"].fill_(torch.nan)
    answer = answered(LearnedPlan(problem, guided, state), Origin(0, np.zeros(2)), WINDOW, 0.5)
    assert answer.fan is None
    assert "not finite" in answer.reason


def test_where_a_formula_is_not_defined_nobody_goes():
    """√x1 on marginals to the right of the axis: to the left of it all is dearest."""
    rng = np.random.default_rng(0)
    clouds = [rng.uniform((1, k), (2, 1 + k), (60, 2)) for k in (0, 1)]
    problem = SampleProblem(clouds, costs=Expression("r**2*sqrt(x1)"), reg=0.1)
    guided = solver()
    plan = LearnedPlan(problem, guided, guided.init(problem))
    answer = answered(plan, Origin(0, np.array([1.5, 0.5])), WINDOW, 0.5)
    assert np.isfinite(answer.fan.ends).all()
    assert (answer.energy.levels[:, :48] == 0).all()
    assert answer.energy.levels[:, 48:].max() > 240


def test_a_place_belongs_to_the_nearest_marginal():
    clouds = [np.array([[1, 0.2, 0.2]]), np.array([[0.5, 0.9, 0.9], [0.5, 0.3, 0.3]])]
    assert nearest(clouds, (0, 1), np.array([0.1, 0.1])) == 0
    assert nearest(clouds, (0, 1), np.array([0.4, 0.4])) == 1
    assert nearest(clouds, (1,), np.array([0.1, 0.1])) == 1


def test_a_relief_is_strongest_at_the_lowest_place():
    places = window_places(0.6)
    np.testing.assert_allclose(places[0], [-0.1 + 0.6 / 96, 1.1 - 0.6 / 96])
    values = ((places - 0.5) ** 2).sum(axis=1)
    values[places[:, 0] < 0] = np.inf
    levels = relief(values, 0.0)
    assert levels.shape == (96, 96)
    assert levels[48, 48] == levels.max() > 245
    assert (levels[:, :8] == 0).all()
    assert relief(np.ones(96 * 96), 1.0).min() == 255
