"""CWB and DSB agree with iterations in the log domain, and keep what must be kept."""

import warnings

import numpy as np
import pytest
from scipy.special import logsumexp

from solvers import CWB, DSB, SOLVERS, GridProblem
from solvers.datasets import SHAPES, shape
from tests.solvers.helpers import ALPHA, axes, four_shapes, gaussian, run

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of whatever optional packages POT finds
    import ot

BOTH = pytest.mark.parametrize("solver", [CWB, DSB])


def blur(log, reg):
    """``log K exp(log)`` of one density (*shape), pair by pair along each axis."""
    spacing = 1 / max(log.shape)
    for axis, n in enumerate(log.shape):
        nodes = spacing * np.arange(n)
        lines = np.moveaxis(log, axis, -1)
        log = np.empty_like(lines)
        for k, x in enumerate(nodes):
            log[..., k] = logsumexp(lines - (x - nodes) ** 2 / reg, axis=-1)
        log = np.moveaxis(log, -1, axis)
    return log


def reference(problem, reg, steps, debiased):
    """The barycenter after so many projections, all in the log domain."""
    with np.errstate(divide="ignore"):
        log_mu = np.log(problem.marginals)
        log_b, log_d = np.zeros_like(log_mu), np.zeros(problem.shape)
        for _ in range(steps):
            log_ka = [blur(mu - blur(b, reg), reg) for mu, b in zip(log_mu, log_b, strict=True)]
            log_beta = sum(w * f for w, f in zip(problem.weights, log_ka, strict=True))
            if debiased:
                log_beta = log_beta + log_d
                log_d = 0.5 * (log_d + log_beta - blur(log_d, reg))
            log_b = log_beta - log_ka
    beta = np.exp(log_beta - log_beta.max())
    return beta / beta.mean()


def off(found, expected):
    """Largest difference as a fraction of the peak."""
    return np.abs(found - expected).max() / expected.max()


def blobs(dims, *means, std=0.05, cut=1e-3):
    """Gaussians at the given places, exactly zero away from them."""
    stack = np.stack([gaussian(dims, mean, std) for mean in means])
    stack[stack < cut] = 0
    return stack


PROBLEMS = {
    "square": (four_shapes(32), 12),
    "rectangle": (GridProblem(blobs((24, 40), (0.2, 0.2), (0.4, 0.7)), (0.3, 0.7)), 15),
    "3D": (GridProblem(blobs((10, 14, 12), (0.2, 0.3, 0.3), (0.5, 0.7, 0.4), std=0.1)), 8),
}


@BOTH
@pytest.mark.parametrize("reg", [0.05, 5e-3, 1e-3])
@pytest.mark.parametrize("name", PROBLEMS)
def test_agrees_with_the_log_domain(solver, name, reg):
    problem, steps = PROBLEMS[name]
    its = run(problem, solver=solver(reg=reg), steps=steps)
    expected = reference(problem, reg, its[-1].number, solver.debiased)
    assert off(its[-1].barycenter, expected) < 1e-9
    for it in its:
        assert it.barycenter.mean() == pytest.approx(1, rel=1e-12)
        assert it.barycenter.min() >= 0
        assert it.objectives == {}


@BOTH
def test_small_reg_with_supports_at_opposite_corners(solver):
    """The kernel between the two supports is e^-3000: only relative accuracy finds the middle."""
    n, reg = 400, 5e-4
    dims = (n, n)
    x = axes(dims)[0].ravel()
    lines = [np.where(np.abs(x - c) < 0.06, 1 + 5 * (x - c), 0) for c in (0.08, 0.92)]
    problem = GridProblem([np.outer(line, line) for line in lines], (0.4, 0.6))
    its = run(problem, solver=solver(reg=reg), steps=4)
    # All factors separate, so the reference need only follow two lines.
    line = reference(LineProblem(lines, problem.weights), reg, 4, solver.debiased)
    expected = np.outer(line, line)
    assert off(its[-1].barycenter, expected) < 1e-6
    peak = np.unravel_index(its[-1].barycenter.argmax(), dims)
    np.testing.assert_allclose(peak, 0.584 * n, atol=0.06 * n)


class LineProblem:
    """Densities on one line, which `GridProblem` does not take."""

    def __init__(self, lines, weights):
        self.marginals = np.stack([line / line.mean() for line in lines])
        self.weights = weights
        self.shape = self.marginals.shape[1:]


@BOTH
def test_finite_for_many_steps_at_small_reg(solver):
    stack = blobs((100, 100), (0.1, 0.1), (0.9, 0.9), (0.1, 0.9), std=0.03)
    its = run(GridProblem(stack), solver=solver(reg=2e-4), steps=60)
    assert its[-1].number == 60
    assert np.isfinite(its[-1].state.log_scalings).all()
    assert np.isfinite(its[-1].state.log_debiasing).all()
    assert its[-1].state.mismatch < its[1].state.mismatch


