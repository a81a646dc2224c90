"""The weights, set by dragging a point among the marginals or by sliders that sum to 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

from explorer.views.tile import script


class WeightPad(JSComponent):
    """A polygon to drag in, its corners the marginals, with one linked slider for each of them.

    All four lists have the same length m and change together (`param.update`).
    """

    weights = param.List(default=[0.5, 0.5], item_type=(int, float), doc="(m,), ≥ 0, of sum 1.")
    labels = param.List(
        default=["", ""], item_type=str, doc="Names of the marginals, all distinct."
    )
    colors = param.List(default=["#000", "#000"], item_type=str, doc="CSS colours.")
    thumbnails = param.List(default=["", ""], item_type=str, doc="Small pictures as data URLs.")

    _esm = script("shared.js") + Path(__file__).with_name("weights.js").read_text(encoding="utf-8")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("weights.css")]

    def _handle_msg(self, data: Any) -> None:
        # A message and not a parameter: Panel holds changes of parameters back for 50 ms.
        match data:
            case {"weights": [*shares]} if len(shares) == len(self.weights):
                if all(isinstance(share, int | float) and 0 <= share <= 1 for share in shares):
                    self.weights = shares
