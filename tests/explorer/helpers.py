"""What several tests of the explorer need."""

from __future__ import annotations

import asyncio
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
