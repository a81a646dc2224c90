"""Wasserstein-2 distance between two densities on a grid, by the back-and-forth method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from solvers import kernels
from solvers.arrays import Array
from solvers.boxes import Box
from solvers.grids import doubled, halved
from solvers.problems import real_numbers

# Compare the gain of a step with the gain that its slope promised.
_GOOD, _POOR = 0.75, 0.25
_GROW, _SHRINK, _BACK_OFF = 1.3, 0.6, 0.4
# How much of the last move is repeated, and the first step times the highest density.
_MOMENTUM, _FIRST_STEP = 0.8, 0.8
# The ascent ends when that many iterations together have gained next to nothing.
_PATIENCE = 4
# A grid with a shorter side than this has no coarser one that would be worth a start.
_COARSEST = 32


@dataclass(frozen=True, eq=False)
class Transport:
    """Optimal transport of one density to another, as far as it was computed.

    Attributes
    ----------
    source, target : array, (*shape)
        The densities μ and ν, of mean 1.
    potentials : tuple of two arrays, (*shape)
        Kantorovich potentials in length²: ``f^c`` on the source's side and ``f`` on the target's,
        ``f^c(x) + f(y) ≤ ½|x − y|²`` at all pairs of cell centres.
    iterations : int
        Iterations on the finest grid.
    converged : bool
        False where the cap on iterations, or the end by `cancelled`, came first.
    """

    source: Array
    target: Array
    potentials: tuple[Array, Array]
    iterations: int
    converged: bool

    @cached_property
    def cost(self) -> float:
        """``∫ f^c dμ + ∫ f dν``, from below: ½W₂² of the densities on the nodes is not smaller."""
        g, f = self.potentials
        return _dual(g, self.source, f, self.target)

    @property
    def distance(self) -> float:
        """W₂, in units of the longest side of the domain."""
        return float(np.sqrt(max(0.0, 2.0 * self.cost)))

    @property
    def spacing(self) -> float:
        """Side of a cell; the longest side of the domain has length 1."""
        return _spacing(self.source)

    @cached_property
    def map(self) -> Array:
        """``T = id − ∇f^c`` at the cell centres, (d, *shape): coordinates of their images."""
        smooth = kernels.c_transform(self.potentials[1][None], self.spacing, refine=True)[0]
        centres = (np.indices(self.source.shape) + 0.5) * self.spacing
        return np.asarray(centres - np.stack(np.gradient(smooth, self.spacing)))


def wasserstein(
    source: ArrayLike,
    target: ArrayLike,
    potential: ArrayLike | None = None,
    *,
    tolerance: float = 1e-5,
    max_iterations: int = 100,
    cancelled: Callable[[], bool] = lambda: False,
) -> Transport:
    """Wasserstein-2 distance between two densities, with potentials and map.

    The cells are square and the longest side of the domain has length 1. The result's ``cost`` is
    the value of a pair of potentials that fulfils the constraints, hence a lower bound of ½W₂²
    between the densities taken as masses on the nodes. Once converged it is short of that by up to
    about a tenth of a squared cell.

    Parameters
    ----------
    source, target : array_like, (*shape)
        Densities in 2D or 3D, at least 2 cells along each axis; finite, not negative, not all zero.
        Any scale: each is divided by its mean.
    potential : array_like, (*shape), optional
        Potential on the target's side, in length², to start from: the result is never worse. By
        default the solution on a grid of twice the spacing.
    tolerance : float
        Stop when a few iterations together raise the cost by less than this fraction; ≥ 0.
    max_iterations : int
        Iterations at most (on each grid); ≥ 0. One iteration moves both potentials.
    cancelled : callable
        Asked before each iteration; True ends the ascent where it is.

    Returns
    -------
    Transport

    Raises
    ------
    ValueError
        With one sentence that names the field, the value and the rule.

    References
    ----------
    Jacobs and Léger (2020), A fast approach to optimal transport: the back-and-forth method. Here
    with momentum and with a step that adapts to its gain.
    """
    if not 0 <= tolerance < 1:
        raise ValueError(f"tolerance: is {tolerance:g}, but must be in [0, 1).")
    if max_iterations < 0:
        raise ValueError(f"max_iterations: is {max_iterations}, but must be ≥ 0.")
    mu, nu = normalised_density("source", source), normalised_density("target", target)
    if mu.shape != nu.shape:
        raise ValueError(
            f"target: has the shape {nu.shape}, but must have the source's, {mu.shape}."
        )
    # The rest of the grid cannot matter. What a box has found, in units of its own longest side, is
    # continued by its values at the border: that keeps the constraints, for a projection to a box
    # brings no two points farther apart.
    box = Box.holding([Box.around(mu), Box.around(nu)], mu.shape)
    inner = [density / density.mean() for density in (box.of(mu), box.of(nu))]
    unit = (_spacing(mu) / _spacing(inner[0])) ** 2
    limits = tolerance, max_iterations, cancelled
    if potential is None:
        found = _from_coarse(inner[0], inner[1], *limits)
    else:
        f = np.asarray(potential, dtype=np.float64)
        if f.shape != nu.shape or not np.isfinite(f).all():
            raise ValueError(
                f"potential: must be finite numbers of the target's shape, {nu.shape}."
            )
        found = _back_and_forth(inner[0], inner[1], box.of(f) / unit, *limits)
    g, f = (unit * box.padded(f, mu.shape, mode="edge") for f in found.potentials)
    return replace(found, source=mu, target=nu, potentials=(g, f))


def normalised_density(name: str, values: ArrayLike) -> Array:
    """Check a density called `name` in errors, and scale it to mean 1."""
    density = real_numbers(name, values)
    if density.ndim not in (2, 3) or min(density.shape) < 2:
        raise ValueError(
            f"{name}: must be a 2D or 3D array with at least 2 cells along each axis, "
            f"but the shape is {density.shape}."
        )
    if not np.isfinite(density).all():
        raise ValueError(f"{name}: contains NaN or infinity, but a density must be finite.")
    if density.min() < 0:
        raise ValueError(
            f"{name}: has the negative value {density.min():g}, but a density must be ≥ 0."
        )
    if density.max() == 0:
        raise ValueError(f"{name}: is zero everywhere, but must have some mass.")
    density /= density.max()  # keeps the mean finite
    return np.asarray(density / density.mean())


@dataclass
class _Side:
    """One of the two densities (1, *shape), and the ascent of the potential on its side."""

    density: Array
    potential: Array
    step: float
    ascended: Array | None = None
    """The potential right after the last step, where momentum sets out from."""


def _back_and_forth(
    source: Array,
    target: Array,
    potential: Array,
    tolerance: float,
    max_iterations: int,
    cancelled: Callable[[], bool],
) -> Transport:
    """Ascend on both sides in turn, from a potential on the target's side."""
    spacing = _spacing(source)
    g = kernels.c_transform(potential[None], spacing)
    f = kernels.c_transform(g, spacing)
    here = _Side(target[None], f, _FIRST_STEP / target.max())
    there = _Side(source[None], g, _FIRST_STEP / source.max())
    costs = [_dual(f, target, g, source)]
    converged = False
    while not converged and len(costs) <= max_iterations and not cancelled():
        half_way = _ascend(here, there, costs[-1], spacing)
        if cancelled():  # asked often: in space, half an iteration takes a while
            break
        costs.append(_ascend(there, here, half_way, spacing))
        since = costs[-1 - _PATIENCE :]
        converged = len(since) > _PATIENCE and since[-1] - since[0] <= tolerance * abs(since[-1])
    potentials = there.potential[0], here.potential[0]
    return Transport(source, target, potentials, len(costs) - 1, converged)


