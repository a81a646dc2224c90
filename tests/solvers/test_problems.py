"""A grid problem normalises what can be used and refuses the rest in one sentence."""

import numpy as np
import pytest

from solvers import GridProblem


def densities(m=3, shape=(6, 8)):
    return np.random.default_rng(0).random((m, *shape)) + 0.1


def spoilt(value, which=1):
    stack = densities()
    stack[which, 2, 3] = value
    return stack


BAD_MARGINALS = {
    "nothing": (None, r"^marginals:"),
    "a number": (3.0, r"^marginals:"),
    "a string": ("abc", r"^marginals:"),
    "strings": ([["a", "b"], ["c", "d"]], r"^marginals:"),
    "a dict": ({"a": 1, "b": 2}, r"^marginals:"),
    "an object": ([np.ones((3, 3)), None], r"^marginals:"),
    "complex": (densities() + 1j, r"^marginals:.*real"),
    "empty list": ([], r"^marginals: 0 given"),
    "empty densities": (np.ones((2, 0, 0)), r"^marginals:.*\(0, 0\)"),
    "one": (densities(1), r"^marginals: 1 given.*2 to 16"),
    "seventeen": (densities(17), r"^marginals: 17 given"),
    "numbers": ([1.0, 2.0], r"^marginals:.*2D or 3D"),
    "lines": (np.ones((2, 8)), r"^marginals:.*2D or 3D"),
    "four axes": (np.ones((2, 3, 3, 3, 3)), r"^marginals:.*2D or 3D"),
    "one cell thick": (np.ones((2, 1, 8)), r"^marginals:.*at least 2 cells"),
    "ragged": ([[[1, 2], [3]], [[1, 2], [3]]], r"^marginals:"),
    "shapes differ": ([np.ones((4, 4)), np.ones((4, 5))], r"^marginals:.*marginal 1.*\(4, 5\)"),
    "zero": (densities() * [[[1]], [[0]], [[1]]], r"^marginals: marginal 1 is zero"),
    "NaN": (spoilt(np.nan), r"^marginals: marginal 1 contains NaN"),
    "infinite": (spoilt(np.inf, 2), r"^marginals: marginal 2 is infinite"),
    "negative": (spoilt(-0.5, 0), r"^marginals: marginal 0 has the negative value -0.5"),
}

BAD_WEIGHTS = {
    "negative": ([0.5, -0.25, 0.5], r"^weights: weight 1 is -0.25"),
    "NaN": ([0.5, 0.5, np.nan], r"^weights: weight 2 is nan"),
    "infinite": ([np.inf, 0.5, 0.5], r"^weights: weight 0 is inf"),
    "all zero": ([0, 0, 0], r"^weights: all are zero"),
    "too few": ([0.5, 0.5], r"^weights:.*3 marginals.*\(2,\)"),
    "too many": ([1, 1, 1, 1], r"^weights:.*\(4,\)"),
    "none": ([], r"^weights:.*\(0,\)"),
    "a number": (1.0, r"^weights:.*shape is \(\)"),
    "a string": ("abc", r"^weights:.*real numbers"),
    "complex": ([1j, 1, 1], r"^weights:.*real"),
    "a column": ([[1], [1], [1]], r"^weights:.*\(3, 1\)"),
    "an object": ([None, object(), 1], r"^weights:.*real numbers"),
}


@pytest.mark.parametrize("case", BAD_MARGINALS)
def test_bad_marginals_are_refused(case):
    given, message = BAD_MARGINALS[case]
    with pytest.raises(ValueError, match=message):
        GridProblem(given)


@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_bad_weights_are_refused(case):
    given, message = BAD_WEIGHTS[case]
    with pytest.raises(ValueError, match=message):
        GridProblem(densities(), given)


