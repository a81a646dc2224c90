"""What trained convex networks say of a barycenter: samples, maps, the objective."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor

from solvers.arrays import Array, FloatArray
from solvers.centred import Centred, matched
from solvers.convex_networks import Tensors, generated, gradients, values
from solvers.sample_problem import SampleProblem


class Readings(NamedTuple):
    """Samples of a barycenter, and how good the networks are.

    Attributes
    ----------
    maps : array, (k, n, d)
        Draws of the marginals of positive weight, moved by their maps: ``∇g_k # μ_k``.
    generator : array, (n, d), or None
        ``h # η``, if there is a generator.
    estimate : float
        ``½E|x|² + Σ λ_k {½E|y|² − E f_k(x) − E[⟨y, ∇g_k(y)⟩ − f_k(∇g_k(y))]}``, x of the generator
        and y of μ_k: the mean of ½W₂² to the barycenter, if the networks are optimal. Without a
        generator the terms in x are left out, which are 0 for congruent f_k.
    farthest : float
        The largest coordinate of them all, in the units of training.
    """

    maps: FloatArray
    generator: FloatArray | None
    estimate: float
    farthest: float


@torch.no_grad()
def read(
    networks: Mapping[str, Tensors], problem: SampleProblem, count: int, seed: int
) -> Readings:
    """The readings of networks, from so many draws, the same for the same seed.

    Where the truth is known, draws have the exact means and covariances of their distributions:
    what networks that are nearly affine miss is not hidden by the noise of the draws.
    """
    frame, generator = Centred(problem), Generator().manual_seed(seed)
    known = problem.exact is not None
    draws = frame.draw(count, generator, exact_moments=known)
    lambdas = torch.from_numpy(frame.weights).float()
    mapped = gradients(networks["maps"], draws)
    correlations = (draws * mapped).sum(-1) - values(networks["potentials"], mapped)
    estimate = lambdas @ (0.5 * draws.square().sum(-1) - correlations).mean(-1)
    points, farthest = None, mapped.abs().max()
    if "generator" in networks:
        latent = torch.randn((count, problem.dimension), generator=generator)
        if known:
            latent = matched(latent, torch.eye(problem.dimension))
        points = generated(networks["generator"], latent)
        potentials = lambdas @ values(networks["potentials"], points).mean(-1)
        farthest = torch.maximum(farthest, points.abs().max())
        estimate = estimate + 0.5 * points.square().sum(-1).mean() - potentials
    return Readings(
        maps=frame.outward(_numbers(mapped[list(problem.kept)])),
        generator=None if points is None else frame.outward(_numbers(points[0])),
        estimate=float(estimate) * frame.scale**2 + frame.apart,
        farthest=float(farthest),
    )


@torch.no_grad()
def mapped(networks: Mapping[str, Tensors], problem: SampleProblem, x: Array, k: int) -> FloatArray:
    """Where points x (n, d) of the k-th marginal of positive weight go, (n, d)."""
    frame, given = Centred(problem), problem.kept[k]
    inward = torch.from_numpy(frame.inward(given, x)).float()
    network = {key: tensor[given] for key, tensor in networks["maps"].items()}
    return frame.outward(_numbers(gradients(network, inward)))


def _numbers(points: Tensor) -> FloatArray:
    return np.asarray(points.numpy(), dtype=np.float64)
