"""Push-forward of densities by the transport map ``T = id − ∇f^c``, mass kept exactly.

A cell is cut into as many pieces as its image covers cells along each axis. They move piecewise
linearly between the images of the cell and of its neighbours, though never across a tear of the
map, and are deposited multilinearly on the nodes around their images: either spread out over what
they cover, which leaves no moiré, or their centres alone.
"""

from __future__ import annotations

from functools import partial
from math import gcd

import numpy as np

from solvers.arrays import Array
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
    m, *shape = densities.shape
    kernel = {2: push_2d, 3: push_3d}[len(shape)]
    settings = 1.0 / spacing**2, float(spread)
    # Two threads must not add to one array: a marginal is split only where threads would idle.
    workers = worker_count()
    parts = ranges(shape[0], min(workers // gcd(m, workers), _MAX_PARTS))
    images = np.zeros((m, len(parts), *shape))
    run_all(
        partial(kernel, transforms[i], densities[i], *settings, images[i, p], start, stop)
        for i in range(m)
        for p, (start, stop) in enumerate(parts)
    )
    return images[:, 0] if len(parts) == 1 else images.sum(axis=1)
