"""Barycenters with a known answer: translates, Gaussians, linear programs, the paper's figure."""

import warnings

import numpy as np
import pytest

from solvers import GridProblem
from solvers.datasets import SHAPES, shape
from tests.solvers.helpers import ALPHA, axes, dual, four_shapes, gaussian, moments, run


def best_dual(its):
    return dual(its[-1].best)


@pytest.mark.parametrize(
    ("dims", "cells", "first_weight", "std", "off"),
    [
        ((128, 128), (16, 24), 0.5, 0.04, 0.03),
        ((128, 128), (-32, 16), 0.75, 0.04, 0.03),
        ((64, 128), (8, 40), 0.25, 0.04, 0.03),
        ((24, 24, 24), (4, 0, -8), 0.75, 0.09, 0.12),
    ],
    ids=str,
)
def test_translates(dims, cells, first_weight, std, off):
    """Between a density and its translate by s lies the translate by α₂ s, ½ α₁ α₂ |s|² away."""
    n, along = max(dims), tuple(range(len(dims)))
    middle = np.array(dims) / n / 2
    blob = gaussian(dims, middle - 0.02, std) + 2 * gaussian(dims, middle + 0.04, 0.8 * std)
    blob[blob < 0.1] = 0
    start = np.roll(blob, [-c // 2 for c in cells], along)
    weights = (first_weight, 1 - first_weight)
    its = run(GridProblem([start, np.roll(start, cells, along)], weights))
    between = np.roll(start, [round(weights[1] * c) for c in cells], along)
    between /= between.mean()
    exact = 0.5 * weights[0] * weights[1] * np.sum((np.array(cells) / n) ** 2)
    assert best_dual(its) == pytest.approx(exact, rel=5e-3)
    assert np.abs(its[-1].best.barycenter - between).mean() < off


@pytest.mark.parametrize(
    ("means", "stds", "weights"),
    [
        ([(0.4, 0.35), (0.6, 0.6)], [(0.05, 0.08), (0.09, 0.06)], (0.5, 0.5)),
        ([(0.35, 0.5), (0.6, 0.4), (0.6, 0.65)], [0.05, (0.08, 0.05), 0.07], (0.5, 0.2, 0.3)),
    ],
    ids=["two", "three"],
)
def test_gaussians(means, stds, weights):
    """Axis-parallel Gaussians: means and standard deviations are averaged."""
    dims = (128, 128)
    means, stds, weights = (
        np.array(means),
        np.array([np.ones(2) * s for s in stds]),
        np.array(weights),
    )
    problem = GridProblem([gaussian(dims, *ms) for ms in zip(means, stds, strict=True)], weights)
    its = run(problem)
    mean, std = weights @ means, weights @ stds
    exact = 0.5 * weights @ (((means - mean) ** 2).sum(1) + ((stds - std) ** 2).sum(1))
    found_mean, found_std = moments(its[-1].best.barycenter)
    np.testing.assert_allclose(found_mean, mean, atol=0.2 / 128)
    np.testing.assert_allclose(found_std, std, rtol=0.03)
    assert best_dual(its) == pytest.approx(exact, rel=0.01)


def test_rotated_gaussians():
    """Correlated Gaussians, mirror images of each other: the covariance solves the fixed point."""
    from scipy.linalg import sqrtm

    x, y = (a - 0.5 for a in axes((128, 128)))
    covariances = [np.array([[0.006, s * 0.004], [s * 0.004, 0.006]]) for s in (1, -1)]
    densities = []
    for (a, b), (_, d) in map(np.linalg.inv, covariances):
        densities.append(np.exp(-0.5 * (a * x**2 + 2 * b * x * y + d * y**2)))
    its = run(GridProblem(densities), steps=200)
    s = sqrtm(covariances[0])
    cross = sqrtm(s @ covariances[1] @ s)
    squared_distance = np.trace(covariances[0] + covariances[1] - 2 * cross)
    assert best_dual(its) == pytest.approx(squared_distance / 8, rel=0.01)
    _, std = moments(its[-1].best.barycenter)
    geodesic = 0.25 * (np.trace(covariances[0] + covariances[1]) + 2 * np.trace(cross))
    np.testing.assert_allclose(std, np.sqrt(geodesic / 2), rtol=0.01)


@pytest.mark.parametrize(("n", "short_by"), [(10, 0.02), (14, 0.01), (20, 0.003)])
def test_dual_stays_below_the_linear_program(n, short_by):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of whatever optional packages POT finds
        import ot

    marginals = np.stack([shape(name, n).ravel() for name in SHAPES])
    marginals /= marginals.sum(axis=1, keepdims=True)
    nodes = np.stack(np.broadcast_arrays(*axes((n, n))), axis=-1).reshape(-1, 2)
    cost = 0.5 * ot.dist(nodes)
    barycenter = ot.lp.barycenter(marginals.T, cost, np.array(ALPHA))
    barycenter = np.clip(barycenter, 0, None) / np.clip(barycenter, 0, None).sum()
    exact = sum(w * ot.emd2(a, barycenter, cost) for w, a in zip(ALPHA, marginals, strict=True))
    ratios = [dual(it) / exact for it in run(four_shapes(n), steps=150)]
    assert 1 - short_by < max(ratios) <= 1 + 1e-9


def test_four_shapes_reach_the_papers_figure_early():
    duals = [dual(it) for it in run(four_shapes(256), steps=20)]
    assert next(k for k, value in enumerate(duals) if value >= 5.915e-3) < 60
