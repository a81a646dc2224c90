"""Gaussian convolution of lines on which the kernel falls below the range of float64.

A line is cut into blocks. A block is one exponent and values relative to it, and so is the kernel
from one block to another; blocks are so short that these values cannot underflow and matter. What
cannot matter to a block is skipped, line by line.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numba import njit

from solvers.arrays import Array
from solvers.parallel import ranges, run_all, worker_count

# Exponents that the kernel may span between two blocks. With what is dropped below, products stay
# clear of the subnormal numbers, which are slow.
_SPAN = 310.0
# A term e^−50 of a sum does not matter, not even a million of them.
NEGLIGIBLE = 50.0
_DROPPED = _SPAN + NEGLIGIBLE
_TINY = float(np.exp(-_DROPPED))
# Nodes in a block, at most: longer ones would skip less.
_MAX_BLOCK = 16
# Lines treated together: a cache line, or a vector register, holds eight float64.
_GROUP = 8
# Stands for log 0 where differences must be defined.
LOG_ZERO = -1e300


@njit(cache=True, nogil=True)
def _block_kernels(blocks: int, length: int, sharpness: float) -> tuple[Array, Array, Array]:
    """Kernels from block s to block t, each divided by its largest value, at t − s + blocks − 1.

    Returns the kernels (2 blocks − 1, 2 length − 1) at p − q + length − 1, and the exponents at the
    smallest and at the largest distance between nodes.
    """
    kernels = np.empty((2 * blocks - 1, 2 * length - 1))
    nearest, farthest = np.empty(2 * blocks - 1), np.empty(2 * blocks - 1)
    for d in range(2 * blocks - 1):
        apart = (d - blocks + 1) * length
        nearest[d] = sharpness * max(0, abs(apart) - length + 1) ** 2
        farthest[d] = sharpness * (abs(apart) + length - 1) ** 2
        for k in range(2 * length - 1):
            kernels[d, k] = np.exp(nearest[d] - sharpness * (apart + k - length + 1.0) ** 2)
    return kernels, nearest, farthest


@njit(cache=True, nogil=True)
def _load_lines(lines: Array, length: int, tops: Array, values: Array) -> None:
    """Split each block of `lines` (k, n) into its largest logarithm and values relative to it."""
    count, n = lines.shape
    tops[:] = LOG_ZERO
    values[:] = 0.0
    for w in range(count):
        for s in range(len(tops)):
            start, stop = s * length, min(n, (s + 1) * length)
            top = LOG_ZERO
            for y in range(start, stop):
                top = max(top, lines[w, y])
            tops[s, w] = top
            for y in range(start, stop):
                below = lines[w, y] - top
                if below > -_DROPPED:
                    values[y, w] = np.exp(below)


@njit(cache=True, nogil=True)
def _bounds(
    tops: Array, nearest: Array, farthest: Array, t: int, most: Array, least: Array, needed: Array
) -> None:
    """Exponents between which each line's sums in block t lie, and the blocks that matter there."""
    blocks = len(tops)
    most[:] = LOG_ZERO
    least[:] = LOG_ZERO
    for s in range(blocks):
        d = t - s + blocks - 1
        for w in range(_GROUP):
            most[w] = max(most[w], tops[s, w] - nearest[d])
            least[w] = max(least[w], tops[s, w] - farthest[d])
    for w in range(_GROUP):
        least[w] = max(least[w] - NEGLIGIBLE, 0.5 * LOG_ZERO)  # nothing adds nothing
    for s in range(blocks):
        d = t - s + blocks - 1
        count = 0
        for w in range(_GROUP):
            count += tops[s, w] - nearest[d] >= least[w]
        needed[s] = count > 0


@njit(cache=True, nogil=True, fastmath={"contract"})
def _add_block(values: Array, kernel: Array, sums: Array) -> None:
    """Convolve one block of eight lines, ``sums[p] += Σ_q kernel[p − q] values[q]``."""
    length = len(values)
    for p in range(length):
        for q in range(length):
            factor = kernel[length - 1 + p - q]
            for w in range(_GROUP):
                sums[p, w] += factor * values[q, w]


@njit(cache=True, nogil=True)
def _convolve_lines(
    source: Array, target: Array, length: int, sharpness: float, start: int, stop: int
) -> None:
    """Convolve groups ``start … stop`` of rows of (m, rows, n) into columns of (m, n, rows).

    The lines of a group lie side by side, one in each lane of the vector unit.
    """
    _, rows, n = source.shape
    blocks = (n + length - 1) // length
    kernels, nearest, farthest = _block_kernels(blocks, length, sharpness)
    tops, values = np.empty((blocks, _GROUP)), np.empty((blocks * length, _GROUP))
    scaled, sums = np.empty((length, _GROUP)), np.empty((length, _GROUP))
    most, least = np.empty(_GROUP), np.empty(_GROUP)
    needed = np.empty(blocks, np.bool_)
    groups = (rows + _GROUP - 1) // _GROUP
    for group in range(start, stop):
        i, first = group // groups, (group % groups) * _GROUP
        width = min(_GROUP, rows - first)
        _load_lines(source[i, first : first + width], length, tops, values)
        for t in range(blocks):
            sums[:] = 0.0
            _bounds(tops, nearest, farthest, t, most, least, needed)
            for s in range(blocks):
                if needed[s]:
                    d = t - s + blocks - 1
                    for w in range(_GROUP):
                        scale = np.exp(tops[s, w] - nearest[d] - most[w])
                        for q in range(length):
                            value = scale * values[s * length + q, w]
                            scaled[q, w] = value if value > _TINY else 0.0
                    _add_block(scaled, kernels[d], sums)
            for p in range(min(length, n - t * length)):
                for w in range(width):
                    total = sums[p, w]
                    log = np.log(total) + most[w] if total > 0.0 else LOG_ZERO
                    target[i, t * length + p, first + w] = log


def convolve_lines(logs: Array, sharpness: float) -> Array:
    """Convolve along the last axis with ``exp(−sharpness (p − q)²)`` and move it to the front.

    Parameters
    ----------
    logs : array, (m, *shape), float64, C-contiguous
        Logarithms.
    sharpness : float
        Exponent of the kernel between neighbouring nodes.

    Returns
    -------
    array, (m, shape[-1], *shape[:-1])
        Logarithms of the sums; −1e300 on lines that are empty.
    """
    m, *others, n = logs.shape
    source = logs.reshape(m, -1, n)
    rows = source.shape[1]
    target = np.empty((m, n, rows))
    length = int(min(_MAX_BLOCK, max(1.0, _SPAN / (4.0 * sharpness * n))))
    run_all(
        partial(_convolve_lines, source, target, length, sharpness, start, stop)
        for start, stop in ranges(m * -(-rows // _GROUP), 4 * worker_count())
    )
    return target.reshape(m, n, *others)
