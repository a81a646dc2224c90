"""The samples page without a browser: training, maps, exact answers, models that go on."""

from __future__ import annotations

from queue import Queue

import numpy as np
import pytest

from explorer.address import from_query
from explorer.inputs.drawn_samples import SHOWN, SampleDrawing
from explorer.inputs.ground_costs import GroundCost
from explorer.inputs.sample_sources import built_in_samples, twister_samples, uploaded_samples
from explorer.pages import sampled
from explorer.pages.samples import SamplesPage
from explorer.presets import PRESETS
from solvers.sample_datasets import TWIST
from solvers.training import save
from tests.explorer.helpers import awaited, end, wait_until

NWB = "nwb~updates-1~batch-16~shown-50"
GAUSSIANS = ".".join(f"{letter}-in-2D" for letter in "ABC")


@pytest.fixture
def ticks():
    return Queue()


@pytest.fixture
def opened(ticks):
    """Opens the page with a query; its threads must end."""
    pages = []

    def opened(query="", solvers=NWB):
        page = SamplesPage(ticks.put, *from_query(f"?p=samples&n=500&s={solvers}{query}"))
        pages.append(page)
        page.open()
        wait_until(page, ticks, lambda: first(page).number == 0)
        return page

    yield opened
    end(*pages)


def first(page):
    """What the first tile shows."""
    return page._solvers.first.painted or Nothing


class Nothing:
    number = None


def run_to(page, ticks, number):
    page._playing.press("run")
    wait_until(page, ticks, lambda: first(page).number >= number)
    page._playing.press("run")
    wait_until(page, ticks, lambda: not page._solvers.playing)


def test_networks_move_the_dots(opened, ticks):
    page = opened()
    start = first(page).picture
    assert start.shape == (50, 3)
    assert "have learned anything" in page.controls.words.object
    run_to(page, ticks, 3)
    wait_until(page, ticks, lambda: "being learned" in page.controls.words.object)
    assert not np.array_equal(first(page).picture, start)
    assert page._solvers.first.view.note == "seed 0"
    assert len(page._solvers.first.points) >= 4


def test_the_exact_answer_stands_beside_where_it_is_known(opened, ticks):
    page = opened(f"&m={GAUSSIANS}")
    assert page._answer in page._views()
    wait_until(page, ticks, lambda: bool(page._answer.frame))
    assert page._answer.frame["text"].startswith("Exact barycenter of 33 % A in 2D")
    assert len(np.frombuffer(page._answer.frame["dots"], np.float32)) == 3 * SHOWN
    assert page._solvers.first.view.figures["error"].endswith("%")
    page._restore(*from_query(f"?p=samples&n=500&s={NWB}"))
    wait_until(page, ticks, lambda: page._posed.exact is None)
    assert page._answer not in page._views()


def test_the_error_is_that_of_the_dots(opened, ticks):
    """Maps make them where there is no generator; both readings are told where there is one."""
    page = opened(f"&m={GAUSSIANS}", f"{NWB}.cw2b~batch-16~shown-50")
    nwb, cw2b = page._solvers
    wait_until(page, ticks, lambda: nwb.newest is not None and cw2b.newest is not None)
    maps = cw2b.newest.figures["bw_uvp_maps"]
    assert cw2b.view.figures["error"] == f"{maps:.3g} %"
    assert cw2b.figures["bw_uvp"] == maps
    assert "error of the maps" not in cw2b.view.figures
    assert nwb.view.figures["error"] == f"{nwb.newest.figures['bw_uvp']:.3g} %"
    assert nwb.view.figures["error of the maps"] == f"{nwb.newest.figures['bw_uvp_maps']:.3g} %"


def test_devices_are_chosen_from_a_list(opened):
    """Another one may come from an address."""
    page = opened(solvers=f"{NWB}.cw2b~device-cuda%3A1")
    for (form,), tile, device in zip(
        page.controls.settings, page._solvers, ("cpu", "cuda:1"), strict=True
    ):
        (choice,) = form.select(lambda widget: getattr(widget, "label", "") == "Device")
        assert choice.options == ["cpu", "cuda", "mps"]
        assert choice.value == tile.solver.device == device
    choice.value = "cpu"
    assert tile.solver.device == "cpu"


def test_what_is_imported_does_not_count(ticks, monkeypatch):
    """Small pictures take turns with solvers as if nothing had been imported."""
    costs = []
    monkeypatch.setattr(
        sampled, "_bring_optimiser", lambda cancelled: costs.append(page._patient._seat.cost)
    )
    page = SamplesPage(ticks.put, *from_query(f"?p=samples&n=500&s={NWB}"))
    page.open()
    wait_until(page, ticks, lambda: costs and page._patient._seat.cost == 1)
    assert costs == [0]
    end(page)


