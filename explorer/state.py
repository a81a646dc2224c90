"""What a visitor would want back: the choice of problem, solvers and settings, as data.

The address, the saved file and the Python script are spellings of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from typing import Any, Self

from explorer.inputs.sources import MAX_MARGINALS, MIN_MARGINALS, Marginal, built_in
from explorer.inputs.spelling import is_own
from solvers import SOLVERS, Solver
from solvers.settings import declarations

GRIDS = (64, 128, 256, 512)
QUANTITIES = ("objectives", "gap")
AXES = ("iterations", "seconds")

# Groups of controls that an address can leave out.
HIDEABLE = (
    "marginals", "weights", "solvers", "settings", "grid", "export", "share", "timeline",
    "transport", "curves", "table",
)  # fmt: skip

# One for each slot: the first four are the default, all stand in for what cannot be restored.
SILHOUETTES = ("duck", "heart", "rabbit", "leaf-maple", "star", "cat")

_ROUNDING = 1e-6


@dataclass(frozen=True)
class StudioState:
    """A view of the densities studio.

    Attributes
    ----------
    marginals : tuple of Marginal
        2 to 6.
    weights : tuple of float
        One for each marginal, ≥ 0, of sum 1.
    solvers : tuple of (str, mapping)
        Registered names, all distinct, each with the settings that differ from their defaults.
    grid : int
        Cells along each side, one of `GRIDS`.
    quantity, axis : str
        What the curves show, one of `QUANTITIES`, over one of `AXES`.
    hide : frozenset of str
        Some of `HIDEABLE`.

    Raises
    ------
    ValueError
        With one sentence that names the field, the value and the rule.
    """

    marginals: tuple[Marginal, ...]
    weights: tuple[float, ...]
    solvers: tuple[tuple[str, Mapping[str, Any]], ...]
    grid: int = 256
    quantity: str = "objectives"
    axis: str = "iterations"
    hide: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        count, names = len(self.marginals), [name for name, _ in self.solvers]
        if not MIN_MARGINALS <= count <= MAX_MARGINALS:
            raise ValueError(
                f"marginals: {count} given, but the studio takes {MIN_MARGINALS} to "
                f"{MAX_MARGINALS}."
            )
        if len(self.weights) != count:
            raise ValueError(f"weights: {len(self.weights)} given for {count} marginals.")
        if not (min(self.weights) >= 0 and abs(fsum(self.weights) - 1) <= _ROUNDING):
            raise ValueError(f"weights: are {self.weights}, but must be ≥ 0 and sum to 1.")
        if not names or len(set(names)) < len(names):
            raise ValueError(f"solvers: are {names}, but must be one or more, all distinct.")
        for name, settings in self.solvers:
            _one_of("solvers", name, tuple(SOLVERS))
            for key in settings:
                _one_of(f"settings of {name}", key, tuple(declarations(SOLVERS[name])))
            SOLVERS[name](**settings)  # the declaration checks the values
        _one_of("grid", self.grid, GRIDS)
        _one_of("quantity", self.quantity, QUANTITIES)
        _one_of("axis", self.axis, AXES)
        for group in self.hide:
            _one_of("hide", group, HIDEABLE)

    @classmethod
    def default(cls) -> Self:
        """What a visitor sees first: four silhouettes in equal parts, by SGA."""
        return cls(tuple(stand_in(slot) for slot in range(4)), (0.25,) * 4, (("sga", {}),))


def stand_in(slot: int) -> Marginal:
    """The silhouette for a slot, 0 to 5, where nothing else is known."""
    return built_in("Silhouettes", SILHOUETTES[slot])


def own_pictures(state: StudioState) -> list[str]:
    """Labels of the marginals that travel in a saved file only."""
    return [marginal.label for marginal in state.marginals if is_own(marginal)]


def changed_settings(solver: Solver) -> dict[str, Any]:
    """A solver's settings that differ from their defaults, by name."""
    return {
        name: getattr(solver, name)
        for name, setting in declarations(type(solver)).items()
        if getattr(solver, name) != setting.default
    }


def _one_of(field: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        known = ", ".join(map(str, choices))
        raise ValueError(f"{field}: is “{value}”, but must be one of {known}.")
