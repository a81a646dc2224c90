"""Entropic barycenters by iterative Bregman projections, plain and debiased."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import param

from solvers import kernels
from solvers.arrays import Array, mean_products
from solvers.loop import Iterate, Solver
from solvers.problems import GridProblem

# Fraction of the mass in which plans and barycenter may differ once they count as converged.
_AT_REST = 1e-9


@dataclass(frozen=True, eq=False)
class EntropicState:
    """Scalings as logarithms, so that they can neither under- nor overflow.

    Attributes
    ----------
    problem : GridProblem
        What the state belongs to.
    reg : float
        The ε that the scalings belong to.
    log_scalings : array, (m, *shape)
        ``log b_i``; the plan between the barycenter and μ_i is ``b_i K a_i``.
    log_debiasing : array, (*shape)
        ``log d``; 0 without debiasing.
    barycenter : array, (*shape)
        A density of mean 1.
    mismatch : float
        Fraction of the mass in which the plans' densities on the barycenter's side, at worst,
        differed from the barycenter in the last step; ∞ before the first one.
    iteration : int
        Steps done on this problem.
    set_aside : dict of int to array
        Scalings of marginals that have lost all weight, by their position among those given, for
        the day when they get some again.
    """

    problem: GridProblem
    reg: float
    log_scalings: Array
    log_debiasing: Array
    barycenter: Array
    mismatch: float = np.inf
    iteration: int = 0
    set_aside: dict[int, Array] = field(default_factory=dict)

    def at(self, reg: float) -> tuple[Array, Array]:
        """Both kinds of logarithms for another ε: it is ε times them that is a potential."""
        if reg == self.reg:
            return self.log_scalings, self.log_debiasing
        return self.log_scalings * (self.reg / reg), self.log_debiasing * (self.reg / reg)


def _mass_between(log_old: Array, log_new: Array, barycenter: Array) -> float:
    """Largest fraction of the mass by which two sets (k, *shape) of scalings differ.

    The density of plan i on the barycenter's side was β times old over new: its total variation
    from β, to first order.
    """
    moved = log_new - log_old
    np.abs(moved, out=moved)
    return 0.5 * float(mean_products(moved, np.broadcast_to(barycenter, moved.shape)).max())


class CWB(Solver):
    """Convolutional Wasserstein barycenter (CWB): transport made smooth by entropy.

    The kernel is ``exp(−|x − y|² / ε)``, the same along all axes. One step is one Bregman
    projection onto the marginals and one onto the common barycenter,

        a_i = μ_i / K b_i,   β = Π (K a_i)^α_i,   b_i = β / K a_i.

    The barycenter is unique, blurred by about √ε.

    References
    ----------
    Benamou, Carlier, Cuturi, Nenna and Peyré (2015), iterative Bregman projections; Solomon et al.
    (2015), convolutional Wasserstein distances, algorithm 2.
    """

    label = "CWB"
    summary = "Smooths transport by entropy and scales the marginals in turn; fast, blurred."
    debiased: ClassVar[bool] = False

    reg = param.Number(
        default=5e-3,
        bounds=(1e-5, 1.0),
        softbounds=(5e-4, 0.05),
        step=5e-4,
        doc="Entropic regularisation ε in the kernel exp(−|x − y|²/ε); the domain's longest side "
        "is 1. Smaller is sharper and takes more iterations.",
    )

    def init(self, problem: GridProblem, state: EntropicState | None = None) -> EntropicState:
        """Scalings 1, or those of `state` for the marginals that it knows.

        Raises
        ------
        ValueError
            If `state` belongs to a grid of another shape.
        """
        if state is not None and state.problem is problem:
            return state
        log_scalings = np.zeros_like(problem.marginals)
        barycenter = np.tensordot(problem.weights, problem.marginals, axes=1)
        if state is None:
            log_debiasing = np.zeros(problem.shape)
            return EntropicState(problem, self.reg, log_scalings, log_debiasing, barycenter)
        problem.require_grid_of(state.problem)
        old = dict(zip(state.problem.kept, state.log_scalings, strict=True)) | state.set_aside
        for i, given in enumerate(problem.kept):
            if given in old:
                log_scalings[i] = old.pop(given)
        return EntropicState(
            problem,
            state.reg,
            log_scalings,
            state.log_debiasing,
            state.barycenter if len(problem.kept) > 1 else barycenter,
            set_aside=old,
        )

    def step(self, problem: GridProblem, state: EntropicState) -> EntropicState:
        """One Bregman projection for all marginals at once."""
        log_b, log_d = state.at(self.reg)
        with np.errstate(divide="ignore"):
            log_a = np.log(problem.marginals)
        log_a -= kernels.log_convolution(log_b, self.reg, problem.spacing)
        log_ka = kernels.log_convolution(log_a, self.reg, problem.spacing)
        del log_a
        log_beta = np.tensordot(problem.weights, log_ka, axes=1)
        new_log_d = log_d
        if self.debiased:
            log_beta += log_d
            log_kd = kernels.log_convolution(log_d[None], self.reg, problem.spacing)[0]
            new_log_d = 0.5 * (log_d + log_beta - log_kd)
        barycenter = np.exp(log_beta - log_beta.max())
        barycenter /= barycenter.mean()
        new_log_b = np.subtract(log_beta, log_ka, out=log_ka)
        return EntropicState(
            problem,
            self.reg,
            new_log_b,
            new_log_d,
            barycenter,
            mismatch=max(
                _mass_between(log_b, new_log_b, barycenter),
                _mass_between(log_d[None], new_log_d[None], barycenter),
            ),
            iteration=state.iteration + 1,
            set_aside=state.set_aside,
        )

    def iterate(self, problem: GridProblem, state: EntropicState) -> Iterate:
        """The barycenter; before the first step the weighted mean of the marginals."""
        return Iterate(state.barycenter, {}, state)

    def potentials(self, problem: GridProblem, state: EntropicState) -> Array:
        """``½ ε log b_i``, made congruent; they tend to Kantorovich's potentials with ε to 0."""
        log_b = state.log_scalings
        congruent: Array = log_b - np.tensordot(problem.weights, log_b, axes=1)
        return 0.5 * state.reg * congruent

    def converged(self, problem: GridProblem, state: EntropicState) -> str | None:
        """Where all plans end in the barycenter, the projections have nothing left to change."""
        if state.mismatch <= _AT_REST:
            return "Converged: all transport plans end in the same barycenter, to nine digits."
        return None


class DSB(CWB):
    """Debiased Sinkhorn barycenter (DSB): the convolutional one with the blur taken out.

    A debiasing potential d enters the projections,

        β = d · Π (K a_i)^α_i,   d ← √(d · β / K d),

    so that a density is its own barycenter.

    References
    ----------
    Janati, Cuturi and Gramfort (2020), debiased Sinkhorn barycenters, algorithm 1.
    """

    label = "DSB"
    summary = "Entropic smoothing as in CWB with its blur taken out; fast, nearly sharp."
    debiased = True

    def converged(self, problem: GridProblem, state: EntropicState) -> str | None:
        """A single marginal is its own barycenter."""
        if len(problem.weights) == 1:
            return "Done: only one marginal has weight, and it is its own barycenter."
        return super().converged(problem, state)
