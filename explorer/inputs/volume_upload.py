"""A volume of the visitor's own, from a mesh or an array."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import panel as pn

from explorer.inputs.solids import uploaded_volume
from explorer.inputs.sources import Marginal
from explorer.inputs.upload import Upload
from solvers import volumes


class VolumeUpload(Upload):
    """Upload controls for volumes.

    Parameters
    ----------
    claim : callable
        As for `Upload`.
    """

    def __init__(self, claim: Callable[[], Callable[[Marginal], bool]]) -> None:
        super().__init__(
            claim, "volume", "STL, PLY, OBJ, NPY, NPZ or NIfTI", volumes.SUFFIXES,
            volumes.MAX_BYTES,
        )  # fmt: skip
        self._layout = pn.Column(self._file, self._message, sizing_mode="stretch_width")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    async def _take_file(self, name: str, data: bytes) -> None:
        await self._read(name, partial(_decoded, name, data, self._label(name)))


def _decoded(name: str, data: bytes, label: str) -> tuple[Marginal, tuple[str, ...]]:
    """The marginal and the notes on a file; ValueError if it cannot be used."""
    volume = volumes.decode(name, data)
    return uploaded_volume(volume.density, label), volume.notes
