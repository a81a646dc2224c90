"""Who may compute next, when several solvers want the same cores.

A step of a solver uses all cores, so two steps at once would only slow each other down and spoil
each other's clock. Steps therefore take turns, across all sessions of the server: next comes
whoever has computed least.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from time import perf_counter
from weakref import ref

# Seconds after which those who wait look again who is there.
_LOOK = 0.25
# Seconds that whoever has just had a turn may stay away, to record what it computed, without losing
# the next one to somebody who has used more.
_GRACE = 0.03


class Seat:
    """One who takes turns.

    Parameters
    ----------
    cost : float
        What a second of computing counts; > 1 for work that may wait.
    away : callable
        True while nobody is there to see what is computed; the seat gets no turn then.
    """

    def __init__(self, cost: float = 1.0, away: Callable[[], bool] = lambda: False) -> None:
        self.cost, self.away = cost, away
        self.used = 0.0


class Turns:
    """One turn at a time, for whoever has used least."""

    def __init__(self) -> None:
        self._change = Condition()
        self._waiting: list[Seat] = []
        self._busy = False
        self._clock = 0.0  # what the one whose turn it is had used before
        self._began = 0.0  # when that turn began
        # Whose turn ended last; it may be gone, and its session with it.
        self._last: Callable[[], Seat | None] = lambda: None
        self._ended = 0.0  # and when

    @contextmanager
    def turn(self, seat: Seat) -> Iterator[None]:
        """Wait for a turn, and take it."""
        self._begin(seat)
        try:
            yield
        finally:
            self._end(seat)

    def pass_on(self, seat: Seat) -> None:
        """In the middle of a turn, let others go first who have used less."""
        self._end(seat)
        self._begin(seat)

    def _begin(self, seat: Seat) -> None:
        with self._change:
            # Whoever comes late or was idle has no claim to what the others used meanwhile.
            seat.used = max(seat.used, self._clock)
            self._waiting.append(seat)
            while self._busy or not self._is_next(seat):
                self._change.wait(_GRACE if self._expects(seat) else _LOOK)
            self._waiting.remove(seat)
            self._busy = True
            self._clock = seat.used
            self._began = perf_counter()

    def _is_next(self, seat: Seat) -> bool:
        present = [other for other in self._waiting if not other.away()]
        if seat not in present or self._expects(seat):
            return False
        return min(present, key=lambda other: other.used) is seat

    def _expects(self, seat: Seat) -> bool:
        """Whether one who has used less than a seat has gone for a moment only."""
        last = self._last()
        if last is None or last in self._waiting or last.used >= seat.used:
            return False
        return perf_counter() - self._ended < _GRACE

    def _end(self, seat: Seat) -> None:
        with self._change:
            seat.used += seat.cost * (perf_counter() - self._began)
            self._busy = False
            self._last, self._ended = ref(seat), perf_counter()
            self._change.notify_all()


TURNS = Turns()
"""The turns of this process."""
