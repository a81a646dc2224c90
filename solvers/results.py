"""What a run leaves behind: arrays, a picture, and a few words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.arrays import Array, FloatArray
from solvers.loop import Iterate
from solvers.sharpness import full_density

# White between the projections of a volume, as a fraction of its longest side.
_GAP = 0.05


@dataclass(frozen=True)
class Result:
    """A finished run.

    Attributes
    ----------
    solver : str
        Registered name.
    settings : dict
        All settings of the solver.
    marginals : list of str
        Names of all that were given.
    weights : array, (m,)
        Of all that were given, summing to 1.
    shape : tuple of int
        Of the problem; a solver that goes from coarse to fine may have stopped before.
    last : Iterate
    points : list of dict of str to float
        For each iterate its number, seconds, finer levels left, and objectives.
    objectives : dict of str to float
        Of the best iterate, with what was computed for it afterwards.
    """

    solver: str
    settings: dict[str, Any]
    marginals: list[str]
    weights: FloatArray
    shape: tuple[int, ...]
    last: Iterate
    points: list[dict[str, float]]
    objectives: dict[str, float]

    @property
    def barycenter(self) -> Array:
        """The best iterate's."""
        return np.asarray(self.last.best.barycenter)

    def arrays(self) -> dict[str, Any]:
        """All that is worth keeping, as arrays without Python objects."""
        return {
            "barycenter": self.barycenter,
            "weights": self.weights,
            "marginals": np.array(self.marginals),
            "solver": np.array(self.solver),
            "settings": np.array(json.dumps(self.settings)),
            "stopped": np.array(self.last.stopped or ""),
            **{
                name: np.array([point.get(name, np.nan) for point in self.points])
                for name in dict.fromkeys(name for point in self.points for name in point)
            },
        }

    def facts(self) -> dict[str, Any]:
        """The run in numbers and words, ready for JSON."""
        best = self.last.best
        return {
            "solver": self.solver,
            "settings": self.settings,
            "marginals": self.marginals,
            "weights": self.weights.tolist(),
            "shape": list(self.barycenter.shape),
            "levels_left": best.levels_left,
            "iterations": self.last.number,
            "best_iteration": best.number,
            "seconds": self.last.seconds,
            "objectives": self.objectives,
            "stopped": self.last.stopped,
        }

    def summary(self) -> str:
        """The run in three or four lines for a reader."""
        best = self.last.best
        objectives = ", ".join(f"{name} {value:.6g}" for name, value in self.objectives.items())
        lines = [
            f"{self.solver}: {len(self.marginals)} marginals, {_times(self.shape)} cells, "
            f"{self.last.number} iterations in {self.last.seconds:.1f} s.",
            str(self.last.stopped),
        ]
        if objectives:
            lines.append(f"Best iterate: number {best.number}, {objectives}.")
        if best.levels_left:
            lines.append(
                f"The result is on a coarser grid of {_times(self.barycenter.shape)} cells: the "
                "run ended before the finest one; allow more iterations or seconds."
            )
        return "\n".join(lines)


def picture(density: Array) -> NDArray[np.uint8]:
    """A density as dark ink on white, 8 bits of grey.

    A volume is shown by its projections along the first, second and third axis, side by side.
    """
    if density.ndim == 2:
        return _inked(density)
    gap = max(1, round(_GAP * max(density.shape)))
    views = [_inked(density.sum(axis=axis)) for axis in range(3)]
    height = max(len(view) for view in views)
    padded = [
        np.pad(view, ((0, height - len(view)), (gap if i else 0, 0)), constant_values=255)
        for i, view in enumerate(views)
    ]
    return np.concatenate(padded, axis=1)


def _inked(density: Array) -> NDArray[np.uint8]:
    return (255.5 - 255 * np.clip(density / full_density(density), 0, 1)).astype(np.uint8)


def save(result: Result, archive: Path, image: Path) -> None:
    """Write the arrays (.npz, compressed, no pickles) and the picture (PNG)."""
    from PIL import Image

    np.savez_compressed(archive, **result.arrays())
    Image.fromarray(picture(result.barycenter)).save(image, "PNG")


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
