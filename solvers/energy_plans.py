"""What trained potentials tell of points never seen: conditional plans, projections, energies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor

from solvers.energy_sampling import adjusted_langevin, started
from solvers.energy_training import langevin_step, plans_of
from solvers.sample_problem import SampleProblem

if TYPE_CHECKING:
    from solvers.energy_guided import EnergyGuided, EnergyState

# Chains and times over which a projection is averaged, and steps between the times.
_CHAINS, _ROUNDS, _APART = 8, 20, 10


def conditional_draws(
    solver: EnergyGuided,
    problem: SampleProblem,
    state: EnergyState,
    x: Tensor,
    k: int,
    count: int,
    generator: Generator,
) -> Tensor:
    """Draws (n, count, d) of ``μ_x`` for points x (n, d_k) of the k-th marginal.

    By adjusted chains, from ground barycentres.
    """
    return next(_chains(solver, problem, state, x, k, count, generator))


@torch.no_grad()
def projections(
    solver: EnergyGuided,
    problem: SampleProblem,
    state: EnergyState,
    x: Tensor,
    k: int,
) -> Tensor:
    """Means (n, d) of ``μ_x``, each over 8 chains and 20 times of each; drawn with a fixed seed.

    As ``∇_y (f_k − ½ c_k)`` is zero in the mean, multiples of it may be taken off the draws; those
    by least squares leave little noise, and none where the energy is quadratic.

    References
    ----------
    Mira, Solgi and Imparato (2013), Zero variance Markov chain Monte Carlo for Bayesian estimators.
    """
    generator = torch.Generator().manual_seed(solver.seed)
    chains = _chains(solver, problem, state, x, k, _CHAINS, generator)
    drawn = torch.cat([next(chains) for _ in range(_ROUNDS)], dim=1)
    sources = x.repeat_interleave(drawn.shape[1], dim=0)[None]
    gains = plans_of(solver, problem, state).only(k).gains(sources, drawn.flatten(0, 1)[None])
    gains = gains.reshape(drawn.shape)
    noise, known = (
        (values - values.mean(dim=1, keepdim=True)).flatten(0, 1) for values in (drawn, gains)
    )
    if len(x) == 0 or not (known.isfinite().all() and noise.isfinite().all()):
        return drawn.mean(dim=1)  # least squares would raise what no visitor understands
    multiples: Tensor = torch.linalg.lstsq(known, noise).solution
    return (drawn - gains @ multiples).mean(dim=1)


@torch.no_grad()
def energies(
    solver: EnergyGuided,
    problem: SampleProblem,
    state: EnergyState,
    x: Tensor,
    k: int,
    y: Tensor,
) -> Tensor:
    """``½ c_k(x, y) − f_k(y)`` of points y (m, d) for one x (d_k,), (m,)."""
    plans = plans_of(solver, problem, state).only(k)
    found = plans.log_densities(x.expand(1, len(y), -1), y[None])
    return -plans.reg * found[0]


def _chains(
    solver: EnergyGuided,
    problem: SampleProblem,
    state: EnergyState,
    x: Tensor,
    k: int,
    count: int,
    generator: Generator,
) -> Iterator[Tensor]:
    """Chains (n, count, d) once they have settled, and again after some more steps."""
    plans = plans_of(solver, problem, state).only(k)
    sources = x.repeat_interleave(count, dim=0)[None]
    y = started(plans, x[None], state.starts, count, generator).flatten(1, 2)
    step = langevin_step(solver, state)
    steps = solver.plan_steps
    while True:
        y = adjusted_langevin(plans, sources, y, steps, step, generator)
        yield y[0].unflatten(0, (len(x), count))
        steps = _APART