def test_right_where_the_common_reference_is_not():
    """POT adds 1e-30 inside a logarithm, which shows between two blobs far apart."""
    n, reg = 64, 0.004
    stack = blobs((n, n), (0.2, 0.2), (0.8, 0.8))
    problem = GridProblem(stack)
    its = run(problem, solver=CWB(reg=reg), steps=100)
    found = its[-1].barycenter
    assert off(found, reference(problem, reg, its[-1].number, False)) < 1e-6
    results = {}
    for threshold in (1e-30, 1e-200):
        results[threshold] = ot.bregman.convolutional_barycenter2d(
            # POT sets its nodes at k / (n − 1), which makes its ε one for another spacing
            problem.marginals / n**2,
            reg * (n / (n - 1)) ** 2,
            stabThr=threshold,
            stopThr=0,
            numItermax=300,
            warn=False,
        )
        results[threshold] /= results[threshold].mean()
    assert off(found, results[1e-200]) < 1e-6
    assert off(results[1e-30], found) > 0.01


def test_agrees_with_the_dense_solver_of_pot():
    weights, reg, dims = (0.3, 0.7), 0.02, (14, 18)
    problem = GridProblem(blobs(dims, (0.2, 0.3), (0.5, 0.7), std=0.1), weights)
    its = run(problem, solver=CWB(reg=reg), steps=2000)
    assert its[-1].stopped.startswith("Converged")
    nodes = np.stack(np.broadcast_arrays(*axes(dims)), axis=-1).reshape(-1, 2)
    marginals = problem.marginals.reshape(2, -1)
    expected = ot.bregman.barycenter(
        (marginals / marginals.sum(axis=1, keepdims=True)).T,
        ot.dist(nodes),
        reg,
        weights=np.array(weights),
        method="sinkhorn_log",
        numItermax=2000,
        stopThr=1e-14,
        warn=False,
    ).reshape(dims)
    assert off(its[-1].barycenter, expected / expected.mean()) < 1e-6


@pytest.mark.parametrize(
    ("density", "reg"),
    [(shape("ring", 32), 5e-4), (gaussian((32, 32), (0.5, 0.4), 0.08), 5e-3)],
    ids=["ring", "Gaussian"],
)
def test_equal_marginals_are_blurred_or_not(density, reg):
    problem = GridProblem([density, 2 * density, density], (0.2, 0.5, 0.3))
    blurred = run(problem, solver=CWB(reg=reg), steps=400)[-1]
    sharp = run(problem, solver=DSB(reg=reg), steps=400)[-1]
    assert off(sharp.barycenter, problem.marginals[0]) < 1e-3
    assert off(blurred.barycenter, problem.marginals[0]) > 0.05
    assert blurred.barycenter.max() < problem.marginals[0].max()


@pytest.mark.parametrize("which", [0, 1, 2])
def test_all_weight_on_one_marginal(which):
    problem = GridProblem(np.random.default_rng(0).random((3, 10, 12)), np.eye(3)[which])
    sharp = run(problem, solver=DSB())
    assert len(sharp) == 1
    np.testing.assert_allclose(sharp[0].barycenter, problem.marginals[0], rtol=1e-14)
    assert "only one marginal" in sharp[0].stopped
    blurred = run(problem, solver=CWB())
    assert blurred[-1].number == 1
    assert blurred[-1].stopped.startswith("Converged")
    assert off(blurred[-1].barycenter, problem.marginals[0]) > 0.05


@BOTH
def test_marginals_and_weights_may_be_permuted(solver):
    expected = run(four_shapes(24), solver=solver(), steps=15)[-1].barycenter
    order = [2, 0, 3, 1]
    stack = np.stack([shape(name, 24) for name in SHAPES])[order]
    permuted = GridProblem(stack, np.array(ALPHA)[order])
    assert off(run(permuted, solver=solver(), steps=15)[-1].barycenter, expected) < 1e-12


@BOTH
@pytest.mark.parametrize("reg", [5e-3, 1e-3])
def test_the_picture_may_be_turned(solver, reg):
    stack = blobs((24, 40), (0.2, 0.2), (0.4, 0.7))
    expected = run(GridProblem(stack), solver=solver(reg=reg), steps=10)[-1].barycenter
    turned = GridProblem(stack.transpose(0, 2, 1))
    found = run(turned, solver=solver(reg=reg), steps=10)[-1].barycenter
    assert off(found.T, expected) < 1e-11


