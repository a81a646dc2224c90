"""Samples of conditional plans ``μ_x ∝ exp((f_k(y) − ½ c_k(x, y)) / ε)``: chains and importance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log, pi

import torch
from torch import Generator, Tensor

from solvers.potential_networks import Potentials
from solvers.torch_costs import TorchCosts

# Effective draws are counted by weights, of which no more than this is lost.
_TINY = 1e-30


@dataclass(frozen=True, eq=False)
class Plans:
    """The conditional plans of K potentials.

    In all functions x (K, n, d_k) are points of the marginals, and y (K, n, d) one point of the
    barycenter's space for each.

    Parameters
    ----------
    potentials : Potentials
    costs : TorchCosts
    reg : float
        ε > 0.
    """

    potentials: Potentials
    costs: TorchCosts
    reg: float

    def only(self, k: int) -> Plans:
        """Those of the k-th marginal, alone."""
        costs = replace(self.costs, kept=(self.costs.kept[k],))
        return replace(self, potentials=self.potentials.only(k), costs=costs)

    def log_densities(self, x: Tensor, y: Tensor) -> Tensor:
        """``(f_k(y) − ½ c_k(x, y)) / ε``, (K, n): densities up to a factor that depends on x."""
        return (self.potentials.own_values(y) - self.costs.pairs(x, y)) / self.reg

    def gains(self, x: Tensor, y: Tensor) -> Tensor:
        """``∇_y (f_k(y) − ½ c_k(x, y))``, (K, n, d)."""
        return self.potentials.own_slopes(y)[1] - self.costs.slopes(x, y)

    def log_densities_and_gains(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Both, for little more than one."""
        values, slopes = self.potentials.own_slopes(y)
        return (values - self.costs.pairs(x, y)) / self.reg, slopes - self.costs.slopes(x, y)


@torch.no_grad()
def started(plans: Plans, x: Tensor, starts: Tensor, count: int, generator: Generator) -> Tensor:
    """Where chains for x (K, n, d_k) start, `count` for each: (K, n, count, d).

    They are picked among points (m, d) by their densities: near the modes, as far as these are
    seen from there.
    """
    values = plans.potentials.values(starts)[:, None]
    shares = torch.softmax((values - plans.costs.matrices(x, starts)) / plans.reg, dim=-1)
    shares = shares.nan_to_num(1.0)  # a run that has diverged is stopped by the loop, not here
    chosen = torch.multinomial(
        shares.flatten(0, 1).cpu(), count, replacement=True, generator=generator
    )
    return starts[chosen].reshape(*x.shape[:2], count, starts.shape[-1])


@torch.no_grad()
def langevin(
    plans: Plans, x: Tensor, y: Tensor, steps: int, step: float, generator: Generator
) -> Tensor:
    """Chains (K, n, d) after unadjusted Langevin steps from y.

    ``y ← y + s ∇_y (f_k − ½ c_k) + √(2 s ε) ξ``, in Kolesov et al. (2024), algorithm 1, with
    ``s = η / 2ε``. Where the energy is quadratic of curvature κ, the variance is
    ``1 / (1 − s κ / 2)`` times too large.
    """
    spread = (2 * step * plans.reg) ** 0.5
    for _ in range(steps):
        noise = torch.randn(y.shape, generator=generator).to(y)
        y = y + step * plans.gains(x, y) + spread * noise
    return y


@torch.no_grad()
def adjusted_langevin(
    plans: Plans, x: Tensor, y: Tensor, steps: int, step: float, generator: Generator
) -> Tensor:
    """Chains (K, n, d) after Langevin steps from y that are accepted by Metropolis' rule.

    They leave the plans exactly as they are.

    References
    ----------
    Roberts and Tweedie (1996), Exponential convergence of Langevin distributions and their discrete
    approximations, section 1.4.
    """
    spread = (2 * step * plans.reg) ** 0.5
    density, gain = plans.log_densities_and_gains(x, y)
    for _ in range(steps):
        noise = torch.randn(y.shape, generator=generator).to(y)
        proposed = y + step * gain + spread * noise
        proposed_density, proposed_gain = plans.log_densities_and_gains(x, proposed)
        back = (y - proposed - step * proposed_gain) / spread
        log_ratio = proposed_density - density + ((noise**2 - back**2).sum(dim=-1)) / 2
        accepted = torch.rand(density.shape, generator=generator).to(density).log() < log_ratio
        y = torch.where(accepted[..., None], proposed, y)
        gain = torch.where(accepted[..., None], proposed_gain, gain)
        density = torch.where(accepted, proposed_density, density)
    return y


