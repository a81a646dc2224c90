"""Solids have the volumes of the textbook, smooth edges, and the symmetry that they should."""

import numpy as np
import pytest

from solvers.solids import SOLIDS, solid

VOLUMES = {
    "ball": 4 / 3 * np.pi * 0.4**3,
    "cube": 0.4**3,
    "torus": 2 * np.pi**2 * 0.27 * 0.11**2,
    "octahedron": 4 / 3 * 0.42**3,
}


@pytest.mark.parametrize("n", [32, 65])
@pytest.mark.parametrize("name", SOLIDS)
def test_volumes(name, n):
    density = solid(name, n)
    assert density.shape == (n, n, n)
    assert density.dtype == np.float64
    assert density.min() == 0
    assert density.max() == 1
    assert density.mean() == pytest.approx(VOLUMES[name], rel=0.02)


@pytest.mark.parametrize("name", SOLIDS)
def test_symmetry(name):
    density = solid(name, 33)
    for axis in range(3):
        np.testing.assert_allclose(np.flip(density, axis), density, atol=1e-12)
    np.testing.assert_allclose(density.swapaxes(0, 1), density, atol=1e-12)
    upright = np.allclose(density.swapaxes(1, 2), density, atol=1e-12)
    assert upright == (name != "torus")


def test_cells_on_the_surface_are_shared():
    cube = solid("cube", 20)  # its faces lie at 0.3 and 0.7, between cells
    assert set(np.unique(cube)) == {0, 1}
    cube = solid("cube", 15)  # its faces lie in the middle of cells
    np.testing.assert_allclose(cube[7, 7], [0] * 4 + [0.5] + [1] * 5 + [0.5] + [0] * 4, atol=1e-12)


def test_the_torus_lies_flat():
    torus = solid("torus", 64) > 0.5
    height = np.ptp(np.flatnonzero(torus.any(axis=(0, 1))))
    width = np.ptp(np.flatnonzero(torus.any(axis=(1, 2))))
    assert width > 3 * height
    assert not torus[32, 32].any()


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"^solid: “cone” is unknown; there are ball, cube"):
        solid("cone", 8)
