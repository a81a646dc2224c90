"""Where Sobolev gradient ascent is on one grid."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solvers.arrays import Array
from solvers.problems import GridProblem


@dataclass(frozen=True, eq=False)
class SGAState:
    """Potentials with ``Σ α_i f_i = 0`` and what follows from them, in the problem's `domain`.

    Attributes
    ----------
    problem : GridProblem
        What the state belongs to.
    potentials : array, (m, *domain.shape)
        The f_i, in length².
    images : array, (m, *domain.shape)
        The push-forwards ``ρ_i = (T_i)_# μ_i``; all equal at the optimum. In the exact phase, which
        only tightens the dual, they stay as they were when it began.
    transported : array, (m,)
        ``∫ f_i^c dμ_i``; their weighted sum is the dual objective.
    step_size : float
        Next step of the adaptive rule.
    iteration : int
        Steps done on this problem.
    slope : float
        Slope of the dual along the last step's direction; ∞ where not all potentials moved.
    ascended : array or None, (m, *domain.shape)
        Potentials right after the last ascent step, where momentum sets out from.
    exact_steps : int or None
        Steps done in the exact phase; None before it.
    set_aside : dict of int to array
        Potentials (*shape) of marginals that have lost all weight, by their position among those
        given, for the day when they get some again.
    """

    problem: GridProblem
    potentials: Array
    images: Array
    transported: Array
    step_size: float
    iteration: int = 0
    slope: float = np.inf
    ascended: Array | None = None
    exact_steps: int | None = None
    set_aside: dict[int, Array] = field(default_factory=dict)

    @property
    def dual(self) -> float:
        """The dual objective ``D(f) = Σ α_i ∫ f_i^c dμ_i``."""
        return float(self.problem.weights @ self.transported)

    @property
    def barycenter(self) -> Array:
        """The weighted mean of the push-forwards, (*shape)."""
        problem = self.problem
        mean = np.tensordot(problem.weights, self.images, axes=1)
        return problem.domain.padded(mean, problem.shape)

    @property
    def extended(self) -> Array:
        """The potentials on the whole grid, (m, *shape)."""
        return self.problem.domain.padded(self.potentials, self.problem.shape, mode="edge")

    def carried(self) -> dict[int, Array]:
        """All potentials (*shape), by the position of their marginal among those given."""
        return dict(zip(self.problem.kept, self.extended, strict=True)) | self.set_aside
