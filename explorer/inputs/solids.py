"""Where a volume can come from: the built-in solids and meshes, and files of the visitor's own."""

from __future__ import annotations

from functools import cache

import numpy as np

from explorer.inputs.sources import Marginal
from solvers import datasets, solids, volumes
from solvers.arrays import Array

# Kinds with a fixed list of choices, in the order of the menu.
VOLUME_CATALOGUE: dict[str, tuple[str, ...]] = {
    "Solids": solids.SOLIDS,
    "Meshes": datasets.mesh_names(),
}

# The other kind; it has an editor of its own.
VOLUME_UPLOAD = "Your volume"


@cache
def built_in_volume(kind: str, choice: str) -> Marginal:
    """A volume of the catalogue."""
    if kind == "Meshes":
        return Marginal(choice, lambda n: datasets.mesh_solid(choice, n), kind, choice)
    return Marginal(choice, lambda n: solids.solid(choice, n), kind, choice)


def uploaded_volume(volume: Array, label: str = "volume") -> Marginal:
    """A volume of the visitor's own.

    Parameters
    ----------
    volume : array, (k, k, k), of uint8 or float32
        The density, ≥ 0; kept as the marginal's `source`.
    label : str

    Raises
    ------
    ValueError
        If the volume is no cube of such numbers, or has no mass.
    """
    if volume.dtype not in (np.uint8, np.float32) or [*volume.shape] != 3 * [len(volume)]:
        raise ValueError(
            f"volume: it is {volume.dtype} of shape {volume.shape}, "
            "but must be uint8 or float32 of shape (k, k, k)."
        )
    if not (volume.min() >= 0 and 0 < volume.max() < np.inf):
        raise ValueError("volume: its values must be finite and ≥ 0, and not all of them 0.")
    return Marginal(
        label, lambda n: volumes.resample_volume(volume, n), VOLUME_UPLOAD, source=volume
    )
