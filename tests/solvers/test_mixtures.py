"""Mixtures and problems of mixtures: what is accepted, what is refused, ellipses."""

import numpy as np
import pytest

from solvers.mixture_presets import PRESETS, preset
from solvers.mixture_problem import MixtureProblem
from solvers.mixtures import Mixture, ellipses, tilted
from tests.solvers.mixtures import random_mixture

MEANS, ROUND = np.array([[0.2, 0.3], [0.7, 0.6]]), np.stack([0.01 * np.eye(2)] * 2)
FLAT, SKEW = np.diag([0.01, -0.01]), np.array([[1.0, 0.2], [0.1, 1.0]])

BAD = {
    "no component": (([], np.empty((0, 2)), np.empty((0, 2, 2))), r"^means:.*\(0, 2\)"),
    "a flat list": (([1], [0.5, 0.5], ROUND[:1]), r"^means:.*\(2,\)"),
    "too few weights": (([1], MEANS, ROUND), r"^weights: the shape is \(1,\).*\(2,\)"),
    "too few covariances": (([1, 1], MEANS, ROUND[:1]), r"^covariances: the shape is \(1, 2, 2\)"),
    "text": ((["a", "b"], MEANS, ROUND), r"^weights: must be real numbers"),
    "a negative weight": (([1, -0.5], MEANS, ROUND), r"^weights: component 1's is -0.5"),
    "a weight that is NaN": (([np.nan, 1], MEANS, ROUND), r"^weights: component 0's is nan"),
    "weights all zero": (([0, 0], MEANS, ROUND), r"^weights: all are zero"),
    "an infinite mean": (([1, 1], MEANS * [[1], [np.inf]], ROUND), r"^means: component 1's"),
    "a covariance with NaN": (
        ([1, 1], MEANS, ROUND * [[[1]], [[np.nan]]]),
        r"^covariances: .* 1's",
    ),
    "an indefinite covariance": (
        ([1, 1], MEANS, [ROUND[0], FLAT]),
        r"^covariances: component 1's has the eigenvalue -0.01, but must be positive definite",
    ),
    "a flat covariance": (
        ([1, 1], MEANS, [np.diag([1, 0]), ROUND[0]]),
        r"^covariances: component 0's has the eigenvalue 0, .* draw the ellipse wider",
    ),
    "a skew covariance": (
        ([1, 1], MEANS, [ROUND[0], SKEW]),
        r"^covariances: component 1's is not s",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_mixture_is_refused(case):
    parts, message = BAD[case]
    with pytest.raises(ValueError, match=message):
        Mixture(*parts)


def test_weights_are_scaled_and_zero_ones_dropped():
    means = [[0, 0], [1, 1], [2, 2], [3, 3]]
    mixture = Mixture([1e300, 0, 3e300, 1], means, np.stack([np.eye(2)] * 4))
    np.testing.assert_allclose(mixture.weights, [0.25, 0.75])
    np.testing.assert_array_equal(mixture.means, [[0, 0], [2, 2]])
    assert len(mixture) == 2


def test_components_may_lie_on_top_of_each_other_and_coincide():
    mixture = Mixture([1, 2, 1], MEANS[[0, 0, 1]], ROUND[[0, 0, 1]])
    assert len(mixture) == 3
    merged = mixture.merged()
    np.testing.assert_allclose(merged.weights, [0.75, 0.25])
    np.testing.assert_array_equal(merged.means, MEANS)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_rows_are_the_mixture(rng, d):
    mixture = random_mixture(rng, 4, d)
    rows = np.asarray(mixture)
    assert rows.shape == (4, 1 + d + d * (d + 1) // 2)
    again = Mixture.of_rows(rows, d)
    for part in ("weights", "means", "covariances"):
        np.testing.assert_allclose(getattr(again, part), getattr(mixture, part), rtol=1e-15)
    assert np.asarray(mixture, dtype=np.float32).dtype == np.float32


def test_rows_in_the_plane_have_the_order_that_is_documented():
    mixture = Mixture([1], [[0.3, 0.4]], [[[0.05, 0.02], [0.02, 0.03]]])
    np.testing.assert_array_equal(np.asarray(mixture), [[1, 0.3, 0.4, 0.05, 0.02, 0.03]])


@pytest.mark.parametrize("rows", [np.ones((3, 5)), np.ones(6), [[1, 2], [3]]], ids=str)
def test_rows_of_another_shape_are_refused(rows):
    with pytest.raises(ValueError, match=r"^rows: "):
        Mixture.of_rows(rows)


def test_ellipses_and_covariances_say_the_same(rng):
    half_axes = np.sort(rng.random((20, 2)) + 0.01, axis=1)[:, ::-1]
    angles = np.pi * rng.random(20)
    found_axes, found_angles = ellipses(tilted(half_axes, angles))
    np.testing.assert_allclose(found_axes, half_axes, rtol=1e-8)
    np.testing.assert_allclose(found_angles, angles, atol=1e-6)


def test_an_ellipse_that_leans_to_the_right_has_positive_correlation():
    covariance = tilted([0.2, 0.1], np.pi / 6)
    assert covariance[0, 1] > 0
    assert covariance[0, 0] > covariance[1, 1]


def test_a_problem_drops_mixtures_without_weight_and_takes_them_back(rng):
    mixtures = [random_mixture(rng, n) for n in (2, 3, 4)]
    problem = MixtureProblem(mixtures, [1, 0, 3])
    assert problem.kept == (0, 2)
    assert problem.mixtures == (mixtures[0], mixtures[2])
    np.testing.assert_allclose(problem.weights, [0.25, 0.75])
    again = problem.reweighted([0, 1, 1])
    assert again.given is problem.given
    assert again.mixtures == (mixtures[1], mixtures[2])
    with pytest.raises(ValueError, match=r"^weights: weight 1 is -1"):
        problem.reweighted([1, -1, 1])


def test_the_plain_mixture_has_the_components_of_all(rng):
    problem = MixtureProblem([random_mixture(rng, n) for n in (2, 5)], [1, 3])
    first, second = map(np.asarray, problem.mixtures)
    first[:, 0] *= 1 / 4
    second[:, 0] *= 3 / 4
    np.testing.assert_allclose(problem.plain_mixture, [*first, *second], rtol=1e-12)
    single = Mixture([1], [[0.5, 0.5]], [0.02 * np.eye(2)])
    assert MixtureProblem([single, single]).spread == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([], "^mixtures: 0 given.*2 to 16"),
        ([3], "^mixtures: 1 given"),
        ([1] * 17, "^mixtures: 17 given"),
        ([3, 51], "^mixtures: mixture 1 has 51 components, but must have at most 50"),
    ],
)
def test_a_problem_of_another_size_is_refused(rng, counts, message):
    with pytest.raises(ValueError, match=message):
        MixtureProblem([random_mixture(rng, n) for n in counts])


def test_a_problem_wants_mixtures_of_one_space(rng):
    with pytest.raises(ValueError, match=r"^mixtures: .* mixture 1 has 3 and mixture 0 has 2"):
        MixtureProblem([random_mixture(rng, 2), random_mixture(rng, 2, 3)])
    with pytest.raises(ValueError, match=r"^mixtures: mixture 1 is of type ndarray"):
        MixtureProblem([random_mixture(rng, 2), np.ones((2, 6))])


@pytest.mark.parametrize("name", PRESETS)
def test_presets_lie_in_the_unit_square(name):
    mixture = preset(name)
    assert 1 <= len(mixture) <= 5
    deviations = np.sqrt(np.diagonal(mixture.covariances, axis1=1, axis2=2))
    assert (mixture.means - 2 * deviations >= 0).all()
    assert (mixture.means + 2 * deviations <= 1).all()


def test_an_unknown_preset_is_refused():
    with pytest.raises(ValueError, match="“nobody” is unknown; there are triangle,"):
        preset("nobody")
