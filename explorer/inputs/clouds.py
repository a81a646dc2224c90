"""Which clouds to average: two to four slots, and an editor for the chosen one."""

from __future__ import annotations

from collections.abc import Callable

import panel as pn

from explorer.background import Background
from explorer.inputs.cloud_sources import (
    IN_SPACE,
    OWN_CLOUD_FILE,
    OWN_POINTS,
    cloud_thumbnail,
    drawn_cloud,
    handwritten_cloud,
    typed_cloud,
)
from explorer.inputs.cloud_upload import CloudUpload
from explorer.inputs.point_pad import PointPad
from explorer.inputs.sources import DIGITS, LETTERS, Marginal
from explorer.inputs.thumbnails import SketchedSlots
from explorer.inputs.writing import Digits, Letters
from explorer.subjects import Subject
from explorer.theme import MARGINAL_COLORS
from solvers import warm_up
from solvers.arrays import FloatArray
from solvers.stippling import equal_masses


class CloudsInput(SketchedSlots):
    """Slots for clouds: pictures and figures as points, points set by hand, files.

    Parameters
    ----------
    marginals : list of Marginal
        What the slots hold at first.
    subject : Subject
        With the catalogue of clouds, `CLOUD_CATALOGUE`.
    background, on_thumbnails
        As for `SketchedSlots`: a mesh takes a second.
    """

    def __init__(
        self,
        marginals: list[Marginal],
        subject: Subject,
        background: Background,
        on_thumbnails: Callable[[], None],
    ) -> None:
        self._letters = Letters(typed_cloud, self._replace)
        self._digits = Digits(handwritten_cloud, self._replace)
        self._pad = PointPad(self._take_points, sizing_mode="stretch_width", margin=(4, 10))
        self._upload = CloudUpload(self._claim)
        editors = {
            kind: pn.Column(editor, sizing_mode="stretch_width")
            for kind, editor in (
                (LETTERS, self._letters),
                (DIGITS, self._digits),
                (OWN_POINTS, self._pad),
                (OWN_CLOUD_FILE, self._upload),
            )
        }
        super().__init__(marginals, subject, editors, _drawn, background, on_thumbnails)

    def _picture(self, marginal: Marginal, slot: int) -> str:
        if marginal.kind == OWN_POINTS:
            return _drawn(marginal, MARGINAL_COLORS[slot])  # at once: it follows the hand
        return super()._picture(marginal, slot)

    def _show(self, marginal: Marginal) -> None:
        self._letters.load(marginal)
        self._digits.load(marginal)
        self._upload.load(marginal)
        self._pad.color = MARGINAL_COLORS[self._slots.selected]

    def _open(self, kind: str) -> None:
        held = self._held
        if kind == DIGITS and self._chooses:
            self._digits.choose()
        elif kind == OWN_POINTS:
            if held.kind == OWN_POINTS:
                self._pad.load(held.source[:, 1:])
            else:
                self._pad.clear()

    def _take_points(self, positions: FloatArray) -> None:
        self._replace(drawn_cloud(equal_masses(positions)))


def _drawn(marginal: Marginal, color: str) -> str:
    if marginal.kind == IN_SPACE:
        warm_up(3)  # meshes need the kernels, which are compiled in a process of its own
    return cloud_thumbnail(marginal, color)
