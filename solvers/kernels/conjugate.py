"""c-transforms on a regular grid for the cost ½|x − y|², exact and linear in the cells.

``f^c(x) = min_y ½|x − y|² − f(y)`` is the Moreau envelope of −f. It separates over the axes, and on
one line it is the lower envelope of parabolas: with ``φ_k = ½k² − f_k`` (in units of the spacing)
the minimiser for node j is the point of the lower convex hull of ``(k, φ_k)`` whose tangent has
slope j. One pass builds the hull, one monotone sweep reads off all minima.

The nodes y may be those of one box of the grid, and the nodes x those of another: a marginal sees
the barycenter's potential from where its mass is only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numba import njit

from solvers.arrays import Array
from solvers.boxes import Box
from solvers.parallel import ranges, run_all, worker_count

# Lines whose results are written together: a cache line holds eight float64.
_BLOCK = 8


@njit(cache=True, nogil=True, fastmath={"contract"})
def _envelope_line(
    g: Array,
    factor: float,
    shift: int,
    phi: Array,
    hull: Array,
    heights: Array,
    out: Array,
    refine: bool,
) -> None:
    """``out[j] = min_k ½(j + shift − k)² + factor · g[k]``.

    `phi` (n,), `hull` and `heights` (n + 1,) are work space for the n values of `g`. The last two
    points of the hull stay in registers, positions as floats: this loop is most of what a solver
    does.
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
    for j in range(out.size):
        slope = float(j + shift)
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
    shift: int,
    refine: bool,
    start: int,
    stop: int,
) -> None:
    """Transform blocks ``start … stop`` of the rows of (rows, n) into columns of (size, rows).

    Reads ``factor · source`` and writes ``unit · envelope``. Reading along rows and writing eight
    columns at a time keeps both sides of every pass in order in memory.
    """
    rows, n = source.shape
    size = target.shape[0]
    results = np.empty((_BLOCK, size))
    phi, hull, heights = np.empty(n), np.empty(n + 1), np.empty(n + 1)
    for block in range(start, stop):
        first = block * _BLOCK
        width = min(_BLOCK, rows - first)
        for w in range(width):
            _envelope_line(source[first + w], factor, shift, phi, hull, heights, results[w], refine)
        for j in range(size):
            for w in range(width):
                target[j, first + w] = results[w, j] * unit


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
    whole = [Box.whole(potentials.shape[1:])] * len(potentials)
    result = np.empty(potentials.shape)
    _transform(potentials, whole, result, whole, spacing, refine)
    return result


def c_transforms_on(
    boxes: Sequence[Box], potentials: Array, domain: Box, spacing: float, refine: bool = False
) -> list[Array]:
    """As `c_transform`, at the nodes x of a box for each, over the nodes y of another box.

    Parameters
    ----------
    boxes : sequence of Box, (m,)
        Where the c-transforms are wanted.
    potentials : array, (m, *domain.shape)
    domain : Box
        Where the potentials are given.
    spacing, refine
        As for `c_transform`.

    Returns
    -------
    list of arrays, (*box.shape)
    """
    results = [np.empty(box.shape) for box in boxes]
    _transform(potentials, [domain] * len(boxes), results, boxes, spacing, refine)
    return results


def _transform(
    functions: Sequence[Array] | Array,
    sources: Sequence[Box],
    results: Sequence[Array] | Array,
    targets: Sequence[Box],
    spacing: float,
    refine: bool,
) -> None:
    """Write the c-transforms of functions on the boxes `sources` at those of `targets`."""
    current = [np.ascontiguousarray(f) for f in functions]
    dimensions = current[0].ndim
    # Each pass transforms the last axis and moves it to the front; after all, the order is back.
    for axis in range(dimensions - 1, -1, -1):
        factor = -1.0 / spacing**2 if axis == dimensions - 1 else 1.0
        unit = spacing**2 if axis == 0 else 1.0
        passes, following = [], []
        for f, source, result, target in zip(current, sources, results, targets, strict=True):
            *others, n = f.shape
            rows, size = f.reshape(-1, n), target.shape[axis]
            columns = result.reshape(size, -1) if axis == 0 else np.empty((size, len(rows)))
            shift = target.start[axis] - source.start[axis]
            passes.append(partial(_envelope_rows, rows, columns, factor, unit, shift, refine))
            following.append(columns.reshape(size, *others))
        blocks = [-(-f[..., 0].size // _BLOCK) for f in current]
        run_all(partial(_run, passes, share) for share in _shares(blocks, worker_count()))
        current = following


def _run(passes: list[partial[None]], share: list[tuple[int, int, int]]) -> None:
    for i, start, stop in share:
        passes[i](start, stop)


def _shares(counts: Sequence[int], parts: int) -> list[list[tuple[int, int, int]]]:
    """Split so many blocks of several arrays into equal parts: lists of (array, start, stop).

    As few tasks as workers, however many the arrays: on small grids a task costs more than a line.
    """
    ends = np.cumsum(counts)
    shares = []
    for start, stop in ranges(int(ends[-1]), parts):
        pieces = [
            (i, max(start, end - count) - (end - count), min(stop, end) - (end - count))
            for i, (count, end) in enumerate(zip(counts, ends.tolist(), strict=True))
        ]
        shares.append([piece for piece in pieces if piece[1] < piece[2]])
    return shares


def congruent_envelope(
    potentials: Array, weights: Array, boxes: Sequence[Box], domain: Box, spacing: float
) -> Array:
    """The congruent c-concave envelope ``f_i^cc − Σ_j α_j f_j^cc``.

    Keeps ``Σ α_i f_i = 0`` and never lowers the dual objective, because ``f^cc ≥ f`` and
    ``f^ccc = f^c``. Where a marginal has mass in a box only, its envelope is as high as f^c in that
    box allows.

    Parameters
    ----------
    potentials : array, (m, *domain.shape)
    weights : array, (m,)
        Positive, summing to 1.
    boxes : sequence of Box, (m,)
        Around the mass of the marginals.
    domain : Box
        Where the potentials are given.
    spacing : float

    Returns
    -------
    array, (m, *domain.shape)
    """
    envelope = np.empty(potentials.shape)
    transforms = c_transforms_on(boxes, potentials, domain, spacing)
    _transform(transforms, boxes, envelope, [domain] * len(boxes), spacing, refine=False)
    envelope -= np.tensordot(weights, envelope, axes=1)
    return envelope
