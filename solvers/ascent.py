"""The ascent on the dual of the barycenter problem that SGA and its multiscale form share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
import param

from solvers import kernels
from solvers.arrays import Array, FloatArray
from solvers.loop import Solver
from solvers.problems import GridProblem
from solvers.sga_state import SGAState

# The adaptive rule: compare the gain of a step with the gain that its slope promised.
_GOOD, _POOR = 0.75, 0.25
_GROW, _SHRINK, _BACK_OFF = 1.3, 0.6, 0.5
# Below this fraction of its first value an adaptive step gets nowhere: the map smoothed over cells
# no longer points upwards, and the exact supergradient of the discrete dual takes over.
_STALLED = 1e-3
# A slope of the dual (in length², the domain being 1 long) that no picture could show.
_FLAT = 1e-15


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
        potentials = np.zeros((len(problem.weights), *problem.domain.shape))
        set_aside: dict[int, Array] = {}
        if carried:
            for i, given in enumerate(problem.kept):
                if given in carried:
                    potentials[i] = problem.domain.of(carried[given])
            excess = np.tensordot(problem.weights, potentials, axes=1)
            potentials -= excess
            if potentials.any():  # zero ones show the plain mixture, as they did before
                potentials = self._enveloped(problem, potentials)
            set_aside = {
                i: f - problem.domain.padded(excess, problem.shape, mode="edge")
                for i, f in carried.items()
                if i not in problem.kept
            }
        alone = len(potentials) == 1  # it is its own barycenter, to the last digit
        blank = SGAState(
            problem,
            potentials,
            images=problem.domain.of(problem.marginals) if alone else np.empty_like(potentials),
            transported=np.zeros(len(potentials)),
            step_size=max(step_size, 1.0 / problem.highest),
            set_aside=set_aside,
        )
        return blank if alone else self._evaluated(blank, potentials)

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
            moved, slope = self._direction(current, [i])
            total += slope
            moved *= rate
            moved += current.potentials
            current = self._evaluated(current, moved, [i, last])
        ascended, slope = self._direction(current, group)
        total += slope
        ascended *= rate
        ascended += current.potentials
        potentials = ascended
        if state.ascended is not None:
            potentials = ascended - state.ascended
            potentials *= self.momentum
            potentials += ascended
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
        marginals = problem.domain.of(problem.marginals)
        on_nodes = kernels.push_to_nodes(state.potentials, marginals, problem.spacing)
        mean = np.tensordot(problem.weights, on_nodes, axes=1)
        direction = kernels.inverse_laplacian(mean - on_nodes, problem.spacing)
        direction /= problem.highest * np.sqrt(number)
        potentials = self._enveloped(problem, state.potentials + direction)
        transforms = kernels.c_transforms_on(
            problem.boxes, potentials, problem.domain, problem.spacing
        )
        return replace(
            state,
            potentials=potentials,
            transported=_integrals(problem, transforms, problem.boxed),
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
        """Direction of ascent (m, *domain.shape), ``Σ α_i d_i = 0``, and the dual's slope there."""
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
        moved = kernels.inverse_laplacian(surplus, problem.spacing)
        moved *= scale
        direction[free] = moved
        direction[follows] = np.tensordot(weights[free] / -weights[follows], moved, axes=1)
        slopes = _integrals(problem, direction, images)
        return direction, -float(weights @ slopes)

    def _enveloped(self, problem: GridProblem, potentials: Array) -> Array:
        if not self.envelope:
            return potentials
        return kernels.congruent_envelope(
            potentials, problem.weights, problem.boxes, problem.domain, problem.spacing
        )

    def _evaluated(
        self, state: SGAState, potentials: Array, changed: list[int] | None = None
    ) -> SGAState:
        """`state` at new potentials, of which only the `changed` ones (all if None) differ."""
        problem = state.problem
        which = list(range(len(potentials))) if changed is None else changed
        f = potentials if changed is None else potentials[which]
        boxes, densities = [problem.boxes[i] for i in which], [problem.boxed[i] for i in which]
        where = problem.domain, problem.spacing
        transforms = kernels.c_transforms_on(boxes, f, *where)
        transported = state.transported.copy()
        transported[which] = _integrals(problem, transforms, densities)
        if self.refine_map:
            transforms = kernels.c_transforms_on(boxes, f, *where, refine=True)
        images = kernels.push_forward_from(boxes, transforms, densities, *where, self.spread)
        if changed is not None:
            images, pushed = state.images.copy(), images
            images[which] = pushed
        return replace(state, potentials=potentials, images=images, transported=transported)

    def _adapted(self, state: SGAState, gain: float, promised: float) -> SGAState:
        """Grow or shrink the adaptive step; where the dual fell, start momentum anew as well."""
        if self.step_rule != "adaptive":
            return state
        if state.step_size * state.problem.highest < _STALLED:
            return replace(state, exact_steps=0)
        if gain < 0.0:
            return replace(state, step_size=state.step_size * _BACK_OFF, ascended=None)
        ratio = gain / promised if promised > 0 else 1.0
        factor = _GROW if ratio > _GOOD else _SHRINK if ratio < _POOR else 1.0
        return replace(state, step_size=state.step_size * factor)


def _integrals(
    problem: GridProblem, functions: Iterable[Array], densities: Iterable[Array]
) -> FloatArray:
    """``∫ h_i dμ_i`` for parts of functions and of the problem's densities, (m,)."""
    # Not by BLAS: on busy cores its threads wait for each other.
    sums = [
        np.einsum("i,i", h.ravel(), density.ravel())
        for h, density in zip(functions, densities, strict=True)
    ]
    return np.array(sums) / prod(problem.shape)
