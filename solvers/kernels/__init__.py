"""Numerical kernels: pure functions on arrays, compiled, safe under many threads.

They are imported when first used, because loading their compiler takes longer than opening a page.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from solvers.kernels.conjugate import c_transform, c_transforms_on, congruent_envelope
    from solvers.kernels.gaussian import log_convolution
    from solvers.kernels.poisson import inverse_laplacian
    from solvers.kernels.supergradient import push_to_nodes
    from solvers.kernels.transport import push_forward, push_forward_from

__all__ = [
    "c_transform",
    "c_transforms_on",
    "congruent_envelope",
    "inverse_laplacian",
    "log_convolution",
    "push_forward",
    "push_forward_from",
    "push_to_nodes",
]

_HOMES = {
    "c_transform": "conjugate",
    "c_transforms_on": "conjugate",
    "congruent_envelope": "conjugate",
    "inverse_laplacian": "poisson",
    "log_convolution": "gaussian",
    "push_forward": "transport",
    "push_forward_from": "transport",
    "push_to_nodes": "supergradient",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
