"""Mixtures fitted to points and pictures."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from solvers.datasets import silhouette
from solvers.mixture_fitting import fitted, fitted_picture
from solvers.mixtures import Mixture, tilted

TRUTH = Mixture([1, 3], [[0.25, 0.3], [0.7, 0.7]], tilted([[0.08, 0.03], [0.1, 0.06]], [0.5, 2.0]))


def drawn_points(rng, count=4000):
    """Points of `TRUTH`."""
    which = rng.choice(len(TRUTH), count, p=TRUTH.weights)
    roots = np.linalg.cholesky(TRUTH.covariances)[which]
    return TRUTH.means[which] + (roots @ rng.standard_normal((count, 2, 1)))[..., 0]


def picture(mixture, n):
    """The density on n × n cells of the unit square."""
    nodes = (np.arange(n) + 0.5) / n
    points = np.stack(np.meshgrid(nodes, nodes[::-1]), axis=-1)
    parts = zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
    return sum(w * multivariate_normal(m, s).pdf(points) for w, m, s in parts)


def in_order(mixture):
    return np.asarray(mixture)[np.argsort(mixture.means[:, 0])]


def test_a_mixture_is_found_again_from_its_points(rng):
    found = in_order(fitted(drawn_points(rng), 2))
    np.testing.assert_allclose(found[:, :3], in_order(TRUTH)[:, :3], atol=0.02)
    np.testing.assert_allclose(found[:, 3:], in_order(TRUTH)[:, 3:], atol=6e-4)


def test_a_mixture_is_found_again_from_its_picture():
    found = in_order(fitted_picture(picture(TRUTH, 128), 2))
    np.testing.assert_allclose(found[:, :3], in_order(TRUTH)[:, :3], atol=0.01)
    np.testing.assert_allclose(found[:, 3:], in_order(TRUTH)[:, 3:], atol=4e-4)


def test_masses_count(rng):
    points = drawn_points(rng, 1500)
    heavy = np.where(points[:, 0] < 0.45, 9.0, 1.0)  # makes both parts 9 to 3
    found = in_order(fitted(np.column_stack([heavy, points]), 2))
    np.testing.assert_allclose(found[:, 0], [0.75, 0.25], atol=0.04)


def test_equal_masses_change_nothing(rng):
    points = drawn_points(rng, 300)
    rows = np.column_stack([np.full(300, 0.7), points])
    np.testing.assert_array_equal(np.asarray(fitted(rows, 3)), np.asarray(fitted(points, 3)))


def test_the_seed_decides(rng):
    points = rng.random((200, 2))
    first, again, other = (np.asarray(fitted(points, 5, seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_collinear_points_give_ellipses_of_some_width(scale):
    line = scale * np.linspace(0, 1, 50)[:, None] * [0.6, 0.8]
    for mixture in (fitted(line, 1), fitted(line, 3)):
        eigenvalues = np.linalg.eigvalsh(mixture.covariances)
        assert (eigenvalues[:, 0] > 1e-6 * scale**2).all()
        assert (eigenvalues[:, 0] < 1e-3 * eigenvalues[:, 1]).all() or len(mixture) == 3


@pytest.mark.parametrize("place", [0.0, 0.1])
@pytest.mark.parametrize("count", [1, 5])
def test_points_in_one_place_give_one_small_ellipse(place, count):
    mixture = fitted(np.full((count, 2), place), 1)
    np.testing.assert_allclose(mixture.means, [[place, place]])
    assert np.linalg.eigvalsh(mixture.covariances).min() > 0


def test_as_many_points_as_components_will_do():
    points = np.array([[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]])
    mixture = fitted(points, 3)
    np.testing.assert_allclose(mixture.means[np.lexsort(mixture.means.T)], points, atol=1e-6)


def test_a_silhouette_is_fitted_inside_the_square():
    mixture = fitted_picture(silhouette("duck", 64), 4)
    assert len(mixture) == 4
    assert (mixture.means > 0).all()
    assert (mixture.means < 1).all()


@pytest.mark.parametrize(
    ("points", "components", "message"),
    [
        (
            np.zeros((9, 2)),
            2,
            "^components: 2 components need 2 different points at least, but their number is 1",
        ),
        (np.eye(2), 3, "^components: 3 components need 3 different points"),
        (np.eye(2), 0, "^components: is 0, but must be from 1 to 50"),
        (np.ones((60, 2)), 51, "^components: is 51"),
        (np.ones((3, 4)), 1, r"^points: .*\(3, 4\)"),
        (np.empty((0, 2)), 1, r"^points: .*\(0, 2\)"),
        ([[0, 0], [np.nan, 1]], 1, "^points: point 1 has NaN"),
        ([[-1, 0, 0], [1, 1, 1]], 1, "^points: masses must be ≥ 0"),
        ([[0, 0, 0], [0, 1, 1]], 1, "^points: masses must be ≥ 0"),
        ("duck", 1, "^points: must be real numbers"),
    ],
)
def test_what_cannot_be_fitted_is_refused(points, components, message):
    with pytest.raises(ValueError, match=message):
        fitted(points, components)


def test_an_empty_picture_is_refused():
    with pytest.raises(ValueError, match=r"^points:"):
        fitted_picture(np.zeros((8, 8)), 1)
