"""Which densities to average: two to six slots, and an editor for the chosen one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import panel as pn
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
from explorer.inputs.writing import Digits, Letters
from explorer.subjects import DENSITIES
from explorer.theme import MARGINAL_COLORS


class MarginalsInput(SlotsInput):
    """Slots for densities in the plane: pictures, letters, digits, drawings, all adjustable.

    Parameters
    ----------
    marginals : list of Marginal
        What the slots hold at first.
    """

    def __init__(self, marginals: list[Marginal]) -> None:
        self._letters = Letters(typed, self._replace)
        self._digits = Digits(handwritten, self._replace)
        self._upload = PictureUpload(self._claim)
        self._drawing = DrawingPad(self._take_drawing, sizing_mode="stretch_width", margin=(4, 10))
        self._adjuster = Adjuster(lambda adjustment: self._adjust(self._held, adjustment))
        editors = {
            LETTERS: pn.Column(self._letters, sizing_mode="stretch_width"),
            DIGITS: pn.Column(self._digits, sizing_mode="stretch_width"),
            UPLOAD: pn.Column(self._upload, sizing_mode="stretch_width"),
            DRAWING: pn.Column(self._drawing, sizing_mode="stretch_width"),
        }
        super().__init__(marginals, DENSITIES, editors, self._adjuster)

    def _picture(self, marginal: Marginal, slot: int) -> str:
        return thumbnail(marginal, MARGINAL_COLORS[slot])

    def _items(self, kind: str) -> list[dict[str, str]]:
        return list(catalogue_items(kind))

    def _show(self, marginal: Marginal) -> None:
        self._letters.load(marginal)
        self._digits.load(marginal)
        self._upload.load(marginal)
        self._drawing.color = MARGINAL_COLORS[self._slots.selected]
        self._adjuster.load(marginal.adjustment)

    def _open(self, kind: str) -> None:
        held = self._held
        if kind == DIGITS and self._chooses:
            self._digits.choose()
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

    def _take_drawing(self, pixels: NDArray[np.uint8]) -> None:
        held = self._held  # a drawing that goes on keeps its adjustment
        self._adjust(drawn(pixels), held.adjustment if held.kind == DRAWING else Adjustment())
