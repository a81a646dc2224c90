"""Slots for the marginals of a page, and an editor for the chosen one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from explorer.inputs.gallery import Gallery
from explorer.inputs.sources import MIN_MARGINALS, Marginal
from explorer.subjects import Subject

_CHOICES = "choices"  # the editor that all kinds of the catalogue share


class SlotsInput(pn.viewable.Viewer):
    """Slots for marginals; every change replaces `value`.

    Parameters
    ----------
    marginals : list of Marginal
        What the slots hold at first.
    subject : Subject
        Tells how many slots there are, and what the catalogue offers.
    editors : mapping of str to viewable
        Kinds outside the catalogue, each with the controls to make a marginal of it.
    *below : viewable
        What is shown for all kinds.
    """

    value = param.List(item_type=Marginal, doc="The chosen marginals.")

    def __init__(
        self,
        marginals: list[Marginal],
        subject: Subject,
        editors: Mapping[str, pn.viewable.Viewable],
        *below: pn.viewable.Viewable | pn.viewable.Viewer,
    ) -> None:
        super().__init__(value=marginals)
        self._subject = subject
        self._slots = Gallery(
            self._ask, caption="marginals", selected=0, sizing_mode="stretch_width", margin=(0, 6)
        )
        self._kind = pmui.Select(
            label="Replace it by", options=[*subject.catalogue, *editors], size="small",
            sizing_mode="stretch_width",
        )  # fmt: skip
        self._choices = Gallery(caption="choices", sizing_mode="stretch_width", margin=(0, 6))
        # All are in the page from the start, so that switching is instant and each keeps its state.
        self._editors = {
            _CHOICES: pn.Column(self._choices, sizing_mode="stretch_width"),
            **editors,
        }
        self._layout = pn.Column(
            self._slots,
            self._kind,
            *self._editors.values(),
            *below,
            sizing_mode="stretch_width",
        )
        self._chooses = True
        self._slots.param.watch(self._follow_slot, "selected")
        self._kind.param.watch(self._open_editor, "value")
        self._choices.param.watch(self._take_choice, "selected")
        # What a slot is claimed by while that is being read.
        self._claims: list[object] = [None] * len(marginals)
        self._thumbnails = self._pictures(marginals)
        self._refresh()
        self._follow_slot()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def load(self, marginals: list[Marginal]) -> None:
        """Replace all slots at once."""
        self._claims = [None] * len(marginals)
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

    @abstractmethod
    def _picture(self, marginal: Marginal, slot: int) -> str:
        """A small picture of a marginal in the colour of a slot, as a data URL."""

    @abstractmethod
    def _items(self, kind: str) -> list[dict[str, str]]:
        """All choices of a kind of the catalogue, for a gallery."""

    @abstractmethod
    def _show(self, marginal: Marginal) -> None:
        """Let the controls outside the catalogue show what the chosen slot holds."""

    def _open(self, kind: str) -> None:
        """Prepare the editor of a kind outside the catalogue, which the visitor sees now."""

    @property
    def _held(self) -> Marginal:
        """What the chosen slot holds."""
        return self.value[self._slots.selected]

    def _claim(self) -> Callable[[Marginal], bool]:
        """Claim the chosen slot for a marginal that is still being read.

        Returns a function that puts it there, unless the slot was claimed again, got another
        marginal or was removed meanwhile; it returns whether it did.
        """
        claim = self._claims[self._slots.selected] = object()

        def put(marginal: Marginal) -> bool:
            claimed = claim in self._claims
            if claimed:
                self._replace(marginal, self._claims.index(claim))
            return claimed

        return put

    def _replace(self, marginal: Marginal, slot: int | None = None) -> None:
        """Put a marginal into a slot, the chosen one by default."""
        slot = self._slots.selected if slot is None else slot
        self._put(marginal, self._picture(marginal, slot), slot)

    def _put(self, marginal: Marginal, picture: str, slot: int) -> None:
        """Put a marginal into a slot together with its picture."""
        self._claims[slot] = None
        self._thumbnails[slot] = picture
        value = list(self.value)
        value[slot] = marginal
        self.value = value
        self._refresh()
        if slot == self._slots.selected:
            with self._following():
                self._show(marginal)

    def _ask(self, request: str) -> None:
        value, slot = list(self.value), self._slots.selected
        if request == "add" and len(value) < self._subject.most:
            used = {m.choice for m in value}
            kind, choices = next(iter(self._subject.catalogue.items()))
            value.append(self._subject.make(kind, next(c for c in choices if c not in used)))
            self._claims.append(None)
            slot = len(value) - 1
        elif request == "remove" and len(value) > MIN_MARGINALS:
            del value[slot], self._claims[slot]
            slot = min(slot, len(value) - 1)
        else:
            return
        self._fill(value, slot)

    def _fill(self, value: list[Marginal], slot: int) -> None:
        """Take other marginals, and choose a slot."""
        self._thumbnails = self._pictures(value)
        self.value = value
        self._slots.selected = slot
        self._refresh()
        self._follow_slot()

    def _pictures(self, marginals: list[Marginal]) -> list[str]:
        return [self._picture(marginal, slot) for slot, marginal in enumerate(marginals)]

    def _refresh(self) -> None:
        """Show the slots as they are."""
        self._slots.param.update(
            items=[
                {"label": f"marginal {i + 1}: {label}", "picture": picture}
                for i, (label, picture) in enumerate(
                    zip(self.labels, self._thumbnails, strict=True)
                )
            ],
            addable=len(self.value) < self._subject.most,
            removable=len(self.value) > MIN_MARGINALS,
        )

    @contextmanager
    def _following(self) -> Iterator[None]:
        """While controls follow the chosen slot, they choose nothing."""
        self._chooses = False
        try:
            yield
        finally:
            self._chooses = True

    def _follow_slot(self, *events: Any) -> None:
        """Let the editor show what the chosen slot holds."""
        with self._following():
            self._kind.value = self._held.kind
            self._open_editor()
            self._show(self._held)

    def _open_editor(self, *events: Any) -> None:
        kind, held = self._kind.value, self._held
        if kind in self._subject.catalogue:
            self._choices.items = self._items(kind)
            here = held.kind == kind and held.choice
            self._choices.selected = (
                self._subject.catalogue[kind].index(held.choice) if here else -1
            )
        else:
            self._open(kind)
        shown = _CHOICES if kind in self._subject.catalogue else kind
        for name, editor in self._editors.items():
            editor.visible = name == shown

    def _take_choice(self, event: Any) -> None:
        kind = self._kind.value
        if not self._chooses or event.new < 0 or kind not in self._subject.catalogue:
            return
        choice = self._subject.catalogue[kind][event.new]
        if (kind, choice) != (self._held.kind, self._held.choice):
            self._replace(self._subject.make(kind, choice))
