"""Congruent potentials as networks: one trunk, a head for each marginal, slopes written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

import torch
from torch import Generator, Tensor

# Hidden layers of the trunk.
_DEPTH = 2


@dataclass(frozen=True, eq=False)
class Potentials:
    """Functions ``f_k`` on R^d with ``Σ_k λ_k f_k = 0``, whatever the parameters are.

    ``f_k = G_k − Σ_j λ_j G_j``, where G are the heads of one multilayer perceptron of SiLU units;
    the heads also see the point itself. Where no marginal is of weight zero these are the
    potentials of Kolesov et al. (2024, section 4.2), for another choice of G.

    Parameters
    ----------
    parameters : mapping of str to Tensor
        As `fresh_parameters` makes them.
    weights : Tensor, (H,)
        λ of all heads, ≥ 0, of sum 1.
    kept : tuple of int
        The K heads that are asked for; in what follows k counts these.
    frame : mapping of str to Tensor
        What is of size 1 for the network: a point is taken from ``"centre"`` (d,) in units of
        ``"scale"`` (), and potentials are in units of ``"unit"`` ().
    """

    parameters: Mapping[str, Tensor]
    weights: Tensor
    kept: tuple[int, ...]
    frame: Mapping[str, Tensor]

    def only(self, k: int) -> Potentials:
        """The k-th of them, alone."""
        return replace(self, kept=(self.kept[k],))

    def values(self, y: Tensor) -> Tensor:
        """All ``f_k`` at points (n, d), (K, n)."""
        place, activations, _ = self._trunk(y)
        heads, linear = self._heads()
        return self.frame["unit"] * (heads @ activations.T + linear @ place.T)

    def own_values(self, y: Tensor) -> Tensor:
        """``f_k`` at points (K, n, d) of its own, (K, n)."""
        place, activations, _ = self._trunk(y)
        return self._own(place, activations, *self._heads())

    def own_slopes(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """``f_k`` and ``∇f_k`` at points (K, n, d) of its own, (K, n) and (K, n, d)."""
        place, activations, derivatives = self._trunk(y)
        heads, linear = self._heads()
        slopes = heads[:, None, :]
        for i in reversed(range(_DEPTH)):
            slopes = (slopes * derivatives[i]) @ self.parameters[f"weight{i}"]
        slopes = slopes + linear[:, None, :]
        values = self._own(place, activations, heads, linear)
        return values, self.frame["unit"] / self.frame["scale"] * slopes

    def _own(self, place: Tensor, activations: Tensor, heads: Tensor, linear: Tensor) -> Tensor:
        parts = activations @ heads[:, :, None] + place @ linear[:, :, None]
        return self.frame["unit"] * parts.squeeze(-1)

    def _heads(self) -> tuple[Tensor, Tensor]:
        """What each ``f_k`` makes of the trunk (K, width) and of the point (K, d)."""
        heads, linear = self.parameters["heads"], self.parameters["linear"]
        rows = list(self.kept)
        return heads[rows] - self.weights @ heads, linear[rows] - self.weights @ linear

    def _trunk(self, y: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """The point in the frame, the last activations and the units' derivatives in each layer."""
        place = activations = (y - self.frame["centre"]) / self.frame["scale"]
        derivatives = []
        for i in range(_DEPTH):
            inputs = torch.nn.functional.linear(
                activations, self.parameters[f"weight{i}"], self.parameters[f"bias{i}"]
            )
            gates = torch.sigmoid(inputs)
            activations = inputs * gates
            derivatives.append(gates + activations * (1 - gates))
        return place, activations, derivatives


def fresh_parameters(
    count: int, dimension: int, width: int, generator: Generator
) -> dict[str, Tensor]:
    """Parameters of K = `count` potentials on R^d that are zero everywhere, float32.

    Weights of the trunk are uniform with variance 1 / inputs, so that activations neither grow nor
    fade; biases are in ±1, so that the units' bends are spread over the data.
    """
    parameters = {}
    inputs = dimension
    for i in range(_DEPTH):
        bound = sqrt(3 / inputs)
        parameters[f"weight{i}"] = bound * _symmetric((width, inputs), generator)
        parameters[f"bias{i}"] = _symmetric((width,), generator)
        inputs = width
    parameters["heads"] = torch.zeros(count, width)
    parameters["linear"] = torch.zeros(count, dimension)
    return parameters


def _symmetric(shape: tuple[int, ...], generator: Generator) -> Tensor:
    return 2 * torch.rand(shape, generator=generator) - 1
