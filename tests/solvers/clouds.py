"""Clouds and problems that several tests of the solvers for points need."""

from __future__ import annotations

import numpy as np

from solvers.bijected_costs import Twister
from solvers.clouds import Cloud
from solvers.costs import PowerNorm, SquaredEuclidean
from solvers.loop import iterates
from solvers.point_problem import PointProblem

# Ground costs in one space, smooth and not, by name.
COSTS = {
    "squared": SquaredEuclidean(),
    "power": PowerNorm(1.5, 1.5),
    "median": PowerNorm(1, 1),
    "mixed": PowerNorm(2, 1),
    "steep": PowerNorm(1.5, 3),
    "twister": Twister(),
    "space": SquaredEuclidean(3),
}


def random_cloud(rng, count, dimension=2, equal=False):
    """A cloud in the unit cube, with random masses unless they are to be equal."""
    masses = np.ones(count) if equal else rng.uniform(0.5, 1.5, count)
    return Cloud(rng.random((count, dimension)), masses)


def random_problem(rng, counts=(9, 7, 8), costs=None, weights=None, equal=False):
    """Random clouds of so many points under squared Euclidean costs, or under others."""
    costs = costs or SquaredEuclidean()
    clouds = [random_cloud(rng, count, costs.dimension, equal) for count in counts]
    return PointProblem(clouds, costs, weights)


def run_points(solver, problem, steps=5, state=None):
    """All iterates of so many steps."""
    return list(iterates(solver, problem, state, max_iterations=steps, tolerance=0))


def sorted_rows(cloud, least=1e-9):
    """The rows of a cloud's points of more than rounding mass, in the order of their positions."""
    rows = np.asarray(cloud)
    rows = rows[rows[:, 0] > least]
    return rows[np.lexsort(np.round(rows[:, 1:], 8).T)]


def from_start(solver, problem, cloud, steps=5):
    """All iterates of so many steps from a given cloud."""
    return run_points(solver, problem, steps, solver.begun(problem, cloud))


def primal(iterate):
    """V of an iterate."""
    return iterate.objectives["primal"]
