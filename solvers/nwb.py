"""Neural Wasserstein barycenters by fully input convex networks (Fan, Taghvaei, Chen, 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import param

from solvers.arrays import Array, FloatArray
from solvers.convex_solver import ConvexSolver, ConvexTraining
from solvers.sample_problem import SampleProblem
from solvers.training import TrainingState

if TYPE_CHECKING:  # torch takes seconds to import
    from torch import Generator

    from solvers.convex_networks import Tensors
    from solvers.convex_readings import Readings


@dataclass(frozen=True, eq=False, kw_only=True)
class NWBState(ConvexTraining, TrainingState, solver="nwb"):
    """The networks ``maps`` g_k, ``potentials`` f_k and ``generator`` h, and their training.

    Those of the conditional form have an axis of features of the weights in front.
    """


class NWB(ConvexSolver):
    """Barycenter of samples by min–max–min over convex networks and a generator.

        min_h sup_f inf_g ½E|h(Z)|² + Σ λ_k {−E f_k(h(Z)) − E[⟨Y_k, ∇g_k(Y_k)⟩ − f_k(∇g_k(Y_k))]},

    Z normal and Y_k of μ_k. The weights of the f_k are clipped so that they are convex, those of
    the g_k are drawn there by a penalty. The barycenter is ``h # η`` and also ``∇g_k # μ_k``. With
    one marginal, h is a GAN in W₂.

    References
    ----------
    Fan, Taghvaei and Chen (2021), Scalable computations of Wasserstein barycenter via input convex
    neural networks, equation 12 and algorithm 1; section 3.4 for all weights at once.
    """

    label = "NWB"
    summary = "Trains a generator against convex networks until it makes samples of the barycenter."

    reading: param.Selector[str] = param.Selector(
        default="generator",
        objects=["generator", "maps"],
        doc="What is shown: what the generator makes of noise, or the marginals' draws, moved.",
    )
    conditional = param.Boolean(
        default=False,
        doc="Train for all weights at once; then the picture follows the weights at once.",
    )
    generator_width = param.Integer(
        default=64,
        bounds=(1, 512),
        softbounds=(16, 128),
        doc="Units in each of the generator's two hidden layers.",
    )
    map_updates = param.Integer(
        default=2, bounds=(1, 20), doc="Updates of the maps for one of the potentials."
    )
    generator_rate = param.Number(
        default=0.2,
        bounds=(0.0, 10.0),
        doc="The generator's learning rate over that of the others; much slower ones follow well.",
    )
    penalty = param.Number(
        default=0.1, bounds=(0.0, 100.0), doc="Weight λ of the penalty on maps that are not convex."
    )

    @property
    def for_all_weights(self) -> bool:
        """Whether the networks are trained for all weights at once."""
        return bool(self.conditional)

    def fresh(self, problem: SampleProblem, generator: Generator) -> dict[str, Tensors]:
        """Random networks near the identity."""
        from solvers.convex_networks import convex_network, generator_network
        from solvers.nwb_training import feature_count

        count, dimension = len(problem.given), problem.dimension
        features = (feature_count(count),) if self.conditional else ()
        convex = ((*features, count), dimension, [self.width] * self.depth, generator)
        return {
            "maps": convex_network(*convex),
            "potentials": convex_network(*convex),
            "generator": generator_network(
                (*features, 1), dimension, dimension, [self.generator_width] * 2, generator
            ),
        }

    def begun(self, **fields: Any) -> NWBState:
        """The state that has these fields."""
        return NWBState(**fields)

    def networks_at(self, state: NWBState, weights: Array) -> Mapping[str, Tensors]:
        """The averaged networks; of the conditional form those for weights λ (K,)."""
        from solvers.nwb_training import networks_for

        return networks_for(state.averages, weights) if self.conditional else state.averages

    def step(self, problem: SampleProblem, state: NWBState) -> NWBState:
        """Some more updates of all networks."""
        from solvers.nwb_training import trained

        rates = dict.fromkeys(("maps", "potentials"), self.learning_rate)
        rates["generator"] = self.generator_rate * self.learning_rate
        fields = trained(
            problem,
            state,
            rates=rates,
            updates=self.updates,
            map_updates=self.map_updates,
            batch=self.batch,
            convexity=self.penalty,
            conditional=self.conditional,
            device=self.device,
        )
        return replace(state, **fields)

    def chosen(self, problem: SampleProblem, readings: Readings) -> FloatArray:
        """The points (n, d) of the reading that is set."""
        if self.reading == "maps" or readings.generator is None:
            return super().chosen(problem, readings)
        return readings.generator
