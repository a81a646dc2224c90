"""The Wasserstein distance and the barycenter functional: known answers, bounds, warm starts."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import (
    SGA,
    WDHA,
    GridProblem,
    Iterate,
    Solver,
    duality_gap,
    iterates,
    primal_objective,
    wasserstein,
    with_primal,
)
from solvers.datasets import SHAPES, shape
from tests.solvers.helpers import ALPHA, axes, dual, four_shapes, gaussian, moments, run, waves


def cut(density, floor=1e-9):
    """The density without the tails that a translation could push over the border."""
    return np.where(density > floor * density.max(), density, 0.0)


@pytest.mark.parametrize(
    ("dims", "cells", "std"),
    [
        ((256, 256), (64, 32), 0.04),
        ((128, 128), (-20, 7), 0.04),
        ((64, 128), (8, 40), 0.03),
        ((75, 50), (-10, 12), 0.05),
        ((24, 24, 24), (4, 0, -6), 0.08),
    ],
    ids=str,
)
def test_translates(dims, cells, std):
    n, along = max(dims), tuple(range(len(dims)))
    middle = np.array(dims) / n / 2
    blob = cut(gaussian(dims, middle - 0.02, std) + gaussian(dims, middle + 0.03, 0.8 * std), 1e-4)
    start = np.roll(blob, [-c // 2 for c in cells], along)
    exact = np.linalg.norm(cells) / n
    found = wasserstein(start, np.roll(start, cells, along))
    assert found.distance == pytest.approx(exact, rel=1e-3)
    assert found.cost == pytest.approx(exact**2 / 2, rel=2e-3)
    assert found.converged


@pytest.mark.parametrize(
    ("dims", "means", "stds"),
    [
        ((256, 256), [(0.4, 0.35), (0.6, 0.6)], [(0.05, 0.08), (0.09, 0.06)]),
        ((256, 256), [(0.5, 0.5), (0.5, 0.5)], [(0.05, 0.05), (0.1, 0.1)]),
        ((128, 64), [(0.4, 0.2), (0.6, 0.3)], [(0.05, 0.04), (0.08, 0.03)]),
        ((40, 40, 40), [(0.4, 0.5, 0.5), (0.6, 0.5, 0.4)], [(0.06, 0.08, 0.1), (0.1, 0.08, 0.06)]),
    ],
    ids=["moved", "scaled", "rectangle", "3D"],
)
def test_gaussians(dims, means, stds):
    """Axis-parallel Gaussians: W₂² is |difference of means|² + |difference of deviations|²."""
    densities = [gaussian(dims, *ms) for ms in zip(means, stds, strict=True)]
    exact = 0.5 * (np.diff(means, axis=0) ** 2 + np.diff(stds, axis=0) ** 2).sum()
    assert wasserstein(*densities).cost == pytest.approx(exact, rel=5e-3)


def test_scaled_indicator():
    """Blowing a centred square up by s moves x to s x."""
    x, y = (np.abs(a - 0.5) for a in axes((256, 256)))
    small, large = (np.maximum(x, y) < side / 2 for side in (0.25, 0.5))
    exact = 0.5 * (2 - 1) ** 2 * 2 * 0.25**2 / 12
    assert wasserstein(small, large).cost == pytest.approx(exact, rel=5e-3)


@pytest.mark.parametrize("n", [16, 20, 25])
def test_agrees_with_the_linear_program(n):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of whatever optional packages POT finds
        import ot

    nodes = np.stack(np.broadcast_arrays(*axes((n, n))), axis=-1).reshape(-1, 2)
    cost = 0.5 * ot.dist(nodes)
    densities = [shape(name, n) / shape(name, n).sum() for name in SHAPES]
    for mu, nu in pairwise(densities):
        exact = ot.emd2(mu.ravel(), nu.ravel(), cost)
        assert 0.98 * exact < wasserstein(mu, nu).cost <= exact * (1 + 1e-9)


@pytest.mark.parametrize("dims", [(40, 40), (31, 50), (12, 12, 12)], ids=str)
def test_metric(rng, dims):
    """Zero between equals, the same both ways, no detour is shorter; scale does not matter."""
    a, b, c = (gaussian(dims, rng.uniform(0.3, 0.5, len(dims)), 0.1) for _ in range(3))
    assert wasserstein(a, 7 * a).distance == pytest.approx(0, abs=1e-7)
    assert wasserstein(a, 1e200 * b).cost == pytest.approx(wasserstein(a, b).cost, rel=1e-3)
    assert wasserstein(a, b).distance == pytest.approx(wasserstein(b, a).distance, rel=1e-2)
    detour = wasserstein(a, b).distance + wasserstein(b, c).distance
    assert wasserstein(a, c).distance < 1.005 * detour


def test_potentials_are_feasible_and_give_the_cost(rng):
    n = 12
    found = wasserstein(*rng.random((2, n, n)))
    g, f = found.potentials
    assert (g * found.source + f * found.target).mean() == pytest.approx(found.cost)
    x, y = (np.broadcast_to(a, (n, n)).ravel() for a in axes((n, n)))
    costs = 0.5 * ((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2)
    slack = costs - g.ravel()[:, None] - f.ravel()
    assert slack.min() > -1e-15


def test_map_moves_the_mass():
    """The image has the target's means and deviations, and the map's cost is the cost."""
    dims, (mean, std) = (128, 96), ((0.6, 0.4), (0.09, 0.05))
    found = wasserstein(gaussian(dims, (0.4, 0.35), (0.05, 0.07)), gaussian(dims, mean, std))
    assert found.map.shape == (2, *dims)
    means = (found.map * found.source).mean((1, 2))
    deviations = np.sqrt(((found.map - means[:, None, None]) ** 2 * found.source).mean((1, 2)))
    exact_mean, exact_deviation = moments(found.target)
    np.testing.assert_allclose(means, exact_mean, atol=2e-3)
    np.testing.assert_allclose(deviations, exact_deviation, rtol=0.04)
    centres = np.stack(np.broadcast_arrays(*axes(dims)))
    moved = 0.5 * (((found.map - centres) ** 2).sum(0) * found.source).mean()
    assert moved == pytest.approx(found.cost, rel=0.02)


def test_warm_starts_are_never_worse(rng):
    mu, nu = shape("ring", 48), shape("drop", 48)
    start = waves(rng, (1, 48, 48))[0]
    costs = [wasserstein(mu, nu, start, max_iterations=k).cost for k in (0, 1, 2, 5, 20, 60)]
    assert np.all(np.diff(costs) >= 0)
    again = wasserstein(mu, nu, wasserstein(mu, nu).potentials[1], max_iterations=0)
    assert again.iterations == 0
    assert not again.converged
    assert again.cost == pytest.approx(wasserstein(mu, nu).cost, rel=1e-12)


FINE = np.ones((4, 4))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((FINE, FINE[:3]), r"target: has the shape \(3, 4\), but must have the source's, \(4, 4\)"),
        ((FINE, -FINE), "target: has the negative value -1, but a density must be ≥ 0"),
        ((FINE * np.nan, FINE), "source: contains NaN or infinity, but a density must be finite"),
        ((0 * FINE, FINE), "source: is zero everywhere, but must have some mass"),
        ((FINE[0], FINE[0]), r"source: must be a 2D or 3D array .* the shape is \(4,\)"),
        ((FINE, [[1, 2], [3]]), "target: must be real numbers in a regular array"),
        ((FINE, 1j * FINE), "target: must be real numbers in a regular array"),
        ((FINE, FINE, FINE[:3]), r"potential: must be finite numbers .* shape, \(4, 4\)"),
        ((FINE, FINE, FINE * np.inf), "potential: must be finite numbers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_errors_read_well(arguments, message):
    with pytest.raises(ValueError, match=message):
        wasserstein(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tolerance": -1}, r"tolerance: is -1, but must be in \[0, 1\)"),
        ({"max_iterations": -1}, "max_iterations: is -1, but must be ≥ 0"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        wasserstein(FINE, FINE, **options)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 4), steps=st.integers(0, 12))
def test_primal_is_above_the_dual(seed, count, steps):
    """Weak duality at every iterate: the potentials of D are where B starts."""
    rng = np.random.default_rng(seed)
    problem = GridProblem(rng.random((count, 14, 11)) ** 3, rng.random(count) + 0.01)
    last = run(problem, steps=steps)[-1]
    value, _ = primal_objective(
        problem, last.barycenter, last.state.extended, max_iterations=int(rng.integers(20))
    )
    assert value >= dual(last) - 1e-15


def test_primal_of_the_four_shapes():
    """After SGA the gap is small; warm and cold agree, and any other density is worse."""
    problem = four_shapes(64)
    last = run(problem, steps=60)[-1]
    warm, potentials = primal_objective(problem, last.barycenter, last.state.extended)
    cold, _ = primal_objective(problem, 3 * last.barycenter)
    assert 0 <= warm - dual(last) < 0.01 * warm
    assert warm == pytest.approx(cold, rel=1e-3)
    assert primal_objective(problem, last.barycenter, potentials)[0] >= warm - 1e-15
    for marginal in problem.marginals:
        assert primal_objective(problem, marginal)[0] > 1.3 * warm


def test_primal_between_translates():
    """Half way between two translates by s, B is |s|²/8."""
    blob = cut(gaussian((64, 64), (0.3, 0.4), 0.05), 1e-4)
    between, end = np.roll(blob, (8, 4), (0, 1)), np.roll(blob, (16, 8), (0, 1))
    value, potentials = primal_objective(GridProblem([blob, end]), between)
    assert value == pytest.approx((1 / 16 + 1 / 64) / 8, rel=5e-3)
    assert potentials.shape == (2, 64, 64)


def test_primal_checks_what_it_is_given():
    problem = four_shapes(16)
    with pytest.raises(ValueError, match=r"barycenter: has the shape \(4, 4\)"):
        primal_objective(problem, FINE)
    with pytest.raises(ValueError, match=r"potentials: have the shape \(1, 16, 16\), but need"):
        primal_objective(problem, problem.marginals[0], np.zeros((1, 16, 16)))


@pytest.mark.parametrize("solver", [SGA(), WDHA()], ids=lambda s: s.label)
def test_with_primal_adds_it_now_and_then(solver):
    problem = four_shapes(24)
    plain = list(iterates(solver, problem, max_iterations=11, tolerance=0))
    evaluated = list(with_primal(iter(plain), solver, problem, every=4))
    assert [it.number for it in evaluated if "primal" in it.objectives] == [0, 4, 8, 11]
    for before, after in zip(plain, evaluated, strict=True):
        assert after.seconds == before.seconds
        assert after.state is before.state
        assert before.objectives.items() <= after.objectives.items()
    for it in evaluated:
        gap = duality_gap(it)
        if "primal" in it.objectives and "dual" in it.objectives:
            assert gap == it.objectives["primal"] - it.objectives["dual"] >= -1e-15
        else:
            assert gap is None


class Walk(Solver):
    """Shifts a density by one cell a step; knows no potentials, and begins on a coarser grid."""

    label, summary = "walk", "Walks."

    def init(self, problem, state=None):
        return -2

    def step(self, problem, state):
        return state + 1

    def iterate(self, problem, state):
        if state < 0:
            return Iterate(np.ones((2, 2)), {}, state, levels_left=1)
        return Iterate(np.roll(problem.marginals[0], state, 0), {}, state)


def test_with_primal_waits_for_the_problems_grid_and_remembers_its_own_potentials():
    blob = cut(gaussian((32, 32), (0.3, 0.5), 0.06), 1e-4)
    problem = GridProblem([blob, np.roll(blob, 8, 0)], [0.5, 0.5])
    its = list(with_primal(iterates(Walk(), problem, max_iterations=6), Walk(), problem, every=1))
    found = [it.objectives.get("primal") for it in its]
    assert found[:2] == [None, None]
    exact = [(k**2 + (8 - k) ** 2) / 4 / 32**2 for k in range(5)]
    assert found[2:] == pytest.approx(exact, rel=0.01)


def test_with_primal_of_a_cancelled_run_repeats_the_value():
    problem = four_shapes(16)
    its = list(with_primal(iterates(SGA(), problem, cancelled=lambda: True), SGA(), problem))
    assert [it.number for it in its] == [0, 0]
    assert its[0].objectives == its[1].objectives
    assert its[1].stopped.startswith("Cancelled")


def test_with_primal_checks_every():
    with pytest.raises(ValueError, match="every: is 0, but must be ≥ 1"):
        with_primal(iter(()), SGA(), four_shapes(16), every=0)


def test_primal_is_the_weighted_mean_of_the_costs():
    stack, density = [shape(name, 24) for name in SHAPES], gaussian((24, 24), (0.5, 0.5), 0.15)
    alone = [wasserstein(mu, density).cost for mu in stack]
    together, _ = primal_objective(GridProblem(stack, ALPHA), density)
    # Scaled once more the densities differ in their last digits, and so do ties between nodes.
    assert together == pytest.approx(np.dot(ALPHA, alone), rel=3e-3)
