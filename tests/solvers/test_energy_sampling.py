"""Samples of conditional plans against closed forms and quadrature."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from solvers import Expression, PowerNorm, SquaredEuclidean, Twister
from solvers.energy_sampling import (
    Plans,
    adjusted_langevin,
    ascended,
    centred_importance,
    centred_proposals,
    langevin,
    shared_importance,
    shared_proposals,
)
from solvers.torch_costs import TorchCosts
from tests.solvers.test_potential_networks import WEIGHTS, points, random_potentials

SLOPES = torch.tensor([[[0.5, 0.2], [0.2, -0.4]], [[-1.0, 0.0], [0.0, 0.3]]])
SHIFTS = torch.tensor([[0.3, -0.2], [0.0, 0.5]])


@dataclass(frozen=True)
class Quadratic:
    """``f_k(y) = ½ yᵀ Q_k y + b_k·y``: then μ_x is N((I − Q)⁻¹(x + b), ε (I − Q)⁻¹)."""

    def values(self, y):
        return torch.einsum("kij,ni,nj->kn", SLOPES, y, y) / 2 + SHIFTS @ y.T

    def own_values(self, y):
        return (y * (y @ SLOPES)).sum(-1) / 2 + (y * SHIFTS[:, None]).sum(-1)

    def own_slopes(self, y):
        return self.own_values(y), y @ SLOPES + SHIFTS[:, None]


def plans(reg=0.2):
    return Plans(Quadratic(), TorchCosts(SquaredEuclidean(), (0, 1)), reg)


def exact(x, reg):
    """Means (2, n, 2) and covariances (2, 2, 2) of the conditionals."""
    inverse = torch.linalg.inv(torch.eye(2) - SLOPES)
    return (x + SHIFTS[:, None]) @ inverse, reg * inverse


def same_points(count):
    """One x for each marginal, many times, so that draws of its conditional can be counted."""
    return torch.tensor([[[0.7, -0.4]], [[-0.2, 1.1]]]).expand(-1, count, -1)


def assert_conditional(drawn, x, reg, *, within):
    mean, covariance = exact(x, reg)
    for k in range(2):
        np.testing.assert_allclose(drawn[k].mean(0), mean[k, 0], atol=within * reg**0.5)
        np.testing.assert_allclose(np.cov(drawn[k].T), covariance[k], atol=within * reg)


@pytest.mark.parametrize(("sampler", "step"), [(langevin, 0.04), (adjusted_langevin, 0.3)])
@pytest.mark.parametrize("reg", [0.01, 1.0])
def test_chains_find_the_known_gaussian(sampler, step, reg):
    x = same_points(10_000)
    generator = torch.Generator().manual_seed(0)
    steps = round(16 / step)
    drawn = sampler(plans(reg), x, torch.zeros_like(x), steps, step, generator)
    assert_conditional(drawn, x, reg, within=0.08)


def test_unadjusted_chains_are_too_wide_by_the_known_factor():
    """The variance is ε/κ · 1 / (1 − s κ / 2): here with κ = 2, s = 0.5."""
    x = same_points(40_000)
    generator = torch.Generator().manual_seed(1)
    drawn = langevin(plans(1.0), x, torch.zeros_like(x), 60, 0.5, generator)
    assert drawn[1, :, 0].var() == pytest.approx(0.5 / (1 - 0.5), rel=0.03)


def test_metropolis_leaves_the_conditional_as_it_is():
    """From exact draws, steps so long that unadjusted chains would be far off change nothing."""
    x, reg = same_points(40_000), 1.0
    generator = torch.Generator().manual_seed(2)
    mean, covariance = exact(x, reg)
    noise = torch.randn(x.shape, generator=generator)
    y = mean + noise @ torch.linalg.cholesky(covariance).transpose(1, 2)
    assert_conditional(y, x, reg, within=0.03)
    assert_conditional(adjusted_langevin(plans(reg), x, y, 5, 0.8, generator), x, reg, within=0.03)
    unadjusted = langevin(plans(reg), x, y, 5, 0.8, generator)
    assert unadjusted[1, :, 0].var() > 1.5 * covariance[1, 0, 0]


def test_ascent_finds_the_modes():
    x = points(2, 30, 2)
    found = ascended(plans(), x, torch.zeros_like(x), 200, 0.3)
    torch.testing.assert_close(found, exact(x, 1.0)[0], rtol=0, atol=1e-4)


def importances(reg, x):
    generator = torch.Generator().manual_seed(3)
    shared = shared_proposals(4096, torch.tensor([0.1, 0.2]), 6 * torch.eye(2), generator)
    centred = centred_proposals(exact(x, reg)[0], 4096, 2 * reg, generator)
    return [
        (shared.points.expand(2, x.shape[1], -1, -1), shared_importance(plans(reg), x, shared)),
        (centred.points, centred_importance(plans(reg), x, centred)),
    ]


@pytest.mark.parametrize("which", [0, 1], ids=["shared", "centred"])
def test_importance_sampling_finds_means_covariances_and_transforms(which):
    reg, x = 0.5, points(2, 6, 2, seed=4) / 4
    drawn, found = importances(reg, x)[which]
    mean, covariance = exact(x, reg)
    torch.testing.assert_close(found.shares.sum(-1), torch.ones(2, 6))
    means = torch.einsum("knm,knmi->kni", found.shares, drawn)
    torch.testing.assert_close(means, mean, rtol=0, atol=0.04)
    away = drawn - means[:, :, None]
    covariances = torch.einsum("knm,knmi,knmj->knij", found.shares, away, away)
    torch.testing.assert_close(covariances.mean(1), covariance, rtol=0, atol=0.03)
    # ∫ exp((f − c)/ε) = exp((½ |x + b|² over 1 − Q, less ½ |x|²) / ε) · √det(2π ε (1 − Q)⁻¹)
    energy = ((x + SHIFTS[:, None]) * mean).sum(-1) / 2 - (x**2).sum(-1) / 2
    volume = torch.logdet(2 * torch.pi * covariance)[:, None] / 2
    torch.testing.assert_close(found.transforms, -energy - reg * volume, rtol=0, atol=0.02)
    assert 200 < found.effective <= 4096


@pytest.mark.parametrize("dimension", [1, 2])
def test_transforms_agree_with_quadrature(dimension):
    """``f_k^C`` of a network, by importance sampling and on a grid."""
    reg = 0.3
    potentials = random_potentials(WEIGHTS[3], dimension)
    network = Plans(potentials, TorchCosts(SquaredEuclidean(), (0, 1, 2)), reg)
    x = points(3, 5, dimension, seed=5)
    proposals = shared_proposals(
        2**14, torch.zeros(dimension), 9 * torch.eye(dimension), torch.Generator().manual_seed(6)
    )
    found = shared_importance(network, x, proposals).transforms
    line = torch.linspace(-14, 14, 1401 if dimension == 1 else 501)
    grid = torch.cartesian_prod(*[line] * dimension).reshape(-1, dimension)
    logits = (potentials.values(grid)[:, None] - network.costs.matrices(x, grid)) / reg
    cell = float(line[1] - line[0]) ** dimension
    expected = -reg * (torch.logsumexp(logits, -1) + np.log(cell))
    torch.testing.assert_close(found, expected, rtol=0, atol=0.01)


@pytest.mark.parametrize(
    "costs",
    [SquaredEuclidean(), Twister(0.4, (0.0, 0.0)), PowerNorm(1.5, 2.0),
     Expression("abs(x1 - y1)**1.5 + 2*(x2 - y2)**2")],
    ids=lambda costs: type(costs).__name__,
)  # fmt: skip
def test_costs_on_tensors(costs):
    """Halves of the NumPy costs, with slopes in the barycenter's point."""
    tensors = TorchCosts(costs, (0, 2))
    x, y, step = points(2, 20, 2, seed=7), points(2, 20, 2, seed=8), 1e-2
    matrices = tensors.matrices(x, y[0])
    torch.testing.assert_close(matrices[0].diagonal(), tensors.pairs(x, y)[0], rtol=1e-4, atol=1e-4)
    expected = costs.pairs(2, y[1].double().numpy(), x[1].double().numpy()) / 2
    np.testing.assert_allclose(tensors.pairs(x, y)[1], expected, rtol=1e-4)
    for i, axis in enumerate(step * torch.eye(2)):
        rise = tensors.pairs(x, y + axis) - tensors.pairs(x, y - axis)
        np.testing.assert_allclose(
            tensors.slopes(x, y)[..., i], rise / (2 * step), rtol=0.02, atol=0.02
        )
    centre = tensors.barycentres(x, np.array([0.3, 0.7]))
    here, beside = (
        torch.tensor([0.3, 0.7]) @ tensors.pairs(x, at.expand(2, -1, -1))
        for at in (centre, centre + 0.05)
    )
    assert (here <= beside + 1e-5).all()


def test_squared_distances_far_from_the_origin_are_those_near_it():
    tensors = TorchCosts(SquaredEuclidean(), (0, 1))
    x, y = points(2, 20, 2, seed=7), points(30, 2, seed=8)
    moved = tensors.matrices(x + 1000.0, y + 1000.0)
    torch.testing.assert_close(moved, tensors.matrices(x, y), rtol=0, atol=2e-3)


def test_shared_proposals_are_finite_and_have_their_moments():
    """Of millions of points some are so near 1 that float32 would not tell them from it."""
    generator = torch.Generator().manual_seed(9)
    mean, covariance = torch.tensor([1.0, -2.0]), torch.tensor([[2.0, 0.5], [0.5, 1.0]])
    drawn = [shared_proposals(2**17, mean, covariance, generator).points for _ in range(40)]
    together = torch.cat(drawn).double()
    assert torch.isfinite(together).all()
    torch.testing.assert_close(together.mean(0), mean.double(), rtol=0, atol=1e-3)
    torch.testing.assert_close(torch.cov(together.T), covariance.double(), rtol=0, atol=5e-3)
