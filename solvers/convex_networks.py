"""Fully input convex networks, stacked, with their gradients written out; and generators.

A network is a dict of tensors. All have the same leading axis K: K networks of one shape, applied
to K batches at once. In front of it there may be an axis of features of the weights, see `mixed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import torch
from torch import Generator, Tensor
from torch.nn.functional import celu

Tensors = dict[str, Tensor]

# Scales of random weights, for points whose coordinates have variance 1. Units bend within a small
# part of the data: with wide bends holes and tears of the data are never learned. The last layer is
# weak, so that a network begins as its quadratic or linear term.
_INPUTS, _BIASES, _OUT = 5.0, 2.0, 0.02
_FIRST, _MIDDLE, _LAST, _SHIFTS = 4.0, 1.4, 0.1, 1.0


def convex_network(
    stack: tuple[int, ...], dimension: int, widths: Sequence[int], generator: Generator
) -> Tensors:
    """Random networks, convex and near ``½|x|²``.

        f(x) = ½|x Q|² + ⟨s, x⟩ + ⟨o, z_L⟩,   z_l = σ(z_{l−1} W_l + x A_l + b_l),   z_0 = 0,

    with σ = CELU, convex and not decreasing. f is convex where the ``W_l`` and o are ≥ 0. The
    quadratic term is learned: a fixed ``½|x|²`` would hold ∇f above the identity.

    Parameters
    ----------
    stack : tuple of int
        Leading axes, the K of the networks last.
    dimension : int
        d of the points x.
    widths : sequence of int
        Of the layers 1 … L.
    generator : torch.Generator
        On the CPU; it is moved on.

    Returns
    -------
    dict of str to Tensor
        ``quadratic`` Q (…, d, d), ``slope`` s (…, 1, d), ``inputs`` (…, d, Σ widths) the A_l side
        by side, ``biases`` (…, 1, Σ widths), ``hidden2`` … ``hiddenL`` the W_l, and ``out`` o
        (…, width L, 1).

    References
    ----------
    Amos, Xu and Kolter (2017), Input convex neural networks, equation 2.
    """
    total = sum(widths)
    identity = torch.eye(dimension).expand(*stack, dimension, dimension)
    network = {
        "quadratic": identity.clone(),
        "slope": torch.zeros(*stack, 1, dimension),
        "inputs": _normal((*stack, dimension, total), _INPUTS * dimension**-0.5, generator),
        "biases": _normal((*stack, 1, total), _BIASES, generator),
    }
    for layer, (before, after) in enumerate(pairwise(widths), start=2):
        network[f"hidden{layer}"] = _positive((*stack, before, after), 1 / before, generator)
    network["out"] = _positive((*stack, widths[-1], 1), _OUT / widths[-1], generator)
    return network


def values(network: Tensors, x: Tensor) -> Tensor:
    """``f_k(x)`` of points x (K, n, d), or (n, d) for all k, as (K, n)."""
    *_, last = _layers(network, x)
    quadratic = 0.5 * (x @ network["quadratic"]).square().sum(-1)
    linear = x @ network["slope"].mT + celu(last) @ network["out"]
    return quadratic + linear.squeeze(-1)


def gradients(network: Tensors, x: Tensor) -> Tensor:
    """``∇f_k(x)`` of points x (K, n, d), or (n, d) for all k, as (K, n, d).

    It is made of operations that can be differentiated once more, in x and in the weights.
    """
    layers = _layers(network, x)
    widths = [layer.shape[-1] for layer in layers]
    inputs = network["inputs"].split(widths, dim=-1)
    sensitivity = network["out"].mT
    quadratic = network["quadratic"]
    result = (x @ quadratic) @ quadratic.mT + network["slope"]
    for layer in range(len(layers), 0, -1):
        change = sensitivity * _slopes(layers[layer - 1])
        result = result + change @ inputs[layer - 1].mT
        if layer > 1:
            sensitivity = change @ network[f"hidden{layer}"].mT
    return result


def _layers(network: Tensors, x: Tensor) -> list[Tensor]:
    """What goes into σ in each layer, (K, n, width)."""
    hidden = [network[name] for name in _hidden(network)]
    total = network["inputs"].shape[-1]
    widths = [total - sum(w.shape[-1] for w in hidden), *(w.shape[-1] for w in hidden)]
    first, *rest = (x @ network["inputs"] + network["biases"]).split(widths, dim=-1)
    layers = [first]
    for weights, direct in zip(hidden, rest, strict=True):
        layers.append(direct + celu(layers[-1]) @ weights)
    return layers


def _slopes(x: Tensor) -> Tensor:
    """The derivative of CELU."""
    return x.clamp(max=0).exp()


def _hidden(network: Tensors) -> list[str]:
    return sorted(
        (name for name in network if name.startswith("hidden")), key=lambda name: int(name[6:])
    )


def nonnegative(network: Tensors) -> Iterable[Tensor]:
    """The tensors that must not be negative for f to be convex."""
    return [network[name] for name in (*_hidden(network), "out")]


@torch.no_grad()
def clip(network: Tensors) -> None:
    """Make the networks convex: set what is negative in `nonnegative` to 0, in place."""
    for tensor in nonnegative(network):
        tensor.clamp_(min=0)


def penalty(network: Tensors) -> Tensor:
    """``Σ ‖max(−W, 0)‖_F²`` over the tensors W of `nonnegative`; 0 if the networks are convex."""
    return torch.stack([w.clamp(max=0).square().sum() for w in nonnegative(network)]).sum()


def generator_network(
    stack: tuple[int, ...],
    latent: int,
    dimension: int,
    widths: Sequence[int],
    generator: Generator,
) -> Tensors:
    """Random generators ``h(z) = z L + t + …`` near ``z ↦ z``: a linear and a perceptron's part.

    Returns
    -------
    dict of str to Tensor
        ``linear`` L (…, latent, d), and ``weights1``, ``biases1``, … of the perceptron, the last
        of which has the width d.
    """
    identity = torch.eye(latent, dimension).expand(*stack, latent, dimension)
    network = {"linear": identity.clone()}
    sizes = [latent, *widths, dimension]
    for layer, (before, after) in enumerate(pairwise(sizes), start=1):
        last = layer == len(sizes) - 1
        scale = _LAST if last else _FIRST if layer == 1 else _MIDDLE
        weights = _normal((*stack, before, after), scale * before**-0.5, generator)
        network[f"weights{layer}"] = weights
        shifts = 0.0 if last else _SHIFTS
        network[f"biases{layer}"] = _normal((*stack, 1, after), shifts, generator)
    return network


def generated(network: Tensors, z: Tensor) -> Tensor:
    """``h(z)`` of latent points z (n, latent), as (1, n, d)."""
    result, count = z, len(network) // 2
    for layer in range(1, count + 1):
        result = result @ network[f"weights{layer}"] + network[f"biases{layer}"]
        if layer < count:
            result = celu(result)
    return z @ network["linear"] + result


def mixed(network: Tensors, features: Tensor) -> Tensors:
    """The networks at one vector of features φ ≥ 0: every tensor becomes ``Σ_j φ_j tensor[j]``.

    What is not negative stays so: the mixture of convex networks is convex.
    """
    return {name: torch.tensordot(features, tensor, dims=1) for name, tensor in network.items()}


def _normal(shape: tuple[int, ...], scale: float, generator: Generator) -> Tensor:
    return scale * torch.randn(shape, generator=generator)


def _positive(shape: tuple[int, ...], mean: float, generator: Generator) -> Tensor:
    return 2 * mean * torch.rand(shape, generator=generator)
