"""Controls for marginals that are written: typed letters, handwritten digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from explorer.inputs.sources import DIGITS, LETTERS, Marginal
from explorer.views.text import problem, text
from solvers import datasets


class Letters(pn.viewable.Viewer):
    """A field for letters.

    Parameters
    ----------
    make : callable
        Takes the letters and returns the marginal; ValueError if they cannot be drawn, which is
        told beside the field.
    take : callable
        Called with the marginal of what the visitor types.
    """

    def __init__(self, make: Callable[[str], Marginal], take: Callable[[Marginal], None]) -> None:
        super().__init__()
        self._make, self._take = make, take
        self._held = ""
        self._field = pmui.TextInput(
            label="Letters or digits", placeholder="1 to 4 characters", size="small",
            sizing_mode="stretch_width",
        )  # fmt: skip
        self._problem = text(margin=(0, 10))
        self._field.param.watch(self._take_text, "value")
        self._layout = pn.Column(self._field, self._problem, sizing_mode="stretch_width")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def load(self, marginal: Marginal) -> None:
        """Go on from what a slot holds, letters or something else."""
        self._problem.object = ""
        self._held = self._field.value = marginal.source if marginal.kind == LETTERS else ""

    def _take_text(self, event: Any) -> None:
        self._problem.object = ""
        if event.new in ("", self._held):
            return
        try:
            marginal = self._make(event.new)
        except ValueError as error:
            self._problem.object = problem(str(error).removeprefix("text: "))
            return
        self._take(marginal)


class Digits(pn.viewable.Viewer):
    """A digit and which specimen of it.

    Parameters
    ----------
    make : callable
        Takes the digit and the specimen and returns the marginal.
    take : callable
        Called with the marginal of what the visitor chooses.
    """

    def __init__(
        self, make: Callable[[int, int], Marginal], take: Callable[[Marginal], None]
    ) -> None:
        super().__init__()
        self._make, self._take = make, take
        self._held: tuple[int, int] | None = None
        first = datasets.MNIST_DIGITS[0]
        self._digit = pmui.Select(
            label="Digit", options=list(datasets.MNIST_DIGITS), size="small",
            sizing_mode="stretch_width",
        )  # fmt: skip
        self._specimen = pmui.IntSlider(
            label="Specimen", start=0, end=datasets.mnist_count(first) - 1,
            sizing_mode="stretch_width",
        )  # fmt: skip
        self._digit.param.watch(self._take_digit, "value")
        self._specimen.param.watch(self._take_digit, "value_throttled")
        self._layout = pn.Row(self._digit, self._specimen, sizing_mode="stretch_width")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def load(self, marginal: Marginal) -> None:
        """Go on from what a slot holds; anything but a digit leaves the controls as they are."""
        self._held = marginal.source if marginal.kind == DIGITS else None
        if self._held is not None:
            digit, index = self._held
            self._specimen.param.update(end=datasets.mnist_count(digit) - 1, value=index)
            self._digit.value = digit

    def choose(self) -> None:
        """Take what the controls show, unless the slot holds it already."""
        digit = self._digit.value
        end = datasets.mnist_count(digit) - 1
        self._specimen.param.update(end=end, value=min(self._specimen.value, end))
        index = self._specimen.value
        if (digit, index) != self._held:
            self._take(self._make(digit, index))

    def _take_digit(self, *events: Any) -> None:
        self.choose()
