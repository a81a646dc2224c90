"""Marginals that are no densities on a grid: clouds under a ground cost, Gaussian mixtures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.inputs.drawn import Drawing, Drawn
from explorer.inputs.ground_costs import GroundCost
from explorer.levels import Picture
from solvers import Cloud, Mixture, MixtureProblem, PointProblem


@dataclass(frozen=True)
class PointDrawing(Drawing):
    """Clouds of n points each, and the ground cost between them and their barycenter.

    Points find their way from one cost to another: the cost may change on the way.
    """

    cost: GroundCost = field(default_factory=GroundCost)

    def draw(self) -> Drawn:
        """Draw; ValueError if one cannot be drawn, or the cost does not fit them."""
        clouds = [Cloud.of_rows(marginal.draw(self.n)) for marginal in self.marginals]
        dimensions = {cloud.dimension for cloud in clouds}
        costs = self.cost.costs(len(clouds), max(dimensions))
        return _drawn(self, clouds, PointProblem(clouds, costs))


@dataclass(frozen=True)
class MixtureDrawing(Drawing):
    """Gaussian mixtures; fitted ones have n components."""

    def draw(self) -> Drawn:
        """Draw; ValueError if one cannot be drawn."""
        mixtures = [Mixture.of_rows(marginal.draw(self.n)) for marginal in self.marginals]
        return _drawn(self, mixtures, MixtureProblem(mixtures))

    def is_continued_by(self, newer: Drawing) -> bool:
        """The barycenter follows an ellipse that is dragged."""
        return len(newer.marginals) == len(self.marginals)


def rows(measure: Any) -> Picture:
    """A Cloud or a Mixture as what is shown, recorded and sent: float32 rows, mass first."""
    return np.asarray(measure, np.float32)


def _drawn(drawing: Drawing, measures: Sequence[Cloud | Mixture], problem: Any) -> Drawn:
    return Drawn(drawing, problem, [np.asarray(m) for m in measures], lambda weights: rows)
