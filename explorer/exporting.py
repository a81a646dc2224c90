"""What can be exported: pictures, films, arrays, curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import panel_material_ui as pmui

from explorer import exports
from explorer.background import Background
from explorer.state import StudioState
from explorer.tile import Tile
from explorer.tour import tour
from explorer.views.density import common_scale, to_bytes
from explorer.views.window import Window
from solvers import GridProblem, along_path
from solvers.arrays import Array
from solvers.settings import declarations

# Films: steps at most, and how many are seen a second.
_STEPS, _RATE = 120, 20.0
# Pictures of an animation from one marginal to the next.
_PER_LEG = 24

_PICTURE = "Picture of {} (PNG)"
_FILMS = ("Film of the run (GIF)", "Film of the run (MP4)")
_TOURS = ("Film of the animation (GIF)", "Film of the animation (MP4)")
_ARRAYS, _CURVES = "All arrays (NPZ)", "Curves (CSV)"
_STOP = "Stop making {}"

Cancelled: TypeAlias = Callable[[], bool]
Report: TypeAlias = Callable[[float], None]


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
    marginals : callable
        All marginals at the grid's resolution, (m, n, n).
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
        marginals: Callable[[], Array],
        path: Callable[[], str],
        schedule: Callable[[Callable[[], None]], Any],
    ) -> None:
        self._schedule = schedule
        self._making: dict[str, float] = {}  # files that are being made, how much of each is done
        self._window, self._background = window, background
        self._state, self._tiles = state, tiles
        self._stack, self._path = marginals, path
        self.dark = False
        self.button = pmui.MenuButton(
            label="Export", on_click=self._export, variant="outlined", size="small", margin=4
        )
        self.refresh()

    def refresh(self) -> None:
        """Offer what there is to export, or to stop; say how far a file is that is being made."""
        names = [_PICTURE.format(tile.label) for tile in self._tiles()]
        stops = [_STOP.format(name) for name in self._making]
        items = [*stops, *names, *_FILMS, *_TOURS, _ARRAYS, _CURVES]
        done = min(self._making.values(), default=None)
        self.button.label = "Export" if done is None else f"Export · {100 * done:.0f} %"
        self.button.items = [{"label": item} for item in items]

    def _export(self, item: Any) -> None:
        label = item["label"]
        tiles = [tile for tile in self._tiles() if tile.recording.last is not None]
        for name in self._making:
            if label == _STOP.format(name):
                self._background.drop(("export", name))
                self._note(name, None)
                return
        if not tiles:
            return
        if label in _FILMS:
            steps = exports.steps_of([tile.recording for tile in tiles], _STEPS)
            self._film("run", label, lambda cancelled, report: steps)
        elif label in _TOURS:
            self._film("animation", label, self._animation(tiles[0]))
        elif label == _ARRAYS:
            records, state = self._records(tiles), self._state()
            names = [marginal.label for marginal in state.marginals]
            stack = self._stack()
            self._make(
                "barycenters.npz",
                "application/octet-stream",
                lambda cancelled, report: exports.archive(stack, names, state.weights, records),
            )
        elif label == _CURVES:
            text = exports.curves_csv(self._records(tiles))
            self._window.download("curves.csv", "text/csv", text.encode())
        else:
            self._picture(tiles, label)

    def _picture(self, tiles: Sequence[Tile], label: str) -> None:
        for tile in tiles:
            if label == _PICTURE.format(tile.label):
                frame = tile.view.frame
                pixels = np.frombuffer(frame["pixels"], np.uint8)
                pixels = pixels.reshape(frame["rows"], frame["columns"])
                name = f"{tile.name}_{frame['number']}.png"
                self._window.download(name, "image/png", exports.png(pixels, self.dark))

    def _records(self, tiles: Sequence[Tile]) -> dict[str, exports.SolverRecord]:
        records = {}
        for tile in tiles:
            batch = tile.batch
            assert batch is not None  # it has a recording
            settings = tile.solver.param.values()
            records[tile.name] = exports.SolverRecord(
                tile.label,
                {key: settings[key] for key in declarations(type(tile.solver))},
                batch.newest.barycenter,
                tile.solver.potentials(batch.problem, batch.newest.state),
                tuple(tile.points),
            )
        return records

    def _film(
        self, name: str, label: str, steps: Callable[[Cancelled, Report], list[list[Array]]]
    ) -> None:
        moving = "GIF" in label
        encode, dark = exports.gif if moving else exports.mp4, self.dark
        self._make(
            f"{name}.{'gif' if moving else 'mp4'}",
            "image/gif" if moving else "video/mp4",
            lambda cancelled, report: encode(steps(cancelled, report), dark, _RATE),
        )

    def _animation(self, tile: Tile) -> Callable[[Cancelled, Report], list[list[Array]]]:
        """Solve along the path, each point warm from the last."""
        solver, stack, path = tile.solver.settled(), self._stack(), self._path()

        def steps(cancelled: Cancelled, report: Report) -> list[list[Array]]:
            way = tour(len(stack), path, _PER_LEG)
            solved = along_path(solver, stack, way, cancelled=cancelled)
            pictures: list[list[Array]] = []
            for weights, iterate in zip(way, solved, strict=False):
                problem = GridProblem(stack, weights)
                scale = common_scale(problem.marginals, problem.weights)
                pixels = np.frombuffer(to_bytes(iterate.barycenter, scale), np.uint8)
                pictures.append([pixels.reshape(iterate.barycenter.shape)])
                report(len(pictures) / len(way))
            return pictures

        return steps

    def _make(self, name: str, mime: str, work: Callable[[Cancelled, Report], bytes]) -> None:
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
