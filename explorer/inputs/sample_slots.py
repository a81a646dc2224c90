"""Which distributions to average, known by samples: slots, and an editor for the chosen one."""

from __future__ import annotations

from collections.abc import Callable

import panel as pn

from explorer.background import Background
from explorer.inputs.sample_sources import OWN_SAMPLES, samples_thumbnail
from explorer.inputs.sample_upload import SampleUpload
from explorer.inputs.sources import DIGITS, Marginal
from explorer.inputs.thumbnails import SketchedSlots
from explorer.inputs.writing import Digits
from explorer.subjects import Subject


class SamplesInput(SketchedSlots):
    """Slots for distributions: built-in ones, handwritten digits, files of the visitor's own.

    Parameters
    ----------
    marginals : list of Marginal
        What the slots hold at first.
    subject : Subject
        Without `handwrite` there are no digits.
    background, on_thumbnails
        As for `SketchedSlots`: the first samples wait for PyTorch.
    """

    def __init__(
        self,
        marginals: list[Marginal],
        subject: Subject,
        background: Background,
        on_thumbnails: Callable[[], None],
    ) -> None:
        self._upload = SampleUpload(self._claim)
        editors = {OWN_SAMPLES: pn.Column(self._upload, sizing_mode="stretch_width")}
        self._digits = Digits(subject.handwrite, self._replace) if subject.handwrite else None
        if self._digits is not None:
            digits = pn.Column(self._digits, sizing_mode="stretch_width")
            editors = {DIGITS: digits, **editors}
        super().__init__(marginals, subject, editors, samples_thumbnail, background, on_thumbnails)

    def _show(self, marginal: Marginal) -> None:
        self._upload.load(marginal)
        if self._digits is not None:
            self._digits.load(marginal)

    def _open(self, kind: str) -> None:
        if self._digits is not None and kind == DIGITS and self._chooses:
            self._digits.choose()
