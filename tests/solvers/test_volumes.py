"""Volumes: the theory's closed forms, and boxes that spare work without changing a number."""

import numpy as np
import pytest

from solvers import (
    CWB,
    DSB,
    SGA,
    WDHA,
    GridProblem,
    MultiscaleSGA,
    primal_objective,
    wasserstein,
)
from solvers.boxes import HALO, Box
from solvers.kernels import (
    c_transform,
    c_transforms_on,
    congruent_envelope,
    push_forward,
    push_forward_from,
)
from tests.solvers.helpers import axes, dual, gaussian, moments, run, waves

SIDE = 64


def ball(centre, radius, shape=(SIDE,) * 3):
    """1 on the nodes inside a ball."""
    squares = [(x - c) ** 2 for x, c in zip(axes(shape), centre, strict=True)]
    return (sum(squares) <= radius**2).astype(float)


# Two densities, and ½W₂² between what they stand for: |m|² of their means, and of the rest
# (r − s)² ∫|u|² over the unit ball, which is 3/5, or (σ − τ)² for each axis of a Gaussian.
PAIRS = {
    "translates": (
        [
            ball((0.35, 0.35, 0.4), 0.2),
            np.roll(ball((0.35, 0.35, 0.4), 0.2), (20, 16, 10), (0, 1, 2)),
        ],
        0.5 * (20**2 + 16**2 + 10**2) / SIDE**2,
    ),
    "balls": (
        [ball((0.44, 0.5, 0.5), 0.4), ball((0.56, 0.5, 0.5), 0.2)],
        0.5 * (0.12**2 + 0.6 * 0.2**2),
    ),
    "Gaussians": (
        [
            gaussian((SIDE,) * 3, (0.4, 0.5, 0.5), (0.06, 0.08, 0.08)),
            gaussian((SIDE,) * 3, (0.6, 0.45, 0.5), (0.09, 0.08, 0.06)),
        ],
        0.5 * (0.2**2 + 0.05**2 + 0.03**2 + 0.02**2),
    ),
}
WEIGHTS = (1 / 3, 2 / 3)


@pytest.mark.parametrize("solver", [SGA(), MultiscaleSGA()], ids=lambda s: s.label)
@pytest.mark.parametrize("name", PAIRS)
def test_the_dual_is_the_closed_form(name, solver):
    """Of two marginals the barycenter lies on the geodesic: its cost is α (1 − α) ½W₂²."""
    densities, cost = PAIRS[name]
    best = run(GridProblem(densities, WEIGHTS), solver=solver, steps=40)[-1].best
    assert dual(best) == pytest.approx(WEIGHTS[0] * WEIGHTS[1] * cost, rel=0.01)


@pytest.mark.parametrize("name", PAIRS)
def test_the_distance_is_the_closed_form(name):
    (source, target), cost = PAIRS[name]
    assert wasserstein(source, target, tolerance=1e-4).cost == pytest.approx(cost, rel=0.01)


@pytest.mark.parametrize(
    "solver", [MultiscaleSGA(), WDHA(), DSB(reg=0.002)], ids=lambda solver: solver.label
)
def test_primal_of_the_found_density(solver):
    """All but the blurred one find a density that costs hardly more than the dual's bound."""
    densities, _ = PAIRS["balls"]
    problem = GridProblem([density[::2, ::2, ::2] for density in densities], WEIGHTS)
    best = run(problem, solver=solver, steps=60)[-1].best
    bound = dual(run(problem, steps=60)[-1].best)
    value, _ = primal_objective(problem, best.barycenter)
    assert bound <= value < 1.02 * bound


@pytest.mark.parametrize("debiased", [False, True])
def test_entropic_barycenters_of_gaussians(debiased):
    """CWB blurs by ε / 2 in each variance, DSB has the blur taken out (Janati et al., 2020)."""
    reg, std = 0.005, 0.08
    stack = [gaussian((32,) * 3, (0.5 + d, 0.5, 0.5 - d), std) for d in (-0.1, 0.1)]
    solver = DSB(reg=reg) if debiased else CWB(reg=reg)
    means, stds = moments(run(GridProblem(stack), solver=solver, steps=80)[-1].barycenter)
    np.testing.assert_allclose(means, 0.5, atol=1e-6)
    np.testing.assert_allclose(stds**2, std**2 + (0 if debiased else reg / 2), rtol=0.02)


