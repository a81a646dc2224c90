"""A volume of the visitor's own, from a mesh or an array."""

from __future__ import annotations

from collections.abc import Callable

from explorer.inputs.solids import uploaded_volume
from explorer.inputs.sources import Marginal
from explorer.inputs.upload import FileUpload
from solvers import volumes


class VolumeUpload(FileUpload):
    """Upload controls for volumes.

    Parameters
    ----------
    claim : callable
        As for `Upload`.
    """

    def __init__(self, claim: Callable[[], Callable[[Marginal], bool]]) -> None:
        super().__init__(
            claim, "volume", "STL, PLY, OBJ, NPY, NPZ or NIfTI", volumes.SUFFIXES,
            volumes.MAX_BYTES, _decoded,
        )  # fmt: skip


def _decoded(name: str, data: bytes, label: str) -> tuple[Marginal, tuple[str, ...]]:
    """The marginal and the notes on a file; ValueError if it cannot be used."""
    volume = volumes.decode(name, data)
    return uploaded_volume(volume.density, label), volume.notes
