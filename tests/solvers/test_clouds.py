"""Clouds and problems of clouds: what they keep, and what they refuse in a sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.clouds import Cloud
from solvers.costs import PowerNorm, SquaredEuclidean
from solvers.point_problem import MAX_POINTS, PointProblem
from solvers.projected_costs import Projections
from tests.solvers.clouds import random_cloud, random_problem

NAN, INF = float("nan"), float("inf")


def test_rows_are_mass_then_position():
    cloud = Cloud([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], [1, 0, 3])
    assert len(cloud) == 2
    assert cloud.dimension == 2
    np.testing.assert_array_equal(np.asarray(cloud), [[0.25, 0.1, 0.2], [0.75, 0.5, 0.6]])
    assert np.asarray(cloud, np.float32).dtype == np.float32
    np.testing.assert_allclose(cloud.mean, [0.4, 0.5])
    assert cloud.size == 0.6


@given(st.integers(1, 30), st.integers(1, 3), st.integers(0, 99))
def test_rows_lead_back(count, dimension, seed):
    cloud = random_cloud(np.random.default_rng(seed), count, dimension)
    again = Cloud.of_rows(np.asarray(cloud))
    np.testing.assert_allclose(np.asarray(again), np.asarray(cloud), rtol=1e-14)
    assert cloud.masses.sum() == pytest.approx(1, abs=1e-14)


def test_a_cloud_cannot_be_changed():
    positions = np.array([[0.1, 0.2]])
    cloud = Cloud(positions)
    positions[0] = 9
    np.testing.assert_array_equal(cloud.positions, [[0.1, 0.2]])
    with pytest.raises(AttributeError):
        cloud.masses = np.ones(1)


@pytest.mark.parametrize("masses", [[1e308, 1e308], [1e-300, 1e-300]], ids=str)
def test_masses_of_any_scale(masses):
    np.testing.assert_array_equal(Cloud([[0, 0], [1, 1]], masses).masses, [0.5, 0.5])


def test_merged_puts_coinciding_points_together():
    merged = Cloud([[1, 2], [0, 0], [1, 2 + 1e-12], [0, 1e-3]], [1, 2, 3, 4]).merged()
    rows = np.asarray(merged)
    np.testing.assert_allclose(
        rows[np.argsort(rows[:, 0])], [[0.2, 0, 0], [0.4, 0, 1e-3], [0.4, 1, 2]], atol=1e-11
    )
    np.testing.assert_array_equal(np.asarray(Cloud(np.zeros((3, 2))).merged()), [[1, 0, 0]])


@pytest.mark.parametrize(
    ("positions", "masses", "message"),
    [
        ([], None, r"positions: the shape is \(0,\), but must be \(n, d\)"),
        (np.zeros((0, 2)), None, "positions: there is no point"),
        ([0.1, 0.2], None, r"positions: the shape is \(2,\)"),
        ([[0, 0], [0, NAN]], None, r"positions: point 1 is at \(0, nan\)"),
        ([[INF, 0]], None, r"positions: point 0 is at \(inf, 0\)"),
        ([["a", "b"]], None, "positions: must be real numbers"),
        ([[0, 0], [1]], None, "positions: must be real numbers in a regular array"),
        ([[1j, 0]], None, "positions: must be real numbers"),
        ([[0, 0]], [-0.5], "masses: the mass of point 0 is -0.5, but must be finite and ≥ 0"),
        ([[0, 0], [1, 1]], [1, INF], "masses: the mass of point 1 is inf"),
        ([[0, 0], [1, 1]], [0, 0], "masses: all are zero, but at least one must be positive"),
        ([[0, 0], [1, 1]], [1], r"masses: the shape is \(1,\), but must be \(2,\)"),
    ],
)
def test_bad_clouds_are_refused(positions, masses, message):
    with pytest.raises(ValueError, match=message):
        Cloud(positions, masses)


def test_bad_rows_are_refused():
    with pytest.raises(ValueError, match=r"rows: the shape is \(3, 1\)"):
        Cloud.of_rows(np.ones((3, 1)))


def test_measures_of_weight_zero_are_dropped_and_come_back(rng):
    problem = random_problem(rng, weights=(2, 0, 6))
    assert problem.kept == (0, 2)
    np.testing.assert_array_equal(problem.weights, [0.25, 0.75])
    assert problem.measures == (problem.given[0], problem.given[2])
    again = problem.reweighted((1, 1, 2))
    assert again.kept == (0, 1, 2)
    assert again.given is problem.given
    with pytest.raises(ValueError, match="weights: weight 1 is -1"):
        problem.reweighted((1, -1, 1))


def test_arrays_become_clouds(rng):
    points = rng.random((4, 2))
    problem = PointProblem([points, Cloud(points)], SquaredEuclidean())
    np.testing.assert_array_equal(problem.given[0].positions, points)


def test_costs_and_barycentres_count_the_measures_that_are_left(rng):
    costs = Projections.usual(3, 2)
    shadows = [costs.project(k, rng.random((6, 3))) for k in range(3)]
    problem = PointProblem(shadows, costs, (0, 1, 3))
    x = rng.random((5, 3))
    np.testing.assert_array_equal(problem.cost_matrix(1, x), costs.matrix(2, x, shadows[2]))
    partners = problem.partners(np.array([[0, 5], [2, 3], [1, 1], [4, 0], [0, 0]]))
    by_hand = 0.25 * costs.pairs(1, x, partners[0]) + 0.75 * costs.pairs(2, x, partners[1])
    np.testing.assert_allclose(problem.mean_costs(x, partners), by_hand)
    best = problem.barycentres(partners, x)
    assert (problem.mean_costs(best, partners) <= by_hand + 1e-12).all()


def test_spread_is_the_cost_of_one_point():
    problem = PointProblem([[[0, 0]], [[1, 0], [3, 0]]], SquaredEuclidean(), (0.5, 0.5))
    assert problem.spread == pytest.approx(0.5 * 1 + 0.5 * (0 + 4) / 2)
    assert PointProblem([[[0.2, 0.2]]] * 2, SquaredEuclidean()).spread == 1


@pytest.mark.parametrize(
    ("measures", "message"),
    [
        ([[[0, 0]]], "measures: 1 given, but a barycenter here takes 2 to 16"),
        ([[[0, 0]]] * 17, "measures: 17 given"),
        (3, "measures: must be a sequence of clouds, not 3"),
        ([[[0, 0]], [[0, 0], [NAN, 0]]], "measures: measure 1: positions: point 1 is at"),
        ([[[0, 0]], np.zeros((0, 2))], "measures: measure 1: positions: there is no point"),
        ([[[0, 0]], [[0, 0, 0]]], "measures: measure 1 has points of dimension 3"),
        (
            [[[0, 0]], np.zeros((MAX_POINTS + 1, 2))],
            "measures: measure 1 has 20001 points, but at most 20000 are possible",
        ),
    ],
)
def test_bad_measures_are_refused(measures, message):
    with pytest.raises(ValueError, match=message):
        PointProblem(measures, SquaredEuclidean())


def test_far_points_are_refused():
    with pytest.raises(ValueError, match=r"measures: measure \d is so far off"):
        PointProblem([[[0, 0]], [[1e200, 0]]], PowerNorm(2, 3))
