"""Push-forward of a density in the plane."""

from __future__ import annotations

import numpy as np
from numba import njit

from solvers.arrays import Array
from solvers.kernels.tears import along, is_torn, piece_count, room_for_shares, shares, slope

# Images of two rows before and after a row are looked at, and two columns on either side.
_HALO = 2


@njit(cache=True, nogil=True)
def _images_of_row(f: Array, scale: float, i: int, first: int, last: int, images: Array) -> None:
    """Images (2, n1 + 4) of the nodes of row i, columns ``first … last`` at least, in cells.

    Column j stands at j + 2; beyond the border the images continue linearly.
    """
    n0, n1 = f.shape
    first, last = max(first, 0), min(last, n1 - 1)
    if first < 2 or last > n1 - 3:  # the halo continues the outermost two columns
        first, last = min(first, n1 - 2), max(last, 1)
    rows, cols = images
    for j in range(first, last + 1):
        if 2 <= i < n0 - 2:
            down = slope(f[i - 2, j], f[i - 1, j], f[i, j], f[i + 1, j], f[i + 2, j], scale)
        else:
            above, below = max(i - 1, 0), min(i + 1, n0 - 1)
            down = scale * (f[below, j] - f[above, j]) / (below - above)
        if 2 <= j < n1 - 2:
            right = slope(f[i, j - 2], f[i, j - 1], f[i, j], f[i, j + 1], f[i, j + 2], scale)
        else:
            before, after = max(j - 1, 0), min(j + 1, n1 - 1)
            right = scale * (f[i, after] - f[i, before]) / (after - before)
        rows[j + _HALO] = i - down
        cols[j + _HALO] = j - right
    for x in images:
        if first == 0:
            x[1], x[0] = 2.0 * x[2] - x[3], 3.0 * x[2] - 2.0 * x[3]
        if last == n1 - 1:
            x[n1 + 2], x[n1 + 3] = 2.0 * x[n1 + 1] - x[n1], 3.0 * x[n1 + 1] - 2.0 * x[n1]


@njit(cache=True, nogil=True)
def _row_of_images(
    f: Array, scale: float, i: int, first: int, last: int, images: Array, spare: Array
) -> None:
    """As `_images_of_row`, also for rows just outside the grid."""
    n0 = f.shape[0]
    if 0 <= i < n0:
        _images_of_row(f, scale, i, first, last, images)
        return
    border, step = (0, 1) if i < 0 else (n0 - 1, -1)
    _images_of_row(f, scale, border, first, last, images)
    _images_of_row(f, scale, border + step, first, last, spare)
    beyond = abs(i - border)
    for d in range(2):
        for j in range(images.shape[1]):
            images[d, j] += beyond * (images[d, j] - spare[d, j])


