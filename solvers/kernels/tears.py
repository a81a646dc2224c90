"""Transport maps with tears: what the push-forwards in 2D and 3D share.

The map ``T = id − ∇f^c`` is smooth but for tears, curves (in 3D surfaces) where it jumps: there the
potential has a kink. A difference quotient across a kink, or an interpolation across a jump, would
leave mass in the gap that the tear opens. So derivatives are taken from the side without a kink,
and the arms of a cell, which lead from its image half-way to the images of its neighbours, do not
reach across a tear.

These functions are compiled into those that call them, and Numba's cache does not see a change
here: it takes a change in `push_2d` and `push_3d` as well, or an empty cache.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from solvers.arrays import Array

# A kink: the second difference (in cells) is larger than this, and this many times its neighbours.
_KINK, _KINK_RATIO = 2.0, 3.0
# A tear: neighbours are this many cells apart, and this many times as far as the pairs around them.
_TEAR, _TEAR_RATIO = 2.5, 2.5
# Cells that are stretched across the domain would cost more samples than all others together.
_MAX_SPREAD = 64
# Pieces still wider than this, in nodes, are cut.
_WIDEST = 8


@njit(cache=True, nogil=True, inline="always")
def slope(a: float, b: float, c: float, d: float, e: float, scale: float) -> float:
    """`scale` times the difference per node at the middle of five values, without a kink.

    The choice is that of essentially non-oscillatory schemes (Harten, Engquist, Osher and
    Chakravarthy, 1987): where the central stencil crosses a kink, the smoother side decides.
    """
    left, middle, right = abs(a - 2.0 * b + c), abs(b - 2.0 * c + d), abs(c - 2.0 * d + e)
    if scale * middle <= _KINK + scale * _KINK_RATIO * min(left, right):
        return 0.5 * scale * (d - b)
    if left <= right:
        return 0.5 * scale * (a - 4.0 * b + 3.0 * c)
    return 0.5 * scale * (4.0 * d - 3.0 * c - e)


@njit(cache=True, nogil=True, inline="always")
def is_torn(before: float, length: float, after: float) -> bool:
    """Whether an edge between images is far longer than the edges before and after it."""
    return length > _TEAR and length > _TEAR_RATIO * max(before, after)


@njit(cache=True, nogil=True, inline="always")
def piece_count(spread: float) -> int:
    """Pieces along an axis whose image is `spread` cells long."""
    return min(_MAX_SPREAD, max(1, int(np.ceil(spread - 0.25))))


@njit(cache=True, nogil=True, inline="always")
def along(t: float, back: float, forth: float) -> float:
    """Where the arms of a cell lead from its image, −½ ≤ t ≤ ½ cells from its centre."""
    return t * (back if t < 0.0 else forth)


@njit(cache=True, nogil=True, inline="always")
def _ramp_integral(z: float) -> float:
    """Integral from −∞ of the ramp that is 0 below 0, 1 above 1, and linear between."""
    rising = min(max(z, 0.0), 1.0)  # without branches: this is evaluated for every deposit
    return 0.5 * rising * rising + max(z - 1.0, 0.0)


@njit(cache=True, nogil=True, inline="always")
def shares(centre: float, width: float, n: int, weights: Array) -> tuple[int, int]:
    """Shares of the nodes 0 … n − 1 in a piece of that centre and width, written to `weights`.

    Linear interpolation of a point, averaged over the piece: neighbouring pieces that leave no gap
    add up without moiré. The outermost nodes take what lies outside. Returns the first node and the
    number of nodes. A NaN goes to node 0: it must not become an index.
    """
    if not centre > 0.0:
        centre = 0.0
    centre = min(centre, n - 1.0)
    if not width >= 1e-6:
        first = min(int(centre), n - 2)
        weights[1] = centre - first
        weights[0] = 1.0 - weights[1]
        return first, 2
    width = min(width, _WIDEST - 3.0)
    left, right = centre - 0.5 * width, centre + 0.5 * width
    first, last = int(max(left, 0.0)), min(int(right) + 1, n - 1)
    per_width = 1.0 / width
    beyond = 1.0  # the share of this node and all after it
    for node in range(first + 1, last + 1):
        after = _ramp_integral(right - node + 1.0) - _ramp_integral(left - node + 1.0)
        after *= per_width
        weights[node - 1 - first] = beyond - after
        beyond = after
    weights[last - first] = beyond
    return first, last - first + 1


@njit(cache=True, nogil=True, inline="always")
def room_for_shares() -> Array:
    """An array that `shares` can write to."""
    return np.empty(_WIDEST)
