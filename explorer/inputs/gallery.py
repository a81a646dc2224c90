"""Pictures to choose from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import param
from panel.custom import JSComponent


class Gallery(JSComponent):
    """A grid of picture buttons, one of them pressed."""

    caption = param.String(doc="Name of the group for screen readers.")
    items = param.List(doc="Dictionaries with `label` and `picture`, a data URL.")
    selected = param.Integer(default=-1, doc="Position of the pressed one; −1 for none.")
    columns = param.Integer(default=6, bounds=(1, None))
    addable = param.Boolean(default=False, doc="Show a tile that asks for one more.")
    removable = param.Boolean(default=False, doc="Show a cross on the pressed one.")

    _esm = Path(__file__).with_name("gallery.js")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("gallery.css")]

    def __init__(self, on_ask: Callable[[str], None] = lambda request: None, **params: Any) -> None:
        """`on_ask` is called with ``"add"`` or ``"remove"``."""
        self._on_ask = on_ask
        super().__init__(**params)

    def _handle_msg(self, data: Any) -> None:
        if data in ("add", "remove"):
            self._on_ask(data)