def test_arrows_of_the_maps(opened, ticks):
    page = opened()
    assert page.planned.label == "Maps"
    page.planned.value = True
    wait_until(page, ticks, lambda: bool(page._solvers.first.view.links))
    links = page._solvers.first.view.links
    marginals = np.frombuffer(links["marginals"], np.uint8)
    assert np.unique(marginals, return_counts=True)[1].tolist() == [60, 60]


def test_the_discrete_barycenter_shows_its_plans(opened, ticks):
    page = opened(solvers="cdwb~samples-60~points-50")
    page.planned.value = True
    wait_until(page, ticks, lambda: bool(page._solvers.first.view.links))
    assert len(page._solvers.first.view.links["marginals"]) >= 100


def test_many_dimensions_are_seen_in_their_leading_plane(opened):
    page = opened("&m=A-in-16D.B-in-16D")
    assert first(page).picture.shape == (50, 3)
    assert not page.drawn.frame.whole
    assert page._posed.dimension == 16


def test_blocks_are_seen_in_space(opened):
    page = opened("&m=slab.column")
    assert first(page).picture.shape == (50, 4)


def test_a_model_goes_on_where_it_was_saved(opened, ticks):
    page = opened()
    run_to(page, ticks, 2)
    assert "Model of NWB (PT)" in page._export.choices(list(page._solvers))
    tile = page._solvers.first
    settings = {"updates": 1, "batch": 16, "shown": 50}
    kept, picture = save(tile.run.state, settings), first(page).picture
    tile.solver.shown = 60
    page._playing._reset(None)
    wait_until(page, ticks, lambda: first(page).number == 0)
    assert not np.array_equal(first(page).picture, picture)
    awaited(page.models._take_file("nwb.pt", kept))
    assert "NWB goes on from here." in page.models._message.object
    wait_until(page, ticks, lambda: np.array_equal(first(page).picture, picture))
    assert tile.solver.shown == 50
    assert tile.solver.seed == 0


def test_models_that_do_not_fit_leave_all_as_it_was(opened, ticks):
    page = opened()
    run_to(page, ticks, 1)
    state = page._solvers.first.run.state
    kept = save(state)
    for data, reason in (
        (b"", "x.pt: it is empty."),
        (b"PK", "the file is damaged"),
        (kept[:-40], "the file is damaged"),
    ):
        awaited(page.models._take_file("x.pt", data))
        assert reason in page.models._message.object
        assert page._solvers.first.run.state.updates >= state.updates
    page._restore(*from_query(f"?p=samples&n=500&s={NWB}&m=ring.star"))
    wait_until(page, ticks, lambda: page._posed.given[1].name == "star")
    awaited(page.models._take_file("x.pt", kept))
    assert "was trained on another problem" in page.models._message.object
    page._restore(*from_query("?p=samples&n=500&s=cdwb~samples-60~points-50"))
    wait_until(page, ticks, lambda: page._posed.given[1].name == "square")
    awaited(page.models._take_file("x.pt", kept))
    assert "choose that solver first" in page.models._message.object


def test_marginals_of_different_dimensions_are_refused():
    ring, slab = built_in_samples("In the plane", "ring"), built_in_samples("In space", "slab")
    with pytest.raises(ValueError, match=r"“slab” has 3 dimensions, but “ring” has 2 dimensions"):
        SampleDrawing(500, (ring, slab)).draw()


@pytest.mark.parametrize("reg", [0.01, 1.0])
def test_the_twister_knows_its_answer(reg):
    marginals = tuple(
        twister_samples("Twisted Gaussians", n) for n in ("right twist", "lower twist", "top twist")
    )
    drawn = SampleDrawing(500, marginals, GroundCost("twister"), reg).draw()
    assert drawn.problem.costs is TWIST
    assert drawn.problem.exact.covariance == pytest.approx((1 + reg) * np.eye(2), rel=1e-3)
    moved = drawn.weighted([1, 0, 0])
    assert moved.exact.covariance != pytest.approx(drawn.problem.exact.covariance, rel=1e-2)
    assert (
        SampleDrawing(500, marginals, GroundCost("own", expression="r"), reg).draw().problem.exact
        is None
    )


def test_samples_of_ones_own_have_no_exact_answer():
    rows = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    drawn = SampleDrawing(500, (uploaded_samples(rows), uploaded_samples(rows + 1))).draw()
    assert drawn.problem.exact is None
    assert len(drawn.problem.given[0].rows) == 60


@pytest.mark.parametrize("name", PRESETS["samples"])
def test_examples_are_addresses_that_can_be_drawn(name):
    state, notes = from_query(PRESETS["samples"][name])
    assert notes == []
    SampleDrawing(500, state.marginals).draw().weighted(state.weights)
