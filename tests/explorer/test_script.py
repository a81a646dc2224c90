"""The Python script of a view: it runs, and computes what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvista as pv

import solvers
from explorer.address import from_query
from explorer.inputs.adjustment import Adjustment
from explorer.inputs.cloud_sources import drawn_cloud, uploaded_cloud
from explorer.inputs.drawn_measures import MixtureDrawing, PointDrawing
from explorer.inputs.ground_costs import GroundCost
from explorer.inputs.mixture_sources import own_mixture, spelled_rows
from explorer.inputs.solids import uploaded_volume
from explorer.inputs.sources import UPLOAD, Marginal, built_in, drawn, handwritten, typed
from explorer.saved import from_file, to_file
from explorer.script import code
from explorer.state import StudioState
from explorer.subjects import POINTS, VOLUMES
from solvers import SOLVERS, GridProblem, images, iterates
from tests.solvers.mixtures import random_mixture

HOME = Path(solvers.__file__).parents[1]
ADJUSTMENTS = (
    Adjustment(),
    Adjustment(invert=True),
    Adjustment(blur=0.05, recentre=True),
    Adjustment(threshold=0.4),
    Adjustment(True, True, 0.02, 0.5),
    Adjustment(recentre=True),
)
SPOTS = np.random.default_rng(8).random((512, 512)) ** 8
CATALOGUE = (
    built_in("Silhouettes", "duck"),
    built_in("Shapes of the paper", "drop"),
    built_in("Street camera", "frame 3"),
    typed("a\"'"),
    handwritten(3, 7),
)

# Views of clouds: every kind of the catalogue, every family of costs, every solver.
POINT_VIEWS = {
    "squared": "m=duck.ring.digit-3-7.text-A%22'&w=400.300.200.100"
    "&s=fixed_point~merge-no.barycentric.entropic_fixed_point~reg-0.05.free_support~step_size-0.5.point_descent",
    "power": "m=small-disc.long-Gaussian.outline-of-a-disc&g=power~1.5~3&w=500.500.0",
    "circles": "m=arc-on-circle-1.clusters-on-circle-2.arc-on-circle-3&g=circles",
    "shadows": "m=disc.square.triangle&g=shadows~2",
    "shadows, one weight": "m=disc.triangle&g=shadows~1&w=1000.0",
    "twister": "m=round-Gaussian.thin-ring&g=twister",
    "formula": "m=duck.heart&g=own~abs%28x1%20-%20y1%29%2A%2A1.5%20%2B%20hypot%28x2-y2%2C1%29",
    "space": "m=ball.torus.bunny",
    "formula in space": "m=knot.cube-shell&g=own~r%2A%2A2%20%2B%20abs%28x3%20-%20y3%29",
}
OWN = spelled_rows([[0.7, 0.3, 0.4, 0.02, 0.01, 0.03], [0.3, 0.6, 0.5, 0.01, -0.005, 0.01]])
MIXTURE_VIEWS = {
    "presets": "m=trio-upper-left.trio-upper-right.trio-below&w=500.300.200"
    "&s=gmm_fixed_point~merge-no.gmm_barycentric~components-5~projection-bures",
    "fitted": "m=duck.single-tilted&n=3",
    "written": "m=text-A%22'.digit-3-7.text-x&n=2",
    "own": f"m=cross.gmm-{OWN}",
}


def run(script, folder):
    """What a script prints, run where it can write."""
    (folder / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "script.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def barycenter(state, name, settings, iterations):
    problem = GridProblem([m.draw(state.grid) for m in state.marginals], state.weights)
    *_, last = iterates(SOLVERS[name](**settings), problem, max_iterations=iterations)
    return last.barycenter


def check(state, folder):
    """Run the script of a view and compare what it saves with a direct run."""
    printed = run(code(state, iterations=3), folder)
    for name, settings in state.solvers:
        expected = barycenter(state, name, settings, iterations=3)
        np.testing.assert_allclose(np.load(folder / f"{name}.npy"), expected, atol=1e-6)
        assert (folder / f"{name}.png").stat().st_size > 100
        assert f"{name} 3 " in printed
    return printed


def test_all_solvers_with_their_settings(tmp_path):
    state = replace(
        StudioState.default(),
        weights=(0.1, 0.2, 0.3, 0.4),
        solvers=(
            ("sga", {"scheme": "parallel", "step_size": 0.2, "momentum": 0.0, "envelope": False}),
            ("multiscale_sga", {}),
            ("wdha", {"step_rule": "annealed"}),
            ("cwb", {"reg": np.float64(0.01)}),
            ("dsb", {"reg": 0.02}),
        ),
        grid=64,
    )
    printed = check(state, tmp_path)
    assert "dual" in printed
    assert "primal" in printed
    assert "Stopped after 3 iterations, as asked." in printed


def test_all_kinds_of_marginals_and_adjustments(tmp_path):
    picture = Marginal('"""\nraise SystemExit\n', lambda n: images.resample(SPOTS, n), UPLOAD)
    drawing = drawn((200 * np.eye(128)).astype(np.uint8), "drawing")
    own = tuple(
        replace(marginal, adjustment=adjustment)
        for marginal in (picture, drawing)
        for adjustment in ADJUSTMENTS[::2]
    )
    built = tuple(
        replace(marginal, adjustment=adjustment)
        for marginal, adjustment in zip(CATALOGUE, ADJUSTMENTS[1:], strict=True)
    )
    for marginals in (built, own):
        state = replace(
            StudioState.default(),
            marginals=marginals,
            weights=(1 / len(marginals),) * len(marginals),
            grid=64,
        )
        (tmp_path / "view.npz").write_bytes(to_file(state))
        check(from_file(to_file(state))[0], tmp_path)


