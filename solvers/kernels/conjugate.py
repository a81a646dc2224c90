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

# Lines gathered together when an axis is not the last one: a cache line holds eight float64.
_BLOCK = 8


@njit(cache=True, nogil=True, fastmath=False)
def _envelope_line(g: Array, phi: Array, hull: Array, out: Array, refine: bool) -> None:
    """``out[j] = min_k ½(j − k)² + g[k]``; `phi` and `hull` are work space of the same length."""
    n = g.size
    top = -1
    for k in range(n):
        value = 0.5 * k * k + g[k]
        phi[k] = value
        while top > 0:
            b, a = hull[top], hull[top - 1]
            if (value - phi[b]) * (b - a) > (phi[b] - phi[a]) * (k - b):
                break
            top -= 1
        top += 1
        hull[top] = k
    at = 0
    k = hull[0]
    for j in range(n):
        while at < top and phi[hull[at + 1]] - phi[k] <= j * (hull[at + 1] - k):
            at += 1
            k = hull[at]
        value = 0.5 * (j - k) * (j - k) + g[k]
        if refine and 0 < k < n - 1:
            curvature = phi[k + 1] - 2.0 * phi[k] + phi[k - 1]
            if curvature > 0.0:
                excess = j - 0.5 * (phi[k + 1] - phi[k - 1])
                offset = min(1.0, max(-1.0, excess / curvature))
                value -= offset * (excess - 0.5 * curvature * offset)
        out[j] = value


@njit(cache=True, nogil=True)
def _envelope_axis(
    source: Array, target: Array, scale: float, unit: float, refine: bool, start: int, stop: int
) -> None:
    """Transform blocks ``start … stop`` of lines along the middle axis of (outer, n, inner) arrays.

    Reads ``scale · source / unit`` and writes ``unit · envelope``, where `unit` is the squared
    spacing. Works in place when `source` is `target`.
    """
    _, n, inner = source.shape
    blocks = (inner + _BLOCK - 1) // _BLOCK
    lines = np.empty((_BLOCK, n))
    results = np.empty((_BLOCK, n))
    phi = np.empty(n)
    hull = np.empty(n, np.int64)
    factor = scale / unit
    for block in range(start, stop):
        o = block // blocks
        first = (block % blocks) * _BLOCK
        width = min(_BLOCK, inner - first)
        for k in range(n):
            for b in range(width):
                lines[b, k] = source[o, k, first + b] * factor
        for b in range(width):
            _envelope_line(lines[b], phi, hull, results[b], refine)
        for k in range(n):
            for b in range(width):
                target[o, k, first + b] = results[b, k] * unit


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
    result = np.empty_like(potentials, order="C")
    source, scale = np.ascontiguousarray(potentials), -1.0
    for axis in range(potentials.ndim - 1, 0, -1):
        n = potentials.shape[axis]
        view = (-1, n, int(np.prod(potentials.shape[axis + 1 :])))
        lines_in, lines_out = source.reshape(view), result.reshape(view)
        outer, _, inner = lines_in.shape
        blocks = outer * (-(-inner // _BLOCK))
        run_all(
            partial(_envelope_axis, lines_in, lines_out, scale, spacing**2, refine, start, stop)
            for start, stop in ranges(blocks, worker_count())
        )
        source, scale = result, 1.0
    return result


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
