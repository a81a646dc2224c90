"""Figure 2 of the SGA paper (three schemes), and how the cost grows with cells and marginals."""

from __future__ import annotations

from statistics import median

import matplotlib as mpl
import numpy as np
from tqdm import tqdm

from solvers import SGA, GridProblem, MultiscaleSGA, iterates
from solvers.datasets import SHAPES, shape, silhouette, silhouette_names
from tests.benchmarks.output import write_table
from tests.benchmarks.timing import dct_pair, median_seconds
from tests.solvers.helpers import PAPER, dual, four_shapes, last_of

mpl.use("agg")

STEPS = {"constant": 0.1, "annealed": 0.5}


def schemes(options, figures):
    """How fast the dual of the paper's schemes climbs at equal weights."""
    from matplotlib import pyplot as plt

    size = options.size or (64 if options.quick else 256)
    count = 30 if options.quick else 300
    problem = four_shapes(size, np.ones(4))
    top = dual(_last(MultiscaleSGA(), problem, 60).best)
    rows = []
    drawing, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for rule, step_size in STEPS.items():
        for scheme in ("parallel", "sequential", "random"):
            solver = SGA(**PAPER | {"scheme": scheme, "step_rule": rule, "step_size": step_size})
            steps = tqdm(iterates(solver, problem, max_iterations=count, tolerance=0),
                         total=count + 1, desc=f"{scheme}, {rule}", leave=False)  # fmt: skip
            duals = np.maximum.accumulate([dual(it) for it in steps])
            short = (top - duals) / top
            numbers = np.arange(1, count + 1)
            tail = slice(count // 10, None)
            rate = -np.polyfit(np.log(numbers[tail]), np.log(short[1:][tail]), 1)[0]
            rows.append(
                {
                    "scheme": scheme,
                    "steps": rule,
                    "short of D* after a tenth, %": 100 * short[count // 10],
                    "at the end, %": 100 * short[-1],
                    "empirical rate": rate,
                }
            )
            axes.loglog(numbers, short[1:], label=f"{scheme}, {rule} ({rate:.2f})",
                        linestyle="-" if rule == "constant" else "--")  # fmt: skip
            # The theory promises D* − D_best of order t^(−½) at least.
            figures.report(f"rate_{scheme}_{rule}", rate, "", 0.5, at_most=False)
    axes.set(xlabel="iteration t", ylabel="(D* − best D) / D*",
             title=f"Paper's schemes, four shapes at {size}², equal weights")  # fmt: skip
    axes.legend(title="scheme, step rule (rate)")
    options.out.mkdir(parents=True, exist_ok=True)
    drawing.savefig(options.out / "schemes.png", dpi=110)
    plt.close(drawing)
    write_table(options.out, "schemes", rows, f"Paper's schemes at {size}², equal weights.")


def scaling(options, figures):
    """Cost of an iteration against the number of cells, and of marginals."""
    sizes = (64, 128) if options.quick else (256, 512, 1024, 2048)
    rows, per_cell = [], []
    for size in sizes:
        seconds = _iteration(GridProblem([shape(name, size) for name in SHAPES[::3]]))
        per_cell.append(seconds / size**2)
        rows.append(_row(size, 2, seconds, dct_pair(size)))
    size = 64 if options.quick else 256
    for count in (2, 4) if options.quick else (2, 3, 4, 6, 8, 12):
        names = silhouette_names()[:count]
        seconds = _iteration(GridProblem([silhouette(name, size) for name in names]))
        rows.append(_row(size, count, seconds, dct_pair(size)))
    write_table(options.out, "scaling", rows, "SGA, median of an iteration.")
    figures.report("growth_per_cell", per_cell[-1] / per_cell[0], "× linear", 1.3)


def _row(size, count, seconds, pair):
    return {
        "cells": f"{size}²",
        "marginals": count,
        "ms": 1e3 * seconds,
        "ns per cell and marginal": 1e9 * seconds / size**2 / count,
        "DCT pairs of this size": seconds / pair,
    }


def _iteration(problem):
    """Median seconds of an iteration of SGA, the first few left out."""
    solver = SGA()
    state = solver.init(problem)
    for _ in range(4):
        state = solver.step(problem, state)

    def step():
        nonlocal state
        state = solver.step(problem, state)

    return median([median_seconds(step, 1) for _ in range(7)])


def _last(solver, problem, count):
    last = last_of(iterates(solver, problem, max_iterations=count, tolerance=0))
    return last
