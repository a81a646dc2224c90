"""Which densities to average: two to six slots, and an editor for the chosen one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param
from numpy.typing import NDArray

from explorer.inputs.adjuster import Adjuster
from explorer.inputs.adjustment import Adjustment
from explorer.inputs.drawing import DrawingPad
from explorer.inputs.gallery import Gallery
from explorer.inputs.sources import (
    CATALOGUE,
    DIGITS,
    DRAWING,
    LETTERS,
    MAX_MARGINALS,
    MIN_MARGINALS,
    UPLOAD,
    Marginal,
    built_in,
    catalogue_items,
    drawn,
    handwritten,
    thumbnail,
    typed,
)
from explorer.inputs.upload import Upload
from explorer.theme import MARGINAL_COLORS
from explorer.views.text import problem, text
from solvers import datasets

_KINDS = (*CATALOGUE, LETTERS, DIGITS, UPLOAD, DRAWING)


class MarginalsInput(pn.viewable.Viewer):
    """Slots for the marginals; every change replaces `value`."""

    value = param.List(item_type=Marginal, doc="The chosen marginals, 2 to 6.")

    def __init__(self, marginals: list[Marginal]) -> None:
        super().__init__(value=marginals)
        self._thumbnails = [thumbnail(m, MARGINAL_COLORS[i]) for i, m in enumerate(marginals)]
        self._slots = Gallery(
            self._ask, caption="marginals", columns=MAX_MARGINALS, selected=0, margin=(0, 6)
        )
        self._kind = pmui.Select(
            label="Replace it by", options=list(_KINDS), size="small", sizing_mode="stretch_width"
        )
        self._choices = Gallery(caption="choices", margin=(0, 6))
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
        self._upload = Upload(lambda: partial(self._replace, slot=self._slots.selected))
        self._drawing = DrawingPad(self._take_drawing, sizing_mode="stretch_width", margin=(4, 10))
        self._adjuster = Adjuster(lambda adjustment: self._adjust(self._held, adjustment))
        # All are in the page from the start, so that switching is instant and each keeps its state.
        self._editors = {
            "choices": pn.Column(self._choices, sizing_mode="stretch_width"),
            LETTERS: pn.Column(self._text, self._problem, sizing_mode="stretch_width"),
            DIGITS: pn.Row(self._digit, self._specimen, sizing_mode="stretch_width"),
            UPLOAD: pn.Column(self._upload, sizing_mode="stretch_width"),
            DRAWING: pn.Column(self._drawing, sizing_mode="stretch_width"),
        }
        self._layout = pn.Column(
            self._slots,
            self._kind,
            *self._editors.values(),
            self._adjuster,
            sizing_mode="stretch_width",
        )
        self._following = False  # while controls follow the chosen slot, they choose nothing
        self._slots.param.watch(self._follow_slot, "selected")
        self._kind.param.watch(self._open_editor, "value")
        self._choices.param.watch(self._take_choice, "selected")
        self._text.param.watch(self._take_text, "value")
        self._digit.param.watch(self._take_digit, "value")
        self._specimen.param.watch(self._take_digit, "value_throttled")
        self._refresh()
        self._follow_slot()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def load(self, marginals: list[Marginal]) -> None:
        """Replace all slots at once."""
        self._fill(marginals, slot=0)

    @property
    def labels(self) -> list[str]:
        """Names of the marginals, made distinct by numbers where needed."""
        seen: dict[str, int] = {}
        names = []
        for marginal in self.value:
            seen[marginal.label] = seen.get(marginal.label, 0) + 1
            times = seen[marginal.label]
            names.append(marginal.label if times == 1 else f"{marginal.label} {times}")
        return names

    @property
    def thumbnails(self) -> list[str]:
        """Pictures of the marginals in their slots' colours, as data URLs."""
        return list(self._thumbnails)

    @property
    def _held(self) -> Marginal:
        """What the chosen slot holds."""
        return self.value[self._slots.selected]

    def _refresh(self) -> None:
        self._slots.param.update(
            items=[
                {"label": f"marginal {i + 1}: {label}", "picture": picture}
                for i, (label, picture) in enumerate(
                    zip(self.labels, self._thumbnails, strict=True)
                )
            ],
            addable=len(self.value) < MAX_MARGINALS,
            removable=len(self.value) > MIN_MARGINALS,
        )

    def _replace(self, marginal: Marginal, slot: int | None = None) -> None:
        """Put a marginal into a slot, the chosen one by default."""
        slot = self._slots.selected if slot is None else slot
        if slot >= len(self.value):  # removed while a picture for it was being read
            return
        try:
            self._thumbnails[slot] = thumbnail(marginal, MARGINAL_COLORS[slot])
        except ValueError as error:  # its adjustment leaves nothing
            self._adjuster.refuse(error)
            return
        value = list(self.value)
        value[slot] = marginal
        self.value = value
        self._refresh()
        if slot == self._slots.selected:
            self._adjuster.load(marginal.adjustment)

    def _adjust(self, marginal: Marginal, adjustment: Adjustment) -> None:
        """Put a marginal, adjusted, into the chosen slot."""
        adjusted = replace(marginal, adjustment=adjustment)
        if adjusted != self._held:
            self._replace(adjusted)

    def _ask(self, request: str) -> None:
        value, slot = list(self.value), self._slots.selected
        if request == "add" and len(value) < MAX_MARGINALS:
            used = {m.choice for m in value}
            choice = next(c for c in CATALOGUE["Silhouettes"] if c not in used)
            value.append(built_in("Silhouettes", choice))
            slot = len(value) - 1
        elif request == "remove" and len(value) > MIN_MARGINALS:
            del value[slot]
            slot = min(slot, len(value) - 1)
        else:
            return
        self._fill(value, slot)

    def _fill(self, value: list[Marginal], slot: int) -> None:
        """Take other marginals, and choose a slot."""
        self._thumbnails = [thumbnail(m, MARGINAL_COLORS[i]) for i, m in enumerate(value)]
        self.value = value
        self._slots.selected = slot
        self._refresh()
        self._follow_slot()

    def _follow_slot(self, *events: Any) -> None:
        """Let the editor show what the chosen slot holds."""
        marginal = self._held
        self._following = True
        try:
            self._kind.value = marginal.kind
            self._open_editor()
            self._problem.object = ""
            self._text.value = marginal.source if marginal.kind == LETTERS else ""
            if marginal.kind == DIGITS:
                digit, index = marginal.source
                self._specimen.end = datasets.mnist_count(digit) - 1
                self._digit.value, self._specimen.value = digit, index
            self._upload.load(marginal)
            self._drawing.color = MARGINAL_COLORS[self._slots.selected]
            self._adjuster.load(marginal.adjustment)
        finally:
            self._following = False

    def _open_editor(self, *events: Any) -> None:
        kind, held = self._kind.value, self._held
        if kind in CATALOGUE:
            self._choices.items = list(catalogue_items(kind))
            here = held.kind == kind and held.choice
            self._choices.selected = CATALOGUE[kind].index(held.choice) if here else -1
        elif kind == DIGITS:
            self._take_digit()
        elif kind == DRAWING:
            if held.kind == DRAWING:
                self._drawing.load(held.source)
            else:
                self._drawing.clear()
        shown = "choices" if kind in CATALOGUE else kind
        for name, editor in self._editors.items():
            editor.visible = name == shown

    def _take_choice(self, event: Any) -> None:
        kind = self._kind.value
        if self._following or event.new < 0 or kind not in CATALOGUE:
            return
        choice = CATALOGUE[kind][event.new]
        if (kind, choice) != (self._held.kind, self._held.choice):
            self._replace(built_in(kind, choice))

    def _take_text(self, event: Any) -> None:
        self._problem.object = ""
        if self._following or not event.new:
            return
        try:
            self._replace(typed(event.new))
        except ValueError as error:
            self._problem.object = problem(str(error).removeprefix("text: "))

    def _take_digit(self, *events: Any) -> None:
        if self._following:
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
