"""Marginals that are no densities on a grid: clouds under a ground cost, Gaussian mixtures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from explorer.inputs.drawn import Drawing, Drawn
from explorer.inputs.ground_costs import GroundCost
from explorer.inputs.sources import Marginal
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
        clouds = [_cloud(marginal, self.n) for marginal in self.marginals]
        in_space = [cloud.dimension == 3 for cloud in clouds]
        costs = self.cost.costs(len(clouds), 3 if any(in_space) else 2)
        for cloud, marginal in zip(clouds, self.marginals, strict=True):
            if cloud.dimension != costs.marginal_dimension:
                raise ValueError(_mismatch(marginal.label, cloud.dimension, all(in_space)))
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


# The newest cloud of each marginal with its size: a cost that is being dragged needs no other.
_CLOUDS: WeakKeyDictionary[Marginal, tuple[int, Cloud]] = WeakKeyDictionary()


def _cloud(marginal: Marginal, n: int) -> Cloud:
    size, cloud = _CLOUDS.get(marginal, (0, None))
    if cloud is None or size != n:
        cloud = Cloud.of_rows(marginal.draw(n))
        _CLOUDS[marginal] = n, cloud
    return cloud


def _mismatch(label: str, dimension: int, all_in_space: bool) -> str:
    """Why a cloud of a dimension fits neither the others nor the cost."""
    if all_in_space:
        return f"“{label}” is in space, but this cost is for clouds in the plane: choose another."
    here, there = ("space", "the plane") if dimension == 3 else ("the plane", "space")
    return f"“{label}” is in {here}, but another cloud is in {there}: choose all in the same."


def rows(measure: Any) -> Picture:
    """A Cloud or a Mixture as what is shown, recorded and sent: float32 rows, mass first."""
    return np.asarray(measure, np.float32)


def _drawn(drawing: Drawing, measures: Sequence[Cloud | Mixture], problem: Any) -> Drawn:
    return Drawn(drawing, problem, [np.asarray(m) for m in measures], lambda weights: rows)
