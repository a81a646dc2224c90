"""Push-forward of a density in space."""

from __future__ import annotations

import numpy as np
from numba import njit

from solvers.arrays import Array
from solvers.kernels.tears import along, is_torn, piece_count, room_for_shares, shares, slope

# Images of two layers before and after a layer are looked at, and two rows around each row.
_HALO = 2


@njit(cache=True, nogil=True, inline="always")
def _slope_at(f: Array, i: int, j: int, k: int, axis: int, scale: float) -> float:
    """Difference per node of f along an axis at a node; one-sided at the border."""
    a, b, c = (1, 0, 0) if axis == 0 else (0, 1, 0) if axis == 1 else (0, 0, 1)
    n, x = f.shape[axis], i if axis == 0 else j if axis == 1 else k
    if 2 <= x < n - 2:
        return slope(
            f[i - 2 * a, j - 2 * b, k - 2 * c],
            f[i - a, j - b, k - c],
            f[i, j, k],
            f[i + a, j + b, k + c],
            f[i + 2 * a, j + 2 * b, k + 2 * c],
            scale,
        )
    p, q = min(1, x), min(1, n - 1 - x)
    ahead, behind = f[i + q * a, j + q * b, k + q * c], f[i - p * a, j - p * b, k - p * c]
    return float(scale * (ahead - behind) / (p + q))


@njit(cache=True, nogil=True)
def _images_of_layer(f: Array, scale: float, i: int, images: Array) -> None:
    """Images (3, n1 + 4, n2 + 4) of the nodes of layer i, in cells.

    Node (j, k) stands at (j + 2, k + 2); beyond the border the images continue linearly.
    """
    _, n1, n2 = f.shape
    for j in range(n1):
        for k in range(n2):
            images[0, j + _HALO, k + _HALO] = i - _slope_at(f, i, j, k, 0, scale)
            images[1, j + _HALO, k + _HALO] = j - _slope_at(f, i, j, k, 1, scale)
            images[2, j + _HALO, k + _HALO] = k - _slope_at(f, i, j, k, 2, scale)
    for x in images:
        for beyond in range(1, _HALO + 1):
            x[2 - beyond] = x[2] + beyond * (x[2] - x[3])
            x[n1 + 1 + beyond] = x[n1 + 1] + beyond * (x[n1 + 1] - x[n1])
        for beyond in range(1, _HALO + 1):
            x[:, 2 - beyond] = x[:, 2] + beyond * (x[:, 2] - x[:, 3])
            x[:, n2 + 1 + beyond] = x[:, n2 + 1] + beyond * (x[:, n2 + 1] - x[:, n2])


@njit(cache=True, nogil=True)
def _layer_of_images(f: Array, scale: float, i: int, images: Array, spare: Array) -> None:
    """As `_images_of_layer`, also for layers just outside the grid."""
    n0 = f.shape[0]
    if 0 <= i < n0:
        _images_of_layer(f, scale, i, images)
        return
    border, step = (0, 1) if i < 0 else (n0 - 1, -1)
    _images_of_layer(f, scale, border, images)
    _images_of_layer(f, scale, border + step, spare)
    images += abs(i - border) * (images - spare)


@njit(cache=True, nogil=True, inline="always")
def _distance(points: Array, p: int) -> float:
    """Largest coordinate of the step from point p to the next."""
    d = abs(points[p + 1, 0] - points[p, 0])
    d = max(d, abs(points[p + 1, 1] - points[p, 1]))
    return float(max(d, abs(points[p + 1, 2] - points[p, 2])))


@njit(cache=True, nogil=True, inline="always")
def _arms(points: Array, arms: Array) -> float:
    """Steps (2, 3) from the middle one of five images (5, 3) backwards and forwards, per cell.

    An arm that would reach across a tear repeats the other one. Returns the larger step.
    """
    d0, d1 = _distance(points, 0), _distance(points, 1)
    d2, d3 = _distance(points, 2), _distance(points, 3)
    back, forth = not is_torn(d0, d1, d2), not is_torn(d1, d2, d3)
    for axis in range(3):
        backwards = points[2, axis] - points[1, axis]
        forwards = points[3, axis] - points[2, axis]
        arms[0, axis] = backwards if back else forwards if forth else 0.0
        arms[1, axis] = forwards if forth else backwards if back else 0.0
    return max(d1 if back else 0.0, d2 if forth else 0.0)


