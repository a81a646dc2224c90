"""Fixed points of barycenters for any costs: G, H and the entropic G_ε (Tanguy et al., 2024)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import param

from solvers.arrays import Array, FloatArray
from solvers.clouds import Cloud
from solvers.entropic_plans import entropic_plan
from solvers.loop import Iterate
from solvers.plans import couplings, fits, glued, require_fit
from solvers.point_problem import MAX_POINTS, PointProblem
from solvers.point_solver import (
    CoupledSolver,
    CoupledState,
    PointSolver,
    PointState,
    PositionSolver,
    displacement,
)

# G_ε has settled once V_ε has not fallen by this fraction in so many steps.
_GAIN, _PATIENCE = 1e-3, 10
# Entries of the largest matrix of costs for which the entropic solver adds the exact V.
_AFFORDABLE = 1200**2

_GOLDEN = (1 + np.sqrt(5)) / 2


class FixedPoint(CoupledSolver):
    """The true fixed point iteration G.

    The optimal plans of μ are glued into one multi-coupling γ by the north-west corner rule, and
    every atom goes to the ground barycentre of its partners: ``μ⁺ = B # γ``. Atoms with the same
    partners become one. V never rises,

        V(μ) − V(μ⁺) ≥ E_γ[Σ_k α_k (c_k(x, y_k) − c_k(x⁺, y_k))] ≥ 0,

    the figures ``"decrease"`` and ``"proved"``. The support may grow, up to
    ``n + T (Σ_k n_k − K)`` points in T steps.

    References
    ----------
    Tanguy, Delon and Gozlan (2024), Computing barycenters of measures for generic transport costs,
    algorithm 2.
    """

    label = "G"
    summary = "Splits points as the transport plans ask and moves each to its ground barycentre."

    merge = param.Boolean(default=True, doc="Merge points that coincide, up to rounding.")

    def step(self, problem: PointProblem, state: CoupledState) -> CoupledState:
        """Glue the plans, and send every atom to its ground barycentre."""
        indices, masses, source = glued(state.couplings.plans)
        before = state.cloud.positions[source]
        costs = problem.mean_costs(before, problem.partners(indices))
        # Of atoms with the same partners, the cheapest is the start: then none becomes dearer.
        order = np.argsort(costs)
        tuples, first, which = np.unique(
            indices[order], axis=0, return_index=True, return_inverse=True
        )
        which = which.ravel()
        partners = problem.partners(tuples)
        after = problem.barycentres(partners, before[order[first]])
        proved = masses[order] @ (costs[order] - problem.mean_costs(after, partners)[which])
        moved = displacement(masses[order], before[order], after[which])
        cloud = Cloud(after, np.bincount(which, masses[order]))
        cloud = cloud.merged() if self.merge else cloud
        if not fits(problem, cloud):  # plans of so many points would need too much memory
            return replace(state, figures={"outgrown": float(len(cloud))})
        figures = {"displacement": moved, "proved": float(proved)}
        return self.moved(problem, state, cloud, figures)

    def converged(self, problem: PointProblem, state: PointState) -> str | None:
        """As for all, and a support that has outgrown what exact transport can do."""
        if "outgrown" in state.figures:
            return (
                f"Stopped: the support would grow to {state.figures['outgrown']:,.0f} points. "
                "H keeps its size."
            )
        return super().converged(problem, state)


class Barycentric(PositionSolver):
    """The barycentric fixed point iteration H.

    ``x_i ← B(π̄_1(x_i), …, π̄_K(x_i))`` with ``π̄_k(x_i) = (1/a_i) Σ_j π_{k,ij} y_{k,j}``. Support
    size and masses are kept. Where the plans send every point to one partner only, it does what G
    does; elsewhere V may rise.

    References
    ----------
    Tanguy, Delon and Gozlan (2024), Computing barycenters of measures for generic transport costs,
    algorithm 3.
    """

    label = "H"
    summary = "Moves each point to the ground barycentre of its mean partners; fast, a heuristic."

    def target(self, problem: PointProblem, state: CoupledState) -> FloatArray:
        """The ground barycentres of the points' barycentric projections."""
        partners = [
            (plan @ measure.positions) / state.cloud.masses[:, None]
            for plan, measure in zip(state.couplings.plans, problem.measures, strict=True)
        ]
        return problem.barycentres(partners, state.cloud.positions)


@dataclass(frozen=True, eq=False, kw_only=True)
class EntropicPointState(PointState):
    """A cloud, and a sample of the gluing of its entropic plans.

    Attributes
    ----------
    source : array, (S,), int
        The points of `cloud` that the sampled atoms come from.
    indices : array, (S, K), int
        Their partners in the measures of positive weight.
    objectives : mapping of str to float
        V_ε of `cloud` as ``"estimate"``, V as ``"primal"`` where it is affordable.
    lowest, waited : float, int
        A V_ε that has not been undercut by much for so many steps.
    potentials : mapping of int to array, (n_k,)
        Entropic potentials, by the measures' positions among those given.
    """

    source: Array
    indices: Array
    objectives: Mapping[str, float]
    lowest: float
    waited: int
    potentials: Mapping[int, FloatArray]

    @property
    def duals(self) -> Mapping[int, FloatArray]:
        """The potentials."""
        return self.potentials


