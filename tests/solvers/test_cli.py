"""The command line: files in, files out, one sentence for whatever is wrong."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import param
import pytest
from PIL import Image

import solvers
from solvers import SOLVERS, Iterate, Solver
from solvers.cli import main
from solvers.datasets import shape
from solvers.registry import MIXTURE_SOLVERS, POINT_SOLVERS, SAMPLE_SOLVERS
from solvers.results import picture
from solvers.settings import as_declared, configured, declarations

FAST = ["--max-iterations", "3", "--quiet"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with two photographs of different sizes and some arrays."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    for name, size in [("a.png", (60, 40)), ("b.jpg", (33, 70))]:
        Image.fromarray(rng.integers(0, 255, (*size, 3), dtype=np.uint8)).save(name)
    np.save("ring.npy", shape("ring", 24))
    np.savez("drop.npz", shape("drop", 24))
    np.savez("both.npz", ring=shape("ring", 24), drop=shape("drop", 24))
    np.save("small.npy", shape("drop", 16))
    np.save("wide.npy", rng.random((8, 12)))
    np.save("stack.npy", rng.random((3, 8, 12)))
    np.save("volume.npy", rng.random((6, 8, 10)))
    return tmp_path


def solve(*arguments):
    return main(["solve", *map(str, arguments), *FAST])


def saved(name="barycenter"):
    """The arrays of a saved result, read without pickles."""
    with np.load(f"{name}.npz", allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def sentence(capsys):
    """What stderr says, checked to be one sentence."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("barycenter: ")
    assert captured.err.count("\n") == 1
    assert captured.err.endswith(".\n")
    return captured.err


def test_photographs_of_different_sizes(folder, capsys):
    assert solve("a.png", "b.jpg", "--weights", 1, 3, "--size", 32) == 0
    captured = capsys.readouterr()
    assert "sga: 2 marginals, 32 × 32 cells, 3 iterations" in captured.out
    assert "Stopped after 3 iterations, as asked." in captured.out
    assert "Saved barycenter.npz and barycenter.png." in captured.out
    assert captured.err == ""
    result = saved()
    assert result["barycenter"].shape == (32, 32)
    assert result["barycenter"].mean() == pytest.approx(1)
    np.testing.assert_allclose(result["weights"], [0.25, 0.75])
    assert result["marginals"].tolist() == ["a.png", "b.jpg"]
    assert result["number"].tolist() == [0, 1, 2, 3]
    assert len(result["seconds"]) == len(result["dual"]) == 4
    assert result["solver"] == "sga"
    assert json.loads(str(result["settings"]))["scheme"] == "symmetric"
    assert str(result["stopped"]).startswith("Stopped after 3")
    with Image.open("barycenter.png") as image:
        assert (image.size, image.mode) == ((32, 32), "L")
        np.testing.assert_array_equal(np.asarray(image), picture(result["barycenter"]))


def test_json(folder, capsys):
    arguments = ["--solver", "sga", "--set", "seed=1", "--json", "--out", "result.npz"]
    assert solve("ring.npy", "drop.npz", *arguments) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["solver"] == "sga"
    assert facts["settings"]["seed"] == 1
    assert facts["weights"] == [0.5, 0.5]
    assert facts["shape"] == [24, 24]
    assert facts["iterations"] == 3
    assert facts["objectives"]["dual"] == saved("result")["dual"].max()
    assert facts["files"] == ["result.npz", "result.png"]
    assert all(Path(file).is_file() for file in facts["files"])


