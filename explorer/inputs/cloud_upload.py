"""A cloud of the visitor's own, from a table or an array."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import panel as pn

from explorer.inputs.cloud_sources import uploaded_cloud
from explorer.inputs.sources import Marginal
from explorer.inputs.upload import Upload
from solvers import cloud_files


class CloudUpload(Upload):
    """Upload controls for clouds.

    Parameters
    ----------
    claim : callable
        As for `Upload`.
    """

    def __init__(self, claim: Callable[[], Callable[[Marginal], bool]]) -> None:
        super().__init__(
            claim, "cloud", "CSV, TSV, text or NPY", cloud_files.SUFFIXES, cloud_files.MAX_BYTES
        )
        self._layout = pn.Column(self._file, self._message, sizing_mode="stretch_width")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    async def _take_file(self, name: str, data: bytes) -> None:
        await self._read(name, partial(_read, name, data, self._label(name)))


def _read(name: str, data: bytes, label: str) -> tuple[Marginal, tuple[str, ...]]:
    """The marginal and the notes on a file; ValueError if it cannot be used."""
    cloud = cloud_files.read_cloud(name, data)
    return uploaded_cloud(cloud.rows, label), cloud.notes
