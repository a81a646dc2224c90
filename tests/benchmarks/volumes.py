"""The volumes of the SGA paper: ball and cube at 200³, its cost, and the theory's closed forms.

    python -m tests.benchmarks.volumes [part …] [--quick] [--size N] [--out FOLDER]

Parts: `speed` (time to 0.999 of the dual in cosine transform pairs of the same size, and peak
memory), `linear` (cost of an iteration from 64³ to 200³), `strip` (dual and primal at three
weights, their table and pictures), `theory` (closed forms at 64³), `solvers` (what an iteration of
each solver costs). All by default. A quick run is small, leaves its results in a temporary folder,
and is not judged.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from statistics import median

import numpy as np
from scipy.fft import dctn, idctn

from explorer.levels import to_levels
from explorer.look import Look
from explorer.offscreen import picture
from solvers import SOLVERS, GridProblem, MultiscaleSGA, iterates, primal_objective
from solvers.sharpness import full_density
from tests.benchmarks.output import save_picture, write_table
from tests.benchmarks.parts import add_options, run_parts
from tests.benchmarks.timing import median_seconds
from tests.solvers.helpers import axes, dual, last_of
from tests.solvers.test_volumes import PAIRS, WEIGHTS

SIZE = 200  # of the paper
STRIP = ((2 / 3, 1 / 3), (1 / 2, 1 / 2), (1 / 3, 2 / 3))
MORE = 50  # iterations after the one whose dual is judged

MEMORY = """
import resource
from explorer.levels import to_levels
from explorer.look import Look
from explorer.offscreen import picture
from solvers import SOLVERS, iterates
from tests.benchmarks.volumes import ball_cube
for it in iterates(SOLVERS[{name!r}](), ball_cube({size}), max_iterations={count}, tolerance=0):
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def ball_cube(size, weights=(1 / 2, 1 / 2)):
    """A ball of radius 0.4 and a cube of half-side 0.2 in the middle, 1 on the nodes inside."""
    x, y, z = (a - 0.5 for a in axes((size,) * 3))
    ball = x**2 + y**2 + z**2 <= 0.4**2
    cube = np.maximum(np.maximum(abs(x), abs(y)), abs(z)) <= 0.2
    return GridProblem([ball, cube], weights)


def speed(options, figures):
    """Seconds until the dual is within 0.999 of what it is 50 iterations later; peak memory."""
    size = options.size or (32 if options.quick else SIZE)
    more = 5 if options.quick else MORE
    last_of(iterates(MultiscaleSGA(), ball_cube(24), max_iterations=2))  # compile
    array = np.random.default_rng(0).random((size,) * 3)
    reached = []  # best dual and seconds of every iterate on the finest grid
    for it in iterates(MultiscaleSGA(), ball_cube(size), max_iterations=1000, tolerance=0):
        if it.levels_left == 0:
            reached.append((dual(it.best), it.seconds))
            first = next(
                k for k, (value, _) in enumerate(reached) if value >= 0.999 * reached[-1][0]
            )
            if len(reached) > first + more:
                break
    threshold = 0.999 * reached[-1][0]
    ratios = []
    for _ in range(1 if options.quick else 3):
        pair = median_seconds(lambda: idctn(dctn(array, workers=2), workers=2), 5)
        ratios.append(_seconds_to(ball_cube(size), threshold) / pair)
    figures.report("ball_cube_pairs", median(ratios), "pairs", 70)
    count = 3 if options.quick else 40
    memory = _peak_memory("multiscale_sga", size, count)
    figures.report("ball_cube_memory", memory, "MiB", 2048, digits=4)


def linear(options, figures):
    """Cost of an iteration of SGA per cell, at the largest grid over the smallest."""
    sizes = (16, 32) if options.quick else (64, 100, options.size or SIZE)
    per_cell = [_iteration("sga", size) / size**3 for size in sizes]
    figures.report("linear_in_cells", per_cell[-1] / per_cell[0], "× linear", 1.3)


def strip(options, figures):
    """Dual and primal objectives at three weights, and the pictures of the barycenters."""
    size = options.size or (24 if options.quick else SIZE)
    count = 6 if options.quick else 40
    rows, found = [], []
    for weights in STRIP:
        problem = ball_cube(size, weights)
        best = last_of(iterates(MultiscaleSGA(), problem, max_iterations=count, tolerance=0)).best
        potentials = MultiscaleSGA().potentials(problem, best.state)
        primal, _ = primal_objective(problem, best.barycenter, potentials)
        found.append(best.barycenter)
        spelled = f"{weights[0]:.2g}, {weights[1]:.2g}"
        gap = 100 * (primal / dual(best) - 1)
        rows.append({"weights": spelled, "D × 10³": 1e3 * dual(best), "B × 10³": 1e3 * primal,
                     "gap, %": gap})  # fmt: skip
        figures.report(f"strip_gap_{weights[0]:.2f}", gap, "%", 1)
        note = f"Ball and cube at {size}³, {count} iterations of multiscale SGA."
        write_table(options.out, "ball_cube", rows, note)
    save_picture(options.out, "ball_cube", strip_picture(found))


def strip_picture(densities):
    """Isosurfaces of the barycenters side by side, RGBA pixels."""
    tiles = [
        picture(to_levels(density, full_density(density)), Look(), (360, 360), framed=False)
        for density in densities
    ]
    return np.concatenate(tiles, axis=1)


def theory(options, figures):
    """Duals against closed forms at 64³."""
    for name, (densities, cost) in PAIRS.items():
        step = 4 if options.quick else 1
        problem = GridProblem([density[::step, ::step, ::step] for density in densities], WEIGHTS)
        its = iterates(MultiscaleSGA(), problem, max_iterations=40, tolerance=0)
        error = 100 * abs(dual(last_of(its).best) / (WEIGHTS[0] * WEIGHTS[1] * cost) - 1)
        figures.report(f"theory_{name.lower()}", error, "%", 1)


def solvers(options, _figures):
    """A table of what an iteration costs, and of the memory it takes; no bars."""
    rows = []
    for size in (16,) if options.quick else (64, 100, options.size or SIZE):
        for name in ("sga", "wdha", "cwb", "dsb"):
            seconds = _iteration(name, size)
            rows.append({"solver": SOLVERS[name].label, "cells": f"{size}³",
                         "seconds an iteration": seconds,
                         "peak, MiB": _peak_memory(name, size, 4)})  # fmt: skip
    write_table(options.out, "volume_solvers", rows, "Ball and cube, two cores.")


def _seconds_to(problem, threshold):
    for it in iterates(MultiscaleSGA(), problem, max_iterations=200, tolerance=0):
        if it.levels_left == 0 and dual(it) >= threshold:
            return it.seconds
    return float("nan")


def _iteration(name, size):
    """Median seconds of an iteration on ball and cube, the first few left out."""
    its = iterates(SOLVERS[name](), ball_cube(size), max_iterations=8, tolerance=0)
    seconds = [it.seconds for it in its]
    return median(np.diff(seconds)[3:])


def _peak_memory(name, size, count):
    """Peak resident memory, MiB, of a process that solves ball and cube."""
    script = MEMORY.format(name=name, size=size, count=count)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return int(run.stdout) / (2**20 if sys.platform == "darwin" else 2**10)


PARTS = {"speed": speed, "linear": linear, "strip": strip, "theory": theory, "solvers": solvers}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    return run_parts(parser, PARTS, "³", arguments)


if __name__ == "__main__":
    sys.exit(main())
