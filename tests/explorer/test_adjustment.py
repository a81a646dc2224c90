"""Adjustments: what each does to a density, what none of them may lose, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.inputs.adjustment import Adjustment
from explorer.inputs.sources import built_in

DENSITIES = arrays(float, (12, 12), elements=st.integers(0, 255).map(float)).filter(np.any)
FRACTIONS = st.floats(0.01, 1.0)


def centre_of_mass(density):
    cells = np.arange(len(density))
    return np.array([density.sum(axis=1) @ cells, density.sum(axis=0) @ cells]) / density.sum()


@given(DENSITIES)
def test_nothing_to_adjust_leaves_the_density(density):
    assert np.array_equal(Adjustment().apply(density), density)


@given(DENSITIES, st.floats(0.001, 0.1))
def test_blurring_keeps_the_mass(density, blur):
    blurred = Adjustment(blur=blur).apply(density)
    assert blurred.sum() == pytest.approx(density.sum())
    assert blurred.min() >= 0
    assert blurred.max() <= density.max() * (1 + 1e-12)


@given(DENSITIES)
def test_recentring_moves_the_cells_and_changes_none(density):
    moved = Adjustment(recentre=True).apply(density)
    assert np.array_equal(np.sort(moved, axis=None), np.sort(density, axis=None))
    rows, columns = (np.flatnonzero(moved.any(axis=axis)) for axis in (1, 0))
    was_rows, was_columns = (np.flatnonzero(density.any(axis=axis)) for axis in (1, 0))
    assert np.ptp(rows) == np.ptp(was_rows)  # nothing went around the border
    assert np.ptp(columns) == np.ptp(was_columns)
    middle = (len(density) - 1) / 2
    before, after = (np.abs(centre_of_mass(d) - middle) for d in (density, moved))
    assert np.all(after <= np.maximum(before, 0.5) + 1e-9)


def test_recentring_brings_the_centre_of_mass_to_the_middle():
    density = np.zeros((32, 32))
    density[1:4, 20:29] = [[1, 2, 3, 4, 5, 4, 3, 2, 1]]
    centre = centre_of_mass(Adjustment(recentre=True).apply(density))
    assert np.all(np.abs(centre - 15.5) <= 0.5)


def test_recentring_stops_at_the_border():
    """A heavy corner and a speck opposite: the speck may reach the border, and no further."""
    density = np.zeros((10, 10))
    density[0, 0], density[7, 7] = 100, 1
    moved = Adjustment(recentre=True).apply(density)
    assert (moved[2, 2], moved[9, 9]) == (100, 1)


@given(DENSITIES)
def test_inverting_twice_gives_the_density_back(density):
    density[3, 4], density[5, 6] = 0, 7  # an empty cell and a filled one
    invert = Adjustment(invert=True)
    assert np.array_equal(invert.apply(invert.apply(density)), density)


@given(DENSITIES, FRACTIONS)
def test_a_threshold_leaves_two_values(density, threshold):
    cut = Adjustment(threshold=threshold).apply(density)
    assert np.array_equal(cut == 1, density >= threshold * density.max())
    assert np.array_equal(cut == 0, density < threshold * density.max())


def test_the_order_is_invert_threshold_blur_recentre():
    density = np.random.default_rng(3).random((24, 24))
    at_once = Adjustment(invert=True, threshold=0.4, blur=0.02, recentre=True).apply(density)
    by_steps = density
    for step in (
        Adjustment(invert=True),
        Adjustment(threshold=0.4),
        Adjustment(blur=0.02),
        Adjustment(recentre=True),
    ):
        by_steps = step.apply(by_steps)
    assert np.array_equal(at_once, by_steps)


def test_a_blur_is_a_fraction_of_the_side():
    """The standard deviation of a blurred point, in cells, grows with the resolution."""
    for n in (41, 81):
        point = np.zeros((n, n))
        point[n // 2, n // 2] = 1
        profile = Adjustment(blur=0.05).apply(point).sum(axis=0)
        variance = profile @ (np.arange(n) - n // 2) ** 2
        assert np.sqrt(variance) == pytest.approx(0.05 * n, rel=0.02)


def test_what_leaves_nothing_is_refused():
    with pytest.raises(ValueError, match="filled evenly, so its inverse is empty"):
        Adjustment(invert=True).apply(np.ones((4, 4)))
    with pytest.raises(ValueError, match="the picture is empty"):
        Adjustment().apply(np.zeros((4, 4)))


@pytest.mark.parametrize(
    "field", [{"blur": 0.11}, {"blur": -0.01}, {"threshold": 1.5}, {"threshold": float("nan")}]
)
def test_numbers_out_of_range_are_refused(field):
    ((name, value),) = field.items()
    with pytest.raises(ValueError, match=f"{name}: is {value}, but must be between 0 and"):
        Adjustment(**field)


def test_a_marginal_draws_itself_adjusted():
    duck = built_in("Silhouettes", "duck")
    inverted = replace(duck, adjustment=Adjustment(invert=True))
    plain = duck.draw(32)
    assert np.array_equal(duck.draw_plain(32), plain)
    assert np.array_equal(inverted.draw(32), plain.max() - plain)
    assert built_in("Silhouettes", "duck") is duck
    assert inverted != duck
