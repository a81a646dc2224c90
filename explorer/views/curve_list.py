"""A legend that wraps, and whose entries hide and show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import param
from panel.custom import JSComponent


@dataclass(frozen=True)
class Entry:
    """One curve in the legend.

    Attributes
    ----------
    key : str
        What tells it from the others.
    group, name : str
        Entries of one group stand together behind its name.
    color : str
        CSS colour.
    dash : str
        As SVG's ``stroke-dasharray``; empty for a solid line.
    """

    key: str
    group: str
    name: str
    color: str
    dash: str


class CurveList(JSComponent):
    """Buttons with a sample of their curves, pressed while the curve is shown.

    Its name must not end in "Legend": panel-material-ui takes such models for Bokeh's legends.
    """

    entries = param.List(doc="`Entry` as dictionaries, those of a group next to each other.")
    hidden = param.List(item_type=str, doc="Keys of the entries that are not shown.")

    _esm = Path(__file__).with_name("curve_list.js")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("curve_list.css")]

    def __init__(self, on_change: Callable[[], None], **params: Any) -> None:
        """`on_change` is called when the visitor has hidden or shown a curve."""
        self._on_change = on_change
        super().__init__(**params)

    def fill(self, entries: Sequence[Entry]) -> None:
        """List these curves."""
        listed = [asdict(entry) for entry in entries]
        if listed != self.entries:
            self.entries = listed

    def _handle_msg(self, data: Any) -> None:
        if data in [entry["key"] for entry in self.entries]:
            rest = [key for key in self.hidden if key != data]
            self.hidden = rest if data in self.hidden else [*rest, data]
            self._on_change()
