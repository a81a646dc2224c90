"""The width of edges: steps, ramps, blur, rotation, and what must not matter."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from solvers import edge_width
from tests.solvers.helpers import axes


def ramp(cells, n=96, angle=0.0, dims=2):
    """From 0 to 1 over so many cells, across the middle of the grid."""
    x, y, *_ = axes((n,) * dims)
    across = (np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)) * n
    return np.broadcast_to(np.clip(0.5 + across / cells, 0, 1), (n,) * dims)


def disc(radius, dims=(128, 128)):
    return (sum((x - 0.5) ** 2 for x in axes(dims)) < radius**2).astype(float)


@pytest.mark.parametrize("dims", [(64, 64), (40, 64), (24, 24, 24)])
def test_a_step_is_one_cell_wide(dims):
    density = np.zeros(dims)
    density[dims[0] // 3 : dims[0] // 2] = 2.5
    assert edge_width(density) == pytest.approx(1)


@pytest.mark.parametrize("cells", [2, 5, 12, 30])
@pytest.mark.parametrize("dims", [2, 3])
def test_a_ramp_is_as_wide_as_it_is(cells, dims):
    assert edge_width(ramp(cells, n=48, dims=dims)) == pytest.approx(cells, rel=1e-6)


@pytest.mark.parametrize("degrees", [20, 45, 70])
def test_the_direction_does_not_matter(degrees):
    assert edge_width(ramp(10, angle=np.radians(degrees))) == pytest.approx(10, rel=0.02)


@pytest.mark.parametrize("sigma", [2, 4, 8])
def test_blur_widens_in_proportion(sigma):
    blurred = gaussian_filter(disc(0.3), sigma)
    assert edge_width(blurred) == pytest.approx(np.sqrt(2 * np.pi) * sigma, rel=0.12)


def test_a_disc_and_a_ball_are_sharp():
    assert edge_width(disc(0.3)) == pytest.approx(1)
    assert edge_width(disc(0.3, (40, 40, 40))) == pytest.approx(1)


def test_scale_and_spikes_do_not_matter(rng):
    density = gaussian_filter(disc(0.3), 3)
    width = edge_width(density)
    assert edge_width(1e9 * density) == pytest.approx(width)
    density.flat[rng.choice(density.size, 5, replace=False)] = 100
    assert edge_width(density) == pytest.approx(width, rel=0.1)


def test_nothing_is_sharper_than_a_step(rng):
    for _ in range(20):
        density = rng.random((12, 9)) ** rng.integers(1, 40)
        assert edge_width(density) >= 1


@pytest.mark.parametrize("density", [np.ones((8, 8)), np.zeros((8, 8)), np.ones((5, 5, 5))])
def test_without_edges_the_width_is_infinite(density):
    assert edge_width(density) == np.inf


def test_rounding_errors_are_no_edges(rng):
    assert edge_width(1 + 1e-12 * rng.random((16, 16))) == np.inf


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_values_that_are_no_density_are_refused(bad):
    density = np.ones((4, 4))
    density[1, 2] = bad
    with pytest.raises(ValueError, match="negative or not finite"):
        edge_width(density)
