"""The Python script of a view of samples: it runs, and computes what the page shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.address import from_query
from explorer.inputs.drawn_samples import SampleDrawing
from explorer.inputs.ground_costs import GroundCost
from explorer.inputs.sample_sources import uploaded_samples
from explorer.presets import PRESETS
from explorer.saved import from_file, to_file
from explorer.script import code
from explorer.subjects import SAMPLES, TWISTER
from solvers import SOLVERS, iterates
from tests.explorer.test_script import check_format, run

DISCRETE = "cdwb~samples-60~points-40"
VIEWS = {
    "figures": f"p=samples&m=ring.cross.digit-3-7.ten-Gaussians&w=0.0.0.1000&s={DISCRETE}",
    "trained": "p=samples&m=slab.column&s=nwb~updates-1~shown-50.cw2b~updates-1~shown-50",
    "many dimensions": f"p=samples&m=A-in-8D.B-in-8D.C-in-8D&w=500.500.0&s={DISCRETE}",
    "twister": "p=twister&m=right-twist.lower-twist.top-twist&w=500.300.200&e=0.1"
    "&s=energy_guided~updates-1~batch-16~shown-20.cdwb~samples-60~points-40",
    "formula": f"p=twister&m=right-twist.star&g=own~r%2A%2A1%2E5&e=0.03&s={DISCRETE}",
}

PAGES = ("samples", "twister")


def view_of(query):
    state, notes = from_query(f"?{query}&n=500")
    assert notes == []
    return state


def drawing(state):
    """As the pages make it."""
    if state.subject is SAMPLES:
        return SampleDrawing(state.grid, state.marginals)
    return SampleDrawing(state.grid, state.marginals, state.cost, state.reg)


def check(state, folder):
    """Run the script of a view, and compare what it prints and saves with a direct run."""
    printed = run(code(state, iterations=2), folder)
    problem = drawing(state).draw().weighted(state.weights)
    for name, settings in state.solvers:
        *_, last = iterates(SOLVERS[name](**settings), problem, max_iterations=2)
        saved = np.load(folder / f"{name}.npy")
        np.testing.assert_allclose(saved, last.barycenter.positions, rtol=1e-4, atol=1e-4)
        (line,) = (
            text for text in printed.splitlines() if text.startswith(f"{name} {last.number} ")
        )
        assert all(f"{key} " in line for key in last.objectives)
        assert all(f"'{key}'" in line for key in last.figures)
    return printed


@pytest.mark.parametrize("query", VIEWS.values(), ids=VIEWS)
def test_scripts_compute_what_the_page_shows(query, tmp_path):
    state = view_of(query)
    check(state, tmp_path)
    check_format(state, tmp_path)


@pytest.mark.parametrize(
    "query",
    [
        *(query.removeprefix("?") for page in PAGES for query in PRESETS[page].values()),
        *VIEWS.values(),
    ],
)
def test_a_script_knows_the_answer_where_the_page_does(query):
    state = view_of(query)
    assert ("exact=" in code(state)) == (drawing(state).draw().problem.exact is not None)


@pytest.mark.parametrize("subject", [SAMPLES, TWISTER], ids=lambda subject: subject.name)
def test_every_choice_of_the_catalogues_has_a_call(subject):
    state = view_of(f"p={subject.name}")
    for kind, choices in subject.catalogue.items():
        for choice in choices:
            marginal = subject.make(kind, choice)
            names = {}
            script = code(replace(state, marginals=(marginal,) * len(state.marginals)))
            exec(script.partition("weights = ")[0], names)
            np.testing.assert_array_equal(names["marginals"][0], marginal.draw(500))


def test_samples_of_ones_own_come_from_the_saved_view(tmp_path):
    rng = np.random.default_rng(4)
    many, few = (rng.normal(size=(count, 2)).astype(np.float32) for count in (800, 70))
    state = replace(
        view_of(f"p=samples&m=ring.square.heart&s={DISCRETE}"),
        marginals=(
            uploaded_samples(many, '"""\nraise SystemExit\n'),
            SAMPLES.stand_in(0),
            uploaded_samples(few),
        ),
    )
    (tmp_path / "view.npz").write_bytes(to_file(state))
    check(from_file(to_file(state))[0], tmp_path)
    check_format(state, tmp_path)


@pytest.mark.parametrize("length", range(40, 78, 6))
def test_the_script_of_a_long_formula_is_formatted(length, tmp_path):
    state = replace(view_of("p=twister"), cost=GroundCost("own", expression=f"{'1' * length} * r"))
    check_format(state, tmp_path)


@pytest.mark.parametrize("page", PAGES)
def test_the_scripts_of_examples_are_formatted(page, tmp_path):
    for query in PRESETS[page].values():
        check_format(from_query(query)[0], tmp_path)
