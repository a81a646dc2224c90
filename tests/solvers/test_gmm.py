"""G and H for Gaussian mixtures: POT, closed forms, the descent that is proved, warm starts."""

from functools import partial
from itertools import pairwise

import numpy as np
import ot
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import iterates
from solvers.gaussians import gaussian_barycenters
from solvers.gmm import GMMBarycentric, GMMFixedPoint, GMMState
from solvers.mixture_presets import preset
from solvers.mixture_problem import MixtureProblem
from solvers.mixtures import Mixture
from tests.solvers.mixtures import random_mixture

TRIO = ("trio upper left", "trio upper right", "trio below")
SOLVERS = (GMMFixedPoint, GMMBarycentric)
ROUNDING = 1e-13


def random_problem(rng, counts=(3, 4, 5), d=2):
    return MixtureProblem(
        [random_mixture(rng, n, d) for n in counts], rng.dirichlet(np.full(len(counts), 3))
    )


def run(problem, solver=None, state=None, steps=60):
    its = iterates(solver or GMMFixedPoint(), problem, state, max_iterations=steps, tolerance=0)
    return list(its)


def value(iterate):
    return iterate.objectives["primal"]


def functional(problem, mixture):
    """V by POT."""
    losses = [
        ot.gmm.gmm_ot_loss(
            mixture.means,
            nu.means,
            mixture.covariances,
            nu.covariances,
            mixture.weights,
            nu.weights,
        )
        for nu in problem.mixtures
    ]
    return problem.weights @ losses


def sorted_rows(mixture):
    rows = np.asarray(mixture)
    return rows[np.lexsort(np.round(rows[:, 1:], 6).T)]


@pytest.fixture
def exact_pot(monkeypatch):
    """POT's Bures barycenters to 1e-13 instead of 1e-7."""
    exact = partial(ot.gaussian.bures_wasserstein_barycenter, eps=1e-13)
    monkeypatch.setattr(ot.gmm, "bures_wasserstein_barycenter", exact)


@pytest.mark.parametrize("projection", ["euclidean", "bures"])
def test_h_is_that_of_pot_iterate_by_iterate(rng, exact_pot, projection):
    problem = random_problem(rng)
    equal = random_mixture(rng, 4)
    begin = Mixture(np.ones(4), equal.means, equal.covariances)
    _, _, log = ot.gmm.gmm_barycenter_fixed_point(
        [nu.means for nu in problem.mixtures],
        [nu.covariances for nu in problem.mixtures],
        [nu.weights for nu in problem.mixtures],
        begin.means.copy(),
        begin.covariances.copy(),
        problem.weights,
        iterations=6,
        log=True,
        barycentric_proj_method=projection,
    )
    solver = GMMBarycentric(projection=projection)
    state = GMMState.at(problem, begin)
    for means, covariances in zip(log["means_its"], log["covs_its"], strict=True):
        np.testing.assert_allclose(state.mixture.means, means, atol=1e-8)
        np.testing.assert_allclose(state.mixture.covariances, covariances, atol=1e-8)
        state = solver.step(problem, state)


def test_g_is_that_of_pot_iterate_by_iterate(rng):
    """POT's fixed point for any costs, with Gaussians, as rows of numbers, for points."""
    problem = random_problem(rng)

    def parts(rows):
        means, flat = rows[:, :2], rows[:, 2:]
        return means, flat.reshape(-1, 2, 2)

    def cost(x, y):
        (m, s), (n, t) = parts(x), parts(y)
        return ot.gmm.dist_bures_squared(m, n, s, t)

    def barycenters(ys):
        stacked = [
            ot.gaussian.bures_wasserstein_barycenter(
                *parts(np.stack(row)), problem.weights, eps=1e-13
            )
            for row in zip(*ys, strict=True)
        ]
        return np.array([np.concatenate([mean, spread.ravel()]) for mean, spread in stacked])

    def flat(mixture):
        return np.column_stack([mixture.means, mixture.covariances.reshape(-1, 4)])

    state = GMMFixedPoint().init(problem)
    _, _, log = ot.lp.free_support_barycenter_generic_costs(
        [flat(nu) for nu in problem.mixtures],
        [nu.weights for nu in problem.mixtures],
        flat(state.mixture),
        cost,
        barycenters,
        state.mixture.weights,
        numItermax=3,
        stopThr=-1,
        method="true_fixed_point",
        log=True,
    )
    assert len(log["X_list"]) == 4
    for rows, weights in zip(log["X_list"], log["a_list"], strict=True):
        real = weights > 1e-12
        expected = Mixture(weights[real], *parts(rows[real]))
        found = sorted_rows(state.mixture)
        np.testing.assert_allclose(found, sorted_rows(expected), atol=1e-8)
        state = GMMFixedPoint().step(problem, state)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_one_component_each_gives_the_bures_barycenter_in_one_step(rng, d):
    problem = random_problem(rng, (1, 1, 1), d)
    means, covariances = gaussian_barycenters(
        np.concatenate([nu.means for nu in problem.mixtures]),
        np.concatenate([nu.covariances for nu in problem.mixtures]),
        problem.weights,
    )
    for solver in SOLVERS:
        last = run(problem, solver(), steps=1)[-1].barycenter
        np.testing.assert_allclose(last.means, np.stack([means] * len(last)), atol=1e-12)
        np.testing.assert_allclose(last.covariances, np.stack([covariances] * len(last)), atol=1e-8)
    assert len(run(problem, steps=1)[-1].barycenter) == 1


