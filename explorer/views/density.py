"""A tile with a density that keeps up with a solver."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import param
from panel.custom import JSComponent

from solvers.arrays import Array
from solvers.sharpness import full_density


def common_scale(marginals: Array, weights: Array) -> float:
    """The density in full colour for barycenters of some marginals, the same for all solvers.

    Where the marginals are copies of each other in several sizes, lengths average over them, so
    that densities average as ``Σ α_i ρ_i^(−1/2)``. The scale does not depend on the iterate: no
    picture changes its brightness because another one does.

    Parameters
    ----------
    marginals : array, (m, rows, columns)
        Each of mean 1.
    weights : array, (m,)
    """
    full = np.array([full_density(density) for density in marginals])
    return float((weights @ full**-0.5) ** -2.0)


def to_bytes(density: Array, scale: float) -> bytes:
    """A density (rows, columns) as one byte a cell, row by row, 255 from `scale` on."""
    return np.clip(density * (255.0 / scale), 0, 255).astype(np.uint8).tobytes()


class DensityView(JSComponent):
    """A tile with a density, its name and figures; reports when the browser has painted it."""

    frame = param.Dict(
        default={},
        doc="`rows`, `columns`, `pixels` (bytes), `number` of the iterate, `text` (the text "
        "alternative) and `ticket`, which comes back once the frame is on the screen; 0 does not.",
    )
    figures = param.Dict(default={}, doc="What is read below the picture, name and value.")
    reason = param.String(default="", doc="Why the run has ended.")
    label = param.String(default="", doc="Name of what is shown.")
    note = param.String(default="", doc="A few words on it.")
    color = param.String(default="#000", doc="CSS colour of its curves.")
    playing = param.Boolean(default=False)
    dark = param.Boolean(default=False)

    _esm = Path(__file__).with_name("density.js")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("density.css")]

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

    def paint(
        self, shape: tuple[int, int], pixels: bytes, number: int, text: str, ticket: int = 0
    ) -> None:
        """Send a picture of a density of that shape, from `to_bytes`."""
        rows, columns = shape
        self.frame = {
            "rows": rows,
            "columns": columns,
            "pixels": pixels,
            "number": number,
            "text": text,
            "ticket": ticket,
        }
