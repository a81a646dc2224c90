"""The ascent on the dual of the barycenter problem that SGA and its multiscale form share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import param

from solvers import kernels
from solvers.arrays import Array, mean_products
from solvers.loop import Solver
from solvers.problems import GridProblem

# The adaptive rule: compare the gain of a step with the gain that its slope promised.
_GOOD, _POOR = 0.75, 0.25
_GROW, _SHRINK, _BACK_OFF = 1.3, 0.6, 0.5
# Below this fraction of its first value an adaptive step gets nowhere: the map smoothed over cells
# no longer points upwards, and the exact supergradient of the discrete dual takes over.
_STALLED = 1e-3
# A slope of the dual (in length², the domain being 1 long) that no picture could show.
_FLAT = 1e-15


@dataclass(frozen=True, eq=False)
class SGAState:
    """Potentials with ``Σ α_i f_i = 0`` and what follows from them.

    Attributes
    ----------
    problem : GridProblem
        What the state belongs to.
    potentials : array, (m, *shape)
        The f_i, in length².
    images : array, (m, *shape)
        The push-forwards ``ρ_i = (T_i)_# μ_i``; all equal at the optimum. In the exact phase, which
        only tightens the dual, they stay as they were when it began.
    transported : array, (m,)
        ``∫ f_i^c dμ_i``; their weighted sum is the dual objective.
    step_size : float
        Next step of the adaptive rule.
    iteration : int
        Steps done on this problem.
    slope : float
        Slope of the dual along the last step's direction; ∞ where not all potentials moved.
    ascended : array or None, (m, *shape)
        Potentials right after the last ascent step, where momentum sets out from.
    exact_steps : int or None
        Steps done in the exact phase; None before it.
    set_aside : dict of int to array
        Potentials of marginals that have lost all weight, by their position among those given, for
        the day when they get some again.
    """

    problem: GridProblem
    potentials: Array
    images: Array
    transported: Array
    step_size: float
    iteration: int = 0
    slope: float = np.inf
    ascended: Array | None = None
    exact_steps: int | None = None
    set_aside: dict[int, Array] = field(default_factory=dict)

    @property
    def dual(self) -> float:
        """The dual objective ``D(f) = Σ α_i ∫ f_i^c dμ_i``."""
        return float(self.problem.weights @ self.transported)

    @property
    def barycenter(self) -> Array:
        """The weighted mean of the push-forwards, (*shape)."""
        return np.asarray(np.tensordot(self.problem.weights, self.images, axes=1))

    def carried(self) -> dict[int, Array]:
        """All potentials, by the position of their marginal among those given."""
        return dict(zip(self.problem.kept, self.potentials, strict=True)) | self.set_aside


class SobolevAscent(Solver):
    """Settings of the ascent, and its iterations on one grid.

    References
    ----------
    Kim, Zhou, Zhu and Chen (2026), Sobolev gradient ascent for optimal transport, algorithm 4 and
    theorem 6.
    """

    objectives = ("dual",)

    scheme: param.Selector[str] = param.Selector(
        default="symmetric",
        objects=["symmetric", "parallel", "sequential", "random"],
        doc="Which potentials one iteration moves: all alike (symmetric), or, as in the paper, "
        "all but the last at once (parallel), one after the other (sequential), or one drawn "
        "at random (random).",
    )
    step_rule: param.Selector[str] = param.Selector(
        default="adaptive",
        objects=["adaptive", "constant", "annealed"],
        doc="Adaptive compares each step's gain with its promise and starts at 1 / highest "
        "density; constant keeps the step size; annealed divides it by the root of the iteration.",
    )
    step_size = param.Number(
        default=0.1,
        bounds=(1e-6, 1e3),
        softbounds=(0.01, 1.0),
        step=0.01,
        doc="Step for the constant and annealed rules. The paper takes 0.1 and 0.5.",
    )
    momentum = param.Number(
        default=0.8,
        bounds=(0.0, 0.99),
        step=0.01,
        doc="How much of the last move is repeated before the next step. Needs the envelope.",
    )
    envelope = param.Boolean(
        default=True,
        doc="Replace the potentials by their congruent c-concave envelope at every iteration: "
        "never lowers the dual objective and clears ghosts from the picture.",
    )
    refine_map = param.Boolean(
        default=True,
        doc="Second-order map between grid nodes instead of one that jumps from node to node.",
    )
    spread = param.Boolean(
        default=True,
        doc="Spread every cell over what its image covers, which leaves no moiré, instead of "
        "depositing its centre.",
    )
    seed = param.Integer(
        default=0, bounds=(0, None), softbounds=(0, 99), doc="Seed of the random scheme."
    )

    def begun(
        self, problem: GridProblem, carried: Mapping[int, Array], step_size: float = 0.0
    ) -> SGAState:
        """The state before the first iteration.

        Parameters
        ----------
        problem : GridProblem
        carried : mapping of int to array (*shape)
            Potentials known already, by the position of their marginal among those given; all
            others are zero.
        step_size : float
            Of the adaptive rule; at least its usual first step is taken.
        """
        potentials = np.zeros_like(problem.marginals)
        set_aside: dict[int, Array] = {}
        if carried:
            for i, given in enumerate(problem.kept):
                if given in carried:
                    potentials[i] = carried[given]
            excess = np.tensordot(problem.weights, potentials, axes=1)
            potentials = self._enveloped(problem, potentials - excess)
            set_aside = {i: f - excess for i, f in carried.items() if i not in problem.kept}
        blank = SGAState(
            problem,
            potentials,
            images=problem.marginals,
            transported=np.zeros(len(potentials)),
            step_size=max(step_size, 1.0 / float(problem.marginals.max())),
            set_aside=set_aside,
        )
        if len(potentials) == 1:  # a single marginal is its own barycenter, to the last digit
            return blank
        return self._evaluated(blank, potentials)

    def ascend(self, state: SGAState) -> SGAState:
        """One iteration: ascent along the scheme's directions, then momentum and envelope.

        Where the adaptive step has shrunk to nothing, a step of the exact phase instead.
        """
        problem = state.problem
        last = len(problem.weights) - 1
        if last == 0:
            return state
        if state.exact_steps is not None:
            return self._exact_step(state, state.exact_steps + 1)
        iteration = state.iteration + 1
        rate = self._rate(state, iteration)
        *earlier, group = self._groups(last, iteration)
        current, total = state, 0.0
        for i in earlier:
            direction, slope = self._direction(current, [i])
            total += slope
            moved = current.potentials + rate * direction
            current = self._evaluated(current, moved, [i, last])
        direction, slope = self._direction(current, group)
        total += slope
        ascended = current.potentials + rate * direction
        potentials = ascended
        if state.ascended is not None:
            potentials = ascended + self.momentum * (ascended - state.ascended)
        potentials = self._enveloped(problem, potentials)
        partial = potentials is ascended and group is not None
        current = self._evaluated(current, potentials, [*group, last] if partial else None)
        current = replace(
            current,
            iteration=iteration,
            slope=np.inf if self.scheme == "random" else total,
            ascended=ascended if self.momentum > 0 else None,
        )
        return self._adapted(current, current.dual - state.dual, promised=rate * total)

    def _exact_step(self, state: SGAState, number: int) -> SGAState:
        """A step along the exact supergradient, 1/√t as long as its theory wants (Polyak, 1987)."""
        problem = state.problem
        on_nodes = kernels.push_to_nodes(state.potentials, problem.marginals, problem.spacing)
        mean = np.tensordot(problem.weights, on_nodes, axes=1)
        direction = kernels.inverse_laplacian(mean - on_nodes, problem.spacing)
        direction /= float(problem.marginals.max()) * np.sqrt(number)
        potentials = self._enveloped(problem, state.potentials + direction)
        transforms = kernels.c_transform(potentials, problem.spacing)
        return replace(
            state,
            potentials=potentials,
            transported=mean_products(transforms, problem.marginals),
            iteration=state.iteration + 1,
            exact_steps=number,
        )

    def stop_reason(self, state: SGAState) -> str | None:
        """One sentence if no further iteration can change anything, else None."""
        if len(state.problem.weights) == 1:
            return "Done: only one marginal has weight, and it is its own barycenter."
        if state.slope <= _FLAT:
            return "Converged: the gradient vanishes, the barycenter is exact on this grid."
        return None

    def _rate(self, state: SGAState, iteration: int) -> float:
        if self.step_rule == "adaptive":
            return state.step_size
        return self.step_size / (np.sqrt(iteration) if self.step_rule == "annealed" else 1.0)

    def _groups(self, last: int, iteration: int) -> list[Any]:
        """Free potentials to move one after the other; [None] moves all of them together."""
        if self.scheme == "sequential":
            return [*range(last - 1), [last - 1]]
        if self.scheme == "random":  # a seed for each iteration: the state stays plain data
            return [[int(np.random.default_rng([self.seed, iteration]).integers(last))]]
        return [None]

    def _direction(self, state: SGAState, group: list[int] | None) -> tuple[Array, float]:
        """Direction of ascent (m, *shape) with ``Σ α_i d_i = 0``, and the dual's slope along it."""
        problem, images = state.problem, state.images
        weights, last = problem.weights, len(images) - 1
        if self.scheme == "symmetric":
            # The direction of the heaviest follows from those of the others.
            follows = int(np.argmax(weights))
            free = [i for i in range(last + 1) if i != follows]
            surplus = np.tensordot(weights, images, axes=1) - images[free]
            scale: Any = 1.0
        else:
            follows = last
            free = list(range(last)) if group is None else group
            surplus = images[last] - images[free]
            scale = weights[free].reshape(-1, *[1] * len(problem.shape))
        direction = np.zeros_like(images)
        direction[free] = scale * kernels.inverse_laplacian(surplus, problem.spacing)
        direction[follows] = -np.tensordot(weights[free], direction[free], axes=1)
        direction[follows] /= weights[follows]
        return direction, -float(weights @ mean_products(direction, images))

    def _enveloped(self, problem: GridProblem, potentials: Array) -> Array:
        if not self.envelope:
            return potentials
        return kernels.congruent_envelope(potentials, problem.weights, problem.spacing)

    def _evaluated(
        self, state: SGAState, potentials: Array, changed: list[int] | None = None
    ) -> SGAState:
        """`state` at new potentials, of which only the `changed` ones (all if None) differ."""
        problem, which = state.problem, slice(None) if changed is None else changed
        marginals, f = problem.marginals[which], potentials[which]
        transforms = kernels.c_transform(f, problem.spacing)
        transported, images = state.transported.copy(), state.images
        transported[which] = mean_products(transforms, marginals)
        if self.refine_map:
            transforms = kernels.c_transform(f, problem.spacing, refine=True)
        pushed = kernels.push_forward(transforms, marginals, problem.spacing, self.spread)
        if changed is None:
            images = pushed
        else:
            images = images.copy()
            images[which] = pushed
        return replace(state, potentials=potentials, images=images, transported=transported)

    def _adapted(self, state: SGAState, gain: float, promised: float) -> SGAState:
        """Grow or shrink the adaptive step; where the dual fell, start momentum anew as well."""
        if self.step_rule != "adaptive":
            return state
        if state.step_size * float(state.problem.marginals.max()) < _STALLED:
            return replace(state, exact_steps=0)
        if gain < 0.0:
            return replace(state, step_size=state.step_size * _BACK_OFF, ascended=None)
        ratio = gain / promised if promised > 0 else 1.0
        factor = _GROW if ratio > _GOOD else _SHRINK if ratio < _POOR else 1.0
        return replace(state, step_size=state.step_size * factor)
