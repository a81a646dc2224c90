"""Where everything stands on a studio's page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import panel as pn
import panel_material_ui as pmui

from explorer.exporting import Exporting
from explorer.inputs.slots import SlotsInput
from explorer.inputs.weights import WeightPad
from explorer.sharing import Sharing
from explorer.views.curves import CurvesView
from explorer.views.table import ComparisonTable
from explorer.views.text import heading
from explorer.views.timeline import Timeline
from explorer.views.window import Window

if TYPE_CHECKING:
    from explorer.pages.controls import Controls

_GAP = {"gap": "12px"}


@dataclass(frozen=True)
class Extras:
    """What a studio has of its own, by the group of controls that an address can leave out.

    Attributes
    ----------
    sidebar : dict of str to list
        What stands before the weights.
    toolbar : dict of str to list
        Controls that follow those of all studios.
    cards : dict of str to list
        What stands below the tiles.
    """

    sidebar: dict[str, list[Any]] = field(default_factory=dict)
    toolbar: dict[str, list[Any]] = field(default_factory=dict)
    cards: dict[str, list[Any]] = field(default_factory=dict)


def laid_out(
    controls: Controls,
    hide: frozenset[str],
    marginals: SlotsInput,
    pad: WeightPad,
    curves: CurvesView,
    table: ComparisonTable,
    timeline: Timeline,
    export: Exporting,
    sharing: Sharing,
    window: Window,
    extras: Extras,
) -> tuple[list[Any], list[Any]]:
    """Sidebar and main area; groups of controls that are to be hidden are left out."""

    def shown(group: str, *items: Any) -> list[Any]:
        return [] if group in hide else list(items)

    row = {"sizing_mode": "stretch_width", "margin": 0}
    sidebar = [
        *shown("examples", controls.examples),
        *shown("marginals", heading("What to average"), marginals),
        *(item for group, items in extras.sidebar.items() for item in shown(group, *items)),
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
        *(item for group, items in extras.toolbar.items() for item in shown(group, *items)),
        align_items="center",
        gap="4px",
        sizing_mode="stretch_width",
    )
    leaving = [
        *shown("export", export.button, sharing.code),
        *shown("share", sharing.share),
    ]
    replay = card(
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
    drawing = card(
        switches,
        pn.Row(curves, height=250, **row),
        styles={"flex": "5 1 380px", "min-width": "0"},
    )
    reading = card(
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
        *(item for group, items in extras.cards.items() for item in shown(group, *items)),
        replay,
        below,
        *sharing.dialogs,
        window,
        sizing_mode="stretch_width",
        styles={"gap": "12px", "padding": "12px 16px", "box-sizing": "border-box"},
    )
    return sidebar, [main]


def card(*items: Any, **params: Any) -> pmui.Paper:
    """A sheet of paper with a hairline around it."""
    return pmui.Paper(
        *items, elevation=0, variant="outlined", margin=0, sizing_mode="stretch_width", **params
    )
