"""Table 1 of the SGA paper and its street frames: four solvers, one W₂ routine."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from tqdm import tqdm

from solvers import CWB, DSB, WDHA, GridProblem, MultiscaleSGA, iterates, primal_objective
from solvers.datasets import STREET_FRAMES, street_frame
from tests.benchmarks import paper
from tests.benchmarks.output import ink, read_table, save_picture, write_table
from tests.solvers.helpers import dual, four_shapes, last_of

NAMES = {"sga": "SGA", "wdha": "WDHA", "cwb": "CWB", "dsb": "DSB"}


def solved(solver, problem, iterations):
    """Best iterate of a run, and its B from the solver's own potentials."""
    its = iterates(solver, problem, max_iterations=iterations)
    title = f"{solver.label}, {problem.shape[0]}²"
    last = last_of(tqdm(its, total=iterations + 1, desc=title, leave=False))
    best = last.best
    primal, _ = primal_objective(problem, best.barycenter, solver.potentials(problem, best.state))
    return best, last, primal


def solvers_for(reg, quick):
    """Solver and iterations by the names of the paper; SGA stops by itself well before."""
    count = 20 if quick else paper.ITERATIONS
    return {
        "sga": (MultiscaleSGA(), 30 if quick else 70),
        "wdha": (WDHA(), count),
        "cwb": (CWB(reg=reg), count),
        "dsb": (DSB(reg=reg), count),
    }


def table(options, figures):
    """Table 1: D and B of every method at every weight, and SGA's pictures.

    Rows that are there already are kept, so that the table can be made in parts.
    """
    size = options.size or (96 if options.quick else 1024)
    chosen = options.rows or ([1, 4] if options.quick else range(1, 1 + len(paper.WEIGHTS)))
    rows = {int(row["row"]): row for row in read_table(options.out, "table1")}
    for number in chosen:
        weights = paper.WEIGHTS[number - 1]
        problem = four_shapes(size, weights)
        row = {"row": number, "weights": paper.spelled(weights)}
        primal = {}
        for name, (solver, count) in solvers_for(5e-3, options.quick).items():
            best, last, primal[name] = solved(solver, problem, count)
            published = paper.TABLE[name][number - 1]
            if name == "sga":
                row["D SGA"] = 1e3 * dual(best)
                save_picture(options.out, f"row_{number:02d}", ink(best.barycenter))
                least = round(published * (1 - 5e-4), 5)
                figures.report(f"row_{number}_D_sga", row["D SGA"], "e-3", least, False, digits=6)
            row[f"B {NAMES[name]}"] = 1e3 * primal[name]
            row[f"paper {NAMES[name]}"] = published
            row[f"s {NAMES[name]}"] = round(last.seconds, 1)
            most = round(published * 1.005, 5)
            figures.report(f"row_{number}_B_{name}", 1e3 * primal[name], "e-3", most, digits=6)
        gap = (primal["sga"] - row["D SGA"] / 1e3) / primal["sga"]
        row["gap SGA %"] = 100 * gap
        figures.report(f"row_{number}_gap_sga", 100 * gap, "%", 1)
        figures.report(f"row_{number}_gap_sga_sign", 100 * gap, "%", 0, at_most=False)
        ratio = primal["sga"] / min(value for name, value in primal.items() if name != "sga")
        figures.report(f"row_{number}_B_sga_over_best_other", ratio, "", 1, digits=6)
        rows[number] = row
        note = (
            f"Table 1 at {size}², all values × 10³. B by one W₂ routine for all, from below; "
            "SGA here is coarse-to-fine. “paper” has D for SGA, B for the others."
        )
        write_table(options.out, "table1", [rows[key] for key in sorted(rows)], note)


def gap(options, figures):
    """How the relative duality gap of SGA falls as the grid becomes finer."""
    sizes = (32, 64) if options.quick else (64, 128, 256, 512)
    rows = []
    for number in (1, 4):
        gaps = []
        for size in sizes:
            problem = four_shapes(size, paper.WEIGHTS[number - 1])
            best, _, primal = solved(MultiscaleSGA(), problem, 30 if options.quick else 60)
            gaps.append(1 - dual(best) / primal)
            rows.append({"row": number, "cells": f"{size}²", "D × 10³": 1e3 * dual(best),
                         "B × 10³": 1e3 * primal, "gap %": 100 * gaps[-1]})  # fmt: skip
        growth = max(later / earlier for earlier, later in pairwise(gaps))
        figures.report(f"gap_growth_row_{number}", growth, "× when cells halve", 1)
    write_table(options.out, "gap", rows, "Duality gap of coarse-to-fine SGA, 60 iterations.")


def frames(options, figures):
    """16 street frames with equal weights."""
    size = options.size or (64 if options.quick else 400)
    count = 4 if options.quick else STREET_FRAMES
    problem = GridProblem([street_frame(i, size) for i in range(count)])
    rows, pictures, primal = [], [], {}
    for name, (solver, iterations) in solvers_for(5e-4, options.quick).items():
        best, last, primal[name] = solved(solver, problem, iterations)
        pictures.append(ink(best.barycenter))
        rows.append(
            {
                "solver": NAMES[name],
                "B × 10⁵": 1e5 * primal[name],
                "D × 10⁵": 1e5 * dual(best) if name == "sga" else "",
                "iterations": last.number,
                "seconds": round(last.seconds, 1),
            }
        )
    write_table(options.out, "frames", rows, f"{count} street frames at {size}², equal weights.")
    save_picture(options.out, "frames", np.hstack(pictures))
    for name in ("wdha", "cwb", "dsb"):
        ratio = primal["sga"] / primal[name]
        figures.report(f"frames_B_sga_over_{name}", ratio, "", 1, digits=6)
