"""A picture of the visitor's own: upload, crop, which brightness is mass, preview."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable, Coroutine
from html import escape
from typing import Any

import panel as pn
import panel_material_ui as pmui

from explorer.inputs.sources import Marginal, picture_url
from explorer.views.text import text
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


class Upload(pn.viewable.Viewer):
    """Upload controls; a picture that can be used is handed to `use`, another gets one sentence."""

    def __init__(self, use: Callable[[Marginal], None]) -> None:
        super().__init__()
        self._use = use
        self._file = PictureFile(
            self._decode,
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
        for control in (self._ink, self._crop):
            control.param.watch(self._decode, "value")
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

    async def _decode(self, *events: Any) -> None:
        data, name = self._file.value, self._file.filename
        if data is None:  # nothing uploaded yet
            return
        try:
            # In a thread: a large photograph takes a second, and the page must answer meanwhile.
            density, preview = await to_thread(_read, data, self._ink.value, self._crop.value)
        except ValueError as error:
            sentence = str(error).removeprefix("image: ")
            self._message.object = (
                f'<span role="alert" class="problem">{escape(name)}: {escape(sentence)} '
                "The previous picture stays.</span>"
            )
            return
        self._message.object = _HINT
        self._preview.object = (
            f'<img class="preview" alt="preview of {escape(name, quote=True)}" src="{preview}">'
        )
        self._preview.visible = True
        label = name.rsplit(".", 1)[0][:24] or "picture"
        self._use(Marginal(label, lambda n: images.resample(density, n), "Your picture"))


def _read(data: bytes, ink: str, crop: str) -> tuple[FloatArray, str]:
    density = images.square(images.decode(data, ink), crop)
    return density, picture_url(images.resample(density, _PREVIEW))
