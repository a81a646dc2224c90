"""A density coloured by where its mass comes from, and the way that the mass goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import param
from panel.custom import JSComponent

from explorer.levels import to_levels
from explorer.views.origin_colors import STEPS, color_map
from explorer.views.tile import script
from solvers.arrays import Array
from solvers.grids import halved
from solvers.sharpness import full_density

# Cells a side, at most, of the marginals' pictures and of the maps that the pointer looks up: they
# are drawn 64 pixels high.
_SMALL = 128
# The colours span this part of a marginal's mass along each axis: single cells far out, and the
# tips of a shape, would otherwise leave little contrast to the rest.
_SPAN = (0.03, 0.97)


class TransportView(JSComponent):
    """Shows a density by origin, lets its mass be followed, and asks for other views of it."""

    frame = param.Dict(
        default={},
        doc="What is drawn: `rows`, `columns`, `pixels` (bytes) and `origin` (2, rows, columns) of "
        "the density; `map_rows`, `map_columns` and `maps` (m, 2, map_rows, map_columns) of the "
        "barycenter's origins, coordinates as bytes, 255 the longest side; the `marginal` and the "
        "`fraction` of the way that are shown, `number` of the iterate, `text` (the text "
        "alternative) and `ticket`, which comes back once the frame is on the screen.",
    )
    marginals = param.Dict(
        default={},
        doc="Their `labels`, `colors`, `rows`, `columns`, `pixels` (bytes) and `boxes`: top, left, "
        "bottom and right of what the colours span.",
    )
    palette = param.Dict(
        default={},
        constant=True,
        doc="The colours of places, `steps` along each side, on a `light` and on a `dark` page "
        "(bytes). Bokeh cannot have bytes in a default.",
    )
    dark = param.Boolean(default=False)

    _esm = script("transport_ink.js", "transport.js")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("transport.css")]

    def __init__(
        self,
        on_ask: Callable[[int, float], None],
        on_painted: Callable[[int], None] = lambda ticket: None,
        **params: Any,
    ) -> None:
        """Tell what is to be called from the browser.

        Parameters
        ----------
        on_ask : callable
            Called with a marginal and a fraction of its way to the barycenter, in [0, 1], that the
            visitor wants to see. Answer with `paint` of just these: the next request waits for it.
        on_painted : callable
            Called with the ticket of each frame that is on the screen.
        """
        self._on_ask, self._on_painted = on_ask, on_painted
        palette = {
            "steps": STEPS,
            "light": color_map(dark=False).tobytes(),
            "dark": color_map(dark=True).tobytes(),
        }
        super().__init__(palette=palette, **params)

    def _handle_msg(self, data: Any) -> None:
        # A message and not a parameter: Panel holds changes of parameters back for 50 ms.
        match data:
            case int(ticket):
                self._on_painted(ticket)
            case [int(marginal), float() | int() as fraction] if (
                0 <= marginal < len(self.marginals.get("labels", ())) and 0 <= fraction <= 1
            ):
                self._on_ask(marginal, float(fraction))

    def paint(
        self,
        density: Array,
        origin: Array,
        origins: Array,
        marginals: Array,
        labels: Sequence[str],
        colors: Sequence[str],
        marginal: int,
        fraction: float,
        number: int,
        scale: float,
        ticket: int = 0,
    ) -> None:
        """Send a picture of mass on its way; row 0 is on top.

        Parameters
        ----------
        density : array, (rows, columns)
            The mass, of any scale.
        origin : array, (2, rows, columns)
            Where in the marginal the mass of each cell comes from, as `solvers.displaced` gives it.
        origins : array, (m, 2, rows, columns)
            Where in all marginals the barycenter's mass comes from, as `solvers.origins` gives it.
        marginals : array, (m, rows, columns)
        labels, colors : sequence of str
            Names of the marginals, and their CSS colours.
        marginal : int
            The one whose mass is shown.
        fraction : float
            How far it has gone; 1 is the barycenter.
        number : int
            The iterate's.
        scale : float
            The density that is drawn fully opaque; > 0.
        ticket : int
            Comes back to `on_painted`; 0 does not.
        """
        small = marginals
        while max(small.shape[1:]) > _SMALL:
            small = halved(small)
        pictures = {
            "labels": list(labels),
            "colors": list(colors),
            "rows": small.shape[1],
            "columns": small.shape[2],
            "pixels": b"".join(
                to_levels(picture, full_density(picture)).tobytes() for picture in small
            ),
            "boxes": [box(picture) for picture in small],
        }
        if pictures != self.marginals:
            self.marginals = pictures
        stride = -(-max(density.shape) // _SMALL)
        maps = origins[..., stride // 2 :: stride, stride // 2 :: stride]
        self.frame = {
            "rows": density.shape[0],
            "columns": density.shape[1],
            "pixels": to_levels(density, scale).tobytes(),
            "origin": _coordinates(origin),
            "map_rows": maps.shape[2],
            "map_columns": maps.shape[3],
            "maps": _coordinates(maps),
            "marginal": marginal,
            "fraction": fraction,
            "number": number,
            "text": _text(labels[marginal], fraction, number),
            "ticket": ticket,
        }


def box(density: Array) -> list[float]:
    """Top, left, bottom and right of nearly all mass of a density (rows, columns).

    In units of the longest side, as all coordinates here.
    """
    top, bottom = _extent(density.sum(axis=1))
    left, right = _extent(density.sum(axis=0))
    return [float(edge) / max(density.shape) for edge in (top, left, bottom, right)]


def _extent(masses: Array) -> tuple[int, int]:
    """The cells first … stop that hold nearly all of the masses."""
    sums = np.cumsum(masses)
    first, last = np.searchsorted(sums, np.multiply(_SPAN, sums[-1]))
    return int(first), int(last) + 1


def _coordinates(values: Array) -> bytes:
    return np.rint(values * 255.0).astype(np.uint8).tobytes()


def _text(label: str, fraction: float, number: int) -> str:
    shown = (
        f"Barycenter at iteration {number}"
        if fraction == 1
        else f"{label} {100 * fraction:.0f} % along the way to the barycenter at iteration {number}"
    )
    return f"{shown}, coloured by where its mass comes from in {label}"
