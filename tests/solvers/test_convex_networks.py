"""Convexity, gradients against automatic and finite differences, clipping, mixtures."""

import pytest
import torch

from solvers.convex_networks import (
    clip,
    convex_network,
    generated,
    generator_network,
    gradients,
    mixed,
    nonnegative,
    penalty,
    values,
)

STACK = 3
CASES = [(1, [4]), (2, [8, 8]), (5, [16, 8, 4])]


def random_network(dimension, widths, seed=0, stack=(STACK,)):
    """Stacked networks with noise on all weights, so that some are negative; float64."""
    generator = torch.Generator().manual_seed(seed)
    network = convex_network(stack, dimension, widths, generator)
    return {
        name: (tensor + 0.3 * torch.randn(tensor.shape, generator=generator)).double()
        for name, tensor in network.items()
    }


def points(count, dimension, seed=1, stack=STACK):
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn((stack, count, dimension), generator=generator, dtype=torch.float64)


def convexity_gap(network, dimension):
    """``½(f(x) + f(y)) − f(½(x + y))`` of 2,000 pairs for each network: ≥ 0 if convex."""
    x, y = points(2000, dimension, seed=1), points(2000, dimension, seed=2)
    ends = (values(network, x) + values(network, y)) / 2
    return (ends - values(network, (x + y) / 2)).min()


@pytest.mark.parametrize(("dimension", "widths"), CASES)
@pytest.mark.parametrize("seed", range(3))
def test_clipped_networks_are_convex(dimension, widths, seed):
    network = random_network(dimension, widths, seed)
    clip(network)
    assert convexity_gap(network, dimension) >= -1e-10
    assert penalty(network) == 0


def test_a_network_with_negative_weights_is_not_convex_and_is_penalised():
    network = random_network(2, [8, 8])
    network["quadratic"] *= 0
    network["out"] = -network["out"].abs()
    assert convexity_gap(network, 2) < -1e-3
    expected = sum(
        (tensor[tensor < 0] ** 2).sum() for tensor in (network["hidden2"], network["out"])
    )
    assert penalty(network) == pytest.approx(float(expected))


def test_clipping_leaves_the_rest_alone():
    network = random_network(2, [8, 8])
    before = {name: tensor.clone() for name, tensor in network.items()}
    clip(network)
    for name, tensor in network.items():
        clipped = name in ("hidden2", "out")
        assert torch.equal(tensor, before[name].clamp(min=0) if clipped else before[name])
    assert len(list(nonnegative(network))) == 2


@pytest.mark.parametrize(("dimension", "widths"), CASES)
def test_gradients_are_those_of_autograd(dimension, widths):
    network = random_network(dimension, widths)
    x = points(20, dimension).requires_grad_()
    (expected,) = torch.autograd.grad(values(network, x).sum(), x)
    torch.testing.assert_close(gradients(network, x), expected)


def test_gradients_are_those_of_finite_differences():
    network, x, step = random_network(3, [8, 8]), points(20, 3), 1e-5
    found = gradients(network, x)
    for axis in range(3):
        shift = torch.zeros(3, dtype=torch.float64)
        shift[axis] = step
        difference = (values(network, x + shift) - values(network, x - shift)) / (2 * step)
        torch.testing.assert_close(found[..., axis], difference, atol=1e-6, rtol=1e-5)


def test_gradients_can_be_differentiated_in_points_and_weights():
    """What trains the maps: the derivative of a function of ``∇f`` in the weights."""
    network, x = random_network(2, [4, 4]), points(5, 2)

    def loss(x, *tensors):
        return gradients(dict(zip(network, tensors, strict=True)), x)

    inputs = [x, *network.values()]
    assert torch.autograd.gradcheck(loss, [tensor.requires_grad_() for tensor in inputs])


def test_without_hidden_units_there_is_the_quadratic():
    network = random_network(2, [4])
    network["out"] *= 0
    x = points(10, 2)
    rows = x @ network["quadratic"]
    torch.testing.assert_close(
        gradients(network, x), rows @ network["quadratic"].mT + network["slope"]
    )


def test_fresh_networks_are_near_half_the_square():
    network = convex_network((STACK,), 4, [16, 16], torch.Generator().manual_seed(0))
    x = torch.randn((STACK, 500, 4), generator=torch.Generator().manual_seed(1))
    assert ((gradients(network, x) - x) ** 2).mean() < 0.05


def test_stacked_networks_do_not_touch():
    network, x = random_network(2, [8, 8]), points(10, 2)
    for k in range(STACK):
        alone = {name: tensor[k : k + 1] for name, tensor in network.items()}
        torch.testing.assert_close(values(alone, x[k : k + 1]), values(network, x)[k : k + 1])
        torch.testing.assert_close(gradients(alone, x[k]), gradients(network, x[k])[k : k + 1])


def test_mixtures_of_convex_networks_are_convex():
    network = random_network(2, [8, 8], stack=(4, STACK))
    clip(network)
    mixture = mixed(network, torch.tensor([0.1, 0.5, 0.0, 2.0], dtype=torch.float64))
    assert convexity_gap(mixture, 2) >= -1e-10
    corner = mixed(network, torch.tensor([0.0, 1.0, 0.0, 0.0], dtype=torch.float64))
    for name, tensor in corner.items():
        torch.testing.assert_close(tensor, network[name][1])


def test_the_generator_is_a_linear_part_and_a_perceptron():
    network = generator_network((1,), 3, 3, [8, 8], torch.Generator().manual_seed(0))
    z = torch.randn((50, 3), generator=torch.Generator().manual_seed(1))
    assert generated(network, z).shape == (1, 50, 3)
    assert ((generated(network, z)[0] - z) ** 2).mean() < 0.1
    network["weights3"] *= 0
    network["biases3"] *= 0
    torch.testing.assert_close(generated(network, z), z @ network["linear"])
