"""The maps back to the marginals and the way between: closed forms, a run, mass kept, errors."""

import numpy as np
import pytest

from solvers import CWB, SGA, GridProblem, displaced, origins
from solvers.kernels import push_forward
from tests.solvers.helpers import axes, four_shapes, gaussian, last_of, moments, run

MIDDLE = np.array([0.5, 0.5])


def centres(dims):
    return np.stack(np.broadcast_arrays(*axes(dims)))


def half_square(dims, about=MIDDLE):
    return 0.5 * sum((x - a) ** 2 for x, a in zip(axes(dims), about, strict=True))


def occupied(density):
    return density > 0.02 * density.max()


def disc(n, centre, radius):
    return (2 * half_square((n, n), centre) < radius**2).astype(float)


def opposite(f):
    """Potentials of two marginals of equal weight."""
    return np.stack([f, -f])


@pytest.mark.parametrize(
    ("dims", "move"), [((96, 96), (0.125, -0.25)), ((48, 96), (0.0625, 0.25))], ids=str
)
def test_translation(dims, move):
    """``f = s·y`` moves the barycenter's mass back by s, and −f forth by as much."""
    middle = np.array(dims) / max(dims) / 2
    start, end = (gaussian(dims, middle + sign * np.array(move), 0.05) for sign in (-1, 1))
    problem = GridProblem([start, end])
    potentials = opposite(sum(s * x for s, x in zip(move, axes(dims), strict=True)))
    image, origin = displaced(problem, potentials, 0, 1.0)
    mass = occupied(image)
    shift = np.array(move).reshape(2, 1)
    back, forth = (origins(problem, potentials) - centres(dims))[:, :, mass]
    np.testing.assert_allclose(back, np.broadcast_to(-shift, back.shape))
    np.testing.assert_allclose(forth, np.broadcast_to(shift, forth.shape))
    error = (origin - centres(dims))[:, mass] + shift
    assert np.abs(error).max() < 0.5 / max(dims)
    for fraction in (0.25, 0.5, 0.75, 1.0):
        image, _ = displaced(problem, potentials, 0, fraction)
        mean, deviation = moments(image)
        np.testing.assert_allclose(mean, moments(start)[0] + fraction * np.array(move), atol=1e-4)
        np.testing.assert_allclose(deviation, 0.05, rtol=0.02)


@pytest.mark.parametrize("factor", [1.5, 0.6])
def test_dilation(factor):
    """``f = ½ (1 − 1/s) |y − c|²`` belongs to the map that blows up by s around c."""
    dims = (128, 128)
    start = gaussian(dims, MIDDLE, 0.08)
    problem = GridProblem([start, start])
    potentials = opposite((1 - 1 / factor) * half_square(dims))
    middle = MIDDLE.reshape(2, 1, 1)
    exact = middle + (centres(dims) - middle) / factor
    image, origin = displaced(problem, potentials, 0, 1.0)
    mass = occupied(image)
    np.testing.assert_allclose(moments(image)[1], 0.08 * factor, rtol=0.01)
    for found in (origins(problem, potentials)[0], origin):
        assert np.abs(found - exact)[:, mass].max() < 0.5 / 128
    half_way, _ = displaced(problem, potentials, 0, 0.5)
    np.testing.assert_allclose(moments(half_way)[1], 0.08 * (1 + factor) / 2, rtol=0.01)


def two_discs(n=64):
    problem = GridProblem([disc(n, (0.3, 0.35), 0.12), disc(n, (0.7, 0.6), 0.2)], [0.4, 0.6])
    return problem, last_of(run(problem, steps=40)).best


def test_origins_lead_back_to_the_marginals():
    """Pushed by ``S_i``, the barycenter of two discs covers each of them and not its frame."""
    problem, best = two_discs()
    potentials = SGA().potentials(problem, best.state)
    maps = origins(problem, potentials)
    mass = best.barycenter / best.barycenter.sum()
    for back, marginal, radius in zip(maps, problem.marginals, (0.12, 0.2), strict=True):
        mean = moments(marginal)[0]
        np.testing.assert_allclose((back * mass).sum((1, 2)), mean, atol=1 / 64)
        distance = np.linalg.norm(back - mean.reshape(2, 1, 1), axis=0)
        assert (mass * (distance < radius + 1 / 64)).sum() > 0.99
        # A disc of radius r has the mean square r²/2.
        assert (mass * distance**2).sum() == pytest.approx(radius**2 / 2, rel=0.05)


