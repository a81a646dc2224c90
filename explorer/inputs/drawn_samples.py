"""Distributions known by samples, as a problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from explorer.frames import Frame
from explorer.inputs.drawn import Drawing, Drawn
from explorer.inputs.ground_costs import GroundCost
from explorer.inputs.sample_sources import Source
from explorer.inputs.sources import Marginal
from explorer.levels import Picture
from solvers.arrays import Array
from solvers.clouds import Cloud
from solvers.costs import Costs
from solvers.exact_gaussians import BijectedAnswer, BijectedGaussian, GaussianAnswer
from solvers.sample_datasets import TWIST, BoxAnswer, UniformBox
from solvers.sample_problem import ExactAnswer, SampleProblem
from solvers.samples import ArraySamples, GaussianSamples, Samples

# Samples of each marginal that are shown.
SHOWN = 400
# By which the frame is found.
_FRAMED = 5000
# And that are exported.
_EXPORTED = 10_000


@dataclass(frozen=True, eq=False)
class SamplesDrawn(Drawn):
    """Samples that have been drawn, and the frame in which they are seen."""

    frame: Frame

    @property
    def numbers(self) -> list[Array]:
        """Some 10,000 samples of each in the units of the world, as rows: mass first."""
        return [np.asarray(Cloud(samples.rows[:_EXPORTED])) for samples in self.problem.given]


@dataclass(frozen=True)
class SampleDrawing(Drawing):
    """n samples of each marginal, to be averaged under a cost.

    Attributes
    ----------
    cost : GroundCost
        The squared distance, the twister in world units, or a formula.
    reg : float
        ε of entropic transport, ≥ 0.
    """

    cost: GroundCost = field(default_factory=GroundCost)
    reg: float = 0.0

    def draw(self) -> SamplesDrawn:
        """Draw; ValueError if one cannot be drawn, or they do not fit each other or the cost."""
        _keep_to_one_thread()
        given = [_drawn(marginal, self.n) for marginal in self.marginals]
        _check_dimensions(given)
        costs = self._costs(given[0].dimension)
        problem = SampleProblem(given, costs=costs, reg=self.reg, exact=self._exact(costs))
        frame = Frame.around([samples.rows[:_FRAMED] for samples in given])

        def pictured(cloud: Any) -> Picture:
            return frame.rows(cloud.positions, cloud.masses)

        arrays = [frame.rows(samples.rows[:SHOWN]) for samples in given]
        return SamplesDrawn(self, problem, arrays, lambda weights: pictured, frame)

    def _costs(self, dimension: int) -> Costs | None:
        match self.cost.family:
            case "squared":
                return None
            case "twister":
                return TWIST
        return self.cost.costs(len(self.marginals), dimension)

    def _exact(self, costs: Costs | None) -> ExactAnswer | None:
        """What is known of the barycenter of the distributions that the samples are drawn from."""
        sources = [_distribution(marginal) for marginal in self.marginals]
        count = len(sources)
        equal = np.full(count, 1 / count)
        if costs is TWIST:
            sources = [s.gaussian if isinstance(s, BijectedGaussian) else None for s in sources]
        gaussians = [source for source in sources if isinstance(source, GaussianSamples)]
        if len(gaussians) == count and (costs is None or costs is TWIST):
            answer = GaussianAnswer.of(gaussians, equal, self.reg)
            return answer if costs is None else BijectedAnswer.of(answer, TWIST)
        boxes = [source for source in sources if isinstance(source, UniformBox)]
        if costs is None and self.reg == 0 and len(boxes) == count:
            return BoxAnswer.of(tuple(boxes), equal)
        return None


# The newest samples of each marginal, with how many were drawn: while ε or a cost is being dragged
# they stay the same, and so do their moments.
_SAMPLES: WeakKeyDictionary[Marginal, tuple[int, ArraySamples]] = WeakKeyDictionary()


def _drawn(marginal: Marginal, n: int) -> ArraySamples:
    drawn, samples = _SAMPLES.get(marginal, (0, None))
    if samples is None or drawn != n:
        samples = ArraySamples(marginal.draw(n), marginal.label)
        _SAMPLES[marginal] = n, samples
    return samples


def _keep_to_one_thread() -> None:
    """Have PyTorch compute in the threads that call it: small networks gain nothing from more."""
    import torch

    torch.set_num_threads(1)


def _distribution(marginal: Marginal) -> Samples | None:
    """What a marginal's samples are drawn from; None for those of the visitor's own."""
    source = marginal.draw_plain
    return source.samples if isinstance(source, Source) else None


def _check_dimensions(given: Sequence[ArraySamples]) -> None:
    first = given[0]
    for samples in given:
        if samples.dimension != first.dimension:
            raise ValueError(
                f"“{samples.name}” has {_dimensions(samples)}, but “{first.name}” has "
                f"{_dimensions(first)}: choose all of one dimension."
            )


def _dimensions(samples: Samples) -> str:
    return f"{samples.dimension} dimension{'s' * (samples.dimension > 1)}"
