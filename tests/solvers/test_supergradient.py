"""The push-forward on nodes against brute force, and as a supergradient of the discrete dual."""

import numpy as np
import pytest

from solvers.arrays import mean_products
from solvers.kernels import c_transform, push_to_nodes
from tests.solvers.helpers import axes, waves

DIMS = [(3, 7, 9), (2, 12, 5), (2, 4, 6, 5)]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("dims", DIMS, ids=str)
def test_every_cell_moves_to_the_node_that_it_chooses(rng, dims):
    shape = dims[1:]
    spacing = 1 / max(shape)
    f, densities = rng.random(dims) * 0.05, rng.random(dims)
    nodes = np.stack(np.broadcast_arrays(*axes(shape)), axis=-1).reshape(-1, len(shape))
    cost = 0.5 * ((nodes[:, None] - nodes) ** 2).sum(axis=-1)
    images = push_to_nodes(f, densities, spacing)
    for i in range(dims[0]):
        chosen = (cost - f[i].ravel()).argmin(axis=1)
        expected = np.bincount(chosen, densities[i].ravel(), minlength=len(nodes))
        np.testing.assert_allclose(images[i].ravel(), expected, atol=1e-14)


@pytest.mark.parametrize("dims", DIMS, ids=str)
def test_supergradient_inequality(rng, dims):
    """``∫ g^c dμ ≤ ∫ f^c dμ − ⟨g − f, ρ⟩`` for all g, with ρ the push-forward for f."""
    spacing = 1 / max(dims[1:])
    densities = rng.random(dims)
    densities /= densities.mean(axis=tuple(range(1, len(dims))), keepdims=True)

    def transported(potentials):
        return mean_products(c_transform(potentials, spacing), densities)

    for amplitude in (0.05, 0.5):
        f, g = waves(rng, dims, amplitude), waves(rng, dims, amplitude)
        on_nodes = push_to_nodes(f, densities, spacing)
        bound = transported(f) - mean_products(g - f, on_nodes)
        assert (transported(g) <= bound + 1e-14).all()
        assert (transported(g) < bound - 1e-8).any()
