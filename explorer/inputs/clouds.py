"""Which clouds to average: two to four slots, and an editor for the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import panel as pn

from explorer.background import Background
from explorer.inputs.cloud_sources import (
    CLOUD_CATALOGUE,
    OWN_CLOUD_FILE,
    OWN_POINTS,
    built_in_cloud,
    cloud_thumbnail,
    drawn_cloud,
    handwritten_cloud,
    typed_cloud,
)
from explorer.inputs.cloud_upload import CloudUpload
from explorer.inputs.point_pad import PointPad
from explorer.inputs.slots import SlotsInput
from explorer.inputs.sources import DIGITS, LETTERS, Marginal, blank_url
from explorer.inputs.writing import Digits, Letters
from explorer.subjects import Subject
from explorer.theme import MARGINAL_COLORS
from solvers.arrays import FloatArray
from solvers.stippling import equal_masses

# Kind of the catalogue → its choices with their pictures, for a gallery; as long as the process.
_GALLERIES: dict[str, list[dict[str, str]]] = {}


class CloudsInput(SlotsInput):
    """Slots for clouds: pictures and figures as points, points set by hand, files.

    Parameters
    ----------
    marginals : list of Marginal
        What the slots hold at first.
    subject : Subject
        With the catalogue of clouds, `CLOUD_CATALOGUE`.
    background : Background
        Draws the choices of a kind, which are blank until then.
    """

    def __init__(self, marginals: list[Marginal], subject: Subject, background: Background) -> None:
        self._background = background
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
        super().__init__(marginals, subject, editors)

    def _picture(self, marginal: Marginal, slot: int) -> str:
        return cloud_thumbnail(marginal, MARGINAL_COLORS[slot])

    def _items(self, kind: str) -> list[dict[str, str]]:
        if kind not in _GALLERIES:
            draw, take = partial(_gallery, kind), partial(self._take_gallery, kind)
            self._background.offer("gallery", draw, take)
            return [{"label": m.label, "picture": blank_url()} for m in _choices(kind)]
        return _GALLERIES[kind]

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

    def _take_gallery(self, kind: str, items: list[dict[str, str]]) -> None:
        _GALLERIES[kind] = items
        if self._kind.value == kind:
            self._choices.items = items

    def _take_points(self, positions: FloatArray) -> None:
        self._replace(drawn_cloud(equal_masses(positions)))


def _choices(kind: str) -> list[Marginal]:
    return [built_in_cloud(kind, choice) for choice in CLOUD_CATALOGUE[kind]]


def _gallery(kind: str, cancelled: Callable[[], bool]) -> list[dict[str, str]]:
    return [{"label": m.label, "picture": cloud_thumbnail(m)} for m in _choices(kind)]
