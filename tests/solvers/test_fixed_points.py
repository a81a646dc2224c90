"""G and H, and what Gε has in common with them, against POT, theory and closed forms."""

from itertools import pairwise

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.clouds import Cloud
from solvers.costs import PowerNorm, SquaredEuclidean
from solvers.fixed_points import Barycentric, EntropicFixedPoint, FixedPoint
from solvers.plans import couplings
from solvers.point_problem import PointProblem
from solvers.projected_costs import Circles, Projections
from tests.solvers.clouds import (
    COSTS,
    from_start,
    primal,
    random_cloud,
    random_problem,
    run_points,
    sorted_rows,
)

WEIGHTS = (0.2, 0.5, 0.3)
SOLVERS = (FixedPoint, Barycentric, EntropicFixedPoint)


def of_pot(problem, start, method, steps, **options):
    """The measures that POT's fixed point iteration passes through."""
    costs, weights = problem.costs, problem.weights
    _, *rest = ot.lp.free_support_barycenter_generic_costs(
        [cloud.positions for cloud in problem.measures],
        [cloud.masses for cloud in problem.measures],
        start.positions,
        [lambda x, y, k=k: costs.matrix(k, x, y) for k in range(len(weights))],
        ground_bary=lambda ys: costs.barycentres(ys, weights),
        a=start.masses,
        numItermax=steps,
        method=method,
        stopThr=-np.inf,
        log=True,
        **options,
    )
    log = rest[-1]
    masses = log["a_list"] or [start.masses] * len(log["X_list"])
    return [Cloud(x, a) for x, a in zip(log["X_list"], masses, strict=True)]


@pytest.mark.parametrize("merge", [True, False], ids=["merged", "as glued"])
@pytest.mark.parametrize("costs", [SquaredEuclidean(), PowerNorm(2, 2)], ids=lambda c: c.formula)
def test_g_is_that_of_pot(rng, merge, costs):
    problem, start = random_problem(rng, (9, 7, 8), costs, WEIGHTS), random_cloud(rng, 6)
    expected = of_pot(problem, start, "true_fixed_point", 3, clean_measure=merge)
    found = from_start(FixedPoint(merge=merge), problem, start, 3)
    for it, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(sorted_rows(it.barycenter), sorted_rows(theirs), atol=1e-8)


def test_h_is_that_of_pot(rng):
    problem, start = random_problem(rng, (9, 7, 8), weights=WEIGHTS), random_cloud(rng, 6)
    expected = of_pot(problem, start, "L2_barycentric_proj", 3)
    for it, theirs in zip(from_start(Barycentric(), problem, start, 3), expected, strict=True):
        np.testing.assert_allclose(np.asarray(it.barycenter), np.asarray(theirs), atol=1e-8)


def test_g_merges_points_that_coincide():
    """On a lattice, different partners have the same mean."""
    lattice = np.stack(np.meshgrid([0, 1, 2], [0, 1, 2]), axis=-1).reshape(-1, 2) / 2.0
    rng = np.random.default_rng(0)
    problem = PointProblem([Cloud(lattice, rng.random(9)) for _ in range(2)], SquaredEuclidean())
    merged, glued = (run_points(FixedPoint(merge=m), problem, 1)[-1] for m in (True, False))
    assert primal(merged) == pytest.approx(primal(glued), rel=1e-9)
    assert len(merged.barycenter) == len(np.unique(glued.barycenter.positions.round(9), axis=0))
    assert merged.figures["support"] == len(merged.barycenter) < len(glued.barycenter)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(sorted(COSTS)),
    st.lists(st.integers(1, 12), min_size=2, max_size=4),
    st.booleans(),
    st.booleans(),
    st.integers(0, 999),
)
def test_v_falls_by_what_the_gluing_proves(name, counts, equal, merge, seed):
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.1, 1, len(counts))
    problem = random_problem(rng, counts, COSTS[name], weights, equal)
    its = run_points(FixedPoint(merge=merge), problem, 4)
    for before, after in pairwise(its):
        slack = 1e-8 * primal(its[0]) + 1e-14
        assert after.figures["proved"] >= -slack
        assert after.figures["decrease"] >= after.figures["proved"] - slack
        assert after.figures["decrease"] == pytest.approx(primal(before) - primal(after), abs=1e-12)
        assert len(after.barycenter) <= len(before.barycenter) + sum(counts) - len(counts)


