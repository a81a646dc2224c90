"""The volumes page, drawn by the browser's WebGL and, without it, by the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import av
import numpy as np
import pytest
import pyvista as pv
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.app import App
from tests.browser.downloads import downloaded

PAGE = "?p=volumes&n=32"
# The camera that a drag by 120 and 30 pixels, 0.45 degrees each, leads to from -52 and 24 degrees.
TURNED = "-106.38.150"
NO_WEBGL = "No WebGL in this browser: the server draws the pictures."


@pytest.fixture(scope="session")
def browser_without_webgl(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """Chromium whose pages get no WebGL at all."""
    browser = launch("--disable-3d-apis")
    yield browser
    browser.close()


@pytest.fixture(params=["WebGL", "pictures"])
def volumes(request: pytest.FixtureRequest, address: str) -> Iterator[App]:
    """The page in a browser with WebGL, and in one without; it may log no error."""
    name = "browser" if request.param == "WebGL" else "browser_without_webgl"
    context = request.getfixturevalue(name).new_context(viewport={"width": 1440, "height": 900})
    app = App(context.new_page(), address, PAGE)
    expect(app.page.get_by_text(NO_WEBGL)).to_have_count(0 if request.param == "WebGL" else 1)
    yield app
    context.close()
    assert app.problems == []


def seen(app: App, solver: str | None = None) -> bytes:
    """What a volume's picture looks like on the screen."""
    return app.canvas(solver).screenshot()


def wait_for_another(app: App, old: bytes) -> bytes:
    app.wait_until(lambda: seen(app) != old)
    return seen(app)


def at_rest(app: App) -> bytes:
    """The picture once two looks at it are alike: after a turn it is drawn finer."""
    looks = [b""]

    def alike() -> bool:
        looks.append(seen(app))
        return looks[-1] == looks[-2]

    app.wait_until(alike)
    return looks[-1]


def orbit(app: App, right: float, down: float = 0.0) -> None:
    """Drag the volume by so many pixels."""
    box = app.picture.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    app.page.mouse.move(x, y)
    app.page.mouse.down()
    app.page.mouse.move(x + right, y + down, steps=6)
    app.page.mouse.up()


def camera(app: App) -> str:
    """The camera in the address."""
    found = re.search(r"[?&]c=([^&]*)", app.page.url)
    return found[1] if found else ""


def test_the_surface_changes_and_the_camera_stays(volumes: App) -> None:
    """Orbit, run, orbit again while iterates come: only the pointer ever turns the camera."""
    app = volumes
    mixture = at_rest(app)
    orbit(app, 120, 30)
    app.wait_until(lambda: camera(app) == TURNED)
    wait_for_another(app, mixture)
    first = at_rest(app)
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 4)
    running = wait_for_another(app, first)
    assert camera(app) == TURNED
    orbit(app, -60)
    app.wait_until(lambda: camera(app) == "-79.38.150")
    app.expect_text("Converged: the objective improved by less than")
    wait_for_another(app, running)
    assert camera(app) == "-79.38.150"
    assert app.picture.get_attribute("aria-label") == (
        f"Barycenter of 50 % ball, 50 % cube by Multiscale SGA at iteration {app.iteration()}"
    )


def test_zoom_and_keys(volumes: App) -> None:
    """The wheel over the volume zooms, arrows turn it, 0 goes back; the weights stay."""
    app = volumes
    home, weights = at_rest(app), app.weights()
    app.picture.hover()
    app.page.mouse.wheel(0, -240)
    near = wait_for_another(app, home)
    app.page.get_by_role("application", name="camera").press("ArrowRight")
    app.wait_until(lambda: camera(app) != "")
    turned = wait_for_another(app, near)
    app.page.get_by_role("application", name="camera").press("0")
    app.wait_until(lambda: camera(app) == "")
    wait_for_another(app, turned)
    assert app.weights() == weights


def test_level_and_display(volumes: App) -> None:
    app = volumes
    half = at_rest(app)
    level = app.page.get_by_role("slider", name="Level")
    level.press("End")
    app.expect_address("l=98")
    full = wait_for_another(app, half)
    app.button("volume").click()
    app.expect_address("v=volume")
    wait_for_another(app, full)


