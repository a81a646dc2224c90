"""The problem that the controls describe, posed once its marginals are drawn."""

from __future__ import annotations

from collections.abc import Callable

from explorer.background import Background
from explorer.inputs.drawn import Drawn
from explorer.inputs.slots import SlotsInput
from explorer.inputs.weights import WeightPad
from explorer.pages.controls import Controls
from solvers import GridProblem


class Posing:
    """Draws marginals on the side, and poses problems with the weights of the moment.

    Parameters
    ----------
    controls : Controls
        Have the grid.
    marginals : SlotsInput
    pad : WeightPad
    background : Background
        Draws.
    posed : callable
        Called with each problem, the density in full colour, and whether it goes on from the one
        before.
    fail : callable
        Called with one sentence where there is no problem.
    """

    def __init__(
        self,
        controls: Controls,
        marginals: SlotsInput,
        pad: WeightPad,
        background: Background,
        posed: Callable[[GridProblem, float, bool], None],
        fail: Callable[[str], None],
    ) -> None:
        self._controls, self._marginals, self._pad = controls, marginals, pad
        self._background, self._posed, self._fail = background, posed, fail
        self.drawn: Drawn | None = None  # the newest

    def pose(self, afresh: bool = False) -> bool:
        """Pose what the controls say now; whether it is posed already.

        It goes on from the problem before while the marginals remain what they are. Other marginals
        are drawn first.
        """
        n, marginals = self._controls.grid.value, tuple(self._marginals.value)
        if len(self._pad.weights) != len(marginals):
            return False  # a drag that was under way when a marginal came or went
        drawn = self.drawn
        if drawn is not None and drawn.shows(n, marginals):
            return self._weigh(drawn, not afresh)

        def done(new: Drawn) -> None:
            self.drawn = new
            if len(self._pad.weights) == len(marginals):
                continued = drawn is not None and drawn.is_continued_by(n, marginals)
                self._weigh(new, continued and not afresh)

        self._background.offer("marginals", lambda cancelled: Drawn.of(n, marginals), done)
        return False

    def _weigh(self, drawn: Drawn, continued: bool) -> bool:
        try:
            problem = drawn.weighted(self._pad.weights)
        except ValueError as error:
            self._fail(str(error))
            return False
        self._posed(problem, drawn.full_density(self._pad.weights), continued)
        return True
