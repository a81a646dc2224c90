"""The twister: samples under any cost, entropic plans that tell where each point may go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import panel_material_ui as pmui

from explorer.arrows import Arrows
from explorer.inputs.drawn import Drawing
from explorer.inputs.drawn_samples import SampleDrawing
from explorer.inputs.ground_costs import GroundCostInput
from explorer.inputs.sources import Marginal
from explorer.levels import Picture
from explorer.pages.fanning import Fanning
from explorer.pages.layout import Extras
from explorer.pages.sampled import SampledStudio
from explorer.state import REGS, StudioState
from explorer.subjects import TWISTER
from explorer.tile import Painted, Tile
from explorer.views.cloud import CloudView, Place
from explorer.views.landscape import LandscapeView
from explorer.views.text import heading
from solvers.energy_guided import EnergyState

# Seconds between two fans that follow a training.
_BETWEEN_FANS = 0.3


class TwisterPage(SampledStudio):
    """Choose a cost and ε, watch the barycenter settle, click to see where a point is sent."""

    subject = TWISTER

    def make_drawing(self, n: int, marginals: tuple[Marginal, ...]) -> Drawing:
        """So many samples of each, the cost and ε."""
        return SampleDrawing(n, marginals, self.cost.value, self.reg.value)

    def make_view(
        self, on_painted: Callable[[int], None], on_toggle: Callable[[], None], **params: Any
    ) -> CloudView:
        """Dots; the visitor may ask where a point goes."""

        def ask(place: Place | None, dot: int | None) -> None:
            self._ask(view, place, dot)

        view = super().make_view(on_painted, on_toggle, on_ask=ask, **params)
        return view

    def prepare(self, state: StudioState) -> None:
        """The cost, ε, and what is asked."""
        super().prepare(state)
        self.cost = GroundCostInput(state.cost, self.subject.costs)
        self.reg = pmui.DiscreteSlider(
            label="ε, the blur of the plans",
            options={f"{reg:g}": reg for reg in REGS},
            value=state.reg,
            size="small",
            sizing_mode="stretch_width",
            margin=(4, 18),
        )
        self.landscaped = pmui.Toggle(
            label="Energy landscape", sx={"padding": "7px 10px"}, size="small", margin=4
        )
        self._landscape = LandscapeView(
            label="Energy of a place",
            formula="½ c(x, y) − f(y)",
            lowest="likely, blank not learned",
            invitation="Press a place to see where its point may go",
            sizing_mode="stretch_width",
        )
        self._fanning = Fanning(
            self._quick,
            lambda: self.drawn,
            lambda: self._marginals.labels,
            self._answer,
            self._landscape,
        )
        self._loading = False  # while a state is being shown, which is posed as a whole
        self.cost.param.watch(self._take_cost, "value")
        self.reg.param.watch(self._take_cost, "value")
        self.landscaped.param.watch(self._take_landscaped, "value")

    def extras(self) -> Extras:
        """Cost and ε in the sidebar, the switch of the landscape in the toolbar."""
        extras = super().extras()
        return Extras(
            sidebar={"cost": [heading("Cost"), self.cost, self.reg], **extras.sidebar},
            toolbar={"plans": [*extras.toolbar["plans"], self.landscaped]},
        )

    def further_views(self) -> list[Any]:
        """The exact answer and the landscape."""
        return [*super().further_views(), *([self._landscape] if self.landscaped.value else [])]

    def set_dark(self, dark: bool) -> None:
        """Repaint all, seen or not."""
        super().set_dark(dark)
        self._landscape.dark = dark

    def view_state(self) -> dict[str, Any]:
        """Cost, ε and camera."""
        return {**super().view_state(), "cost": self.cost.value, "reg": self.reg.value}

    def show_view_state(self, state: StudioState) -> None:
        """Cost, ε and camera of a state."""
        self._loading = True
        try:
            self.cost.load(state.cost)
            self.reg.value = state.reg
        finally:
            self._loading = False
        super().show_view_state(state)

    def arrows_of(self, painted: Painted, cancelled: Callable[[], bool]) -> Arrows:
        """The samples for which the dots were drawn; none of past iterates."""
        state, frame = painted.state, self.drawn.frame
        sources = images = []
        if isinstance(state, EnergyState):
            sources, images = (
                [frame.place(points) for points in rows.double().numpy()]
                for rows in (state.shown_sources, state.shown)
            )
        return Arrows(painted, np.asarray(painted.picture[:, 1:], float), sources, images)

    def tile_changed(self, tile: Tile) -> None:
        """Lines and fan follow what is seen."""
        super().tile_changed(tile)
        if tile is self._guided:
            self._fanning.show(tile, after=_BETWEEN_FANS)

    @property
    def _guided(self) -> Tile | None:
        """The tile of the solver that has plans for points never seen."""
        return next((tile for tile in self._solvers if tile.name == EnergyState.solver), None)

    def _turn_to(self, problem: Any, to_picture: Callable[[Any], Picture], warm: bool) -> None:
        before = self._scenery
        super()._turn_to(problem, to_picture, warm)
        self.cost.dimension = 2 if problem.dimension == 2 else 3
        if before is None or before.marginals != self.drawn.marginals:
            self._fanning.forget()
        self._fanning.show(self._guided)
        self._fanning.show_exactly(problem)

    def _take_methods(self, *events: Any) -> None:
        super()._take_methods(*events)
        self._fanning.show(self._guided)

    def _seek(self, number: int | None) -> None:
        super()._seek(number)
        self._fanning.show(self._guided)

    def _ask(self, view: CloudView, place: Place | None, dot: int | None) -> None:
        """The visitor asks where a place's or dot's point goes, or for nothing any more."""
        tile, problem = self._guided, self._posed
        if problem is None:
            return
        known = False
        if tile is not None and tile.view is view and dot is not None:
            known = self._fanning.ask_dot(tile, dot)
        if not known:
            self._fanning.ask(problem, place)
        self._fanning.show(tile)
        self._fanning.show_exactly(problem)

    def _take_cost(self, event: Any) -> None:
        if not self._loading:
            self._drag()

    def _take_landscaped(self, event: Any) -> None:
        self._fanning.landscaped = event.new
        self._show_tiles()
        self._fanning.show(self._guided)
