"""The updates of CW₂B: one loss for all networks."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from solvers.centred import Centred
from solvers.convex_networks import Tensors, clip, gradients, values
from solvers.network_training import Training
from solvers.sample_problem import SampleProblem


def trained(
    problem: SampleProblem,
    state: Any,
    *,
    rate: float,
    updates: int,
    batch: int,
    cycle: float,
    congruence: float,
    device: str,
) -> dict[str, Any]:
    """The fields of the state after some updates of all networks; arguments are the settings."""
    training = Training(state, dict.fromkeys(("maps", "potentials"), rate), device)
    frame = Centred(problem)
    lambdas = torch.from_numpy(frame.weights).float().to(device)
    maps, potentials = training.networks["maps"], training.networks["potentials"]
    for _ in range(updates):
        training.begin_update()
        draws = frame.draw(batch, training.generator).to(device)
        loss(maps, potentials, draws, lambdas, cycle, congruence).backward()
        for name in ("maps", "potentials"):
            training.descend(name)
            clip(training.networks[name])
        training.end_update()
    return training.data()


def loss(
    maps: Tensors,
    potentials: Tensors,
    draws: Tensor,
    lambdas: Tensor,
    cycle: float,
    congruence: float,
) -> Tensor:
    """The loss of `CW2B` at draws (K, n, d) of the marginals."""
    moved = gradients(maps, draws)
    returned = gradients(potentials, moved)
    gaps = (returned - draws).square().sum(-1)
    correlations = (draws * moved).sum(-1) - values(potentials, moved)
    points = moved.detach().flatten(0, 1)
    excess = torch.tensordot(lambdas, values(potentials, points), dims=1)
    excess = (excess - 0.5 * points.square().sum(-1)).clamp(min=0)
    shares = (lambdas / draws.shape[1]).repeat_interleave(draws.shape[1])
    total: Tensor = lambdas @ (correlations + cycle * gaps).mean(-1)
    total += congruence * (shares @ excess)
    return total
