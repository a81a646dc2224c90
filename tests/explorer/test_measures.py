"""What carries the pages of discrete measures: landscapes, drawings, what paints exports."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from explorer.address import from_query
from explorer.exports.clouds import cloud_pixels
from explorer.exports.ellipses import ellipses_pixels
from explorer.inputs.cloud_sources import built_in_cloud
from explorer.inputs.drawn_measures import MixtureDrawing, PointDrawing, rows
from explorer.inputs.ground_costs import GroundCost
from explorer.inputs.mixture_sources import own_mixture
from explorer.landscape import landscape
from explorer.look import Camera
from explorer.measure_exporting import MixtureExporting, PointExporting
from explorer.presets import PRESETS
from explorer.state import StudioState
from explorer.subjects import MIXTURES, POINTS
from explorer.theme import MARGINAL_COLORS
from explorer.views.cloud_backdrop import Backdrop
from solvers import (
    Circles,
    Cloud,
    Expression,
    Mixture,
    MixtureProblem,
    PointProblem,
    Projections,
    SquaredEuclidean,
)

# Landscapes


def test_the_landscape_is_that_of_the_costs():
    problem = PointProblem([Cloud([[0.2, 0.3]]), Cloud([[0.8, 0.5]])], SquaredEuclidean())
    partners = [cloud.positions[0] for cloud in problem.measures]
    found = landscape(problem, partners, 0.5)
    np.testing.assert_allclose(found.best, [0.5, 0.4])
    assert found.cost == pytest.approx(0.1)  # a quarter of the squared distance
    row, column = np.unravel_index(found.levels.argmax(), found.levels.shape)
    side = len(found.levels)
    assert found.levels.max() >= 250
    assert found.levels.min() == 0
    assert abs((column + 0.5) / side - 0.5) < 1.5 / side
    assert abs(1 - (row + 0.5) / side - 0.4) < 1.5 / side  # row 0 is at the top
    # Level sets of the squared distance are circles around the best place.
    across, down = found.levels[row], found.levels[:, column]
    assert (np.diff(across[: column + 1].astype(int)) >= 0).all()
    assert (np.diff(down[row:].astype(int)) <= 0).all()


@pytest.mark.parametrize(
    "costs", [Circles.usual(3), Projections.usual(3, 1), SquaredEuclidean(3)], ids=repr
)
def test_no_place_of_a_landscape_is_cheaper_than_the_best(costs):
    rng = np.random.default_rng(2)
    worlds = rng.random((1, costs.dimension))
    measures = [costs.project(k, worlds) if hasattr(costs, "project") else worlds for k in range(3)]
    measures = [points + 0.05 * rng.standard_normal(points.shape) for points in measures]
    problem = PointProblem(measures, costs, [0.5, 0.5, 0.0])
    partners = [cloud.positions[0] for cloud in problem.measures]
    found = landscape(problem, partners, 0.55)
    there = problem.mean_costs(found.best[None], [y[None] for y in partners])
    assert found.cost == pytest.approx(there[0])
    assert found.levels.shape == (96, 96)
    assert len(found.best) == costs.dimension
    assert found.levels.min() == 0
    places = rng.random((500, costs.dimension))
    everywhere = [np.tile(y, (500, 1)) for y in partners]
    assert problem.mean_costs(places, everywhere).min() >= found.cost - 1e-6


def test_a_landscape_without_relief_is_finite():
    """Every place is as good where the window has shrunk to the tuple."""
    problem = PointProblem([Cloud([[0.5, 0.5]])] * 2, SquaredEuclidean())
    found = landscape(problem, [np.array([0.5, 0.5])] * 2, 0.0)
    assert found.cost == 0
    assert (found.levels == 255).all()


def test_where_a_formula_is_not_defined_a_landscape_is_dearest():
    """The window has a margin, to the left of which this one has no root."""
    problem = PointProblem([Cloud([[0.2, 0.3]]), Cloud([[0.8, 0.5]])], Expression("r**2*sqrt(x1)"))
    partners = [cloud.positions[0] for cloud in problem.measures]
    found = landscape(problem, partners, 0.6)
    undefined = round(0.1 / 1.2 * 96)
    assert (found.levels[:, :undefined] == 0).all()
    assert found.levels[:, undefined:].max() == 255
    assert np.isfinite(found.cost)
    assert np.mean(found.levels[:, undefined:] == 0) == pytest.approx(0.05, abs=0.01)


# Drawings


@pytest.mark.parametrize("name", PRESETS["points"])
def test_presets_of_points_can_be_drawn(name):
    state, _ = from_query(PRESETS["points"][name])
    drawn = PointDrawing(50, state.marginals, state.cost).draw()
    assert [np.shape(rows) for rows in drawn.arrays] == [
        (50, 1 + cloud.dimension) for cloud in drawn.problem.given
    ]
    weighted = drawn.weighted(state.weights)
    np.testing.assert_allclose(weighted.weights, state.weights)
    cloud = drawn.problem.given[0]
    picture = drawn.picture(state.weights)(cloud)
    assert picture.dtype == np.float32
    np.testing.assert_allclose(picture, drawn.arrays[0], atol=1e-6)
    kind, shapes = state.cost.scene(drawn.problem.costs)
    assert Backdrop(drawn.arrays, ["#000000"] * len(drawn.arrays), kind, shapes).reach > 0


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("m=duck.ball", r"“duck” is in the plane, but another cloud is in space"),
        ("m=duck.heart&g=own~x3%20%2B%20y3", r"x3"),
        ("m=ball.cube&g=circles", r"“ball” is in space, but this cost is for"),
        ("m=ball.cube&g=shadows~1", r"“ball” is in space, but this cost is for"),
    ],
)
def test_clouds_that_do_not_fit_the_cost_are_refused_in_a_sentence(query, sentence):
    state, notes = from_query(f"?p=points&{query}")
    assert notes == []
    with pytest.raises(ValueError, match=sentence) as refusal:
        PointDrawing(50, state.marginals, state.cost).draw()
    assert str(refusal.value).endswith(".")


def test_points_find_their_way_from_one_cost_to_another():
    marginals = tuple(map(POINTS.stand_in, (0, 1)))
    drawing = PointDrawing(100, marginals)
    cheaper = PointDrawing(100, marginals, GroundCost("power", 1.5, 1.5))
    assert drawing != cheaper
    assert drawing.is_continued_by(cheaper)
    assert not drawing.is_continued_by(PointDrawing(200, marginals))
    assert not drawing.is_continued_by(PointDrawing(100, marginals[::-1]))


def test_a_mixture_follows_whatever_is_dragged():
    marginals = tuple(map(MIXTURES.stand_in, (0, 1)))
    drawing = MixtureDrawing(5, marginals)
    moved = own_mixture([[1.0, 0.2, 0.3, 0.01, 0.0, 0.02]])
    assert drawing.is_continued_by(MixtureDrawing(5, (moved, marginals[1])))
    assert not drawing.is_continued_by(MixtureDrawing(5, (*marginals, moved)))
    drawn = MixtureDrawing(5, (moved, marginals[1])).draw()
    np.testing.assert_allclose(drawn.arrays[0], [[1.0, 0.2, 0.3, 0.01, 0.0, 0.02]])
    assert isinstance(drawn.problem, MixtureProblem)


def test_fitted_mixtures_have_as_many_components_as_are_asked_for():
    duck = MIXTURES.make("Fitted to a silhouette", "duck")
    row = MIXTURES.make("Mixtures", "row")
    for count in (1, 3):
        drawn = MixtureDrawing(count, (duck, row)).draw()
        assert len(drawn.arrays[0]) == count
        assert len(drawn.arrays[1]) == 5


def test_rows_are_mass_and_what_it_sits_on():
    cloud = rows(Cloud([[0.1, 0.2], [0.3, 0.4]], [1, 3]))
    assert cloud.dtype == np.float32
    np.testing.assert_allclose(cloud, [[0.25, 0.1, 0.2], [0.75, 0.3, 0.4]])
    mixture = rows(Mixture([1], [[0.5, 0.6]], [[[0.1, 0.02], [0.02, 0.3]]]))
    np.testing.assert_allclose(mixture, [[1, 0.5, 0.6, 0.1, 0.02, 0.3]])


# What paints exports


def exporting_of(kind, subject, drawn=None):
    """An exporting of which only the painters are asked."""
    state = StudioState.default(subject)
    return kind(
        SimpleNamespace(),
        SimpleNamespace(),
        lambda: state,
        list,
        lambda: drawn,
        lambda: "open",
        lambda call: None,
    )


@pytest.mark.parametrize("dark", [False, True])
def test_clouds_are_painted_through_the_window_of_the_page(dark):
    picture = np.array([[0.5, 0.4, 0.6], [0.5, 0.7, 0.2]], np.float32)
    backdrop = Backdrop([picture + np.float32(0.1)], ["#cc0000"])
    view = SimpleNamespace(setting=backdrop, half=0.9)
    tile = SimpleNamespace(view=view, color="#7700ff")
    exporting = exporting_of(PointExporting, POINTS)
    exporting.dark = dark
    for still, side in ((True, 1024), (False, 384)):
        pixels = exporting.painter(tile, still)(picture)
        expected = cloud_pixels(picture, side, "#7700ff", backdrop, dark, Camera(), 0.9)
        np.testing.assert_array_equal(pixels, expected)


def test_mixtures_are_painted_over_the_outlines_of_the_marginals():
    drawn = MixtureDrawing(5, tuple(map(MIXTURES.stand_in, range(3)))).draw()
    picture = np.asarray(drawn.problem.plain_mixture, np.float32)
    tile = SimpleNamespace(color="#7700ff")
    paint = exporting_of(MixtureExporting, MIXTURES, drawn).painter(tile)
    colors = MARGINAL_COLORS[:3]
    expected = ellipses_pixels(picture, 384, "#7700ff", drawn.arrays, colors, False)
    np.testing.assert_array_equal(paint(picture), expected)
    bare = exporting_of(MixtureExporting, MIXTURES).painter(tile)(picture)
    assert bare.shape == (384, 384, 3)
    assert (bare != expected).any()


def test_a_film_of_clouds_is_no_larger_than_its_tiles():
    """Supports grow on the way; the window and the pixels do not."""
    exporting = exporting_of(PointExporting, POINTS)
    view = SimpleNamespace(setting=Backdrop(), half=0.55)
    paint = exporting.painter(SimpleNamespace(view=view, color="#7700ff"))
    shapes = {paint(np.full((count, 3), 0.5, np.float32)).shape for count in (1, 40)}
    assert shapes == {(384, 384, 3)}


def test_a_cost_that_is_dragged_draws_no_cloud_again():
    marginals = tuple(built_in_cloud("Silhouettes", name) for name in ("duck", "heart"))
    first, second = (
        PointDrawing(30, marginals, GroundCost("power", 1.5, q)).draw().problem for q in (1.5, 1.6)
    )
    assert all(old is new for old, new in zip(first.given, second.given, strict=True))
    assert len(PointDrawing(20, marginals).draw().problem.given[0]) == 20
