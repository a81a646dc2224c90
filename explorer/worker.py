"""A thread that computes for one page."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from threading import Condition, Thread

from explorer.turns import Seat
from solvers import warm_up


class Worker:
    """A thread that begins when it is first needed and ends once closed.

    Parameters
    ----------
    name : str
        Of the thread.
    away : callable
        True while nobody watches; nothing is computed then.
    dimensions : int
        Of the grids that it computes on, 0 without any: it waits until what the solvers need for
        that is ready.
    """

    def __init__(self, name: str, away: Callable[[], bool], dimensions: int = 2) -> None:
        self._name, self.dimensions = name, dimensions
        self._change = Condition()
        self._closed = False
        self._thread: Thread | None = None
        self._seat = Seat(away=lambda: not self._closed and away())

    @abstractmethod
    def _work(self) -> None:
        """What the thread does until closed."""

    def join(self, timeout: float) -> bool:
        """Wait for the thread, once closed; whether it has ended."""
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _begin(self) -> None:
        """Have the thread; to be called while the change is held, which wakes it."""
        if self._thread is None and not self._closed:
            self._thread = Thread(target=self._when_warm, name=self._name, daemon=True)
            self._thread.start()
        self._change.notify_all()

    def _when_warm(self) -> None:
        warm_up(self.dimensions).wait()
        self._work()
