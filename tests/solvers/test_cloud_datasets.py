"""Every built-in cloud can be had with any number of points, and lies where it should."""

import numpy as np
import pytest

from solvers import cloud_datasets as clouds
from solvers import datasets
from solvers.projected_costs import Circles

PLANE = {
    "silhouette": lambda n: clouds.silhouette_cloud("cat", n),
    "text": lambda n: clouds.text_cloud("Ab", n),
    "digit": lambda n: clouds.digit_cloud(3, 7, n),
    "ring": clouds.ring_cloud,
    "Gaussian": clouds.gaussian_cloud,
    **{
        f"{figure}, filled {filled}": lambda n, figure=figure, filled=filled: clouds.figure_cloud(
            figure, n, filled
        )
        for figure in clouds.FIGURES
        for filled in (True, False)
    },
    **{
        f"{figure} on {circle}": lambda n, figure=figure, circle=circle: clouds.circle_cloud(
            circle, figure, n
        )
        for figure in clouds.CIRCLE_FIGURES
        for circle in range(clouds.CIRCLES)
    },
}
SPACE = {name: lambda n, name=name: clouds.solid_cloud(name, n) for name in clouds.SOLID_CLOUDS}


@pytest.mark.parametrize("name", [*PLANE, *SPACE])
@pytest.mark.parametrize("n", [1, 64, 500])
def test_clouds(name, n):
    get = {**PLANE, **SPACE}[name]
    rows = get(n)
    assert rows.shape == (n, 3 if name in PLANE else 4)
    assert rows.dtype == np.float64
    assert rows[:, 0] == pytest.approx(1 / n)
    assert abs(rows[:, 1:] - 0.5).max() <= 0.5
    assert len(np.unique(rows, axis=0)) == n
    assert np.array_equal(rows, get(n))


def test_letters_stand_upright():
    height = clouds.text_cloud("T", 300)[:, 2]
    assert np.mean(height > 0.5) > 0.6


def test_a_ring_is_as_wide_as_asked():
    centre, radius, width = (0.4, 0.6), 0.2, 0.1
    positions = clouds.ring_cloud(1000, centre, radius, width)[:, 1:]
    radii = np.hypot(*(positions - centre).T)
    assert radii.min() == pytest.approx(0.15, abs=0.001)
    assert radii.max() == pytest.approx(0.25, abs=0.001)
    # even: half the points lie within the radius that halves the area
    assert np.mean(radii**2 < (0.15**2 + 0.25**2) / 2) == pytest.approx(0.5, abs=0.002)
    assert positions.mean(axis=0) == pytest.approx(centre, abs=0.002)


def test_a_ring_without_width_is_a_regular_polygon():
    positions = clouds.ring_cloud(12, radius=0.3, width=0)[:, 1:]
    assert np.hypot(*(positions - 0.5).T) == pytest.approx(0.3)
    sides = np.hypot(*(positions - np.roll(positions, 1, axis=0)).T)
    assert sides == pytest.approx(0.6 * np.sin(np.pi / 12))


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_gaussian_has_its_moments(dimension):
    mean = np.linspace(0.3, 0.6, dimension)
    root = np.random.default_rng(0).normal(size=(dimension, dimension)) / 10
    rows = clouds.gaussian_cloud(4000, mean, root @ root.T)
    assert rows[:, 1:].mean(axis=0) == pytest.approx(mean, abs=0.003)
    assert np.cov(rows[:, 1:].T) == pytest.approx(root @ root.T, abs=0.001)
    assert not np.array_equal(rows, clouds.gaussian_cloud(4000, mean, root @ root.T, seed=1))


@pytest.mark.parametrize("circle", range(clouds.CIRCLES))
@pytest.mark.parametrize("figure", clouds.CIRCLE_FIGURES)
def test_points_lie_on_their_circle_towards_the_others(circle, figure):
    circles = Circles.usual(clouds.CIRCLES)
    positions = clouds.circle_cloud(circle, figure, 300)[:, 1:]
    centre = circles.centres[circle]
    assert np.hypot(*(positions - centre).T) == pytest.approx(circles.radii[circle])
    inwards = circles.centres.mean(axis=0) - centre
    assert (positions - centre).mean(axis=0) @ inwards > 0


