"""What a place would cost: a function over the window of a cloud, as a landscape."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import param
from numpy.typing import ArrayLike
from panel.custom import JSComponent

from explorer.levels import Levels
from explorer.views.tile import script

# Shades from the dearest place to the cheapest: where one ends, an iso-line runs.
_SHADES = 16


class LandscapeView(JSComponent):
    """A heat map over the cloud's window, with the partners of the chosen dot."""

    frame = param.Dict(
        default={},
        doc="`rows`, `columns` and `pixels` (bytes) of the heat map; `partners`, x and y of each, "
        "and their `colors`; `best`, x and y of the cheapest place; `half` the side of the window; "
        "`text` (the text alternative) and `note` of the legend. Empty while no dot is chosen.",
    )
    dark = param.Boolean(default=False)
    label = param.String(default="Cost of a place", constant=True)
    formula = param.String(default="Σ αₖ cₖ(x, yₖ)", constant=True, doc="What is seen.")
    lowest = param.String(default="cheap", constant=True, doc="What is said of low places.")
    invitation = param.String(
        default="Point at a dot of the barycenter", constant=True, doc="While nothing is seen."
    )

    _esm = script("density.js", "landscape.js")
    _stylesheets: ClassVar[list[Any]] = [
        Path(__file__).with_name(name) for name in ("tile.css", "landscape.css")
    ]

    def paint(
        self,
        levels: Levels,
        partners: ArrayLike,
        colors: Sequence[str],
        best: ArrayLike,
        text: str,
        half: float = 0.5,
        note: str = "",
    ) -> None:
        """Show the landscape of one tuple of points.

        Parameters
        ----------
        levels : array of uint8, (k, k)
            The ground cost at each place of the window, row 0 on top: 255 at the cheapest place, 0
            at the dearest.
        partners : array_like, (K, 2)
            The points y_k.
        colors : sequence of str, (K,)
            ``"#rrggbb"``.
        best : array_like, (2,)
            The ground barycentre.
        text : str
            The text alternative.
        half : float
            Half the side of the window around (½, ½) that the levels cover, > 0.
        note : str
            Of the legend, such as which plane of space this is.
        """
        rows, columns = levels.shape
        steps = np.rint(levels * ((_SHADES - 1) / 255))
        self.frame = {
            "rows": rows,
            "columns": columns,
            "pixels": np.rint(steps * (255 / (_SHADES - 1))).astype(np.uint8).tobytes(),
            "partners": np.asarray(partners, float).tolist(),
            "colors": list(colors),
            "best": np.asarray(best, float).tolist(),
            "half": half,
            "text": text,
            "note": note,
        }

    def clear(self) -> None:
        """Show that no dot is chosen."""
        self.frame = {}
