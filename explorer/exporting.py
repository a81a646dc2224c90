"""What can be exported: pictures, films, arrays, curves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import panel_material_ui as pmui

from explorer import exports
from explorer.background import Background
from explorer.exports.pictures import Pixels
from explorer.inputs.drawn import Drawn
from explorer.levels import Picture
from explorer.state import StudioState
from explorer.tile import Tile
from explorer.tour import tour
from explorer.views.window import Window
from solvers import along_path
from solvers.settings import declarations

# Films: steps at most, and how many are seen a second.
STEPS, RATE = 120, 20.0
# Pictures of an animation from one marginal to the next.
_PER_LEG = 24

_STOP = "Stop making {}"

Cancelled: TypeAlias = Callable[[], bool]
Report: TypeAlias = Callable[[float], None]
Painter: TypeAlias = Callable[[Picture], Pixels]


@dataclass(frozen=True)
class Film:
    """The steps of a film, each of a few tiles side by side.

    Attributes
    ----------
    count : int
        Of the steps.
    steps : callable
        Makes them one by one, in any thread; takes what tells whether they are still wanted.
    """

    count: int
    steps: Callable[[Cancelled], Iterable[Sequence[Pixels]]]


def as_it_is(picture: Picture) -> Pixels:
    """Levels of a plane are pixels already."""
    return picture


class Exporting:
    """The button Export, and the files that it makes.

    Parameters
    ----------
    window : Window
        Hands out the files.
    background : Background
        Makes them.
    state : callable
        The view as it is.
    tiles : callable
        The solvers' tiles.
    drawn : callable
        The marginals at the grid's resolution; None before there are any.
    path : callable
        The animation's path, ``"closed"`` or ``"open"``.
    schedule : callable
        Calls a function soon in the document's thread; safe from any thread.
    """

    def __init__(
        self,
        window: Window,
        background: Background,
        state: Callable[[], StudioState],
        tiles: Callable[[], Sequence[Tile]],
        drawn: Callable[[], Drawn | None],
        path: Callable[[], str],
        schedule: Callable[[Callable[[], None]], Any],
    ) -> None:
        self._schedule = schedule
        self._making: dict[str, float] = {}  # files that are being made, how much of each is done
        self._window, self._background = window, background
        self._state, self._tiles = state, tiles
        self._drawn, self._path = drawn, path
        self.dark = False
        self.button = pmui.MenuButton(
            label="Export", on_click=self._export, variant="outlined", size="small", margin=4
        )
        self.refresh()

    def refresh(self) -> None:
        """Offer what there is to export, or to stop; say how far a file is that is being made."""
        stops = [_STOP.format(name) for name in self._making]
        done = min(self._making.values(), default=None)
        self.button.label = "Export" if done is None else f"Export · {100 * done:.0f} %"
        self.button.items = [{"label": item} for item in (*stops, *self.choices(self._tiles()))]

    def choices(self, tiles: Sequence[Tile]) -> dict[str, Callable[[], None]]:
        """What can be exported of some tiles, all with a recording, and what makes it."""
        pictures = {
            f"Picture of {tile.label} (PNG)": partial(self._picture, tile) for tile in tiles
        }
        films = {
            f"Film of the {name} ({kind.upper()})": partial(self.film, name, kind, steps)
            for name, steps in (("run", self._run), ("animation", self._animation))
            for kind in ("gif", "mp4")
        }
        data = {"All arrays (NPZ)": self._arrays, "Curves (CSV)": self._curves}
        return pictures | films | data

    def painter(self, tile: Tile, still: bool = False) -> Painter:
        """What makes a still, or a step of a film, of the picture of a tile, in any thread."""
        return as_it_is

    def _export(self, item: Any) -> None:
        label = item["label"]
        for name in self._making:
            if label == _STOP.format(name):
                self._background.drop(("export", name))
                self._note(name, None)
                return
        if self._ready():
            choices = self.choices(self._ready())
            if label in choices:
                choices[label]()

    def _ready(self) -> list[Tile]:
        """The tiles that have something to export."""
        return [tile for tile in self._tiles() if tile.recording.last is not None]

    def _picture(self, tile: Tile) -> None:
        if (seen := tile.seen) is None:
            return
        number, picture = seen
        paint, dark = self.painter(tile, still=True), self.dark
        self.make(
            f"{tile.name}_{number}.png",
            "image/png",
            lambda cancelled, report: exports.png(paint(picture), dark),
        )

    def _arrays(self) -> None:
        records, state, drawn = self._records(), self._state(), self._drawn()
        if drawn is None:
            return
        names = [marginal.label for marginal in drawn.marginals]
        self.make(
            "barycenters.npz",
            "application/octet-stream",
            lambda cancelled, report: exports.archive(drawn.numbers, names, state.weights, records),
        )

    def _curves(self) -> None:
        text = exports.curves_csv(self._records())
        self._window.download("curves.csv", "text/csv", text.encode())

    def _records(self) -> dict[str, exports.SolverRecord]:
        records = {}
        for tile in self._ready():
            batch = tile.batch
            if batch is None:  # recorded, but not shown yet
                continue
            settings = tile.solver.param.values()
            records[tile.name] = exports.SolverRecord(
                tile.label,
                {key: settings[key] for key in declarations(type(tile.solver))},
                np.asarray(batch.newest.barycenter),
                tile.solver.potentials(batch.problem, batch.newest.state),
                tuple(tile.points),
            )
        return records

    def film(self, name: str, kind: str, scene: Callable[[], Film | None]) -> None:
        """Make a film, ``"gif"`` or ``"mp4"``, of that name, unless there is nothing to see."""
        film = scene()
        if film is None:
            return
        encode, dark = exports.gif if kind == "gif" else exports.mp4, self.dark

        def steps(cancelled: Cancelled, report: Report) -> Iterator[Sequence[Pixels]]:
            for number, step in enumerate(film.steps(cancelled), start=1):
                if cancelled():
                    return
                yield step
                report(number / film.count)

        self.make(
            f"{name}.{kind}",
            "image/gif" if kind == "gif" else "video/mp4",
            lambda cancelled, report: encode(steps(cancelled, report), dark, RATE),
        )

    def _run(self) -> Film:
        """All solvers side by side, from the first iterate to the last."""
        tiles = self._ready()
        painters = [self.painter(tile) for tile in tiles]
        steps = exports.steps_of([tile.recording for tile in tiles], STEPS)
        return Film(
            len(steps),
            lambda cancelled: (
                [paint(frame.picture) for paint, frame in zip(painters, step, strict=True)]
                for step in steps
            ),
        )

    def _animation(self) -> Film | None:
        """The first solver along the path, each point warm from the last."""
        drawn, tile = self._drawn(), self._ready()[0]
        if drawn is None:
            return None
        solver, paint = tile.solver.settled(), self.painter(tile)
        way = tour(len(drawn.marginals), self._path(), _PER_LEG)

        def steps(cancelled: Cancelled) -> Iterator[Sequence[Pixels]]:
            solved = along_path(solver, drawn.problem, way, cancelled=cancelled)
            for weights, iterate in zip(way, solved, strict=False):
                yield [paint(drawn.picture(weights)(iterate.barycenter))]

        return Film(len(way), steps)

    def make(self, name: str, mime: str, work: Callable[[Cancelled, Report], bytes]) -> None:
        """Make a file on the side and hand it out."""

        def worked(cancelled: Cancelled) -> bytes:
            try:
                return work(cancelled, lambda done: self._schedule(partial(report, done)))
            finally:
                self._schedule(partial(self._note, name, None))

        def report(done: float) -> None:
            if name in self._making:  # it may have been stopped meanwhile
                self._note(name, done)

        self._note(name, 0.0)
        self._background.offer(
            ("export", name), worked, lambda data: self._window.download(name, mime, data)
        )

    def _note(self, name: str, done: float | None) -> None:
        """How much of a file is made; None if it is not being made any more."""
        if done is None:
            self._making.pop(name, None)
        else:
            self._making[name] = done
        self.refresh()
