"""The array type of the numerical core."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
FloatArray: TypeAlias = NDArray[np.float64]


def mean_products(functions: Array, densities: Array) -> FloatArray:
    """``∫ h_i dμ_i`` for stacks (m, *shape) of functions and of densities of mean 1, (m,)."""
    count = len(functions)
    products = np.einsum("ij,ij->i", functions.reshape(count, -1), densities.reshape(count, -1))
    return np.asarray(products / (functions.size / count))
