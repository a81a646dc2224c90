"""A view and its address: round trips, and addresses from strangers."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.address import from_query, to_query
from explorer.inputs.adjustment import Adjustment
from explorer.inputs.cloud_sources import (
    drawn_cloud,
    handwritten_cloud,
    uploaded_cloud,
)
from explorer.inputs.ground_costs import FAMILIES, GroundCost
from explorer.inputs.mixture_sources import OWN_MIXTURE, own_mixture, spelled_rows
from explorer.inputs.sources import (
    CATALOGUE,
    UPLOAD,
    Marginal,
    built_in,
    drawn,
    typed,
)
from explorer.inputs.spelling import named, spelled
from explorer.look import Camera, Look
from explorer.presets import PRESETS
from explorer.state import (
    StudioState,
    own_pictures,
)
from explorer.subjects import DENSITIES, MIXTURES, POINTS, VOLUMES
from solvers import SOLVERS
from solvers.expressions import EXAMPLE
from solvers.settings import declarations
from tests.explorer.states import states

DEFAULT = StudioState.default()
PIECES = (
    "? & = . ~ - % p volumes l c x off ball m w s n v hide duck own text- digit- b t 1 9 0.5 1e999 "
    "points mixtures g gmm- AAAA power shadows circles x1 + ** fixed_point merge support cross "
    "nan sga cwb reg step_size none yes %2E %00 %FF \ud800 \u202e <b> ' \" ; gap grid"
)
DRAWING = drawn(np.eye(128, dtype=np.uint8))
PICTURE = Marginal("holiday", lambda n: np.ones((n, n)), UPLOAD)


def identities(state):
    return [(m.kind, m.choice, source(m), m.label, m.adjustment) for m in state.marginals]


def source(marginal):
    """What a marginal was made of; a mixture as the address keeps it."""
    return spelled_rows(marginal.source) if marginal.kind == OWN_MIXTURE else marginal.source


@settings(max_examples=60, deadline=None)
@given(states())
def test_an_address_brings_the_view_back(state):
    query = to_query(state)
    assert re.fullmatch(r"(\?[A-Za-z0-9._~%&=-]+)?", query)
    back, notes = from_query(query)
    assert notes == []
    assert identities(back) == identities(state)
    assert back.weights == pytest.approx(state.weights, abs=1e-3)
    assert [name for name, _ in back.solvers] == [name for name, _ in state.solvers]
    for (name, old), (_, new) in zip(state.solvers, back.solvers, strict=True):
        complete = SOLVERS[name](**old).param.values(), SOLVERS[name](**new).param.values()
        for key in declarations(SOLVERS[name]):
            expected = complete[0][key]
            if isinstance(expected, float):
                expected = pytest.approx(expected, rel=1e-3)
            assert complete[1][key] == expected
    for field in ("grid", "quantity", "axis", "hide", "subject", "look", "cuts", "sliced", "cost"):
        assert getattr(back, field) == getattr(state, field)


def test_the_default_needs_no_words():
    assert to_query(DEFAULT) == ""
    assert from_query("") == from_query("?") == (DEFAULT, [])


def test_an_address_can_be_read_by_people():
    duck = built_in("Silhouettes", "duck")
    state = StudioState(
        (replace(duck, adjustment=Adjustment(invert=True, blur=0.025)), typed("é.")),
        (0.3, 0.7),
        (("sga", {"step_size": 0.25, "envelope": False}), ("cwb", {})),
        128,
        quantity="gap",
        hide=frozenset({"grid", "export"}),
    )
    assert to_query(state) == (
        "?m=duck~ib2.5.text-%C3%A9%2E&w=300.700&s=sga~step_size-0.25~envelope-no.cwb&n=128&v=gap"
        "&hide=grid.export"
    )


def test_the_address_of_a_volume_can_be_read_by_people():
    state = StudioState(
        (VOLUMES.make("Meshes", "bunny"), VOLUMES.make("Solids", "torus")),
        (0.25, 0.75),
        (("sga", {}),),
        100,
        subject=VOLUMES,
        look=Look("volume", 0.3, Camera(-10, 45, 2.0)),
        sliced=False,
    )
    assert to_query(state) == (
        "?p=volumes&m=bunny.torus&w=250.750&s=sga&n=100&v=volume&l=30&c=-10.45.200&x=off"
    )
    assert to_query(StudioState.default(VOLUMES)) == "?p=volumes"


def test_the_addresses_of_points_and_mixtures_can_be_read_by_people():
    points = StudioState(
        (POINTS.make("On four circles", "arc on circle 2"), handwritten_cloud(3, 7)),
        (0.25, 0.75),
        (("fixed_point", {"merge": False}), ("entropic_fixed_point", {"support": 50})),
        400,
        quantity="support",
        subject=POINTS,
        cost=GroundCost("power", 1.5, 3.0),
    )
    assert to_query(points) == (
        "?p=points&m=arc-on-circle-2.digit-3-7&w=250.750"
        "&s=fixed_point~merge-no.entropic_fixed_point~support-50&n=400&v=support&g=power~1.5~3"
    )
    mixtures = StudioState(
        (MIXTURES.make("Fitted to a silhouette", "duck"), MIXTURES.make("Mixtures", "row")),
        (0.5, 0.5),
        (("gmm_barycentric", {"projection": "bures"}),),
        3,
        subject=MIXTURES,
        hide=frozenset({"board"}),
    )
    assert to_query(mixtures) == (
        "?p=mixtures&m=duck.row&s=gmm_barycentric~projection-bures&n=3&hide=board"
    )
    for subject in (POINTS, MIXTURES):
        assert to_query(StudioState.default(subject)) == f"?p={subject.name}"


def test_four_mixtures_of_ones_own_fit_into_an_address():
    rows = np.tile([1 / 8, 0.5, 0.5, 0.01, 0.002, 0.02], (8, 1))
    state = replace(
        StudioState.default(MIXTURES), marginals=(own_mixture(rows),) * 4, weights=(0.25,) * 4
    )
    query = to_query(state)
    assert len(query) < 1000
    back, notes = from_query(query)
    assert notes == []
    for marginal in back.marginals:
        np.testing.assert_allclose(marginal.source, rows, atol=1e-4)


@pytest.mark.parametrize("page", PRESETS)
def test_presets_are_addresses(page):
    for query in PRESETS[page].values():
        state, notes = from_query(query)
        assert notes == []
        assert state.subject.name == page
        back, _ = from_query(to_query(state))
        assert identities(back) == identities(state)
        assert (back.cost, back.solvers, back.grid) == (state.cost, state.solvers, state.grid)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_cost_stays_with_its_page(family):
    settings = {
        "power": {"p": 1.2, "q": 3.5},
        "own": {"expression": EXAMPLE},
        "shadows": {"power": 2},
    }
    cost = GroundCost(family, **settings.get(family, {}))
    state = replace(StudioState.default(POINTS), cost=cost)
    assert from_query(to_query(state)) == (state, [])


def test_a_full_address_stays_short():
    """Six adjusted marginals, unequal weights, five solvers with up to two settings each."""
    adjustment = Adjustment(invert=True, recentre=True, blur=0.025, threshold=0.35)
    names = ("airplane", "butterfly", "elephant", "leaf-maple", "rabbit", "dolphin")
    faster = {"step_size": 0.25, "momentum": 0.9}
    state = StudioState(
        tuple(replace(built_in("Silhouettes", name), adjustment=adjustment) for name in names),
        (0.111, 0.122, 0.133, 0.144, 0.155, 0.335),
        (
            ("sga", faster),
            ("multiscale_sga", faster),
            ("wdha", {"step_rule": "annealed", "step_size": 0.5}),
            ("cwb", {"reg": 0.002}),
            ("dsb", {"reg": 0.002}),
        ),
        512,
    )
    assert len(to_query(state)) < 300
    assert from_query(to_query(state)) == (state, [])


def test_every_choice_has_a_name_of_its_own():
    everything = [built_in(kind, choice) for kind in CATALOGUE for choice in CATALOGUE[kind]]
    assert [named(spelled(marginal), DENSITIES) for marginal in everything] == everything
    for subject in (VOLUMES, POINTS, MIXTURES):
        for kind, choices in subject.catalogue.items():
            for choice in choices:
                back = named(spelled(subject.make(kind, choice)), subject)
                assert (back.kind, back.choice) == (kind, choice)


def test_weights_too_small_for_the_address_leave_the_others_whole():
    state = replace(DEFAULT, weights=(1 - 3e-4, 1e-4, 1e-4, 1e-4))
    assert to_query(state) == "?w=1000.0.0.0"
    assert sum(from_query("?w=1.1.2.3")[0].weights) == pytest.approx(1)


def test_own_pictures_are_named_and_stood_in_for():
    clouds = (drawn_cloud(np.full((1, 3), 0.5)), uploaded_cloud(np.ones((2, 4)), "my cloud"))
    state = replace(StudioState.default(POINTS), marginals=clouds, weights=(0.5, 0.5))
    assert own_pictures(state) == ["points", "my cloud"]
    assert to_query(state) == "?p=points&m=own.own"
    state = replace(DEFAULT, marginals=(DRAWING, PICTURE), weights=(0.5, 0.5))
    assert own_pictures(state) == ["drawing", "holiday"]
    assert to_query(state) == "?m=own.own"
    back, notes = from_query("?m=own~i.own")
    assert back.marginals == DEFAULT.marginals[:2]
    assert len(notes) == 2
    assert all("travels in a saved file only" in note for note in notes)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("m=duck.unicorn", "Marginal 2: “unicorn” is unknown. The heart stands in"),
        ("m=duck", "Only 1 marginal is in the address"),
        ("m=", "Only 1 marginal is in the address"),
        (f"m={'duck.' * 8}duck", "9 marginals are in the address"),
        ("m=duck.text-ABCDE", "Marginal 2: type 1 to 4 characters, not 5."),
        ("m=duck.text-%00", "Marginal 2: the font has no"),
        ("m=duck.digit-3-99999", "Marginal 2: digit 3 has specimens 0 to"),
        ("m=duck.digit-7-0", "Marginal 2: digit: “7” is unknown"),
        ("m=duck~x.heart", "Marginal 1 stays as it is: “x” is no adjustment"),
        ("m=duck~b99.9.heart", "Marginal 1 stays as it is: blur: is 0.999"),
        ("w=1.2.3", "The weights “1.2.3” are not 4 whole numbers"),
        ("w=0.0.0.0", "The weights “0.0.0.0” are not"),
        ("w=nan.inf.-1.1", "The weights “nan.inf.-1.1” are not"),
        ("w=1.1.1.1.x", "are not 4 whole numbers"),
        ("s=adam", "The solver “adam” is unknown"),
        ("s=", "The solver “” is unknown"),
        ("s=sga.sga", "The solver sga is in the address more than once"),
        ("s=sga~step_size-nan", "Solver sga, step_size: is “nan”, but must be a number from"),
        ("s=sga~step_size--1", "Solver sga, step_size: is “-1”"),
        ("s=sga~name-x", "Solver sga, name: sga has no such setting"),
        ("s=cwb~__init__-x", "Solver cwb, __init__: cwb has no such setting"),
        ("n=1000000000", "The grid “1000000000” is not one of"),
        ("n=٢٥٦", "The grid “٢٥٦” is not one of"),
        ("v=shares", "“shares” means nothing for “v”"),
        ("hide=everything", "“everything” means nothing for “hide”"),
        ("n=64&n=128", "“n” is in the address more than once"),
        (
            "<script>alert(1)</script>=1",
            "parts that mean nothing here: “<script>alert(1)</script>”",
        ),
        ("p=worlds", "The page “worlds” is not one of densities, volumes"),
        ("p=volumes&m=duck.ball", "Marginal 1: “duck” is unknown. The ball stands in"),
        ("p=volumes&m=ball.cube~i", "Marginal 2 stays as it is: “i” is an adjustment"),
        ("p=volumes&n=512", "The grid “512” is not one of 32, 64, 100, 128, 200"),
        ("p=volumes&l=101", "Level: is 1.01, but must be in [0.02, 0.98]."),
        ("p=volumes&l=half", "“half” is no level: a percentage in whole numbers"),
        ("p=volumes&c=0.90.100", "Elevation: is 90, but must be in [-89, 89]."),
        ("p=volumes&c=1.2", "“1.2” is no camera: azimuth, elevation and zoom"),
        ("p=volumes&x=50.50", "“50.50” is no cut: three percentages"),
        ("p=points&m=duck.unicorn", "Marginal 2: “unicorn” is unknown. The heart stands in"),
        ("p=points&m=duck~i.heart", "Marginal 1 stays as it is: “i” is an adjustment, which only"),
        ("p=points&m=own.heart", "Marginal 1 is a picture of somebody's own"),
        ("p=points&m=gmm-AAAAAAAAAAAAAAAA.duck", "Marginal 1: “gmm-AAAAAAAAAAAAAAAA” is unknown."),
        ("p=points&m=" + "duck." * 4 + "duck", "5 marginals are in the address"),
        ("p=points&m=duck.text-ABCDE", "Marginal 2: type 1 to 4 characters, not 5."),
        ("p=points&s=sga", "The solver “sga” is unknown; there are fixed_point, barycentric"),
        ("p=points&s=fixed_point~points-0", "Solver fixed_point, points: is “0”"),
        ("p=points&n=300", "The grid “300” is not one of 50, 100, 200"),
        ("p=points&v=gap", "“gap” means nothing for “v”; there are objectives, support"),
        ("p=points&g=cheap", "“cheap” is unknown; there are squared, power, circles"),
        ("p=points&g=power~1", "“power~1” must have the form “power~p~q”."),
        ("p=points&g=power~0.5~2", "p: is 0.5, but must be from 1 to 4"),
        ("p=points&g=shadows~3", "power: is 3, but must be 1 or 2"),
        ("p=points&g=own~__import__%28%27os%27%29", "“__import__”"),
        ("p=points&g=own~" + "r%2B" * 120 + "r", "has 241 characters, but must have at most 200"),
        ("p=mixtures&m=row.gmm-A", "Marginal 2: must be spelled in letters, digits"),
        ("p=mixtures&m=row.gmm-" + "A" * 144, "Marginal 2: must be spelled in letters"),
        ("p=mixtures&m=row.text-ABCDE", "Marginal 2: type 1 to 4 characters, not 5."),
        ("p=volumes&m=ball.text-A", "Marginal 2: “text-A” is unknown."),
        ("p=mixtures&s=fixed_point", "The solver “fixed_point” is unknown; there are gmm_fixed"),
        ("p=mixtures&n=9", "The grid “9” is not one of 1, 2, 3"),
        ("n=%ZZ%", "The grid “%ZZ%” is not one of"),
        ("n=" + "9" * 1000, "The grid “999999999999999999999999999999999999999…” is not"),
        ("m=" + "duck." * 20_000, "The address has 100002 characters, but at most 2000 are read"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(query, sentence):
    _, notes = from_query(query)
    assert len(notes) == 1
    assert sentence in notes[0]
    assert notes[0].endswith(".")
    assert notes[0].isprintable()


def test_one_wrong_part_leaves_the_others_right():
    state, notes = from_query("?m=star.cat&w=1.x&s=cwb~reg-0.01~reg-nan.foo~a.dsb&n=64&v=gap.x")
    assert [m.choice for m in state.marginals] == ["star", "cat"]
    assert state.weights == (0.5, 0.5)
    assert state.solvers == (("cwb", {"reg": 0.01}), ("dsb", {}))
    assert (state.grid, state.quantity) == (64, "gap")
    assert len(notes) == 4


def test_an_impossible_adjustment_is_left_out():
    full = Marginal("full", lambda n: np.ones((n, n)), UPLOAD)
    state, notes = from_query("?m=own~i.duck", [full])
    assert state.marginals[0] is full
    assert "its inverse is empty" in notes[0]


def test_many_troubles_make_few_sentences():
    assert len(from_query("&".join(["s=a"] * 500))[1]) == 9


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(PIECES.split()),
            max_size=30,
        ).map("".join),
        st.sampled_from("pmwsnvlcxg").flatmap(
            lambda key: st.text(max_size=30).map(f"{key}=".__add__)
        ),
    )
)
def test_no_address_is_too_strange(query):
    """Whatever it is, there is a valid view, and what is said about it is short and plain."""
    state, notes = from_query(query)
    assert from_query(to_query(state))[1] == []
    assert len(notes) <= 9
    assert all(note.isprintable() and len(note) < 300 for note in notes)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"marginals": DEFAULT.marginals[:1], "weights": (1.0,)}, "marginals: 1 given"),
        ({"weights": (0.5, 0.5)}, "weights: 2 given for 4 marginals"),
        ({"weights": (0.5, 0.5, 0.5, 0.5)}, "must be ≥ 0 and sum to 1"),
        ({"weights": (float("nan"), 0.5, 0.5, 0.0)}, "must be ≥ 0 and sum to 1"),
        ({"solvers": ()}, "must be one or more, all distinct"),
        ({"solvers": (("sga", {}), ("sga", {}))}, "must be one or more, all distinct"),
        ({"solvers": (("adam", {}),)}, "solvers: is “adam”"),
        ({"solvers": (("cwb", {"step": 1}),)}, "settings of cwb: is “step”"),
        ({"solvers": (("cwb", {"reg": -1}),)}, "reg"),
        ({"grid": 100}, "grid: is “100”"),
        ({"quantity": "x"}, "quantity: is “x”"),
        ({"axis": "x"}, "axis: is “x”"),
        ({"hide": frozenset({"x"})}, "hide: is “x”"),
        ({"cuts": (0.5, 0.5, 1.5)}, "cuts: are (0.5, 0.5, 1.5)"),
    ],
)
def test_a_state_checks_itself(change, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        replace(DEFAULT, **change)
