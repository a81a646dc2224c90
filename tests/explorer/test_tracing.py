"""Lines from a barycenter's points to the marginals: which they are, and when they are shown."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

from explorer.tile import Painted
from explorer.tracing import Plans, Tracing
from solvers import Cloud, PointProblem, SquaredEuclidean
from tests.explorer.helpers import Desk


def some_problem(weights=(0.5, 0.5)):
    """Two points on the left, three on the right."""
    near = Cloud([[0.0, 0.0], [0.0, 1.0]])
    far = Cloud([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    return PointProblem([near, far], SquaredEuclidean(), weights)


def some_plans(problem=None, painted=None):
    """Two points; the first sends 3/4 and 1/4 to the two partners on the left."""
    problem = problem or some_problem()
    painted = painted or Painted(3, np.zeros((2, 3)), problem, None)
    kinds = {
        0: csr_array([[0.3, 0.1], [0.2, 0.4]]),
        1: csr_array([[0.4, 0.0, 0.0], [0.0, 0.001, 0.599]]),
    }
    places = np.array([[0.5, 0.0], [0.5, 1.0]])
    partners = [cloud.positions for cloud in problem.measures]
    return Plans(painted, places, partners, [kinds[k] for k in problem.kept])


def test_lines_lead_from_a_point_to_its_partners():
    lines = some_plans().lines(0)
    np.testing.assert_array_equal(lines.starts, [[0.5, 0.0]] * 3)
    np.testing.assert_array_equal(lines.ends, [[1, 0], [0, 0], [0, 1]])
    assert lines.marginals.tolist() == [1, 0, 0]
    np.testing.assert_allclose(lines.shares, [1, 0.75, 0.25])
    np.testing.assert_allclose(lines.masses, [0.4, 0.3, 0.1])


def test_the_lines_of_all_are_those_of_each_the_strongest_first():
    every = some_plans().lines(None)
    each = [some_plans().lines(index) for index in (0, 1)]
    assert len(every.shares) == sum(len(lines.shares) for lines in each)
    assert (np.diff(every.shares) <= 0).all()
    assert sorted(every.masses) == sorted(np.concatenate([lines.masses for lines in each]))


def test_faint_lines_are_left_out_and_too_many(monkeypatch):
    lines = some_plans().lines(1)
    assert len(lines.shares) == 3  # 0.001 of 0.6 is too little to be seen
    monkeypatch.setattr("explorer.tracing._MOST_LINES", 2)
    strongest = some_plans().lines(None)
    np.testing.assert_allclose(strongest.shares, [1, 0.599 / 0.6])


def test_marginals_without_weight_have_no_lines():
    lines = some_plans(some_problem((0.0, 1.0))).lines(None)
    assert set(lines.marginals.tolist()) == {1}
    np.testing.assert_array_equal(lines.ends, [[1, 0], [1, 2]])


def test_the_tuple_of_a_point_has_its_strongest_partners():
    found = some_plans().tuple_at(1)
    np.testing.assert_array_equal(found, [[0, 1], [1, 2]])
    (only,) = some_plans(some_problem((0.0, 1.0))).tuple_at(0)
    np.testing.assert_array_equal(only, [1, 0])


class Shown:
    """A tracing on a desk, one tile, and what has been shown of it."""

    def __init__(self):
        self.desk, self.said, self.asked = Desk(), [], []
        self.tracing = Tracing(self.desk, self._plans, lambda *said: self.said.append(said[1:]))
        self.problem = some_problem()
        self.tile = SimpleNamespace(name="fixed_point")
        self.turn_to(3)

    def _plans(self, painted, cancelled):
        self.asked.append((painted.state, painted.number))
        return some_plans(painted.problem, painted)

    def turn_to(self, number, state="its state"):
        self.tile.painted = Painted(number, np.zeros((2, 3)), self.problem, state)

    def last(self):
        """The number and the point of the lines that are seen; None if there are none."""
        plans, index = self.said[-1]
        return None if plans is None else (plans.painted.number, index)


@pytest.fixture
def shown():
    return Shown()


def test_a_chosen_point_has_lines_until_it_is_left(shown):
    shown.tracing.choose(shown.tile, 1, 3)
    shown.desk.work()
    assert shown.last() == (3, 1)
    shown.tracing.choose(shown.tile, None, 3)
    assert shown.last() is None


def test_plans_are_computed_once_for_an_iterate(shown):
    for index in (0, 1, 0):
        shown.tracing.choose(shown.tile, index, 3)
        shown.desk.work()
        assert shown.last() == (3, index)
    assert shown.asked == [("its state", 3)]
    shown.turn_to(4)
    shown.tracing.choose(shown.tile, 0, 4)
    shown.desk.work()
    assert shown.asked[1:] == [("its state", 4)]


def test_lines_that_come_too_late_are_not_shown(shown):
    shown.tracing.all = True
    shown.tracing.follow(shown.tile)
    shown.turn_to(4)
    shown.desk.work()
    assert shown.said == []


def test_a_tile_that_has_gone_is_forgotten(shown):
    shown.tracing.choose(shown.tile, 0, 3)
    shown.desk.work()
    shown.tracing.drop("fixed_point")
    shown.tracing.choose(shown.tile, 0, 3)
    shown.desk.work()
    assert len(shown.asked) == 2


def test_a_point_of_a_picture_that_has_gone_is_not_shown(shown):
    shown.tracing.choose(shown.tile, 1, 3)
    shown.desk.work()
    shown.turn_to(4)
    shown.tracing.follow(shown.tile)
    shown.desk.work()
    assert shown.last() == (3, 1)  # what there was stays until the browser says which point it is
    shown.tracing.choose(shown.tile, 0, 4)
    shown.desk.work()
    assert shown.last() == (4, 0)


def test_all_lines_follow_the_picture(shown):
    shown.tracing.all = True
    for number in (3, 4):
        shown.turn_to(number)
        shown.tracing.follow(shown.tile)
        shown.desk.work()
        assert shown.last() == (number, None)
    shown.tracing.choose(shown.tile, 1, 4)
    assert shown.last() == (4, 1)
    shown.tracing.choose(shown.tile, None, 4)
    assert shown.last() == (4, None)


def test_lines_that_nobody_wants_any_more_are_not_computed(shown):
    shown.tracing.choose(shown.tile, 1, 3)
    shown.tracing.choose(shown.tile, None, 3)
    shown.desk.work()
    assert shown.asked == []
    assert shown.last() is None


def test_another_problem_forgets_the_point(shown):
    shown.tracing.choose(shown.tile, 1, 3)
    shown.desk.work()
    shown.tracing.drop("fixed_point")
    shown.problem = some_problem()
    shown.turn_to(3)
    shown.tracing.follow(shown.tile)
    assert shown.last() is None
    shown.tracing.choose(shown.tile, 0, 3)
    shown.desk.work()
    assert len(shown.asked) == 2
