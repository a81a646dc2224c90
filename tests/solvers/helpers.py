"""Densities, potentials and small loops that several tests need."""

from __future__ import annotations

from collections import deque

import numpy as np

from solvers import SGA, GridProblem, iterates
from solvers.datasets import SHAPES, shape

# The weights of the paper's first experiment with all four shapes.
ALPHA = (1 / 3, 1 / 4, 1 / 6, 1 / 4)

# The paper's method, as the docstring of SGA spells it.
PAPER = {
    "scheme": "parallel",
    "step_rule": "constant",
    "step_size": 0.1,
    "momentum": 0,
    "envelope": False,
    "refine_map": False,
}


def axes(dims):
    """Coordinates of the cell centres along each axis, shaped to broadcast; longest side 1."""
    longest = max(dims)
    nodes = [(np.arange(n) + 0.5) / longest for n in dims]
    return np.meshgrid(*nodes, indexing="ij", sparse=True)


def gaussian(dims, mean, std):
    """A Gaussian density with independent axes."""
    stds = np.broadcast_to(std, len(dims))
    terms = [((x - m) / s) ** 2 for x, m, s in zip(axes(dims), mean, stds, strict=True)]
    return np.exp(-0.5 * sum(terms))


def moments(density):
    """Mean and standard deviation of a density along each axis."""
    mass = density / density.sum()
    means = np.array([(x * mass).sum() for x in axes(density.shape)])
    variances = [
        ((x - m) ** 2 * mass).sum() for x, m in zip(axes(density.shape), means, strict=True)
    ]
    return means, np.sqrt(variances)


def waves(rng, dims, amplitude=0.02):
    """Smooth random potentials (m, *shape) in length²."""
    shape_ = dims[1:]
    result = np.zeros(dims)
    for f in result:
        for _ in range(3):
            wave = np.asarray(amplitude * rng.standard_normal())
            for x in axes(shape_):
                wave = wave * np.cos(np.pi * rng.integers(0, 4) * x)
            f += wave
    return result


def four_shapes(n, weights=ALPHA):
    """The problem of the paper's first experiment on an n × n grid."""
    return GridProblem([shape(name, n) for name in SHAPES], weights)


def dual(iterate):
    return iterate.objectives["dual"]


def congruence(iterate):
    """Largest ``|Σ α_i f_i|`` of an SGA iterate."""
    state = iterate.state
    return np.abs(np.tensordot(state.problem.weights, state.potentials, axes=1)).max()


def last_of(its):
    """The last iterate, without keeping all others in memory."""
    (last,) = deque(its, maxlen=1)
    return last


def run(problem, *, state=None, solver=None, steps=60, tolerance=0.0, **settings):
    """All iterates of a run of SGA with the given settings."""
    solver = solver or SGA(**settings)
    return list(iterates(solver, problem, state, max_iterations=steps, tolerance=tolerance))