@given(st.integers(0, 10_000), st.lists(st.integers(1, 6), min_size=2, max_size=4))
def test_g_never_rises_and_decreases_as_proved(seed, counts):
    problem = random_problem(np.random.default_rng(seed), counts)
    its = run(problem, steps=6)
    for before, after in pairwise(its):
        assert after.figures["proved"] >= -ROUNDING
        assert after.figures["decrease"] >= after.figures["proved"] - ROUNDING
        assert after.figures["decrease"] == pytest.approx(value(before) - value(after), abs=1e-15)
        assert after.figures["displacement"] >= 0
        grown = len(before.barycenter) + sum(counts) - len(counts)
        assert after.figures["support"] == len(after.barycenter) <= grown
        assert after.barycenter.weights.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_v_is_that_of_pot(rng, solver, d):
    problem = random_problem(rng, d=d)
    for it in run(problem, solver(), steps=3):
        assert value(it) == pytest.approx(functional(problem, it.barycenter), abs=1e-10)


def test_identical_mixtures_are_their_own_barycenter(rng):
    mixture = random_mixture(rng, 4)
    problem = MixtureProblem([mixture] * 3, [0.2, 0.3, 0.5])
    last = run(problem)[-1]
    assert last.stopped == "Converged: the components do not move any more."
    assert value(last) == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(sorted_rows(last.barycenter), sorted_rows(mixture), atol=1e-10)


def test_translates_meet_in_between(rng):
    mixture, shift = random_mixture(rng, 4), np.array([0.5, -0.2])
    moved = Mixture(mixture.weights, mixture.means + shift, mixture.covariances)
    last = run(MixtureProblem([mixture, moved], [0.25, 0.75]))[-1]
    expected = Mixture(mixture.weights, mixture.means + 0.75 * shift, mixture.covariances)
    np.testing.assert_allclose(sorted_rows(last.barycenter), sorted_rows(expected), atol=1e-10)
    assert value(last) == pytest.approx(0.25 * 0.75 * shift @ shift)


def test_components_far_apart_average_in_pairs(rng):
    """Where every component has one partner near by, these are the Bures barycenters."""
    base = random_mixture(rng, 3)
    corners = 100 * np.array([[0, 0], [1, 0], [0, 1]])
    mixtures = []
    for _ in range(3):
        other = random_mixture(rng, 3)
        mixtures.append(Mixture(base.weights, other.means + corners, other.covariances))
    problem = MixtureProblem(mixtures, [0.5, 0.3, 0.2])
    expected = gaussian_barycenters(
        np.stack([nu.means for nu in mixtures], axis=1),
        np.stack([nu.covariances for nu in mixtures], axis=1),
        problem.weights,
    )
    last = run(problem)[-1].barycenter
    np.testing.assert_allclose(
        sorted_rows(last), sorted_rows(Mixture(base.weights, *expected)), atol=1e-9
    )


def test_weights_permuted_with_their_mixtures_change_nothing(rng):
    problem = random_problem(rng)
    order = [2, 0, 1]
    permuted = MixtureProblem([problem.mixtures[i] for i in order], problem.weights[order])
    found, expected = (run(p)[-1].barycenter for p in (permuted, problem))
    np.testing.assert_allclose(sorted_rows(found), sorted_rows(expected), atol=1e-10)


@pytest.mark.parametrize("solver", SOLVERS)
def test_starts(solver):
    problem = MixtureProblem([preset(name) for name in TRIO], [0.5, 0.25, 0.25])
    plain = run(problem, solver(), steps=0)[0].barycenter
    np.testing.assert_allclose(np.asarray(plain), np.asarray(problem.plain_mixture), rtol=1e-14)
    first = run(problem, solver(start="first"), steps=0)[0].barycenter
    np.testing.assert_array_equal(np.asarray(first), np.asarray(preset(TRIO[0])))
    picked = run(problem, solver(components=4), steps=0)[0].barycenter
    np.testing.assert_allclose(picked.weights, np.full(4, 0.25), rtol=1e-14)
    known = {tuple(mean) for mean in plain.means}
    assert {tuple(mean) for mean in picked.means} <= known
    assert len({tuple(mean) for mean in picked.means}) == 4


def test_h_keeps_number_and_weights_of_components(rng):
    problem = random_problem(rng)
    for it in run(problem, GMMBarycentric(components=7), steps=4):
        np.testing.assert_allclose(it.barycenter.weights, np.full(7, 1 / 7), rtol=1e-14)
        assert "proved" not in it.figures