@pytest.fixture(params=[(30, 26), (22, 18, 20)], ids=str)
def patches(request, rng):
    """Densities on random patches, one of them at a corner, and potentials over all the grid."""
    shape = request.param
    densities = np.zeros((2, *shape))
    for density, start, side in zip(densities, (0, 9), (6, 4), strict=True):
        patch = (slice(start, start + side),) * len(shape)
        density[patch] = rng.random(density[patch].shape) + 0.1
    return densities, waves(rng, densities.shape, 0.01)


@pytest.mark.parametrize("refine", [False, True])
def test_boxes_give_the_numbers_of_the_whole_grid(patches, refine):
    densities, f = patches
    spacing, whole = 1 / max(f.shape), Box.whole(f.shape[1:])
    boxes = [Box.around(density) for density in densities]
    everywhere = c_transform(f, spacing, refine)
    parts = c_transforms_on(boxes, f, whole, spacing, refine)
    for box, part, transform in zip(boxes, parts, everywhere, strict=True):
        assert box != whole
        np.testing.assert_allclose(part, box.of(transform), rtol=1e-13, atol=1e-16)
    boxed = [box.of(density) for box, density in zip(boxes, densities, strict=True)]
    for spread in (False, True):
        pushed = push_forward_from(boxes, parts, boxed, whole, spacing, spread)
        np.testing.assert_allclose(
            pushed, push_forward(everywhere, densities, spacing, spread), rtol=0, atol=1e-10
        )


def test_envelope_of_boxes_is_higher_and_keeps_the_transforms_there(patches):
    densities, f = patches
    spacing, whole, weights = 1 / max(f.shape), Box.whole(f.shape[1:]), np.array([0.4, 0.6])
    f -= np.tensordot(weights, f, axes=1)
    boxes = [Box.around(density) for density in densities]

    def duals(potentials):
        transforms = c_transform(potentials, spacing)
        return weights @ (transforms * densities).reshape(2, -1).mean(axis=1)

    tight = congruent_envelope(f, weights, boxes, whole, spacing)
    plain = congruent_envelope(f, weights, [whole] * 2, whole, spacing)
    assert duals(tight) >= duals(plain) - 1e-15
    assert duals(plain) >= duals(f) - 1e-15
    assert np.abs(np.tensordot(weights, tight, axes=1)).max() < 1e-15


def test_a_box_is_as_small_as_the_mass_and_its_halo():
    density = np.zeros((30, 40))
    density[10:12, 37] = 1
    box = Box.around(density)
    assert box == Box((10 - HALO, 37 - HALO), (12 + HALO, 40))
    assert Box.holding([box, Box((3, 0), (5, 2))], density.shape).shape == (14, 40)
    assert box.of(box.padded(np.ones(box.shape), density.shape)).min() == 1
    assert box.padded(np.ones(box.shape), density.shape).sum() == np.prod(box.shape)


@pytest.mark.parametrize("solver", [SGA(), MultiscaleSGA()], ids=lambda s: s.label)
def test_the_dual_is_that_of_congruent_potentials_on_the_whole_grid(solver):
    """What is found in the box of the marginals is a bound on all of the grid."""
    problem = GridProblem(
        [ball((0.3, 0.4, 0.5), 0.12, (40,) * 3), ball((0.5, 0.4, 0.4), 0.1, (40,) * 3)], (0.3, 0.7)
    )
    assert problem.domain != Box.whole(problem.shape)
    for it in run(problem, solver=solver, steps=8):
        potentials = solver.potentials(problem, it.state)
        assert np.abs(np.tensordot(problem.weights, potentials, axes=1)).max() < 1e-15
        products = c_transform(potentials, problem.spacing) * problem.marginals
        value = problem.weights @ products.reshape(2, -1).mean(axis=1)
        assert dual(it) == pytest.approx(value, rel=1e-12, abs=1e-18)
        assert it.barycenter.shape == problem.shape
        assert it.barycenter.mean() == pytest.approx(1, rel=1e-12)


def test_potentials_of_a_distance_keep_their_constraint_on_the_whole_grid():
    shape = (24, 30, 22)
    source, target = ball((0.3, 0.3, 0.4), 0.1, shape), ball((0.5, 0.6, 0.35), 0.13, shape)
    g, f = wasserstein(source, target).potentials
    assert g.shape == f.shape == shape
    assert (c_transform(f[None], 1 / 30)[0] - g).min() > -1e-15
