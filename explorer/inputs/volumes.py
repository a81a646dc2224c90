"""Which volumes to average: two to four slots, and an editor for the chosen one."""

from __future__ import annotations

from collections.abc import Callable

import panel as pn

from explorer.background import Background
from explorer.inputs.slots import SlotsInput
from explorer.inputs.solids import VOLUME_UPLOAD
from explorer.inputs.sources import CATALOGUE_COLOR, Marginal
from explorer.inputs.volume_thumbnails import VolumeThumbnails
from explorer.inputs.volume_upload import VolumeUpload
from explorer.subjects import VOLUMES
from explorer.theme import MARGINAL_COLORS


class VolumesInput(SlotsInput):
    """Slots for volumes: solids, meshes, and files of the visitor's own.

    Parameters
    ----------
    marginals : list of Marginal
        What the slots hold at first.
    background : Background
        Draws the thumbnails, which are blank until then.
    on_thumbnails : callable
        Called in the document's thread when `thumbnails` have changed by themselves.
    """

    def __init__(
        self,
        marginals: list[Marginal],
        background: Background,
        on_thumbnails: Callable[[], None],
    ) -> None:
        self._drawn = VolumeThumbnails(background, self._take_thumbnails)
        self._on_thumbnails = on_thumbnails
        self._upload = VolumeUpload(self._claim)
        upload = pn.Column(self._upload, sizing_mode="stretch_width")
        super().__init__(marginals, VOLUMES, {VOLUME_UPLOAD: upload})

    def _picture(self, marginal: Marginal, slot: int) -> str:
        return self._drawn.picture(marginal, MARGINAL_COLORS[slot])

    def _items(self, kind: str) -> list[dict[str, str]]:
        marginals = [VOLUMES.make(kind, choice) for choice in VOLUMES.catalogue[kind]]
        return [
            {"label": m.label, "picture": self._drawn.picture(m, CATALOGUE_COLOR)}
            for m in marginals
        ]

    def _show(self, marginal: Marginal) -> None:
        self._upload.load(marginal)

    def _take_thumbnails(self) -> None:
        """Show what has been drawn, in the slots and among the choices."""
        kind = self._kind.value
        if kind in VOLUMES.catalogue:
            self._choices.items = self._items(kind)
        pictures = self._pictures(self.value)
        if pictures != self._thumbnails:
            self._thumbnails = pictures
            self._refresh()
            self._on_thumbnails()
