"""What the studios have in common that show clouds: all are seen from the same place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from explorer.look import Camera
from explorer.pages.measures import MeasuresStudio
from explorer.state import StudioState
from explorer.views.cloud import CloudView


class CloudStudio(MeasuresStudio):
    """Dots in the plane or in space; who turns one cloud turns all."""

    def prepare(self, state: StudioState) -> None:
        """The camera."""
        super().prepare(state)
        self._look = state.look

    def make_view(
        self, on_painted: Callable[[int], None], on_toggle: Callable[[], None], **params: Any
    ) -> CloudView:
        """Dots, in the plane or in space, seen from where all are."""
        view = CloudView(
            on_painted,
            on_toggle,
            lambda index, number: self._choose(view, index, number),
            lambda *camera: self._turn(Camera(*camera)),
            **params,
        )
        view.turn(*self._camera_numbers)
        return view

    def view_state(self) -> dict[str, Any]:
        """The camera."""
        return {"look": self._look}

    def show_view_state(self, state: StudioState) -> None:
        """The camera of a state."""
        self._turn(state.look.camera)

    def clouds(self) -> list[CloudView]:
        """All views of clouds."""
        return [cast(CloudView, tile.view) for tile in self._solvers]

    @property
    def _camera_numbers(self) -> tuple[float, float, float]:
        camera = self._look.camera
        return camera.azimuth, camera.elevation, camera.zoom

    def _turn(self, camera: Camera) -> None:
        self._look = replace(self._look, camera=camera)
        for view in self.clouds():
            view.turn(*self._camera_numbers)
        self._write_address()
