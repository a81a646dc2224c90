"""What the solvers share that train convex networks on samples: settings, state and readings."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import param

from solvers.arrays import Array, FloatArray
from solvers.clouds import Cloud
from solvers.costs import SquaredEuclidean
from solvers.devices import check_device
from solvers.loop import Iterate, Solver
from solvers.sample_problem import SampleProblem
from solvers.training import generator_at, generator_state, same_signature, signature_of
from solvers.uvp import bw_uvp

if TYPE_CHECKING:  # torch takes seconds to import
    from torch import Generator, Tensor

    from solvers.convex_networks import Tensors
    from solvers.convex_readings import Readings

# Points from which the figures of an iterate are computed: at least, and for each dimension.
_JUDGED, _JUDGED_PER_DIMENSION = 1000, 10
# Points that so many spreads of the marginals away from their middle have run away.
_FAR = 1e3


@dataclass(frozen=True, eq=False, kw_only=True)
class ConvexTraining:
    """The fields of a training of convex networks.

    Attributes
    ----------
    networks, averages : dict of str to dict of str to Tensor
        The newest weights of each network, and their averages over the training, which are what is
        shown and judged.
    moments : dict
        Those of Adam.
    generator : Tensor, (bytes,)
        The state of the generator of draws.
    updates : int
        Of all networks, since the start or since the problem has changed.
    weights : tuple of float
        The λ of all marginals given that are trained for.
    """

    networks: Mapping[str, Tensors]
    averages: Mapping[str, Tensors]
    moments: Mapping[str, Any]
    generator: Tensor
    updates: int
    weights: tuple[float, ...]


class ConvexSolver(Solver):
    """Settings and readings of solvers whose networks ``maps`` move marginals to the barycenter.

    The cost must be ``½|x − y|²``, without entropy. The networks see all marginals about zero and
    of variance about one; their means, which average like numbers, are put back afterwards.
    """

    objectives = ("estimate",)

    width = param.Integer(
        default=32, bounds=(1, 512), softbounds=(8, 128), doc="Units in each hidden layer."
    )
    depth = param.Integer(default=2, bounds=(1, 4), doc="Hidden layers.")
    batch = param.Integer(
        default=128, bounds=(8, 4096), softbounds=(64, 512), doc="Draws of each marginal an update."
    )
    learning_rate = param.Number(
        default=6e-3,
        bounds=(1e-6, 1e3),
        softbounds=(1e-4, 1e-2),
        doc="Adam's at the start; it falls like one over the root of the number of updates.",
    )
    updates = param.Integer(
        default=10, bounds=(1, 1000), softbounds=(1, 50), doc="Updates of all networks in a step."
    )
    shown = param.Integer(
        default=600, bounds=(10, 20_000), softbounds=(100, 2000), doc="Points of the barycenter."
    )
    seed = param.Integer(default=0, bounds=(0, 2**32 - 1), doc="Of what is drawn at random.")
    device = param.String(
        default="cpu", regex=r"^(cpu|mps|cuda(:\d+)?)$", doc="Where networks are trained."
    )

    @abstractmethod
    def fresh(self, problem: SampleProblem, generator: Generator) -> dict[str, Tensors]:
        """Random networks by name, ``maps`` and ``potentials`` of all K given among them."""

    @abstractmethod
    def begun(self, **fields: Any) -> Any:
        """The state that has these fields."""

    def networks_at(self, state: Any, weights: Array) -> Mapping[str, Tensors]:
        """The averaged networks of a state for weights λ (K,) of all marginals given."""
        networks: Mapping[str, Tensors] = state.averages
        return networks

    @property
    def for_all_weights(self) -> bool:
        """Whether the networks are trained for all weights at once."""
        return False

    def init(self, problem: SampleProblem, state: Any = None) -> Any:
        """Fresh networks, or those of `state` where they have the same shapes.

        For other weights or marginals the training goes on from there, with new averages.

        Raises
        ------
        ValueError
            If the problem has another cost or entropy, or the device is not there.
        """
        from solvers.network_training import can_be_continued, fresh_training

        _check(problem)
        check_device(self.device)
        signature, weights = signature_of(problem), tuple(problem.all_weights.tolist())
        generator = generator_at(generator_state(self.seed))
        begun = self.begun(
            signature=signature,
            weights=weights,
            **fresh_training(self.fresh(problem, generator)),
            generator=generator.get_state(),
        )
        if not can_be_continued(state, begun):
            return begun
        same = same_signature(state.signature, signature)
        if same and (self.for_all_weights or state.weights == weights):
            return replace(state, weights=weights)
        return replace(state, signature=signature, weights=weights, updates=0)

    def read(self, problem: SampleProblem, state: Any, count: int, seed: int) -> Readings:
        """Samples of the barycenter (…, count, d) in every reading, the same for the same seed."""
        from solvers.convex_readings import read

        return read(self.networks_at(state, problem.all_weights), problem, count, seed)

    def maps(self, problem: SampleProblem, state: Any, x: Array, k: int) -> FloatArray:
        """Where points of a marginal go in the barycenter: the arrows of its map.

        Parameters
        ----------
        problem : SampleProblem
        state
            Of this solver.
        x : array_like, (n, d)
            Points of ``problem.marginals[k]``.
        k : int
            Counts the marginals of positive weight.

        Returns
        -------
        array, (n, d)

        Raises
        ------
        ValueError
            If there is no such marginal, or the points are not of its dimension.
        """
        from solvers.convex_readings import mapped

        networks = self.networks_at(state, problem.all_weights)
        return mapped(networks, problem, problem.checked_points(k, x), k)

    def iterate(self, problem: SampleProblem, state: Any) -> Iterate:
        """Samples of the barycenter, the objective and, where the truth is known, the errors.

        Figures: ``"updates"``, since the start or the last change of the problem; BW₂²-UVP in
        percent, ``"bw_uvp"`` of the generator, if there is one, and ``"bw_uvp_maps"``, the mean of
        all maps by their weights. Draws have exact moments there, so that there is no noise floor.
        """
        count = max(_JUDGED, _JUDGED_PER_DIMENSION * problem.dimension, self.shown)
        readings = self.read(problem, state, count, self.seed)
        points = self.chosen(problem, readings)[: self.shown]
        figures = {"updates": float(state.updates)}
        if readings.farthest < _FAR:
            shown: Cloud | FloatArray = Cloud(points)
            figures |= _errors(problem, readings)
        else:  # not a cloud, and nothing that the loop would go on from
            shown = np.full_like(points, np.nan)
        return Iterate(shown, {"estimate": readings.estimate}, state, figures=figures)

    def chosen(self, problem: SampleProblem, readings: Readings) -> FloatArray:
        """The points (n, d) that are shown: here those moved by the maps.

        Each comes from one of the marginals, picked by their weights.
        """
        count = readings.maps.shape[1]
        marginals = len(problem.weights)
        picked = np.random.default_rng(self.seed).choice(marginals, count, p=problem.weights)
        return np.asarray(readings.maps[picked, np.arange(count)])


def _errors(problem: SampleProblem, readings: Readings) -> dict[str, float]:
    """BW₂²-UVP in percent of the generator, and of the maps in their weighted mean."""
    if problem.exact is None:
        return {}
    mean, covariance = problem.exact.mean, problem.exact.covariance
    each = [bw_uvp(points, mean, covariance).value for points in readings.maps]
    errors = {"bw_uvp_maps": float(problem.weights @ each)}
    if readings.generator is not None:
        errors["bw_uvp"] = bw_uvp(readings.generator, mean, covariance).value
    return errors


def _check(problem: SampleProblem) -> None:
    if not (problem.costs is None or isinstance(problem.costs, SquaredEuclidean)):
        raise ValueError(
            f"costs: {problem.costs.formula} is given, but convex networks know only ½‖x − y‖²."
        )
    if problem.reg != 0:
        raise ValueError(f"reg: is {problem.reg:g}, but convex networks know no entropy: give 0.")
