"""The speed table: time to accuracy in cosine transform pairs, CWB and DSB against POT, memory."""

from __future__ import annotations

import subprocess
import sys
import warnings
from statistics import median
from time import perf_counter

from solvers import CWB, DSB, SGA, MultiscaleSGA, iterates
from tests.benchmarks.output import write_table
from tests.benchmarks.timing import dct_pair
from tests.solvers.helpers import ALPHA, dual, four_shapes, last_of

ROW_1 = (2 / 3, 0, 0, 1 / 3)
CHANGED = (ALPHA[0] + 0.05, ALPHA[1] - 0.05, ALPHA[2], ALPHA[3])

MEMORY = """
import resource
from solvers import MultiscaleSGA, iterates
from tests.solvers.helpers import four_shapes
for _ in iterates(MultiscaleSGA(), four_shapes({size}), max_iterations={count}): pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def speed(options, figures):
    """Every line of the speed table."""
    large = options.size or (96 if options.quick else 1024)
    small = min(large, 256)
    more = 5 if options.quick else 100
    rounds = 1 if options.quick else 5
    rows = []

    def report(name, value, unit, bar, goal=None):
        figures.report(name, value, unit, bar)
        rows.append({"figure": name, "measured": value, "unit": unit, "at most": bar,
                     "goal": goal or ""})  # fmt: skip
        write_table(options.out, "speed", rows, f"Two cores; a DCT pair at {large}² is the unit.")

    _seconds_to(four_shapes(64), 0.5)  # compile
    for name, problem, share, bar, goal in (
        ("cold_2", four_shapes(large, ROW_1), 0.9995, 60, 30),
        ("cold_4", four_shapes(large), 0.9995, 110, 60),
        ("cold_4_small", four_shapes(small), 0.999, 9, 4),
    ):
        threshold = share * _best(problem, share, more)
        pairs = median(_in_pairs(problem, threshold, large) for _ in range(rounds))
        report(name, pairs, "pairs", bar, goal)
    for solver in (SGA(), MultiscaleSGA()):
        name = f"warm_over_cold_{solver.label.lower().replace(' ', '_')}"
        report(name, _warm_over_cold(solver, small, more, rounds), "", 1 / 3)
    for solver, function, bar in (
        (CWB(), "convolutional_barycenter2d", 1 / 10),
        (DSB(), "convolutional_barycenter2d_debiased", 1 / 25),
    ):
        ratio = _against_pot(solver, function, four_shapes(large))
        report(f"{solver.label.lower()}_over_pot", ratio, "", bar)
    report("peak_memory", _peak_memory(large, 20 if options.quick else 45), "MiB", 1024)


def _seconds_to(problem, threshold, state=None, solver=None):
    """Seconds of the solver until the dual on the finest grid reaches a threshold."""
    solver = solver or MultiscaleSGA()
    for it in iterates(solver, problem, state, max_iterations=500, tolerance=0):
        if it.levels_left == 0 and dual(it) >= threshold:
            return it.seconds
    return float("nan")


def _best(problem, share, more):
    """The best dual that `more` iterations find after the first that is within its own `share`."""
    duals, needed = [], 0
    for it in iterates(MultiscaleSGA(), problem, max_iterations=1000, tolerance=0):
        if it.levels_left:
            continue
        duals.append(dual(it))
        needed = next(k for k, value in enumerate(duals) if value >= share * max(duals))
        if len(duals) > needed + more:
            break
    return max(duals)


def _in_pairs(problem, threshold, size):
    pair = dct_pair(size)  # measured next to what it is the unit of
    return _seconds_to(problem, threshold) / pair


def _warm_over_cold(solver, size, more, rounds):
    """After a change of one weight by 0.05: from the old potentials against from nothing."""
    old = last_of(iterates(solver, four_shapes(size), max_iterations=more, tolerance=0))
    changed = four_shapes(size, CHANGED)
    threshold = 0.999 * _best(changed, 0.999, more)
    ratios = []
    for _ in range(rounds):
        cold = _seconds_to(changed, threshold, None, solver)
        # A problem of its own: a state of the very same problem would not be warmed up.
        warm = _seconds_to(four_shapes(size, CHANGED), threshold, old.state, solver)
        ratios.append(warm / cold)
    return median(ratios)


def _against_pot(solver, function, problem):
    """Seconds of an iteration as a fraction of POT's, at the same ε."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of whatever optional packages POT finds
        import ot

    def pots(count):
        started = perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged
            getattr(ot.bregman, function)(
                problem.marginals / problem.marginals[0].size, solver.reg, problem.weights,
                numItermax=count, stopThr=0,
            )  # fmt: skip
        return perf_counter() - started

    def ours(count):
        last = last_of(iterates(solver, problem, max_iterations=count, tolerance=0))
        return last.seconds

    ratios = []
    for _ in range(2):  # the difference leaves out what is done once
        ratios.append(((ours(9) - ours(1)) / 8) / (pots(2) - pots(1)))
    return median(ratios)


def _peak_memory(size, count):
    """Peak resident memory, MiB, of a process that solves the four shapes coarse-to-fine."""
    script = MEMORY.format(size=size, count=count)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return int(run.stdout) / unit
