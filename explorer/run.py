"""One run: worker thread → newest-iterate mailbox → one frame in flight → document.

Every page computes through a `Run`; no page starts a thread. The solver works at its own speed.
Only the newest iterate waits for the browser (the points of the curves all do), and the next frame
leaves when the browser has painted the last one, so neither side can flood the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np

from explorer.continued import continued
from explorer.turns import TURNS
from explorer.worker import Worker
from solvers import Iterate, Solver


@dataclass(frozen=True)
class Point:
    """One iterate's place in the curves: its objectives, and its further figures with them."""

    number: int
    seconds: float
    objectives: Mapping[str, float]
    levels_left: int = 0


@dataclass(frozen=True)
class Batch:
    """What has happened since the last frame.

    Attributes
    ----------
    ticket : int
        To be handed to `Run.acknowledge` once the browser has painted the frame.
    newest : Iterate
    problem : object
        What it belongs to.
    points : tuple of Point
        All new points, in order.
    restarted : bool
        The points begin a new curve.
    """

    ticket: int
    newest: Iterate
    problem: Any
    points: tuple[Point, ...]
    restarted: bool


@dataclass(frozen=True, eq=False)
class _Job:
    solver: Solver
    problem: Any
    chain: object  # the same for all that start from the one before
    warm: bool