def test_slices(volumes: App) -> None:
    """Three slices; a slider or a drag over another slice moves one; a switch hides them."""
    app = volumes
    cross = app.page.get_by_role("img", name=re.compile("^slice x = "))
    expect(cross).to_have_attribute("aria-label", "slice x = 0.50")
    middle = app.image(cross)
    slider = app.page.get_by_role("slider", name="cut x")
    slider.fill("0.3")
    expect(cross).to_have_attribute("aria-label", "slice x = 0.30")
    app.wait_until(lambda: app.image(cross) != middle)
    app.expect_address("x=30.50.50")
    before = app.image(cross)
    other = app.page.get_by_role("img", name=re.compile("^slice y = "))
    box = other.bounding_box()
    assert box is not None
    other.click(position={"x": 0.65 * box["width"], "y": 0.5 * box["height"]})
    app.wait_until(lambda: app.image(cross) != before)
    assert 0.6 < float(slider.input_value()) < 0.7
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 4)
    assert 0.6 < float(slider.input_value()) < 0.7
    app.button("Slices").click()
    expect(cross).to_be_hidden()


def test_all_tiles_turn_together(open_app: Callable[..., App]) -> None:
    app = open_app(PAGE + "&s=sga.dsb")
    app.wait_for_iteration(lambda number: number == 0, "DSB")
    before = seen(app, "DSB")
    orbit(app, 150)
    app.wait_until(lambda: seen(app, "DSB") != before)


def test_weights_by_dragging_lead_from_ball_to_cube(open_app: Callable[..., App]) -> None:
    """At an end there is the solid itself; the corners of the pad show the solids."""
    app = open_app(PAGE)
    mixture = at_rest(app)
    thumbnails = app.page.locator("svg.pad image")
    expect(thumbnails).to_have_count(2)
    app.wait_until(lambda: all(len(i.get_attribute("href") or "") > 1000 for i in thumbnails.all()))
    box = app.pad.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    app.page.mouse.move(box["x"] + 0.5 * box["width"], y)
    app.page.mouse.down()
    app.page.mouse.move(box["x"] + 0.8 * box["width"], y, steps=8)
    app.wait_for_iteration(lambda number: number >= 1)
    app.page.mouse.move(box["x"] + box["width"], y, steps=8)
    app.page.mouse.up()
    assert app.weights() == [0, 100]
    app.expect_text("only one marginal has weight")
    wait_for_another(app, mixture)


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


def array_file(array: Any) -> bytes:
    file = BytesIO()
    np.save(file, array)
    return file.getvalue()


def lying_header() -> bytes:
    """A file of a few bytes that announces two gigabytes."""
    file = BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": "|u1", "fortran_order": False, "shape": (1290, 1290, 1290)}
    )
    return file.getvalue() + bytes(64)


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


def export(app: App, item: str) -> tuple[str, bytes]:
    app.button("Export").click()
    return downloaded(app.page.get_by_role("menuitem", name=item, exact=True))


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


def test_the_strip(open_app: Callable[..., App]) -> None:
    """From ball to cube in five pictures; a press on one goes to its weights."""
    app = open_app(PAGE)
    app.button("Strip").click()
    for share in (100, 75, 50, 25):
        others = f", {100 - share} % cube" if share < 100 else ""
        expect(app.button(f"{share} % ball{others}")).to_be_visible()
    expect(app.button("100 % cube")).to_be_visible()
    app.button("25 % ball, 75 % cube").click()
    app.wait_for_weights(lambda weights: weights == [25, 75])
    name, data = downloaded(app.button("Save the strip"))
    assert name == "strip.png"
    assert Image.open(BytesIO(data)).size == (5 * 480, 480)


def test_the_view_travels_by_address_and_file(open_app: Callable[..., App]) -> None:
    app = open_app(PAGE + "&m=torus.octahedron&w=300.700&l=30&c=10.20.200&x=off")
    expect(app.button("marginal 1: torus")).to_be_visible()
    assert app.weights() == [30, 70]
    app.button("Share").click()
    _, data = downloaded(app.button("Save this view"))
    other = open_app(PAGE)
    other.button("Share").click()
    other.page.get_by_role("dialog").locator("input[type=file]").set_input_files(
        {"name": "view.npz", "mimeType": "application/octet-stream", "buffer": data}
    )
    expect(other.button("marginal 2: octahedron")).to_be_visible()
    other.wait_for_weights(lambda weights: weights == [30, 70])
    for part in ("p=volumes", "l=30", "c=10.20.200", "x=off"):
        other.expect_address(part)


def test_the_way_from_page_to_page(open_app: Callable[..., App]) -> None:
    app = open_app()
    app.page.wait_for_load_state("networkidle")  # fonts that a leaving page stops loading fail
    app.page.get_by_role("link", name="Volumes").click()
    expect(app.button("marginal 1: ball")).to_be_visible()
    expect(app.page.get_by_role("link", name="Volumes")).to_have_attribute("aria-current", "page")
    app.wait_for_iteration(lambda number: number == 0)
    app.page.wait_for_load_state("networkidle")
    app.page.get_by_role("link", name="Densities").click()
    expect(app.button("marginal 1: duck")).to_be_visible()
