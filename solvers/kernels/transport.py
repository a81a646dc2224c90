"""Push-forward of densities by the transport map ``T = id − ∇f^c``, mass kept exactly.

The map is evaluated at the corners of the cells. A cell is cut into as many samples as its image
covers cells along each axis (times `samples`), each sample moves by the multilinear interpolant of
the corners and is deposited multilinearly on the nodes around its image.
"""

from __future__ import annotations

from functools import partial
from math import gcd

import numpy as np
from numba import njit

from solvers.arrays import Array
from solvers.parallel import ranges, run_all, worker_count

# Cells that straddle a tear of the map can be stretched across the whole domain along both axes;
# beyond this many samples they would cost more than all others together.
_MAX_SPREAD = 64
# Private accumulators per marginal, at most: each costs one array of the grid's size.
_MAX_PARTS = 4


@njit(cache=True, nogil=True, inline="always")
def _count(spread: float, samples: int) -> int:
    """Samples along an axis whose image is `spread` cells long."""
    return samples * min(_MAX_SPREAD, max(1, int(np.ceil(spread - 0.25))))


@njit(cache=True, nogil=True, inline="always")
def _inside(position: float, n: int) -> float:
    """The nearest position on nodes 0 … n − 1; 0 for NaN, which must not become an index."""
    if not position > 0.0:
        return 0.0
    return min(position, n - 1.0)


@njit(cache=True, nogil=True)
def _corner_row(f: Array, scale: float, i: int, rows: Array, cols: Array) -> None:
    """Images (in index units) of the corners ``(i − ½, j − ½)``, j = 0 … n1.

    At the border the differences of the nearest interior pair are continued.
    """
    n0, n1 = f.shape
    a = min(max(i, 1), n0 - 1)
    for j in range(n1 + 1):
        b = min(max(j, 1), n1 - 1)
        drop = f[a, b] - f[a - 1, b - 1]
        cross = f[a, b - 1] - f[a - 1, b]
        rows[j] = i - 0.5 - 0.5 * scale * (drop + cross)
        cols[j] = j - 0.5 - 0.5 * scale * (drop - cross)


@njit(cache=True, nogil=True)
def _push_2d(
    f: Array, mass: Array, scale: float, samples: int, out: Array, start: int, stop: int
) -> None:
    """Add the images of cell rows ``start … stop`` of `mass` to `out`."""
    n0, n1 = mass.shape
    upper_r, upper_c = np.empty(n1 + 1), np.empty(n1 + 1)
    lower_r, lower_c = np.empty(n1 + 1), np.empty(n1 + 1)
    _corner_row(f, scale, start, lower_r, lower_c)
    for i in range(start, stop):
        upper_r, lower_r = lower_r, upper_r
        upper_c, lower_c = lower_c, upper_c
        _corner_row(f, scale, i + 1, lower_r, lower_c)
        for j in range(n1):
            m = mass[i, j]
            if m == 0.0:
                continue
            r00, r01, r10, r11 = upper_r[j], upper_r[j + 1], lower_r[j], lower_r[j + 1]
            c00, c01, c10, c11 = upper_c[j], upper_c[j + 1], lower_c[j], lower_c[j + 1]
            spread0 = max(max(abs(r10 - r00), abs(r11 - r01)), max(abs(c10 - c00), abs(c11 - c01)))
            spread1 = max(max(abs(r01 - r00), abs(r11 - r10)), max(abs(c01 - c00), abs(c11 - c10)))
            s0, s1 = _count(spread0, samples), _count(spread1, samples)
            piece = m / (s0 * s1)
            for u in range(s0):
                t = (u + 0.5) / s0
                ra, rb = r00 + t * (r10 - r00), r01 + t * (r11 - r01)
                ca, cb = c00 + t * (c10 - c00), c01 + t * (c11 - c01)
                for v in range(s1):
                    t = (v + 0.5) / s1
                    r = _inside(ra + t * (rb - ra), n0)
                    c = _inside(ca + t * (cb - ca), n1)
                    k, l = min(int(r), n0 - 2), min(int(c), n1 - 2)
                    wr, wc = r - k, c - l
                    top, bottom = piece * (1.0 - wr), piece * wr
                    out[k, l] += top * (1.0 - wc)
                    out[k, l + 1] += top * wc
                    out[k + 1, l] += bottom * (1.0 - wc)
                    out[k + 1, l + 1] += bottom * wc


@njit(cache=True, nogil=True)
def _corner_layer(f: Array, scale: float, i: int, images: Array) -> None:
    """Images (3, n1 + 1, n2 + 1) of the corners ``(i − ½, j − ½, k − ½)``."""
    n0, n1, n2 = f.shape
    a = min(max(i, 1), n0 - 1)
    for j in range(n1 + 1):
        b = min(max(j, 1), n1 - 1)
        for k in range(n2 + 1):
            c = min(max(k, 1), n2 - 1)
            d0 = d1 = d2 = 0.0
            for p in range(2):
                for q in range(2):
                    d0 += f[a, b - p, c - q] - f[a - 1, b - p, c - q]
                    d1 += f[a - p, b, c - q] - f[a - p, b - 1, c - q]
                    d2 += f[a - p, b - q, c] - f[a - p, b - q, c - 1]
            images[0, j, k] = i - 0.5 - 0.25 * scale * d0
            images[1, j, k] = j - 0.5 - 0.25 * scale * d1
            images[2, j, k] = k - 0.5 - 0.25 * scale * d2


