"""Continuous Wasserstein-2 barycenters without a min–max (Korotin, Li, Solomon, Burnaev, 2021)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import param

from solvers.convex_solver import ConvexSolver, ConvexTraining
from solvers.sample_problem import SampleProblem
from solvers.training import TrainingState

if TYPE_CHECKING:  # torch takes seconds to import
    from torch import Generator

    from solvers.convex_networks import Tensors


@dataclass(frozen=True, eq=False, kw_only=True)
class CW2BState(ConvexTraining, TrainingState, solver="cw2b"):
    """The networks ``maps`` ψ_k and ``potentials`` ψ̄_k, their conjugates, and their training."""


class CW2B(ConvexSolver):
    """Barycenter of samples by convex potentials and their conjugates, minimised together.

        Σ λ_k E[⟨y, ∇ψ_k(y)⟩ − ψ̄_k(∇ψ_k(y))] + γ Σ λ_k E|∇ψ̄_k(∇ψ_k(y)) − y|²
        + τ E_x[Σ λ_k ψ̄_k(x) − ½|x|²]₊,

    y of μ_k, and x of the barycenter so far, the ``∇ψ_k # μ_k`` together: their multiple by τ lies
    above the barycenter, as the method asks of its prior.

    References
    ----------
    Korotin, Li, Solomon and Burnaev (2021), Continuous Wasserstein-2 barycenter estimation without
    minimax optimization, equation 14.
    """

    label = "CW₂B"
    summary = "Trains pairs of convex potentials, with no game between them, to agree on a middle."

    cycle = param.Number(
        default=5.0, bounds=(0.0, 1e3), doc="Weight γ of the term that makes maps inverse."
    )
    congruence = param.Number(
        default=5.0, bounds=(1.0, 1e3), doc="Weight τ of the term that makes potentials congruent."
    )

    def fresh(self, problem: SampleProblem, generator: Generator) -> dict[str, Tensors]:
        """Random networks near the identity."""
        from solvers.convex_networks import convex_network

        stack = (len(problem.given),)
        return {
            name: convex_network(stack, problem.dimension, [self.width] * self.depth, generator)
            for name in ("maps", "potentials")
        }

    def begun(self, **fields: Any) -> CW2BState:
        """The state that has these fields."""
        return CW2BState(**fields)

    def step(self, problem: SampleProblem, state: CW2BState) -> CW2BState:
        """Some more updates of both families of networks."""
        from solvers.cw2b_training import trained

        fields = trained(
            problem,
            state,
            rate=self.learning_rate,
            updates=self.updates,
            batch=self.batch,
            cycle=self.cycle,
            congruence=self.congruence,
            device=self.device,
        )
        return replace(state, **fields)
