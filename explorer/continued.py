"""Iterates without end: after a stop the next one goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from solvers import Iterate, Solver, iterates


def continued(solver: Solver, problem: Any, state: Any = None) -> Iterator[Iterate]:
    """The iterates of `solvers.iterates`; numbers and seconds go on after each stop."""
    start = Iterate(None, {}, None)
    best: Iterate | None = None
    while True:
        last = start
        for iterate in iterates(solver, problem, state):
            last = _shifted(iterate, start)
            if best is not None and (best.score or -np.inf) > (last.best.score or -np.inf):
                last = replace(last, better=best)
            # A continued loop first repeats the iterate that it continues from.
            if iterate.number or start.number == 0 or iterate.stopped:
                yield last
        start, state, best = last, last.state, last.best


def _shifted(iterate: Iterate, start: Iterate) -> Iterate:
    return replace(
        iterate,
        number=start.number + iterate.number,
        seconds=start.seconds + iterate.seconds,
        better=iterate.better and _shifted(iterate.better, start),
    )