@pytest.mark.parametrize(
    ("files", "marginals", "dims", "image"),
    [
        ("ring.npy drop.npz", "ring.npy drop.npz", (24, 24), (24, 24)),
        ("both.npz:drop both.npz:ring", "both.npz:drop both.npz:ring", (24, 24), (24, 24)),
        ("wide.npy wide.npy", "wide.npy wide.npy", (8, 12), (12, 8)),
        ("volume.npy volume.npy", "volume.npy volume.npy", (6, 8, 10), (10 + 1 + 10 + 1 + 8, 8)),
        ("stack.npy", "stack.npy[0] stack.npy[1] stack.npy[2]", (8, 12), (12, 8)),
        ("ring.npy small.npy --size 20", "ring.npy small.npy", (20, 20), (20, 20)),
        ("a.png wide.npy --size 20", "a.png wide.npy", (20, 20), (20, 20)),
        ("stack.npy --size 20", "stack.npy[0] stack.npy[1] stack.npy[2]", (20, 20), (20, 20)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_inputs(folder, files, marginals, dims, image):
    assert solve(*files.split()) == 0
    result = saved()
    assert result["marginals"].tolist() == marginals.split()
    assert len(result["weights"]) == len(result["marginals"])
    assert result["barycenter"].shape == dims
    with Image.open("barycenter.png") as written:
        assert written.size == image


def test_default_size_and_result_as_input(folder):
    Image.fromarray(np.eye(300, dtype=bool)).save("line.png")
    assert main(["solve", "a.png", "line.png", "--max-iterations", "0", "--quiet"]) == 0
    assert saved()["barycenter"].shape == (256, 256)
    assert solve("barycenter.npz:barycenter", "ring.npy", "--size", 24, "--out", "again") == 0


def hostile_header(dims):
    """A .npy file of 200 bytes that claims to be large."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {dims}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(72)


def write_hostile():
    Path("claims.npy").write_bytes(hostile_header((16384, 16384)))
    Path("negative.npy").write_bytes(hostile_header((-1, -9)))
    Path("rubbish.npy").write_bytes(hostile_header("(" * 90))
    with zipfile.ZipFile("claims.npz", "w") as archive:
        archive.writestr("x.npy", hostile_header((16384, 16384)))
    np.save("objects.npy", np.array([{}, {}]), allow_pickle=True)
    np.save("line.npy", np.ones(5))
    np.save("holes.npy", np.array([[1, np.nan], [1, 1]]))
    np.save("below.npy", np.array([[1, -1], [1, 1]]))
    np.save("zero.npy", np.zeros((4, 4)))
    np.save("strip.npy", np.ones((1, 9)))
    np.save("many.npy", np.ones((17, 2, 2)))
    Path("note.npy").write_text("hello")
    Path("note.npz").write_text("hello")
    Path("note.png").write_text("hello")
    with Path("long.png").open("wb") as file:
        file.truncate(21 * 2**20)
    Path("there.png").touch()
    Path("inner").mkdir()


REFUSED = {
    "ring.npy": "has the shape (24, 24), but a stack of densities is a 3D or 4D array",
    "a.png": "marginals: 1 given",
    "many.npy": "marginals: 17 given",
    "ring.npy nowhere.png": "nowhere.png: there is no such file",
    "ring.npy inner": "inner: there is no such file",
    "ring.npy small.npy": "small.npy: has the shape (16, 16), but ring.npy has (24, 24)",
    "ring.npy both.npz": "both.npz: holds 2 arrays; choose one of these: both.npz:ring, both",
    "ring.npy both.npz:disc": "both.npz: has no array “disc”; choose one of these: both.npz:ring",
    "ring.npy claims.npy": "claims.npy: announces the shape (16384, 16384), but the file holds",
    "ring.npy claims.npz": "claims.npz: announces the shape (16384, 16384), but the file holds",
    "ring.npy negative.npy": "negative.npy: announces the shape (-1, -9)",
    "ring.npy rubbish.npy": "rubbish.npy: the file is damaged",
    "ring.npy objects.npy": "objects.npy: holds object, but real numbers are needed",
    "ring.npy line.npy": "line.npy: has the shape (5,), but a density is a 2D or 3D array",
    "ring.npy holes.npy": "holes.npy: all values must be finite and ≥ 0, and some > 0",
    "ring.npy below.npy": "below.npy: all values must be finite and ≥ 0",
    "ring.npy zero.npy": "zero.npy: all values must be finite and ≥ 0",
    "strip.npy strip.npy": "at least 2 cells along each axis",
    "ring.npy note.npy": "note.npy: the file is damaged, or it is not a NumPy file",
    "ring.npy note.npz": "note.npz: the file is damaged, or it is not a NumPy file",
    "ring.npy note.png": "note.png: the file is damaged, or it is not a PNG, JPEG or WebP",
    "ring.npy long.png": "long.png: has 21 MiB, but at most 20 MiB are read",
    "a.png volume.npy": "volume.npy: is 3D, but only pictures and 2D arrays can be resampled",
    "a.png b.jpg --size 1": "--size: is 1, but must be 2 to 1024",
    "a.png b.jpg --size x": "--size: invalid int value: 'x' (see barycenter solve --help)",
    "a.png b.jpg --ink red": "--ink: invalid choice: 'red'",
    "a.png b.jpg --weights 1 2 3": "weights: one number for each of the 2 marginals is needed",
    "a.png b.jpg --weights 1 -2": "weights: weight 1 is -2, but must be finite and ≥ 0",
    "--weights 1 2 a.png b.jpg": "“a.png” is not a number; files come before the options",
    "a.png b.jpg --solver magic": "--solver: “magic” is unknown; there are sga",
    "a.png b.jpg --set reg=1": "--set reg: sga has no such setting; its settings are scheme, ",
    "a.png b.jpg --set seed": "--set seed: must have the form name=value",
    "a.png b.jpg --set seed=-9": "seed: is “-9”, but must be a whole number",
    "a.png b.jpg --set seed=1.5": "seed: is “1.5”, but must be a whole number ≥ 0",
    "a.png b.jpg --set step_size=nan": "but must be a number from 1e-06 to 1000",
    "a.png b.jpg --set envelope=maybe": "but must be true or false",
    "a.png b.jpg --set scheme=best": "but must be one of symmetric, ",
    "a.png b.jpg --max-seconds 0": "max_seconds: is 0, but must be > 0",
    "a.png b.jpg --out none/x": "--out none/x: there is no folder none; make it first",
    "a.png b.jpg --out inner": "--out inner: is a folder; add a name, such as inner/barycenter",
    "a.png b.jpg --out there": "there.png exists; choose another name or --force",
    "a.png b.jpg --colour": "unrecognized arguments: --colour",
}


def test_one_sentence_refuses(folder, capsys):
    write_hostile()
    before = sorted(folder.iterdir())
    for arguments, message in REFUSED.items():
        assert solve(*arguments.split()) == 2, arguments
        assert message in sentence(capsys)
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("name", sorted(POINT_SOLVERS | MIXTURE_SOLVERS | SAMPLE_SOLVERS))
def test_solvers_of_measures_average_no_pictures(folder, capsys, name):
    before = sorted(folder.iterdir())
    assert solve("ring.npy", "drop.npz", "--solver", name) == 2
    assert f"--solver: “{name}” does not average densities" in sentence(capsys)
    assert sorted(folder.iterdir()) == before


def test_arrays_are_limited(folder, monkeypatch, capsys):
    monkeypatch.setattr("solvers.files.MAX_CELLS", 10**6)
    monkeypatch.setattr("solvers.files._MAX_ARRAY_BYTES", 8 * 2**20)
    np.save("large.npy", np.ones((800, 800)))
    np.save("larger.npy", np.ones((1100, 1100)))
    with zipfile.ZipFile("bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", bytes(9 * 2**20))
    for name, message in {
        "large.npy": "2 arrays of the shape (800, 800) have more than 1 million cells together",
        "larger.npy": "larger.npy: has 9 MiB, but at most 8 MiB are read",
        "bomb.npz": "bomb.npz: has 9 MiB, but at most 8 MiB are read",
    }.items():
        assert solve(name, name) == 2
        assert message in sentence(capsys)


def test_force_overwrites(folder, capsys):
    assert solve("ring.npy", "drop.npz") == 0
    capsys.readouterr()
    assert solve("ring.npy", "drop.npz") == 2
    assert "barycenter.npz exists; choose another name or --force" in sentence(capsys)
    assert solve("ring.npy", "small.npy", "--size", 16, "--force") == 0
    assert saved()["barycenter"].shape == (16, 16)


def test_primal(folder, capsys):
    assert solve("ring.npy", "drop.npz", "--primal", "--json") == 0
    objectives = json.loads(capsys.readouterr().out)["objectives"]
    assert objectives["primal"] - objectives["dual"] == objectives["gap"] >= 0
    result = saved()
    best = result["dual"].argmax()
    assert result["primal"][best] == objectives["primal"]
    assert np.isnan(np.delete(result["primal"], best)).all()


class Ladder(Solver):
    """Begins on a coarser grid and declares one setting of each kind."""

    label = "Ladder"
    summary = "Climbs."

    rate = param.Number(default=None, bounds=(0, 1), inclusive_bounds=(False, True))
    choice = param.Selector(default=2, objects=[1, 2, 4])
    lively = param.Boolean(default=False)
    title = param.String(default="x")

    def init(self, problem, state=None):
        return 0

    def step(self, problem, state):
        return state + 1

    def iterate(self, problem, state):
        left = max(0, 4 - state)
        return Iterate(problem.marginals[0][:: left + 1, :: left + 1], {}, state, levels_left=left)


@pytest.fixture
def ladder(monkeypatch):
    monkeypatch.setitem(SOLVERS, "ladder", Ladder)


def test_a_coarser_result_says_so(folder, ladder, capsys):
    assert solve("ring.npy", "drop.npz", "--solver", "ladder", "--primal") == 0
    assert "coarser grid of 12 × 12 cells" in capsys.readouterr().out
    assert saved()["barycenter"].shape == (12, 12)
    assert saved()["levels_left"].tolist() == [4, 3, 2, 1]


def test_settings_are_converted_as_declared(ladder):
    solver = configured("ladder", ["rate=0.5", "choice=4", "lively=yes", "title=a=b"])
    assert (solver.rate, solver.choice, solver.lively, solver.title) == (0.5, 4, True, "a=b")
    assert configured("ladder", ["rate=1", "rate=none"]).rate is None
    with pytest.raises(ValueError, match=r"must be a number > 0 and ≤ 1, or none\.$"):
        configured("ladder", ["rate=0"])
    with pytest.raises(ValueError, match=r"must be one of 1, 2, 4\.$"):
        configured("ladder", ["choice=3"])


def test_the_list_of_solvers_names_every_setting(capsys):
    assert main(["solvers"]) == 0
    out = capsys.readouterr().out
    for name, solver in SOLVERS.items():
        assert f"{name}\n    {solver.summary}" in out
        own = set(solver.param.values()) - {"name"}
        assert all(f"--set {key}=" in out for key in own)


@pytest.mark.parametrize("arguments", [["--version"], ["solve", "--help"]])
def test_version_and_help(arguments, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    assert leaving.value.code == 0
    assert capsys.readouterr().out.split()[:2] != []


def test_a_process_of_its_own(folder):
    job = subprocess.run(
        [sys.executable, "-m", "solvers", "solve", "ring.npy", "drop.npz", "--json"],
        env={**os.environ, "PYTHONPATH": str(Path(solvers.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert (job.returncode, job.stderr) == (0, "")  # no bar: this is not a terminal
    assert json.loads(job.stdout)["iterations"] > 2


class Interrupted(Ladder):
    """Somebody presses Ctrl-C, some times, in its second step."""

    times = param.Integer(default=1)

    def step(self, problem, state):
        for _ in range(self.times if state == 1 else 0):
            signal.raise_signal(signal.SIGINT)
        return state + 1


def test_ctrl_c_saves_what_there_is(folder, monkeypatch, capsys):
    monkeypatch.setitem(SOLVERS, "interrupted", Interrupted)
    handler = signal.getsignal(signal.SIGINT)
    arguments = ["ring.npy", "drop.npz", "--solver", "interrupted"]
    assert solve(*arguments, "--set", "times=2") == 130
    captured = capsys.readouterr()
    assert captured.err.endswith("barycenter: interrupted; nothing has been saved.\n")
    assert not Path("barycenter.npz").exists()
    assert solve(*arguments) == 130
    captured = capsys.readouterr()
    assert "ending after this iteration" in captured.err
    assert "Cancelled after iteration 2." in captured.out
    assert saved()["number"].tolist() == [0, 1, 2]
    assert signal.getsignal(signal.SIGINT) is handler


def test_settings_from_elsewhere_are_completed_and_checked():
    assert as_declared(Ladder, {"choice": 4}) == {
        name: setting.default for name, setting in declarations(Ladder).items()
    } | {"choice": 4}
    with pytest.raises(ValueError, match=r"^settings: Ladder has none of the name “colour”\.$"):
        as_declared(Ladder, {"colour": 1})
    with pytest.raises(ValueError, match="choice"):
        as_declared(Ladder, {"choice": 3})
