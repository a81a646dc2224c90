"""A problem of samples in the units of training: marginals about zero, variances about one.

W₂ barycenters commute with that: the barycenter of shifted marginals is shifted by the mean shift,
that of scaled ones is scaled.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor

from solvers.arrays import Array, FloatArray
from solvers.gaussians import square_roots
from solvers.sample_problem import SampleProblem


class Centred:
    """All marginals that were given, those of weight zero too, moved to mean 0 and scaled.

    Attributes
    ----------
    weights : array, (K,)
        λ of all marginals given; 0 for those that the problem drops.
    scale : float
        The length that becomes 1: the root of the mean variance of a coordinate.
    apart : float
        ``Σ λ_k ½|m_k − m|²``, what the means m_k add to the objective.
    """

    def __init__(self, problem: SampleProblem) -> None:
        self._given = problem.given
        self.weights = problem.all_weights
        self._means = np.stack([samples.moments[0] for samples in problem.given])
        self._mean = self.weights @ self._means
        variance = np.mean([samples.variance for samples in problem.given])
        self.scale = float(np.sqrt(variance / problem.dimension))
        self.apart = 0.5 * float(self.weights @ ((self._means - self._mean) ** 2).sum(axis=1))

    def draw(self, count: int, generator: Generator, exact_moments: bool = False) -> Tensor:
        """Draws of all marginals (K, count, d), float32, independent or `matched`."""
        draws = torch.stack([samples.draw(count, generator) for samples in self._given])
        means = torch.from_numpy(self._means[:, None]).to(draws.dtype)
        draws = (draws - means) / self.scale
        if not exact_moments:
            return draws
        targets = [torch.from_numpy(s.moments[1] / self.scale**2) for s in self._given]
        return torch.stack([matched(x, target) for x, target in zip(draws, targets, strict=True)])

    def inward(self, k: int, x: Array) -> FloatArray:
        """Points x (n, d) of the k-th of all marginals, in the units of training."""
        return np.asarray((x - self._means[k]) / self.scale)

    def outward(self, x: Array) -> FloatArray:
        """Points x (…, d) of the barycenter, from the units of training to where they belong."""
        return np.asarray(x * self.scale + self._mean)


def matched(rows: Tensor, covariance: Tensor) -> Tensor:
    """Rows (n, d), n > d, moved linearly to mean 0 and a given covariance (d, d)."""
    x = rows.double().numpy()
    x = x - x.mean(axis=0)
    found = square_roots(x.T @ x / len(x))
    move = np.linalg.solve(found, square_roots(covariance.double().numpy()))
    return torch.from_numpy(x @ move).to(rows.dtype)
