"""What leaves the page: pictures, films, arrays, curves, address, saved view, script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui

from explorer import exports
from explorer.background import Background
from explorer.saved import MAX_BYTES, from_file, to_file
from explorer.script import code
from explorer.state import StudioState, own_pictures
from explorer.tile import Tile
from explorer.tour import tour
from explorer.views.density import common_scale, to_bytes
from explorer.views.text import problem, text
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


class Outbox:
    """The buttons Export, Share and Code, and what they open.

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
    restore : callable
        Takes a view that was saved, and what is to be said of it.
    """

    def __init__(
        self,
        window: Window,
        background: Background,
        state: Callable[[], StudioState],
        tiles: Callable[[], Sequence[Tile]],
        marginals: Callable[[], Array],
        path: Callable[[], str],
        restore: Callable[[StudioState, list[str]], None],
    ) -> None:
        self._window, self._background = window, background
        self._state, self._tiles = state, tiles
        self._stack, self._path, self._restore = marginals, path, restore
        self.dark = False
        small = {"variant": "outlined", "size": "small", "margin": 4}
        self.export = pmui.MenuButton(label="Export", on_click=self._export, **small)
        self.share = pmui.Button(label="Share", on_click=self._open_share, **small)
        self.code = pmui.Button(label="Code", on_click=self._open_code, **small)
        self._own = text()
        self._file = pmui.FileInput(
            label="Open a saved view",
            uploaded_label="Open a saved view",
            accept=".npz",
            max_file_size=MAX_BYTES,
            variant="outlined",
            sizing_mode="stretch_width",
        )
        # A file may be opened again, and an empty one comes as None, which is what there was.
        self._file.param.watch(self._open_file, "value", onlychanged=False)
        self._script = text()
        self.dialogs = [self._share_dialog(), self._code_dialog()]
        self.refresh()

    def refresh(self) -> None:
        """Offer what there is to export."""
        names = [_PICTURE.format(tile.label) for tile in self._tiles()]
        items = [*names, *_FILMS, *_TOURS, _ARRAYS, _CURVES]
        self.export.items = [{"label": item} for item in items]

    def _share_dialog(self) -> pmui.Dialog:
        copy = pmui.Button(
            label="Copy the address",
            variant="contained",
            margin=0,
            on_click=lambda event: self._copy("address", None),
        )
        save = pmui.Button(
            label="Save this view", variant="outlined", margin=0, on_click=self._save
        )
        words = text(
            "The address bar always holds this view: marginals, weights, solvers and settings. "
            "Whoever opens it sees the same, and computes it anew."
        )
        self._share = _dialog(
            "Share this view", words, _side_by_side(copy, save), self._own, self._file, width="sm"
        )
        return self._share

    def _code_dialog(self) -> pmui.Dialog:
        copy = pmui.Button(
            label="Copy the script",
            variant="contained",
            margin=0,
            on_click=lambda event: self._copy("script", code(self._state())),
        )
        save = pmui.Button(
            label="Download barycenter.py",
            variant="outlined",
            margin=0,
            on_click=lambda event: self._window.download(
                "barycenter.py", "text/x-python", code(self._state()).encode()
            ),
        )
        self._code = _dialog(
            "This view in Python", self._script, _side_by_side(copy, save), width="md"
        )
        return self._code

    def _copy(self, name: str, content: str | None) -> None:
        """Copy a text, or if None the address, and say whether it worked."""

        def tell(copied: bool) -> None:
            notifications = pn.state.notifications
            if notifications is None:
                return
            if copied:
                notifications.success(f"The {name} is in the clipboard.", duration=3000)
            else:
                notifications.warning(
                    f"The browser does not let this page copy the {name}: select it and copy it "
                    "by hand.",
                    duration=8000,
                )

        self._window.copy(content, tell)

    def _open_share(self, event: Any) -> None:
        own = own_pictures(self._state())
        self._own.object = (
            f"<p class='hint'>{escape(', '.join(own))}: a picture of your own is in no address. It "
            "travels in the saved file only.</p>"
            if own
            else "<p class='hint'>A saved file also keeps pictures and drawings of your own.</p>"
        )
        self._share.open = True

    def _open_code(self, event: Any) -> None:
        script = code(self._state())
        self._script.object = f"<pre class='code' tabindex='0'>{escape(script)}</pre>"
        self._code.open = True

    def _save(self, event: Any) -> None:
        self._window.download("view.npz", "application/octet-stream", to_file(self._state()))

    def _open_file(self, event: Any) -> None:
        try:
            state, notes = from_file(event.new or b"")
        except ValueError as error:
            self._own.object = problem(str(error).removeprefix("saved view: "))
            return
        self._share.open = False
        self._restore(state, notes)

    def _export(self, item: Any) -> None:
        label = item["label"]
        tiles = [tile for tile in self._tiles() if tile.recording.last is not None]
        if not tiles:
            return
        if label in _FILMS:
            steps = exports.steps_of([tile.recording for tile in tiles], _STEPS)
            self._film("run", label, lambda cancelled: steps)
        elif label in _TOURS:
            self._film("animation", label, self._animation(tiles[0]))
        elif label == _ARRAYS:
            records, state = self._records(tiles), self._state()
            names = [marginal.label for marginal in state.marginals]
            stack = self._stack()
            self._make(
                "barycenters.npz",
                "application/octet-stream",
                lambda cancelled: exports.archive(stack, names, state.weights, records),
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

    def _film(self, name: str, label: str, steps: Callable[[Any], list[list[Array]]]) -> None:
        moving = "GIF" in label
        encode, dark = exports.gif if moving else exports.mp4, self.dark
        self._make(
            f"{name}.{'gif' if moving else 'mp4'}",
            "image/gif" if moving else "video/mp4",
            lambda cancelled: encode(steps(cancelled), dark, _RATE),
        )

    def _animation(self, tile: Tile) -> Callable[[Callable[[], bool]], list[list[Array]]]:
        """Solve along the path, each point warm from the last."""
        solver, stack, path = tile.solver.settled(), self._stack(), self._path()
        count = len(stack)

        def steps(cancelled: Callable[[], bool]) -> list[list[Array]]:
            legs = count if path == "closed" else count - 1
            way = tour(count, path, _PER_LEG * legs + 1)
            solved = along_path(solver, stack, way, cancelled=cancelled)
            pictures: list[list[Array]] = []
            for weights, iterate in zip(way, solved, strict=False):
                problem = GridProblem(stack, weights)
                scale = common_scale(problem.marginals, problem.weights)
                pixels = np.frombuffer(to_bytes(iterate.barycenter, scale), np.uint8)
                pictures.append([pixels.reshape(iterate.barycenter.shape)])
            return pictures

        return steps

    def _make(self, name: str, mime: str, work: Callable[[Callable[[], bool]], bytes]) -> None:
        """Make a file on the side and hand it out."""
        if pn.state.notifications is not None:
            pn.state.notifications.info(f"Making {name} …", duration=8000)
        self._background.offer(
            ("export", name), work, lambda data: self._window.download(name, mime, data)
        )


def _dialog(title: str, *items: Any, width: str) -> pmui.Dialog:
    return pmui.Dialog(
        *items,
        title=title,
        show_close_button=True,
        close_on_click=True,
        width_option=width,
        sx={
            "& .MuiDialogContent-root": {"paddingBottom": "16px"},
            "& .MuiDialogTitle-root + button": {"color": "text.secondary"},
        },
    )


def _side_by_side(*buttons: pmui.Button) -> pn.FlexBox:
    """As far as a phone has room."""
    return pn.FlexBox(*buttons, gap="10px", margin=(8, 10))