def test_an_arc_is_two_thirds_of_a_circle_and_clusters_are_apart():
    def longest_gap(figure):
        centre = Circles.usual(clouds.CIRCLES).centres[0]
        x, y = (clouds.circle_cloud(0, figure, 300)[:, 1:] - centre).T
        angles = np.sort(np.arctan2(y, x))
        return np.sort(np.diff(angles, append=angles[0] + 2 * np.pi))[::-1]

    assert longest_gap("arc")[:2] == pytest.approx([2 * np.pi / 3, 0], abs=0.02)
    assert longest_gap("clusters")[:3] == pytest.approx([np.pi, 0.6 * np.pi, 0], abs=0.02)


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("name", clouds.FIGURES)
def test_figures_fill_the_same_square(name, filled):
    positions = clouds.figure_cloud(name, 2000, filled)[:, 1:]
    assert positions.min(axis=0) == pytest.approx([0.15, 0.15], abs=0.015)
    assert positions.max(axis=0) == pytest.approx([0.85, 0.85], abs=0.03)


def test_an_outline_is_walked_at_equal_steps():
    positions = clouds.figure_cloud("square", 8, filled=False)[:, 1:]
    halves, rest = 0.7 / 4, 3 * 0.7 / 4
    low = [[halves, 0], [rest, 0], [0.7, halves], [0.7, rest]]
    assert positions[:4] - 0.15 == pytest.approx(np.array(low))
    assert positions[4:] == pytest.approx(1 - positions[:4])


def test_the_cube_shell_is_hollow_and_the_cube_is_not():
    def depth(name):
        return abs(clouds.solid_cloud(name, 1000)[:, 1:] - 0.5).max(axis=1)

    assert depth("cube shell").min() > 0.15
    assert np.mean(depth("cube") < 0.15) > 0.3


@pytest.mark.parametrize(
    ("get", "message"),
    [
        (lambda: clouds.silhouette_cloud("dog", 9), r"^silhouette: “dog”.*butterfly"),
        (lambda: clouds.text_cloud("", 9), r"^text:.*1 to 4 characters"),
        (lambda: clouds.digit_cloud(2, 0, 9), r"^digit: “2”"),
        (lambda: clouds.ring_cloud(9, radius=0), r"^ring: radius 0 and width 0\.1 do not fit"),
        (lambda: clouds.ring_cloud(9, width=1), r"^ring:.*0 to twice the radius"),
        (lambda: clouds.ring_cloud(9, centre=(0, np.nan)), r"^centre: must be two finite"),
        (lambda: clouds.gaussian_cloud(9, (0, 0), np.eye(3)), r"^cov: its shape is \(3, 3\)"),
        (lambda: clouds.gaussian_cloud(9, (0, 0), -np.eye(2)), r"^cov: must be finite, symmetric"),
        (lambda: clouds.gaussian_cloud(9, (0, 0), [[1, 1], [0, 1]]), r"^cov:.*symmetric"),
        (lambda: clouds.circle_cloud(4, "arc", 9), r"^circle: “4”.*0, 1, 2, 3"),
        (lambda: clouds.circle_cloud(0, "bow", 9), r"^figure: “bow”.*arc, clusters"),
        (lambda: clouds.figure_cloud("heart", 9), r"^figure: “heart”.*disc, square"),
        (lambda: clouds.solid_cloud("egg", 9), r"^solid: “egg”.*cube shell, bunny"),
        *((lambda get=get: get(0), r"^n: is 0, but must be 1 or more") for get in PLANE.values()),
        *((lambda get=get: get(0), r"^n: is 0, but must be 1 or more") for get in SPACE.values()),
    ],
)
def test_wrong_requests(get, message):
    with pytest.raises(ValueError, match=message):
        get()


def test_every_silhouette_is_a_cloud():
    means = [clouds.silhouette_cloud(name, 30).mean(axis=0) for name in datasets.silhouette_names()]
    assert abs(np.array(means)[:, 1:] - 0.5).max() < 0.2
