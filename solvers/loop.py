"""A solver is a step, and one loop runs every step.

    problem → solver.init → state → solver.step → state → …
                              ↓ solver.iterate
                           Iterate

The loop does what every solver needs: time, count, stopping, cancellation, the watch for numbers
that are not finite, the best iterate and the warm start. Pausing is not asking for the next one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, ClassVar, Self

import numpy as np
import param

# Objectives with the sign that makes more better, and the order in which the best iterate is judged
# by one of them where its solver says nothing else.
_SENSE = {"primal": -1.0, "dual": 1.0, "estimate": -1.0}
_JUDGES = ("primal", "dual")


@dataclass(frozen=True)
class Iterate:
    """One step's result, complete in itself.

    Attributes
    ----------
    number : int
        Steps done; 0 is the start.
    seconds : float
        Time spent in the solver since the start, without the time of whoever looks at the iterates.
    barycenter : array, Cloud or Mixture
        What to show; for a `GridProblem` a density (*shape) of mean 1. ``np.asarray`` makes numbers
        of all of them.
    objectives : mapping of str to float
        ``"dual"`` (maximised) and ``"primal"`` (minimised), as far as the solver computes them.
    state : object
        Give it to `iterates` to continue from here.
    stopped : str or None
        In the last iterate of a loop, one sentence that says why the loop ended.
    better : Iterate or None
        An earlier iterate with a better objective, the best of them.
    levels_left : int
        Finer grids still to come; 0 on the problem's own grid. Only there are the objectives
        those of the problem, and the barycenter has its shape.
    figures : mapping of str to float
        Further numbers of the iterate, such as the ``"support"`` of a measure.
    judged_by : str or None
        The objective by which the best iterate is told: the primal, else the dual, if None.
    """

    barycenter: Any
    objectives: Mapping[str, float]
    state: Any
    number: int = 0
    seconds: float = 0.0
    stopped: str | None = None
    better: Iterate | None = field(default=None, repr=False)
    levels_left: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)
    judged_by: str | None = None

    @property
    def best(self) -> Iterate:
        """The best iterate so far by the objective."""
        return self.better or self

    @property
    def score(self) -> float | None:
        """The judged objective with the sign that makes more better, None without objectives."""
        for name in _JUDGES if self.judged_by is None else (self.judged_by,):
            if name in self.objectives:
                return _SENSE[name] * self.objectives[name]
        return None

    def is_close_to(self, best: Iterate) -> bool:
        """Whether the objective is within a thousandth of that of a better iterate."""
        if self.score is None or best.score is None:
            return True
        return best.score - self.score <= 1e-3 * abs(best.score)

    def is_finite(self) -> bool:
        """Whether all that would be shown is finite."""
        return bool(
            np.isfinite(list(self.objectives.values())).all()
            and np.isfinite(np.asarray(self.barycenter).sum())
        )


class Solver(param.Parameterized):
    """Settings, and three functions of (problem, state); nothing is hidden between steps.

    Settings are declared with `param`, so that a bad value is refused with a sentence and pages can
    build their controls from the declaration.
    """

    label: ClassVar[str]
    """Short name for buttons and legends."""

    summary: ClassVar[str]
    """What the solver does, in one sentence for a visitor."""

    objectives: ClassVar[tuple[str, ...]] = ()
    """The objectives that every iterate has; `with_primal` computes the primal on demand."""

    @abstractmethod
    def init(self, problem: Any, state: Any = None) -> Any:
        """The state to start from: fresh, or warm from the state of a similar problem."""

    @abstractmethod
    def step(self, problem: Any, state: Any) -> Any:
        """The state after one more step; `state` itself is left as it is."""

    @abstractmethod
    def iterate(self, problem: Any, state: Any) -> Iterate:
        """What there is to see of a state."""

    def potentials(self, problem: Any, state: Any) -> Any:
        """Estimates of the Kantorovich potentials on the barycenter's side (m, *shape), or None.

        The primal objective is computed from there.
        """
        return None

    def settled(self) -> Self:
        """A copy whose settings do not change any more."""
        return type(self)(**self.param.values())

    def converged(self, problem: Any, state: Any) -> str | None:
        """One sentence if no further step can change anything, else None."""
        return None


def iterates(
    solver: Solver,
    problem: Any,
    state: Any = None,
    *,
    max_iterations: int = 1000,
    max_seconds: float = np.inf,
    tolerance: float = 1e-6,
    patience: int = 20,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Iterate]:
    """Run a solver, one iterate at a time.

    Parameters
    ----------
    solver : Solver
    problem : GridProblem, PointProblem, MixtureProblem
        Whichever the solver understands.
    state : object, optional
        The ``state`` of an earlier iterate: the loop continues from it, also when the weights, the
        marginals or the settings have changed since.
    max_iterations : int
        Steps to do at most, ≥ 0.
    max_seconds : float
        No step begins after the solver has worked for this long; > 0.
    tolerance : float
        Stop when the best objective has not improved by more than this fraction of itself within
        the last `patience` steps; 0 never stops for that reason.
    patience : int
        Steps to wait for an improvement, ≥ 1.
    cancelled : callable
        Asked before each step; True ends the loop.

    Yields
    ------
    Iterate
        Number 0 (the start), 1, 2, …; the last one carries a reason in ``stopped``. If the loop is
        cancelled, or a step gives numbers that are not finite, the last good iterate comes once
        more with the reason.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the state does not fit the problem.
    """
    if max_iterations < 0:
        raise ValueError(f"max_iterations: is {max_iterations}, but must be ≥ 0.")
    if not max_seconds > 0:
        raise ValueError(f"max_seconds: is {max_seconds:g}, but must be > 0.")
    if not 0 <= tolerance < 1:
        raise ValueError(f"tolerance: is {tolerance:g}, but must be in [0, 1).")
    if patience < 1:
        raise ValueError(f"patience: is {patience}, but must be ≥ 1.")
    return _iterates(
        solver, problem, state, max_iterations, max_seconds, tolerance, patience, cancelled
    )


def _iterates(
    solver: Solver,
    problem: Any,
    state: Any,
    max_iterations: int,
    max_seconds: float,
    tolerance: float,
    patience: int,
    cancelled: Callable[[], bool],
) -> Iterator[Iterate]:
    seconds = 0.0
    best: Iterate | None = None
    improved_at = 0
    reference: float | None = None
    last: Iterate | None = None
    for number in range(max_iterations + 1):
        started = perf_counter()
        # A page may change settings at any time; within a step they must agree with each other.
        settled = solver.settled()
        state = settled.step(problem, state) if number else settled.init(problem, state)
        current = settled.iterate(problem, state)
        seconds += perf_counter() - started
        current = replace(current, number=number, seconds=seconds)
        if not current.is_finite():
            if last is None:
                raise ValueError("state: gives numbers that are not finite; start without it.")
            yield replace(
                last,
                stopped=f"Stopped: iteration {number} gave numbers that are not finite. "
                "A smaller step or learning rate may help.",
            )
            return
        score = current.score
        if best is not None and best.levels_left != current.levels_left:
            best = reference = None  # objectives on another grid do not compare
        if score is None or best is None or best.score is None or score > best.score:
            best = current
        if score is None or reference is None or score > reference + tolerance * abs(reference):
            improved_at, reference = number, score
        reason = solver.converged(problem, state)
        if reason is None and tolerance > 0 and number - improved_at >= patience:
            reason = (
                f"Converged: the objective improved by less than {100 * tolerance:.1g} % "
                f"in {patience} iterations."
                if current.is_close_to(best)
                else f"Stopped: the objective has stayed below its best value for {patience} "
                "iterations. A smaller step or learning rate may help."
            )
        if reason is None and number == max_iterations:
            reason = f"Stopped after {max_iterations} iterations, as asked."
        if reason is None and seconds >= max_seconds:
            reason = f"Stopped after {seconds:.1f} s of work, as asked."
        last = replace(current, stopped=reason, better=None if best is current else best)
        if best is current:
            best = last
        yield last
        if reason is not None:
            return
        if cancelled():
            yield replace(last, stopped=f"Cancelled after iteration {number}.")
            return