@pytest.mark.parametrize("costs", [Circles.usual(3), Projections.usual(3, 1)], ids=repr)
def test_v_falls_for_marginals_in_other_spaces(rng, costs):
    world = rng.random((10, costs.dimension))
    problem = PointProblem([costs.project(k, world) for k in range(3)], costs)
    its = run_points(FixedPoint(), problem, 4)
    values = [primal(it) for it in its]
    assert (np.diff(values) <= 1e-9).all()
    assert values[-1] < 0.5 * values[0]
    assert all(it.figures["proved"] >= -1e-9 for it in its[1:])


@pytest.mark.parametrize("solver", [FixedPoint(), Barycentric()], ids=lambda s: s.label)
def test_points_on_a_line_average_their_quantiles(rng, solver):
    """On a line, transport is monotone and the barycenter's quantile is the mean quantile."""
    direction, origin = np.array([0.6, 0.8]), np.array([0.1, 0.05])
    along = [np.sort(rng.random(12)) for _ in range(3)]
    clouds = [origin + t[:, None] * direction for t in along]
    last = run_points(solver, PointProblem(clouds, SquaredEuclidean(), WEIGHTS), 10)[-1]
    exact = origin + (np.array(WEIGHTS) @ np.array(along))[:, None] * direction
    np.testing.assert_allclose(sorted_rows(last.barycenter)[:, 1:], exact, atol=1e-9)
    assert last.stopped == "Converged: the points do not move any more."
    assert last.figures["displacement"] < 1e-9


@pytest.mark.parametrize("solver", [FixedPoint(), Barycentric()], ids=lambda s: s.label)
def test_between_translates_lies_the_translate(rng, solver):
    cloud, shift = rng.random((15, 2)), np.array([0.3, -0.2])
    problem = PointProblem([cloud, cloud + shift], SquaredEuclidean(), (0.75, 0.25))
    last = run_points(solver, problem, 10)[-1]
    assert primal(last) == pytest.approx(0.75 * 0.25 * (shift**2).sum(), rel=1e-9)
    expected = sorted_rows(Cloud(cloud + 0.25 * shift))
    np.testing.assert_allclose(sorted_rows(last.barycenter), expected, atol=1e-9)


@pytest.mark.parametrize("solver", [FixedPoint(), Barycentric()], ids=lambda s: s.label)
def test_single_points_meet_at_their_mean(solver):
    problem = PointProblem([[[0, 0]], [[1, 0]], [[0, 1]]], SquaredEuclidean(), WEIGHTS)
    last = run_points(solver, problem, 3)[-1]
    np.testing.assert_allclose(np.asarray(last.barycenter), [[1, 0.5, 0.3]], atol=1e-15)


@pytest.mark.parametrize("solver", [FixedPoint(), Barycentric()], ids=lambda s: s.label)
def test_weights_permuted_with_the_measures(rng, solver):
    problem, start = random_problem(rng, (9, 7, 8), weights=WEIGHTS), random_cloud(rng, 6)
    order = [2, 0, 1]
    permuted = PointProblem(
        [problem.given[k] for k in order], problem.costs, [WEIGHTS[k] for k in order]
    )
    one, other = (from_start(solver, p, start)[-1].barycenter for p in (problem, permuted))
    np.testing.assert_allclose(sorted_rows(one), sorted_rows(other), atol=1e-9)


def test_equal_masses_stay_equal_for_many_steps(rng):
    """Rounding must not split points where the plans are permutations."""
    problem = random_problem(rng, (60, 60, 60), equal=True)
    for it in run_points(FixedPoint(), problem, 15):
        assert len(it.barycenter) == 60
        np.testing.assert_allclose(it.barycenter.masses, 1 / 60, rtol=1e-9)


@pytest.mark.parametrize("solver", [FixedPoint(), Barycentric()], ids=lambda s: s.label)
@pytest.mark.parametrize("weights", [(0.25, 0.45, 0.3), (0.5, 0, 0.5)], ids=str)
def test_changed_weights_start_warm(rng, solver, weights):
    problem = random_problem(rng, (30, 30, 30), weights=WEIGHTS)
    state = run_points(solver, problem, 6)[-1].state
    changed = problem.reweighted(weights)
    cold, warm = (run_points(solver, changed, 1, start) for start in (None, state))
    np.testing.assert_array_equal(warm[0].barycenter.positions, state.cloud.positions)
    assert warm[0].figures == {"support": len(state.cloud)}
    assert primal(warm[1]) < primal(cold[1])


@pytest.mark.parametrize("solver", [kind() for kind in SOLVERS], ids=lambda s: s.label)
def test_a_state_of_another_dimension_is_left_aside(rng, solver):
    state = run_points(solver, random_problem(rng), 1)[-1].state
    problem = random_problem(rng, costs=SquaredEuclidean(3))
    fresh, other = (run_points(solver, problem, 1, start)[-1] for start in (None, state))
    np.testing.assert_array_equal(np.asarray(fresh.barycenter), np.asarray(other.barycenter))


