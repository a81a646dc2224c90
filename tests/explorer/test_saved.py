"""Saved views: round trips with pictures of one's own, and files from strangers."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

from explorer.inputs.adjustment import Adjustment
from explorer.inputs.cloud_sources import OWN_CLOUD_FILE, OWN_POINTS, drawn_cloud, uploaded_cloud
from explorer.inputs.ground_costs import GroundCost
from explorer.inputs.sample_sources import OWN_SAMPLES, uploaded_samples
from explorer.inputs.sources import DRAWING, UPLOAD, Marginal, drawn, typed
from explorer.saved import MAX_BYTES, from_file, to_file
from explorer.state import StudioState
from explorer.subjects import POINTS, SAMPLES
from solvers import images
from solvers.sample_files import MAX_NUMBERS

PIXELS = np.random.default_rng(5).integers(0, 256, (128, 128), np.uint8)
DENSITY = np.random.default_rng(6).random((512, 512))


@pytest.fixture
def state():
    """A drawing and a picture, both adjusted, between other marginals."""
    picture = Marginal("“<b>” holiday", lambda n: images.resample(DENSITY, n), UPLOAD)
    drawing = drawn(PIXELS, "my drawing")
    return replace(
        StudioState.default(),
        marginals=(
            typed("A"),
            replace(picture, adjustment=Adjustment(invert=True)),
            replace(drawing, adjustment=Adjustment(blur=0.05)),
        ),
        weights=(0.5, 0.2, 0.3),
        solvers=(("cwb", {"reg": 0.01}),),
    )


def arrays(data):
    with np.load(BytesIO(data), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def changed(data, **replacements):
    """A file with some arrays replaced, or left out where None is given."""
    file = BytesIO()
    kept = {**arrays(data), **replacements}
    np.savez_compressed(file, **{name: a for name, a in kept.items() if a is not None})
    return file.getvalue()


def with_view(data, **facts):
    view = json.loads(str(arrays(data)["view"]))
    return changed(data, view=np.array(json.dumps({**view, **facts})))


def zipped(**members):
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def header(description):
    file = BytesIO()
    np.lib.format.write_array_header_1_0(file, description)
    return file.getvalue()


def test_a_file_brings_the_view_and_the_pictures_back(state):
    back, notes = from_file(to_file(state))
    assert notes == []
    assert [m.kind for m in back.marginals] == [m.kind for m in state.marginals]
    assert [m.label for m in back.marginals] == ["“A”", "“<b>” holiday", "my drawing"]
    assert [m.adjustment for m in back.marginals] == [m.adjustment for m in state.marginals]
    assert back.weights == pytest.approx(state.weights)
    assert back.solvers == state.solvers
    for old, new in zip(state.marginals, back.marginals, strict=True):
        for n in (64, 256):
            expected = old.draw(n) / old.draw(n).max()
            np.testing.assert_allclose(new.draw(n) / new.draw(n).max(), expected, atol=1e-6)
    np.testing.assert_array_equal(back.marginals[2].source, PIXELS)  # to go on drawing


def test_saving_again_changes_nothing(state):
    once = to_file(state)
    assert to_file(from_file(once)[0]) == once


def test_a_file_without_pictures_is_small():
    assert len(to_file(StudioState.default())) < 1000
    assert from_file(to_file(StudioState.default())) == (StudioState.default(), [])


def test_troubles_of_the_address_are_told(state):
    back, notes = from_file(with_view(to_file(state), query="?m=own.own.own&n=7"))
    assert [m.kind for m in back.marginals] == [UPLOAD, DRAWING, "Silhouettes"]
    assert len(notes) == 2


@pytest.mark.parametrize("length", [0, 1, 30, 500, -1, -30])
def test_a_truncated_file_is_refused(state, length):
    with pytest.raises(ValueError, match=r"saved view: the file is damaged, or it is no view"):
        from_file(to_file(state)[:length])


def test_another_version_or_program_is_refused(state):
    with pytest.raises(ValueError, match="has the version 2, but only version 1 can be read"):
        from_file(with_view(to_file(state), version=2))
    with pytest.raises(ValueError, match="saved by another program"):
        from_file(with_view(to_file(state), format="other"))


class Trap:
    """Fails the test if it is ever unpickled."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was read",)


