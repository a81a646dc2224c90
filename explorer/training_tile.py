"""The tile of a solver that learns from samples: its errors, where the exact answer is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from explorer.levels import Picture
from explorer.run import Batch
from explorer.tile import Tile
from solvers import Iterate
from solvers.uvp import Figure, energy_distance, sliced_w2

# Seconds between two comparisons of the dots with the exact answer, while a solver runs.
_BETWEEN = 1.0
# Masses of n dots that differ by less than this part of 1/n are equal.
_EQUAL = 1e-6
# What a solver itself tells of an iterate, what it is called, and how it is written.
_TOLD = {
    "bw_uvp_maps": ("error of the maps", "{:.3g} %"),
    "reg": ("ε", "{:.3g}"),
    "ess": ("effective samples", "{:.0f}"),
}


class TrainingTile(Tile):
    """Errors instead of bounds: an objective that is learned is an estimate."""

    # Of the newest iterate that has been compared; none where the exact answer is not known.
    compared: Mapping[str, Figure] = {}

    def start(
        self, problem: Any, to_picture: Callable[[Any], Picture], warm: bool, state: Any = None
    ) -> None:
        """Turn to a problem; a comparison with the answer of the one before is not wanted."""
        self.compared = {}
        self._background.drop(("errors", self.name))
        super().start(problem, to_picture, warm, state)

    def close(self) -> None:
        """End the run, let go of the recording."""
        self._background.drop(("errors", self.name))
        super().close()

    @property
    def figures(self) -> Mapping[str, float]:
        """Those of the newest iterate, and of the comparison."""
        found = _with_error(super().figures)
        for key, figure in self.compared.items():
            found[key], found[f"{key}_noise"] = figure
        return found

    def _judge(self, batch: Batch) -> None:
        problem, exact, cloud = batch.problem, batch.problem.exact, batch.newest.barycenter
        if exact is None:
            return

        def work(cancelled: Callable[[], bool]) -> Mapping[str, Figure]:
            # The distances are between equally heavy dots.
            picked = np.random.default_rng(0).choice(len(cloud), len(cloud), p=cloud.masses)
            equal = np.ptp(cloud.masses) < _EQUAL / len(cloud)
            dots = cloud.positions if equal else cloud.positions[picked]
            return {
                "sliced_w2": sliced_w2(dots, exact.samples),
                "energy_distance": energy_distance(dots, exact.samples),
            }

        def done(compared: Mapping[str, Figure]) -> None:
            if problem is self._problem and self.batch is not None:
                self.compared = compared
                self._tell(self.batch)
                self._changed(self, (), False)

        self._background.offer(
            ("errors", self.name), work, done, _BETWEEN if self.run.playing else 0.0
        )

    def _figures(self, iterate: Iterate) -> dict[str, str]:
        """Errors first: where there is little room, what comes last is not seen."""
        figures, told = {}, _with_error(iterate.figures)
        if "bw_uvp" in told:
            figures["error"] = f"{told['bw_uvp']:.3g} %"
            if "bw_uvp_noise" in told:
                figures["error"] += f" (noise {told['bw_uvp_noise']:.2g})"
        if "sliced_w2" in self.compared:
            figures["sliced W₂"] = "{:.3f} (noise {:.3f})".format(*self.compared["sliced_w2"])
        for key, (name, form) in _TOLD.items():
            if key in told:
                figures[name] = form.format(told[key])
        if "estimate" in iterate.objectives:
            figures["estimate"] = f"{iterate.objectives['estimate']:.4g}"
        return figures

    def _note(self) -> str:
        note = f"seed {getattr(self.solver, 'seed', 0)}"
        dimension = self._problem.dimension
        return note if dimension <= 3 else f"{note}, leading plane of {dimension} dimensions"


def _with_error(figures: Mapping[str, float]) -> dict[str, float]:
    """Figures of an iterate, its error that of the maps where there is no generator."""
    told = dict(figures)
    if "bw_uvp" not in told and "bw_uvp_maps" in told:
        told["bw_uvp"] = told.pop("bw_uvp_maps")
    return told
