"""The Python script of a view: it runs, and computes what the page shows."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvista as pv

import solvers
from explorer.inputs.adjustment import Adjustment
from explorer.inputs.solids import uploaded_volume
from explorer.inputs.sources import UPLOAD, Marginal, built_in, drawn, handwritten, typed
from explorer.saved import from_file, to_file
from explorer.script import code
from explorer.state import StudioState
from explorer.subjects import VOLUMES
from solvers import SOLVERS, GridProblem, images, iterates

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
