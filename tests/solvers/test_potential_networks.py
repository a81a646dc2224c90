"""Congruent potentials: their sum, and their slopes written out."""

import numpy as np
import pytest
import torch

from solvers.potential_networks import Potentials, fresh_parameters

WEIGHTS = {2: (0.3, 0.7), 3: (0.2, 0.5, 0.3), 5: (0.1, 0.2, 0.3, 0.0, 0.4)}


def random_potentials(weights, dimension=3, seed=0, dtype=torch.float32, kept=None):
    """Potentials whose heads are not zero, in a frame that is not the identity."""
    generator = torch.Generator().manual_seed(seed)
    parameters = fresh_parameters(len(weights), dimension, 16, generator)
    for name in ("heads", "linear"):
        parameters[name] = torch.randn(parameters[name].shape, generator=generator)
    frame = {
        "centre": torch.linspace(-1, 1, dimension),
        "scale": torch.tensor(1.7),
        "unit": torch.tensor(0.6),
    }
    return Potentials(
        {name: value.to(dtype) for name, value in parameters.items()},
        torch.tensor(weights, dtype=dtype),
        tuple(range(len(weights))) if kept is None else kept,
        {name: value.to(dtype) for name, value in frame.items()},
    )


def points(*shape, seed=1, dtype=torch.float32):
    return 2 * torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=str)
def test_potentials_are_congruent(weights):
    potentials = random_potentials(weights)
    values = potentials.values(points(500, 3))
    assert values.abs().max() > 1
    assert (potentials.weights @ values).abs().max() < 1e-6 * values.abs().max()


def test_they_stay_congruent_where_one_has_no_weight():
    potentials = random_potentials(WEIGHTS[5], kept=(0, 1, 2, 4))
    values = potentials.values(points(500, 3))
    shares = potentials.weights[[0, 1, 2, 4]]
    assert (shares @ values).abs().max() < 1e-6 * values.abs().max()


def test_fresh_potentials_are_zero_and_a_single_one_is_always():
    fresh = fresh_parameters(3, 2, 8, torch.Generator().manual_seed(0))
    potentials = random_potentials(WEIGHTS[3])
    at_zero = Potentials(fresh, potentials.weights, (0, 1, 2), random_potentials((1.0,), 2).frame)
    assert (at_zero.values(points(20, 2)) == 0).all()
    assert (random_potentials((1.0,)).values(points(20, 3)) == 0).all()


def test_own_values_are_the_diagonal_of_all():
    potentials = random_potentials(WEIGHTS[3])
    y = points(3, 40, 3)
    each = torch.stack([potentials.values(y[k])[k] for k in range(3)])
    torch.testing.assert_close(potentials.own_values(y), each)
    torch.testing.assert_close(potentials.own_slopes(y)[0], each)
    alone = torch.cat([potentials.only(k).own_values(y[k : k + 1]) for k in range(3)])
    torch.testing.assert_close(alone, each)


def test_slopes_are_those_of_automatic_derivatives():
    potentials = random_potentials(WEIGHTS[3], dtype=torch.float64)
    y = points(3, 40, 3, dtype=torch.float64).requires_grad_()
    (slopes,) = torch.autograd.grad(potentials.own_values(y).sum(), y)
    torch.testing.assert_close(potentials.own_slopes(y)[1], slopes)


def test_slopes_are_those_of_finite_differences():
    potentials = random_potentials(WEIGHTS[2], dimension=2, dtype=torch.float64)
    y, step = points(2, 30, 2, dtype=torch.float64), 1e-6
    slopes = potentials.own_slopes(y)[1]
    for i, axis in enumerate(step * torch.eye(2, dtype=torch.float64)):
        rise = potentials.own_values(y + axis) - potentials.own_values(y - axis)
        np.testing.assert_allclose(slopes[..., i], rise / (2 * step), atol=1e-7)


def test_parameters_follow_the_seed():
    first, same, other = (
        fresh_parameters(2, 2, 8, torch.Generator().manual_seed(seed)) for seed in (3, 3, 4)
    )
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["weight0"], other["weight0"])
