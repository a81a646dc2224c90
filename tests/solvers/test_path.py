"""Barycenters along a path of weights."""

import numpy as np
import pytest

from solvers import (
    CWB,
    SGA,
    FixedPoint,
    GMMFixedPoint,
    GridProblem,
    MixtureProblem,
    MultiscaleSGA,
    SquaredEuclidean,
    along_path,
    iterates,
    weights_between,
)
from solvers.datasets import SHAPES, shape
from tests.solvers.clouds import random_problem
from tests.solvers.helpers import dual, last_of, run
from tests.solvers.mixtures import random_mixture

CLOSED = [[1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 1, 0], [1, 0, 0, 0]]


@pytest.fixture(scope="module")
def marginals():
    return [shape(name, 64) for name in SHAPES]


def test_weights_between_keeps_its_pace():
    path = weights_between([[1, 0], [0, 2]], 5)
    np.testing.assert_allclose(path[:, 0], [1, 0.75, 0.5, 0.25, 0])
    path = weights_between(CLOSED, 31)
    np.testing.assert_allclose(path.sum(axis=1), 1)
    np.testing.assert_array_equal(path[0], path[-1])
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert steps.max() < 1.001 * np.median(steps)  # shorter only where a corner is cut


@pytest.mark.parametrize(
    ("stops", "count", "rule"),
    [
        ([1, 0], 5, "two or more rows"),
        ([[1, 0]], 5, "two or more rows"),
        ([[1, 0], [0, 1]], 1, "at least 2"),
        ([[1, 0], [2, 0]], 5, "all are the same"),
        ([[1, 0], [-1, 2]], 5, r"weight 0 is -1"),
    ],
)
def test_paths_that_are_none_are_refused(stops, count, rule):
    with pytest.raises(ValueError, match=rule):
        weights_between(stops, count)


@pytest.mark.parametrize("solver", [SGA(), MultiscaleSGA()], ids=lambda s: s.label)
def test_every_point_is_the_barycenter_of_its_weights(marginals, solver):
    path = weights_between(CLOSED, 13)
    its = list(along_path(solver, marginals, path))
    assert len(its) == 13
    assert max(it.number for it in its[2:]) <= 30
    for weights, it in zip(path[::3], its[::3], strict=True):
        assert it.barycenter.shape == (64, 64)
        alone = run(GridProblem(marginals, weights), steps=60)[-1].best
        assert dual(it) >= 0.998 * dual(alone)
    for corner, which in ((0, 0), (-1, 0)):
        density = marginals[which] / marginals[which].mean()
        np.testing.assert_allclose(its[corner].barycenter, density)


def test_a_start_from_a_corner_uses_the_coarse_grids(marginals):
    first, second, _ = along_path(MultiscaleSGA(), marginals, weights_between(CLOSED[:2], 3))
    assert first.state.levels_left == 0
    assert len(second.state.pyramid) == 2
    assert second.state.sga.iteration < second.number


def test_any_solver_follows_a_path(marginals):
    its = list(along_path(CWB(reg=0.01), marginals, weights_between(CLOSED[:2], 4)))
    assert [it.number for it in its[1:3]] == [30, 30]
    assert its[1].barycenter.max() != its[2].barycenter.max()


def test_cancelling_ends_the_path(marginals):
    seen = []
    for it in along_path(
        SGA(), marginals, weights_between(CLOSED, 13), cancelled=lambda: len(seen) >= 2
    ):
        seen.append(it)
    assert len(seen) == 2


def test_a_path_starts_from_a_state(marginals):
    old = run(GridProblem(marginals, [0.4, 0.1, 0.2, 0.3]), steps=30)[-1]
    (it,) = along_path(SGA(), marginals, [[0.41, 0.1, 0.19, 0.3]], old.state, max_iterations=0)
    assert it.number == 0
    assert dual(it) > 0.99 * dual(old)


@pytest.fixture
def measures(rng):
    """By kind: a problem, and G."""
    mixtures = MixtureProblem([random_mixture(rng, 3) for _ in range(3)])
    return {
        "clouds": (random_problem(rng, (12, 12, 12), SquaredEuclidean()), FixedPoint()),
        "mixtures": (mixtures, GMMFixedPoint()),
    }


@pytest.mark.parametrize("kind", ["clouds", "mixtures"])
def test_measures_follow_a_path_from_corner_to_corner(measures, kind):
    problem, solver = measures[kind]
    path = weights_between([[1, 0, 0], [0, 1, 0], [0, 0, 1]], 9)
    its = list(along_path(solver, problem, path))
    assert len(its) == 9
    for weights, it in zip(path, its, strict=True):
        there = problem.reweighted(weights)
        assert it.objectives["primal"] == pytest.approx(
            solver.iterate(there, solver.init(there, it.state)).objectives["primal"], rel=1e-9
        )
        alone = last_of(iterates(solver, there))
        assert it.objectives["primal"] <= 1.25 * alone.objectives["primal"] + 1e-9
    for corner, given in ((0, 0), (4, 1), (-1, 2)):
        assert its[corner].objectives["primal"] == pytest.approx(0, abs=1e-9)
        rows, expected = np.asarray(its[corner].barycenter), np.asarray(problem.given[given])
        assert rows[:, 0] @ rows[:, 1:3] == pytest.approx(expected[:, 0] @ expected[:, 1:3])


@pytest.mark.parametrize("kind", ["clouds", "mixtures"])
def test_measures_are_warm_from_the_weights_before(measures, kind):
    problem, solver = measures[kind]
    first = last_of(iterates(solver, problem))
    (again,) = along_path(solver, problem, [problem.weights], first.state, max_iterations=0)
    np.testing.assert_array_equal(np.asarray(again.barycenter), np.asarray(first.barycenter))
