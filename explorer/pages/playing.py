"""What the buttons Run, Step, Reset and Animate do, and the keys that stand for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.comparison import Comparison
from explorer.inputs.weights import WeightPad
from explorer.pages.controls import Controls
from explorer.tour import Tour


class Playing:
    """Lets solvers compute, and weights travel.

    Parameters
    ----------
    controls : Controls
        Have the buttons.
    solvers : Comparison
    pad : WeightPad
        What the animation moves.
    restart : callable
        Turns the solvers back to the start.
    once_posed : callable
        Takes what is to be called once the problem that is being drawn is posed.
    reflect : callable
        Called after a press, with whether the page shows that it is playing, None for what is so.
    """

    def __init__(
        self,
        controls: Controls,
        solvers: Comparison,
        pad: WeightPad,
        restart: Callable[[], Any],
        once_posed: Callable[[Callable[[], None]], None],
        reflect: Callable[[bool | None], None],
    ) -> None:
        self._controls, self._solvers, self._pad = controls, solvers, pad
        self._restart, self._once_posed, self._reflect = restart, once_posed, reflect
        self._tour = Tour(self._move, lambda: solvers.caught_up, self.stop_tour)
        controls.play.on_click(lambda event: self.press("run"))
        controls.step.on_click(lambda event: self.press("step"))
        controls.reset.on_click(self._reset)
        controls.animate.on_click(self._animate)

    def press(self, key: str) -> None:
        """``"run"`` runs or pauses, ``"step"`` computes one iterate more."""
        if key == "step":
            self.stop_tour()
            self._solvers.step()
            self._reflect(False)
            return
        # What the visitor saw counts, even if the runs have just stopped.
        playing = self._controls.play.label == "Pause"
        if playing:
            self.stop_tour()
            self._solvers.pause()
            self._once_posed(lambda: None)
        else:
            self._solvers.play()
            # The press was meant for what is still being drawn, too.
            self._once_posed(self._solvers.play)
        self._reflect(None)

    def stop_tour(self) -> None:
        """Leave the weights where they are."""
        self._tour.stop()
        self._controls.animate.label = "Animate"

    def _reset(self, event: Any) -> None:
        self.stop_tour()
        self._solvers.pause()
        self._restart()
        self._reflect(False)

    def _animate(self, event: Any) -> None:
        if self._tour.under_way:
            self.stop_tour()
            return
        self._controls.animate.label = "Stop"
        self._solvers.play()
        self._tour.start(len(self._pad.weights), self._controls.path.value)
        self._reflect(None)

    def _move(self, weights: list[float]) -> None:
        """One step of the animation."""
        if len(weights) != len(self._pad.weights):  # a marginal has come or gone
            self.stop_tour()
            return
        self._pad.weights = weights
        self._solvers.follow()
