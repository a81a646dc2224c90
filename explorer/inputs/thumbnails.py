"""Small pictures of marginals that are drawn on the side, and slots that show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from weakref import WeakKeyDictionary

import panel as pn

from explorer.background import Background
from explorer.inputs.slots import SlotsInput
from explorer.inputs.sources import CATALOGUE_COLOR, Marginal, blank_url
from explorer.subjects import Subject
from explorer.theme import MARGINAL_COLORS

# Marginal → colour → picture. Those of the catalogue last as long as the process.
_DRAWN: WeakKeyDictionary[Marginal, dict[str, str]] = WeakKeyDictionary()


class Thumbnails:
    """Draws pictures one after the other, and tells when there is another one.

    After an error, of which the background tells, there are no more.

    Parameters
    ----------
    background : Background
        Draws them.
    draw : callable
        Takes a marginal and a colour; returns a data URL. Called in the background's thread.
    on_drawn : callable
        Called in the document's thread when a picture has come that was blank before.
    """

    def __init__(
        self,
        background: Background,
        draw: Callable[[Marginal, str], str],
        on_drawn: Callable[[], None],
    ) -> None:
        self._background, self._draw, self._on_drawn = background, draw, on_drawn
        self._waiting: list[tuple[Marginal, str]] = []  # the first of them is being drawn

    def picture(self, marginal: Marginal, color: str) -> str:
        """A marginal in a colour as a data URL, blank until it is drawn."""
        drawn = _DRAWN.get(marginal, {}).get(color)
        if drawn is not None:
            return drawn
        if (marginal, color) not in self._waiting:
            self._waiting.append((marginal, color))
            if len(self._waiting) == 1:
                self._draw_next()
        return blank_url()

    def _draw_next(self) -> None:
        marginal, color = self._waiting[0]
        self._background.offer(
            "thumbnail", lambda cancelled: self._draw(marginal, color), self._take
        )

    def _take(self, picture: str) -> None:
        marginal, color = self._waiting.pop(0)
        _DRAWN.setdefault(marginal, {})[color] = picture
        self._on_drawn()
        if self._waiting:
            self._draw_next()


class SketchedSlots(SlotsInput):
    """Slots whose pictures take a while.

    Parameters
    ----------
    marginals, subject, editors
        As for `SlotsInput`.
    draw : callable
        Takes a marginal and a colour; returns a data URL. Called in the background's thread.
    background : Background
        Draws the thumbnails, which are blank until then.
    on_thumbnails : callable
        Called in the document's thread when `thumbnails` have changed by themselves.
    """

    def __init__(
        self,
        marginals: list[Marginal],
        subject: Subject,
        editors: Mapping[str, pn.viewable.Viewable],
        draw: Callable[[Marginal, str], str],
        background: Background,
        on_thumbnails: Callable[[], None],
    ) -> None:
        self._sketches = Thumbnails(background, draw, self._take_thumbnails)
        self._on_thumbnails = on_thumbnails
        super().__init__(marginals, subject, editors)

    def _picture(self, marginal: Marginal, slot: int) -> str:
        return self._sketches.picture(marginal, MARGINAL_COLORS[slot])

    def _items(self, kind: str) -> list[dict[str, str]]:
        marginals = [self._subject.make(kind, choice) for choice in self._subject.catalogue[kind]]
        return [
            {"label": m.label, "picture": self._sketches.picture(m, CATALOGUE_COLOR)}
            for m in marginals
        ]

    def _take_thumbnails(self) -> None:
        """Show what has been drawn, in the slots and among the choices."""
        kind = self._kind.value
        if kind in self._subject.catalogue:
            self._choices.items = self._items(kind)
        pictures = self._pictures(self.value)
        if pictures != self._thumbnails:
            self._thumbnails = pictures
            self._refresh()
            self._on_thumbnails()
