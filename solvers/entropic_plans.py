"""Entropic transport plans of clouds, stable for every ε.

POT's stabilised Sinkhorn loses its way at a thousand points and more (its scalings exceed the
bound at which it absorbs them), and its log-domain form takes an exponential for each entry in each
iteration; so here are scalings that are absorbed in the log domain before they can overflow.
"""

from __future__ import annotations

import numpy as np

from solvers.arrays import FloatArray

# Scalings are absorbed into the potentials before they leave exp(±this).
_ABSORBED_AT = 50.0

# Fraction of the mass in which a plan may miss the second marginal, and iterations at most.
_MISMATCH = 1e-6
_ITERATIONS = 500
_CHECKED_EVERY = 10

# Without a potential to begin at, ε falls by this factor from the largest cost.
_COARSER = 4.0


def entropic_plan(
    costs: FloatArray,
    masses: FloatArray,
    measure: FloatArray,
    reg: float,
    dual: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray, float]:
    """The plan of least ``⟨π, c⟩ + ε KL(π | a ⊗ b)``.

    Parameters
    ----------
    costs : array, (n, m)
        c ≥ 0; it is left as it is.
    masses, measure : array, (n,) and (m,)
        The positive marginals a and b of mass 1.
    reg : float
        ε > 0, in the unit of the costs.
    dual : array, (m,), optional
        The potential on the side of b at which to begin, such as that of a similar cloud. Without
        it, a few iterations at larger ε come first.

    Returns
    -------
    plan : array, (n, m)
        Its first marginal is a to rounding; its second may miss up to a millionth of the mass, or
        more where 500 iterations are not enough.
    dual : array, (m,)
        The potential g reached.
    value : float
        ``⟨a, f⟩ + ⟨b, g⟩``: a lower bound of the minimum, and equal to it at convergence.

    References
    ----------
    Cuturi (2013); Schmitzer (2019), stabilized sparse scaling algorithms, section 3.
    """
    g, done, converged = dual, 0, False
    if g is None:
        g, coarse = np.zeros_like(measure), float(costs.max()) / _COARSER
        while coarse > reg:
            _, _, g, _, _ = _scaled(costs, masses, measure, coarse, g, _CHECKED_EVERY)
            coarse /= _COARSER
    while not converged and done < _ITERATIONS:
        most = _ITERATIONS - done
        plan, f, g, count, converged = _scaled(costs, masses, measure, reg, g, most)
        done += count
    return plan, g, float(masses @ f + measure @ g)


def _scaled(
    costs: FloatArray,
    masses: FloatArray,
    measure: FloatArray,
    reg: float,
    g: FloatArray,
    most: int,
) -> tuple[FloatArray, FloatArray, FloatArray, int, bool]:
    """Plan and potentials f, g after some iterations, their number, and whether they are enough."""
    f, g = _absorbed(costs, masses, measure, reg, g)
    plan = _plan(costs, masses, measure, reg, f, g)
    u, v = np.ones_like(masses), np.ones_like(measure)
    columns = plan.sum(axis=0)
    converged = False
    for done in range(1, most + 1):
        v = measure / columns
        u = masses / (plan @ v)
        columns = u @ plan
        if done % _CHECKED_EVERY == 0:
            converged = bool(np.abs(v * columns - measure).sum() <= _MISMATCH)
            largest = max(np.abs(np.log(u)).max(), np.abs(np.log(v)).max())
            if converged or largest > _ABSORBED_AT:
                break
    plan *= u[:, None]
    plan *= v
    return plan, f + reg * np.log(u), g + reg * np.log(v), done, converged


def _absorbed(
    costs: FloatArray, masses: FloatArray, measure: FloatArray, reg: float, g: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Potentials after one exact iteration in the log domain: no row or column underflows there."""
    f = -reg * _log_sums((g - costs) / reg + np.log(measure), axis=1)
    g = -reg * _log_sums((f[:, None] - costs) / reg + np.log(masses)[:, None], axis=0)
    return f, g


def _log_sums(exponents: FloatArray, axis: int) -> FloatArray:
    """``log Σ exp`` along an axis, in the memory of its argument."""
    highest = exponents.max(axis=axis, keepdims=True)
    exponents -= highest
    np.exp(exponents, out=exponents)
    return np.asarray(np.log(exponents.sum(axis=axis)) + highest.squeeze(axis))


def _plan(
    costs: FloatArray,
    masses: FloatArray,
    measure: FloatArray,
    reg: float,
    f: FloatArray,
    g: FloatArray,
) -> FloatArray:
    plan = f[:, None] - costs
    plan += g
    plan /= reg
    np.exp(plan, out=plan)
    plan *= masses[:, None]
    plan *= measure
    return plan
