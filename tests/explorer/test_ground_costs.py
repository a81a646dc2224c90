"""The choice of a ground cost: as data, in an address, as Python, and by its controls."""

from __future__ import annotations

import importlib
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.inputs.ground_costs import FAMILIES, GroundCost, GroundCostInput
from solvers.bijected_costs import Twister
from solvers.costs import PowerNorm, SquaredEuclidean
from solvers.expression_costs import Expression
from solvers.projected_costs import Circles, Projections

SPELLINGS = {
    "squared": GroundCost(),
    "power~1.5~3": GroundCost("power", p=1.5, q=3.0),
    "circles": GroundCost("circles"),
    "shadows~1": GroundCost("shadows"),
    "shadows~2": GroundCost("shadows", power=2),
    "twister": GroundCost("twister"),
    "own~r%2A%2A1%2E5": GroundCost("own", expression="r**1.5"),
}


@pytest.fixture
def chooser():
    return GroundCostInput()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_costs_are_spelled_for_addresses(spelling):
    cost = SPELLINGS[spelling]
    assert cost.spelled() == spelling
    assert GroundCost.read(spelling) == cost
    assert re.fullmatch(r"[A-Za-z0-9.~_%-]+", spelling)


@given(st.floats(1, 4).map(lambda p: round(p, 1)), st.floats(1, 4).map(lambda q: round(q, 1)))
def test_exponents_come_back(p, q):
    cost = GroundCost("power", p=p, q=q)
    assert GroundCost.read(cost.spelled()) == cost


def test_every_family_has_a_spelling():
    assert {cost.family for cost in SPELLINGS.values()} == set(FAMILIES)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", r"^cost: “” is unknown; there are squared, power"),
        ("euclid", r"^cost: “euclid” is unknown"),
        ("euclid~2", r"^cost: “euclid” is unknown"),
        ("power", r"^cost: “power” must have the form “power~p~q”"),
        ("power~1~2~3", r"must have the form"),
        ("squared~2", r"^cost: “squared~2” must have the form “squared”"),
        ("power~a~1", r"^cost: p is “a”, but must be a number"),
        ("power~1~nan", r"^cost: q is “nan”"),
        ("power~9~1", r"^p: is 9, but must be from 1 to 4"),
        ("shadows~3", r"^power: is 3, but must be 1 or 2"),
        ("shadows~1.5", r"^power: is 1.5, but must be 1 or 2"),
        ("own~", r"^expression: is empty"),
        ("own~import%20os", r"^expression: “import os” is no formula"),
        ("own~x4", r"^expression: “x4” is no name"),
        ("x" * 500, r"^cost: “x{39}…” is unknown"),
    ],
)
def test_bad_spellings_get_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        GroundCost.read(text)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_code_makes_the_same_costs(spelling):
    cost = SPELLINGS[spelling]
    call, arguments, imports = cost.code(3)
    names = {
        name: getattr(importlib.import_module(module), name)
        for module, chosen in imports.items()
        for name in chosen
    }
    made, expected = eval(f"{call}({', '.join(arguments)})", names), cost.costs(3)
    assert type(made) is type(expected)
    random = np.random.default_rng(0)
    x = random.random((4, expected.dimension))
    y = random.random((5, expected.marginal_dimension))
    np.testing.assert_array_equal(made.matrix(1, x, y), expected.matrix(1, x, y))


def test_costs_fit_the_number_and_the_space_of_the_marginals():
    assert GroundCost().costs(2, 3) == SquaredEuclidean(3)
    assert GroundCost("power", p=1.0, q=3.0).costs(4) == PowerNorm(1.0, 3.0)
    assert GroundCost("circles").costs(4).count == 4
    assert GroundCost("shadows", power=2).costs(2).power == 2
    assert isinstance(GroundCost("twister").costs(2), Twister)
    solid = GroundCost("own", expression="abs(x3 - y3)")
    assert solid.costs(2, 3) == Expression("abs(x3 - y3)", 3)
    with pytest.raises(ValueError, match=r"^expression: “x3” is no name"):
        solid.costs(2, 2)


