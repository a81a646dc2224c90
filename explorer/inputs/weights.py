"""The weights, set by dragging a point among the marginals or by sliders that sum to 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import param
from panel.custom import JSComponent


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

    _esm = Path(__file__).with_name("weights.js")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("weights.css")]
