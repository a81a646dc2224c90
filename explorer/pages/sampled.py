"""What the studios of samples have in common: errors, the exact answer, models to keep."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, cast

from explorer.inputs.drawn_samples import SHOWN, SamplesDrawn
from explorer.inputs.models import ModelUpload
from explorer.inputs.sample_slots import SamplesInput
from explorer.inputs.sources import Marginal
from explorer.levels import Picture
from explorer.pages.clouds import CloudStudio
from explorer.pages.layout import Extras
from explorer.sample_exporting import SampleExporting
from explorer.state import StudioState
from explorer.theme import EXACT_COLOR, MARGINAL_COLORS
from explorer.tile import Painted, Tile
from explorer.tracing import Plans, Traced
from explorer.training_tile import TrainingTile
from explorer.views.cloud import CloudView
from explorer.views.curves import SAMPLE_CHARTS
from explorer.views.table import SAMPLE_COLUMNS
from explorer.views.text import heading
from solvers import SOLVERS
from solvers.sample_problem import SampleProblem
from solvers.sampled_free_support import CDWBState
from solvers.settings import as_declared
from solvers.training import Saved

# The draws of the exact answer are the same for all weights, so that its dots move smoothly.
_SEED = 0


class SampledStudio(CloudStudio):
    """Samples of the barycenter over those of the marginals, beside the exact answer if known."""

    exporting = SampleExporting
    tile = TrainingTile
    charts = SAMPLE_CHARTS
    columns = SAMPLE_COLUMNS

    def make_view(
        self, on_painted: Callable[[int], None], on_toggle: Callable[[], None], **params: Any
    ) -> CloudView:
        """A window on the marginals, whatever networks make before they have learned."""
        return super().make_view(on_painted, on_toggle, grows=False, **params)

    def make_marginals(self, marginals: list[Marginal]) -> SamplesInput:
        """Slots for distributions."""
        return SamplesInput(marginals, self.subject, self._patient, self._take_thumbnails)

    def prepare(self, state: StudioState) -> None:
        """The exact answer, and the control that takes models."""
        super().prepare(state)
        self._posed: SampleProblem | None = None
        self.models = ModelUpload(lambda: self._posed, self._resume)
        self._answer = self.make_view(
            lambda ticket: None,
            lambda: None,
            label="Exact",
            note="known by a formula",
            color=EXACT_COLOR,
            still=True,
            sizing_mode="stretch_width",
        )

    def extras(self) -> Extras:
        """The control that takes models, and the switch of the lines."""
        return Extras(
            sidebar={"model": [heading("Trained before"), self.models]},
            toolbar={"plans": [self.planned]},
        )

    def open(self) -> None:
        """Show the first pictures; meanwhile import what the first step of a training needs."""
        # Does not count: the small pictures would have to wait as long as it takes.
        self._patient.weigh(0.0)
        super().open()
        self._patient.offer("optimiser", _bring_optimiser, lambda nothing: self._patient.weigh(1.0))

    def set_dark(self, dark: bool) -> None:
        """Repaint all, seen or not."""
        super().set_dark(dark)
        self._answer.dark = dark

    def clouds(self) -> list[CloudView]:
        """With the exact answer."""
        return [*super().clouds(), self._answer]

    @property
    def drawn(self) -> SamplesDrawn:
        """What has been drawn."""
        return cast(SamplesDrawn, self._posing.drawn)

    def further_views(self) -> list[Any]:
        """The exact answer, where there is one."""
        return [self._answer] if self._posed is not None and self._posed.exact is not None else []

    def set_scene(self, view: Any) -> None:
        """Samples of the marginals under the dots; places are told in their units."""
        view.backdrop(self.drawn.arrays, MARGINAL_COLORS[: len(self.drawn.arrays)])
        frame = self.drawn.frame
        view.ruler = {"origin": frame.corner.tolist(), "side": 2 * frame.half}

    def plans_of(self, painted: Painted, cancelled: Callable[[], bool]) -> Traced:
        """Of a discrete barycenter its plans, of another what has been learned."""
        if isinstance(painted.state, CDWBState):
            return self._matched(painted, painted.state)
        return self.arrows_of(painted, cancelled)

    @abstractmethod
    def arrows_of(self, painted: Painted, cancelled: Callable[[], bool]) -> Traced:
        """What has been learned on the samples that go to what is painted."""

    def trace(self, tile: Tile, plans: Traced | None, index: int | None) -> None:
        """Show the lines of a tile."""
        view = cast(CloudView, tile.view)
        if plans is None:
            view.lines()
            return
        lines = plans.lines(index)
        view.lines(lines.starts, lines.ends, lines.marginals, lines.shares)

    def _matched(self, painted: Painted, state: CDWBState) -> Plans:
        frame = self.drawn.frame
        return Plans(
            painted,
            frame.place(state.inner.cloud.positions),
            [frame.place(cloud.positions) for cloud in state.problem.measures],
            state.inner.couplings.plans,
        )

    def _turn_to(self, problem: Any, to_picture: Callable[[Any], Picture], warm: bool) -> None:
        known = self.further_views()
        scenery = self._scenery
        self._posed = problem
        super()._turn_to(problem, to_picture, warm)
        if self._scenery is not scenery:
            self.set_scene(self._answer)
        if self.further_views() != known:
            self._show_tiles()
        if problem.exact is not None:
            self._paint_answer(problem)

    def _resume(self, saved: Saved) -> str:
        """Go on from a model that has been loaded, with the settings that it was trained with."""
        name = saved.state.solver
        label = SOLVERS[name].label
        for tile in self._solvers:
            if tile.name == name:
                tile.solver.param.update(**as_declared(SOLVERS[name], saved.settings))
                tile.resume(saved.state)
                return f"{label} goes on from here."
        raise ValueError(f"model: it is one of {label}; choose that solver first.")

    def _paint_answer(self, problem: SampleProblem) -> None:
        drawn = self.drawn

        def work(cancelled: Callable[[], bool]) -> Picture:
            assert problem.exact is not None  # else there would be nothing to paint
            return drawn.frame.rows(problem.exact.samples.as_numpy(SHOWN, _SEED))

        def done(rows: Picture) -> None:
            text = self._describe(problem, plain=False).removeprefix("B")
            self._answer.paint(rows, 0, f"Exact b{text}")

        self._quick.offer("answer", work, done)


def _bring_optimiser(cancelled: Callable[[], bool]) -> None:
    """Let PyTorch import what its optimisers use, which takes seconds: none too late for Run."""
    import torch

    torch.optim.Adam([torch.zeros(1, requires_grad=True)])
