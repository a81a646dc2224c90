"""The updates of NWB: maps against potentials, potentials against both, the generator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from solvers.arrays import Array
from solvers.centred import Centred
from solvers.convex_networks import Tensors, clip, generated, gradients, mixed, penalty, values
from solvers.network_training import Training
from solvers.sample_problem import SampleProblem


def trained(
    problem: SampleProblem,
    state: Any,
    *,
    rates: Mapping[str, float],
    updates: int,
    map_updates: int,
    batch: int,
    convexity: float,
    conditional: bool,
    device: str,
) -> dict[str, Any]:
    """The fields of the state after some updates of all networks; arguments are the settings."""
    training = Training(state, rates, device)
    frame = Centred(problem)
    for _ in range(updates):
        training.begin_update()
        lambdas = torch.from_numpy(frame.weights).float()
        if conditional:
            lambdas = _random_weights(len(lambdas), training.generator)
        draws = frame.draw(map_updates * batch, training.generator).to(device)
        noise = torch.randn((2, batch, problem.dimension), generator=training.generator).to(device)
        _update(training, lambdas.to(device), draws, noise, convexity, conditional)
        training.end_update()
    return training.data()


def _update(
    training: Training,
    lambdas: Tensor,
    draws: Tensor,
    noise: Tensor,
    convexity: float,
    conditional: bool,
) -> None:
    """One update of the potentials and of the generator, after some of the maps.

    What a network is trained by is the gradient of the objective in its output, which is written
    out; only the network itself is differentiated automatically.
    """
    batch = noise.shape[1]

    def network(name: str) -> Tensors:
        own = training.networks[name]
        return mixed(own, features(lambdas)) if conditional else own

    with torch.no_grad():
        potentials = network("potentials")
    for y in draws.split(batch, dim=1):
        moved = gradients(network("maps"), y)
        with torch.no_grad():
            slopes = (gradients(potentials, moved) - y) / batch
        loss = convexity * penalty(training.networks["maps"])
        torch.autograd.backward([moved, loss], [slopes, torch.ones_like(loss)])
        training.descend("maps")

    with torch.no_grad():
        points = generated(network("generator"), noise[0])
    potentials = network("potentials")
    apart = values(potentials, points) - values(potentials, moved.detach())
    apart.mean(dim=1).sum().backward()
    training.descend("potentials")
    clip(training.networks["potentials"])

    points = generated(network("generator"), noise[1])
    with torch.no_grad():
        pulls = torch.tensordot(lambdas, gradients(network("potentials"), points), dims=1)
    points.backward((points.detach() - pulls) / batch)
    training.descend("generator")


def features(lambdas: Tensor) -> Tensor:
    """What conditional networks are linear in: the weights (K,) and their products ``2 λ_j λ_k``.

    None is negative, so that mixtures of convex networks are convex.
    """
    j, k = torch.triu_indices(len(lambdas), len(lambdas), offset=1)
    return torch.cat([lambdas, 2 * lambdas[j] * lambdas[k]])


def feature_count(marginals: int) -> int:
    """How many features there are."""
    return marginals * (marginals + 1) // 2


def networks_for(networks: Mapping[str, Tensors], weights: Array) -> dict[str, Tensors]:
    """Conditional networks at weights λ (K,)."""
    given = features(torch.from_numpy(np.asarray(weights)).float())
    return {name: mixed(network, given) for name, network in networks.items()}


def _random_weights(count: int, generator: Generator) -> Tensor:
    """Weights (K,) that are uniform on the simplex."""
    gaps = -torch.log1p(-torch.rand(count, generator=generator))
    return gaps / gaps.sum()
