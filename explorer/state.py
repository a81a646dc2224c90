"""What a visitor would want back: the choice of problem, solvers and settings, as data.

The address, the saved file and the Python script are spellings of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import fsum
from typing import Any, Self

from explorer.inputs.ground_costs import GroundCost
from explorer.inputs.sources import MIN_MARGINALS, Marginal
from explorer.inputs.spelling import is_own
from explorer.look import Look
from explorer.subjects import DENSITIES, Subject
from solvers import SOLVERS, Solver
from solvers.settings import declarations

AXES = ("iterations", "seconds")

# The strengths ε of entropic transport that can be chosen.
REGS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
USUAL_REG = 0.01

# Groups of controls that an address can leave out.
HIDEABLE = (
    "marginals", "weights", "solvers", "settings", "grid", "export", "share", "timeline",
    "transport", "look", "strip", "curves", "table", "examples", "cost", "plans", "board", "model",
)  # fmt: skip

_ROUNDING = 1e-6


@dataclass(frozen=True)
class StudioState:
    """A view of a studio.

    Attributes
    ----------
    marginals : tuple of Marginal
        2 at least, and no more than the subject takes.
    weights : tuple of float
        One for each marginal, ≥ 0, of sum 1.
    solvers : tuple of (str, mapping)
        Registered names, all distinct, each with the settings that differ from their defaults.
    grid : int
        Cells along each side, points, or components; one of the subject's grids.
    quantity, axis : str
        What the curves show, one of the subject's quantities, over one of `AXES`.
    hide : frozenset of str
        Some of `HIDEABLE`.
    subject : Subject
    look : Look
        How volumes are seen.
    cuts : tuple of float, (3,)
        Where the slices through volumes are, along each axis, 0 to 1.
    sliced : bool
        Whether these slices are shown.
    cost : GroundCost
        Between points of clouds, or samples.
    reg : float
        ε of entropic transport between samples, one of `REGS`.

    Raises
    ------
    ValueError
        With one sentence that names the field, the value and the rule.
    """

    marginals: tuple[Marginal, ...]
    weights: tuple[float, ...]
    solvers: tuple[tuple[str, Mapping[str, Any]], ...]
    grid: int
    quantity: str = "objectives"
    axis: str = "iterations"
    hide: frozenset[str] = frozenset()
    subject: Subject = DENSITIES
    look: Look = field(default_factory=Look)
    cuts: tuple[float, float, float] = (0.5, 0.5, 0.5)
    sliced: bool = True
    cost: GroundCost = field(default_factory=GroundCost)
    reg: float = USUAL_REG

    def __post_init__(self) -> None:
        count, names = len(self.marginals), [name for name, _ in self.solvers]
        most = self.subject.most
        if not MIN_MARGINALS <= count <= most:
            raise ValueError(
                f"marginals: {count} given, but the studio takes {MIN_MARGINALS} to {most}."
            )
        if len(self.weights) != count:
            raise ValueError(f"weights: {len(self.weights)} given for {count} marginals.")
        if not (min(self.weights) >= 0 and abs(fsum(self.weights) - 1) <= _ROUNDING):
            raise ValueError(f"weights: are {self.weights}, but must be ≥ 0 and sum to 1.")
        if not names or len(set(names)) < len(names):
            raise ValueError(f"solvers: are {names}, but must be one or more, all distinct.")
        for name, settings in self.solvers:
            _one_of("solvers", name, self.subject.solvers)
            for key in settings:
                _one_of(f"settings of {name}", key, tuple(declarations(SOLVERS[name])))
            SOLVERS[name](**settings)  # the declaration checks the values
        _one_of("grid", self.grid, self.subject.grids)
        _one_of("quantity", self.quantity, self.subject.quantities)
        _one_of("axis", self.axis, AXES)
        for group in self.hide:
            _one_of("hide", group, HIDEABLE)
        _one_of("cost", self.cost.family, self.subject.costs)
        _one_of("reg", self.reg, REGS)
        if not all(0 <= cut <= 1 for cut in self.cuts):
            raise ValueError(f"cuts: are {self.cuts}, but each must be in [0, 1].")

    @classmethod
    def default(cls, subject: Subject = DENSITIES) -> Self:
        """What a visitor sees first: a few marginals in equal parts."""
        count = subject.usual_count
        return cls(
            tuple(map(subject.stand_in, range(count))),
            (1 / count,) * count,
            ((subject.usual_solver, {}),),
            subject.usual_grid,
            subject=subject,
            cost=GroundCost(subject.costs[0]),
        )


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
