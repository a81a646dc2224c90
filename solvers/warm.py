"""Have the kernels compiled before anybody needs them.

The compiled code is cached on disk. A cold cache is filled by a process of its own, so that the
compiler never holds this process's interpreter lock; afterwards loading takes a fraction of a
second.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from threading import Event, Thread

import numpy as np


def run_kernels(every: bool = True) -> None:
    """Compile, or load from the cache, what the solvers call, by solving tiny problems.

    Parameters
    ----------
    every : bool
        False for SGA in the plane alone, which a page needs first.
    """
    from solvers import kernels
    from solvers.entropic import CWB
    from solvers.loop import Solver, iterates
    from solvers.problems import GridProblem
    from solvers.sga import SGA

    rng = np.random.default_rng(0)
    shapes: list[tuple[int, ...]] = [(8, 8)]
    solvers: list[Solver] = [SGA()]
    if every:
        shapes.append((4, 4, 4))
        solvers += [CWB(), CWB(reg=1e-3)]  # its kernels change with ε
    for shape in shapes:
        problem = GridProblem(rng.random((2, *shape)))
        for solver in solvers:
            for _ in iterates(solver, problem, max_iterations=1):
                pass
        if every:  # SGA calls it late
            kernels.push_to_nodes(problem.marginals, problem.marginals, problem.spacing)


def _fill_cache(what: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "solvers.warm", what],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=300,
    )


@cache
def warm_up() -> Event:
    """Start the warm-up, once per process, in the background.

    Returns
    -------
    threading.Event
        Set when SGA's kernels in the plane are ready. It is set after a failure too: the kernels
        then compile at their first use, where an error can be reported.
    """
    ready = Event()

    def work() -> None:
        try:
            _fill_cache("first")
            run_kernels(every=False)
        finally:
            ready.set()
        _fill_cache("every")  # nobody waits for the others

    Thread(target=work, name="warm-up", daemon=True).start()
    return ready


if __name__ == "__main__":
    run_kernels(every=sys.argv[1:] != ["first"])