@pytest.mark.parametrize("solver", SOLVERS)
def test_resuming_equals_never_having_stopped(rng, solver):
    problem = random_problem(rng)
    whole = run(problem, solver(), steps=2)
    rest = run(problem, solver(), whole[1].state, steps=1)
    np.testing.assert_array_equal(np.asarray(whole[2].barycenter), np.asarray(rest[1].barycenter))


@pytest.mark.parametrize("solver", SOLVERS)
def test_other_weights_start_from_the_old_mixture(rng, solver):
    problem = random_problem(rng)
    old = run(problem, solver())[-1]
    warm = run(
        problem.reweighted(problem.weights + np.array([0.01, 0, -0.01])),
        solver(),
        old.state,
        steps=0,
    )
    np.testing.assert_array_equal(np.asarray(warm[0].barycenter), np.asarray(old.barycenter))
    assert warm[0].figures == {"support": len(old.barycenter)}


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_state_of_another_dimension_starts_afresh(rng, solver):
    old = run(random_problem(rng), solver(), steps=1)[-1].state
    fresh = run(random_problem(rng, d=3), solver(), old, steps=0)[0].barycenter
    assert fresh.dimension == 3


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_single_mixture_is_done_at_once_and_no_start_for_several(rng, solver):
    problem = random_problem(rng)
    alone = run(problem.reweighted([0, 1, 0]), solver(), run(problem, solver(), steps=2)[-1].state)
    assert len(alone) == 1
    assert alone[0].stopped.startswith("Done: only one marginal has weight")
    np.testing.assert_array_equal(np.asarray(alone[0].barycenter), np.asarray(problem.mixtures[1]))
    back = run(problem, solver(), alone[0].state, steps=0)[0].barycenter
    np.testing.assert_array_equal(np.asarray(back), np.asarray(problem.plain_mixture))


def test_merging_puts_coinciding_components_together(rng):
    twice = random_mixture(rng, 2)
    doubled = Mixture([1, 1, 1], twice.means[[0, 0, 1]], twice.covariances[[0, 0, 1]])
    problem = MixtureProblem([doubled, random_mixture(rng, 3)])
    merged, whole = (
        run(problem, GMMFixedPoint(merge=merge), steps=1)[-1] for merge in (True, False)
    )
    assert merged.figures["support"] < whole.figures["support"]
    assert value(merged) == pytest.approx(value(whole), rel=1e-12)


def test_the_barycenter_of_the_trios_is_between_them():
    problem = MixtureProblem([preset(name) for name in TRIO])
    its = run(problem)
    assert value(its[-1]) < 0.6 * value(its[0])
    apart = its[-1].barycenter.means - problem.plain_mixture.means.mean(axis=0)
    assert np.abs(apart).max() < 0.2


@pytest.mark.parametrize("solver", SOLVERS)
def test_nearly_flat_components_stay_finite(solver):
    flat = Mixture([1, 1], [[0.2, 0.2], [0.8, 0.8]], [np.diag([1e-2, 1e-15])] * 2)
    steep = Mixture([1, 2], [[0.8, 0.2], [0.2, 0.8]], [np.diag([1e-15, 1e-2])] * 2)
    for it in run(MixtureProblem([flat, steep]), solver()):
        assert np.isfinite(np.asarray(it.barycenter)).all()
        assert np.isfinite(value(it))


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_single_gaussians_tell_how_far_they_are_off_the_closed_form(rng, solver, d):
    problem = random_problem(rng, counts=(1, 1, 1), d=d)
    exact = Mixture(
        [1], *(part[None] for part in gaussian_barycenters(
            np.concatenate([nu.means for nu in problem.mixtures]),
            np.concatenate([nu.covariances for nu in problem.mixtures]),
            problem.weights,
        ))
    )  # fmt: skip
    first, *_, last = run(problem, solver())
    expected = np.sqrt(functional(MixtureProblem([exact, exact]), first.barycenter))
    assert first.figures["off_bures"] == pytest.approx(expected / problem.spread, rel=1e-6)
    assert 0 <= last.figures["off_bures"] < 1e-12


@pytest.mark.parametrize("shift", [1e-3, 1e-6, 1e-10])
def test_how_far_off_keeps_its_digits(rng, shift):
    """Where it is far smaller than the root of rounding."""
    problem = random_problem(rng, counts=(1, 1))
    found = run(problem)[-1].barycenter
    root = 1 + shift
    off = Mixture(found.weights, found.means, root**2 * found.covariances)
    distance = shift * np.sqrt(np.trace(found.covariances[0]))
    figures = GMMFixedPoint().iterate(problem, GMMState.at(problem, off)).figures
    assert figures["off_bures"] == pytest.approx(distance / problem.spread, rel=1e-4)


def test_mixtures_of_more_components_have_no_closed_form(rng):
    for it in run(random_problem(rng, counts=(1, 2)), steps=3):
        assert "off_bures" not in it.figures
