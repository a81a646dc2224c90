"""A state continues where it was, warms up a changed problem, and is nobody else's business."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from solvers import SGA, GridProblem
from solvers.datasets import silhouette
from tests.solvers.helpers import ALPHA, PAPER, congruence, dual, four_shapes, run, waves


@pytest.fixture(scope="module")
def problem():
    return four_shapes(48)


@pytest.fixture(scope="module")
def solved(problem):
    return run(problem, steps=40)[-1]


def assert_same(a, b):
    assert dual(a) == dual(b)
    np.testing.assert_array_equal(a.barycenter, b.barycenter)
    np.testing.assert_array_equal(a.state.potentials, b.state.potentials)


@pytest.mark.parametrize(
    "settings", [{}, {"scheme": "sequential"}, {"scheme": "random", "seed": 5}, PAPER], ids=str
)
def test_resuming_equals_never_having_stopped(problem, settings):
    whole = run(problem, steps=10, **settings)
    rest = run(problem, state=whole[4].state, steps=6, **settings)
    for a, b in zip(whole[4:], rest, strict=True):
        assert_same(a, b)


@pytest.mark.parametrize(
    "weights", [(1 / 6, 1 / 4, 1 / 3, 1 / 4), (0.7, 0.1, 0.1, 0.1), (0.5, 0, 0, 0.5)], ids=str
)
def test_changed_weights_start_warm_and_end_alike(problem, solved, weights):
    changed = GridProblem(problem.marginals, weights)
    cold = run(changed, steps=100)
    warm = run(changed, state=solved.state, steps=100)
    assert dual(warm[0]) > dual(cold[0])
    assert congruence(warm[0]) < 1e-14
    assert dual(warm[-1].best) == pytest.approx(dual(cold[-1].best), rel=2e-3)


def test_a_warm_start_is_congruent_without_the_envelope_too(problem, solved):
    changed = GridProblem(problem.marginals, (0.1, 0.2, 0.3, 0.4))
    warm = run(changed, state=solved.state, steps=2, envelope=False, momentum=0)
    assert max(map(congruence, warm)) < 1e-14


def test_a_marginal_may_come_back(problem, solved):
    without = GridProblem(problem.marginals, (0.5, 0.5, 0, 0))
    between = run(without, state=solved.state, steps=3)[-1]
    back = run(problem, state=between.state, steps=60)
    assert len(between.state.potentials) == 2
    assert congruence(back[0]) < 1e-14
    assert dual(back[-1].best) == pytest.approx(dual(solved.best), rel=2e-3)


def test_a_state_that_has_not_moved_shows_the_mixture_of_other_marginals(problem):
    """Whatever their supports: nothing has been transported yet."""
    still = run(problem, steps=0)[-1]
    wider = GridProblem(np.pad(problem.marginals[:, 2:-2, 2:-2], ((0, 0), (0, 4), (4, 0))))
    start = run(wider, state=still.state, steps=0)[-1]
    assert dual(start) == 0
    np.testing.assert_array_equal(start.barycenter, run(wider, steps=0)[-1].barycenter)


def test_changed_marginals_start_warm(problem, solved):
    shifted = GridProblem(np.roll(problem.marginals, 1, axis=1), ALPHA)
    warm = run(shifted, state=solved.state, steps=0)
    assert dual(warm[0]) > 0.9 * dual(solved.best)


def test_settings_may_change_between_steps(problem, solved):
    its = run(problem, state=solved.state, solver=SGA(scheme="parallel", momentum=0), steps=3)
    assert dual(its[-1].best) >= dual(solved)
    assert congruence(its[-1]) < 1e-14


def test_many_runs_at_once_give_what_each_gives_alone(rng):
    shapes = [(24, 24), (20, 31), (8, 9, 10)] * 3
    problems = [GridProblem(np.exp(30 * waves(rng, (3, *shape)))) for shape in shapes]
    alone = [run(problem, steps=8)[-1] for problem in problems]
    with ThreadPoolExecutor(len(problems)) as threads:
        together = list(threads.map(lambda p: run(p, steps=8)[-1], problems))
    for a, b in zip(alone, together, strict=True):
        assert_same(a, b)


def test_after_convergence_new_weights_take_fewer_steps_than_a_cold_start():
    """The tiny step that convergence leaves behind is not what the new weights start with."""
    marginals = [silhouette(name, 64) for name in ("duck", "heart", "rabbit", "leaf-maple")]
    solved = run(GridProblem(marginals), steps=200, tolerance=1e-6)[-1]
    changed = GridProblem(marginals, [0.4, 0.2, 0.2, 0.2])
    cold = [dual(it) for it in run(changed, steps=30)]
    warm = [dual(it) for it in run(changed, steps=30, state=solved.state)]
    goal = 0.999 * max(cold)
    assert np.argmax(np.array(warm) > goal) < np.argmax(np.array(cold) > goal)


def test_a_visit_to_a_corner_forgets_nothing():
    """Marginals that lose their weight for a while keep their potentials."""
    marginals = [silhouette(name, 64) for name in ("duck", "heart", "rabbit")]
    solved = run(GridProblem(marginals), steps=40)[-1]
    corner = run(GridProblem(marginals, [0, 1, 0]), steps=3, state=solved.state)[-1]
    assert dual(corner) == 0
    back = run(GridProblem(marginals), steps=0, state=corner.state)[-1]
    assert dual(back) > 0.99 * dual(solved)


def test_settings_that_change_while_a_step_works_wait_for_the_next():
    solver = SGA(scheme="sequential")
    settled = solver.settled()
    solver.scheme = "symmetric"
    assert settled.scheme == "sequential"
