"""The controls of the densities studio, and where everything stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param

from explorer.exporting import Exporting
from explorer.inputs.marginals import MarginalsInput
from explorer.inputs.weights import WeightPad
from explorer.sharing import Sharing
from explorer.state import AXES, GRIDS, QUANTITIES, StudioState
from explorer.tile import Tile
from explorer.tour import PATHS
from explorer.views.curves import CurvesView
from explorer.views.density import DensityView
from explorer.views.table import ComparisonTable
from explorer.views.text import heading, text
from explorer.views.timeline import Timeline
from explorer.views.transport import TransportView
from explorer.views.window import Window
from solvers import SOLVERS, Solver
from solvers.settings import declarations

_SPEEDS = {"1 a second": 1.0, "3 a second": 3.0, "10 a second": 10.0, "full speed": np.inf}
_METHODS = {solver.label: name for name, solver in SOLVERS.items()}

# As tall as the window allows beside the header, the toolbar, the timeline and the curves.
_TILE_HEIGHT = "clamp(330px, calc(100vh - 480px), 720px)"
_GAP = {"gap": "12px"}


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
            options=_METHODS, value=[name for name, _ in state.solvers], **small, **tight
        )
        self.transport = pmui.Toggle(
            label="Where mass comes from", sx={"padding": "7px 10px"}, **small, **tight
        )
        self.grid = pmui.Select(
            label="Grid", options={f"{n}²": n for n in GRIDS}, value=state.grid, **small,
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
            options=list(QUANTITIES), value=state.quantity, margin=(6, 4), **small
        )
        self.axis = pmui.RadioButtonGroup(
            options=list(AXES), value=state.axis, margin=(6, 4), **small
        )
        self.words = text(styles={"font-size": "14.5px"})
        self.tiles = pn.FlexBox(align_items="stretch", sizing_mode="stretch_width", **_GAP)
        self.settings = pmui.Accordion(
            title_variant="subtitle2", sizing_mode="stretch_width", margin=0
        )
        self._cards: dict[Any, pmui.Paper] = {}
        self._forms: dict[Solver, pn.Param] = {}

    def chosen(self) -> list[str]:
        """Registered names of the chosen solvers, one at least, in the registry's order."""
        if not self.methods.value:
            self.methods.value = [next(iter(SOLVERS))]
        return [name for name in SOLVERS if name in self.methods.value]

    def turn_to(self, state: StudioState) -> None:
        """Set what a state holds."""
        self.grid.value, self.methods.value = state.grid, [name for name, _ in state.solvers]
        self.quantity.value, self.axis.value = state.quantity, state.axis

    def show_tiles(self, tiles: Sequence[Tile], transport: TransportView | None) -> None:
        """Lay out the solvers' tiles and their settings, and the one that traces mass."""
        views = [tile.view for tile in tiles] + ([transport] if transport is not None else [])
        # Whatever stays keeps its card and its form, as far as it has been opened.
        self._cards = {view: self._cards.get(view) or _tile_card(view) for view in views}
        self._forms = {
            tile.solver: self._forms.get(tile.solver) or _settings(tile.solver) for tile in tiles
        }
        opened = {self.settings.objects[i] for i in self.settings.active}
        self.tiles[:] = list(self._cards.values())
        self.settings[:] = [(f"{tile.label} settings", self._forms[tile.solver]) for tile in tiles]
        # Those that are open stay open, wherever they stand now.
        self.settings.active = [i for i, form in enumerate(self._forms.values()) if form in opened]


def laid_out(
    controls: Controls,
    hide: frozenset[str],
    marginals: MarginalsInput,
    pad: WeightPad,
    curves: CurvesView,
    table: ComparisonTable,
    timeline: Timeline,
    export: Exporting,
    sharing: Sharing,
    window: Window,
) -> tuple[list[Any], list[Any]]:
    """Sidebar and main area; groups of controls that are to be hidden are left out."""

    def shown(group: str, *items: Any) -> list[Any]:
        return [] if group in hide else list(items)

    row = {"sizing_mode": "stretch_width", "margin": 0}
    sidebar = [
        *shown("marginals", heading("What to average"), marginals),
        *shown(
            "weights",
            heading("Weights: drag the point"),
            pad,
            controls.live,
            pn.Row(controls.animate, controls.path, align="center", **row),
        ),
        *shown("grid", pn.Row(controls.grid, controls.speed, **row)),
        *shown("settings", pn.Column(controls.settings, **row | {"margin": (12, 10)})),
    ]
    toolbar = pn.FlexBox(
        controls.play,
        controls.step,
        controls.reset,
        *shown("solvers", controls.methods),
        *shown("transport", controls.transport),
        align_items="center",
        gap="4px",
        sizing_mode="stretch_width",
    )
    leaving = [
        *shown("export", export.button, sharing.code),
        *shown("share", sharing.share),
    ]
    replay = _card(
        pn.FlexBox(
            *shown("timeline", timeline),
            *leaving,
            align_items="center",
            justify_content="flex-end",
            sizing_mode="stretch_width",
        ),
        visible=bool(leaving) or "timeline" not in hide,
    )
    switches = pn.FlexBox(
        heading("Objectives", styles={"flex": "1 1 90px"}),
        controls.quantity,
        controls.axis,
        align_items="center",
        **row,
    )
    drawing = _card(
        switches,
        pn.Row(curves, height=250, **row),
        styles={"flex": "5 1 380px", "min-width": "0"},
    )
    reading = _card(
        heading("What you see"),
        controls.words,
        *shown("table", table),
        styles={"flex": "4 1 340px", "min-width": "0"},
    )
    below = pn.FlexBox(
        *shown("curves", drawing), reading, align_items="stretch", sizing_mode="stretch_width",
        **_GAP,
    )  # fmt: skip
    main = pn.Column(
        toolbar,
        controls.tiles,
        replay,
        below,
        *sharing.dialogs,
        window,
        sizing_mode="stretch_width",
        styles={"gap": "12px", "padding": "12px 16px", "box-sizing": "border-box"},
    )
    return sidebar, [main]


def _settings(solver: Solver) -> pn.Param:
    """Controls for whatever a solver declares."""
    small = {"sizing_mode": "stretch_width", "size": "small", "margin": (6, 4)}
    widgets = {
        # Panel's own format has three decimals, too few for a small ε.
        name: small | ({"format": "0[.]0000"} if type(setting) is param.Number else {})
        for name, setting in declarations(type(solver)).items()
    }
    return pn.Param(
        solver,
        parameters=list(widgets),
        show_name=False,
        widgets=widgets,
        sizing_mode="stretch_width",
        margin=0,
    )


def _tile_card(view: DensityView | TransportView) -> pmui.Paper:
    view.styles = {"height": _TILE_HEIGHT}
    return _card(view, styles={"flex": "1 1 240px", "min-width": "0"})


def _card(*items: Any, **params: Any) -> pmui.Paper:
    return pmui.Paper(
        *items, elevation=0, variant="outlined", margin=0, sizing_mode="stretch_width", **params
    )
