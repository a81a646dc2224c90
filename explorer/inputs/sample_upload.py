"""Samples of the visitor's own, from a table or an array."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from explorer.inputs.sample_sources import uploaded_samples
from explorer.inputs.sources import Marginal
from explorer.inputs.upload import Upload
from solvers import sample_files


class SampleUpload(Upload):
    """Upload controls for samples."""

    what, formats = "sample", "CSV, TSV, text or NPY"
    suffixes, max_bytes = sample_files.SUFFIXES, sample_files.MAX_BYTES

    def _reader(
        self, name: str, data: bytes, label: str
    ) -> Callable[[], tuple[Marginal, tuple[str, ...]]]:
        return partial(_read, name, data, label)


def _read(name: str, data: bytes, label: str) -> tuple[Marginal, tuple[str, ...]]:
    """The marginal and the notes on a file; ValueError if it cannot be used."""
    samples = sample_files.read_samples(name, data)
    return uploaded_samples(samples.rows, label), samples.notes