@pytest.mark.parametrize("name", ["view", "own_0", "own_1"])
def test_pickles_are_never_read(state, name):
    trap = np.array([Trap()], dtype=object)
    with pytest.raises(ValueError, match=f"“{name}” holds Python objects"):
        from_file(changed(to_file(state), **{name: trap}))


@pytest.mark.parametrize(
    "picture",
    [
        np.full((8, 8), np.nan, np.float32),
        np.full((8, 8), -1, np.float32),
        np.zeros((8, 8), np.float32),
    ],
)
def test_what_is_no_density_is_refused(state, picture):
    with pytest.raises(ValueError, match="in picture 1 all values must be finite and ≥ 0"):
        from_file(changed(to_file(state), own_0=picture))


@pytest.mark.parametrize("shape", [(513, 513), (8, 9), (1, 1), (0, 0), (8,), ()])
def test_pictures_of_another_shape_are_refused(state, shape):
    with pytest.raises(ValueError, match=r"picture 1 has the shape .* but must be a square"):
        from_file(changed(to_file(state), own_0=np.ones(shape, np.float32)))


def test_a_zip_bomb_is_refused_unread():
    with pytest.raises(ValueError, match=r"has 33\.0 MiB, but at most 32 MiB are read"):
        from_file(zipped(view=b"", bomb=bytes(33 * 2**20)))
    with pytest.raises(ValueError, match="but at most 32 MiB are read"):
        from_file(bytes(MAX_BYTES + 1))


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x05\x06" + bytes(18),
        zipped(**{f"member_{i}": b"" for i in range(100)}),
        zipped(view=b"no array"),
        zipped(view=header({"descr": "<U4", "fortran_order": False, "shape": (10**9,)})),
        zipped(view=header({"descr": "<U999999999", "fortran_order": False, "shape": ()})),
        zipped(view=bytes(10**6)),
    ],
)
def test_archives_that_lie_are_refused(data):
    with pytest.raises(ValueError, match="saved view: the file is damaged"):
        from_file(data)


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", "no JSON", 9000 * "[", '{"format": "barycenter-explorer", "version": 1}'],
)
def test_texts_that_are_no_view_are_refused(text):
    file = BytesIO()
    np.savez(file, view=np.array(text))
    with pytest.raises(ValueError, match="saved view: the file is damaged"):
        from_file(file.getvalue())


@pytest.mark.parametrize(
    "own", [[{"kind": "picture"}], [{"kind": "x", "label": "x"}] * 2, "xx", 7, [[]]]
)
def test_pictures_that_are_described_wrongly_are_refused(state, own):
    with pytest.raises(ValueError, match="saved view: the file is damaged"):
        from_file(with_view(to_file(state), own=own))


# Clouds

ROWS = np.random.default_rng(7).random((500, 4))
SPOTS = np.column_stack([[0.0, 2, 1], [[0, 1], [0.5, 0.5], [1, 0]]])


@pytest.fixture
def points():
    """A cloud in space with unequal masses and points set by hand, around one of the catalogue."""
    return replace(
        StudioState.default(POINTS),
        marginals=(
            uploaded_cloud(ROWS, "“<b>” stars"),
            POINTS.make("In space", "ball"),
            drawn_cloud(SPOTS, "my points"),
        ),
        weights=(0.5, 0.3, 0.2),
        solvers=(("barycentric", {"start": "gaussian"}),),
        grid=400,
        cost=GroundCost("power", 1.5, 3.0),
    )


def test_a_file_brings_clouds_back(points):
    back, notes = from_file(to_file(points))
    assert notes == []
    assert [m.kind for m in back.marginals] == [OWN_CLOUD_FILE, "In space", OWN_POINTS]
    assert [m.label for m in back.marginals] == ["“<b>” stars", "ball", "my points"]
    assert back.subject is POINTS
    for field in ("weights", "solvers", "grid", "cost"):
        assert getattr(back, field) == getattr(points, field)
    for old, new in zip(points.marginals, back.marginals, strict=True):
        for n in (3, 50, 400):
            np.testing.assert_array_equal(new.draw(n), old.draw(n))
    np.testing.assert_array_equal(back.marginals[2].source, SPOTS)  # to go on setting points
    assert to_file(back) == to_file(points)


