"""Densities become evenly spread points that have their mass and their shape."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from solvers import datasets
from solvers.solids import solid
from solvers.stippling import density_cloud, equal_masses, sides, thinned


def gaps(positions):
    """Distance of each point to its nearest neighbour."""
    return cKDTree(positions).query(positions, k=2)[0][:, 1]


@pytest.mark.parametrize("n", [1, 2, 50, 400, 1000])
def test_points_have_equal_masses_and_lie_in_the_ink(n):
    density = datasets.silhouette("duck", 128)
    rows = density_cloud(density, n)
    assert rows.shape == (n, 3)
    assert rows.dtype == np.float64
    assert rows[:, 0] == pytest.approx(1 / n)
    assert rows[:, 1:].min() > 0
    assert rows[:, 1:].max() < 1
    if n >= 400:  # few points are centres of parts that may bend around a corner
        column, height = (rows[:, 1:] * 128).astype(int).T
        assert np.mean(density[127 - height, column] > 0) > 0.99


def test_the_top_row_is_at_the_top():
    density = np.zeros((4, 4))
    density[0, 3] = 1
    assert density_cloud(density, 1)[0] == pytest.approx([1, 0.875, 0.875])


def test_axes_of_a_volume_are_x_y_z():
    density = np.zeros((4, 4, 4))
    density[0, 1, 3] = 1
    assert density_cloud(density, 1)[0] == pytest.approx([1, 0.125, 0.375, 0.875])


@pytest.mark.parametrize(
    "density", [datasets.silhouette("heart", 160), solid("ball", 40)], ids=["plane", "space"]
)
def test_points_are_spread_evenly(density):
    """More evenly than at random: a Poisson process has gaps as uneven as about 0.52 or 0.36."""
    distances = gaps(density_cloud(density, 400)[:, 1:])
    assert distances.min() > 0.3 * distances.mean()
    assert distances.std() < 0.2 * distances.mean()


def test_twice_the_density_has_twice_the_points():
    density = np.ones((100, 100))
    density[:, 50:] = 2
    right = density_cloud(density, 600)[:, 1] > 0.5
    assert right.mean() == pytest.approx(2 / 3, abs=0.02)


def test_the_mean_and_the_spread_are_those_of_the_density():
    density = datasets.mnist_digit(3, 0, 100)
    x = (np.arange(100) + 0.5) / 100
    shares = density[::-1].T / density.sum()
    mean = np.array([shares.sum(axis=1) @ x, shares.sum(axis=0) @ x])
    variances = [shares.sum(axis=1) @ (x - mean[0]) ** 2, shares.sum(axis=0) @ (x - mean[1]) ** 2]
    positions = density_cloud(density, 500)[:, 1:]
    assert positions.mean(axis=0) == pytest.approx(mean, abs=0.005)
    assert positions.var(axis=0) == pytest.approx(variances, rel=0.05)


def test_more_points_than_cells_stay_apart():
    rows = density_cloud(np.ones((2, 2)), 20)
    assert len(np.unique(rows[:, 1:], axis=0)) == 20


def test_a_seed_gives_the_same_points():
    density = datasets.silhouette("cat", 64)
    assert np.array_equal(density_cloud(density, 100, seed=3), density_cloud(density, 100, seed=3))
    assert not np.array_equal(density_cloud(density, 100), density_cloud(density, 100, seed=3))


@pytest.mark.parametrize("density", [np.zeros((3, 3)), [[1, -1], [1, 1]], [[1, np.nan], [1, 1]]])
def test_what_is_no_density_is_refused(density):
    with pytest.raises(ValueError, match=r"^density: all values must be finite and ≥ 0"):
        density_cloud(np.array(density), 4)


def test_there_is_no_cloud_without_points():
    for get in (
        lambda: density_cloud(np.ones((3, 3)), 0),
        lambda: thinned(np.ones((3, 3)), 0),
        lambda: sides(0, 2),
    ):
        with pytest.raises(ValueError, match=r"^n: is 0, but must be 1 or more\."):
            get()


def test_cells_are_finer_for_more_points():
    assert sides(100, 2) == 80
    assert sides(400, 2) == 160
    assert sides(4000, 3) == 101


def test_a_cloud_that_is_small_enough_stays():
    rows = np.random.default_rng(0).random((30, 4))
    assert np.array_equal(thinned(rows, 30), rows)


@given(st.integers(1, 60), st.integers(1, 200), st.integers(2, 3), st.integers(0, 2**32 - 1))
def test_thinning_keeps_mass_and_takes_points_of_the_cloud(n, count, dimension, seed):
    random = np.random.default_rng(seed)
    rows = np.column_stack([random.random(count) + 0.01, random.normal(size=(count, dimension))])
    few = thinned(rows, n)
    assert 1 <= len(few) <= min(n, count)
    assert few[:, 0].min() > 0
    assert few[:, 0].sum() == pytest.approx(rows[:, 0].sum())
    assert {tuple(p) for p in few[:, 1:]} <= {tuple(p) for p in rows[:, 1:]}


def test_thinning_is_even():
    side = np.linspace(0, 1, 64)
    lattice = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    few = thinned(equal_masses(lattice), 256)
    assert len(few) == 256
    quarters = np.bincount((few[:, 1] > 0.5) + 2 * (few[:, 2] > 0.5))
    assert quarters.tolist() == [64] * 4
    assert gaps(few[:, 1:]).min() > 2 / 63


def test_points_at_one_place_are_thinned_too():
    few = thinned(equal_masses(np.full((50, 2), 3.0)), 10)
    assert few[:, 0].sum() == pytest.approx(1)
    assert (few[:, 1:] == 3).all()
