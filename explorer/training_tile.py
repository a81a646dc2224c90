"""The tile of a solver that learns from samples: its errors, where the exact answer is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from explorer.levels import Picture
from explorer.run import Batch
from explorer.tile import Tile
from solvers import Iterate
from solvers.uvp import Figure, bw_uvp, energy_distance, sliced_w2

# Seconds between two comparisons of the dots with the exact answer, while a solver runs.
_BETWEEN = 1.0
# What a solver itself tells of an iterate, what it is called, and how it is written.
_TOLD = {
    "bw_uvp": ("error", "{:.3g} %"),
    "bw_uvp_maps": ("error of the maps", "{:.3g} %"),
    "reg": ("ε", "{:.3g}"),
    "ess": ("effective samples", "{:.0f}"),
}
# What the dots are compared by, and how that is written.
_COMPARED = {
    "bw_uvp_dots": ("error of the dots", "{:.2g} % (noise {:.2g})"),
    "sliced_w2": ("sliced W₂", "{:.3f} (noise {:.3f})"),
    "energy_distance": ("energy distance", "{:.4f} (noise {:.4f})"),
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
        return {**super().figures, **{key: figure.value for key, figure in self.compared.items()}}

    def _judge(self, batch: Batch) -> None:
        problem, exact, cloud = batch.problem, batch.problem.exact, batch.newest.barycenter
        if exact is None:
            return

        def work(cancelled: Callable[[], bool]) -> Mapping[str, Figure]:
            dots = cloud.positions
            return {
                "bw_uvp_dots": bw_uvp(dots, exact.mean, exact.covariance),
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
        figures = {}
        if "estimate" in iterate.objectives:
            figures["estimate"] = f"{iterate.objectives['estimate']:.4g}"
        for key, (name, form) in _TOLD.items():
            if key in iterate.figures:
                figures[name] = form.format(iterate.figures[key])
        for key, (name, form) in _COMPARED.items():
            if key in self.compared:
                figures[name] = form.format(*self.compared[key])
        return figures

    def _note(self) -> str:
        return f"seed {getattr(self.solver, 'seed', 0)}"
