"""A timeline to scrub through the iterates of a run, and to play them again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import param
from panel.custom import JSComponent


class Timeline(JSComponent):
    """Asks for a past iterate, or the newest one; after the answer it may ask again."""

    last = param.Integer(default=0, bounds=(0, None), doc="Number of the newest iterate.")
    answer = param.Integer(default=0, doc="Counts the requests that have been answered.")
    renewed = param.Integer(default=0, doc="Counts the runs: a new one starts at its newest.")

    _esm = Path(__file__).with_name("timeline.js")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("timeline.css")]

    def __init__(self, on_seek: Callable[[int | None], None], **params: Any) -> None:
        """`on_seek` is called with the number of an iterate, None for the newest."""
        self._on_seek = on_seek
        super().__init__(**params)

    def _handle_msg(self, data: Any) -> None:
        if data == "newest":
            self._on_seek(None)
        elif isinstance(data, int) and data >= 0:
            self._on_seek(data)
        self.answer += 1
