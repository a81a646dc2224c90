"""What all pads have in common: a sheet that the visitor changes by hand."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent


def pad_script(name: str) -> str:
    """A pad's file with what it needs of `pad.js`: the browser finds no neighbour by an import."""
    files = [Path(__file__).with_name(part) for part in ("pad.js", name)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


class Pad(JSComponent):
    """A sheet that comes back with every change, while the visitor's gesture is under way."""

    color = param.String(default="#3f6fd8", doc="Of what is set or drawn; a CSS colour.")
    sheet = param.Dict(
        default={},
        doc="What the visitor begins from: `content` (bytes) and `load`, which comes back with "
        "every change, so that changes of an earlier sheet are not taken for changes of this one.",
    )
    taken = param.Integer(default=0, doc="Number of the newest message that has been dealt with.")

    def _begin(self, content: bytes) -> None:
        """Replace the sheet; an event for the browser even if the content is the same."""
        self.sheet = {"content": content, "load": self.sheet.get("load", 0) + 1}

    @abstractmethod
    def _take(self, content: bytes) -> None:
        """Take the sheet as the visitor has changed it, if it is one."""

    def _handle_msg(self, data: Any) -> None:
        # A message and not a parameter: Panel holds changes of parameters back for 50 ms.
        match data:
            case {"load": int(load), "number": int(number), "content": bytes(content)}:
                pass
            case _:
                return
        try:
            if load == self.sheet["load"]:
                self._take(content)
        finally:
            self.taken = number
