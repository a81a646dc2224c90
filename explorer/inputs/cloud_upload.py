"""A cloud of the visitor's own, from a table or an array."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from explorer.inputs.cloud_sources import uploaded_cloud
from explorer.inputs.sources import Marginal
from explorer.inputs.upload import Upload
from solvers import cloud_files


class CloudUpload(Upload):
    """Upload controls for clouds."""

    what, formats = "cloud", "CSV, TSV, text or NPY"
    suffixes, max_bytes = cloud_files.SUFFIXES, cloud_files.MAX_BYTES

    def _reader(
        self, name: str, data: bytes, label: str
    ) -> Callable[[], tuple[Marginal, tuple[str, ...]]]:
        return partial(_read, name, data, label)


def _read(name: str, data: bytes, label: str) -> tuple[Marginal, tuple[str, ...]]:
    """The marginal and the notes on a file; ValueError if it cannot be used."""
    cloud = cloud_files.read_cloud(name, data)
    return uploaded_cloud(cloud.rows, label), cloud.notes
