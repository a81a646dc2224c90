"""c-transforms on a regular grid for the cost ½|x − y|², exact and linear in the cells.

``f^c(x) = min_y ½|x − y|² − f(y)`` is the Moreau envelope of −f. It separates over the axes, and on
one line it is the lower envelope of parabolas: with ``φ_k = ½k² − f_k`` (in units of the spacing)
the minimiser for node j is the point of the lower convex hull of ``(k, φ_k)`` whose tangent has
slope j. One pass builds the hull, one monotone sweep reads off all minima.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numba import njit

from solvers.arrays import Array
from solvers.parallel import ranges, run_all, worker_count

# Lines whose results are written together: a cache line holds eight float64.
_BLOCK = 8


@njit(cache=True, nogil=True, fastmath={"contract"})
def _envelope_line(
    g: Array, factor: float, phi: Array, hull: Array, heights: Array, out: Array, refine: bool
) -> None:
    """``out[j] = min_k ½(j − k)² + factor · g[k]``.

    `phi` (n,), `hull` and `heights` (n + 1,) are work space. The last two points of the hull stay
    in registers, positions as floats: this loop is most of what a solver does.
    """
    n = g.size
    top = 0
    b, phi_b = 0.0, factor * g[0]
    a = phi_a = 0.0
    phi[0] = heights[0] = phi_b
    hull[0] = b
    for k in range(1, n):
        x = float(k)
        value = 0.5 * x * x + factor * g[k]
        phi[k] = value
        while top > 0 and (value - phi_b) * (b - a) <= (phi_b - phi_a) * (x - b):
            top -= 1
            b, phi_b = a, phi_a
            if top > 0:
                a, phi_a = hull[top - 1], heights[top - 1]
        top += 1
        hull[top], heights[top] = x, value
        a, phi_a, b, phi_b = b, phi_b, x, value
    hull[top + 1], heights[top + 1] = 2.0 * n, np.inf
    at = 0
    a, phi_a, b, phi_b = hull[0], heights[0], hull[1], heights[1]
    for j in range(n):
        slope = float(j)
        while phi_b - phi_a <= slope * (b - a):
            at += 1
            a, phi_a, b, phi_b = b, phi_b, hull[at + 1], heights[at + 1]
        conjugate = slope * a - phi_a
        k = int(a)
        if refine and 0 < k < n - 1:
            curvature = phi[k + 1] - 2.0 * phi_a + phi[k - 1]
            if curvature > 0.0:
                excess = slope - 0.5 * (phi[k + 1] - phi[k - 1])
                offset = min(1.0, max(-1.0, excess / curvature))
                conjugate += offset * (excess - 0.5 * curvature * offset)
        out[j] = 0.5 * slope * slope - conjugate


@njit(cache=True, nogil=True)
def _envelope_rows(
    source: Array,
    target: Array,
    factor: float,
    unit: float,
    refine: bool,
    start: int,
    stop: int,
) -> None:
    """Transform blocks ``start … stop`` of the rows of (m, rows, n) into columns of (m, n, rows).

    Reads ``factor · source`` and writes ``unit · envelope``. Reading along rows and writing eight
    columns at a time keeps both sides of every pass in order in memory.
    """
    _, rows, n = source.shape
    blocks = (rows + _BLOCK - 1) // _BLOCK
    results = np.empty((_BLOCK, n))
    phi, hull, heights = np.empty(n), np.empty(n + 1), np.empty(n + 1)
    for block in range(start, stop):
        i, first = block // blocks, (block % blocks) * _BLOCK
        width = min(_BLOCK, rows - first)
        for w in range(width):
            _envelope_line(source[i, first + w], factor, phi, hull, heights, results[w], refine)
        for j in range(n):
            for w in range(width):
                target[i, j, first + w] = results[w, j] * unit


def c_transform(potentials: Array, spacing: float, refine: bool = False) -> Array:
    """c-transform of a stack of potentials for the cost ½|x − y|².

    Parameters
    ----------
    potentials : array, (m, *shape), float64
        The functions f at the cell centres, in units of length².
    spacing : float
        Distance between neighbouring cell centres.
    refine : bool
        Replace each discrete minimum along a line by that of the parabola through the minimiser
        and its neighbours (at most one cell away). The result is then smooth rather than exact:
        right for the transport map, no bound for the dual objective.

    Returns
    -------
    array, (m, *shape)
        ``f^c(x) = min_y ½|x − y|² − f(y)``.

    References
    ----------
    Lucet (1997), linear-time Legendre transform; Felzenszwalb and Huttenlocher (2012), distance
    transforms of sampled functions.
    """
    m, *shape = potentials.shape
    current = np.ascontiguousarray(potentials)
    # Each pass transforms the last axis and moves it to the front; after all, the order is back.
    for axis in range(len(shape) - 1, -1, -1):
        n = shape[axis]
        source = current.reshape(m, -1, n)
        rows = source.shape[1]
        target = np.empty((m, n, rows))
        factor = -1.0 / spacing**2 if axis == len(shape) - 1 else 1.0
        unit = spacing**2 if axis == 0 else 1.0
        run_all(
            partial(_envelope_rows, source, target, factor, unit, refine, start, stop)
            for start, stop in ranges(m * -(-rows // _BLOCK), worker_count())
        )
        current = target
    return current.reshape(potentials.shape)


def congruent_envelope(potentials: Array, weights: Array, spacing: float) -> Array:
    """The congruent c-concave envelope ``f_i^cc − Σ_j α_j f_j^cc``.

    Keeps ``Σ α_i f_i = 0`` and never lowers the dual objective, because ``f^cc ≥ f`` and
    ``f^ccc = f^c``.

    Parameters
    ----------
    potentials : array, (m, *shape)
    weights : array, (m,)
        Positive, summing to 1.
    spacing : float

    Returns
    -------
    array, (m, *shape)
    """
    envelope = c_transform(c_transform(potentials, spacing), spacing)
    envelope -= np.tensordot(weights, envelope, axes=1)
    return envelope
