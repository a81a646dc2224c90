"""The problem that the controls describe, posed once its marginals are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.background import Background
from explorer.inputs.drawn import Drawing, Drawn
from explorer.inputs.weights import WeightPad
from explorer.levels import Picture


class Posing:
    """Draws marginals on the side, and poses problems with the weights of the moment.

    Parameters
    ----------
    drawing : callable
        What the controls describe now.
    pad : WeightPad
    background : Background
        Draws.
    posed : callable
        Called with each problem, what makes pictures of its barycenters, and whether it goes on
        from the one before.
    fail : callable
        Called with one sentence where there is no problem.
    """

    def __init__(
        self,
        drawing: Callable[[], Drawing],
        pad: WeightPad,
        background: Background,
        posed: Callable[[Any, Callable[[Any], Picture], bool], None],
        fail: Callable[[str], None],
    ) -> None:
        self._drawing, self._pad = drawing, pad
        self._background, self._posed, self._fail = background, posed, fail
        self.drawn: Drawn | None = None  # the newest
        self._refused: Drawing | None = None  # could not be drawn
        self._waiting = False  # whether another one is being drawn
        self._afterwards: Callable[[], None] = lambda: None

    def pose(self, afresh: bool = False, then: Callable[[], None] = lambda: None) -> bool:
        """Pose what the controls say now; whether it is posed already.

        It goes on from the problem before while the marginals remain what they are. Other marginals
        are drawn first.

        Parameters
        ----------
        afresh : bool
            Whether it must not go on from the problem before.
        then : callable
            Called once it is posed.
        """
        if afresh:  # what is still being drawn may be followed by more than is wanted now
            self._background.drop("marginals")
        drawing, drawn = self._drawing(), self.drawn
        if len(self._pad.weights) != len(drawing.marginals):
            return False  # a drag that was under way when a marginal came or went
        if drawn is not None and drawn.drawing == drawing:
            # What is being drawn belongs to what the controls said before.
            self._background.drop("marginals")
            self._waiting = False
            return self._weigh(drawn, not afresh, then)
        if drawing == self._refused and not afresh:
            return False

        def work(cancelled: Callable[[], bool]) -> Drawn | ValueError:
            try:
                return drawing.draw()
            except ValueError as error:
                return error

        def done(new: Drawn | ValueError) -> None:
            self._waiting = False
            if isinstance(new, ValueError):
                self._refused = drawing  # not to be tried again with every change of the weights
                self._fail(str(new))
                return
            self.drawn, self._refused = new, None
            if len(self._pad.weights) == len(drawing.marginals):
                continued = drawn is not None and drawn.drawing.is_continued_by(drawing)
                self._weigh(new, continued and not afresh, then)

        self._waiting = True
        self._background.offer("marginals", work, done)
        return False

    def once_posed(self, then: Callable[[], None]) -> None:
        """Call a function once what is being drawn is posed; never, if nothing is."""
        self._afterwards = then if self._waiting else lambda: None

    def _weigh(self, drawn: Drawn, continued: bool, then: Callable[[], None]) -> bool:
        try:
            problem = drawn.weighted(self._pad.weights)
        except ValueError as error:
            self._fail(str(error))
            return False
        self._posed(problem, drawn.picture(self._pad.weights), continued)
        then()
        self._afterwards()
        self._afterwards = lambda: None
        return True
