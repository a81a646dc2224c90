"""Which mixtures to average: slots, and an editor for the chosen one."""

from __future__ import annotations

from collections.abc import Callable

import panel as pn
import param
from numpy.typing import ArrayLike

from explorer.background import Background
from explorer.inputs.mixture_sources import (
    FITTED,
    OWN_MIXTURE,
    Fit,
    handwritten_mixture,
    mixture_thumbnail,
    own_mixture,
    typed_mixture,
)
from explorer.inputs.mixture_upload import MixtureUpload
from explorer.inputs.sources import DIGITS, LETTERS, Marginal, catalogue_items
from explorer.inputs.thumbnails import SketchedSlots
from explorer.inputs.writing import Digits, Letters
from explorer.subjects import Subject
from explorer.theme import MARGINAL_COLORS
from explorer.views.text import text

# What is fitted to a file is the visitor's own mixture, but has this editor.
_FILE = "Your file"

_HINT = (
    '<p class="hint">Drag the ellipses on the board: their centres move them, their handles '
    "stretch and turn them. A double-click on empty paper adds one.</p>"
)


class MixturesInput(SketchedSlots):
    """Slots for Gaussian mixtures: presets, those fitted to pictures and files, or edited by hand.

    Parameters
    ----------
    marginals : list of Marginal
        What the slots hold at first.
    subject : Subject
    background, on_thumbnails
        As for `SketchedSlots`: fitting takes a second.
    on_problem : callable
        Called with a sentence when an edited mixture is refused; the slot keeps what it holds.
    components : callable
        Returns how many a mixture gets that is fitted to a file.
    """

    selected = param.Integer(default=0, bounds=(0, None), doc="The chosen slot.")

    def __init__(
        self,
        marginals: list[Marginal],
        subject: Subject,
        background: Background,
        on_thumbnails: Callable[[], None],
        on_problem: Callable[[str], None],
        components: Callable[[], int],
    ) -> None:
        self._on_problem = on_problem
        self._letters = Letters(typed_mixture, self._replace)
        self._digits = Digits(handwritten_mixture, self._replace)
        self._upload = MixtureUpload(self._claim, components)
        editors = {
            LETTERS: pn.Column(self._letters, sizing_mode="stretch_width"),
            DIGITS: pn.Column(self._digits, sizing_mode="stretch_width"),
            _FILE: pn.Column(self._upload, sizing_mode="stretch_width"),
            OWN_MIXTURE: text(_HINT),
        }
        super().__init__(marginals, subject, editors, self._drawn, background, on_thumbnails)
        self._slots.param.watch(lambda event: self.select(event.new), "selected")

    def edit(self, slot: int, rows: ArrayLike) -> None:
        """Put a mixture of the visitor's own, rows (n, 6), into a slot.

        One that was there before keeps its name.
        """
        held = self.value[slot]
        label = held.label if held.kind == OWN_MIXTURE else "mixture"
        try:
            mixture = own_mixture(rows, label)
        except ValueError as error:
            self._on_problem(str(error))
        else:
            self._replace(mixture, slot)

    def select(self, slot: int) -> None:
        """Choose a slot; one that there is not leaves the choice as it is."""
        if 0 <= slot < len(self.value):
            self._slots.selected = self.selected = slot

    def _picture(self, marginal: Marginal, slot: int) -> str:
        if isinstance(marginal.draw_plain, Fit):
            return super()._picture(marginal, slot)
        return self._drawn(marginal, MARGINAL_COLORS[slot])  # at once: it follows the hand

    def _items(self, kind: str) -> list[dict[str, str]]:
        if kind == FITTED:  # fitting to them all would take minutes
            return list(catalogue_items("Silhouettes"))
        return super()._items(kind)

    def _drawn(self, marginal: Marginal, color: str) -> str:
        return mixture_thumbnail(marginal.draw(self._subject.usual_grid), color)

    def _show(self, marginal: Marginal) -> None:
        self._letters.load(marginal)
        self._digits.load(marginal)
        self._upload.load(marginal)
        if marginal.kind == OWN_MIXTURE and self._kind.value != _FILE:
            self._kind.value = OWN_MIXTURE

    def _open(self, kind: str) -> None:
        if kind == DIGITS and self._chooses:
            self._digits.choose()
