"""The points studio: clouds of points, any ground cost, and the points between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import panel_material_ui as pmui

from explorer.inputs.clouds import CloudsInput
from explorer.inputs.drawn import Drawing
from explorer.inputs.drawn_measures import PointDrawing
from explorer.inputs.ground_costs import GroundCostInput
from explorer.inputs.sources import Marginal
from explorer.landscape import Landscape, landscape
from explorer.levels import Picture
from explorer.measure_exporting import PointExporting
from explorer.pages.clouds import CloudStudio
from explorer.pages.layout import Extras
from explorer.pages.measures import places
from explorer.state import StudioState
from explorer.subjects import POINTS
from explorer.theme import MARGINAL_COLORS
from explorer.tile import Painted, Tile
from explorer.tracing import Plans
from explorer.views.cloud import CloudView
from explorer.views.landscape import LandscapeView
from explorer.views.text import heading
from solvers import Cloud
from solvers.plans import plans
from solvers.point_solver import CoupledState

# Points of a cloud from which on the first plans take so long that the visitor is told.
_MANY = 2000


class PointsPage(CloudStudio):
    """Pick clouds and a ground cost, drag weights and exponents, ask points for their partners."""

    subject = POINTS
    exporting = PointExporting

    def make_marginals(self, marginals: list[Marginal]) -> CloudsInput:
        """Slots for clouds."""
        return CloudsInput(marginals, POINTS, self._patient, self._take_thumbnails)

    def make_drawing(self, n: int, marginals: tuple[Marginal, ...]) -> Drawing:
        """Clouds of n points, and the cost."""
        return PointDrawing(n, marginals, self.cost.value)

    def prepare(self, state: StudioState) -> None:
        """The ground cost, and its landscape."""
        super().prepare(state)
        self.cost = GroundCostInput(state.cost)
        self.landscaped = pmui.Toggle(
            label="Cost landscape", sx={"padding": "7px 10px"}, size="small", margin=4
        )
        self._landscape = LandscapeView(sizing_mode="stretch_width")
        self._loading = False  # while a state is being shown, which is posed as a whole
        self.cost.param.watch(self._take_cost, "value")
        self.landscaped.param.watch(self._take_landscaped, "value")

    def extras(self) -> Extras:
        """The cost in the sidebar, the switches of lines and landscape."""
        return Extras(
            sidebar={"cost": [heading("Ground cost"), self.cost]},
            toolbar={"plans": [self.planned, self.landscaped]},
        )

    def further_views(self) -> list[Any]:
        """The landscape, if it is wanted."""
        return [self._landscape] if self.landscaped.value else []

    def set_dark(self, dark: bool) -> None:
        """Repaint all, seen or not."""
        super().set_dark(dark)
        self._landscape.dark = dark

    def view_state(self) -> dict[str, Any]:
        """The cost, and the camera."""
        return {**super().view_state(), "cost": self.cost.value}

    def show_view_state(self, state: StudioState) -> None:
        """Cost and camera of a state."""
        self._loading = True
        try:
            self.cost.load(state.cost)
        finally:
            self._loading = False
        super().show_view_state(state)

    def plans_of(self, painted: Painted, cancelled: Callable[[], bool]) -> Plans:
        """The optimal plans between the points that are seen and the marginals."""
        problem, state = painted.problem, painted.state
        found = (
            state.couplings.plans
            if isinstance(state, CoupledState)
            else plans(problem, Cloud.of_rows(painted.picture), cancelled)
        )
        partners = [cloud.positions for cloud in problem.measures]
        return Plans(painted, places(painted.picture, problem.dimension), partners, found)

    def set_scene(self, view: Any) -> None:
        """The marginals under the dots, on circles or walls if the cost has any."""
        drawn = self._posing.drawn
        assert drawn is not None  # it has just come
        kind, shapes = self.cost.value.scene(drawn.problem.costs)
        view.backdrop(drawn.arrays, MARGINAL_COLORS[: len(drawn.arrays)], kind, shapes)

    def _turn_to(self, problem: Any, to_picture: Callable[[Any], Picture], warm: bool) -> None:
        super()._turn_to(problem, to_picture, warm)
        self._quick.drop("landscape")
        self._landscape.clear()
        self.cost.dimension = problem.given[0].dimension
        if (points := max(map(len, problem.measures))) >= _MANY:
            for tile in self._solvers:
                tile.view.reason = (
                    f"Solving transport plans of {points:,} points: each step takes many seconds."
                )

    def trace(self, tile: Tile, plans: Plans | None, index: int | None) -> None:
        """The lines; of a chosen point also its landscape."""
        view = cast(CloudView, tile.view)
        if plans is None:
            view.lines()
            return
        lines = plans.lines(index)
        view.lines(lines.starts, lines.ends, lines.marginals, lines.shares)
        if index is None or not self.landscaped.value:
            return
        partners, problem = plans.tuple_at(index), plans.painted.problem
        half = view.half

        def work(cancelled: Callable[[], bool]) -> Landscape:
            return landscape(problem, partners, half)

        def done(found: Landscape) -> None:
            self._landscape.paint(
                found.levels,
                view.setting.place(partners, problem.kept)[:, :2],
                [MARGINAL_COLORS[k] for k in problem.kept],
                found.best[:2],
                f"Ground cost of point {index + 1} of {tile.label} at iteration "
                f"{plans.painted.number}: {found.cost:.3e} at the best place",
                half,
                ", in the horizontal plane through the best place" if len(found.best) > 2 else "",
            )

        self._quick.offer("landscape", work, done)

    def _take_cost(self, event: Any) -> None:
        if not self._loading:
            self._drag()

    def _take_landscaped(self, event: Any) -> None:
        if not event.new:
            self._quick.drop("landscape")
            self._landscape.clear()
        self._show_tiles()
