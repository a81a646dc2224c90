"""Ground costs agree with plain loops, and no point is better than a ground barycentre."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize

from solvers.bijected_costs import Bijected, Twister
from solvers.costs import PowerNorm, SquaredEuclidean
from solvers.expression_costs import Expression
from solvers.projected_costs import Circles, Projections
from tests.solvers.tuples import total, tuples

CUBE = Bijected(lambda x: x**3, np.cbrt, lambda x, slopes: 3 * x**2 * slopes, "a cube", 3)

# For three marginals.
CONVEX = [
    SquaredEuclidean(),
    SquaredEuclidean(3),
    *(PowerNorm(p, q) for p in (1, 1.5, 2, 3) for q in (1, 1.5, 2, 3)),
    *(PowerNorm(p, q, 3) for p, q in [(1, 1), (1, 2), (1.5, 1.5), (1.5, 3), (2, 1), (4, 1.1)]),
    Projections.usual(3, 1),
    Projections.usual(3, 2),
]
COSTS = [
    *CONVEX,
    Twister(),
    CUBE,
    Circles.usual(3),
    Expression("abs(x1 - y1)**1.5 + 2*(x2 - y2)**2"),
    Expression("1 - exp(-20*r**2)"),
]


def named(costs):
    return f"{costs.formula} {costs.dimension}"


@pytest.mark.parametrize("costs", COSTS, ids=named)
def test_matrix_and_pairs_agree(rng, costs):
    (y, *_), _ = tuples(rng, costs)
    x = rng.random((5, costs.dimension))
    matrix = costs.matrix(1, x, y)
    assert matrix.shape == (5, 8)
    for i in range(5):
        pairs = costs.pairs(1, np.repeat(x[i : i + 1], 8, axis=0), y)
        np.testing.assert_allclose(matrix[i], pairs, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("costs", COSTS, ids=named)
def test_allowed_costs_are_those_of_pairs(rng, costs):
    (y, *_), _ = tuples(rng, costs)
    x = rng.random((8, costs.dimension))
    np.testing.assert_allclose(costs.allowed(1, x, y), costs.pairs(1, x, y), rtol=1e-12)


def test_where_a_point_is_not_allowed_the_cost_is_infinite():
    x, y = np.array([[0.25, 0.0], [-0.25, 0.0], [0.0, 0.0]]), np.zeros((3, 2))
    assert Expression("sqrt(x1)").allowed(0, x, y).tolist() == [0.5, np.inf, 0.0]
    assert Expression("x1").allowed(0, x, y).tolist() == [0.25, np.inf, 0.0]


@pytest.mark.parametrize("costs", COSTS, ids=named)
def test_gradient_is_the_slope_of_pairs(rng, costs):
    (y, *_), _ = tuples(rng, costs)
    x, h = rng.random((8, costs.dimension)), 1e-6
    for i, step in enumerate(h * np.eye(costs.dimension)):
        slope = (costs.pairs(0, x + step, y) - costs.pairs(0, x - step, y)) / (2 * h)
        np.testing.assert_allclose(costs.gradient(0, x, y)[:, i], slope, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("costs", COSTS, ids=named)
def test_gradient_at_a_kink_is_finite(costs):
    middle = np.full((1, costs.dimension), 0.5)
    y = np.full((1, costs.marginal_dimension), 0.5)
    assert np.isfinite(costs.gradient(0, middle, y)).all()


@pytest.mark.parametrize("costs", COSTS, ids=named)
def test_no_point_is_better_than_the_barycentre(rng, costs):
    ys, weights = tuples(rng, costs)
    found = total(costs, costs.barycentres(ys, weights), ys, weights)
    probes = rng.random((4000, costs.dimension))
    for i in range(8):
        row = [np.repeat(y[i : i + 1], len(probes), axis=0) for y in ys]
        assert found[i] <= total(costs, probes, row, weights).min() * (1 + 1e-6)


@pytest.mark.parametrize("costs", CONVEX, ids=named)
def test_barycentres_of_convex_costs_are_those_of_scipy(rng, costs):
    ys, weights = tuples(rng, costs, n=3)
    x = costs.barycentres(ys, weights)
    found = total(costs, x, ys, weights)
    for i in range(3):
        row = [y[i : i + 1] for y in ys]

        def value(point, row=row):
            return total(costs, point[None], row, weights)[0]

        options = {"xatol": 1e-11, "fatol": 1e-13, "maxiter": 4000}
        best = minimize(value, x[i] + 0.01, method="Nelder-Mead", options=options).fun
        assert found[i] <= best * (1 + 1e-6)


@pytest.mark.parametrize("costs", COSTS, ids=named)
def test_never_worse_than_the_start_or_any_of_the_tuple(rng, costs):
    ys, weights = tuples(rng, costs, n=100)
    for start in (rng.random((100, costs.dimension)), 3 * rng.random((100, costs.dimension)) - 1):
        found = total(costs, costs.barycentres(ys, weights, start), ys, weights)
        candidates = [start, *(ys if costs.same_space else [])]
        for candidate in candidates:
            assert (found <= total(costs, candidate, ys, weights) * (1 + 1e-9) + 1e-15).all()


@pytest.mark.parametrize("costs", COSTS, ids=named)
def test_a_barycentre_stays_where_it_is(rng, costs):
    ys, weights = tuples(rng, costs)
    first = costs.barycentres(ys, weights)
    for _ in range(3):
        last, first = first, costs.barycentres(ys, weights, first)
    np.testing.assert_allclose(first, last, atol=1e-12)


@pytest.mark.parametrize("costs", [c for c in COSTS if c.same_space], ids=named)
def test_the_barycentre_of_equal_points_costs_nothing(rng, costs):
    y = rng.random((4, costs.dimension))
    if isinstance(costs, Circles):
        ys = [costs.project(k, y) for k in range(3)]
    else:
        ys = [y] * 3
        np.testing.assert_allclose(costs.barycentres(ys, np.full(3, 1 / 3)), y, atol=1e-12)
    weights = np.full(3, 1 / 3)
    np.testing.assert_allclose(
        total(costs, costs.barycentres(ys, weights, y), ys, weights), 0, atol=1e-12
    )


@pytest.mark.parametrize("costs", COSTS, ids=named)
def test_a_marginal_without_weight_may_stand_anywhere(rng, costs):
    ys, _ = tuples(rng, costs, n=4)
    weights = np.array([0.5, 0.5, 0.0])
    found = [
        total(costs, costs.barycentres([*ys[:2], third], weights), ys, weights)
        for third in (ys[2], ys[2] + 0.3)
    ]
    np.testing.assert_allclose(*found, rtol=1e-6)


def test_one_coordinate_at_a_time():
    """Weighted medians for p = q = 1, the middle of an interval of them; means for 2."""
    ys = [np.array([[t, 0.0]]) for t in (0.0, 1.0, 4.0, 5.0)]
    equal, heavy = np.full(4, 0.25), np.array([0.6, 0.2, 0.1, 0.1])
    assert PowerNorm(1, 1).barycentres(ys, equal)[0, 0] == 2.5
    assert PowerNorm(1, 1).barycentres(ys, heavy)[0, 0] == 0.0
    assert PowerNorm(2, 2).barycentres(ys, heavy)[0, 0] == pytest.approx(1.1)
    assert PowerNorm(3, 3).barycentres(ys, equal)[0, 0] == pytest.approx(2.5)
    # Two points: the slopes a tᵖ⁻¹ and b (1 − t)ᵖ⁻¹ balance.
    found = PowerNorm(1.5, 1.5).barycentres(ys[:2], np.array([1 / 3, 2 / 3]))[0, 0]
    assert found == pytest.approx(0.8)


def test_the_geometric_median_of_a_triangle_sees_its_sides_under_equal_angles():
    ys = [np.array([point]) for point in ([0.0, 0.0], [1.0, 0.1], [0.3, 0.8])]
    x = PowerNorm(2, 1).barycentres(ys, np.full(3, 1 / 3))
    rays = [(y - x)[0] / np.linalg.norm(y - x) for y in ys]
    for i in range(3):
        assert rays[i] @ rays[i - 1] == pytest.approx(-0.5, abs=1e-5)


def test_the_geometric_median_of_a_heavy_point_is_the_point(rng):
    ys, _ = tuples(rng, SquaredEuclidean())
    np.testing.assert_array_equal(PowerNorm(2, 1).barycentres(ys, np.array([0.2, 0.6, 0.2])), ys[1])


@settings(deadline=None, max_examples=40)
@given(
    arrays(float, (3, 4, 2), elements=st.floats(-2, 2, width=16)),
    arrays(float, 3, elements=st.floats(0.0625, 1, width=16)),
    st.floats(1, 4),
    st.floats(1, 4),
)
def test_any_exponents_and_coincidences(ys, weights, p, q):
    costs = PowerNorm(p, q)
    x = costs.barycentres(list(ys), weights)
    assert np.isfinite(x).all()
    found = total(costs, x, ys, weights)
    for candidate in (*ys, np.tensordot(weights / weights.sum(), ys, axes=1)):
        assert (found <= total(costs, candidate, ys, weights) * (1 + 1e-9) + 1e-12).all()


def test_scale_and_place_are_immaterial(rng):
    ys, weights = tuples(rng, SquaredEuclidean(), n=50)
    for p, q in ((2, 1), (1.5, 3)):
        plain = PowerNorm(p, q).barycentres(ys, weights)
        for factor in (1e-4, 1e4):
            moved = PowerNorm(p, q).barycentres([factor * (y + 1) for y in ys], weights)
            np.testing.assert_allclose(moved / factor - 1, plain, atol=1e-5)


def test_the_twister_turns_by_the_distance():
    x = np.array([[0.75, 0.5], [0.5, 0.5]])
    turned = Twister().project(0, x)
    np.testing.assert_allclose(turned[0], 0.5 + 0.25 * np.array([np.cos(1), np.sin(1)]))
    np.testing.assert_array_equal(turned[1], [0.5, 0.5])


def test_bijected_barycentres_are_means_of_images(rng):
    ys, weights = tuples(rng, CUBE)
    mean = np.tensordot(weights, np.stack(ys) ** 3, axes=1)
    np.testing.assert_allclose(CUBE.barycentres(ys, weights), np.cbrt(mean), rtol=1e-12)


REFUSED = {
    "p": (lambda: PowerNorm(0.9, 2), r"^p: is 0.9, but must be from 1 to 4"),
    "q": (lambda: PowerNorm(2, 5), r"^q: is 5, but must be"),
    "NaN": (lambda: PowerNorm(np.nan, 2), r"^p: is nan"),
    "dimension": (lambda: PowerNorm(2, 2, 4), r"^dimension: is 4, but must be 2 or 3"),
    "no dimension": (lambda: SquaredEuclidean(0), r"^dimension: is 0, but must be ≥ 1"),
    "centres": (lambda: Circles([1, 2], [1]), r"^centres: .*\(2,\).*\(K, 2\)"),
    "centres far": (lambda: Circles([[np.inf, 2]], [1]), r"^centres: must be finite"),
    "radii": (lambda: Circles([[0, 0]], [1, 2]), r"^radii: .*\(2,\).*\(1,\)"),
    "radius": (lambda: Circles([[0, 0]], [0]), r"^radii: .*positive"),
    "five circles": (lambda: Circles.usual(5), r"^measures: 5 given.*2 to 4"),
    "matrices": (lambda: Projections(np.eye(3)), r"^matrices: .*\(3, 3\).*\(K, 2, 3\)"),
    "rank": (lambda: Projections([[[1, 0, 0], [2, 0, 0]]]), r"^matrices: matrix 0 has rank 1"),
    "power": (lambda: Projections.usual(3, 3), r"^power: is 3, but must be 1 or 2"),
    "one shadow": (lambda: Projections.usual(1), r"^measures: 1 given"),
    "twist": (lambda: Twister(np.inf), r"^strength, centre: must be finite"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_settings_are_refused(case):
    make, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        make()


def test_marginals_that_do_not_fit_are_refused(rng):
    flat, solid = rng.random((5, 2)), rng.random((5, 3))
    for costs in COSTS:
        costs.check([solid if costs.marginal_dimension == 3 else flat] * 3)
    with pytest.raises(ValueError, match=r"^measures: measure 1 has points of dimension 3"):
        SquaredEuclidean().check([flat, solid])
    with pytest.raises(ValueError, match=r"^measures: measure 0 .* dimension 3.* dimension 2"):
        Projections.usual(2).check([solid, solid])
    with pytest.raises(ValueError, match=r"^measures: 2 given, but these costs are for 3"):
        Circles.usual(3).check([flat, flat])
    with pytest.raises(ValueError, match=r"^measures: measure 0 is so far off"):
        PowerNorm(2, 4).check([flat, 1e100 * flat])
