"""Have the kernels compiled, or the libraries loaded, before anybody needs them.

The compiled code is cached on disk. A cold cache is filled by a process of its own, so that the
compiler never holds this process's interpreter lock; afterwards loading takes a fraction of a
second.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Event, Thread

import numpy as np

# Cells of tiny problems in the plane and in space.
_SHAPES = {2: (8, 8), 3: (4, 4, 4)}


def run_kernels(dimensions: int, every: bool) -> None:
    """Compile, or load from the cache, what the solvers call, by solving tiny problems.

    Parameters
    ----------
    dimensions : int
        2 for densities in the plane, 3 for volumes; with these also what draws their marginals.
    every : bool
        False for SGA alone, which a page needs first.
    """
    from solvers import kernels
    from solvers.entropic import CWB
    from solvers.loop import Solver, iterates
    from solvers.meshes import closed_mesh, inside
    from solvers.problems import GridProblem
    from solvers.sga import SGA

    rng = np.random.default_rng(0)
    problem = GridProblem(rng.random((2, *_SHAPES[dimensions])))
    solvers: list[Solver] = [SGA()]
    if every:
        solvers += [CWB(), CWB(reg=1e-3)]  # its kernels change with ε
    for solver in solvers:
        for _ in iterates(solver, problem, max_iterations=1):
            pass
    if every:  # SGA calls it late
        kernels.push_to_nodes(problem.marginals, problem.marginals, problem.spacing)
    if dimensions == 3:
        corners = np.vstack([np.zeros(3), np.eye(3)])
        mesh, _ = closed_mesh(corners, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))
        inside(mesh, 4)


def _fill_cache(dimensions: int, every: bool) -> None:
    subprocess.run(
        [sys.executable, "-m", "solvers.warm", str(dimensions), *(["every"] if every else [])],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=300,
    )


@cache
def warm_up(dimensions: int) -> Event:
    """Start the warm-up, once per process for each number of dimensions, in the background.

    Parameters
    ----------
    dimensions : int
        2 for densities in the plane, 3 for volumes; 0 for discrete measures, which need POT.

    Returns
    -------
    threading.Event
        Set when SGA's kernels, or POT, are ready. It is set after a failure too: the kernels then
        compile at their first use, where an error can be reported.
    """
    ready = Event()

    def load() -> None:
        try:
            import_module("ot")
        finally:
            ready.set()

    def work() -> None:
        try:
            _fill_cache(dimensions, every=False)
            run_kernels(dimensions, every=False)
        finally:
            ready.set()
        _fill_cache(dimensions, every=True)  # nobody waits for the others

    Thread(target=work if dimensions else load, name="warm-up", daemon=True).start()
    return ready


if __name__ == "__main__":
    run_kernels(int(sys.argv[1]), every="every" in sys.argv[2:])
