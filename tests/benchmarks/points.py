"""The solvers for clouds: G and H against POT's, and the memory that large clouds take.

    python -m tests.benchmarks.points [part …] [--quick] [--size N] [--out FOLDER]

Parts: `speed` (20 iterates of G and H on three clouds of 400 points, over POT's time for the same
iterates), `split` (the same with unequal masses, where G's support grows), `memory` (peak of a
process that makes three iterates on three clouds of 5,000 points). All by default.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from time import perf_counter

import numpy as np
import ot

from solvers.clouds import Cloud
from solvers.costs import SquaredEuclidean
from solvers.fixed_points import Barycentric, FixedPoint
from solvers.point_problem import PointProblem
from tests.benchmarks.parts import add_options, run_parts

POINTS, MANY = 400, 5000
STEPS = 20
WEIGHTS = (0.5, 0.3, 0.2)

MEMORY = """
import resource
from solvers.fixed_points import Barycentric, EntropicFixedPoint, FixedPoint
from tests.benchmarks.points import problem, stepped
stepped({name}(), problem({count}), 3)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def problem(count, equal=True):
    """A ring, a square and a cross of so many points each."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, count)
    ring = 0.5 + rng.uniform(0.3, 0.4, (count, 1)) * np.column_stack([np.cos(angle), np.sin(angle)])
    square = rng.uniform(0.2, 0.8, (count, 2))
    cross = np.where(rng.random((count, 1)) < 0.5, [0.35, 0.05], [0.05, 0.35])
    cross = 0.5 + cross * rng.uniform(-1, 1, (count, 2))
    masses = [np.ones(count) if equal else rng.uniform(0.5, 1.5, count) for _ in range(3)]
    clouds = [Cloud(x, a) for x, a in zip((ring, square, cross), masses, strict=True)]
    return PointProblem(clouds, SquaredEuclidean(), WEIGHTS)


def stepped(solver, given, steps):
    """Seconds for so many iterates, also where the loop would stop sooner, and the last cloud."""
    started = perf_counter()
    state = solver.init(given)
    for _ in range(steps):
        state = solver.step(given, state)
        solver.iterate(given, state)
    return perf_counter() - started, state.cloud


def stepped_by_pot(method, given, steps):
    """The same by POT from the same start."""
    start = FixedPoint().fresh(given)
    started = perf_counter()
    positions, *masses, _ = ot.lp.free_support_barycenter_generic_costs(
        [cloud.positions for cloud in given.measures],
        [cloud.masses for cloud in given.measures],
        start.positions,
        ot.dist,
        ground_bary=lambda ys: np.tensordot(given.weights, np.stack(ys), axes=1),
        a=start.masses,
        numItermax=steps,
        method=method,
        stopThr=-np.inf,
        clean_measure=True,
        log=True,
    )
    return perf_counter() - started, Cloud(positions, *masses)


METHODS = {
    "g": (FixedPoint, "true_fixed_point"),
    "h": (Barycentric, "L2_barycentric_proj"),
}


def _compare(options, equal):
    """For each method its seconds over POT's, after checking that both found one cloud."""
    given = problem(options.size or (40 if options.quick else POINTS), equal)
    steps = 3 if options.quick else STEPS
    for name, (solver, method) in METHODS.items():
        mine, found = stepped(solver(), given, steps)
        theirs, expected = stepped_by_pot(method, given, steps)
        np.testing.assert_allclose(found.mean, expected.mean, atol=1e-6)
        yield name, mine, theirs, len(found)


def speed(options, figures):
    """G and H over POT."""
    for name, mine, theirs, _ in _compare(options, equal=True):
        figures.report(f"{name}_over_pot", mine / theirs, "× POT's time", 1.5)


def split(options, figures):
    """G and H over POT where masses are unequal."""
    for name, mine, theirs, support in _compare(options, equal=False):
        figures.report(f"{name}_over_pot_unequal", mine / theirs, "× POT's time", 1.5)
        print(f"{name}_unequal = {mine:.3g} s, {support} points at the end")


def memory(options, figures):
    """Peak memory of three iterates on large clouds."""
    count = options.size or (200 if options.quick else MANY)
    for name, solver in {"g": "FixedPoint", "h": "Barycentric", "ge": "EntropicFixedPoint"}.items():
        script = MEMORY.format(name=solver, count=count)
        run = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        peak = int(run.stdout) / (2**20 if sys.platform == "darwin" else 2**10)
        figures.report(f"{name}_memory", peak, "MiB", 3072, digits=4)


PARTS = {"speed": speed, "split": split, "memory": memory}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    return run_parts(parser, PARTS, " points", arguments)


if __name__ == "__main__":
    sys.exit(main())
