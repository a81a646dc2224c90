"""Energy-guided entropic barycenters of samples (Kolesov et al., 2024)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import param

from solvers.arrays import Array, FloatArray
from solvers.clouds import Cloud
from solvers.devices import check_device
from solvers.loop import Iterate, Solver
from solvers.sample_problem import SampleProblem
from solvers.training import TrainingState, same_signature, signature_of
from solvers.uvp import bw_uvp

if TYPE_CHECKING:
    from torch import Generator, Tensor

# Dimensions up to which some of 2,048 shared proposals hit every point's plan.
_SHARED = 8
# A chain has left when it is so many times the barycenter's size away from its middle.
_FAR = 100.0


@dataclass(frozen=True, eq=False, kw_only=True)
class EnergyState(TrainingState, solver="energy_guided"):
    """Potentials, and the chains that sample their plans.

    H counts the marginals that were given, K those of positive weight.

    Attributes
    ----------
    weights : Tensor, (H,)
        λ of all marginals given.
    reg : float
        The problem's ε.
    updates : int
        Done so far.
    parameters : dict of Tensor
        Of the potentials.
    moments : dict of dict of Tensor
        Adam's, by parameter.
    frame : dict of Tensor
        See `solvers.potential_networks.Potentials`.
    starts : Tensor, (m, d)
        Ground barycentres, from which chains start.
    sources, chains : Tensor, (K, n, d_k) and (K, n, d)
        The x and y that train, the oldest first.
    shown_sources, shown : Tensor, (K, s, d_k) and (K, s, d)
        The x and y that are shown.
    generator : Tensor, (bytes,)
        State of the random generator.
    estimate : float
        Of the dual objective.
    ess : float
        Effective draws of a point in importance sampling: in the last update, or of `estimate`
        where chains train.
    """

    weights: Tensor
    reg: float
    updates: int
    parameters: Mapping[str, Tensor]
    moments: Mapping[str, Mapping[str, Tensor]]
    frame: Mapping[str, Tensor]
    starts: Tensor
    sources: Tensor
    chains: Tensor
    shown_sources: Tensor
    shown: Tensor
    generator: Tensor
    estimate: float
    ess: float


class EnergyGuided(Solver):
    """Ascent of the dual of entropic barycenters for any cost.

    It maximises ``Σ λ_k E_{x∼μ_k} f_k^C(x)`` over potentials with ``Σ λ_k f_k = 0``, where
    ``f_k^C(x) = −ε log ∫ exp((f_k(y) − ½ c_k(x, y)) / ε) dy``, with samples of the conditional
    plans ``μ_x ∝ exp((f_k(y) − ½ c_k(x, y)) / ε)``; these make the barycenter. ε is lowered to the
    problem's in the first part of the training.

    References
    ----------
    Kolesov, Mokrov, Udovichenko, Gazdieva, Pammer, Kratsios, Burnaev and Korotin (2024),
    Energy-guided continuous entropic barycenter estimation for general costs, algorithm 1 and
    appendix D.
    """

    label = "EGB"
    summary = "Learns potentials whose energies guide every sample to the barycenter, at any cost."
    objectives = ("estimate",)

    sampler: param.Selector[str] = param.Selector(
        default="shared",
        objects=["shared", "centred", "persistent", "adjusted", "fresh"],
        doc="How plans are sampled. By importance, with proposals shared by all points, which is "
        "quick and good in few dimensions, or centred at each one's mode. Or by Langevin chains "
        "that go on from update to update, are adjusted by Metropolis' rule, or start afresh.",
    )
    length = param.Integer(1500, bounds=(1, 10**6), doc="Updates of the whole training.")
    updates = param.Integer(3, bounds=(1, 100), doc="Updates in a step.")
    batch = param.Integer(128, bounds=(8, 10**5), doc="Points of each marginal in an update.")
    learning_rate = param.Number(
        1e-2,
        bounds=(0, 1),
        inclusive_bounds=(False, True),
        doc="Adam's rate at the start; it falls to 0 by a cosine.",
    )
    width = param.Integer(64, bounds=(1, 1024), doc="Units of each hidden layer.")
    start_reg = param.Number(1.0, bounds=(0, 100), doc="ε at the start, in units of the data.")
    annealing = param.Number(
        0.4,
        bounds=(0, 1),
        inclusive_bounds=(False, True),
        doc="Part of the training in which ε is lowered.",
    )
    langevin_steps = param.Integer(10, bounds=(1, 1000), doc="Steps of a chain in an update.")
    langevin_step = param.Number(
        0.15,
        bounds=(0, 1),
        inclusive_bounds=(False, True),
        doc="A chain's step, over the curvature of the cost.",
    )
    lifetime = param.Integer(
        20, bounds=(1, 1000), doc="Updates after which a chain gets a new point."
    )
    proposals = param.Integer(2048, bounds=(16, 10**5), doc="Shared proposals.")
    proposal_width = param.Number(
        2.0, bounds=(0.1, 10), doc="Their spread, in units of the barycenter's."
    )
    draws = param.Integer(16, bounds=(2, 1024), doc="Centred proposals for each point.")
    shown_steps = param.Integer(
        60, bounds=(1, 10**4), doc="Steps of the chains that are shown, in every iterate."
    )
    plan_steps = param.Integer(
        200, bounds=(1, 10**4), doc="Steps of the chains that sample plans after training."
    )
    shown = param.Integer(600, bounds=(1, 10**4), doc="Points shown.")
    seed = param.Integer(0, bounds=(0, 2**31 - 1), doc="Of what is drawn at random.")
    device = param.String(
        default="cpu", regex=r"^(cpu|mps|cuda(:\d+)?)$", doc="Where potentials are trained."
    )

    def init(self, problem: SampleProblem, state: EnergyState | None = None) -> EnergyState:
        """Fresh potentials, or those of `state` where marginals and costs are the same.

        With other weights or another ε, the training goes on as if ε had just been lowered. For
        another width it begins anew.

        Raises
        ------
        ValueError
            If the problem's ε is 0, the device is not there, proposals shared by all points cannot
            work, or costs or samples are not of a size to be trained on.
        """
        from solvers.energy_states import can_be_continued, has_chains
        from solvers.energy_training import all_weights, fresh_state, restarted

        check_device(self.device)
        if not problem.reg > 0:
            raise ValueError(f"reg: is {problem.reg:g}, but energy-guided plans need ε > 0.")
        if self.sampler == "shared" and problem.dimension > _SHARED:
            raise ValueError(
                f"sampler: shared proposals work in up to {_SHARED} dimensions, but there are "
                f"{problem.dimension}; choose persistent."
            )
        if (
            not isinstance(state, EnergyState)
            or not same_signature(state.signature, signature_of(problem))
            or not can_be_continued(self, problem, state)
        ):
            return fresh_state(self, problem)
        if state.reg == problem.reg and bool((state.weights == all_weights(problem)).all()):
            return state if has_chains(self, problem, state) else restarted(self, problem, state)
        lowered = min(state.updates, round(self.annealing * self.length))
        return restarted(self, problem, replace(state, updates=lowered))

    def step(self, problem: SampleProblem, state: EnergyState) -> EnergyState:
        """Some more updates of the potentials."""
        from solvers.energy_training import trained

        return trained(self, problem, state)

    def iterate(self, problem: SampleProblem, state: EnergyState) -> Iterate:
        """Points of the barycenter, each from a point of a marginal, and the dual's estimate.

        Figures: ``"updates"``; ``"reg"``, the ε so far; ``"ess"``, effective draws of a point in
        importance sampling; ``"bw_uvp"`` in percent where the barycenter is known: the mean over
        the marginals, and ``"bw_uvp_noise"``, what so few points as each has would score anyway.
        """
        from solvers.energy_training import annealed_reg

        points = state.shown.double().numpy()
        finite = bool(np.isfinite(points).all() and np.isfinite(state.estimate))
        figures = {
            "updates": float(state.updates),
            "reg": annealed_reg(self, state),
            "ess": state.ess,
        }
        if finite and problem.exact is not None:
            truth = problem.exact.mean, problem.exact.covariance
            each = [bw_uvp(own, *truth) for own in points]
            figures["bw_uvp"], figures["bw_uvp_noise"] = map(float, problem.weights @ each)
        flat = points.reshape(-1, problem.dimension)
        masses = np.repeat(problem.weights, points.shape[1])
        return Iterate(
            Cloud(flat, masses) if finite else flat,  # a Cloud refuses it; the loop stops there
            {"estimate": state.estimate},
            state,
            figures=figures,
        )

    def converged(self, problem: SampleProblem, state: EnergyState) -> str | None:
        """When all updates are done, or chains have run away."""
        frame = state.frame
        far = (state.shown - frame["centre"]).abs().max()
        widened = 1 + state.reg / frame["unit"]  # the part of the size squared that entropy adds
        if far > _FAR * frame["scale"] * widened.sqrt():
            return (
                "Diverged: chains have left the data. A smaller learning rate or Langevin step "
                "may help."
            )
        if state.updates >= self.length:
            return f"Trained: all {self.length} updates are done."
        return None

    def conditional(
        self,
        problem: SampleProblem,
        state: EnergyState,
        x: Array,
        k: int,
        count: int,
        generator: Generator,
    ) -> FloatArray:
        """Draws of the plans' conditionals ``μ_x``, for the ε reached, at points never seen.

        Parameters
        ----------
        x : array_like, (n, d_k)
            Points of ``problem.marginals[k]``.
        k : int
            Counts the marginals of positive weight.
        count : int
            Draws for each point, ≥ 1.
        generator : torch.Generator

        Returns
        -------
        array, (n, count, d)

        Raises
        ------
        ValueError
            If there is no such marginal, or the points are not of its dimension.
        """
        from solvers.energy_plans import conditional_draws

        points = _tensor(problem.checked_points(k, x))
        drawn = conditional_draws(self, problem, state, points, k, count, generator)
        return _array(drawn)

    def project(self, problem: SampleProblem, state: EnergyState, x: Array, k: int) -> FloatArray:
        """Barycentric projections ``E[y | x]`` of points x (n, d_k) of marginal k, (n, d)."""
        from solvers.energy_plans import projections

        points = _tensor(problem.checked_points(k, x))
        return _array(projections(self, problem, state, points, k))

    def energy(
        self, problem: SampleProblem, state: EnergyState, x: Array, k: int, y: Array
    ) -> FloatArray:
        """``½ c_k(x, y) − f_k(y)`` for one point x (d_k,) of marginal k and many y (m, d), (m,).

        The conditional ``μ_x`` is proportional to the exponential of minus this over ε.
        """
        from solvers.energy_plans import energies

        (point,) = _tensor(problem.checked_points(k, np.asarray(x)[None]))
        return _array(energies(self, problem, state, point, k, _tensor(y)))


def _tensor(points: Array) -> Tensor:
    import torch

    return torch.as_tensor(np.asarray(points), dtype=torch.float32)


def _array(values: Tensor) -> FloatArray:
    return np.asarray(values.numpy(), dtype=np.float64)
