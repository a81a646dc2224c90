"""Whether the data of a state, which may come from a file, have the form that a training needs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from solvers.training import generator_at

# More updates than anyone waits for; numbers in a file have no bound.
_MAX_UPDATES = 10**12


def same_form(value: Any, like: Any) -> bool:
    """Whether nested data have the keys, types, shapes and number formats of other such data."""
    if type(value) is not type(like):
        return False
    if isinstance(like, Tensor):
        return bool((value.shape, value.dtype) == (like.shape, like.dtype))
    if isinstance(like, dict):
        return value.keys() == like.keys() and all(
            same_form(value[key], entry) for key, entry in like.items()
        )
    if isinstance(like, (list, tuple)):
        return len(value) == len(like) and all(map(same_form, value, like))
    return True


def is_count(value: Any) -> bool:
    """Whether it may be a number of updates."""
    return type(value) is int and 0 <= value <= _MAX_UPDATES


def is_generator_state(value: Any) -> bool:
    """Whether a generator can go on from there."""
    if type(value) is not Tensor or value.dtype != torch.uint8:
        return False
    try:
        generator_at(value)
    except RuntimeError:
        return False
    return True
