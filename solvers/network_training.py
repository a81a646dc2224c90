"""Networks while they are trained: Adam, averages of the weights, and their states as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from solvers.convex_networks import Tensors
from solvers.state_forms import is_count, is_generator_state, same_form
from solvers.training import generator_at

# The average weighs the weights by this power of time: nearly all comes from the last ninth.
_POWER = 8
# No momentum, which makes a min–max swing; and the decay of the mean of squared gradients.
_BETAS = (0.0, 0.99)
# Updates after which the learning rate begins to fall, like the root of their number.
_STEADY = 500


def fresh_training(networks: Mapping[str, Tensors]) -> dict[str, Any]:
    """The data of a training that begins at given networks: ``networks`` and what goes with them.

    Returns
    -------
    dict
        ``networks``; ``averages`` of their weights over time, which are what is shown and judged;
        ``moments``, of Adam; all by the names of the networks. ``updates``, how many were done.
    """
    moments = {
        name: {
            "step": torch.zeros(()),
            "first": {key: torch.zeros_like(tensor) for key, tensor in network.items()},
            "second": {key: torch.zeros_like(tensor) for key, tensor in network.items()},
        }
        for name, network in networks.items()
    }
    return {
        "networks": dict(networks),
        "averages": dict(networks),
        "moments": moments,
        "updates": 0,
    }


def can_be_continued(state: Any, fresh: Any) -> bool:
    """Whether a state, which may come from a file, has all that a fresh one of its solver has."""
    return (
        type(state) is type(fresh)
        and all(
            same_form(getattr(state, name), getattr(fresh, name))
            for name in ("networks", "averages", "moments", "weights")
        )
        and is_count(state.updates)
        and is_generator_state(state.generator)
    )


class Training:
    """Copies of a state's networks, moved in place by Adam; `data` is the new state's.

    The learning rate is constant at first and then falls like ``1/√t``. The averages of the weights
    are over all updates t with weights ``∝ t⁸``: they need no horizon to be set.

    Parameters
    ----------
    state
        With the fields of `fresh_training`, ``updates`` and ``generator``.
    rates : mapping of str to float
        Learning rates at the start, by the names of the networks.

    Attributes
    ----------
    networks : dict of str to dict of str to Tensor
    generator : torch.Generator
        Goes on from the state's.

    References
    ----------
    Kingma and Ba (2015), Adam. Shamir and Zhang (2013), Stochastic gradient descent for non-smooth
    optimization, section 4 (the average).
    """

    def __init__(self, state: Any, rates: Mapping[str, float], device: str = "cpu") -> None:
        self._rates = rates
        self._updates: int = state.updates
        self.generator = generator_at(state.generator)
        self.networks = {
            name: {key: _copy(tensor, device).requires_grad_() for key, tensor in network.items()}
            for name, network in state.networks.items()
        }
        self._averages = {
            name: {key: _copy(tensor, device) for key, tensor in network.items()}
            for name, network in state.averages.items()
        }
        self._optimisers = {
            name: _adam(self.networks[name], moments, device)
            for name, moments in state.moments.items()
        }

    def begin_update(self) -> None:
        """Set the learning rates of one update of all networks."""
        factor = (1 + self._updates / _STEADY) ** -0.5
        for name, optimiser in self._optimisers.items():
            optimiser.param_groups[0]["lr"] = factor * self._rates[name]

    def descend(self, name: str) -> None:
        """Move a network against the gradients that are noted in its tensors, and clear them."""
        self._optimisers[name].step()
        self._optimisers[name].zero_grad()

    @torch.no_grad()
    def end_update(self) -> None:
        """Count the update, and add the weights to their averages."""
        self._updates += 1
        share = (_POWER + 1) / (_POWER + self._updates)
        for name, network in self.networks.items():
            for key, tensor in network.items():
                self._averages[name][key].lerp_(tensor, share)

    def data(self) -> dict[str, Any]:
        """The fields of the state that has been reached, on the CPU."""
        return {
            "networks": {
                name: {key: tensor.detach().cpu() for key, tensor in network.items()}
                for name, network in self.networks.items()
            },
            "averages": {
                name: {key: tensor.cpu() for key, tensor in network.items()}
                for name, network in self._averages.items()
            },
            "moments": {
                name: _moments(self.networks[name], optimiser)
                for name, optimiser in self._optimisers.items()
            },
            "updates": self._updates,
            "generator": self.generator.get_state(),
        }


def _adam(network: Tensors, moments: Mapping[str, Any], device: str) -> torch.optim.Adam:
    optimiser = torch.optim.Adam(network.values(), betas=_BETAS, fused=True)
    for key, tensor in network.items():
        optimiser.state[tensor] = {
            "step": _copy(moments["step"], device),
            "exp_avg": _copy(moments["first"][key], device),
            "exp_avg_sq": _copy(moments["second"][key], device),
        }
    return optimiser


def _moments(network: Tensors, optimiser: torch.optim.Adam) -> dict[str, Any]:
    states = {key: optimiser.state[tensor] for key, tensor in network.items()}
    return {
        "step": next(iter(states.values()))["step"].cpu(),
        "first": {key: state["exp_avg"].cpu() for key, state in states.items()},
        "second": {key: state["exp_avg_sq"].cpu() for key, state in states.items()},
    }


def _copy(tensor: Tensor, device: str) -> Tensor:
    return tensor.detach().to(device, copy=True)
