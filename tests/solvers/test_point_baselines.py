"""Free support and descent: POT's iterates, descent of V, and how they relate to H."""

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.bijected_costs import Twister
from solvers.clouds import Cloud
from solvers.costs import PowerNorm, SquaredEuclidean
from solvers.expression_costs import Expression
from solvers.fixed_points import Barycentric
from solvers.free_support import FreeSupport
from solvers.plans import couplings
from solvers.point_descent import PointDescent
from solvers.point_problem import PointProblem
from solvers.projected_costs import Circles, Projections
from tests.solvers.clouds import COSTS, from_start, random_cloud, random_problem, run_points

WEIGHTS = (0.2, 0.5, 0.3)


def values(its):
    return np.array([it.objectives["primal"] for it in its])


@pytest.mark.parametrize("dimension", [2, 3])
def test_free_support_is_that_of_pot(rng, dimension):
    problem = random_problem(rng, (9, 7, 8), SquaredEuclidean(dimension), WEIGHTS)
    start = random_cloud(rng, 6, dimension)
    its = from_start(FreeSupport(), problem, start)
    for it in its[1:]:
        theirs = ot.lp.free_support_barycenter(
            [cloud.positions for cloud in problem.measures],
            [cloud.masses for cloud in problem.measures],
            start.positions,
            start.masses,
            problem.weights,
            numItermax=it.number,
            stopThr=0,
        )
        np.testing.assert_allclose(it.barycenter.positions, theirs, atol=1e-8)
        np.testing.assert_allclose(it.barycenter.masses, start.masses, rtol=1e-14)


@pytest.mark.parametrize("step_size", [0.1, 0.6, 1.0])
def test_free_support_never_rises(rng, step_size):
    its = run_points(FreeSupport(step_size=step_size), random_problem(rng, (20, 15, 18)), 8)
    assert (np.diff(values(its)) <= 1e-14).all()


def test_a_part_of_the_way(rng):
    problem, start = random_problem(rng, weights=WEIGHTS), random_cloud(rng, 6)
    whole, part = (
        from_start(FreeSupport(step_size=s), problem, start, 1)[-1].barycenter.positions
        for s in (1, 0.3)
    )
    np.testing.assert_allclose(part, 0.7 * start.positions + 0.3 * whole, atol=1e-14)


def test_free_support_takes_every_spelling_of_the_squared_distance_and_no_other_cost(rng):
    clouds = [random_cloud(rng, 5), random_cloud(rng, 6)]
    one, other = (
        run_points(FreeSupport(), PointProblem(clouds, costs), 2)[-1].barycenter.positions
        for costs in (SquaredEuclidean(), PowerNorm(2, 2))
    )
    np.testing.assert_allclose(one, other, atol=1e-9)
    with pytest.raises(ValueError, match=r"costs: are .* but must be the squared distance"):
        run_points(FreeSupport(), PointProblem(clouds, PowerNorm(2, 1)), 1)


def test_for_squared_distances_a_step_of_one_half_is_that_of_h(rng):
    problem, start = random_problem(rng, weights=WEIGHTS), random_cloud(rng, 6)
    h, descent = (
        from_start(solver, problem, start, 3)[-1].barycenter.positions
        for solver in (Barycentric(), PointDescent(step_size=0.5))
    )
    np.testing.assert_allclose(h, descent, atol=1e-9)


def test_the_step_is_along_the_gradient_of_v(rng):
    """Against difference quotients of V itself, whose plans may change."""
    problem = random_problem(rng, (9, 7, 8), PowerNorm(1.5, 3), WEIGHTS)
    start, tiny = random_cloud(rng, 5), 1e-4
    after = from_start(PointDescent(step_size=tiny), problem, start, 1)[-1].barycenter
    step = (start.positions - after.positions) / tiny * start.masses[:, None]
    for i, axis in np.ndindex(step.shape):
        sides = []
        for sign in (1, -1):
            moved = start.positions.copy()
            moved[i, axis] += sign * 1e-6
            sides.append(couplings(problem, Cloud(moved, start.masses)).value)
        assert step[i, axis] == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-4, abs=1e-7)


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from(sorted(COSTS)),
    st.lists(st.integers(1, 10), min_size=2, max_size=4),
    st.sampled_from([0.01, 0.25, 3.0, 100.0]),
    st.integers(0, 999),
)
def test_descent_never_rises(name, counts, step_size, seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, counts, COSTS[name])
    its = run_points(PointDescent(step_size=step_size), problem, 5)
    assert (np.diff(values(its)) <= 1e-12).all()
    assert len(its[-1].barycenter) == len(its[0].barycenter)


@pytest.mark.parametrize(
    "costs", [PowerNorm(1.5, 1.5), Twister(), Circles.usual(3), Projections.usual(3, 1)], ids=repr
)
def test_descent_gets_near_what_h_finds(rng, costs):
    """Where H rests, descent can hardly do worse."""
    world = rng.random((12, costs.dimension))
    clouds = [world[k:] if costs.same_space else costs.project(k, world) for k in range(3)]
    problem = PointProblem(clouds, costs)
    descent = values(run_points(PointDescent(), problem, 60))
    assert descent[-1] <= 1.1 * values(run_points(Barycentric(), problem, 30)).min() + 1e-3
    assert descent[-1] < descent[0]


@pytest.mark.parametrize("step_size", [0.25, 10.0])
def test_descent_stays_where_a_formula_is_defined(rng, step_size):
    """Its steps are halved until they end where there is a root."""
    problem = random_problem(rng, costs=Expression("r**2 + sqrt(x1)"))
    its = run_points(PointDescent(step_size=step_size), problem, 8)
    assert (np.diff(values(its)) <= 1e-12).all()
    assert values(its)[-1] < values(its)[0]
    assert its[-1].barycenter.positions[:, 0].min() >= 0


def test_points_at_rest_stop_the_descent():
    problem = PointProblem([[[0, 0]], [[1, 0]]], SquaredEuclidean())
    last = from_start(PointDescent(), problem, Cloud([[0.5, 0]]), 5)[-1]
    assert last.number == 1
    assert last.stopped == "Converged: the points do not move any more."
