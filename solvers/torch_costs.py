"""Ground costs on tensors, seen from a marginal's point: ½ c_k and its slope in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from solvers.arrays import Array
from solvers.costs import Costs, SquaredEuclidean
from solvers.sample_problem import SampleProblem


@dataclass(frozen=True, eq=False)
class TorchCosts:
    """``½ c_k(y, x)`` between points x of marginal k and y of the barycenter.

    Squared distances are computed where the tensors are; all other costs in NumPy, on the CPU.

    Parameters
    ----------
    costs : Costs
    kept : tuple of int
        Positions of the marginals among those that `costs` counts; k in what follows counts these.
    """

    costs: Costs
    kept: tuple[int, ...]

    @classmethod
    def of(cls, problem: SampleProblem) -> TorchCosts:
        """Those of a problem, for its marginals of positive weight."""
        costs = SquaredEuclidean(problem.dimension) if problem.costs is None else problem.costs
        return cls(costs, problem.kept)

    @property
    def _squared(self) -> bool:
        return isinstance(self.costs, SquaredEuclidean)

    def pairs(self, x: Tensor, y: Tensor) -> Tensor:
        """Costs of pairs, x (K, n, d_k) and y (K, n, d), (K, n); infinite where y may not be."""
        if self._squared:
            return ((y - x) ** 2).sum(dim=-1) / 2
        values = [
            self.costs.allowed(given, *points)
            for given, *points in zip(self.kept, _numbers(y), _numbers(x), strict=True)
        ]
        return _halved(values, y)

    def slopes(self, x: Tensor, y: Tensor) -> Tensor:
        """The gradient of `pairs` in y, (K, n, d)."""
        if self._squared:
            return y - x
        slopes = [
            self.costs.gradient(given, *points)
            for given, *points in zip(self.kept, _numbers(y), _numbers(x), strict=True)
        ]
        return _halved(slopes, y)

    def matrices(self, x: Tensor, y: Tensor) -> Tensor:
        """Costs from all points x (K, n, d_k) to all of y (m, d), (K, n, m)."""
        if self._squared:
            centre = y.mean(dim=0)  # far from the origin squares would drown the differences
            x, y = x - centre, y - centre
            squares = (x**2).sum(dim=-1)[:, :, None] + (y**2).sum(dim=-1)
            return squares / 2 - x @ y.T
        targets = _numbers(y)
        return _halved(
            [
                self.costs.matrix(given, targets, sources).T
                for given, sources in zip(self.kept, _numbers(x), strict=True)
            ],
            y,
        )

    def barycentres(self, x: Tensor, weights: Array) -> Tensor:
        """``argmin_y Σ_k λ_k c_k(y, x_k)`` for points x (K, n, d_k), row by row, (n, d)."""
        # The costs count all marginals given; those without weight may stand anywhere.
        points = _numbers(x)
        everyone = [points[0]] * (self.costs.count or max(self.kept) + 1)
        alpha = np.zeros(len(everyone))
        for given, share, own in zip(self.kept, weights, points, strict=True):
            everyone[given], alpha[given] = own, share
        found = self.costs.barycentres(everyone, alpha)
        return torch.as_tensor(found, dtype=x.dtype, device=x.device)


def _numbers(points: Tensor) -> Array:
    return points.cpu().double().numpy()


def _halved(values: Sequence[Array], like: Tensor) -> Tensor:
    return torch.as_tensor(np.stack(values) / 2, dtype=like.dtype, device=like.device)
