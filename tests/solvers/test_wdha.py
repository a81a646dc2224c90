"""WDHA: known barycenters, what every step keeps, warm starts, and how it compares with SGA."""

import numpy as np
import pytest

from solvers import SGA, SOLVERS, WDHA, GridProblem, primal_objective
from tests.solvers.helpers import ALPHA, four_shapes, gaussian, moments, run


def estimate(iterate):
    return iterate.objectives["estimate"]


def functional(problem, iterate, potentials=None):
    return primal_objective(problem, iterate.barycenter, potentials)[0]


@pytest.mark.parametrize(
    ("dims", "cells", "std", "step_size"),
    [
        ((64, 64), (8, 16), 0.06, 0.1),
        ((32, 64), (4, -16), 0.06, 0.1),
        ((20, 20, 20), (4, 0, -8), 0.1, 0.06),
    ],
    ids=str,
)
def test_translates(dims, cells, std, step_size):
    """Between a density and its translate by s lies the translate by α₂ s, ½ α₁ α₂ |s|² away.

    Every step spreads the density over the nodes around its images, hence the wider result.
    """
    n, along = max(dims), tuple(range(len(dims)))
    blob = gaussian(dims, np.array(dims) / n / 2, std)
    blob[blob < 0.01] = 0
    start = np.roll(blob, [-c // 2 for c in cells], along)
    problem = GridProblem([start, np.roll(start, cells, along)], (0.75, 0.25))
    last = run(problem, solver=WDHA(step_size=step_size), steps=300)[-1]
    exact = 0.5 * 0.75 * 0.25 * np.sum((np.array(cells) / n) ** 2)
    between, spread = moments(np.roll(start, [c // 4 for c in cells], along))
    found, found_spread = moments(last.barycenter)
    np.testing.assert_allclose(found, between, atol=0.5 / n)
    assert (found_spread**2 - spread**2 < (2 / n) ** 2).all()  # as if blurred by two cells
    assert estimate(last) == pytest.approx(exact, rel=0.03)


def test_gaussians():
    """Axis-parallel Gaussians: means and standard deviations are averaged."""
    means, stds = np.array([(0.4, 0.35), (0.6, 0.6)]), np.array([(0.06, 0.09), (0.1, 0.07)])
    problem = GridProblem([gaussian((64, 64), *ms) for ms in zip(means, stds, strict=True)])
    last = run(problem, solver=WDHA(), steps=200)[-1]
    mean, std = moments(last.barycenter)
    np.testing.assert_allclose(mean, means.mean(0), atol=0.5 / 64)
    np.testing.assert_allclose(std, stds.mean(0), rtol=0.05)


@pytest.mark.parametrize("settings", [{}, {"step_rule": "annealed", "step_size": 0.5}], ids=str)
def test_mass_is_kept_and_the_estimate_stays_below_the_functional(settings):
    problem = four_shapes(32)
    for it in run(problem, solver=WDHA(**settings), steps=30):
        assert it.barycenter.mean() == pytest.approx(1, rel=1e-12)
        assert it.barycenter.min() >= 0
        assert functional(problem, it, it.state.potentials) >= estimate(it) - 1e-15


def test_rules_differ_as_declared():
    problem = four_shapes(16)
    constant, annealed = (
        run(problem, solver=WDHA(step_rule=rule, step_size=0.3), steps=2)
        for rule in ("constant", "annealed")
    )
    np.testing.assert_array_equal(constant[1].barycenter, annealed[1].barycenter)
    assert np.any(constant[2].barycenter != annealed[2].barycenter)


def test_identical_marginals_are_their_own_barycenter():
    problem = GridProblem([gaussian((24, 24), (0.4, 0.5), 0.1)] * 2)
    last = run(problem, solver=WDHA(), steps=20)[-1]
    np.testing.assert_allclose(last.barycenter, problem.marginals[0], rtol=1e-9, atol=1e-9)
    assert estimate(last) == pytest.approx(0, abs=1e-12)


def test_a_single_marginal_is_done_at_once():
    problem = four_shapes(16, (0, 0, 1, 0))
    its = run(problem, state=run(four_shapes(16), solver=WDHA(), steps=2)[-1].state, solver=WDHA())
    assert len(its) == 1
    assert its[0].stopped.startswith("Done")
    np.testing.assert_array_equal(its[0].barycenter, problem.marginals[0])


def test_resuming_equals_never_having_stopped():
    problem, solver = four_shapes(24), WDHA(step_rule="annealed", step_size=0.5)
    whole = run(problem, solver=solver, steps=8)
    rest = run(problem, state=whole[5].state, solver=solver, steps=3)
    np.testing.assert_array_equal(whole[-1].barycenter, rest[-1].barycenter)


@pytest.mark.parametrize("weights", [(0.3, 0.3, 0.2, 0.2), (0.4, 0, 0.3, 0.3)], ids=str)
def test_changed_weights_start_warm(weights):
    state = run(four_shapes(48), solver=WDHA(), steps=100)[-1].state
    changed = four_shapes(48, weights)
    cold, warm = (run(changed, state=start, solver=WDHA(), steps=20)[-1] for start in (None, state))
    assert functional(changed, warm) < functional(changed, cold)


def test_a_state_of_another_grid_is_refused():
    state = run(four_shapes(16), solver=WDHA(), steps=1)[-1].state
    with pytest.raises(ValueError, match=r"state: belongs to a grid of shape \(16, 16\)"):
        WDHA().init(four_shapes(20), state)


def test_descends_on_the_four_shapes_but_slower_than_sga():
    problem = four_shapes(64, ALPHA)
    its = run(problem, solver=WDHA(), steps=60)
    wdha = [functional(problem, its[k]) for k in (0, 20, 60)]
    assert wdha[0] > wdha[1] > wdha[2]
    assert functional(problem, run(problem, solver=SGA(), steps=60)[-1]) < wdha[2]


def test_settings():
    assert SOLVERS["wdha"] is WDHA
    with pytest.raises(ValueError, match="step_size"):
        WDHA(step_size=-1)
