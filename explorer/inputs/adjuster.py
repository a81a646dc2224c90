"""Controls for the adjustment of one marginal at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from explorer.inputs.adjustment import Adjustment
from explorer.views.text import problem, text
from solvers.adjusting import MAX_BLUR


class Adjuster(pn.viewable.Viewer):
    """A group “Adjust” of checkboxes and sliders, one for each field of an `Adjustment`."""

    invert = param.Boolean(label="Invert", doc="Mass where there was none.")
    recentre = param.Boolean(label="Recentre", doc="Centre of mass to the middle of the square.")
    blur = param.Number(
        default=0.0, bounds=(0.0, MAX_BLUR), step=0.0025, label="Blur",
        doc="Standard deviation as a fraction of the side.",
    )  # fmt: skip
    threshold = param.Number(
        default=0.0, bounds=(0.0, 1.0), step=0.01, label="Threshold",
        doc="Densities below this fraction of the maximum become empty, the others even.",
    )  # fmt: skip

    def __init__(self, on_change: Callable[[Adjustment], None]) -> None:
        """`on_change` is called with the new adjustment whenever a control changes it."""
        super().__init__()
        self._on_change = on_change
        self._problem = text(margin=(0, 10))
        wide = {"sizing_mode": "stretch_width", "size": "small"}
        self._layout: pn.viewable.Viewable = pmui.Accordion(
            (
                "Adjust",
                pn.Column(
                    pn.Row(
                        pmui.Checkbox.from_param(self.param.invert, **wide),
                        pmui.Checkbox.from_param(self.param.recentre, **wide),
                        sizing_mode="stretch_width",
                    ),
                    pmui.FloatSlider.from_param(self.param.blur, format="0.0 %", **wide),
                    pmui.FloatSlider.from_param(self.param.threshold, format="0 %", **wide),
                    self._problem,
                    sizing_mode="stretch_width",
                ),
            ),
            title_variant="subtitle2",
            sizing_mode="stretch_width",
            margin=(4, 10),
        )
        self._fields = list(asdict(Adjustment()))
        self.param.watch(self._announce, self._fields)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def load(self, adjustment: Adjustment) -> None:
        """Show what a marginal holds."""
        self._problem.object = ""
        self.param.update(**asdict(adjustment))

    def refuse(self, error: ValueError) -> None:
        """Say beside the controls why what they show cannot be."""
        self._problem.object = problem(
            f"{str(error).removeprefix('adjustment: ')} The previous picture stays."
        )

    def _announce(self, *events: Any) -> None:
        self._problem.object = ""
        self._on_change(Adjustment(**{name: getattr(self, name) for name in self._fields}))
