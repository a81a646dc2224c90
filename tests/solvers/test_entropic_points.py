"""Gε: entropic costs of POT, the sample of the gluing, and G as the limit."""

import numpy as np
import ot
import pytest

from solvers.costs import PowerNorm
from solvers.fixed_points import EntropicFixedPoint, FixedPoint
from solvers.point_problem import PointProblem
from solvers.projected_costs import Circles
from tests.solvers.clouds import from_start, primal, random_cloud, random_problem, run_points

WEIGHTS = (0.2, 0.5, 0.3)


def test_with_little_blur_it_is_g(rng):
    problem = random_problem(rng, (25, 25, 25), weights=WEIGHTS, equal=True)
    exact = run_points(FixedPoint(), problem, 1)[-1]
    near = run_points(EntropicFixedPoint(reg=1e-3), problem, 1)[-1]
    assert primal(near) == pytest.approx(primal(exact), rel=0.02)


def test_the_estimate_is_above_v_and_falls_to_it(rng):
    problem = random_problem(rng, weights=WEIGHTS)
    gaps = []
    for reg in (0.5, 0.05, 0.005):
        (it,) = run_points(EntropicFixedPoint(reg=reg), problem, 0)
        gaps.append(it.objectives["estimate"] - primal(it))
    assert gaps[0] > gaps[1] > gaps[2] > 0


def test_the_estimate_is_the_entropic_cost_of_pot(rng):
    problem, start = random_problem(rng, (9, 7), weights=(0.6, 0.4)), random_cloud(rng, 6)
    reg = 0.1 * problem.spread
    expected = 0
    for k, measure in enumerate(problem.measures):
        costs = problem.cost_matrix(k, start.positions)
        plan = ot.bregman.sinkhorn_log(
            start.masses, measure.masses, costs, reg, numItermax=10_000, stopThr=1e-10
        )
        relative = plan / np.outer(start.masses, measure.masses)
        cost = (plan * costs).sum() + reg * (plan * np.log(relative)).sum()
        expected += problem.weights[k] * cost
    found = from_start(EntropicFixedPoint(reg=0.1), problem, start, 0)[0]
    assert found.objectives["estimate"] == pytest.approx(expected, rel=1e-5)


def test_blurred_plans_still_use_all_of_every_measure(rng):
    """Plans that are nearly products: the partners of all points have the measures' means."""
    problem = random_problem(rng, (40, 50, 60))
    solver = EntropicFixedPoint(reg=10, points=60)
    state = solver.init(problem)
    found = problem.partners(state.indices)
    for partners, measure in zip(found, problem.measures, strict=True):
        np.testing.assert_allclose(partners.mean(axis=0), measure.mean, atol=0.05)
        assert len(np.unique(partners, axis=0)) > 0.4 * len(measure)


def test_the_sample_has_the_size_asked_for_and_takes_points_by_mass(rng):
    problem, start = random_problem(rng), random_cloud(rng, 6)
    solver = EntropicFixedPoint(support=300)
    state = solver.begun(problem, start)
    shares = np.bincount(state.source, minlength=6) / 300
    np.testing.assert_allclose(shares, start.masses, atol=1 / 300)
    assert solver.step(problem, state).cloud.masses == pytest.approx(np.full(300, 1 / 300))


def test_seeds_differ(rng):
    problem = random_problem(rng)
    one, same, other = (
        run_points(EntropicFixedPoint(seed=s, start="mixture", reg=0.2), problem, 2)[-1]
        for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.barycenter.positions, same.barycenter.positions)
    assert (one.barycenter.positions != other.barycenter.positions).any()


def test_v_is_left_out_where_it_is_dear(rng, monkeypatch):
    monkeypatch.setattr("solvers.fixed_points._AFFORDABLE", 10)
    (it,) = run_points(EntropicFixedPoint(), random_problem(rng), 0)
    assert set(it.objectives) == {"estimate"}


@pytest.mark.parametrize("costs", [PowerNorm(1.5, 3), Circles.usual(3)], ids=repr)
def test_other_costs(rng, costs):
    clouds = [rng.random((12, 2)) for _ in range(3)]
    if isinstance(costs, Circles):
        clouds = [costs.project(k, cloud) for k, cloud in enumerate(clouds)]
    its = run_points(EntropicFixedPoint(reg=0.01), PointProblem(clouds, costs), 4)
    assert primal(its[-1]) < primal(its[0])
