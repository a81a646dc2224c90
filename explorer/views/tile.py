"""What every tile with a picture has around it, and what it reports."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from explorer.levels import Picture


def script(*names: str) -> str:
    """Files next to this one as one module: an import of a neighbour finds none in the browser."""
    return "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in names)


class TileView(JSComponent):
    """A picture with its name and figures; reports when the browser has painted it."""

    figures = param.Dict(default={}, doc="What is read below the picture, name and value.")
    reason = param.String(default="", doc="Why the run has ended.")
    label = param.String(default="", doc="Name of what is shown.")
    note = param.String(default="", doc="A few words on it.")
    color = param.String(default="#000000", doc="Colour of its curves, `#rrggbb`.")
    playing = param.Boolean(default=False)
    still = param.Boolean(default=False, constant=True, doc="Whether there is nothing to run.")
    dark = param.Boolean(default=False)

    def __init__(
        self, on_painted: Callable[[int], None], on_toggle: Callable[[], None], **params: Any
    ) -> None:
        """Tell what to call with the ticket of each frame on the screen, and when to pause."""
        self._on_painted, self._on_toggle = on_painted, on_toggle
        super().__init__(**params)

    def _handle_msg(self, data: Any) -> None:
        # A message and not a parameter: Panel holds changes of parameters back for 50 ms.
        if data == "toggle":
            self._on_toggle()
        elif isinstance(data, int):
            self._on_painted(data)

    @abstractmethod
    def paint(self, picture: Picture, number: int, text: str, ticket: int = 0) -> None:
        """Send a picture.

        Parameters
        ----------
        picture : array
            Levels of a density, or rows of a measure. Must not change later on.
        number : int
            Of the iterate.
        text : str
            The text alternative.
        ticket : int
            Comes back to `on_painted` once the frame is on the screen; 0 does not.
        """
