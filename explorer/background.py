"""What a page computes on the side: the cost B of what is seen, origins of mass, files to download.

Of each kind of work only the newest request counts; the kind that has waited longest comes first.
The work takes turns with the solvers, so that the pictures keep moving.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from explorer.turns import TURNS
from explorer.worker import Worker


@dataclass(frozen=True, eq=False)
class _Request:
    work: Callable[[Callable[[], bool]], Any]
    done: Callable[[Any], None]
    due: float


class Background(Worker):
    """Work on the side of one page, in one thread.

    Parameters
    ----------
    fail : callable
        Called in the document's thread with one sentence if work raises an error.
    schedule : callable
        Takes a function and calls it soon in the document's thread; safe from any thread.
    away : callable
        True while nobody waits for it; nothing is computed then.
    dimensions : int
        Of what is computed; for the kernels.
    """

    def __init__(
        self,
        fail: Callable[[str], None],
        schedule: Callable[[Callable[[], None]], Any],
        away: Callable[[], bool] = lambda: False,
        dimensions: int = 2,
    ) -> None:
        super().__init__("background", away, dimensions)
        self._fail, self._schedule = fail, schedule
        self._requests: dict[Hashable, _Request] = {}  # in the order in which they wait
        self._current: tuple[Hashable, _Request] | None = None

    def weigh(self, cost: float) -> None:
        """Count a second of the work as so many of a solver from now on."""
        self._seat.cost = cost

    def offer(
        self,
        kind: Hashable,
        work: Callable[[Callable[[], bool]], Any],
        done: Callable[[Any], None],
        after: float = 0.0,
    ) -> None:
        """Ask for work; it replaces a request of the same kind that has not begun.

        Parameters
        ----------
        kind : hashable
        work : callable
            Takes a function to be called now and then: it lets others compute, and returns True
            once the result is not wanted any more.
        done : callable
            Called in the document's thread with what the work returns.
        after : float
            Seconds to wait before it begins, if a request that it replaces would not begin sooner.
        """
        with self._change:
            if self._closed:
                return
            due = monotonic() + after
            if (old := self._requests.get(kind)) is not None:
                due = min(due, old.due)
            self._requests[kind] = _Request(work, done, due)
            self._begin()

    def drop(self, kind: Hashable) -> None:
        """Forget a request, also one whose work is under way."""
        with self._change:
            self._requests.pop(kind, None)
            if self._current is not None and self._current[0] == kind:
                self._current = None

    def close(self) -> None:
        """End the thread; called when the session ends."""
        with self._change:
            self._closed = True
            self._requests.clear()
            self._current = None
            self._change.notify_all()

    def _work(self) -> None:
        while (request := self._next()) is not None:
            try:
                with TURNS.turn(self._seat):
                    result = request.work(partial(self._pass_on, request))
            except Exception as error:  # becomes a sentence, not a dead page
                sentence = str(error) or type(error).__name__
                self._deliver(request, partial(self._fail, sentence))
            else:
                self._deliver(request, partial(request.done, result))

    def _next(self) -> _Request | None:
        with self._change:
            while not self._closed:
                now = monotonic()
                due = [(kind, r) for kind, r in self._requests.items() if r.due <= now]
                if due:
                    kind, request = self._current = due[0]
                    del self._requests[kind]
                    return request
                waits = [r.due - now for r in self._requests.values()]
                self._change.wait(min(waits, default=None))
            return None

    def _pass_on(self, request: _Request) -> bool:
        """Let others have a turn; whether the result is not wanted any more."""
        TURNS.pass_on(self._seat)
        return not self._wanted(request)

    def _wanted(self, request: _Request) -> bool:
        return self._current is not None and self._current[1] is request

    def _deliver(self, request: _Request, result: Callable[[], None]) -> None:
        with self._change:
            if self._wanted(request):
                self._current = None
                self._schedule(result)