class EntropicFixedPoint(PointSolver):
    """The fixed point iteration G_ε: G with entropic plans, sampled.

    Entropic plans have no zeros: their gluing has an atom for nearly every entry, hundreds of
    thousands, and the next gluing far more. So an iterate is a sample of S equally heavy atoms of
    ``B # γ_ε``, one from each of S equal shares of the mass of γ_ε in the order of its rows; that
    samples every row in proportion to its mass, and γ_ε is never built. Where in its share an atom
    lies follows the golden ratio: a common place would take the same partners from every row. It is
    the same in all steps, so that points can come to rest.

    The ``"estimate"`` is V_ε, the sum of ``α_k min_π ⟨π, c_k⟩ + ε KL(π | a ⊗ b_k)``; it is above V,
    unless ε is so small that the plans are not yet exact. The ``"primal"`` is V, where points
    are few enough; it may rise, so that the best iterate is judged by V_ε.

    References
    ----------
    Tanguy, Delon and Gozlan (2024), Computing barycenters of measures for generic transport costs,
    section on entropic plans.
    """

    label = "Gε"
    summary = "Does what G does with blurred plans and a fixed number of points."
    objectives = ("estimate",)

    reg = param.Number(
        default=0.02,
        bounds=(1e-3, 10.0),
        softbounds=(2e-3, 0.5),
        doc="Entropic regularisation ε, as a fraction of V of the best single point. Smaller is "
        "sharper and takes more iterations.",
    )
    support = param.Integer(
        default=None,
        allow_None=True,
        bounds=(1, MAX_POINTS),
        softbounds=(10, 2000),
        doc="Points of the sample; as many as the iterate before has if none are given.",
    )

    def begun(
        self,
        problem: PointProblem,
        cloud: Cloud,
        duals: Mapping[int, FloatArray] | None = None,
    ) -> EntropicPointState:
        """The state to start from at a given cloud, with the sample of the first step.

        One plan is in memory at a time.
        """
        require_fit(problem, cloud)
        duals, reg = duals or {}, self.reg * problem.spread
        quantiles = self._quantiles(self.support or len(cloud))
        source = np.minimum(np.searchsorted(np.cumsum(cloud.masses), quantiles), len(cloud) - 1)
        indices, potentials, estimate = [], {}, 0.0
        for k, (given, measure) in enumerate(zip(problem.kept, problem.measures, strict=True)):
            costs = problem.cost_matrix(k, cloud.positions)
            plan, potentials[given], least = entropic_plan(
                costs, cloud.masses, measure.masses, reg, duals.get(given)
            )
            estimate += float(problem.weights[k]) * least
            # Rows are equally heavy in all plans, so that one row after the other makes one long
            # row, in which a quantile is in the same row of every plan.
            mass = plan.ravel()
            np.cumsum(mass, out=mass)
            columns = np.searchsorted(mass, quantiles) - source * len(measure)
            indices.append(np.clip(columns, 0, len(measure) - 1))
        objectives = {"estimate": estimate}
        if len(cloud) * max(map(len, problem.measures)) <= _AFFORDABLE:
            objectives["primal"] = couplings(problem, cloud, potentials).value
        return EntropicPointState(
            problem=problem,
            cloud=cloud,
            source=source,
            indices=np.column_stack(indices),
            objectives=objectives,
            lowest=estimate,
            waited=0,
            potentials=potentials,
        )

    def step(self, problem: PointProblem, state: EntropicPointState) -> EntropicPointState:
        """Send the sampled atoms to their ground barycentres."""
        before = state.cloud.positions[state.source]
        cloud = Cloud(problem.barycentres(problem.partners(state.indices), before))
        moved = displacement(cloud.masses, before, cloud.positions)
        begun = self.begun(problem, cloud, state.potentials)
        estimate = begun.objectives["estimate"]
        lower = estimate < (1 - _GAIN) * state.lowest
        return replace(
            begun,
            figures={"displacement": moved},
            lowest=estimate if lower else state.lowest,
            waited=0 if lower else state.waited + 1,
        )

    def iterate(self, problem: PointProblem, state: EntropicPointState) -> Iterate:
        """The cloud with V_ε, and with V where it is affordable."""
        figures = {"support": float(len(state.cloud)), **state.figures}
        return Iterate(state.cloud, state.objectives, state, figures=figures, judged_by="estimate")

    def converged(self, problem: PointProblem, state: PointState) -> str | None:
        """As for all, and once V_ε gains nothing any more."""
        if isinstance(state, EntropicPointState) and state.waited >= _PATIENCE:
            return (
                f"Settled: in {_PATIENCE} steps Vε has not fallen by {100 * _GAIN:g} %; what still "
                "moves is the sample."
            )
        return super().converged(problem, state)

    def _quantiles(self, count: int) -> FloatArray:
        """One quantile of the mass in each of so many equal shares, (count,), ascending."""
        share = np.arange(count)
        within = (np.random.default_rng(self.seed).random() + share / _GOLDEN) % 1.0
        return np.asarray((share + within) / count)
