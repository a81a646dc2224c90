"""Samples of the visitor's own, from a table or an array."""

from __future__ import annotations

from collections.abc import Callable

from explorer.inputs.sample_sources import uploaded_samples
from explorer.inputs.sources import Marginal
from explorer.inputs.upload import FileUpload
from solvers import sample_files


class SampleUpload(FileUpload):
    """Upload controls for samples.

    Parameters
    ----------
    claim : callable
        As for `Upload`.
    """

    def __init__(self, claim: Callable[[], Callable[[Marginal], bool]]) -> None:
        super().__init__(
            claim,
            "sample",
            "CSV, TSV, text or NPY",
            sample_files.SUFFIXES,
            sample_files.MAX_BYTES,
            _read,
        )


def _read(name: str, data: bytes, label: str) -> tuple[Marginal, tuple[str, ...]]:
    """The marginal and the notes on a file; ValueError if it cannot be used."""
    samples = sample_files.read_samples(name, data)
    return uploaded_samples(samples.rows, label), samples.notes
