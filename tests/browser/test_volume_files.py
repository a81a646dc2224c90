"""Volumes of the visitor's own, and what leaves the volumes page."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import av
import numpy as np
import pytest
import pyvista as pv
from PIL import Image
from playwright.sync_api import expect

from tests.browser.app import App
from tests.browser.array_files import array_file, lying_header
from tests.browser.test_exports import export
from tests.browser.test_share import give, saved
from tests.browser.test_volumes import PAGE
from tests.browser.turning import at_rest, wait_for_another


def box_mesh(open_end: bool = False) -> bytes:
    """A box as an ASCII STL, with or without its last triangle."""
    mesh = pv.Cube(x_length=3.0, y_length=1.0, z_length=1.0).triangulate()
    corners = mesh.points[mesh.faces.reshape(-1, 4)[:, 1:]][: -1 if open_end else None]
    facets = "".join(
        "facet normal 0 0 0\nouter loop\n"
        + "".join(f"vertex {x} {y} {z}\n" for x, y, z in triangle)
        + "endloop\nendfacet\n"
        for triangle in corners
    )
    return f"solid box\n{facets}endsolid box\n".encode()


def test_own_meshes_and_arrays(open_app: Callable[..., App]) -> None:
    """A mesh becomes solid; a block that is no cube keeps its proportions."""
    app = open_app(PAGE)
    mixture = at_rest(app)
    app.choose("Replace it by", "Your volume")
    app.upload("beam.stl", box_mesh(), "model/stl")
    expect(app.button("marginal 1: beam")).to_be_visible()
    with_beam = wait_for_another(app, mixture)
    app.upload("slab.npy", array_file(np.ones((30, 30, 6))), "application/octet-stream")
    expect(app.button("marginal 1: slab")).to_be_visible()
    wait_for_another(app, with_beam)
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 3)


BAD_FILES = [
    ("open.stl", box_mesh(open_end=True), "open.stl.* open"),
    ("empty.npy", array_file(np.zeros((8, 8, 8))), "some"),
    ("hole.npy", array_file(np.full((8, 8, 8), np.nan)), "finite"),
    ("flat.npy", array_file(np.ones((8, 8))), "3D"),
    ("huge.npy", lying_header(), "announces"),
    ("pickle.npy", array_file(np.array([{}, None], dtype=object)), "real numbers"),
    ("torn.ply", b"ply\nformat ascii 1.0\nelement vertex 3\n", "torn.ply"),
    ("notes.obj", b"hello", "notes.obj"),
]


def test_files_that_are_no_volumes_get_one_sentence_each(open_app: Callable[..., App]) -> None:
    """The page lives on, and the volume before stays."""
    app = open_app(PAGE)
    app.choose("Replace it by", "Your volume")
    alert = app.page.get_by_role("alert").filter(has_text="The previous volume stays.")
    for name, data, sentence in BAD_FILES:
        app.upload(name, data, "application/octet-stream")
        expect(alert).to_have_text(re.compile(sentence))
        expect(alert).to_have_count(1)
    expect(app.button("marginal 1: ball")).to_be_visible()
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 1)


def test_a_large_volume_is_averaged_down_with_a_notice(open_app: Callable[..., App]) -> None:
    app = open_app(PAGE)
    app.choose("Replace it by", "Your volume")
    app.upload("long.npy", array_file(np.ones((300, 40, 40), np.uint8)))
    expect(app.button("marginal 1: long")).to_be_visible()
    app.expect_text("300 × 40 × 40")


def test_exports(open_app: Callable[..., App], tmp_path: Any) -> None:
    """Pictures, films, turntables, arrays and meshes, opened again."""
    app = open_app(PAGE)
    app.button("Run").click()
    app.expect_text("Converged: the objective improved by less than")
    name, data = export(app, "Surface of Multiscale SGA (STL)")
    (tmp_path / name).write_bytes(data)
    solid = pv.read(tmp_path / name).clean()
    assert solid.n_open_edges == 0
    # Between the volumes of the ball, 4/3 π 0.4³, and of the cube, 0.4³.
    assert 0.064 < solid.volume < 0.268
    name, data = export(app, "Surface of Multiscale SGA (PLY)")
    (tmp_path / name).write_bytes(data)
    assert pv.read(tmp_path / name).volume == pytest.approx(solid.volume, rel=1e-3)
    name, data = export(app, "Picture of Multiscale SGA (PNG)")
    picture = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    assert picture.shape == (1024, 1024, 3)
    assert (picture != 255).any(axis=2).mean() > 0.1
    name, data = export(app, "Turntable (MP4)")
    with av.open(BytesIO(data)) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(frames) == 120
    assert np.abs(frames[0].astype(int) - frames[15]).max() > 30
    name, data = export(app, "Film of the run (GIF)")
    assert getattr(Image.open(BytesIO(data)), "n_frames", 1) >= 5
    name, data = export(app, "All arrays (NPZ)")
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        assert arrays["marginals"].shape == (2, 32, 32, 32)
        assert arrays["multiscale_sga_barycenter"].shape == (32, 32, 32)


def test_the_view_travels_by_address_and_file(open_app: Callable[..., App]) -> None:
    app = open_app(PAGE + "&m=torus.octahedron&w=300.700&l=30&c=10.20.200&x=off")
    expect(app.button("marginal 1: torus")).to_be_visible()
    assert app.weights() == [30, 70]
    data = saved(app)
    other = open_app(PAGE)
    other.button("Share").click()
    give(other, data)
    expect(other.button("marginal 2: octahedron")).to_be_visible()
    other.wait_for_weights(lambda weights: weights == [30, 70])
    for part in ("p=volumes", "l=30", "c=10.20.200", "x=off"):
        other.expect_address(part)
