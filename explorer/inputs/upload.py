"""A picture of the visitor's own: upload, crop, which brightness is mass, preview."""

from __future__ import annotations

from collections.abc import Callable
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
    f"PNG, JPEG or WebP, up to {images.MAX_BYTES // 2**20} MiB. It stays on the computer that "
    "runs this page."
)


class Upload(pn.viewable.Viewer):
    """Upload controls; a picture that can be used is handed to `use`, another gets one sentence."""

    def __init__(self, use: Callable[[Marginal], None]) -> None:
        super().__init__()
        self._use = use
        self._file = pmui.FileInput(
            label="Choose a picture",
            accept=".png,.jpg,.jpeg,.webp",
            sizing_mode="stretch_width",
            variant="outlined",
        )
        self._ink = pmui.Select(label="Mass", options=_INKS, size="small")
        self._crop = pmui.Select(label="Crop", options=_CROPS, size="small")
        self._message = text(f"<span class='hint'>{_HINT}</span>", margin=(0, 10))
        self._preview = text(visible=False)
        self._file.param.watch(self._decode, "value")
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

    def _decode(self, event: Any) -> None:
        data, name = self._file.value, self._file.filename or "picture"
        if data is None:
            return
        try:
            density = images.square(images.decode(data, self._ink.value), self._crop.value)
        except ValueError as error:
            sentence = str(error).removeprefix("image: ")
            self._message.object = (
                f'<span role="alert" class="problem">{escape(name)}: {escape(sentence)} '
                "The previous picture stays.</span>"
            )
            return
        self._message.object = f"<span class='hint'>{_HINT}</span>"
        self._preview.object = (
            f'<img class="preview" alt="preview of {escape(name, quote=True)}" '
            f'src="{picture_url(images.resample(density, 160))}">'
        )
        self._preview.visible = True
        self._use(_uploaded(name, density))


def _uploaded(name: str, density: FloatArray) -> Marginal:
    label = name.rsplit(".", 1)[0][:24] or "picture"
    return Marginal(label, lambda n: images.resample(density, n), "Your picture")