@njit(cache=True, nogil=True)
def _push_3d(
    f: Array, mass: Array, scale: float, samples: int, out: Array, start: int, stop: int
) -> None:
    """Add the images of cell layers ``start … stop`` of `mass` to `out`."""
    _, n1, n2 = mass.shape
    upper, lower = np.empty((3, n1 + 1, n2 + 1)), np.empty((3, n1 + 1, n2 + 1))
    corner = np.empty((3, 2, 2, 2))
    counts = np.empty(3, np.int64)
    at = np.empty(3)
    _corner_layer(f, scale, start, lower)
    for i in range(start, stop):
        upper, lower = lower, upper
        _corner_layer(f, scale, i + 1, lower)
        for j in range(n1):
            for k in range(n2):
                m = mass[i, j, k]
                if m == 0.0:
                    continue
                spread0 = spread1 = spread2 = 0.0
                for d in range(3):
                    for q in range(2):
                        for r in range(2):
                            corner[d, 0, q, r] = upper[d, j + q, k + r]
                            corner[d, 1, q, r] = lower[d, j + q, k + r]
                    for q in range(2):
                        for r in range(2):
                            x = corner[d]
                            spread0 = max(spread0, abs(x[1, q, r] - x[0, q, r]))
                            spread1 = max(spread1, abs(x[q, 1, r] - x[q, 0, r]))
                            spread2 = max(spread2, abs(x[q, r, 1] - x[q, r, 0]))
                counts[0] = _count(spread0, samples)
                counts[1] = _count(spread1, samples)
                counts[2] = _count(spread2, samples)
                piece = m / (counts[0] * counts[1] * counts[2])
                for u in range(counts[0]):
                    tu = (u + 0.5) / counts[0]
                    for v in range(counts[1]):
                        tv = (v + 0.5) / counts[1]
                        for w in range(counts[2]):
                            tw = (w + 0.5) / counts[2]
                            for d in range(3):
                                x = corner[d]
                                x00 = x[0, 0, 0] + tu * (x[1, 0, 0] - x[0, 0, 0])
                                x01 = x[0, 0, 1] + tu * (x[1, 0, 1] - x[0, 0, 1])
                                x10 = x[0, 1, 0] + tu * (x[1, 1, 0] - x[0, 1, 0])
                                x11 = x[0, 1, 1] + tu * (x[1, 1, 1] - x[0, 1, 1])
                                x0, x1 = x00 + tv * (x10 - x00), x01 + tv * (x11 - x01)
                                at[d] = x0 + tw * (x1 - x0)
                            _deposit_3d(out, at, piece)


@njit(cache=True, nogil=True, inline="always")
def _deposit_3d(out: Array, at: Array, piece: float) -> None:
    n0, n1, n2 = out.shape
    a, b, c = _inside(at[0], n0), _inside(at[1], n1), _inside(at[2], n2)
    i, j, k = min(int(a), n0 - 2), min(int(b), n1 - 2), min(int(c), n2 - 2)
    wa, wb, wc = a - i, b - j, c - k
    for p in range(2):
        wp = piece * (wa if p else 1.0 - wa)
        for q in range(2):
            wq = wp * (wb if q else 1.0 - wb)
            out[i + p, j + q, k] += wq * (1.0 - wc)
            out[i + p, j + q, k + 1] += wq * wc


def push_forward(transforms: Array, densities: Array, spacing: float, samples: int = 1) -> Array:
    """Push densities forward by ``T_i = id − ∇f_i^c``.

    Parameters
    ----------
    transforms : array, (m, *shape), float64
        The c-transforms ``f_i^c`` at the cell centres; 2D or 3D, at least 2 cells along each axis.
    densities : array, (m, *shape), float64
        One density for each map.
    spacing : float
        Distance between neighbouring cell centres.
    samples : int
        Samples for each cell that the image covers, along each axis; ≥ 1.

    Returns
    -------
    array, (m, *shape)
        Densities with the same sums. Mass sent out of the domain stays on its border.
    """
    m, *shape = densities.shape
    kernel = {2: _push_2d, 3: _push_3d}[len(shape)]
    scale = 1.0 / spacing**2
    # Two threads must not add to one array: a marginal is split only where threads would idle.
    workers = worker_count()
    parts = ranges(shape[0], min(workers // gcd(m, workers), _MAX_PARTS))
    images = np.zeros((m, len(parts), *shape))
    run_all(
        partial(kernel, transforms[i], densities[i], scale, samples, images[i, p], start, stop)
        for i in range(m)
        for p, (start, stop) in enumerate(parts)
    )
    return images[:, 0] if len(parts) == 1 else images.sum(axis=1)