def _ascend(here: _Side, there: _Side, cost: float, spacing: float) -> float:
    """One step of the potential `here`, unless the cost would fall; returns the cost.

    The potential `there` is always the c-transform of the one `here`, and the other way round.
    """
    # The refined map would be smoother, but the dual on the nodes ends up to 0.4 % lower with it.
    image = kernels.push_forward(there.potential, there.density, spacing)
    surplus = here.density - image
    direction = kernels.inverse_laplacian(surplus, spacing)
    promised = here.step * np.vdot(direction, surplus) / surplus.size
    ascended = proposal = here.potential + here.step * direction
    if here.ascended is not None:
        proposal = ascended + _MOMENTUM * (ascended - here.ascended)
    transform = kernels.c_transform(proposal, spacing)
    envelope = kernels.c_transform(transform, spacing)
    reached = _dual(envelope, here.density, transform, there.density)
    if reached < cost:
        here.step *= _BACK_OFF
        here.ascended = None
        return cost
    if reached - cost > _GOOD * promised:
        here.step *= _GROW
    elif reached - cost < _POOR * promised:
        here.step *= _SHRINK
    here.potential, here.ascended, there.potential = envelope, ascended, transform
    return reached


def _from_coarse(
    source: Array,
    target: Array,
    tolerance: float,
    max_iterations: int,
    cancelled: Callable[[], bool],
) -> Transport:
    """Start from the solution on a grid of twice the spacing, where there is a sensible one."""
    f = np.zeros_like(target)
    if min(target.shape) >= _COARSEST:
        mu, nu = halved(np.stack([source, target]))
        coarse = _from_coarse(mu, nu, tolerance, max_iterations, cancelled)
        f = doubled(coarse.potentials[1][None], target.shape)[0]
    return _back_and_forth(source, target, f, tolerance, max_iterations, cancelled)


def _dual(f: Array, density: Array, g: Array, other: Array) -> float:
    return float((np.vdot(f, density) + np.vdot(g, other)) / density.size)


def _spacing(density: Array) -> float:
    return 1.0 / float(max(density.shape))
