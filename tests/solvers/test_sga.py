"""Every scheme and step rule of SGA climbs, stays congruent and treats marginals as it should."""

from itertools import permutations

import numpy as np
import pytest

from solvers import SGA
from solvers.problems import GridProblem
from tests.solvers.helpers import ALPHA, PAPER, congruence, dual, four_shapes, gaussian, run

SCHEMES = ("symmetric", "parallel", "sequential", "random")
RULES = {"constant": 0.02, "annealed": 0.05, "adaptive": 0.1}


@pytest.fixture(scope="module")
def problem():
    return four_shapes(32)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("plain", [False, True], ids=["full", "plain"])
def test_every_scheme_climbs_and_stays_congruent(problem, scheme, rule, plain):
    settings = {"momentum": 0, "envelope": False, "refine_map": False} if plain else {}
    its = run(problem, steps=15, scheme=scheme, step_rule=rule, step_size=RULES[rule], **settings)
    assert dual(its[0]) == pytest.approx(0, abs=1e-12)
    assert dual(its[-1].best) > (5e-4 if scheme == "random" else 2e-3)
    assert max(map(congruence, its)) < 1e-14
    for it in its:
        assert it.barycenter.mean() == pytest.approx(1, rel=1e-12)
        assert it.barycenter.min() >= 0


def test_paper_settings_climb(problem):
    its = run(problem, steps=120, **PAPER)
    ours = [it for it in run(problem, steps=60) if it.state.exact_steps is None]
    assert dual(its[-1].best) > 0.97 * dual(ours[-1].best)
    assert max(map(congruence, its)) < 1e-14


def test_envelope_only_adds(problem):
    """From any state, a step with the envelope ends no lower than the same step without."""
    without = SGA(**PAPER)
    with_envelope = SGA(**{**PAPER, "envelope": True})
    for it in run(problem, steps=10, **PAPER):
        plain, raised = (s.step(problem, it.state).dual for s in (without, with_envelope))
        assert raised >= plain


def test_random_scheme_follows_its_seed(problem):
    first, again, other = (
        run(problem, steps=8, scheme="random", seed=seed)[-1] for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first.state.potentials, again.state.potentials)
    assert dual(first) == dual(again)
    assert not np.array_equal(first.state.potentials, other.state.potentials)


def test_marginals_and_weights_may_be_permuted(problem):
    expected = run(problem, steps=12)[-1]
    for order in list(permutations(range(4)))[1::5]:
        which = list(order)
        permuted = GridProblem(problem.marginals[which], np.array(ALPHA)[which])
        its = run(permuted, steps=12)
        assert dual(its[-1]) == pytest.approx(dual(expected), rel=0, abs=1e-10)
        np.testing.assert_allclose(its[-1].barycenter, expected.barycenter, rtol=0, atol=1e-10)


@pytest.mark.parametrize("turn", [np.transpose, np.flipud, np.rot90])
@pytest.mark.parametrize(("refine", "tolerance"), [(False, 1e-9), (True, 1e-3)])
def test_the_picture_may_be_turned(problem, turn, refine, tolerance):
    """The axes are alike; the refined map, one axis after the other, nearly so."""
    turned = GridProblem([turn(density) for density in problem.marginals], ALPHA)
    a, b = (run(p, steps=12, refine_map=refine)[-1] for p in (problem, turned))
    assert dual(b) == pytest.approx(dual(a), rel=tolerance)
    assert np.abs(b.barycenter - turn(a.barycenter)).mean() < 50 * tolerance


@pytest.mark.parametrize("which", [0, 1, 2])
def test_all_weight_on_one_marginal_gives_it_back(which):
    stack = np.random.default_rng(0).random((3, 10, 12))
    problem = GridProblem(stack, np.eye(3)[which])
    for scheme in SCHEMES:
        its = run(problem, scheme=scheme)
        assert len(its) == 1
        np.testing.assert_array_equal(its[0].barycenter, problem.marginals[0])
        assert "only one marginal" in its[0].stopped


def test_equal_marginals_are_their_own_barycenter():
    density = gaussian((16, 16), (0.4, 0.6), 0.1)
    its = run(GridProblem([density, 2 * density, 3 * density]), spread=False)
    assert its[-1].number == 1
    assert its[-1].stopped.startswith("Converged: the gradient vanishes")
    np.testing.assert_allclose(its[-1].barycenter, density / density.mean(), rtol=1e-12)


def test_random_scheme_does_not_stop_where_one_potential_is_at_rest():
    """Of (a, b, a) the potential drawn first may have nothing to gain, the other one has."""
    a, b = np.random.default_rng(0).random((2, 16, 16))
    for seed in range(4):
        its = run(GridProblem([a, b, a]), scheme="random", seed=seed, steps=10)
        assert its[-1].number == 10


def test_the_exact_phase_goes_on_where_the_step_has_vanished(problem):
    """Without the envelope the adaptive step shrinks to nothing well below the optimum."""
    its = run(problem, steps=200, envelope=False, momentum=0)
    optimum = dual(run(problem, steps=60)[-1].best)
    smooth = [it for it in its if it.state.exact_steps is None]
    assert len(smooth) < 60
    assert dual(smooth[-1].best) < 0.99 * optimum < dual(its[-1].best)
    assert "exact" not in its[-1].stopped


def test_the_exact_phase_leaves_the_picture_alone(problem):
    its = [it for it in run(problem, steps=120) if it.state.exact_steps is not None]
    assert dual(its[-1].best) > dual(its[0])
    np.testing.assert_array_equal(its[-1].barycenter, its[0].barycenter)


def test_steps_leave_the_state_alone(problem):
    solver = SGA()
    state = solver.step(problem, solver.init(problem))
    kept = {name: np.copy(getattr(state, name)) for name in ("potentials", "images", "ascended")}
    solver.step(problem, state)
    for name, value in kept.items():
        np.testing.assert_array_equal(getattr(state, name), value)


@pytest.mark.parametrize(
    "settings",
    [
        {"step_size": -1},
        {"step_size": 0},
        {"step_size": float("nan")},
        {"step_size": "x"},
        {"scheme": "x"},
        {"step_rule": None},
        {"momentum": 1.0},
        {"spread": 1},
        {"seed": -1},
        {"envelope": "yes"},
    ],
    ids=str,
)
def test_bad_settings_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        SGA(**settings)


def test_state_of_another_grid_is_refused(problem):
    state = SGA().init(GridProblem(np.ones((2, 4, 5))))
    with pytest.raises(ValueError, match=r"^state:.*\(4, 5\).*\(32, 32\)"):
        SGA().init(problem, state)
