"""Samples of the visitor's own, from a table or an array."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import panel as pn

from explorer.inputs.sample_sources import uploaded_samples
from explorer.inputs.sources import Marginal
from explorer.inputs.upload import Upload
from solvers import sample_files


class SampleUpload(Upload):
    """Upload controls for samples.

    Parameters
    ----------
    claim : callable
        As for `Upload`.
    """

    def __init__(self, claim: Callable[[], Callable[[Marginal], bool]]) -> None:
        super().__init__(
            claim, "sample", "CSV, TSV, text or NPY", sample_files.SUFFIXES, sample_files.MAX_BYTES
        )
        self._layout = pn.Column(self._file, self._message, sizing_mode="stretch_width")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    async def _take_file(self, name: str, data: bytes) -> None:
        await self._read(name, partial(_read, name, data, self._label(name)))


def _read(name: str, data: bytes, label: str) -> tuple[Marginal, tuple[str, ...]]:
    """The marginal and the notes on a file; ValueError if it cannot be used."""
    samples = sample_files.read_samples(name, data)
    return uploaded_samples(samples.rows, label), samples.notes
