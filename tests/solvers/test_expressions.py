"""Formulas from outside are read exactly, and nothing else gets in."""

import ast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import expressions
from solvers.expression_costs import Expression

NAMES = ("x1", "x2", "y1", "y2", "r")


def value(text, **variables):
    return expressions.read(text, NAMES).evaluate(np, variables)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2*3", 7),
        ("2**3**2", 512),
        ("-2**2", -4),
        ("+(1 - 4)/2", -1.5),
        ("abs(-2) + hypot(3, 4)", 7),
        ("minimum(1, 2) - maximum(1, 2)", -1),
        ("cos(pi)", -1),
        ("  sqrt(16)\t", 4),
        ("x1 - 2*y1", -4),
        ("x1**y1/r", 0.8),
        ("tanh(0*x2) + log(exp(y2))", 6),
    ],
)
def test_values(text, expected):
    variables = {"x1": 2.0, "x2": 3.0, "y1": 3.0, "y2": 6.0, "r": 10.0}
    assert value(text, **{k: np.array(v) for k, v in variables.items()}) == pytest.approx(expected)


def test_the_variables_that_occur_are_known():
    assert expressions.read("x1*r + pi - 0*y2", NAMES).names == {"x1", "r", "y2"}


@pytest.mark.parametrize("name", expressions.FUNCTIONS)
def test_pytorch_and_numpy_know_every_function(name):
    import torch

    text = f"{name}({', '.join(['x1', '0.3'][: expressions.FUNCTIONS[name]])})"
    x = np.array([0.2, 0.7])
    formula = expressions.read(text, NAMES)
    found = formula.evaluate(torch, {"x1": torch.tensor(x)})
    np.testing.assert_allclose(found.numpy(), formula.evaluate(np, {"x1": x}), rtol=1e-12)


