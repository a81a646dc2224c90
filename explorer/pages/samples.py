"""The samples studio: distributions known by samples, and networks that learn what is between."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from explorer.arrows import Arrows
from explorer.inputs.drawn import Drawing
from explorer.inputs.drawn_samples import SampleDrawing
from explorer.inputs.sources import Marginal
from explorer.pages.sampled import SampledStudio
from explorer.state import StudioState
from explorer.subjects import SAMPLES
from explorer.tile import Painted
from solvers import SOLVERS
from solvers.convex_solver import ConvexSolver

# Samples of each marginal that are mapped.
_MAPPED = 1000


class SamplesPage(SampledStudio):
    """Watch networks learn the barycenter, drag the weights, see where their maps send samples."""

    subject = SAMPLES

    def prepare(self, state: StudioState) -> None:
        """The lines are maps."""
        super().prepare(state)
        self.planned.label = "Maps"

    def make_drawing(self, n: int, marginals: tuple[Marginal, ...]) -> Drawing:
        """So many samples of each; the squared distance."""
        return SampleDrawing(n, marginals)

    def arrows_of(self, painted: Painted, cancelled: Callable[[], bool]) -> Arrows:
        """Samples of the marginals, and where the maps send them; none of past iterates."""
        problem, state, frame = painted.problem, painted.state, self.drawn.frame
        sources, images = [], []
        if state is not None:
            solver = cast(ConvexSolver, SOLVERS[state.solver]())
            sources = [samples.rows[:_MAPPED] for samples in problem.marginals]
            images = [solver.maps(problem, state, x, k) for k, x in enumerate(sources)]
        return Arrows(
            painted,
            np.asarray(painted.picture[:, 1:], float),
            [frame.place(x) for x in sources],
            [frame.place(x) for x in images],
        )