@njit(cache=True, nogil=True, inline="always")
def _arms(
    r0: float, c0: float, r1: float, c1: float, r2: float, c2: float,
    r3: float, c3: float, r4: float, c4: float,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Steps (rows, columns) from the image of the middle one of five nodes in a line, per cell:
    backwards and forwards. An arm that would reach across a tear repeats the other one.
    """
    d0 = max(abs(r1 - r0), abs(c1 - c0))
    d1 = max(abs(r2 - r1), abs(c2 - c1))
    d2 = max(abs(r3 - r2), abs(c3 - c2))
    d3 = max(abs(r4 - r3), abs(c4 - c3))
    back_r, back_c, forth_r, forth_c = r2 - r1, c2 - c1, r3 - r2, c3 - c2
    back_torn, forth_torn = is_torn(d0, d1, d2), is_torn(d1, d2, d3)
    if back_torn and forth_torn:
        return 0.0, 0.0, 0.0, 0.0
    if back_torn:
        return forth_r, forth_c, forth_r, forth_c
    if forth_torn:
        return back_r, back_c, back_r, back_c
    return back_r, back_c, forth_r, forth_c


@njit(cache=True, nogil=True)
def push_2d(
    f: Array,
    mass: Array,
    origin: Array,
    scale: float,
    spread: float,
    out: Array,
    start: int,
    stop: int,
) -> None:
    """Add the images of cell rows ``start … stop`` of `mass` to `out`.

    Parameters
    ----------
    f, mass : array, (n0, n1)
        c-transform and density on a box of the grid.
    origin : array, (2,), float64
        Where the first node of the box stands in `out`.
    out : array
        The density to add to.
    scale : float
        1 / spacing².
    spread : float
        1 spreads each piece of a cell over its image, 0 deposits its centre.
    """
    n0, n1 = mass.shape
    row_shares, col_shares = room_for_shares(), room_for_shares()
    # Only what lies near mass is looked at: columns of the first and last mass of every row.
    first, last = np.full(n0 + 2 * _HALO, n1), np.full(n0 + 2 * _HALO, -1)
    for i in range(start, stop):
        for j in range(n1):
            if mass[i, j] != 0.0:
                first[i + _HALO] = min(first[i + _HALO], j)
                last[i + _HALO] = j
    ring, spare = np.zeros((5, 2, n1 + 2 * _HALO)), np.zeros((2, n1 + 2 * _HALO))
    ready = np.full(5, -5)  # which row's images stand where
    for i in range(start, stop):
        if last[i + _HALO] < 0:
            continue
        for k in range(i - _HALO, i + _HALO + 1):
            if ready[k % 5] != k:
                low, high = n1, -1
                for near in range(max(k - _HALO, start), min(k + _HALO + 1, stop)):
                    low = min(low, first[near + _HALO])
                    high = max(high, last[near + _HALO])
                _row_of_images(f, scale, k, low - _HALO, high + _HALO, ring[k % 5], spare)
                ready[k % 5] = k
        rows0, cols0 = ring[(i - 2) % 5]
        rows1, cols1 = ring[(i - 1) % 5]
        rows, cols = ring[i % 5]
        rows3, cols3 = ring[(i + 1) % 5]
        rows4, cols4 = ring[(i + 2) % 5]
        for j in range(first[i + _HALO], last[i + _HALO] + 1):
            m = mass[i, j]
            if m == 0.0:
                continue
            k = j + _HALO
            r, c = rows[k], cols[k]
            up_r, up_c, down_r, down_c = _arms(
                rows0[k], cols0[k], rows1[k], cols1[k], r, c,
                rows3[k], cols3[k], rows4[k], cols4[k],
            )  # fmt: skip
            left_r, left_c, right_r, right_c = _arms(
                rows[k - 2], cols[k - 2], rows[k - 1], cols[k - 1], r, c,
                rows[k + 1], cols[k + 1], rows[k + 2], cols[k + 2],
            )  # fmt: skip
            s0 = piece_count(max(abs(up_r), abs(up_c), abs(down_r), abs(down_c)))
            s1 = piece_count(max(abs(left_r), abs(left_c), abs(right_r), abs(right_c)))
            piece = m / (s0 * s1)
            for u in range(s0):
                t, t_next = u / s0 - 0.5, (u + 1) / s0 - 0.5
                ra, rb = along(t, up_r, down_r), along(t_next, up_r, down_r)
                ca, cb = along(t, up_c, down_c), along(t_next, up_c, down_c)
                for v in range(s1):
                    t, t_next = v / s1 - 0.5, (v + 1) / s1 - 0.5
                    rc, rd = along(t, left_r, right_r), along(t_next, left_r, right_r)
                    cc, cd = along(t, left_c, right_c), along(t_next, left_c, right_c)
                    p, height = shares(
                        r + origin[0] + 0.5 * (ra + rb + rc + rd),
                        spread * (abs(rb - ra) + abs(rd - rc)), out.shape[0], row_shares,
                    )  # fmt: skip
                    q, width = shares(
                        c + origin[1] + 0.5 * (ca + cb + cc + cd),
                        spread * (abs(cb - ca) + abs(cd - cc)), out.shape[1], col_shares,
                    )  # fmt: skip
                    for k in range(height):
                        share = piece * row_shares[k]
                        for l in range(width):
                            out[p + k, q + l] += share * col_shares[l]
