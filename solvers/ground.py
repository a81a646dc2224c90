"""Ground barycentres of many tuples at once: by coordinates, or by descent for any cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from solvers.arrays import Array, FloatArray

Evaluate: TypeAlias = Callable[[FloatArray, Array], tuple[FloatArray, FloatArray]]
"""Values (r,) and gradients (r, d) of the functions number `rows` (r,) at points (r, d)."""

# Where the line search is content: with the first share of the decrease that the slope promises,
# and with a slope that has come down to the second share.
_DECREASE, _SLOPE = 1e-4, 0.5
# A row ends when the steps left are below this fraction of its size, or when a few steps have each
# lowered the value by less than this fraction of it.
_SMALL_STEP, _SMALL_GAIN, _IDLE_STEPS = 1e-9, 1e-12, 3
_MAX_EVALUATIONS = 200
# How far from its start a row may go, in units of its size: not every cost has a minimum.
_REACH = 10.0
# Starts are moved by this fraction of their spread: a kink has no direction of descent to offer.
_NUDGE = 1e-3
# Of weights that sum to 1.
_ROUNDING = 1e-12
# A result takes the place of the first candidate only if it is better by this fraction.
_WORTH_MOVING = 1e-10


def weighted_means(ys: Sequence[Array], weights: Array) -> FloatArray:
    """``Σ α_k y_k / Σ α_k`` for K arrays (n, d), (n, d)."""
    shares = weights / weights.sum()
    return np.asarray(sum(share * y for share, y in zip(shares, ys, strict=True)))


def weighted_medians(ys: Sequence[Array], weights: Array) -> FloatArray:
    """Weighted medians of K arrays (n, d), (n, d); the middle where a whole interval is as good."""
    stack = np.stack(ys)
    order = np.argsort(stack, axis=0)
    ordered = np.take_along_axis(stack, order, axis=0)
    below = np.cumsum(weights[order], axis=0) / weights.sum()
    ends = [(below >= half).argmax(axis=0)[None] for half in (0.5 - _ROUNDING, 0.5 + _ROUNDING)]
    low, high = (np.take_along_axis(ordered, end, axis=0)[0] for end in ends)
    return np.asarray((low + high) / 2)


def power_centres(ys: Sequence[Array], weights: Array, p: float) -> FloatArray:
    """``argmin_t Σ α_k |t − y_k|^p`` in each element of K arrays (n, d), for p > 1, (n, d)."""
    from scipy.optimize.elementwise import find_root

    def slope(t: Array, *ys: Array) -> FloatArray:
        terms = (
            weight * np.sign(t - y) * np.abs(t - y) ** (p - 1)
            for weight, y in zip(weights, ys, strict=True)
        )
        return np.asarray(sum(terms))

    bracket = np.min(ys, axis=0), np.max(ys, axis=0)
    return np.asarray(find_root(slope, bracket, args=tuple(ys)).x)


def minimised(evaluate: Evaluate, candidates: Sequence[FloatArray], runs: int = 1) -> FloatArray:
    """Minimise one function of few variables in each row, all rows together.

    From the best `runs` candidates of each row, BFGS descends with a line search for the weak
    Wolfe conditions, which does not mind kinks (Lewis, Overton, 2013). A row ends when its steps
    are below 10⁻⁹ of the candidates' spread, when three steps in a row have lowered the value by
    less than 10⁻¹² of it, or after 200 evaluations. None goes farther from its start than ten times
    the spread, or 10 where all candidates are one point.

    Parameters
    ----------
    evaluate : callable
        Values, ≥ 0 or infinite where a point is not allowed, and gradients; where there is none,
        any finite one.
    candidates : sequence of array, (n, d)
        At least one. The first stays where nothing is better by more than 10⁻¹⁰ of its value, so
        that a minimum that is not unique does not wander.
    runs : int
        More than 1 for functions that are not convex.

    Returns
    -------
    array, (n, d)
        In each row a value at most that of every candidate, but for the 10⁻¹⁰ above.
    """
    stack = np.stack(candidates)
    count, n, dimension = stack.shape
    every = np.arange(n)
    values = evaluate(stack.reshape(-1, dimension), np.tile(every, count))[0].reshape(count, n)
    spread = np.ptp(stack, axis=0).max(axis=1)
    scale = np.where(spread > 0, spread, 1.0)

    best = np.argsort(values, axis=0, kind="stable")[:runs]
    unsolved = np.flatnonzero(values.min(axis=0) > 0)
    rows = np.tile(unsolved, len(best))
    starts = stack[best[:, unsolved].ravel(), rows]
    nudges = np.random.default_rng(0).uniform(-_NUDGE, _NUDGE, starts.shape)
    ends = np.array(np.broadcast_to(stack[0], (len(best), n, dimension)))
    reached = np.full((len(best), n), np.inf)
    descent = _Descent(evaluate, rows, starts + scale[rows, None] * nudges, scale[rows])
    ends[:, unsolved], reached[:, unsolved] = (
        part.reshape(len(best), len(unsolved), *part.shape[1:]) for part in descent.run()
    )

    values[0] *= 1 - _WORTH_MOVING
    chosen = np.concatenate([values, reached]).argmin(axis=0)
    return np.asarray(np.concatenate([stack, ends])[chosen, every])


class _Descent:
    """BFGS in many rows; each evaluation tries one point in every row that has not ended."""

    def __init__(self, evaluate: Evaluate, rows: Array, start: FloatArray, scale: Array) -> None:
        n, dimension = start.shape
        self._evaluate, self._rows, self._scale = evaluate, rows, scale
        self._start, self.points = start, start.copy()
        self.values, self.gradients = evaluate(start, rows)
        norms = np.maximum(np.abs(self.gradients).max(axis=1), np.finfo(float).tiny)
        # The inverse Hessian; the first step is a tenth of the spread long.
        self._inverse = (0.1 * scale / norms)[:, None, None] * np.eye(dimension)
        self._untried = np.ones(n, dtype=bool)
        self._low, self._high, self._step = np.zeros(n), np.full(n, np.inf), np.ones(n)
        self._idle = np.zeros(n, dtype=int)
        self._direction = np.empty_like(start)
        self._aim(np.arange(n))

    def run(self) -> tuple[FloatArray, FloatArray]:
        """The points (n, d) reached, and their values (n,)."""
        active = np.flatnonzero(np.isfinite(self.values) & self.gradients.any(axis=1))
        for _ in range(_MAX_EVALUATIONS):
            if not len(active):
                break
            active = active[self._goes_on(active)]
        # Line searches that met a kink, or the end of what is allowed, have found lower points.
        lower = np.flatnonzero(self._low)
        self.points[lower] += self._low[lower, None] * self._direction[lower]
        self.values[lower], _ = self._evaluate(self.points[lower], self._rows[lower])
        return self.points, self.values

    def _aim(self, rows: Array) -> None:
        """Begin a line search."""
        self._direction[rows] = -np.einsum("nij,nj->ni", self._inverse[rows], self.gradients[rows])
        self._low[rows], self._high[rows], self._step[rows] = 0.0, np.inf, 1.0

    def _goes_on(self, active: Array) -> Array:
        """Try one point in each active row; which of them have not ended."""
        direction, step = self._direction[active], self._step[active]
        points = self.points[active] + step[:, None] * direction
        values, gradients = self._evaluate(points, self._rows[active])
        away = np.abs(points - self._start[active]).max(axis=1)
        values = np.where(away <= _REACH * self._scale[active], values, np.inf)
        slope = (self.gradients[active] * direction).sum(axis=1)
        low_enough = values <= self.values[active] + _DECREASE * step * slope
        flat_enough = (gradients * direction).sum(axis=1) >= _SLOPE * slope
        self._bracket(active[~low_enough], active[low_enough & ~flat_enough])
        taken = low_enough & flat_enough
        self._take(active[taken], points[taken], values[taken], gradients[taken])
        left = np.minimum(self._step[active], self._high[active] - self._low[active])
        length = left * np.abs(self._direction[active]).max(axis=1)
        size = self._scale[active] + np.abs(points).max(axis=1)
        goes_on = (length > _SMALL_STEP * size) & (self._idle[active] < _IDLE_STEPS)
        return np.asarray(goes_on)

    def _bracket(self, too_long: Array, too_short: Array) -> None:
        self._high[too_long] = self._step[too_long]
        self._low[too_short] = self._step[too_short]
        for rows in (too_long, too_short):
            low, high = self._low[rows], self._high[rows]
            self._step[rows] = np.where(np.isinf(high), 2 * low, (low + high) / 2)

    def _take(self, rows: Array, points: Array, values: Array, gradients: Array) -> None:
        """Go to new points, and learn from them how the gradients change."""
        gain = self.values[rows] - values
        self._idle[rows] = np.where(gain <= _SMALL_GAIN * values, self._idle[rows] + 1, 0)
        moved, turned = points - self.points[rows], gradients - self.gradients[rows]
        self.points[rows], self.values[rows], self.gradients[rows] = points, values, gradients
        curvature = (moved * turned).sum(axis=1)
        convex = curvature > 0
        self._learn(rows[convex], moved[convex], turned[convex], curvature[convex])
        self._aim(rows)

    def _learn(self, rows: Array, moved: Array, turned: Array, curvature: Array) -> None:
        identity = np.eye(moved.shape[1])
        first = self._untried[rows]
        scale = curvature[first] / (turned[first] ** 2).sum(axis=1)
        self._inverse[rows[first]] = scale[:, None, None] * identity
        self._untried[rows] = False
        inverse_curvature = (1 / curvature)[:, None, None]
        change = identity - inverse_curvature * moved[:, :, None] * turned[:, None, :]
        self._inverse[rows] = (
            change @ self._inverse[rows] @ change.transpose(0, 2, 1)
            + inverse_curvature * moved[:, :, None] * moved[:, None, :]
        )