class Run(Worker):
    """Couples a solver with the document of one session.

    Parameters
    ----------
    show : callable
        Called in the document's thread with each `Batch`.
    fail : callable
        Called in the document's thread with one sentence if a solver raises an error.
    schedule : callable
        Takes a function and calls it soon in the document's thread; safe from any thread
        (``document.add_next_tick_callback``).
    record : callable, optional
        Called in the worker's thread with every iterate, shown or not, and whether it is the first
        of a new problem.
    away : callable, optional
        True while nobody watches; nothing is computed then.
    dimensions : int
        Of the problems, as for a `Worker`.
    """

    def __init__(
        self,
        show: Callable[[Batch], None],
        fail: Callable[[str], None],
        schedule: Callable[[Callable[[], None]], Any],
        record: Callable[[Iterate, bool], None] = lambda iterate, first: None,
        away: Callable[[], bool] = lambda: False,
        dimensions: int = 2,
    ) -> None:
        super().__init__("run", away, dimensions)
        self._show, self._fail, self._schedule = show, fail, schedule
        self._record = record
        self._job: _Job | None = None
        self._spent: _Job | None = None  # a job that was solved before it began
        self._credit = 0.0  # iterations that may be computed; infinite while playing
        self._period = 0.0
        self._newest: Iterate | None = None  # newest of the current job, shown or not
        self._state: Any = None  # newest of all jobs that each start from the one before
        self._mail: tuple[Iterate, Any] | None = None  # what is to be shown next, and its problem
        self._points: list[Point] = []
        self._restarted = True
        self._ticket = 0
        self._in_flight = False

    @property
    def playing(self) -> bool:
        """Whether iterates are being computed."""
        with self._change:
            return self._credit > 0

    @property
    def state(self) -> Any:
        """The solver's newest state, to start warm from; None before the first."""
        with self._change:
            return self._state

    @property
    def newest(self) -> Iterate | None:
        """The newest iterate of the problem, shown or not."""
        with self._change:
            return self._newest

    def start(self, solver: Solver, problem: Any, warm: bool = False, state: Any = None) -> None:
        """Turn to a problem: show its first iterate, and go on if the run is playing.

        Parameters
        ----------
        solver : Solver
        problem : object
        warm : bool
            Start from the newest state. While the run is playing, the problem before then still
            gets its first step: the transport follows a hand that never rests.
        state : object, optional
            Start from this one, of a solver of the same kind, instead.
        """
        with self._change:
            follows = warm and state is None
            chain = self._job.chain if follows and self._job is not None else object()
            self._job = _Job(solver, problem, chain, follows or state is not None)
            self._newest, self._restarted = None, True
            if not follows:
                self._state, self._mail = state, None
            self._points.clear()
            if self._credit < np.inf:  # a single step was meant for the old problem
                self._credit = 0
            self._begin()

    def play(self) -> None:
        """Compute until paused or stopped; a stopped solver goes on where it stopped."""
        self._allow(np.inf)

    def step(self) -> None:
        """Compute one iterate more, then pause."""
        with self._change:
            steps = 0 if self._credit == np.inf else self._credit
        self._allow(steps + 1)

    def pause(self) -> None:
        """Stop after the iterate that is being computed."""
        self._allow(0)

    def slow_down(self, iterates_per_second: float) -> None:
        """Compute at most this many iterates a second; ∞ for full speed."""
        with self._change:
            self._period = 1.0 / iterates_per_second
            self._change.notify_all()

    def acknowledge(self, ticket: int) -> None:
        """The browser has painted the frame with this ticket: the next one may leave."""
        with self._change:
            if ticket == self._ticket:
                self._in_flight = False
                self._call_for_flush()

    def close(self) -> None:
        """End the thread and let go of all data; called when the session ends."""
        with self._change:
            self._closed = True
            self._job = self._newest = self._state = self._mail = None
            self._change.notify_all()

    def _allow(self, credit: float) -> None:
        with self._change:
            self._credit = credit
            self._change.notify_all()

    def _work(self) -> None:
        job: _Job | None = None
        source: Iterator[Iterate] = iter(())
        last: Iterate | None = None
        while True:
            with self._change:
                while not self._closed and self._job is job and self._nothing_to_do():
                    self._change.wait()
                if self._closed or self._job is None:
                    return
                if job is None or (self._job is not job and not self._owes_a_step(job, last)):
                    job = self._job
                    source = self._iterates(job)
                else:
                    self._credit -= 1
            started = monotonic()
            try:
                with TURNS.turn(self._seat):
                    last = next(source)
                self._post(job, last)
            except Exception as error:  # any solver's error becomes a sentence, not a dead page
                source, last = self._iterates(job), None
                self._report(job, str(error) or type(error).__name__)
            self._wait_for_the_eye(job, started)

    def _iterates(self, job: _Job) -> Iterator[Iterate]:
        return continued(job.solver, job.problem, self._state if job.warm else None)

    def _owes_a_step(self, job: _Job, last: Iterate | None) -> bool:
        """Whether a problem that has been replaced, the transport carried on, is still to move."""
        if self._job is None or self._job.chain is not job.chain:
            return False
        return self._credit == np.inf and _has_not_moved(last)

    def _nothing_to_do(self) -> bool:
        return self._credit == 0 or self._spent is self._job

    def _wait_for_the_eye(self, job: _Job, started: float) -> None:
        """Sleep for the rest of the period, unless something else is to be done."""
        with self._change:
            while not self._closed and self._job is job and self._credit == np.inf:
                left = started + self._period - monotonic()
                if left <= 0:
                    return
                self._change.wait(left)

    def _post(self, job: _Job, iterate: Iterate) -> None:
        with self._change:
            if self._job is None or self._job.chain is not job.chain:
                return
            self._state, self._mail = iterate.state, (iterate, job.problem)
            if self._job is job:
                self._note(job, iterate)
            self._call_for_flush()

    def _note(self, job: _Job, iterate: Iterate) -> None:
        """Keep what the current problem's curves and recording need."""
        if iterate.stopped:
            # A problem that is solved before it begins (all weight in a corner) leaves a
            # playing run playing: the next change of the weights goes on.
            if self._newest is None and iterate.number == 0:
                self._spent = job
            if self._spent is not job or self._credit < np.inf:
                self._credit = 0
        self._record(iterate, self._newest is None)
        self._newest = iterate
        self._points.append(
            Point(
                iterate.number,
                iterate.seconds,
                {**iterate.objectives, **iterate.figures},
                iterate.levels_left,
            )
        )

    def _report(self, job: _Job, sentence: str) -> None:
        with self._change:
            if self._job is not job or self._closed:
                return
            self._credit = 0
            self._schedule(lambda: self._fail(sentence))

    def _call_for_flush(self) -> None:
        if self._mail is not None and not self._in_flight and not self._closed:
            self._in_flight = True
            self._ticket += 1
            self._schedule(self._flush)

    def _flush(self) -> None:
        with self._change:
            if self._mail is None:  # the problem has changed meanwhile
                self._in_flight = False
                return
            newest, problem = self._mail
            points = tuple(self._points)
            batch = Batch(self._ticket, newest, problem, points, self._restarted)
            self._points.clear()
            self._mail, self._restarted = None, False
        self._show(batch)


def _has_not_moved(last: Iterate | None) -> bool:
    return last is not None and last.number == 0 and last.stopped is None