def test_circles_and_shadows_have_a_scene():
    kind, (centres, radii) = GroundCost.scene(Circles.usual(3))
    assert (kind, centres.shape, radii.shape) == ("circles", (3, 2), (3,))
    kind, matrices = GroundCost.scene(Projections.usual(2))
    assert (kind, matrices.shape) == ("shadows", (2, 2, 3))
    assert GroundCost.scene(SquaredEuclidean()) == ("plane", None)


def test_formulas_are_readable():
    assert GroundCost("power", p=1.5, q=1.5).formula == "c(x, y) = ‖x − y‖₁.₅^1.5"
    assert GroundCost("power", p=2.0, q=1.0).formula == "c(x, y) = ‖x − y‖₂"
    assert GroundCost().formula == "c(x, y) = ‖x − y‖²"
    assert GroundCost("own", expression=" r**2 ").formula == "c(x, y) = r**2"


def test_the_chosen_family_shows_its_own_controls(chooser):
    for family in FAMILIES:
        chooser.family = family
        shown = {name for name, controls in chooser._settings.items() if controls.visible}
        assert shown == {family} & {"power", "shadows", "own"}
        assert chooser.value.family == family
        assert chooser.value.formula.partition("<")[0] in chooser._formula.object


def test_sliders_and_switch_change_the_cost(chooser):
    chooser.family = "power"
    chooser.p, chooser.q = 3.0, 1.2
    assert chooser.value == GroundCost("power", p=3.0, q=1.2)
    chooser.family = "shadows"
    chooser.squared = True
    assert chooser.value == GroundCost("shadows", power=2)
    chooser.family = "power"
    assert chooser.value == GroundCost("power", p=3.0, q=1.2)


def test_a_wrong_formula_gets_a_sentence_and_the_cost_stays(chooser):
    chooser.family, chooser.expression = "own", "r**3"
    chooser._typed.value = "r**<b>"
    assert chooser.value == GroundCost("own", expression="r**3")
    assert chooser._problem.object.count('role="alert"') == 1
    assert "“r**&lt;b&gt;” is no formula" in chooser._problem.object
    assert "The previous cost stays." in chooser._problem.object
    assert chooser._typed.error_state
    chooser._typed.value = "r"
    assert chooser.value == GroundCost("own", expression="r")
    assert chooser._problem.object == ""
    assert not chooser._typed.error_state


def test_a_third_coordinate_is_refused_in_the_plane(chooser):
    chooser.family, chooser.expression = "own", "r"
    chooser.dimension = 2
    chooser._typed.value = "abs(y3 - x1)"
    assert (
        "y3: there is no third coordinate in the plane; there are x1, x2, y1, y2 and r."
        in chooser._problem.object
    )
    assert chooser._typed.error_state
    assert chooser.value == GroundCost("own", expression="r")
    chooser.dimension = 3
    assert chooser._problem.object == ""
    assert chooser.value == GroundCost("own", expression="abs(y3 - x1)")


def test_a_cost_that_is_loaded_may_come_with_clouds_in_space(chooser):
    solid = GroundCost("own", expression="abs(x3 - y3)")
    chooser.dimension = 2
    chooser.load(solid)
    assert (chooser.value, chooser._problem.object) == (solid, "")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_cost_can_be_loaded_in_one_go(chooser, spelling):
    seen = []
    chooser.param.watch(lambda event: seen.append(event.new), "value")
    chooser.load(SPELLINGS[spelling])
    assert chooser.value == SPELLINGS[spelling]
    assert len(seen) == (spelling != "squared")
    assert GroundCostInput(SPELLINGS[spelling]).value == SPELLINGS[spelling]


def test_loading_heals_a_wrong_formula(chooser):
    chooser.family, chooser.expression = "own", "nonsense"
    held = chooser.value
    chooser.load(held)
    assert chooser._problem.object == ""
    assert chooser.value == held
    assert chooser.expression == held.expression
