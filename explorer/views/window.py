"""The browser's window: its address bar, files to download, keys pressed anywhere on the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent


class Window(JSComponent):
    """Invisible; space and “.” come in, the address, texts and files go out."""

    query = param.String(
        default=None, allow_None=True, doc="The address from its question mark on."
    )
    clip = param.Dict(default={}, doc="`text` for the clipboard; None is the address.")
    file = param.Dict(default={}, doc="`name`, `mime` and `data` (bytes) of a file to download.")

    _esm = Path(__file__).with_name("window.js")

    def __init__(self, on_key: Callable[[str], None], **params: Any) -> None:
        """`on_key` is called with ``"run"`` or ``"step"``."""
        self._on_key = on_key
        self._on_copied: Callable[[bool], None] = lambda copied: None
        super().__init__(**params)

    def _handle_msg(self, data: Any) -> None:
        if data in ("run", "step"):
            self._on_key(data)
        elif data in ("copied", "refused"):
            self._on_copied(data == "copied")

    def download(self, name: str, mime: str, data: bytes) -> None:
        """Hand the visitor a file."""
        times = self.file.get("times", 0) + 1  # the same file may be wanted twice
        self.file = {"name": name, "mime": mime, "data": data, "times": times}

    def copy(self, text: str | None, on_copied: Callable[[bool], None]) -> None:
        """Put a text, or if None the address, into the visitor's clipboard.

        `on_copied` is called with whether the browser has allowed it.
        """
        self._on_copied = on_copied
        self.clip = {"text": text, "times": self.clip.get("times", 0) + 1}
