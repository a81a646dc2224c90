"""The adjustment of a marginal, as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from solvers.adjusting import adjusted, check_adjustment
from solvers.arrays import Array, FloatArray


@dataclass(frozen=True)
class Adjustment:
    """Changes to a density; `solvers.adjusting.adjusted` says what each of them does.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """

    invert: bool = False
    recentre: bool = False
    blur: float = 0.0
    threshold: float = 0.0

    def __post_init__(self) -> None:
        check_adjustment(self.threshold, self.blur)

    def apply(self, density: Array) -> FloatArray:
        """The adjusted density (n, n); ValueError if no mass is left."""
        return adjusted(density, **asdict(self))
