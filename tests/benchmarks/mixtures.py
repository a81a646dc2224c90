"""How fast barycenters of Gaussian mixtures follow an ellipse that is dragged.

    python -m tests.benchmarks.mixtures [--quick]

Every update is a new problem in which one ellipse has moved, solved for two iterates from the state
of the one before. The times of one iterate, and of POT's, are printed as information.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
import ot

from solvers import iterates
from solvers.gmm import GMMBarycentric, GMMFixedPoint
from solvers.mixture_problem import MixtureProblem
from solvers.mixtures import Mixture
from tests.benchmarks.figures import Figures
from tests.benchmarks.timing import median_seconds
from tests.solvers.helpers import last_of
from tests.solvers.mixtures import random_mixture

MIXTURES, COMPONENTS, STEPS = 3, 5, 2
BAR = 10  # updates a second
ITERATES = 5


class Drag:
    """An ellipse on a circle, one update at a call."""

    def __init__(self, solver, mixtures):
        self.solver, self.mixtures = solver, mixtures
        self.angle, self.state = 0.0, None

    def __call__(self):
        self.angle += 0.1
        first, *others = self.mixtures
        means = first.means.copy()
        means[0] = 0.5 + 0.3 * np.cos(self.angle), 0.5 + 0.3 * np.sin(self.angle)
        moved = Mixture(first.weights, means, first.covariances)
        problem = MixtureProblem([moved, *others])
        self.state = last_of(iterates(self.solver, problem, self.state, max_iterations=STEPS)).state


def pot_iterates(problem, begin):
    """H by POT, from a mixture of equal weights."""
    ot.gmm.gmm_barycenter_fixed_point(
        [nu.means for nu in problem.mixtures],
        [nu.covariances for nu in problem.mixtures],
        [nu.weights for nu in problem.mixtures],
        begin.means.copy(),
        begin.covariances.copy(),
        problem.weights,
        iterations=ITERATES,
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smoke run: few rounds")
    options = parser.parse_args(arguments)
    rounds = 5 if options.quick else 200

    rng = np.random.default_rng(0)
    mixtures = [random_mixture(rng, COMPONENTS) for _ in range(MIXTURES)]
    figures = Figures(unjudged="in a quick run" if options.quick else None)
    for name, solver in (("", GMMFixedPoint()), ("_h", GMMBarycentric())):
        drag = Drag(solver, mixtures)
        drag()  # imports
        seconds = median_seconds(drag, rounds)
        figures.report(f"updates_a_second{name}", 1 / seconds, "", BAR, at_most=False)

    problem = MixtureProblem(mixtures)
    begin = GMMBarycentric(components=COMPONENTS).init(problem).mixture
    for name, action in {
        "G": lambda: _run(GMMFixedPoint(), problem),
        "H": lambda: _run(GMMBarycentric(components=COMPONENTS), problem),
        "H of POT": lambda: pot_iterates(problem, begin),
    }.items():
        seconds = median_seconds(action, 3 if options.quick else 20) / ITERATES
        print(f"An iterate of {name} takes {1e3 * seconds:.3g} ms.")
    return figures.exit_code


def _run(solver, problem):
    state = solver.init(problem)
    for _ in range(ITERATES):
        state = solver.step(problem, state)


if __name__ == "__main__":
    sys.exit(main())
