"""Small trainings of convex networks that several tests need."""

from collections import deque

import numpy as np
import torch

from solvers.loop import iterates
from solvers.uvp import bw_uvp, l2_uvp

# Before any fixture trains: networks this small lose by threads, most of all on a busy machine.
torch.set_num_threads(1)

SMALL = {"width": 8, "depth": 1, "batch": 32, "updates": 2, "shown": 50}


def trained(solver, problem, steps, state=None):
    """The iterate after so many steps."""
    (last,) = deque(iterates(solver, problem, state, max_iterations=steps), maxlen=1)
    return last


def tensors(value):
    """All tensors in a state's fields, in order."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from tensors(entry)


def same_training(state, other):
    """Whether two states hold the same bits."""
    mine, theirs = list(tensors(vars(state))), list(tensors(vars(other)))
    return (
        len(mine) == len(theirs) > 10
        and all(torch.equal(x, y) for x, y in zip(mine, theirs, strict=True))
        and (state.updates, state.weights) == (other.updates, other.weights)
    )


def trivial_answers(problem):
    """BW₂²-UVP in percent of the mean covariance, and of the best isotropic one."""
    exact = problem.exact
    mean = np.tensordot(problem.weights, [s.moments[1] for s in problem.marginals], axes=1)
    radius = np.mean(np.sqrt(np.linalg.eigvalsh(exact.covariance)))
    answers = [mean, radius**2 * np.eye(problem.dimension)]
    roots = [np.linalg.cholesky(answer) for answer in answers]
    basis = np.sqrt(problem.dimension) * np.vstack(
        [np.eye(problem.dimension), -np.eye(problem.dimension)]
    )  # points of mean 0 and covariance I
    return [bw_uvp(basis @ root.T, exact.mean, exact.covariance).value for root in roots]


def map_errors(solver, state, problem):
    """L²-UVP in percent, in the mean of the marginals, of a training's maps and of the identity."""
    found, identity = [], []
    for k, samples in enumerate(problem.marginals):
        x = samples.as_numpy(500, seed=5)
        exact, variance = problem.exact.maps(k, x), problem.exact.samples.variance
        found.append(l2_uvp(solver.maps(problem, state, x, k), exact, variance).value)
        identity.append(l2_uvp(x, exact, variance).value)
    return problem.weights @ found, problem.weights @ identity
