"""Where mass comes from: the maps from a barycenter back to its marginals, and the way between."""

from __future__ import annotations

import numpy as np

from solvers import kernels
from solvers.arrays import Array
from solvers.problems import GridProblem


def origins(problem: GridProblem, potentials: Array) -> Array:
    """Where in each marginal the mass of the barycenter was: ``S_i = id − ∇f_i``.

    Parameters
    ----------
    problem : GridProblem
    potentials : array, (m, *shape)
        Kantorovich potentials f_i on the barycenter's side, in length², as
        ``solver.potentials(problem, state)`` gives them.

    Returns
    -------
    array, (m, d, *shape)
        Coordinates in the order of the axes, inside the domain, whose longest side has length 1;
        cell k has its centre at (k + ½) · spacing. They mean something where the barycenter has
        mass.

    Raises
    ------
    ValueError
        If the potentials do not fit the problem or are not finite.
    """
    _check(problem, potentials)
    axes = tuple(range(1, potentials.ndim))
    # The envelope f^cc is c-concave whatever the solver made of f, and equals it where there is
    # mass. With both transforms refined the map has the fewest steps from node to node left.
    envelope = kernels.c_transform(_transform(problem, potentials), problem.spacing, refine=True)
    slopes = np.stack([np.gradient(envelope, problem.spacing, axis=k) for k in axes], axis=1)
    limits = np.array(problem.shape).reshape(-1, *[1] * len(axes)) * problem.spacing
    return np.asarray(np.clip(_centres(problem) - slopes, 0.0, limits))


def displaced(
    problem: GridProblem, potentials: Array, marginal: int, fraction: float
) -> tuple[Array, Array]:
    """A marginal on its way to the barycenter, and where its mass comes from.

    Parameters
    ----------
    problem : GridProblem
    potentials : array, (m, *shape)
        As for `origins`.
    marginal : int
        Which of the problem's marginals moves, 0 … m − 1.
    fraction : float
        Of the way, in [0, 1]: 0 gives the marginal, 1 its image in the barycenter.

    Returns
    -------
    array, (*shape)
        Density on the Wasserstein geodesic, ``((1 − t) id + t T)_# μ`` with ``T = id − ∇f^c``; of
        mean 1.
    array, (d, *shape)
        Mean coordinates, as in `origins`, that the mass of each cell had in the marginal; 0 where
        there is no mass.

    Raises
    ------
    ValueError
        If the potentials do not fit the problem or are not finite, there is no such marginal, or
        the fraction is out of its range.

    References
    ----------
    McCann (1997), A convexity principle for interacting gases: displacement interpolation.
    """
    _check(problem, potentials)
    count = len(problem.marginals)
    if not 0 <= marginal < count:
        raise ValueError(f"marginal: is {marginal}, but must be in 0 … {count - 1}.")
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction: is {fraction:g}, but must be in [0, 1].")
    density = problem.marginals[marginal]
    centres = _centres(problem)
    moments = np.concatenate([density[None], density * centres])
    way = fraction * _transform(problem, potentials[marginal, None])
    # Mass that stays where it is must not be spread: even that would blur it.
    image, *moved = kernels.push_forward(
        np.repeat(way, len(moments), axis=0), moments, problem.spacing, spread=fraction > 0
    )
    origin = np.divide(moved, image, out=np.zeros_like(centres), where=image > 0)
    return image, origin


def _transform(problem: GridProblem, potentials: Array) -> Array:
    return kernels.c_transform(potentials, problem.spacing, refine=True)


def _centres(problem: GridProblem) -> Array:
    """Coordinates (d, *shape) of the cell centres."""
    return np.asarray((np.indices(problem.shape) + 0.5) * problem.spacing)


def _check(problem: GridProblem, potentials: Array) -> None:
    expected = problem.marginals.shape
    if potentials.shape != expected:
        raise ValueError(f"potentials: have the shape {potentials.shape}, but need {expected}.")
    if not np.isfinite(potentials).all():
        raise ValueError("potentials: contain NaN or infinity, but must be finite.")
