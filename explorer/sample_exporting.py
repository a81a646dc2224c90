"""What can be exported of samples: as of clouds, and the models that have been trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from explorer.inputs.models import SUFFIX
from explorer.measure_exporting import PointExporting
from explorer.state import changed_settings
from explorer.tile import Tile
from solvers.training import TrainingState, save


class SampleExporting(PointExporting):
    """Clouds over samples of their marginals, and models."""

    def choices(self, tiles: Sequence[Tile]) -> dict[str, Callable[[], None]]:
        """What can be exported of some tiles; a model of those that train one."""
        models = {
            f"Model of {tile.label} ({SUFFIX.strip('.').upper()})": partial(self._model, tile)
            for tile in tiles
            if tile.trains
        }
        return models | super().choices(tiles)

    def _model(self, tile: Tile) -> None:
        state, settings = tile.run.state, changed_settings(tile.solver)
        if isinstance(state, TrainingState):
            self.make(
                f"{tile.name}{SUFFIX}",
                "application/octet-stream",
                lambda cancelled, report: save(state, settings),
            )
