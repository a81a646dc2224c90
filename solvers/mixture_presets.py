"""Gaussian mixtures in the unit square, by name."""

from __future__ import annotations

import numpy as np

from solvers.arrays import FloatArray
from solvers.mixtures import Mixture, tilted

# Components: weight, x, y, half-axes at one standard deviation, angle of the first in degrees.
_COMPONENTS: dict[str, list[tuple[float, float, float, float, float, float]]] = {
    "triangle": [
        (1, 0.50, 0.76, 0.10, 0.05, 90),
        (1, 0.26, 0.30, 0.10, 0.05, 30),
        (1, 0.74, 0.30, 0.10, 0.05, 150),
    ],
    "row": [(1, x, 0.5, 0.09, 0.035, 90) for x in (0.14, 0.32, 0.50, 0.68, 0.86)],
    "ring of five": [
        (1, 0.500, 0.800, 0.10, 0.035, 0),
        (1, 0.215, 0.593, 0.10, 0.035, 72),
        (1, 0.324, 0.257, 0.10, 0.035, 144),
        (1, 0.676, 0.257, 0.10, 0.035, 36),
        (1, 0.785, 0.593, 0.10, 0.035, 108),
    ],
    "cross": [
        (1, 0.50, 0.50, 0.05, 0.05, 0),
        (1, 0.50, 0.77, 0.10, 0.03, 90),
        (1, 0.50, 0.23, 0.10, 0.03, 90),
        (1, 0.23, 0.50, 0.10, 0.03, 0),
        (1, 0.77, 0.50, 0.10, 0.03, 0),
    ],
    "wave": [
        (1, 0.20, 0.50, 0.08, 0.035, 75),
        (1, 0.37, 0.68, 0.09, 0.035, 0),
        (1, 0.50, 0.50, 0.15, 0.035, 105),
        (1, 0.63, 0.32, 0.09, 0.035, 0),
        (1, 0.80, 0.50, 0.08, 0.035, 75),
    ],
    "face": [
        (2, 0.32, 0.70, 0.06, 0.05, 90),
        (2, 0.68, 0.70, 0.06, 0.05, 90),
        (1, 0.50, 0.50, 0.07, 0.025, 90),
        (2, 0.36, 0.28, 0.10, 0.03, 150),
        (2, 0.64, 0.28, 0.10, 0.03, 30),
    ],
    "heavy and light": [
        (4, 0.36, 0.42, 0.15, 0.09, 40),
        (1, 0.78, 0.78, 0.05, 0.05, 0),
        (1, 0.80, 0.30, 0.05, 0.05, 0),
    ],
    "single round": [(1, 0.50, 0.50, 0.16, 0.16, 0)],
    "single tilted": [(1, 0.50, 0.50, 0.24, 0.06, 45)],
    "trio upper left": [
        (1, 0.22, 0.64, 0.08, 0.03, 0),
        (1, 0.28, 0.80, 0.08, 0.03, 60),
        (1, 0.40, 0.66, 0.08, 0.03, 120),
    ],
    "trio upper right": [
        (1, 0.64, 0.66, 0.05, 0.05, 0),
        (2, 0.76, 0.84, 0.05, 0.05, 0),
        (1, 0.88, 0.66, 0.05, 0.05, 0),
    ],
    "trio below": [
        (1, 0.32, 0.20, 0.09, 0.03, 90),
        (1, 0.50, 0.32, 0.09, 0.03, 90),
        (2, 0.68, 0.20, 0.09, 0.03, 90),
    ],
}

PRESETS = tuple(_COMPONENTS)


def preset(name: str) -> Mixture:
    """A mixture of up to five components in the unit square.

    The three trios lie apart, so that their barycenter is clearly between them.

    Parameters
    ----------
    name : str
        One of `PRESETS`.

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    if name not in _COMPONENTS:
        raise ValueError(f"mixture: “{name}” is unknown; there are {', '.join(PRESETS)}.")
    rows: FloatArray = np.array(_COMPONENTS[name], dtype=np.float64)
    return Mixture(rows[:, 0], rows[:, 1:3], tilted(rows[:, 3:5], np.radians(rows[:, 5])))
