"""A board on which the marginals of a page are edited, where these are Gaussian mixtures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import param
from numpy.typing import ArrayLike, NDArray
from panel.custom import JSComponent

from explorer.views.tile import script

MOST_COMPONENTS = 8
HALF_AXES = 0.01, 0.6
_COLUMNS = 6
# What half-axes found from rows in single precision may be off by, relatively.
_ROUNDING = 1e-3


class MixtureBoard(JSComponent):
    """All mixtures on the unit square, x to the right, y up; one of them can be edited.

    Parameters
    ----------
    on_edit : callable
        Called with the position of a mixture and its new rows (n, 6), float32, while it is being
        edited: weight, mean (2), and the covariance's upper triangle sxx, sxy, syy. There are 1 to
        8 components; centres lie in the unit square, half-axes between 0.01 and 0.6.
    on_select : callable
        Called with the position of the mixture that the visitor has turned to.
    """

    sheet = param.Dict(
        default={},
        doc="What editing begins from: `rows` (bytes of each mixture), `colors`, and `load`, which "
        "comes back with every edit, so that none of an earlier sheet is taken for one of this.",
    )
    selected = param.Integer(default=0, bounds=(0, None), doc="The mixture that can be edited.")
    taken = param.Integer(default=0, doc="Number of the newest edit that has been dealt with.")
    dark = param.Boolean(default=False, doc="As for every view; its colours are the page's own.")

    _esm = script("shared.js", "gaussians.js", "mixture_edits.js", "mixture_board.js")
    _stylesheets: ClassVar[list[Any]] = [Path(__file__).with_name("mixture_board.css")]

    def __init__(
        self,
        on_edit: Callable[[int, NDArray[np.float32]], None],
        on_select: Callable[[int], None],
        **params: Any,
    ) -> None:
        self._on_edit, self._on_select = on_edit, on_select
        self._mixtures: list[NDArray[np.float32]] = []  # as the browser shows them
        super().__init__(**params)

    def paint(self, mixtures: Sequence[ArrayLike], colors: Sequence[str], selected: int) -> None:
        """Show mixtures; what is on the board already is not sent again.

        Called from `on_edit` with the edited rows, it leaves the visitor's hand alone.

        Parameters
        ----------
        mixtures : sequence of array, (n_k, 6)
        colors : sequence of str
            A CSS colour for each.
        selected : int
            The one that can be edited.
        """
        rows = [np.asarray(mixture, np.float32) for mixture in mixtures]
        if list(colors) != self.sheet.get("colors") or not _same(rows, self._mixtures):
            self._mixtures = rows
            self.sheet = {
                "rows": [mixture.tobytes() for mixture in rows],
                "colors": list(colors),
                "load": self.sheet.get("load", 0) + 1,
            }
        self.selected = selected

    def _handle_msg(self, data: Any) -> None:
        # A message and not a parameter: Panel holds changes of parameters back for 50 ms.
        match data:
            case {"selected": int(slot)} if 0 <= slot < len(self._mixtures):
                self.selected = slot
                self._on_select(slot)
            case {"load": int(load), "number": int(number), "slot": int(slot), "rows": bytes(rows)}:
                try:
                    if load == self.sheet.get("load"):
                        self._take(slot, rows)
                finally:
                    self.taken = number

    def _take(self, slot: int, rows: bytes) -> None:
        if len(rows) % (4 * _COLUMNS) or not 0 <= slot < len(self._mixtures):
            return
        mixture = np.frombuffer(rows, np.float32).reshape(-1, _COLUMNS)
        if _is_mixture(mixture):
            self._mixtures[slot] = mixture
            self._on_edit(slot, mixture)


def _is_mixture(rows: NDArray[np.float32]) -> bool:
    """Whether the rows are what the board makes."""
    if not (1 <= len(rows) <= MOST_COMPONENTS and np.isfinite(rows).all()):
        return False
    weight, x, y, xx, xy, yy = rows.T.astype(float)
    half_axes = np.linalg.eigvalsh(np.stack([xx, xy, xy, yy], -1).reshape(-1, 2, 2))
    low, high = np.square(HALF_AXES) * (1 - _ROUNDING, 1 + _ROUNDING)
    return bool(
        (weight > 0).all()
        and ((x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)).all()
        and ((half_axes >= low) & (half_axes <= high)).all()
    )


def _same(rows: Sequence[NDArray[np.float32]], others: Sequence[NDArray[np.float32]]) -> bool:
    """Whether mixtures are equal up to rounding."""
    return len(rows) == len(others) and all(
        one.shape == other.shape and np.allclose(one, other, rtol=1e-5, atol=1e-7)
        for one, other in zip(rows, others, strict=True)
    )
