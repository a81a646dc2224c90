"""Distributions known by samples: what they draw has the moments and the shape that it should."""

import numpy as np
import pytest
import torch
from scipy.stats import kstest

from solvers.datasets import mnist_digit
from solvers.sample_datasets import (
    RING,
    SAMPLE_DATASETS,
    energy_gaussians,
    hole_radius,
    picture_samples,
    random_gaussians,
    ring_and_square,
    twisted_gaussians,
    two_blocks,
)
from solvers.samples import MAX_ROWS, ArraySamples, FunctionSamples, GaussianSamples

COVARIANCE = np.array([[2.0, 0.6], [0.6, 0.5]])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def in_deviations(samples, count=100_000):
    """How far moments of draws are from those stated, in standard deviations."""
    drawn = samples.as_numpy(count, seed=1)
    mean, covariance = samples.moments
    centred = drawn - mean
    products = np.einsum("ni,nj->nij", centred, centred).reshape(count, -1)
    values = np.hstack([centred, products - covariance.ravel()])
    return np.abs(values.mean(axis=0)) / (values.std(axis=0) / np.sqrt(count) + 1e-12)


@pytest.mark.parametrize(
    "samples",
    [
        GaussianSamples([1, -2], COVARIANCE),
        GaussianSamples([0, 0], [[1, 1], [1, 1]]),
        ArraySamples(np.random.default_rng(0).gamma(1.0, size=(60, 3))),
        *(m for name in SAMPLE_DATASETS for m in SAMPLE_DATASETS[name]().marginals),
        *random_gaussians(6).marginals,
    ],
)
def test_draws_have_the_moments_that_are_stated(samples):
    assert in_deviations(samples).max() < 5
    assert samples.variance == pytest.approx(np.trace(samples.moments[1]))


@pytest.mark.parametrize("name", SAMPLE_DATASETS)
def test_draws_are_float32_and_seeded(name):
    problem = SAMPLE_DATASETS[name]()
    for samples in problem.marginals:
        generator = seeded()
        first, second = samples.draw(70, generator), samples.draw(70, generator)
        assert first.dtype == torch.float32
        assert first.shape == (70, problem.dimension)
        assert torch.equal(first, samples.draw(70, seeded()))
        assert not torch.equal(first, second)


def test_arrays_are_drawn_with_replacement():
    rows = np.arange(60.0)[:, None]
    drawn = ArraySamples(rows).as_numpy(6000, seed=0)
    assert set(drawn.ravel()) == set(rows.ravel())


def test_a_function_draws_what_it_draws():
    samples = FunctionSamples(1, lambda count, g: torch.rand((count, 1), generator=g), "unit")
    assert kstest(samples.as_numpy(2000, 0).ravel(), "uniform").pvalue > 1e-3
    assert samples.moments[1][0, 0] == pytest.approx(1 / 12, rel=0.02)


def test_many_rows_are_thinned_with_a_notice():
    samples = ArraySamples(np.random.default_rng(0).random((10**6, 2)))
    assert len(samples.rows) == MAX_ROWS
    assert samples.notes == ("200,000 of the 1,000,000 rows are used, picked at random.",)
    assert samples.rows[:, 0].mean() == pytest.approx(0.5, abs=0.005)


GOOD = np.random.default_rng(0).normal(size=(60, 3))


