"""A picture of the visitor's own: upload, crop, which brightness is mass, preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Any

import panel as pn
import panel_material_ui as pmui

from explorer.inputs.sources import UPLOAD, Marginal, picture_url
from explorer.inputs.upload import Upload
from explorer.views.text import text
from solvers import images

_CROPS = {"whole picture": "whole", "square in the middle": "centre", "around the ink": "ink"}
_INKS = {"automatic": "auto", "dark is mass": "dark", "bright is mass": "light"}
_PREVIEW = 160


@dataclass(frozen=True)
class _Picture:
    """An uploaded file and how it is read."""

    data: bytes
    name: str
    ink: str
    crop: str

    def read(self, label: str) -> tuple[Marginal, tuple[str, ...]]:
        """The marginal, and no notes; ValueError if the file cannot be used."""
        density = images.square(images.decode(self.data, self.ink), self.crop)
        return Marginal(label, partial(images.resample, density), UPLOAD, source=self), ()


class PictureUpload(Upload):
    """Upload controls for pictures.

    Parameters
    ----------
    claim : callable
        As for `Upload`.
    """

    what, formats = "picture", "PNG, JPEG or WebP"
    suffixes, max_bytes = (".png", ".jpg", ".jpeg", ".webp"), images.MAX_BYTES

    def __init__(self, claim: Callable[[], Callable[[Marginal], bool]]) -> None:
        super().__init__(claim)
        self._ink = pmui.Select(label="Mass", options=_INKS, size="small")
        self._crop = pmui.Select(label="Crop", options=_CROPS, size="small")
        self._preview = text(visible=False)
        self._picture: _Picture | None = None  # what the slot holds
        for control in (self._ink, self._crop):
            control.param.watch(self._read_again, "value")
            control.sizing_mode = "stretch_width"
        controls = pn.Row(self._ink, self._crop, sizing_mode="stretch_width")
        self._layout.extend([controls, self._preview])

    def load(self, marginal: Marginal) -> None:
        """Go on from what a slot holds, a picture or something else."""
        super().load(marginal)
        picture = marginal.source if isinstance(marginal.source, _Picture) else None
        self._picture = picture
        self._preview.visible = picture is not None
        if picture is not None:
            self._ink.value, self._crop.value = picture.ink, picture.crop
            name, preview = escape(picture.name), picture_url(marginal.draw_plain(_PREVIEW))
            self._preview.object = f'<img class="preview" alt="preview of {name}" src="{preview}">'

    def _reader(
        self, name: str, data: bytes, label: str
    ) -> Callable[[], tuple[Marginal, tuple[str, ...]]]:
        return partial(_Picture(data, name, self._ink.value, self._crop.value).read, label)

    async def _read_again(self, event: Any) -> None:
        if self._picture is None:
            return
        picture = replace(self._picture, ink=self._ink.value, crop=self._crop.value)
        if picture != self._picture:  # else the controls have only followed the slot
            await self._read(picture.name, partial(picture.read, self._label(picture.name)))