@torch.no_grad()
def ascended(plans: Plans, x: Tensor, y: Tensor, steps: int, step: float) -> Tensor:
    """Points (K, n, d) on the way from y to modes of the plans, by gradient ascent."""
    for _ in range(steps):
        y = y + step * plans.gains(x, y)
    return y


@dataclass(frozen=True, eq=False)
class Proposals:
    """Draws from Gaussians whose density is known.

    Attributes
    ----------
    points : Tensor, (…, d)
    log_densities : Tensor, (…,)
    """

    points: Tensor
    log_densities: Tensor


def shared_proposals(
    count: int, mean: Tensor, covariance: Tensor, generator: Generator
) -> Proposals:
    """Quasi-random draws (count, d) of N(mean, covariance), the same for all x.

    Scrambled Sobol points, turned normal; they cover the plane more evenly than random ones.
    """
    dimension = len(mean)
    seed = int(torch.randint(2**31, (), generator=generator))
    sobol = torch.quasirandom.SobolEngine(dimension, scramble=True, seed=seed)
    # In float32 a point may round to 1, which no normal number belongs to.
    uniform = sobol.draw(count, dtype=torch.float64).clamp(1e-9, 1 - 1e-9)
    normal = torch.special.ndtri(uniform).to(mean)
    root = torch.linalg.cholesky(covariance)
    log_determinant = 2 * root.diagonal().log().sum()
    log_densities = -((normal**2).sum(dim=-1) + log_determinant + dimension * log(2 * pi)) / 2
    return Proposals(mean + normal @ root.T, log_densities)


def centred_proposals(
    centres: Tensor, count: int, variance: float, generator: Generator
) -> Proposals:
    """Draws (K, n, count, d) of N(centre, variance I) about each of the centres (K, n, d).

    They come in pairs, opposite to each other.
    """
    *shape, dimension = centres.shape
    half = torch.randn((*shape, count // 2, dimension), generator=generator).to(centres)
    normal = torch.cat([half, -half], dim=-2)
    log_densities = -((normal**2).sum(dim=-1) + dimension * log(2 * pi * variance)) / 2
    return Proposals(centres[..., None, :] + variance**0.5 * normal, log_densities)


@dataclass(frozen=True, eq=False)
class Importance:
    """What importance sampling finds for each x.

    Attributes
    ----------
    shares : Tensor, (K, n, m)
        Self-normalised weights of the m proposals.
    transforms : Tensor, (K, n)
        Estimates of ``f_k^C(x) = −ε log ∫ exp((f_k(y) − ½ c_k(x, y)) / ε) dy``; above it on
        average, and the more so the fewer draws are effective.
    """

    shares: Tensor
    transforms: Tensor

    @property
    def effective(self) -> float:
        """The effective sample size ``1 / Σ w²`` of an x, on average."""
        return float((1 / (self.shares**2).sum(dim=-1).clamp_min(_TINY)).mean())


@torch.no_grad()
def shared_importance(plans: Plans, x: Tensor, proposals: Proposals) -> Importance:
    """Importance sampling with the proposals (m, d) for all x."""
    values = plans.potentials.values(proposals.points)[:, None, :]
    logits = (values - plans.costs.matrices(x, proposals.points)) / plans.reg
    return _weighed(plans, logits - proposals.log_densities)


@torch.no_grad()
def centred_importance(plans: Plans, x: Tensor, proposals: Proposals) -> Importance:
    """Importance sampling with proposals (K, n, m, d) for each x its own."""
    count, n, draws, dimension = proposals.points.shape
    repeated = x.repeat_interleave(draws, dim=1)
    points = proposals.points.reshape(count, n * draws, dimension)
    logits = plans.log_densities(repeated, points).reshape(count, n, draws)
    return _weighed(plans, logits - proposals.log_densities)


def _weighed(plans: Plans, logits: Tensor) -> Importance:
    normaliser = torch.logsumexp(logits, dim=-1)
    shares = (logits - normaliser[..., None]).exp()
    return Importance(shares, -plans.reg * (normaliser - log(logits.shape[-1])))
