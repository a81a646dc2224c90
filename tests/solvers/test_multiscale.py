"""Coarse-to-fine SGA: its levels, its answer, its warm start."""

import numpy as np
import pytest

from solvers import SGA, GridProblem, MultiscaleSGA, iterates
from tests.solvers.helpers import dual, four_shapes, gaussian, run


def climb(problem, steps=60, **options):
    return run(problem, solver=MultiscaleSGA(), steps=steps, **options)


def levels(its):
    return [it.levels_left for it in its]


@pytest.fixture(scope="module")
def its():
    return climb(four_shapes(128))


def test_grids_follow_each_other_and_the_finest_stays(its):
    assert levels(its) == sorted(levels(its), reverse=True)
    assert set(levels(its)) == {2, 1, 0}
    for it in its:
        side = 128 >> it.levels_left
        assert it.barycenter.shape == (side, side)
        assert it.barycenter.mean() == pytest.approx(1)


def test_the_best_iterate_is_one_of_the_finest_grid(its):
    """The dual of a coarse grid is larger, and no bound."""
    assert its[-1].best.levels_left == 0
    assert dual(its[-1].best) == max(dual(it) for it in its if it.levels_left == 0)
    assert max(dual(it) for it in its if it.levels_left) > dual(its[-1].best)


def test_finest_grid_starts_close_to_the_optimum(its):
    alone = run(four_shapes(128), steps=60)[-1].best
    first = next(it for it in its if it.levels_left == 0)
    assert first.number < 25
    assert dual(first) > 0.998 * dual(alone)
    assert dual(its[-1].best) > 0.9999 * dual(alone)
    assert np.abs(its[-1].barycenter - alone.barycenter).mean() < 0.03


@pytest.mark.parametrize("dims", [(99, 53), (70, 130), (52, 49, 51)], ids=str)
def test_odd_and_oblong_grids(dims):
    """Between Gaussians; cells added to an odd axis change neither lengths nor the place."""
    middle = np.array(dims) / max(dims) / 2
    means = [middle - 0.08, middle + [0.1, -0.05, 0.0][: len(dims)]]
    problem = GridProblem([gaussian(dims, mean, 0.05) for mean in means])
    its = climb(problem, steps=40)
    exact = np.sum((means[1] - means[0]) ** 2) / 8
    assert its[0].levels_left > 0
    assert its[-1].barycenter.shape == dims
    first = next(it for it in its if it.levels_left == 0)
    assert dual(first) == pytest.approx(dual(run(problem, steps=40)[-1].best), rel=0.03)
    assert dual(its[-1].best) == pytest.approx(exact, rel=0.02)


def test_small_and_narrow_grids_have_one_level():
    rng = np.random.default_rng(0)
    for dims in [(2, 40), (12, 300), (47, 47)]:
        problem = GridProblem(rng.random((2, *dims)))
        assert levels(climb(problem, steps=1)) == [0, 0]


def test_one_marginal_is_its_own_barycenter():
    problem = GridProblem(np.random.default_rng(0).random((2, 64, 64)), [0, 1])
    (it,) = climb(problem)
    np.testing.assert_array_equal(it.barycenter, problem.marginals[0])
    assert "only one marginal" in it.stopped


def test_a_small_change_of_weights_stays_on_the_finest_grid(its):
    changed = four_shapes(128, (0.35, 0.25, 0.15, 0.25))
    warm = climb(changed, state=its[-1].state, steps=5)
    assert set(levels(warm)) == {0}
    best = dual(climb(changed)[-1].best)
    assert dual(warm[1].best) > 0.999 * best


def test_a_change_on_the_way_goes_on_from_there(its):
    half_way = next(it for it in its if it.levels_left == 1)
    warm = climb(four_shapes(128, (0.1, 0.2, 0.3, 0.4)), state=half_way.state, steps=1)
    assert levels(warm)[0] == 1
    assert dual(warm[0]) > 0


def test_weights_that_return_find_their_potentials(its):
    """Also those of a marginal that had no weight while the grid was refined."""
    without = [0.5, 0.3, 0.2, 0]
    coarse = climb(four_shapes(128), steps=12)[-1]
    assert coarse.levels_left > 0
    its = climb(four_shapes(128, without), state=coarse.state)
    assert levels(its)[-1] == 0
    back = climb(four_shapes(128), state=its[-1].state, steps=0)[-1]
    assert dual(back) > 0.95 * dual(climb(four_shapes(128))[-1].best)


def test_interrupting_changes_nothing(its):
    state = its[7].state
    again = list(iterates(MultiscaleSGA(), state.problem, state, max_iterations=10, tolerance=0))
    for a, b in zip(again, its[7:], strict=False):
        np.testing.assert_array_equal(a.barycenter, b.barycenter)


def test_state_of_another_grid_is_refused(its):
    with pytest.raises(ValueError, match=r"^state:.*\(128, 128\).*\(64, 64\)"):
        climb(four_shapes(64), state=its[-1].state)


def test_settings_are_those_of_sga():
    names = set(MultiscaleSGA.param) - {"name"}
    assert names == set(SGA.param) - {"name"}
