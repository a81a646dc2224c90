"""Gaussian convolution of densities given by their logarithms, accurate relative to each value.

Entropic solvers with the kernel ``exp(−|x − y|² / ε)`` need ratios of blurred densities far away
from their mass, down to e^−4000 and less. Every sum here has positive terms only, and no term that
matters can underflow:

- Along as many axes at once as keep the whole kernel above e^−R, a density is divided by its
  maximum. Whatever then underflows is nothing beside that maximum, seen from any node.
- Where one axis is too long for that, each line is cut into blocks, short enough for the same to
  hold from any block to any other. A block is one exponent and values relative to it, as is the
  kernel between two blocks; what cannot matter to a block is skipped.

Along axes taken whole, the kernel is applied by its factors: a Gaussian is the product of two
narrower ones, from x and y to the points between, summed over these points. The trapezoidal rule
for that integral is equally accurate at all distances, and gives two thin positive matrices.
"""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
from numba import njit

from solvers.arrays import Array
from solvers.kernels.gaussian_lines import LOG_ZERO, NEGLIGIBLE, convolve_lines
from solvers.parallel import ranges, run_all, worker_count

# Exponents that the kernel may span on axes taken whole. With the floor below and the range of the
# factors, products stay clear of the subnormal numbers, which are slow.
_SPAN = 420.0
# Trapezoidal rule, in units of √ε: stride, and reach beyond the ends, for errors of 1e-16.
_STRIDE, _REACH = 0.257, 3.05
# Values per task, and columns of a product at a time: few enough for the cache.
_TASK_SIZE = 1 << 16
_COLUMNS = 1024


def log_convolution(logs: Array, reg: float, spacing: float) -> Array:
    """``log Σ_y exp(−|x − y|² / ε + logs(y))`` for a stack of densities.

    Parameters
    ----------
    logs : array, (m, *shape), float64
        Logarithms of the densities at the cell centres; any range, −∞ where there is no mass.
    reg : float
        ε, in length²; > 0.
    spacing : float
        Distance between neighbouring cell centres.

    Returns
    -------
    array, (m, *shape)
        Exact up to rounding, relative to each value of the convolution itself. Where a density has
        no mass at all, hugely negative but finite.

    References
    ----------
    Solomon et al. (2015), convolutional Wasserstein distances; Trefethen and Weideman (2014), the
    exponentially convergent trapezoidal rule.
    """
    sharpness = spacing**2 / reg
    current = np.ascontiguousarray(logs)
    left = logs.ndim - 1
    # Each pass treats the last axes and moves them to the front; after all, the order is back.
    while left > 0:
        spans = sharpness * np.cumsum([(n - 1) ** 2 for n in current.shape[: -left - 1 : -1]])
        together = int(np.count_nonzero(spans <= _SPAN))
        if together > 0:
            stack = current.reshape(-1, *current.shape[-together:])
            current = _on_grid(stack, sharpness).reshape(current.shape)
            for _ in range(together):
                current = np.moveaxis(current, -1, 1)
            current = np.ascontiguousarray(current)
        else:
            current = convolve_lines(current, sharpness)
        left -= max(1, together)
    return current


@lru_cache(maxsize=32)
def _factors(length: int, sharpness: float) -> tuple[Array, ...]:
    """Matrices, first to apply first, that make up ``exp(−sharpness (p − q)²)`` on a line."""
    nodes = np.arange(length)[:, None]
    width = 1.0 / np.sqrt(sharpness)
    reach = _REACH * width
    count = int(np.ceil((length - 1 + 2.0 * reach) / (_STRIDE * width))) + 1
    if 2 * count >= length:
        return (np.exp(-sharpness * (nodes - nodes.T) ** 2),)
    between, stride = np.linspace(-reach, length - 1 + reach, count, retstep=True)
    distances = np.abs(nodes - between)
    half = np.exp(-2.0 * sharpness * distances**2)
    half[distances > 0.5 * (length - 1) + reach] = 0.0  # not between any two nodes
    half *= np.sqrt(2.0 * stride / (np.sqrt(np.pi) * width))
    return np.ascontiguousarray(half.T), half