@njit(cache=True, nogil=True)
def push_3d(
    f: Array,
    mass: Array,
    origin: Array,
    scale: float,
    spread: float,
    out: Array,
    start: int,
    stop: int,
) -> None:
    """Add the images of cell layers ``start … stop`` of `mass` to `out`.

    Parameters
    ----------
    f, mass : array, (n0, n1, n2)
        c-transform and density on a box of the grid.
    origin : array, (3,), float64
        Where the first node of the box stands in `out`.
    out : array
        The density to add to.
    scale : float
        1 / spacing².
    spread : float
        1 spreads each piece of a cell over its image, 0 deposits its centre.
    """
    _, n1, n2 = mass.shape
    shares0, shares1, shares2 = room_for_shares(), room_for_shares(), room_for_shares()
    ring = np.empty((5, 3, n1 + 2 * _HALO, n2 + 2 * _HALO))
    spare = np.empty((3, n1 + 2 * _HALO, n2 + 2 * _HALO))
    ready = np.full(5, -5)  # which layer's images stand where
    points, arms = np.empty((5, 3)), np.empty((3, 2, 3))
    centres, widths = np.empty((3, 3)), np.empty((3, 3))
    x, wide = np.empty(3), np.empty(3)
    for i in range(start, stop):
        if not mass[i].any():
            continue
        for near in range(i - _HALO, i + _HALO + 1):
            if ready[near % 5] != near:
                _layer_of_images(f, scale, near, ring[near % 5], spare)
                ready[near % 5] = near
        images = ring[i % 5]
        for j in range(n1):
            for k in range(n2):
                m = mass[i, j, k]
                if m == 0.0:
                    continue
                y, z = j + _HALO, k + _HALO
                for p in range(5):
                    for d in range(3):
                        points[p, d] = ring[(i - 2 + p) % 5, d, y, z]
                s0 = piece_count(_arms(points, arms[0]))
                for p in range(5):
                    for d in range(3):
                        points[p, d] = images[d, y - 2 + p, z]
                s1 = piece_count(_arms(points, arms[1]))
                for p in range(5):
                    for d in range(3):
                        points[p, d] = images[d, y, z - 2 + p]
                s2 = piece_count(_arms(points, arms[2]))
                piece = m / (s0 * s1 * s2)
                for u in range(s0):
                    _piece(arms[0], u, s0, centres[0], widths[0])
                    for v in range(s1):
                        _piece(arms[1], v, s1, centres[1], widths[1])
                        for w in range(s2):
                            _piece(arms[2], w, s2, centres[2], widths[2])
                            for d in range(3):
                                x[d] = points[2, d] + centres[0, d] + centres[1, d] + centres[2, d]
                                x[d] += origin[d]
                                wide[d] = spread * (widths[0, d] + widths[1, d] + widths[2, d])
                            a, count0 = shares(x[0], wide[0], out.shape[0], shares0)
                            b, count1 = shares(x[1], wide[1], out.shape[1], shares1)
                            c, count2 = shares(x[2], wide[2], out.shape[2], shares2)
                            for p in range(count0):
                                for q in range(count1):
                                    share = piece * shares0[p] * shares1[q]
                                    for r in range(count2):
                                        out[a + p, b + q, c + r] += share * shares2[r]


@njit(cache=True, nogil=True, inline="always")
def _piece(arms: Array, number: int, count: int, centre: Array, width: Array) -> None:
    """Centre, from the image of the cell, and width (3,) of one of `count` pieces along an axis."""
    t, t_next = number / count - 0.5, (number + 1) / count - 0.5
    for d in range(3):
        start, end = along(t, arms[0, d], arms[1, d]), along(t_next, arms[0, d], arms[1, d])
        centre[d] = 0.5 * (start + end)
        width[d] = abs(end - start)
