"""The marginals on a grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.inputs.sources import DRAWING, Marginal
from solvers.arrays import FloatArray


class Stack:
    """Draws marginals at a resolution, again only when they or it have changed."""

    def __init__(self) -> None:
        self._n = 0
        self._marginals: tuple[Marginal, ...] = ()
        self._densities: FloatArray = np.empty((0, 0, 0))

    def drawn(self, n: int, marginals: Sequence[Marginal]) -> FloatArray:
        """The densities (m, n, n); ValueError if one cannot be drawn."""
        if (n, tuple(marginals)) != (self._n, self._marginals):
            self._densities = np.stack([marginal.draw(n) for marginal in marginals])
            self._n, self._marginals = n, tuple(marginals)
        return self._densities

    def is_continued_by(self, n: int, marginals: Sequence[Marginal]) -> bool:
        """Whether the transport found for what was drawn last is a start for these marginals.

        It is as long as each remains the same picture, which may be adjusted or drawn further.
        """
        if n != self._n or len(marginals) != len(self._marginals):
            return False
        return all(
            (old.kind, old.choice, old.label) == (new.kind, new.choice, new.label)
            and (new.kind == DRAWING or old.source == new.source)
            for old, new in zip(self._marginals, marginals, strict=True)
        )
