"""Which volumes to average: two to four slots, and an editor for the chosen one."""

from __future__ import annotations

from collections.abc import Callable

import panel as pn

from explorer.background import Background
from explorer.inputs.solids import VOLUME_UPLOAD
from explorer.inputs.sources import Marginal
from explorer.inputs.thumbnails import SketchedSlots
from explorer.inputs.volume_thumbnails import volume_thumbnail
from explorer.inputs.volume_upload import VolumeUpload
from explorer.subjects import VOLUMES


class VolumesInput(SketchedSlots):
    """Slots for volumes: solids, meshes, and files of the visitor's own.

    Parameters
    ----------
    marginals : list of Marginal
        What the slots hold at first.
    background, on_thumbnails
        As for `SketchedSlots`.
    """

    def __init__(
        self,
        marginals: list[Marginal],
        background: Background,
        on_thumbnails: Callable[[], None],
    ) -> None:
        self._upload = VolumeUpload(self._claim)
        upload = pn.Column(self._upload, sizing_mode="stretch_width")
        super().__init__(
            marginals,
            VOLUMES,
            {VOLUME_UPLOAD: upload},
            volume_thumbnail,
            background,
            on_thumbnails,
        )

    def _show(self, marginal: Marginal) -> None:
        self._upload.load(marginal)
