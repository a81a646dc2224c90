"""A tile with a Gaussian mixture that keeps up with a solver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import param
from numpy.typing import ArrayLike

from explorer.levels import Picture
from explorer.views.tile import TileView, script


class EllipsesView(TileView):
    """A tile with a mixture in the plane: its density, and its components as ellipses.

    The unit square is seen with a margin of 5 % around it, x to the right, y up. Ellipses are
    drawn at one and two standard deviations. Mixtures are rows (n, 6), float32: weight, mean (2),
    and the covariance's upper triangle sxx, sxy, syy.

    Parameters
    ----------
    on_painted, on_toggle : callable
        As for `TileView`.
    on_choose : callable
        Called with the component that the visitor points at, counted from 0, or None, and the
        number of the iterate; always one of the newest picture.
    """

    frame = param.Dict(
        default={},
        doc="`rows` (bytes), `number` of the iterate, `text` (the text alternative) and `ticket`, "
        "which comes back once the frame is on the screen; 0 does not.",
    )
    marginals = param.Dict(default={}, doc="`rows` (bytes of each mixture) and `colors`.")
    links = param.Dict(
        default={},
        doc="Lines to the marginals: `starts`, `ends` and `masses` (bytes of float32), index of "
        "the `marginals` (bytes of uint8).",
    )

    _esm = script("tile.js", "density.js", "gaussians.js", "ellipses.js", "ellipses_tile.js")
    _stylesheets: ClassVar[list[Any]] = [
        Path(__file__).with_name(name) for name in ("tile.css", "ellipses.css")
    ]

    def __init__(
        self,
        on_painted: Callable[[int], None],
        on_toggle: Callable[[], None],
        on_choose: Callable[[int | None, int], None] = lambda index, number: None,
        **params: Any,
    ) -> None:
        self._on_choose = on_choose
        self._count = 0  # components of the newest picture
        super().__init__(on_painted, on_toggle, **params)

    def paint(self, picture: Picture, number: int, text: str, ticket: int = 0) -> None:
        """Send a picture of a mixture, rows (n, 6)."""
        self._count = len(picture)
        self.frame = {
            "rows": np.asarray(picture, np.float32).tobytes(),
            "number": number,
            "text": text,
            "ticket": ticket,
        }

    def backdrop(self, mixtures: Sequence[ArrayLike], colors: Sequence[str]) -> None:
        """Show the marginals' ellipses as outlines.

        Parameters
        ----------
        mixtures : sequence of array, (n_k, 6)
        colors : sequence of str
            A CSS colour for each; `lines` are drawn in them, too.
        """
        self.marginals = {
            "rows": [np.asarray(rows, np.float32).tobytes() for rows in mixtures],
            "colors": list(colors),
        }

    def lines(
        self,
        starts: ArrayLike = (),
        ends: ArrayLike = (),
        marginals: ArrayLike = (),
        masses: ArrayLike = (),
    ) -> None:
        """Show where mass goes; without lines, those that are shown vanish.

        Parameters
        ----------
        starts, ends : array_like, (L, 2)
            Means of the barycenter's components, and of the marginals'.
        marginals : array_like of int, (L,)
            The marginal of each end, which gives the line its colour.
        masses : array_like, (L,)
            0 to 1; lines are as wide as these are large.
        """
        self.links = {
            "starts": np.asarray(starts, np.float32).tobytes(),
            "ends": np.asarray(ends, np.float32).tobytes(),
            "marginals": np.asarray(marginals, np.uint8).tobytes(),
            "masses": np.asarray(masses, np.float32).tobytes(),
        }

    def _handle_msg(self, data: Any) -> None:
        match data:
            case {"choose": None, "number": int(number)}:
                self._on_choose(None, number)
            case {"choose": int(index), "number": int(number)}:
                if number == self.frame.get("number") and 0 <= index < self._count:
                    self._on_choose(index, number)
            case _:
                super()._handle_msg(data)