def spoilt(row, column, value):
    rows = GOOD.copy()
    rows[row, column] = value
    return rows


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (GOOD[:49], "there are 49 points, but at least 50"),
        (GOOD[:, 0], r"the shape is \(60,\)"),
        (GOOD[:, :0], r"the shape is \(60, 0\)"),
        (spoilt(7, 1, np.nan), r"row 7 is not finite.*\(1 such rows\)"),
        (spoilt(0, 2, np.inf), "row 0 is not finite"),
        (spoilt(slice(None), 1, 3.0), r"column 1 is constant \(3\)"),
        (spoilt(4, 2, 1e200), r"column 2 holds ±1e\+200, but all must be within"),
        (
            GOOD + np.array([0, 1e7, 0]),
            r"column 1 varies by .* about 1e\+07, too little .* take its mean off",
        ),
        ("text", "must be real numbers"),
        (GOOD + 1j, "must be real numbers"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused(array, sentence):
    with pytest.raises(ValueError, match=f"^samples: .*{sentence}"):
        ArraySamples(array)


@pytest.mark.parametrize(
    ("mean", "covariance", "sentence"),
    [
        ([0, 0], np.eye(3), "the shapes are"),
        ([0, np.nan], np.eye(2), "must be finite"),
        ([0, 0], [[1, 0.5], [0, 1]], "must be symmetric"),
        ([0, 0], [[1, 2], [2, 1]], "has the eigenvalue -1"),
        ([0, 0], np.zeros((2, 2)), "not all may be zero"),
    ],
)
def test_gaussians_that_are_none_are_refused(mean, covariance, sentence):
    with pytest.raises(ValueError, match=sentence):
        GaussianSamples(mean, covariance)


def test_dimensions_are_positive():
    with pytest.raises(ValueError, match="dimension: is 0"):
        FunctionSamples(0, lambda count, g: torch.zeros((count, 0)))


def test_the_ring_is_uniform_by_area():
    radius = np.linalg.norm(ring_and_square().marginals[0].as_numpy(4000, 0), axis=1)
    inner, outer = RING
    assert kstest((radius**2 - inner**2) / (outer**2 - inner**2), "uniform").pvalue > 1e-3


def test_the_barycenter_of_ring_and_square_has_the_hole(rng):
    import ot

    problem = ring_and_square()
    ring, square = (m.as_numpy(1000, seed) for seed, m in enumerate(problem.marginals))
    partners = ot.emd([], [], ot.dist(ring, square)).argmax(axis=1)
    radius = np.linalg.norm((ring + square[partners]) / 2, axis=1)
    assert hole_radius(problem) == 0.25
    assert radius.min() == pytest.approx(0.25, abs=0.03)
    assert hole_radius(problem.reweighted([0, 1])) == 0


def test_pictures_are_upright_and_uniform_in_a_pixel():
    picture = np.array([[0.0, 1.0], [3.0, 0.0]])
    drawn = picture_samples(picture).as_numpy(4000, 0)
    top_right, bottom_left = (drawn > 0).all(axis=1), (drawn < 0).all(axis=1)
    assert (top_right | bottom_left).all()
    assert top_right.mean() == pytest.approx(0.25, abs=0.03)
    assert kstest(drawn[top_right, 0], "uniform").pvalue > 1e-3


def test_a_digit_has_the_density_of_its_picture():
    picture = mnist_digit(3, 0, 28)
    drawn = picture_samples(picture).as_numpy(50_000, 0)
    counts, _, _ = np.histogram2d(drawn[:, 1], drawn[:, 0], 28, [[-1, 1], [-1, 1]])
    np.testing.assert_allclose(counts[::-1] / 50_000, picture / picture.sum(), atol=2e-3)


@pytest.mark.parametrize("dimension", [2, 16])
def test_random_covariances_are_well_conditioned(dimension):
    for problem, condition in ((random_gaussians(dimension), 9), (energy_gaussians(dimension), 4)):
        conditions = [np.linalg.cond(m.moments[1]) for m in problem.marginals]
        assert max(conditions) <= condition + 1e-9
    other = random_gaussians(dimension, seed=1)
    assert not np.allclose(other.marginals[0].moments[1], problem.marginals[0].moments[1])


def test_blocks_have_a_block_as_barycenter():
    exact = two_blocks([0.25, 0.75]).exact
    x = two_blocks().marginals[0].as_numpy(2000, 0)
    np.testing.assert_allclose(
        np.abs(exact.maps(0, x)).max(axis=0), exact.samples.half_sides, atol=2e-3
    )
    np.testing.assert_allclose(exact.samples.half_sides, [0.4375, 0.625, 1.1875])
    alone = two_blocks().reweighted([0, 1])
    np.testing.assert_array_equal(alone.exact.maps(0, x), x)


def test_other_costs_on_the_twister_have_no_known_answer():
    assert twisted_gaussians(None).exact is None
    assert twisted_gaussians().exact is not None