def volumes_state():
    """A solid, a mesh, and an array of one's own."""
    block = np.zeros((24, 24, 24), np.uint8)
    block[4:20, 8:16, 6:18] = 255
    marginals = (*map(VOLUMES.stand_in, (0, 3)), uploaded_volume(block, "block"))
    return replace(
        StudioState.default(VOLUMES), marginals=marginals, weights=(0.5, 0.2, 0.3), grid=32
    )


def test_volumes_and_their_surfaces(tmp_path):
    state = volumes_state()
    (tmp_path / "view.npz").write_bytes(to_file(state))
    run(code(state, iterations=3), tmp_path)
    expected = barycenter(state, "multiscale_sga", {}, 3)
    np.testing.assert_allclose(np.load(tmp_path / "multiscale_sga.npy"), expected, atol=1e-9)
    assert pv.read(tmp_path / "multiscale_sga.stl").n_cells > 100


def test_the_script_of_volumes_is_formatted(tmp_path):
    check_format(volumes_state(), tmp_path)


def view_of(page, query):
    state, notes = from_query(f"?p={page}&{query}")
    assert notes == []
    return replace(state, grid=50) if state.subject is POINTS else state


def check_measures(state, folder):
    """Run the script of a view, and compare V and what it saves with a direct run."""
    printed = run(code(state, iterations=2), folder)
    if state.subject is POINTS:
        drawn = PointDrawing(state.grid, state.marginals, state.cost).draw()
    else:
        drawn = MixtureDrawing(state.grid, state.marginals).draw()
    problem = drawn.weighted(state.weights)
    for name, settings in state.solvers:
        *_, last = iterates(SOLVERS[name](**settings), problem, max_iterations=2)
        np.testing.assert_allclose(
            np.load(folder / f"{name}.npy"), np.asarray(last.barycenter), atol=1e-6
        )
        (line,) = (
            text for text in printed.splitlines() if text.startswith(f"{name} {last.number}")
        )
        values = dict(re.findall(r"(primal|estimate) (\S+)", line))
        assert {key: float(value) for key, value in values.items()} == pytest.approx(
            dict(last.objectives), rel=1e-5
        )


@pytest.mark.parametrize("query", POINT_VIEWS.values(), ids=POINT_VIEWS)
def test_clouds_under_any_cost(query, tmp_path):
    state = view_of("points", query)
    check_measures(state, tmp_path)
    check_format(state, tmp_path)


@pytest.mark.parametrize("kind", POINTS.catalogue)
def test_every_cloud_of_the_catalogue_has_a_call(kind):
    usual = view_of("points", "m=duck.heart")
    for choice in POINTS.catalogue[kind]:
        marginal = POINTS.make(kind, choice)
        script = code(replace(usual, marginals=(marginal, marginal)))
        names = {}
        exec(script.partition("weights = ")[0], names)
        np.testing.assert_allclose(names["measures"][0], marginal.draw(50), atol=1e-12)


@pytest.mark.parametrize("query", MIXTURE_VIEWS.values(), ids=MIXTURE_VIEWS)
def test_mixtures(query, tmp_path):
    state = view_of("mixtures", query)
    check_measures(state, tmp_path)
    check_format(state, tmp_path)


def test_clouds_of_ones_own_come_from_the_saved_view(tmp_path):
    rng = np.random.default_rng(4)
    # One has more points than are wanted, and one weights that some of them lack.
    uploaded = uploaded_cloud(rng.random((80, 3)), '"""\nraise SystemExit\n')
    few = drawn_cloud(np.column_stack([[0.0, 1, 2], rng.random((3, 2))]))
    state = replace(
        view_of("points", "m=duck.heart.star"),
        marginals=(uploaded, POINTS.stand_in(0), few),
    )
    (tmp_path / "view.npz").write_bytes(to_file(state))
    check_measures(from_file(to_file(state))[0], tmp_path)
    check_format(state, tmp_path)


@pytest.mark.parametrize("length", range(56, 78, 4))
def test_the_script_of_a_long_formula_is_formatted(length, tmp_path):
    state = view_of("points", "m=duck.heart")
    check_format(replace(state, cost=GroundCost("own", expression=f"{'1' * length} * r")), tmp_path)


def test_the_script_of_large_mixtures_is_formatted(tmp_path):
    rng = np.random.default_rng(5)
    mixtures = tuple(own_mixture(random_mixture(rng, count)) for count in (1, 2, 8))
    state = replace(view_of("mixtures", ""), marginals=mixtures)
    check_format(state, tmp_path)
    check_measures(state, tmp_path)


@pytest.mark.parametrize("adjustment", ADJUSTMENTS)
@pytest.mark.parametrize("count", [2, 6])
def test_the_script_is_formatted(adjustment, count, tmp_path):
    """As ruff does it with its own defaults, whatever is in the view."""
    marginals = tuple(
        replace(m, adjustment=adjustment) for m in (drawn(np.eye(9, dtype="u1")), *CATALOGUE)
    )
    long = {
        "scheme": "sequential",
        "step_rule": "constant",
        "step_size": 0.123456789,
        "momentum": 0.5,
    }
    state = StudioState(
        marginals[:count],
        (1 / count,) * count,
        (
            ("sga", long),
            ("cwb", {"reg": 1e-5}),
            *((n, {}) for n in ("dsb", "wdha", "multiscale_sga")),
        )[:count],
        512,
    )
    check_format(state, tmp_path)


def check_format(state, tmp_path):
    (tmp_path / "script.py").write_text(code(state), encoding="utf-8")
    for order in (["format", "--diff"], ["check", "--select", "E,F,W,B,N,UP"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *order, "--isolated", "--no-cache", "script.py"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