@pytest.mark.parametrize("solver", [kind() for kind in SOLVERS], ids=lambda s: s.label)
def test_resuming_equals_never_having_stopped(rng, solver):
    problem = random_problem(rng)
    whole = run_points(solver, problem, 4)
    rest = run_points(solver, problem, 2, whole[2].state)
    np.testing.assert_array_equal(np.asarray(whole[-1].barycenter), np.asarray(rest[-1].barycenter))


@pytest.mark.parametrize("solver", [kind() for kind in SOLVERS], ids=lambda s: s.label)
def test_one_measure_with_all_the_weight_is_its_own_barycenter(rng, solver):
    problem = random_problem(rng, weights=(0, 1, 0), equal=True)
    last = run_points(solver, problem, 5)[-1]
    assert primal(last) == pytest.approx(0, abs=1e-12)


def test_start_mixture_takes_points_in_proportion_to_the_weights(rng):
    problem = random_problem(rng, (50, 70, 60), weights=(0.5, 0.3, 0.2), equal=True)
    start = FixedPoint(points=100).fresh(problem)
    assert len(start) == 100
    for cloud, count in zip(problem.given, (50, 30, 20), strict=True):
        found = (start.positions[:, None] == cloud.positions).all(axis=2).any(axis=1).sum()
        assert abs(found - count) <= 1
    assert len(FixedPoint().fresh(problem)) == 60


def test_start_gaussian_has_the_moments_of_the_mixture(rng):
    problem = random_problem(rng, (50, 70), weights=(0.7, 0.3))
    start = FixedPoint(points=5000, start="gaussian").fresh(problem)
    mean = 0.7 * problem.given[0].mean + 0.3 * problem.given[1].mean
    np.testing.assert_allclose(start.mean, mean, atol=0.02)
    assert np.trace(np.cov(start.positions.T)) == pytest.approx(1 / 6, rel=0.15)
    other = FixedPoint(points=5000, start="gaussian", seed=1).fresh(problem)
    assert (start.positions != other.positions).any()


@pytest.mark.parametrize("start", ["mixture", "gaussian"])
@pytest.mark.parametrize(
    "points", [[[0.2, 0.3]], [[0.2, 0.3]] * 3, [[0, 0], [0.5, 0.5], [1, 1]]], ids=["1", "3", "line"]
)
def test_degenerate_clouds(points, start):
    """One point, points that coincide, points on a line: their own barycenter."""
    problem = PointProblem([points, points], SquaredEuclidean())
    for kind in SOLVERS:
        last = run_points(kind(start=start, points=3), problem, 4)[-1]
        assert primal(last) == pytest.approx(0, abs=1e-2)
        assert (primal(last) < 1e-12) or kind is EntropicFixedPoint


def test_start_in_another_space_is_about_the_middle(rng):
    costs = Projections.usual(3, 2)
    problem = PointProblem([rng.random((20, 2)) for _ in range(3)], costs)
    start = FixedPoint(points=2000).fresh(problem)
    np.testing.assert_allclose(start.mean, [0.5] * 3, atol=0.02)


@pytest.mark.parametrize("settings", [{"points": 0}, {"points": 10**6}, {"start": "grid"}], ids=str)
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        FixedPoint(**settings)


def test_a_support_that_outgrows_transport_stops(rng, monkeypatch):
    problem = random_problem(rng)
    monkeypatch.setattr("solvers.plans.MAX_ENTRIES", 12 * max(map(len, problem.measures)))
    last = run_points(FixedPoint(), problem, 5)[-1]
    assert last.number == 1
    assert last.stopped.startswith("Stopped: the support would grow to")
    assert len(last.barycenter) <= 12


@pytest.mark.parametrize("solver", [FixedPoint(points=40), EntropicFixedPoint(points=40)], ids=str)
def test_matrices_that_do_not_fit_are_refused(rng, monkeypatch, solver):
    monkeypatch.setattr("solvers.plans.MAX_ENTRIES", 100)
    with pytest.raises(ValueError, match=r"points: the barycenter has 40 .* fewer points"):
        run_points(solver, random_problem(rng), 1)


def test_figures_of_an_iterate_belong_to_it(rng):
    problem = random_problem(rng)
    its = run_points(FixedPoint(), problem, 2)
    assert set(its[0].figures) == {"support"}
    assert set(its[1].figures) == {"support", "displacement", "decrease", "proved"}
    assert primal(its[1]) == pytest.approx(couplings(problem, its[1].barycenter).value, rel=1e-12)
