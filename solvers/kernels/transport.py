"""Push-forward of densities by the transport map ``T = id − ∇f^c``, mass kept exactly.

A cell is cut into as many pieces as its image covers cells along each axis. They move piecewise
linearly between the images of the cell and of its neighbours, though never across a tear of the
map, and are deposited multilinearly on the nodes around their images: either spread out over what
they cover, which leaves no moiré, or their centres alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import gcd

import numpy as np

from solvers.arrays import Array
from solvers.boxes import Box
from solvers.kernels.push_2d import push_2d
from solvers.kernels.push_3d import push_3d
from solvers.parallel import ranges, run_all, worker_count

# Private accumulators per marginal, at most: each costs one array of the grid's size.
_MAX_PARTS = 4


def push_forward(
    transforms: Array, densities: Array, spacing: float, spread: bool = False
) -> Array:
    """Push densities forward by ``T_i = id − ∇f_i^c``.

    Parameters
    ----------
    transforms : array, (m, *shape), float64
        The c-transforms ``f_i^c`` at the cell centres; 2D or 3D, at least 2 cells along each axis.
    densities : array, (m, *shape), float64
        One density for each map.
    spacing : float
        Distance between neighbouring cell centres.
    spread : bool
        Spread each piece over the box that bounds its image, rather than deposit its centre. The
        picture is smooth, but even the identity then blurs, by half a cell.

    Returns
    -------
    array, (m, *shape)
        Densities with the same sums. Mass sent out of the domain stays on its border.
    """
    whole = Box.whole(densities.shape[1:])
    boxes = [whole] * len(densities)
    return push_forward_from(boxes, transforms, densities, whole, spacing, spread)


def push_forward_from(
    boxes: Sequence[Box],
    transforms: Sequence[Array] | Array,
    densities: Sequence[Array] | Array,
    domain: Box,
    spacing: float,
    spread: bool = False,
) -> Array:
    """As `push_forward`, from a box for each density to the nodes of another box.

    Parameters
    ----------
    boxes : sequence of Box, (m,)
        Those around the densities, with `HALO` cells between their mass and an end of the box that
        is not one of the grid: so far the map looks.
    transforms, densities : sequence of arrays, (*box.shape)
    domain : Box
        Mass sent out of it stays on its border.
    spacing, spread
        As for `push_forward`.

    Returns
    -------
    array, (m, *domain.shape)
    """
    kernel = {2: push_2d, 3: push_3d}[len(domain.shape)]
    settings = 1.0 / spacing**2, float(spread)
    m = len(boxes)
    # Two threads must not add to one array: a marginal is split only where threads would idle.
    workers = worker_count()
    parts = min(workers // gcd(m, workers), _MAX_PARTS)
    images = np.zeros((m, parts, *domain.shape))
    run_all(
        partial(kernel, f, density, np.subtract(box.start, domain.start, dtype=float), *settings,
                image[p], start, stop)
        for box, f, density, image in zip(boxes, transforms, densities, images, strict=True)
        for p, (start, stop) in enumerate(ranges(len(density), parts))
    )  # fmt: skip
    return images[:, 0] if parts == 1 else images.sum(axis=1)
