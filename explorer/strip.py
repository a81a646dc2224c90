"""Barycenters from one marginal to another, side by side: the interpolation strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui

from explorer import exports
from explorer.background import Background
from explorer.exports.pictures import Pixels, on_paper
from explorer.inputs.drawn import Drawn
from explorer.inputs.gallery import Gallery
from explorer.inputs.sources import blank_url, png_url
from explorer.levels import Levels
from explorer.look import Look
from explorer.offscreen import COLOR, picture
from explorer.views.text import heading, text
from explorer.views.window import Window
from solvers import Solver, along_path, weights_between
from solvers.arrays import Array

COUNTS = (3, 5, 7, 9)
# Pixels along each side of a picture on the page, and in the file.
_SIDE, _FILE_SIDE = 240, 480
# Room for so many in a row, even if there are fewer: larger ones would push all else away.
_COLUMNS = 5


class Strip:
    """A row of barycenters with the weights in between, solved on the side.

    Parameters
    ----------
    window : Window
        Hands out the file.
    background : Background
        Solves and draws.
    schedule : callable
        Calls a function soon in the document's thread; safe from any thread.
    go_to : callable
        Called with the weights of a picture that the visitor has chosen.
    solver : callable
        The solver to use, its settings settled.
    """

    def __init__(
        self,
        window: Window,
        background: Background,
        schedule: Callable[[Callable[[], None]], Any],
        go_to: Callable[[list[float]], None],
        solver: Callable[[], Solver],
    ) -> None:
        self._window, self._background, self._schedule = window, background, schedule
        self._go_to, self._solver = go_to, solver
        self._look, self._dark = Look(), False
        self._drawn: Drawn | None = None
        self._labels: list[str] = []
        self._path: Array = np.empty((0, 0))
        self._levels: list[Levels] = []
        small: dict[str, Any] = {"size": "small", "margin": 4}
        self._from = pmui.Select(label="From", width=130, **small)
        self._to = pmui.Select(label="To", width=130, **small)
        self._count = pmui.Select(
            label="Pictures", options=list(COUNTS), value=5, width=90, **small
        )
        self._save = pmui.Button(label="Save the strip", variant="outlined", disabled=True, **small)
        self._words = text(styles={"flex": "1 1 120px"})
        self._gallery = Gallery(
            caption="strip",
            margin=(4, 8),
            sizing_mode="stretch_width",
            stylesheets=[".gallery { max-height: none; }"],
        )
        self.view = pn.Column(
            pn.FlexBox(
                heading("Strip", styles={"flex": "0 0 60px"}),
                self._from, self._to, self._count, self._words, self._save,
                align_items="center", sizing_mode="stretch_width",
            ),
            self._gallery,
            sizing_mode="stretch_width",
        )  # fmt: skip
        for control in (self._from, self._to, self._count):
            control.param.watch(self._solve, "value")
        self._gallery.param.watch(self._choose, "selected")
        self._save.on_click(self._hand_out)

    def show(self, drawn: Drawn, labels: Sequence[str]) -> None:
        """Solve for some marginals with these names, unless they are shown already."""
        if drawn is self._drawn:
            return
        self._drawn, self._labels = None, list(labels)  # the selects must not solve one by one
        options = {label: i for i, label in enumerate(labels)}
        for select, usual in ((self._from, 0), (self._to, 1)):
            kept = select.value if select.value in options.values() else usual
            select.param.update(options=options, value=kept)
        self._drawn = drawn
        self._solve()

    def stop(self) -> None:
        """Solve no more."""
        self._background.drop("strip")
        if len(self._levels) < len(self._path):
            self._drawn = None  # to be solved when it is shown again

    def see(self, look: Look, dark: bool) -> None:
        """Draw all pictures from another side, or on other paper."""
        if (look, dark) != (self._look, self._dark):
            self._look, self._dark = look, dark
            self._draw()

    def _solve(self, *events: Any) -> None:
        drawn, solver = self._drawn, self._solver()
        if drawn is None:
            return
        ends = np.eye(len(drawn.marginals))[[self._from.value, self._to.value]]
        if (ends[0] == ends[1]).all():
            self._words.object = "Choose two different marginals."
            return
        path = self._path = weights_between(ends, self._count.value)
        self._levels, self._save.disabled = [], True
        blank = blank_url()
        self._gallery.param.update(
            items=[{"label": self._label(weights), "picture": blank} for weights in path],
            columns=max(_COLUMNS, len(path)),
            selected=-1,
        )
        self._say()

        def work(cancelled: Callable[[], bool]) -> None:
            solved = along_path(solver, drawn.problem, path, cancelled=cancelled)
            for weights, iterate in zip(path, solved, strict=False):
                levels = drawn.picture(weights)(iterate.barycenter)
                url = png_url(self._painter(_SIDE)(levels))
                self._schedule(partial(self._add, path, levels, url))

        self._background.offer("strip", work, lambda result: None)

    def _add(self, path: Array, levels: Levels, url: str) -> None:
        if path is self._path:
            self._show([*self._pictures(), url])
            self._levels.append(levels)
            self._say()

    def _say(self) -> None:
        found, count = len(self._levels), len(self._path)
        self._save.disabled = found < count
        self._words.object = (
            f"Solving {found + 1} of {count} …"
            if found < count
            else "Choose a picture to go to its weights."
        )

    def _draw(self) -> None:
        """Draw again what has been found."""
        levels, paint, path = list(self._levels), self._painter(_SIDE), self._path

        def done(pictures: list[str]) -> None:
            if path is self._path:
                self._show(pictures)

        self._background.offer(
            "strip pictures", lambda cancelled: [png_url(paint(one)) for one in levels], done
        )

    def _pictures(self) -> list[str]:
        """Those that have been found."""
        return [item["picture"] for item in self._gallery.items[: len(self._levels)]]

    def _show(self, pictures: list[str]) -> None:
        """Show the first pictures; those that are still to be found stay blank."""
        items = self._gallery.items
        shown = [item | {"picture": url} for item, url in zip(items, pictures, strict=False)]
        self._gallery.items = [*shown, *items[len(shown) :]]

    def _painter(self, side: int) -> Callable[[Levels], Pixels]:
        look, dark = self._look, self._dark
        return lambda levels: picture(levels, look, (side, side), COLOR, dark, framed=False)

    def _label(self, weights: Array) -> str:
        return ", ".join(
            f"{100 * weight:.0f} % {label}"
            for weight, label in zip(weights, self._labels, strict=True)
            if weight > 0
        )

    def _choose(self, event: Any) -> None:
        if 0 <= event.new < len(self._path):
            self._go_to(self._path[event.new].tolist())

    def _hand_out(self, event: Any) -> None:
        levels, paint, dark = list(self._levels), self._painter(_FILE_SIDE), self._dark

        def work(cancelled: Callable[[], bool]) -> bytes:
            row = np.hstack([on_paper(paint(one), dark) for one in levels])
            return exports.png(row, dark)

        self._background.offer(
            "strip file", work, lambda data: self._window.download("strip.png", "image/png", data)
        )