REFUSED = {
    "nothing": ("", r"is empty"),
    "space": (" \n ", r"is empty"),
    "long": ("x1+" * 100 + "x1", r"has 302 characters, but must have at most 200"),
    "many": ("r*" * 60 + "r", r"more than 60"),
    "half": ("x1 +", r"“x1 \+” is no formula"),
    "null": ("x1\0", r"is no formula"),
    "parentheses": ("(" * 150 + ")" * 50, r"is no formula"),
    "deep": ("-" * 190 + "x1", r"more than 60"),
    "two": ("x1; x2", r"is no formula"),
    "assignment": ("x1 = 2", r"is no formula"),
    "import": ("__import__('os')", r"“__import__” is no name.*x1, x2, y1, y2, r, pi.*abs"),
    "eval": ("eval('1')", r"“eval” is no name"),
    "name": ("z1 + x1", r"“z1” is no name"),
    "space of three": ("x3", r"“x3” is no name"),
    "attribute": ("x1.real", r"“x1.real” is nothing"),
    "method": ("x1.sum()", r"“x1.sum\(\)” is nothing"),
    "hidden": ("().__class__", r"“\(\).__class__” is nothing"),
    "index": ("x1[0]", r"“x1\[0\]” is nothing"),
    "comparison": ("x1 < y1", r"“x1 < y1” is nothing"),
    "choice": ("x1 if x2 else y1", r"is nothing"),
    "caret": ("x1^2", r"“x1\^2” is nothing.*\*\*"),
    "floor": ("x1//2", r"is nothing"),
    "not": ("~x1", r"is nothing"),
    "lambda": ("lambda: 0", r"is nothing"),
    "comprehension": ("[x1 for x1 in x1]", r"is nothing"),
    "walrus": ("(x1 := 2)", r"is nothing"),
    "keyword": ("sqrt(x=x1)", r"is nothing"),
    "starred": ("abs(*x1)", r"is nothing"),
    "text": ("x1 + 'a'", r"“'a'” is no number"),
    "true": ("True", r"“True” is no number"),
    "none": ("None", r"“None” is no number"),
    "dots": ("...", r"is no number"),
    "complex": ("1j*x1", r"“1j” is no number"),
    "bare function": ("abs", r"“abs” is a function.*abs\(x1\)"),
    "too few": ("minimum(x1)", r"gives minimum 1 arguments, but it takes 2"),
    "too many": ("abs(x1, x2)", r"gives abs 2 arguments, but it takes 1"),
    "tower": ("9**9**9**9", r"is inf, but must be a finite number"),
    "large": ("1e999*r", r"is inf"),
    "larger": ("1" * 199, None),
    "zero": ("x1 + 1/0", r"“1/0” is inf"),
    "root": ("sqrt(-1)", r"“sqrt\(-1\)” is nan"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_formula_gets_one_sentence(case):
    text, message = REFUSED[case]
    if message is None:
        assert value(text) == pytest.approx(float(text))
        return
    with pytest.raises(ValueError, match=r"(?s)^expression: .*" + message) as caught:
        expressions.read(text, NAMES)
    assert len(str(caught.value)) < 300


@given(st.text(max_size=60) | st.text("x12y()*+-/.,abs ", max_size=40))
def test_any_text_is_a_formula_or_refused(text):
    try:
        formula = expressions.read(text, NAMES)
    except ValueError as error:
        assert str(error).startswith("expression: ")  # noqa: PT017
    else:
        assert isinstance(ast.parse(formula.text, mode="eval"), ast.Expression)
        assert formula.names <= set(NAMES)


def test_a_cost_is_worked_out_in_blocks(rng, monkeypatch):
    x, y = rng.random((30, 3)), rng.random((20, 3))
    cost = Expression("r**2 + abs(x3 - y1)", 3)
    whole = cost.matrix(0, x, y)
    monkeypatch.setattr("solvers.expression_costs._BLOCK", 70)
    np.testing.assert_array_equal(cost.matrix(0, x, y), whole)
    expected = ((x[:, None] - y) ** 2).sum(axis=2) + np.abs(x[:, None, 2] - y[:, 0])
    np.testing.assert_allclose(whole, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x1 - y1", r"is -0.5 at x = \(0.25, 0.5\), y = \(0.75, 0.5\)"),
        ("log(r)", r"is -0.693 at"),
        ("1/(x2 - 0.5)", r"is inf at"),
        ("(x1 - 0.5)**0.5", r"is nan at"),
        ("-1", r"is -1 at"),
    ],
)
def test_a_cost_must_be_finite_and_not_negative(text, found):
    cost = Expression(text)
    x, y = np.array([[0.25, 0.5]]), np.array([[0.75, 0.5]])
    for ask in (cost.matrix, cost.pairs):
        with pytest.raises(ValueError, match=r"^expression: " + found):
            ask(0, x, y)
    with pytest.raises(ValueError, match=r"^expression: .* must be finite and ≥ 0"):
        cost.check([x, y])


def test_rounding_below_zero_is_no_negative_cost(rng):
    cost = Expression("x1**2 - 2*x1*y1 + y1**2")
    x = rng.random((500, 2))
    assert cost.matrix(0, x, x).min() == 0


def test_a_cost_may_be_constant(rng):
    x = rng.random((4, 2))
    cost = Expression("2")
    np.testing.assert_array_equal(cost.matrix(0, x, x), np.full((4, 4), 2))
    np.testing.assert_array_equal(cost.gradient(0, x, x), np.zeros((4, 2)))
    np.testing.assert_array_equal(cost.barycentres([x, x], np.array([0.5, 0.5]), x), x)


def test_barycentres_stay_where_the_cost_is_one(rng):
    """To the right it is negative, without end."""
    cost = Expression("1 + y1 - x1")
    ys = [rng.random((20, 2)) for _ in range(2)]
    x = cost.barycentres(ys, np.array([0.5, 0.5]))
    assert all((cost.pairs(0, x, y) >= 0).all() for y in ys)
    assert x[:, 0].min() > 1


def test_a_cost_that_falls_without_end_keeps_points_at_hand(rng):
    ys = [rng.random((20, 2)) for _ in range(2)]
    assert np.abs(Expression("exp(y1 - x1)").barycentres(ys, np.array([0.5, 0.5]))).max() < 12
