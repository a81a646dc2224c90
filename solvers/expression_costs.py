"""Ground costs that a visitor types as a formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from solvers import expressions
from solvers.arrays import Array, FloatArray
from solvers.costs import Costs, check_dimension, distances

# Entries of a matrix that are worked out at a time.
_BLOCK = 2**18
# Differences of squares and the like may come out a little below zero.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Expression(Costs):
    """``c(x, y)`` as a formula in x1, x2 (, x3), y1, y2 (, y3) and ``r = |x − y|``.

    It must be ≥ 0 and finite wherever it is asked for; `matrix` and `pairs` refuse it with a
    ValueError that says where it is not.

    Parameters
    ----------
    text : str
        As `solvers.expressions.read` takes it.
    dimension : int
        2 or 3.

    Raises
    ------
    ValueError
        If the text is no such formula, or the dimension another.
    """

    text: str
    dimension: int = 2
    _formula: expressions.Formula = field(init=False, repr=False, compare=False)

    runs: ClassVar[int] = 3

    def __post_init__(self) -> None:
        check_dimension(self.dimension)
        object.__setattr__(self, "_formula", expressions.read(self.text, self.variables))

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that may occur in it."""
        numbers = range(1, self.dimension + 1)
        return (*(f"x{i}" for i in numbers), *(f"y{i}" for i in numbers), "r")

    @property
    def formula(self) -> str:
        return f"c(x, y) = {self._formula.text}"

    def matrix(self, k: int, x: Array, y: Array) -> FloatArray:
        result = np.empty((len(x), len(y)))
        rows = max(1, _BLOCK // max(1, len(y)))
        for first in range(0, len(x), rows):
            block = x[first : first + rows]
            values = self._named(block[:, None], y[None])
            if "r" in self._formula.names:
                values["r"] = distances(block, y)
            result[first : first + rows] = self._formula.evaluate(np, values)
        return _checked(result, x[:, None], y[None])

    def pairs(self, k: int, x: Array, y: Array) -> FloatArray:
        values = {**self._named(x, y), "r": np.sqrt(((x - y) ** 2).sum(axis=1))}
        result = np.empty(len(x))
        result[:] = self._formula.evaluate(np, values)
        return _checked(result, x, y)

    def gradient(self, k: int, x: Array, y: Array) -> FloatArray:
        return self._measured(k, x, y)[1]

    def barycentres(
        self, ys: Sequence[Array], weights: Array, start: Array | None = None
    ) -> FloatArray:
        with _one_thread():
            return super().barycentres(ys, weights, start)

    def _measured(self, k: int, x: Array, y: Array) -> tuple[FloatArray, FloatArray]:
        import torch

        at = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        to = torch.tensor(y, dtype=torch.float64)
        with torch.enable_grad():  # also where a caller needs none
            # The tiny number keeps the slope of the root finite where x = y.
            distance = torch.sqrt(((at - to) ** 2).sum(dim=1) + 1e-300)
            result = self._formula.evaluate(torch, {**self._named(at, to), "r": distance})
            result = result + 0 * at[:, 0]  # a formula need not depend on x
            (slopes,) = torch.autograd.grad(result.sum(), at)
        values, gradients = result.detach().numpy(), slopes.numpy()
        allowed = np.isfinite(values) & (values >= -_ROUNDING)
        return (
            np.where(allowed, np.maximum(values, 0.0), np.inf),
            np.where(np.isfinite(gradients), gradients, 0.0),
        )

    def _named(self, x: Any, y: Any) -> dict[str, Any]:
        """The coordinates, the last axis of both, by their names in the formula."""
        return {
            f"{letter}{i + 1}": points[..., i]
            for letter, points in (("x", x), ("y", y))
            for i in range(self.dimension)
        }


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let PyTorch compute alone: on few numbers its threads mostly wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _checked(costs: FloatArray, x: Array, y: Array) -> FloatArray:
    """Costs without the rounding below 0; ValueError if they are no costs somewhere."""
    low, high = costs.min(initial=0.0), costs.max(initial=0.0)
    if low >= -_ROUNDING and high < np.inf:  # not so with NaN
        return np.maximum(costs, 0.0, out=costs)
    wrong = tuple(np.argwhere(~((costs >= -_ROUNDING) & (costs < np.inf)))[0])
    source, target = (
        np.broadcast_to(points, (*costs.shape, points.shape[-1]))[wrong] for points in (x, y)
    )
    raise ValueError(
        f"expression: is {costs[wrong]:.3g} at x = {_place(source)}, y = {_place(target)}, but a "
        "cost must be finite and ≥ 0."
    )


def _place(point: Array) -> str:
    return f"({', '.join(f'{coordinate:.3g}' for coordinate in point)})"
