"""The volumes studio: solids melting into each other, live in space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias, cast

import panel_material_ui as pmui

from explorer.inputs.sources import Marginal
from explorer.inputs.volumes import VolumesInput
from explorer.levels import Picture
from explorer.look import DISPLAYS, MAX_LEVEL, MIN_LEVEL, Camera, Look
from explorer.pages.layout import Extras, card
from explorer.pages.studio import Studio
from explorer.state import StudioState
from explorer.strip import Strip
from explorer.subjects import VOLUMES
from explorer.views.volume import VolumeView
from explorer.volume_exporting import VolumeExporting

Cuts: TypeAlias = tuple[float, float, float]


class VolumesPage(Studio):
    """Pick solids, drag weights, turn the barycenter around, cut it, take it along as a mesh."""

    subject = VOLUMES
    exporting = VolumeExporting

    def make_marginals(self, marginals: list[Marginal]) -> VolumesInput:
        """Slots for solids, meshes and files."""
        return VolumesInput(marginals, self._patient, self._take_thumbnails)

    def make_view(
        self, on_painted: Callable[[int], None], on_toggle: Callable[[], None], **params: Any
    ) -> VolumeView:
        """A picture in space, seen as all others are."""
        view = VolumeView(on_painted, on_toggle, self._schedule, self._turn, self._cut, **params)
        view.param.update(look=self._look, cuts=self._cuts, sliced=self.sliced.value)
        return view

    def prepare(self, state: StudioState) -> None:
        """The controls of how volumes are seen, and the strip."""
        self._look, self._cuts = state.look, state.cuts
        small: dict[str, Any] = {"size": "small", "margin": 4}
        self.display = pmui.RadioButtonGroup(
            options=list(DISPLAYS), value=state.look.display, **small
        )
        self.level = pmui.FloatSlider(
            label="Level", start=MIN_LEVEL, end=MAX_LEVEL, step=0.01, value=state.look.level,
            format="0 %", width=150, size="small", margin=(0, 12),
        )  # fmt: skip
        as_groups = {"sx": {"padding": "7px 10px"}}
        self.sliced = pmui.Toggle(label="Slices", value=state.sliced, **as_groups, **small)
        self.stripped = pmui.Toggle(label="Strip", **as_groups, **small)
        strips = self._background()
        self._backgrounds.append(strips)
        self._strip = Strip(
            self._window,
            strips,
            self._schedule,
            self._go_to,
            lambda: self._solvers.first.solver.settled(),
        )
        self._strip_card = card(self._strip.view, visible=False)
        self.display.param.watch(self._take_look, "value")
        self.level.param.watch(self._take_look, "value")
        self.sliced.param.watch(self._take_sliced, "value")
        self.stripped.param.watch(self._take_stripped, "value")

    def extras(self) -> Extras:
        """Display, level, slices; the strip below the tiles."""
        return Extras(
            toolbar={"look": [self.display, self.level, self.sliced], "strip": [self.stripped]},
            cards={"strip": [self._strip_card]},
        )

    def set_dark(self, dark: bool) -> None:
        """Repaint all, the strip too."""
        super().set_dark(dark)
        self._strip.see(self._look, dark)

    def view_state(self) -> dict[str, Any]:
        """Look, cuts, slices."""
        return {"look": self._look, "cuts": self._cuts, "sliced": self.sliced.value}

    def show_view_state(self, state: StudioState) -> None:
        """Look, cuts and slices of a state."""
        self.display.value, self.level.value = state.look.display, state.look.level
        self.sliced.value = state.sliced
        self._turn(state.look.camera)
        self._cut(state.cuts)

    @property
    def _volume_views(self) -> list[VolumeView]:
        return [cast(VolumeView, tile.view) for tile in self._solvers]

    def _turn_to(self, problem: Any, to_picture: Callable[[Any], Picture], warm: bool) -> None:
        super()._turn_to(problem, to_picture, warm)
        self._show_strip()

    def _show_strip(self) -> None:
        """Show the strip of the marginals, if it is wanted."""
        if self.stripped.value and self._posing.drawn is not None:
            self._strip.show(self._posing.drawn, self._marginals.labels)

    def _take_look(self, *events: Any) -> None:
        self._see(replace(self._look, display=self.display.value, level=self.level.value))

    def _turn(self, camera: Camera) -> None:
        """The visitor has turned a volume: all turn."""
        self._see(replace(self._look, camera=camera))

    def _see(self, look: Look) -> None:
        self._look = look
        self._strip.see(look, self._dark)
        for view in self._volume_views:
            view.look = look
        self._write_address()

    def _cut(self, cuts: Cuts) -> None:
        self._cuts = cuts
        for view in self._volume_views:
            view.cuts = cuts
        self._write_address()

    def _take_sliced(self, event: Any) -> None:
        for view in self._volume_views:
            view.sliced = event.new
        self._write_address()

    def _take_stripped(self, event: Any) -> None:
        self._strip_card.visible = event.new
        self._show_strip()
        if not event.new:
            self._strip.stop()

    def _go_to(self, weights: list[float]) -> None:
        """The visitor has chosen a picture of the strip."""
        self._playing.stop_tour()
        self._pad.weights = weights