@pytest.mark.parametrize(
    "given",
    [
        densities().tolist(),
        list(densities()),
        (100 * densities()).astype(np.uint8),
        densities() > 0.4,
        densities().astype(np.float32),
        np.asfortranarray(densities()),
        densities(16),
        densities(2, (2, 2)),
        densities(2, (3, 4, 5)),
    ],
    ids=["lists", "list", "uint8", "bool", "float32", "Fortran", "sixteen", "smallest", "3D"],
)
def test_anything_numeric_becomes_densities_of_mean_one(given):
    problem = GridProblem(given)
    assert problem.marginals.dtype == np.float64
    assert problem.marginals.shape == np.shape(given)
    means = problem.marginals.reshape(len(given), -1).mean(axis=1)
    np.testing.assert_allclose(means, 1, rtol=1e-14)
    np.testing.assert_allclose(problem.weights, 1 / len(given))
    assert problem.kept == tuple(range(len(given)))


@pytest.mark.parametrize("scale", [1e-300, 1e-20, 1e20, 1e300])
def test_the_scale_of_marginals_and_weights_is_immaterial(scale):
    plain = GridProblem(densities(), [1, 2, 3])
    scaled = GridProblem(scale * densities(), scale * np.array([1, 2, 3]))
    np.testing.assert_allclose(scaled.marginals, plain.marginals, rtol=1e-12)
    np.testing.assert_allclose(scaled.weights, [1 / 6, 1 / 3, 1 / 2], rtol=1e-12)


def test_weights_may_be_as_large_as_floats_get():
    np.testing.assert_allclose(GridProblem(densities(), [1e308] * 3).weights, 1 / 3)


def test_each_marginal_is_scaled_by_itself():
    stack = densities()
    mixed = GridProblem(stack * np.array([1e-300, 1, 1e300]).reshape(3, 1, 1))
    np.testing.assert_allclose(mixed.marginals, GridProblem(stack).marginals, rtol=1e-12)


def test_marginals_of_weight_zero_are_dropped():
    stack = densities(4)
    problem = GridProblem(stack, [0, 3, 0, 1])
    assert problem.kept == (1, 3)
    np.testing.assert_allclose(problem.weights, [0.75, 0.25])
    np.testing.assert_allclose(problem.marginals, GridProblem(stack[[1, 3]]).marginals)


def test_input_is_copied():
    stack, weights = densities(), np.array([1.0, 2.0, 3.0])
    kept = stack.copy()
    problem = GridProblem(stack, weights)
    np.testing.assert_array_equal(stack, kept)
    stack[:], weights[:] = 7, 7
    np.testing.assert_allclose(problem.marginals, GridProblem(kept).marginals)
    np.testing.assert_allclose(problem.weights, [1 / 6, 1 / 3, 1 / 2])


@pytest.mark.parametrize("shape", [(6, 8), (8, 6), (8, 8), (4, 8, 5)], ids=str)
def test_the_longest_side_has_length_one(shape):
    problem = GridProblem(densities(2, shape))
    assert problem.shape == shape
    assert problem.spacing == 1 / 8


def test_other_weights_share_the_densities():
    problem = GridProblem(densities(), [1, 2, 3])
    again = problem.reweighted([3, 2, 1])
    assert again.marginals is problem.marginals
    np.testing.assert_allclose(again.weights, [1 / 2, 1 / 3, 1 / 6])
    assert again.coarsened().marginals is problem.coarsened().marginals


def test_a_marginal_that_lost_its_weight_returns():
    problem = GridProblem(densities(), [1, 1, 0])
    assert problem.kept == (0, 1)
    back = problem.reweighted([0, 1, 1])
    assert back.kept == (1, 2)
    np.testing.assert_array_equal(back.marginals, GridProblem(densities()).marginals[1:])
    coarse = back.coarsened()
    assert coarse.kept == (1, 2)
    np.testing.assert_array_equal(coarse.weights, back.weights)


@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_bad_other_weights_are_refused(case):
    given, message = BAD_WEIGHTS[case]
    with pytest.raises(ValueError, match=message):
        GridProblem(densities()).reweighted(given)
