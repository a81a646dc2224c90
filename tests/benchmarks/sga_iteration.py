"""What one SGA iteration of the paper's form costs, in cosine transform pairs of the same run.

    python -m tests.benchmarks.sga_iteration [--quick] [--size 1024] [--after 2]

A DCT pair, forward and inverse, float64, two workers, of one n × n array is the yardstick, so that
figures of different machines compare. The bars hold for 1024²; at other sizes they are not judged.

An iteration costs more where its map stretches cells. At the weights (2/3, 1/3) the paper's first
steps overshoot, the dual falls far below zero and is back after some 40 iterations: with
``--after 60`` only what follows is timed.
"""

from __future__ import annotations

import argparse
import sys
from statistics import median

import numpy as np
from scipy.fft import dctn, idctn

from solvers import SGA
from tests.benchmarks.figures import Figures
from tests.benchmarks.timing import median_seconds
from tests.solvers.helpers import ALPHA, PAPER, four_shapes

SIZE = 1024  # of the paper, for which the bar is set
BAR = 3.5  # DCT pairs for each marginal

WEIGHTS = {2: (2 / 3, 0, 0, 1 / 3), 4: ALPHA}


class Climb:
    """SGA in the paper's form on the four shapes, one iteration at a call."""

    def __init__(self, size, weights):
        self.solver = SGA(**PAPER)
        self.problem = four_shapes(size, weights)
        self.state = self.solver.init(self.problem)

    def __call__(self):
        self.state = self.solver.step(self.problem, self.state)
        self.solver.iterate(self.problem, self.state)


def measure(size, rounds, after):
    """Median seconds of a DCT pair, and of an iteration by the number of marginals."""
    array = np.random.default_rng(0).random((size, size))
    actions = {
        "pair": lambda: idctn(dctn(array, workers=2), workers=2),
        **{count: Climb(size, weights) for count, weights in WEIGHTS.items()},
    }
    for action in actions.values():  # compile, and leave the first steps behind
        for _ in range(after):
            action()
    # Interleaved, so that whatever else the machine does falls on all alike.
    times = [
        {key: median_seconds(action, 1) for key, action in actions.items()} for _ in range(rounds)
    ]
    return {key: median(time[key] for time in times) for key in actions}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smoke run: small, few rounds")
    parser.add_argument("--size", type=int, help=f"cells along each side, {SIZE} by default")
    parser.add_argument("--after", type=int, default=2, help="iterations before any is timed")
    options = parser.parse_args(arguments)
    size = options.size or (128 if options.quick else SIZE)
    rounds = 3 if options.quick else 15
    why_not = f"at {size}²" if size != SIZE else "in a quick run" if options.quick else None

    medians = measure(size, rounds, options.after)
    pair = medians.pop("pair")
    print(
        f"{size}², medians of {rounds} rounds after {options.after} iterations; "
        f"one DCT pair takes {1e3 * pair:.3g} ms."
    )
    figures = Figures(unjudged=why_not)
    for count, seconds in medians.items():
        name = f"sga_iteration_per_marginal_{count}"
        figures.report(name, seconds / count / pair, "DCT pairs", BAR)
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
