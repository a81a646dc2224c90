"""A picture of the visitor's own: upload, crop, which brightness is mass, preview."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import panel as pn
import panel_material_ui as pmui

from explorer.inputs.sources import UPLOAD, Marginal, picture_url
from explorer.views.text import problem, text
from solvers import images
from solvers.arrays import FloatArray

_CROPS = {"whole picture": "whole", "square in the middle": "centre", "around the ink": "ink"}
_INKS = {"automatic": "auto", "dark is mass": "dark", "bright is mass": "light"}
_HINT = (
    f"<span class='hint'>PNG, JPEG or WebP, up to {images.MAX_BYTES // 2**20} MiB. It stays on the "
    "computer that runs this page.</span>"
)
_PREVIEW = 160


class PictureFile(pmui.FileInput):
    """A file input that reports every arrival, of the same file again and of an empty one too."""

    def __init__(self, arrived: Callable[[], Coroutine[Any, Any, None]], **params: Any) -> None:
        super().__init__(**params)
        self._arrived = arrived

    def _update_file(self, filename: Any, mime_type: Any, value: Any) -> None:
        # An empty file has no chunks, so it arrives without name and value.
        super()._update_file(filename or "the file", mime_type or "", value or b"")
        pn.state.execute(self._arrived)


@dataclass(frozen=True)
class _Picture:
    """An uploaded file and how it is read."""

    data: bytes
    name: str
    ink: str
    crop: str

    def read(self) -> tuple[FloatArray, str]:
        """The density (k, k) and its preview as a data URL; ValueError if it cannot be used."""
        density = images.square(images.decode(self.data, self.ink), self.crop)
        return density, picture_url(images.resample(density, _PREVIEW))


class Upload(pn.viewable.Viewer):
    """Upload controls for one slot at a time.

    Parameters
    ----------
    claim : callable
        Called when a picture arrives; returns the function that puts a marginal into the slot that
        was chosen then. A picture that cannot be used gets one sentence instead.
    """

    def __init__(self, claim: Callable[[], Callable[[Marginal], None]]) -> None:
        super().__init__()
        self._claim = claim
        self._file = PictureFile(
            self._take_file,
            label="Choose a picture",
            accept=".png,.jpg,.jpeg,.webp",
            sizing_mode="stretch_width",
            variant="outlined",
            max_file_size=images.MAX_BYTES,
        )
        self._ink = pmui.Select(label="Mass", options=_INKS, size="small")
        self._crop = pmui.Select(label="Crop", options=_CROPS, size="small")
        self._message = text(_HINT, margin=(0, 10))
        self._preview = text(visible=False)
        self._picture: _Picture | None = None  # what the slot holds
        self._newest: _Picture | None = None  # what is being read; an older one comes too late
        for control in (self._ink, self._crop):
            control.param.watch(self._read_again, "value")
            control.sizing_mode = "stretch_width"
        self._layout = pn.Column(
            self._file,
            self._message,
            pn.Row(self._ink, self._crop, sizing_mode="stretch_width"),
            self._preview,
            sizing_mode="stretch_width",
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def load(self, marginal: Marginal) -> None:
        """Go on from what a slot holds, a picture or something else."""
        picture = marginal.source if isinstance(marginal.source, _Picture) else None
        self._picture = None  # so that the controls can follow without reading again
        self._message.object = _HINT
        self._preview.visible = picture is not None
        if picture is not None:
            self._ink.value, self._crop.value = picture.ink, picture.crop
            self._show(picture, picture_url(marginal.draw_plain(_PREVIEW)))
        self._picture = picture

    async def _take_file(self) -> None:
        await self._read(
            _Picture(self._file.value, self._file.filename, self._ink.value, self._crop.value)
        )

    async def _read_again(self, event: Any) -> None:
        if self._picture is not None:
            await self._read(replace(self._picture, ink=self._ink.value, crop=self._crop.value))

    async def _read(self, picture: _Picture) -> None:
        self._newest, put = picture, self._claim()
        try:
            # In a thread: a large photograph takes a second, and the page must answer meanwhile.
            density, preview = await to_thread(picture.read)
        except ValueError as error:
            sentence = str(error).removeprefix("image: ")
            self._message.object = problem(
                f"{picture.name}: {sentence} The previous picture stays."
            )
            return
        if picture is not self._newest:
            return
        self._message.object = _HINT
        self._show(picture, preview)
        self._picture = picture
        label = picture.name.rsplit(".", 1)[0][:24] or "picture"
        put(Marginal(label, lambda n: images.resample(density, n), UPLOAD, source=picture))

    def _show(self, picture: _Picture, preview: str) -> None:
        name = escape(picture.name, quote=True)
        self._preview.object = f'<img class="preview" alt="preview of {name}" src="{preview}">'
        self._preview.visible = True
