"""The controls that all studios have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param

from explorer.pages.layout import card
from explorer.presets import PRESETS
from explorer.state import AXES, StudioState
from explorer.subjects import Subject
from explorer.tile import Tile
from explorer.tour import PATHS
from explorer.views.text import text
from solvers import SOLVERS, Solver
from solvers.settings import declarations

_SPEEDS = {"1 a second": 1.0, "3 a second": 3.0, "10 a second": 10.0, "full speed": np.inf}
_NO_EXAMPLE = "Choose one to see"
_DEVICES = ("cpu", "cuda", "mps")

# As tall as the window allows beside the header, the toolbar, the timeline and, below densities in
# the plane, the curves; volumes, dots and ellipses need more room.
_TILE_HEIGHT = "clamp(330px, calc(100vh - 480px), 720px)"
_TALL_TILE_HEIGHT = "clamp(480px, calc(100vh - 360px), 840px)"


class Controls:
    """The widgets of the page, set to a state."""

    def __init__(self, state: StudioState) -> None:
        small: dict[str, Any] = {"size": "small"}
        tight: dict[str, Any] = {"margin": 4}
        self.play = pmui.Button(
            label="Run", color="primary", variant="contained", width=92, **tight
        )
        self.step = pmui.Button(label="Step", variant="outlined", width=72, **tight)
        self.reset = pmui.Button(label="Reset", variant="outlined", width=76, **tight)
        self.methods = pmui.CheckButtonGroup(
            options={SOLVERS[name].label: name for name in state.subject.solvers},
            value=[name for name, _ in state.solvers],
            **small,
            **tight,
        )
        self.grid = pmui.Select(
            label=state.subject.size, options=_grids(state.subject), value=state.grid, **small,
            sizing_mode="stretch_width",
        )  # fmt: skip
        self.speed = pmui.Select(
            label="Speed", options=_SPEEDS, value=np.inf, **small, sizing_mode="stretch_width"
        )
        self.live = pmui.Switch(label="Solve while I drag", value=True, margin=(4, 10))
        self.animate = pmui.Button(label="Animate", variant="outlined", width=92, **small)
        self.path = pmui.Select(
            label="Path", options=PATHS, value="closed", **small, sizing_mode="stretch_width"
        )
        self.quantity = pmui.RadioButtonGroup(
            options=list(state.subject.quantities), value=state.quantity, margin=(6, 4), **small
        )
        self.axis = pmui.RadioButtonGroup(
            options=list(AXES), value=state.axis, margin=(6, 4), **small
        )
        presets = PRESETS.get(state.subject.name, {})
        self.examples = pmui.Select(
            label="Examples", options={_NO_EXAMPLE: "", **presets}, value="", **small,
            sizing_mode="stretch_width", margin=(14, 10, 4, 10), visible=bool(presets),
        )  # fmt: skip
        self.words = text(styles={"font-size": "14.5px"})
        # Panel would keep tiles to the height of the window, and what follows would cover the rest.
        self.tiles = pn.FlexBox(
            align_items="stretch", sizing_mode="stretch_width", gap="12px",
            styles={"max-height": "none"},
        )  # fmt: skip
        self.settings = pn.Column(sizing_mode="stretch_width", margin=0)
        self._subject = state.subject
        in_the_plane = state.subject.dimensions == 2
        self._tile_height = _TILE_HEIGHT if in_the_plane else _TALL_TILE_HEIGHT
        self._cards: dict[Any, pmui.Paper] = {}
        self._forms: dict[Solver, pmui.Accordion] = {}

    def chosen(self) -> list[str]:
        """Registered names of the chosen solvers, one at least, in the subject's order."""
        known = self._subject.solvers
        if not self.methods.value:
            self.methods.value = [known[0]]
        return [name for name in known if name in self.methods.value]

    def turn_to(self, state: StudioState) -> None:
        """Set what a state holds."""
        self.grid.value, self.methods.value = state.grid, [name for name, _ in state.solvers]
        self.quantity.value, self.axis.value = state.quantity, state.axis

    def show_tiles(self, tiles: Sequence[Tile], views: Sequence[Any]) -> None:
        """Lay out views side by side, and the settings of the solvers."""
        # Whatever stays keeps its card and its form, open or not.
        self._cards = {view: self._cards.get(view) or self._view_card(view) for view in views}
        self._forms = {tile.solver: self._forms.get(tile.solver) or _folded(tile) for tile in tiles}
        self.tiles[:] = list(self._cards.values())
        self.settings[:] = list(self._forms.values())

    def _view_card(self, view: Any) -> pmui.Paper:
        view.styles = {"height": self._tile_height}
        return card(view, styles={"flex": "1 1 240px", "min-width": "0"})


def _grids(subject: Subject) -> dict[str, int]:
    power = {2: "²", 3: "³"}.get(subject.dimensions, "")
    return {f"{n if n < 10_000 else format(n, ',')}{power}": n for n in subject.grids}


def _folded(tile: Tile) -> pmui.Accordion:
    """The settings of a tile's solver; an accordion of all would keep those of solvers that go."""
    return pmui.Accordion(
        (f"{tile.label} settings", _settings(tile.solver)),
        title_variant="subtitle2",
        sizing_mode="stretch_width",
        margin=0,
    )


def _settings(solver: Solver) -> pn.Param:
    """Controls for whatever a solver declares."""
    widgets = {name: _widget(setting) for name, setting in declarations(type(solver)).items()}
    return pn.Param(
        solver,
        parameters=list(widgets),
        show_name=False,
        widgets=widgets,
        sizing_mode="stretch_width",
        margin=0,
    )


def _widget(setting: Any) -> dict[str, Any]:
    """What Panel would not choose by itself for a setting."""
    placed = {"sizing_mode": "stretch_width", "margin": (6, 4)}
    if isinstance(setting, param.Integer) and setting.allow_None:
        # The others cannot say that nothing is given.
        return placed | {"type": pn.widgets.IntInput, "placeholder": "as many as usual"}
    if setting.name == "device":  # of what is typed wrongly nobody would hear
        return placed | {"type": pmui.Select, "options": list(_DEVICES), "size": "small"}
    # Panel's own format has three decimals, too few for a small ε.
    form = {"format": "0[.]0000"} if type(setting) is param.Number else {}
    return placed | {"size": "small"} | form
