"""Plans of clouds, exact and entropic, and their gluing, against POT and closed forms."""

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from solvers.clouds import Cloud
from solvers.costs import PowerNorm, SquaredEuclidean
from solvers.entropic_plans import entropic_plan
from solvers.plans import couplings, glued, plans
from solvers.point_problem import PointProblem
from tests.solvers.clouds import random_cloud, random_problem


def as_measure(tuples, masses):
    """The mass of each tuple."""
    total = {}
    for key, mass in zip(map(tuple, np.asarray(tuples).tolist()), masses, strict=True):
        total[key] = total.get(key, 0) + mass
    return total


def test_couplings_are_optimal(rng):
    problem = random_problem(rng, (9, 7, 8), PowerNorm(1.5, 3), (0.5, 0.2, 0.3))
    cloud = random_cloud(rng, 6)
    found = couplings(problem, cloud)
    value = 0
    for k, (plan, measure) in enumerate(zip(found.plans, problem.measures, strict=True)):
        costs = problem.cost_matrix(k, cloud.positions)
        np.testing.assert_allclose(plan.sum(axis=1), cloud.masses, atol=1e-15)
        np.testing.assert_allclose(plan.sum(axis=0), measure.masses, atol=1e-15)
        value += problem.weights[k] * ot.emd2(cloud.masses, measure.masses, costs)
    assert found.value == pytest.approx(value, rel=1e-12)
    for plan, other in zip(plans(problem, cloud), found.plans, strict=True):
        np.testing.assert_array_equal(plan.toarray(), other.toarray())


def test_duals_of_another_cloud_change_nothing_but_the_time(rng):
    problem = random_problem(rng, (40, 30, 35))
    near, cloud = random_cloud(rng, 33), random_cloud(rng, 25)
    cold, warm = (
        couplings(problem, cloud),
        couplings(problem, cloud, couplings(problem, near).duals),
    )
    assert warm.value == pytest.approx(cold.value, rel=1e-12)
    for a, b in zip(cold.plans, warm.plans, strict=True):
        np.testing.assert_allclose(a.toarray(), b.toarray(), atol=1e-14)


def test_costs_that_are_not_finite_are_refused(rng):
    problem = random_problem(rng, (9, 7), PowerNorm(2, 4))
    message = "costs: one between the barycenter and measure 0 is not finite, but all must be"
    with np.errstate(over="ignore"), pytest.raises(ValueError, match=message):
        couplings(problem, Cloud([[1e100, 0]]))


def test_masses_of_many_magnitudes(rng):
    problem = random_problem(rng, (9, 7))
    cloud = Cloud(rng.random((20, 2)), 10.0 ** -np.arange(0, 60, 3))
    found = couplings(problem, cloud)
    for plan, measure in zip(found.plans, problem.measures, strict=True):
        np.testing.assert_allclose(plan.sum(axis=0), measure.masses, atol=1e-12)
    indices, masses, _ = glued(found.plans)
    assert masses.sum() == pytest.approx(1, abs=1e-9)
    assert (indices < [9, 7]).all()


def test_gluing_by_hand():
    first = csr_array([[0.5, 0.1, 0], [0, 0.1, 0.3]])
    second = csr_array([[0.2, 0.4], [0.4, 0]])
    indices, masses, source = glued([first, second])
    np.testing.assert_array_equal(indices, [[0, 0], [0, 1], [1, 1], [1, 0], [2, 0]])
    np.testing.assert_allclose(masses, [0.2, 0.3, 0.1, 0.1, 0.3])
    np.testing.assert_array_equal(source, [0, 0, 0, 1, 1])


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=4),
    st.integers(1, 12),
    st.booleans(),
    st.integers(0, 999),
)
def test_gluing_is_that_of_pot(counts, count, equal, seed):
    """Also the plans are marginals of the gluing, and their number of atoms is bounded."""
    rng = np.random.default_rng(seed)
    clouds = [random_cloud(rng, n, equal=equal) for n in (*counts, 1)]  # two at least
    problem = PointProblem(clouds, SquaredEuclidean())
    found = plans(problem, random_cloud(rng, count, equal=equal))
    indices, masses, source = glued(found)
    expected = as_measure(*ot.lp.NorthWestMMGluing([plan.toarray() for plan in found]))
    mine = as_measure(indices, masses)
    for key in mine | expected:
        assert mine.get(key, 0) == pytest.approx(expected.get(key, 0), abs=1e-10)
    for k, plan in enumerate(found):
        again = np.zeros(plan.shape)
        np.add.at(again, (source, indices[:, k]), masses)
        np.testing.assert_allclose(again, plan.toarray(), atol=1e-10)
    assert len(masses) <= count + sum(len(cloud) - 1 for cloud in clouds)
    assert (np.diff(source) >= 0).all()


def test_rows_keep_their_mass_exactly(rng):
    """Else equal masses would drift apart, and the support of G grow by rounding."""
    problem = random_problem(rng, (30, 30, 30), equal=True)
    found = plans(problem, random_cloud(rng, 30, equal=True))
    _, masses, source = glued(found)
    rows = found[0].sum(axis=1)
    np.testing.assert_allclose(np.bincount(source, masses), rows, rtol=1e-15)


def kl(plan, masses, measure):
    product = np.outer(masses, measure)
    return np.sum(plan * np.log(np.maximum(plan, 1e-300) / product))


@pytest.mark.parametrize("reg", [1.0, 0.1, 0.02], ids=str)
def test_entropic_plan_is_that_of_pot(rng, reg):
    x, y = random_cloud(rng, 12), random_cloud(rng, 9)
    costs = ot.dist(x.positions, y.positions)
    plan, dual, value = entropic_plan(costs, x.masses, y.masses, reg)
    expected = ot.bregman.sinkhorn_log(x.masses, y.masses, costs, reg, 10_000, 1e-10)
    np.testing.assert_allclose(plan, expected, atol=1e-6)
    least = (expected * costs).sum() + reg * kl(expected, x.masses, y.masses)
    assert value == pytest.approx(least, rel=1e-5)
    np.testing.assert_allclose(plan.sum(axis=1), x.masses, rtol=1e-12)
    again, _, _ = entropic_plan(costs, x.masses, y.masses, reg, dual)
    np.testing.assert_allclose(again, plan, atol=1e-6)


@pytest.mark.parametrize("count", [3, 1500])
def test_small_reg_gives_numbers_and_a_lower_bound(rng, count):
    x, y = random_cloud(rng, count), random_cloud(rng, count)
    costs = ot.dist(x.positions, y.positions)
    plan, _, value = entropic_plan(costs, x.masses, y.masses, 1e-4)
    assert np.isfinite(plan).all()
    np.testing.assert_allclose(plan.sum(axis=1), x.masses, rtol=1e-9)
    exact = ot.emd2(x.masses, y.masses, costs, 10**7)
    assert value <= exact + 1e-4 * 2 * np.log(2 * count)
    assert value == pytest.approx(exact, abs=0.01)


def test_masses_of_many_magnitudes_give_numbers():
    masses = 10.0 ** -np.arange(0, 60, 3)
    cloud = Cloud(np.random.default_rng(1).random((20, 2)), masses)
    costs = ot.dist(cloud.positions, cloud.positions[::-1])
    plan, dual, value = entropic_plan(costs, cloud.masses, cloud.masses[::-1].copy(), 1e-3)
    assert np.isfinite(plan).all()
    assert np.isfinite(dual).all()
    assert np.isfinite(value)
