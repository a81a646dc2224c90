"""Marginals as a problem: what is to be drawn, and what has been."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from explorer.inputs.cloud_sources import OWN_POINTS
from explorer.inputs.sources import DRAWING, Marginal
from explorer.levels import CommonScale, Picture, to_levels
from solvers import GridProblem
from solvers.arrays import Array, FloatArray
from solvers.problems import normalised_weights

# Kinds that change while the visitor works on them.
_IN_PROGRESS = (DRAWING, OWN_POINTS)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Marginals that have been drawn, ready for problems with any weights.

    Attributes
    ----------
    drawing : Drawing
        What was to be drawn.
    problem : GridProblem, PointProblem or MixtureProblem
        Of all of them in equal parts.
    arrays : list of array
        The marginals: densities of mean 1, or rows of measures.
    pictures : callable
        Takes weights (m,) of sum 1; returns what makes pictures of barycenters with these weights.
    """

    drawing: Drawing
    problem: Any
    arrays: list[Array]
    pictures: Callable[[FloatArray], Callable[[Any], Picture]]

    @property
    def marginals(self) -> tuple[Marginal, ...]:
        """What has been drawn."""
        return self.drawing.marginals

    @property
    def numbers(self) -> list[Array]:
        """The marginals as they are exported."""
        return self.arrays

    def weighted(self, weights: ArrayLike) -> Any:
        """The problem with other weights (m,); ValueError if they are none."""
        return self.problem.reweighted(weights)

    def picture(self, weights: ArrayLike) -> Callable[[Any], Picture]:
        """What makes pictures of barycenters at some weights (m,)."""
        return self.pictures(normalised_weights(weights, len(self.marginals)))


@dataclass(frozen=True)
class Drawing(ABC):
    """What the controls describe, weights apart; equal ones need not be drawn twice.

    Attributes
    ----------
    n : int
        Cells along each side, points, or components.
    marginals : tuple of Marginal
    """

    n: int
    marginals: tuple[Marginal, ...]

    @abstractmethod
    def draw(self) -> Drawn:
        """Draw; takes a second for volumes. ValueError if one cannot be drawn."""

    def is_continued_by(self, newer: Drawing) -> bool:
        """Whether what was found for this is a start for what is to be drawn now.

        It is as long as each marginal remains the same, which may be adjusted or drawn further.
        """
        if newer.n != self.n or len(newer.marginals) != len(self.marginals):
            return False
        return all(
            (old.kind, old.choice, old.label) == (new.kind, new.choice, new.label)
            and (new.kind in _IN_PROGRESS or _same(old.source, new.source))
            for old, new in zip(self.marginals, newer.marginals, strict=True)
        )


class GridDrawing(Drawing):
    """Densities on a grid, in the plane or in space."""

    def draw(self) -> Drawn:
        """Draw; takes a second for volumes. ValueError if one cannot be drawn."""
        problem = GridProblem([marginal.draw(self.n) for marginal in self.marginals])
        scale = CommonScale(problem.marginals)
        return Drawn(
            self,
            problem,
            list(problem.marginals),
            lambda weights: partial(to_levels, full=scale.at(weights)),
        )


def _same(old: object, new: object) -> bool:
    """Whether two sources are the same thing, or equal and none of them an array."""
    if isinstance(old, np.ndarray) or isinstance(new, np.ndarray):
        return old is new
    return old == new
