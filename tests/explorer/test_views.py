"""Densities in levels, on a scale that all solvers share, and their tile."""

from __future__ import annotations

import re

import numpy as np
import pytest

from explorer.levels import CommonScale, to_levels
from explorer.views.density import DensityView
from explorer.views.volume import VolumeView
from solvers import GridProblem
from solvers.datasets import shape
from solvers.sharpness import full_density


def test_levels_keep_order_and_scale():
    density = np.array([[0.0, 1.0], [2.0, 4.0]])
    np.testing.assert_array_equal(to_levels(density, 4.0), [[0, 63], [127, 255]])
    np.testing.assert_array_equal(to_levels(density, 2.0), [[0, 127], [255, 255]])


def test_one_spike_does_not_darken_the_picture():
    density = np.ones((64, 64))
    density[0, 0] = 1000.0
    assert full_density(density) == 1.0


@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_scale_of_copies_in_two_sizes_is_that_of_the_size_between(dimensions):
    """Sides of 8 and 16 cells average to 12; densities go with the squares, or with the cubes."""
    marginals = np.zeros((2, *(32,) * dimensions))
    for marginal, side in zip(marginals, (8, 16), strict=True):
        marginal[(slice(side),) * dimensions] = (32 / side) ** dimensions
    scale = CommonScale(marginals)
    assert scale.at(np.array([0.5, 0.5])) == pytest.approx((32 / 12) ** dimensions)
    assert scale.at(np.array([1.0, 0.0])) == pytest.approx(4**dimensions)


def test_the_scale_is_of_the_order_of_real_barycenters():
    problem = GridProblem([shape(name, 64) for name in ("two discs", "ring")])
    full = [full_density(density) for density in problem.marginals]
    assert min(full) < CommonScale(problem.marginals).at(problem.weights) < max(full)


def test_a_tile_sends_the_picture_and_hears_of_it():
    painted, toggled = [], []
    view = DensityView(painted.append, lambda: toggled.append(True))
    view.paint(np.frombuffer(b"abcdef", np.uint8).reshape(2, 3), 37, "a duck", ticket=5)
    assert view.frame == {
        "rows": 2, "columns": 3, "pixels": b"abcdef", "number": 37, "text": "a duck", "ticket": 5,
    }  # fmt: skip
    for message in (5, "toggle", None, "5", {"ticket": 5}):
        view._handle_msg(message)
    assert (painted, toggled) == ([5], [True])


@pytest.mark.parametrize("view", [DensityView, VolumeView])
def test_a_script_of_several_files_has_one_way_in_and_no_name_twice(view):
    assert len(re.findall(r"^export ", view._esm, re.MULTILINE)) == 1
    names = re.findall(r"^(?:export )?(?:async )?(?:function|const|let) (\w+)", view._esm, re.M)
    names += re.findall(r"^const .*?, (\w+) = ", view._esm, re.M)
    assert len(names) == len(set(names)) > 3