@BOTH
def test_blur_is_the_same_along_both_sides_of_a_rectangle(solver):
    """A round blob stays round."""
    dims = (32, 64)
    stack = blobs(dims, (0.25, 0.4), (0.25, 0.6), std=0.04, cut=0)
    found = run(GridProblem(stack), solver=solver(), steps=200)[-1].barycenter
    x, y = axes(dims)
    mass = found / found.sum()
    along, across = (mass * (y - 0.5) ** 2).sum(), (mass * (x - 0.25) ** 2).sum()
    assert along == pytest.approx(across, rel=5e-3)


@BOTH
def test_warm_start_is_continuing(solver):
    problem = four_shapes(24)
    straight = run(problem, solver=solver(), steps=12)
    continued = run(problem, state=straight[7].state, solver=solver(), steps=5)
    np.testing.assert_array_equal(continued[0].barycenter, straight[7].barycenter)
    np.testing.assert_array_equal(continued[-1].barycenter, straight[-1].barycenter)


@BOTH
def test_warm_start_after_a_change_of_weights_and_settings(solver):
    """It leads to the same barycenter, in fewer steps."""
    stack = blobs((24, 24), (0.4, 0.3), (0.6, 0.4), (0.4, 0.6), std=0.06, cut=0)
    first, second = GridProblem(stack, (0.4, 0.3, 0.3)), GridProblem(stack, (0.35, 0.4, 0.25))
    state = run(first, solver=solver(reg=0.02), steps=500)[-1].state
    for reg in (0.02, 0.03):
        cold = run(second, solver=solver(reg=reg), steps=500)
        warm = run(second, state=state, solver=solver(reg=reg), steps=500)
        np.testing.assert_array_equal(warm[0].barycenter, state.barycenter)
        assert off(warm[-1].barycenter, cold[-1].barycenter) < 1e-4
        assert warm[1].state.mismatch < 0.5 * cold[1].state.mismatch


@BOTH
def test_a_marginal_that_comes_back_finds_its_scaling(solver):
    stack = blobs((24, 24), (0.2, 0.3), (0.7, 0.3), (0.5, 0.8), std=0.08)
    inside, edge = GridProblem(stack), GridProblem(stack, (0.0, 0.6, 0.4))
    state = run(inside, solver=solver(), steps=3)[-1].state
    away = run(edge, state=state, solver=solver(), steps=3)[-1].state
    back = solver().init(inside, away)
    np.testing.assert_array_equal(back.log_scalings[0], state.log_scalings[0])
    np.testing.assert_array_equal(back.log_scalings[1:], away.log_scalings)
    assert back.set_aside == {}


@BOTH
def test_potentials_give_the_transport_of_translates(solver):
    """Between translates Kantorovich's potentials are linear, with the shift as their slope."""
    shift = 0.25
    stack = blobs((64, 64), (0.3, 0.5), (0.3 + shift, 0.5), cut=0)
    settled = solver(reg=2e-3)
    its = run(GridProblem(stack), solver=settled, steps=200)
    f = settled.potentials(its[-1].state.problem, its[-1].state)
    assert f.shape == stack.shape
    np.testing.assert_allclose(f.mean(axis=0), 0, atol=1e-9)
    middle = its[-1].barycenter[:, 32] > 0.2 * its[-1].barycenter.max()
    slopes = np.gradient(f[:, :, 32], 1 / 64, axis=1)[:, middle]
    np.testing.assert_allclose(slopes[0], shift / 2, rtol=0.05)
    np.testing.assert_allclose(slopes[1], -shift / 2, rtol=0.05)


@BOTH
def test_steps_leave_the_state_alone(solver):
    problem = four_shapes(24)
    settled = solver()
    state = settled.step(problem, settled.init(problem))
    names = ("log_scalings", "log_debiasing", "barycenter")
    kept = {name: np.copy(getattr(state, name)) for name in names}
    settled.step(problem, state)
    for name, value in kept.items():
        np.testing.assert_array_equal(getattr(state, name), value)


@BOTH
@pytest.mark.parametrize("reg", [0, -1, 1e-9, 2, float("nan"), "x", None], ids=str)
def test_bad_settings_are_refused(solver, reg):
    with pytest.raises(ValueError, match="reg"):
        solver(reg=reg)


@BOTH
def test_state_of_another_grid_is_refused(solver):
    state = solver().init(GridProblem(np.ones((2, 4, 5))))
    with pytest.raises(ValueError, match=r"^state:.*\(4, 5\).*\(32, 32\)"):
        solver().init(four_shapes(32), state)


def test_registered():
    assert SOLVERS["cwb"] is CWB
    assert SOLVERS["dsb"] is DSB
