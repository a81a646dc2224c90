"""Which mixtures to average: slots, and an editor for the chosen one."""

from __future__ import annotations

from collections.abc import Callable

import param
from numpy.typing import ArrayLike

from explorer.background import Background
from explorer.inputs.mixture_sources import FITTED, OWN_MIXTURE, mixture_thumbnail, own_mixture
from explorer.inputs.sources import Marginal, catalogue_items
from explorer.inputs.thumbnails import SketchedSlots
from explorer.subjects import Subject
from explorer.theme import MARGINAL_COLORS
from explorer.views.text import text

_HINT = (
    '<p class="hint">Drag the ellipses on the board: their centres move them, their handles '
    "stretch and turn them. A double-click on empty paper adds one.</p>"
)


class MixturesInput(SketchedSlots):
    """Slots for Gaussian mixtures: presets, fitted ones, and those edited on the board.

    Parameters
    ----------
    marginals : list of Marginal
        What the slots hold at first.
    subject : Subject
    background, on_thumbnails
        As for `SketchedSlots`: fitting takes a second.
    on_problem : callable
        Called with a sentence when an edited mixture is refused; the slot keeps what it holds.
    """

    selected = param.Integer(default=0, bounds=(0, None), doc="The chosen slot.")

    def __init__(
        self,
        marginals: list[Marginal],
        subject: Subject,
        background: Background,
        on_thumbnails: Callable[[], None],
        on_problem: Callable[[str], None],
    ) -> None:
        self._on_problem = on_problem
        editors = {OWN_MIXTURE: text(_HINT)}
        super().__init__(marginals, subject, editors, self._drawn, background, on_thumbnails)
        self._slots.param.watch(lambda event: self.select(event.new), "selected")

    def edit(self, slot: int, rows: ArrayLike) -> None:
        """Put a mixture of the visitor's own, rows (n, 6), into a slot."""
        try:
            mixture = own_mixture(rows)
        except ValueError as error:
            self._on_problem(str(error))
        else:
            self._replace(mixture, slot)

    def select(self, slot: int) -> None:
        """Choose a slot; one that there is not leaves the choice as it is."""
        if 0 <= slot < len(self.value):
            self._slots.selected = self.selected = slot

    def _picture(self, marginal: Marginal, slot: int) -> str:
        if marginal.kind == FITTED:
            return super()._picture(marginal, slot)
        return self._drawn(marginal, MARGINAL_COLORS[slot])  # at once: it follows the hand

    def _items(self, kind: str) -> list[dict[str, str]]:
        if kind == FITTED:  # fitting to them all would take minutes
            return list(catalogue_items("Silhouettes"))
        return super()._items(kind)

    def _drawn(self, marginal: Marginal, color: str) -> str:
        return mixture_thumbnail(marginal.draw(self._subject.usual_grid), color)

    def _show(self, marginal: Marginal) -> None:
        if marginal.kind == OWN_MIXTURE:
            self._kind.value = OWN_MIXTURE
