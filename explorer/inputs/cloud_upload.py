"""A cloud of the visitor's own, from a table or an array."""

from __future__ import annotations

from collections.abc import Callable

from explorer.inputs.cloud_sources import uploaded_cloud
from explorer.inputs.sources import Marginal
from explorer.inputs.upload import FileUpload
from solvers import cloud_files


class CloudUpload(FileUpload):
    """Upload controls for clouds.

    Parameters
    ----------
    claim : callable
        As for `Upload`.
    """

    def __init__(self, claim: Callable[[], Callable[[Marginal], bool]]) -> None:
        super().__init__(
            claim,
            "cloud",
            "CSV, TSV, text or NPY",
            cloud_files.SUFFIXES,
            cloud_files.MAX_BYTES,
            _read,
        )


def _read(name: str, data: bytes, label: str) -> tuple[Marginal, tuple[str, ...]]:
    """The marginal and the notes on a file; ValueError if it cannot be used."""
    cloud = cloud_files.read_cloud(name, data)
    return uploaded_cloud(cloud.rows, label), cloud.notes
