"""Sobolev gradient ascent on the dual of the barycenter problem (Kim, Zhou, Zhu, Chen, 2026)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import param

from solvers import kernels
from solvers.arrays import Array, mean_products
from solvers.loop import Iterate, Solver
from solvers.problems import GridProblem

# The adaptive rule: compare the gain of a step with the gain that its slope promised.
_GOOD, _POOR = 0.75, 0.25
_GROW, _SHRINK, _BACK_OFF = 1.3, 0.6, 0.5
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
        The push-forwards ``ρ_i = (T_i)_# μ_i``; all equal at the optimum.
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
    set_aside: dict[int, Array] = field(default_factory=dict)

    @property
    def dual(self) -> float:
        """The dual objective ``D(f) = Σ α_i ∫ f_i^c dμ_i``."""
        return float(self.problem.weights @ self.transported)


class SGA(Solver):
    """Sobolev gradient ascent (SGA) for densities on a grid.

    The default is the symmetric form with congruent envelope, refined map, momentum and adaptive
    step. The paper's method is ``SGA(scheme="parallel", step_rule="constant", step_size=0.1,
    momentum=0, envelope=False, refine_map=False, samples=1)``, or annealed from 0.5. Its schemes
    express the last potential by the others, which wants a last weight that is not tiny.

    References
    ----------
    Kim, Zhou, Zhu and Chen (2026), Sobolev gradient ascent for optimal transport, algorithm 4 and
    theorem 6.
    """

    label = "SGA"
    summary = "Climbs the dual objective along its Sobolev gradient; exact, without blur."
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
        doc="Step for the constant and annealed rules. The paper takes 0.1 and 0.5.",
    )
    momentum = param.Number(
        default=0.8,
        bounds=(0.0, 0.99),
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
    samples = param.Integer(
        default=2,
        bounds=(1, 4),
        doc="Samples for each cell that a moved cell covers, along each axis.",
    )
    seed = param.Integer(
        default=0, bounds=(0, None), softbounds=(0, 99), doc="Seed of the random scheme."
    )

    def init(self, problem: GridProblem, state: SGAState | None = None) -> SGAState:
        """Zero potentials, or those of `state` made congruent for the new weights.

        Raises
        ------
        ValueError
            If `state` belongs to a grid of another shape.
        """
        if state is not None and state.problem is problem:
            return state
        potentials = np.zeros_like(problem.marginals)
        step_size = 1.0 / float(problem.marginals.max())
        set_aside: dict[int, Array] = {}
        if state is not None:
            if state.problem.shape != problem.shape:
                raise ValueError(
                    f"state: belongs to a grid of shape {state.problem.shape}, "
                    f"but the problem's is {problem.shape}."
                )
            # Of a solved problem only a tiny step is left, which would not get anywhere here.
            step_size = max(step_size, state.step_size)
            old = dict(zip(state.problem.kept, state.potentials, strict=True))
            old |= state.set_aside
            for i, given in enumerate(problem.kept):
                if given in old:
                    potentials[i] = old[given]
            excess = np.tensordot(problem.weights, potentials, axes=1)
            potentials = self._enveloped(problem, potentials - excess)
            set_aside = {i: f - excess for i, f in old.items() if i not in problem.kept}
        blank = SGAState(
            problem,
            potentials,
            images=problem.marginals,
            transported=np.zeros(len(potentials)),
            step_size=step_size,
            set_aside=set_aside,
        )
        if len(potentials) == 1:  # a single marginal is its own barycenter, to the last digit
            return blank
        return self._evaluated(blank, potentials)

    def step(self, problem: GridProblem, state: SGAState) -> SGAState:
        """One iteration: ascent along the scheme's directions, then momentum and envelope."""
        last = len(problem.weights) - 1
        if last == 0:
            return state
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

    def iterate(self, problem: GridProblem, state: SGAState) -> Iterate:
        """The weighted mean of the push-forwards, and the dual objective."""
        barycenter = np.tensordot(problem.weights, state.images, axes=1)
        return Iterate(barycenter, {"dual": state.dual}, state)

    def potentials(self, problem: GridProblem, state: SGAState) -> Array:
        """The f_i themselves."""
        return state.potentials

    def converged(self, problem: GridProblem, state: SGAState) -> str | None:
        """A single marginal is its own barycenter; a flat dual has no direction of ascent."""
        if len(problem.weights) == 1:
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
            mean = np.tensordot(weights, images, axes=1)
            direction = kernels.inverse_laplacian(mean - images, problem.spacing)
        else:
            free = list(range(last)) if group is None else group
            direction = np.zeros_like(images)
            alpha = weights[free].reshape(-1, *[1] * len(problem.shape))
            surplus = images[last] - images[free]
            direction[free] = alpha * kernels.inverse_laplacian(surplus, problem.spacing)
            direction[last] = -np.tensordot(weights[:last], direction[:last], axes=1)
            direction[last] /= weights[last]
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
        pushed = kernels.push_forward(transforms, marginals, problem.spacing, self.samples)
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
        if gain < 0.0:
            return replace(state, step_size=state.step_size * _BACK_OFF, ascended=None)
        ratio = gain / promised if promised > 0 else 1.0
        factor = _GROW if ratio > _GOOD else _SHRINK if ratio < _POOR else 1.0
        return replace(state, step_size=state.step_size * factor)
