"""The marginals on a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.inputs.sources import DRAWING, Marginal
from explorer.levels import CommonScale
from solvers import GridProblem
from solvers.arrays import Array
from solvers.problems import normalised_weights


@dataclass(frozen=True, eq=False)
class Drawn:
    """Marginals drawn at a resolution, ready for problems with any weights.

    Attributes
    ----------
    n : int
        Cells along each side.
    marginals : tuple of Marginal
    problem : GridProblem
        Of all of them in equal parts.
    scale : CommonScale
    """

    n: int
    marginals: tuple[Marginal, ...]
    problem: GridProblem
    scale: CommonScale

    @classmethod
    def of(cls, n: int, marginals: Sequence[Marginal]) -> Drawn:
        """Draw; takes a second for volumes. ValueError if one cannot be drawn."""
        problem = GridProblem([marginal.draw(n) for marginal in marginals])
        return cls(n, tuple(marginals), problem, CommonScale(problem.marginals))

    @property
    def densities(self) -> Array:
        """All marginals (m, *shape), each of mean 1."""
        return self.problem.marginals

    def weighted(self, weights: ArrayLike) -> GridProblem:
        """The problem with other weights (m,); ValueError if they are none."""
        return self.problem.reweighted(weights)

    def full_density(self, weights: ArrayLike) -> float:
        """The density in full colour at some weights (m,)."""
        return self.scale.at(normalised_weights(weights, len(self.marginals)))

    def shows(self, n: int, marginals: Sequence[Marginal]) -> bool:
        """Whether this is what would be drawn."""
        return (n, tuple(marginals)) == (self.n, self.marginals)

    def is_continued_by(self, n: int, marginals: Sequence[Marginal]) -> bool:
        """Whether the transport found for what was drawn is a start for these marginals.

        It is as long as each remains the same picture, which may be adjusted or drawn further.
        """
        if n != self.n or len(marginals) != len(self.marginals):
            return False
        return all(
            (old.kind, old.choice, old.label) == (new.kind, new.choice, new.label)
            and (new.kind == DRAWING or old.source is new.source or _same(old.source, new.source))
            for old, new in zip(self.marginals, marginals, strict=True)
        )


def _same(old: object, new: object) -> bool:
    """Whether two sources are equal, none of them an array."""
    return not isinstance(old, np.ndarray) and not isinstance(new, np.ndarray) and old == new
