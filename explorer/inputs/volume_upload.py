"""A volume of the visitor's own, from a mesh or an array."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from explorer.inputs.solids import uploaded_volume
from explorer.inputs.sources import Marginal
from explorer.inputs.upload import Upload
from solvers import volumes


class VolumeUpload(Upload):
    """Upload controls for volumes."""

    what, formats = "volume", "STL, PLY, OBJ, NPY, NPZ or NIfTI"
    suffixes, max_bytes = volumes.SUFFIXES, volumes.MAX_BYTES

    def _reader(
        self, name: str, data: bytes, label: str
    ) -> Callable[[], tuple[Marginal, tuple[str, ...]]]:
        return partial(_decoded, name, data, label)


def _decoded(name: str, data: bytes, label: str) -> tuple[Marginal, tuple[str, ...]]:
    """The marginal and the notes on a file; ValueError if it cannot be used."""
    volume = volumes.decode(name, data)
    return uploaded_volume(volume.density, label), volume.notes