@pytest.mark.parametrize("solver", [SGA(), CWB(reg=0.002)], ids=lambda s: s.label)
def test_origins_undo_the_transport(solver):
    """The map and the mean of the mass that has really moved tell the same, cell by cell."""
    problem = four_shapes(64)
    best = last_of(run(problem, solver=solver, steps=60)).best
    potentials = solver.potentials(problem, best.state)
    maps = origins(problem, potentials)
    assert maps.min() >= 0
    assert maps.max() <= 1
    for i, back in enumerate(maps):
        image, origin = displaced(problem, potentials, i, 1.0)
        error = np.linalg.norm(back - origin, axis=0)
        assert (error * image).sum() / image.sum() < 1 / 64


def test_the_way_begins_in_the_marginal_and_ends_in_the_barycenter():
    problem, best = two_discs()
    potentials = SGA().potentials(problem, best.state)
    for i, marginal in enumerate(problem.marginals):
        start, origin = displaced(problem, potentials, i, 0.0)
        np.testing.assert_array_equal(start, marginal)
        np.testing.assert_allclose(origin, np.where(marginal > 0, centres(problem.shape), 0))
        end, _ = displaced(problem, potentials, i, 1.0)
        np.testing.assert_allclose(end, problem.domain.padded(best.state.images, problem.shape)[i])


@pytest.mark.parametrize("dims", [(20, 33), (9, 12, 10)], ids=str)
@pytest.mark.parametrize("fraction", [0.0, 0.3, 1.0])
def test_mass_is_kept_and_nothing_is_undefined(rng, dims, fraction):
    problem = GridProblem(np.where(rng.random((3, *dims)) < 0.3, rng.random((3, *dims)), 0))
    potentials = 0.02 * rng.standard_normal((3, *dims))
    assert origins(problem, potentials).shape == (3, len(dims), *dims)
    image, origin = displaced(problem, potentials, 2, fraction)
    assert image.mean() == pytest.approx(1, rel=1e-12)
    assert origin.shape == (len(dims), *dims)
    np.testing.assert_array_equal(origin[:, image == 0], 0)
    for axis, x in enumerate(axes(dims)):
        assert (origin[axis] * image).sum() == pytest.approx((x * problem.marginals[2]).sum())


def test_zero_potentials_move_nothing():
    problem = four_shapes(16)
    still = np.zeros_like(problem.marginals)
    np.testing.assert_allclose(origins(problem, still)[0], centres((16, 16)))
    image, _ = displaced(problem, still, 1, 1.0)
    spread = push_forward(still[:1], problem.marginals[1:2], problem.spacing, spread=True)[0]
    np.testing.assert_allclose(image, spread)


@pytest.mark.parametrize(
    ("marginal", "fraction", "message"),
    [
        (4, 0.5, "marginal: is 4, but must be in 0 … 3"),
        (-1, 0.5, "marginal: is -1, but must be in 0 … 3"),
        (0, 1.01, r"fraction: is 1\.01, but must be in \[0, 1\]"),
        (0, float("nan"), r"fraction: is nan, but must be in \[0, 1\]"),
    ],
)
def test_errors_read_well(marginal, fraction, message):
    problem = four_shapes(8)
    with pytest.raises(ValueError, match=message):
        displaced(problem, np.zeros_like(problem.marginals), marginal, fraction)


def test_potentials_are_checked():
    problem = four_shapes(8)
    for wrong, message in (
        (np.zeros((3, 8, 8)), r"potentials: have the shape \(3, 8, 8\), but need \(4, 8, 8\)"),
        (np.full((4, 8, 8), np.inf), "potentials: contain NaN or infinity"),
    ):
        with pytest.raises(ValueError, match=message):
            origins(problem, wrong)
        with pytest.raises(ValueError, match=message):
            displaced(problem, wrong, 0, 0.5)
