"""Circles are searched everywhere, shadows give the point back that threw them."""

import numpy as np
import pytest

from solvers.projected_costs import Circles, Projections
from tests.solvers.tuples import total, tuples


def test_projection_onto_circles():
    circles = Circles([[0, 0], [1, 0]], [2, 0.5])
    points = np.array([[3.0, 4.0], [0.3, -0.4], [0.0, 0.0]])
    np.testing.assert_allclose(circles.project(0, points), [[1.2, 1.6], [1.2, -1.6], [2, 0]])
    np.testing.assert_allclose(np.linalg.norm(circles.project(1, points) - [1, 0], axis=1), 0.5)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_usual_circles_lie_in_the_square_and_all_meet(count):
    circles = Circles.usual(count)
    assert circles.count == count
    reach = circles.radii[:, None]
    assert (circles.centres - reach > 0).all()
    assert (circles.centres + reach < 1).all()
    apart = np.linalg.norm(circles.centres[:, None] - circles.centres, axis=2)[
        ~np.eye(count, dtype=bool)
    ]
    assert (apart < 2 * circles.radii.min()).all()
    assert (apart > 0.1).all()


def test_a_common_point_of_circles_is_found(rng):
    """Tuples seen from one point cost nothing there, however the point lies."""
    circles = Circles.usual(4)
    x = 0.1 + 0.8 * rng.random((300, 2))
    ys = [circles.project(k, x) for k in range(4)]
    weights = np.full(4, 0.25)
    found = circles.barycentres(ys, weights)
    assert total(circles, found, ys, weights).max() < 1e-9


@pytest.mark.parametrize("on_circles", [False, True])
def test_circles_are_searched_everywhere(rng, on_circles):
    """Close to the centres, where the sum jumps, and far from them."""
    circles = Circles.usual(3)
    ys, weights = tuples(rng, circles, n=60)
    if on_circles:
        ys = [circles.project(k, y) for k, y in enumerate(ys)]
    side = np.linspace(0.1, 0.9, 161)
    angles = 2 * np.pi * np.arange(180) / 180
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lattice = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    near = [c + reach * ring for c in circles.centres for reach in (1e-5, 1e-3, 0.01, 0.03)]
    probes = np.concatenate([lattice, *near])
    best = sum(w * circles.matrix(k, probes, ys[k]) for k, w in enumerate(weights)).min(axis=0)
    found = total(circles, circles.barycentres(ys, weights), ys, weights)
    assert (found <= best * (1 + 1e-4) + 1e-9).all()


def test_barycentres_for_circles_do_not_run_away():
    """The rays to both points are parallel: the farther, the better, without end."""
    circles = Circles.usual(2)
    ys = [centre[None] + [0.0, 0.26] for centre in circles.centres]
    x = circles.barycentres(ys, np.array([0.5, 0.5]))
    assert (np.abs(x - 0.5) <= 0.7).all()


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("power", [1, 2])
def test_usual_shadows_fill_the_square_and_give_the_point_back(rng, count, power):
    shadows = Projections.usual(count, power)
    corners = np.stack(np.meshgrid(*[[0.0, 1.0]] * 3), axis=-1).reshape(-1, 3)
    for k in range(count):
        seen = shadows.project(k, corners)
        np.testing.assert_array_equal([seen.min(axis=0), seen.max(axis=0)], [[0, 0], [1, 1]])
    x = rng.random((20, 3))
    ys = [shadows.project(k, x) for k in range(count)]
    found = shadows.barycentres(ys, np.full(count, 1 / count))
    np.testing.assert_allclose(found, x, atol=1e-8)


def test_what_no_shadow_tells_stays(rng):
    shadows = Projections.usual(2, 2)
    ys, start = [rng.random((5, 2)) for _ in range(2)], rng.random((5, 3))
    weights = np.array([1.0, 0.0])  # from above only: the height is unknown
    np.testing.assert_allclose(shadows.barycentres(ys, weights)[:, 2], 0.5)
    np.testing.assert_allclose(shadows.barycentres(ys, weights, start)[:, 2], start[:, 2])