@njit(cache=True, nogil=True, fastmath={"contract"})
def _multiply(a: Array, b: Array, out: Array) -> None:
    """``out = a @ b``, by one thread.

    BLAS would be faster on idle cores only: on busy ones its threads wait for each other.
    Four rows and two columns of `a` at a time keep the vector units busy.
    """
    rows, inner = a.shape
    whole_rows, whole_inner = rows - rows % 4, inner - inner % 2
    out[:] = 0.0
    for first in range(0, b.shape[1], _COLUMNS):
        wide = slice(first, first + _COLUMNS)
        for i in range(0, whole_rows, 4):
            out0, out1, out2, out3 = (
                out[i, wide],
                out[i + 1, wide],
                out[i + 2, wide],
                out[i + 3, wide],
            )
            for k in range(0, whole_inner, 2):
                a00, a10, a20, a30 = a[i, k], a[i + 1, k], a[i + 2, k], a[i + 3, k]
                a01, a11, a21, a31 = a[i, k + 1], a[i + 1, k + 1], a[i + 2, k + 1], a[i + 3, k + 1]
                b0, b1 = b[k, wide], b[k + 1, wide]
                for j in range(b0.size):
                    out0[j] += a00 * b0[j] + a01 * b1[j]
                    out1[j] += a10 * b0[j] + a11 * b1[j]
                    out2[j] += a20 * b0[j] + a21 * b1[j]
                    out3[j] += a30 * b0[j] + a31 * b1[j]
        for i in range(rows):  # what is left beyond the fours and the twos
            out0 = out[i, wide]
            for k in range(whole_inner if i < whole_rows else 0, inner):
                b0 = b[k, wide]
                for j in range(b0.size):
                    out0[j] += a[i, k] * b0[j]


def _applied(matrix: Array, values: Array, axis: int) -> Array:
    """The product of `matrix` with an axis of `values`, not the last one."""
    before, after = values.shape[:axis], values.shape[axis + 1 :]
    stack = values.reshape(int(np.prod(before)), values.shape[axis], int(np.prod(after)))
    result = np.empty((len(stack), len(matrix), stack.shape[2]))
    run_all(
        partial(_multiply, matrix[slice(*part)], source, target[slice(*part)])
        for source, target in zip(stack, result, strict=True)
        for part in ranges(len(matrix), worker_count())
    )
    return result.reshape(*before, len(matrix), *after)


def _on_grid(logs: Array, sharpness: float) -> Array:
    """Convolve along all axes of the stack at once."""
    m, *shape = logs.shape
    rows = logs.reshape(-1, shape[-1])
    highest = np.maximum(logs.reshape(m, -1).max(axis=1), LOG_ZERO)
    top = np.repeat(highest, len(rows) // m)[:, None]
    floor = -NEGLIGIBLE - sharpness * sum((n - 1) ** 2 for n in shape)
    others = [(axis, _factors(n, sharpness)) for axis, n in enumerate(shape[:-1], start=1)]
    # The factors are each other's transposes, which saves transposing them for the last axis.
    *expand, compress = _factors(shape[-1], sharpness)
    thin: Array = np.empty((len(rows), compress.shape[1]))
    parts = [slice(*part) for part in ranges(len(rows), max(1, rows.size // _TASK_SIZE))]

    def enter(part: slice) -> None:
        values = rows[part] - top[part]
        np.exp(np.maximum(values, floor, out=values), out=values)
        _multiply(values, compress, thin[part])

    run_all(partial(enter, part) for part in parts)
    values = thin.reshape(m, *shape[:-1], -1)
    for axis, matrices in reversed(others):
        values = _applied(matrices[0], values, axis)
    for axis, matrices in others:
        for matrix in matrices[1:]:
            values = _applied(matrix, values, axis)
    thin = values.reshape(thin.shape)
    result = np.empty(rows.shape) if expand else thin

    def leave(part: slice) -> None:
        for matrix in expand:
            _multiply(thin[part], matrix, result[part])
        np.log(result[part], out=result[part])
        result[part] += top[part]

    run_all(partial(leave, part) for part in parts)
    return result.reshape(logs.shape)