@pytest.mark.parametrize("name", ["own_0", "own_1"])
@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (np.full((3, 3), np.nan), "all numbers must be finite, masses ≥ 0 and some > 0"),
        (-np.ones((3, 3)), "all numbers must be finite, masses ≥ 0 and some > 0"),
        (np.zeros((3, 3)), "all numbers must be finite, masses ≥ 0 and some > 0"),
        (np.ones((3, 5)), "its rows have the shape (3, 5), but must be 1 to"),
        (np.ones(3), "its rows have the shape (3,), but must be 1 to"),
        (np.ones((0, 3)), "its rows have the shape (0, 3), but must be 1 to"),
        (np.ones((5001, 3)), "its rows have the shape (5001, 3), but must be 1 to"),
        (np.ones((3, 3), complex), "real numbers"),
    ],
)
def test_what_is_no_cloud_is_refused(points, name, rows, sentence):
    with pytest.raises(ValueError, match=r"^saved view: (cloud 1|points 2): ") as refusal:
        from_file(changed(to_file(points), **{name: rows}))
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_points_outside_the_square_are_refused(points):
    rows = np.ones((3, 3)) * (1, 2, 0)
    with pytest.raises(ValueError, match="saved view: points 2: some points are outside the unit"):
        from_file(changed(to_file(points), own_1=rows))


# Samples

DRAWS = np.random.default_rng(9).normal(size=(300, 8)).astype(np.float32)


@pytest.fixture
def samples():
    """Samples of one's own around those of the catalogue."""
    return replace(
        StudioState.default(SAMPLES),
        marginals=(
            uploaded_samples(DRAWS, "“<b>” posterior"),
            SAMPLES.make("Random Gaussians", "A in 8D"),
            uploaded_samples(1e3 * DRAWS[:60]),
        ),
        weights=(0.5, 0.3, 0.2),
        grid=500,
    )


def test_a_file_brings_samples_back(samples):
    back, notes = from_file(to_file(samples))
    assert notes == []
    assert [m.kind for m in back.marginals] == [OWN_SAMPLES, "Random Gaussians", OWN_SAMPLES]
    assert [m.label for m in back.marginals][::2] == ["“<b>” posterior", "samples"]
    assert back.subject is SAMPLES
    for old, new in zip(samples.marginals, back.marginals, strict=True):
        for n in (60, 500):
            np.testing.assert_array_equal(new.draw(n), old.draw(n))
    assert to_file(back) == to_file(samples)


@pytest.mark.parametrize("name", ["own_0", "own_1"])
@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (np.full((60, 3), np.nan, np.float32), "row 0 is not finite"),
        (np.ones((60, 3), np.float32), "column 0 is constant"),
        (DRAWS[:49], "there are 49 points, but at least 50 are needed"),
        (np.ones(60, np.float32), "the shape is (60,), but must be (n, d)"),
        (np.ones((60, 65), np.float32), "the shape is (60, 65), but must be (n, d)"),
        (np.float32(1), "the shape is (), but must be (n, d)"),
        (np.ones((200_001, 2), np.float32), "there are 200,001 rows of float32, but must be at"),
        (DRAWS.astype(float), "there are 300 rows of float64, but must be at most"),
        (np.ones((60, 3), complex), "there are 60 rows of complex128, but must be at most"),
        (np.full((60, 3), "a"), "there are 60 rows of <U1, but must be at most"),
    ],
)
def test_what_is_no_samples_is_refused(samples, name, rows, sentence):
    with pytest.raises(ValueError, match=r"^saved view: samples [12]: .*\.$") as refusal:
        from_file(changed(to_file(samples), **{name: rows}))
    assert sentence in str(refusal.value)


def test_samples_are_never_unpickled(samples):
    trap = np.array([[Trap()] * 3] * 60, dtype=object)
    with pytest.raises(ValueError, match="“own_1” holds Python objects"):
        from_file(changed(to_file(samples), own_1=trap))


def test_samples_of_all_slots_fit_into_a_file(samples):
    rows = np.random.default_rng(1).normal(size=(MAX_NUMBERS // 10, 10)).astype(np.float32)
    state = replace(samples, marginals=(uploaded_samples(rows),) * 4, weights=(0.25,) * 4)
    back, _ = from_file(to_file(state))
    assert all(np.array_equal(marginal.source, rows) for marginal in back.marginals)
