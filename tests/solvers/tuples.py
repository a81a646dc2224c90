"""Tuples of points, one of each marginal, and what it costs to gather them."""


def tuples(rng, costs, n=8, count=3):
    """Random ones (n, d_k) for each of the marginals, and weights (count,)."""
    ys = [rng.random((n, costs.marginal_dimension)) for _ in range(count)]
    weights = rng.random(count) + 0.1
    return ys, weights / weights.sum()


def total(costs, x, ys, weights):
    """``Σ α_k c_k(x, y_k)``, row by row, (n,)."""
    return sum(w * costs.pairs(k, x, y) for k, (w, y) in enumerate(zip(weights, ys, strict=True)))
