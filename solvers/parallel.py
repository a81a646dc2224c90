"""One pool of threads for every kernel of this process.

The compiled kernels and the FFTs release the GIL, so plain threads scale; one shared pool keeps
several solvers, and several sessions, from asking for more threads than there are cores.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise


def worker_count() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # absent on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(worker_count(), thread_name_prefix="solvers")


def run_all(tasks: Iterable[Callable[[], object]]) -> None:
    """Run the tasks on the shared pool and return when all are done.

    The first exception of a task is raised here. Tasks must not call `run_all` themselves.
    """
    for future in [_pool().submit(task) for task in tasks]:
        future.result()


def ranges(count: int, parts: int) -> list[tuple[int, int]]:
    """Split ``range(count)`` into at most `parts` contiguous (start, stop) pairs."""
    parts = max(1, min(parts, count))
    edges = [count * p // parts for p in range(parts + 1)]
    return list(pairwise(edges))
