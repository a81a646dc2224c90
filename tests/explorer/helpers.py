"""What several tests of the explorer need."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Any

from explorer.background import Background

WAIT = 60


def awaited(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end; in a thread, for the browser's tests keep a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Side:
    """A background whose scheduled functions run when asked, and what it said."""

    def __init__(self) -> None:
        self._queue: Queue[Callable[[], None]] = Queue()
        self.failures: list[str] = []
        self.background = Background(self.failures.append, self._queue.put)
        self.renewed = 0

    def renew(self) -> None:
        self.renewed += 1

    def tick(self) -> None:
        self._queue.get(timeout=WAIT)()

    def tick_until(self, true: Callable[[], bool]) -> None:
        while not true():
            self.tick()


class Desk:
    """Stands for a background: does its work when told to; of each kind the newest request."""

    def __init__(self) -> None:
        self.requests: dict[Any, tuple[Callable[..., Any], Callable[[Any], None]]] = {}

    def offer(
        self, kind: Any, work: Callable[..., Any], done: Callable[[Any], None], after: float = 0.0
    ) -> None:
        self.requests[kind] = work, done

    def drop(self, kind: Any) -> None:
        self.requests.pop(kind, None)

    def work(self) -> None:
        requests, self.requests = self.requests, {}
        for work, done in requests.values():
            done(work(lambda: False))


def tick(page: Any, ticks: Queue[Callable[[], None]]) -> None:
    """Run what is scheduled, as the document would, and paint at once."""
    ticks.get(timeout=WAIT)()
    for tile in page._solvers:
        tile.run.acknowledge(tile.view.frame.get("ticket", 0))


def wait_until(page: Any, ticks: Queue[Callable[[], None]], true: Callable[[], bool]) -> None:
    """Let the document of a page go on until something is true."""
    while not true():
        tick(page, ticks)


def end(*pages: Any) -> None:
    """Close pages; their threads must end."""
    for page in pages:
        page.close()
    assert all(page.join(WAIT) for page in pages)
    # Also those of tiles that have gone before, which may still be at their last step.
    workers = [t for t in threading.enumerate() if t.name in ("run", "background")]
    for worker in workers:
        worker.join(WAIT)
    assert not any(worker.is_alive() for worker in workers)
