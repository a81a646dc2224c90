"""Which densities to average: two to six slots, and an editor for the chosen one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from numpy.typing import NDArray

from explorer.inputs.adjuster import Adjuster
from explorer.inputs.adjustment import Adjustment
from explorer.inputs.drawing import DrawingPad
from explorer.inputs.picture_upload import PictureUpload
from explorer.inputs.slots import SlotsInput
from explorer.inputs.sources import (
    DIGITS,
    DRAWING,
    LETTERS,
    UPLOAD,
    Marginal,
    catalogue_items,
    drawn,
    handwritten,
    thumbnail,
    typed,
)
from explorer.subjects import DENSITIES
from explorer.theme import MARGINAL_COLORS
from explorer.views.text import problem, text
from solvers import datasets


class MarginalsInput(SlotsInput):
    """Slots for densities in the plane: pictures, letters, digits, drawings, all adjustable.

    Parameters
    ----------
    marginals : list of Marginal
        What the slots hold at first.
    """

    def __init__(self, marginals: list[Marginal]) -> None:
        self._text = pmui.TextInput(
            label="Letters or digits", placeholder="1 to 4 characters", size="small",
            sizing_mode="stretch_width",
        )  # fmt: skip
        self._problem = text(margin=(0, 10))
        self._digit = pmui.Select(
            label="Digit", options=list(datasets.MNIST_DIGITS), size="small",
            sizing_mode="stretch_width",
        )  # fmt: skip
        self._specimen = pmui.IntSlider(
            label="Specimen", start=0, end=datasets.mnist_count(datasets.MNIST_DIGITS[0]) - 1,
            sizing_mode="stretch_width",
        )  # fmt: skip
        self._upload = PictureUpload(self._claim)
        self._drawing = DrawingPad(self._take_drawing, sizing_mode="stretch_width", margin=(4, 10))
        self._adjuster = Adjuster(lambda adjustment: self._adjust(self._held, adjustment))
        self._text.param.watch(self._take_text, "value")
        self._digit.param.watch(self._take_digit, "value")
        self._specimen.param.watch(self._take_digit, "value_throttled")
        editors = {
            LETTERS: pn.Column(self._text, self._problem, sizing_mode="stretch_width"),
            DIGITS: pn.Row(self._digit, self._specimen, sizing_mode="stretch_width"),
            UPLOAD: pn.Column(self._upload, sizing_mode="stretch_width"),
            DRAWING: pn.Column(self._drawing, sizing_mode="stretch_width"),
        }
        super().__init__(marginals, DENSITIES, editors, self._adjuster)

    def _picture(self, marginal: Marginal, slot: int) -> str:
        return thumbnail(marginal, MARGINAL_COLORS[slot])

    def _items(self, kind: str) -> list[dict[str, str]]:
        return list(catalogue_items(kind))

    def _show(self, marginal: Marginal) -> None:
        self._problem.object = ""
        self._text.value = marginal.source if marginal.kind == LETTERS else ""
        if marginal.kind == DIGITS:
            digit, index = marginal.source
            self._specimen.end = datasets.mnist_count(digit) - 1
            self._digit.value, self._specimen.value = digit, index
        self._upload.load(marginal)
        self._drawing.color = MARGINAL_COLORS[self._slots.selected]
        self._adjuster.load(marginal.adjustment)

    def _open(self, kind: str) -> None:
        held = self._held
        if kind == DIGITS:
            self._take_digit()
        elif kind == DRAWING:
            if held.kind == DRAWING:
                self._drawing.load(held.source)
            else:
                self._drawing.clear()

    def _adjust(self, marginal: Marginal, adjustment: Adjustment) -> None:
        """Put a marginal, adjusted, into the chosen slot."""
        adjusted, slot = replace(marginal, adjustment=adjustment), self._slots.selected
        if adjusted == self._held:
            return
        try:
            picture = self._picture(adjusted, slot)
        except ValueError as error:  # its adjustment leaves nothing
            self._adjuster.refuse(error)
            return
        self._put(adjusted, picture, slot)

    def _take_text(self, event: Any) -> None:
        self._problem.object = ""
        if not self._chooses or not event.new:
            return
        try:
            marginal = typed(event.new)
        except ValueError as error:
            self._problem.object = problem(str(error).removeprefix("text: "))
            return
        self._replace(marginal)

    def _take_digit(self, *events: Any) -> None:
        if not self._chooses:
            return
        digit = self._digit.value
        self._specimen.end = datasets.mnist_count(digit) - 1
        self._specimen.value = min(self._specimen.value, self._specimen.end)
        index = self._specimen.value
        if (DIGITS, (digit, index)) != (self._held.kind, self._held.source):
            self._replace(handwritten(digit, index))

    def _take_drawing(self, pixels: NDArray[np.uint8]) -> None:
        held = self._held  # a drawing that goes on keeps its adjustment
        self._adjust(drawn(pixels), held.adjustment if held.kind == DRAWING else Adjustment())
