"""Problems of samples: what they keep, drop, know and refuse."""

import numpy as np
import pytest

from solvers.bijected_costs import Twister
from solvers.costs import SquaredEuclidean
from solvers.projected_costs import Projections
from solvers.sample_datasets import ten_components, two_blocks
from solvers.sample_problem import ExactAnswer, SampleProblem
from solvers.samples import ArraySamples, GaussianSamples

PLANE = [GaussianSamples([k, 0], np.eye(2)) for k in range(3)]
ROWS = np.random.default_rng(0).normal(size=(60, 2))


def test_marginals_of_weight_zero_are_dropped():
    problem = SampleProblem(PLANE, [1, 0, 3])
    assert problem.kept == (0, 2)
    assert problem.marginals == (PLANE[0], PLANE[2])
    np.testing.assert_array_equal(problem.weights, [0.25, 0.75])
    assert problem.given == tuple(PLANE)
    assert problem.dimension == 2


def test_arrays_become_samples():
    problem = SampleProblem([ROWS, PLANE[0]])
    assert isinstance(problem.marginals[0], ArraySamples)
    np.testing.assert_array_equal(problem.weights, [0.5, 0.5])


def test_reweighting_keeps_everything_else():
    problem = SampleProblem(PLANE, costs=SquaredEuclidean(), reg=0.1)
    other = problem.reweighted([0, 1, 1])
    assert other.kept == (1, 2)
    assert other.given is problem.given
    assert other.costs is problem.costs
    assert other.reg == 0.1
    assert other.reweighted([1, 1, 1]).kept == (0, 1, 2)


def test_the_answer_follows_the_weights():
    problem = two_blocks([1, 0])
    moved = problem.reweighted([0, 1])
    np.testing.assert_allclose(problem.exact.covariance, problem.marginals[0].moments[1])
    np.testing.assert_allclose(moved.exact.covariance, moved.marginals[0].moments[1])


def test_an_answer_for_its_own_weights_only_goes_with_them():
    problem = SampleProblem(PLANE, exact=ExactAnswer(PLANE[1]))
    assert problem.reweighted([2, 2, 2]).exact is problem.exact
    assert problem.reweighted([2, 2, 1]).exact is None


def test_what_is_not_known_is_none():
    exact = ExactAnswer(PLANE[1])
    np.testing.assert_array_equal(exact.mean, [1, 0])
    assert exact.maps(0, ROWS) is None
    assert exact.potential(0, ROWS) is None


def test_one_marginal_is_its_own_barycenter():
    problem = ten_components()
    assert problem.exact.samples is problem.marginals[0]


def test_marginals_may_live_in_other_spaces_than_the_barycenter():
    problem = SampleProblem(PLANE, costs=Projections.usual(3))
    assert problem.dimension == 3


@pytest.mark.parametrize(
    ("marginals", "options", "sentence"),
    [
        ([], {}, "marginals: 0 given"),
        (PLANE * 6, {}, "marginals: 18 given, .* 1 to 16"),
        (3, {}, "marginals: must be a sequence"),
        ([ROWS[:40]], {}, "marginals: marginal 0: samples: there are 40 points"),
        (
            [PLANE[0], GaussianSamples([0, 0, 0], np.eye(3))],
            {},
            "marginal 1 has 3 and marginal 0 has 2",
        ),
        (
            [GaussianSamples([0, 0, 0], np.eye(3))] * 2,
            {"costs": Twister()},
            "dimension 3, but must have those of dimension 2",
        ),
        (PLANE, {"weights": [1, 2]}, "weights: one number for each of the 3"),
        (PLANE, {"weights": [1, -2, 1]}, "weights: weight 1 is -2"),
        (PLANE, {"reg": -0.1}, "reg: is -0.1, but must be finite and ≥ 0"),
        (PLANE, {"reg": np.nan}, "reg: is nan"),
        (PLANE, {"reg": "a"}, "reg: must be real numbers"),
        (PLANE, {"reg": [0.1, 0.2]}, "reg: must be a single number"),
        (iter(PLANE), {}, "marginals: must be a sequence"),
        (PLANE, {"reg": 1e-7}, "reg: is 1e-07, but .* from 2e-06 to 2e\\+03"),
        (PLANE, {"reg": 1e6}, "reg: is 1e\\+06"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(marginals, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        SampleProblem(marginals, **options)


def test_points_are_checked():
    problem = SampleProblem(PLANE, [1, 0, 3])
    np.testing.assert_array_equal(problem.checked_points(1, [[1, 2]]), [[1.0, 2.0]])
    for k, x, sentence in (
        (2, ROWS, "k: is 2, but 2 marginals have weight"),
        (-1, ROWS, "k: is -1"),
        (0, ROWS[:, :1], r"x: the shape is \(60, 1\), but must be \(n, 2\)"),
        (0, [1.0, 2.0], r"x: the shape is \(2,\)"),
        (0, "x", "x: must be real numbers"),
    ):
        with pytest.raises(ValueError, match=sentence):
            problem.checked_points(k, x)


def test_a_single_distribution_is_its_own_barycenter():
    rows = np.random.default_rng(0).normal(size=(60, 2))
    problem = SampleProblem([rows, rows + 3.0])
    assert problem.exact is None
    corner = problem.reweighted([0, 1])
    assert corner.exact is not None
    assert corner.exact.mean == pytest.approx((rows + 3.0).mean(axis=0))
    assert corner.reweighted([1, 1]).exact is None
    assert SampleProblem([rows], reg=0.1).exact is None
