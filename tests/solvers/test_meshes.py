"""Closed surfaces become the solids that they bound, whatever their triangles look like."""

import numpy as np
import pytest
import pyvista as pv

from solvers import datasets
from solvers.mesh_files import read_ply
from solvers.meshes import Mesh, closed_mesh, inside, winding_numbers

N = 60


def triangulated(shape):
    """Points and triangles of a PyVista shape, its corners welded."""
    surface = shape.triangulate().clean()
    return surface.points.astype(float), surface.regular_faces


def together(*surfaces):
    """Several surfaces as one."""
    offsets = np.cumsum([0, *(len(points) for points, _ in surfaces)])
    triangles = [
        triangles + offset for (_, triangles), offset in zip(surfaces, offsets, strict=False)
    ]
    return np.concatenate([points for points, _ in surfaces]), np.concatenate(triangles)


BOX = triangulated(pv.Box((0, 3, 0, 2, 0, 1)))
SPHERE = triangulated(pv.Icosphere(radius=5, center=(7, 8, 9), nsub=4))
TORUS = triangulated(pv.ParametricTorus(ringradius=3, crosssectionradius=1))


def test_a_box_is_exact():
    solid = inside(closed_mesh(*BOX)[0], N)  # 48 × 32 × 16 cells
    expected = np.zeros((N, N, N))
    expected[6:54, 14:46, 22:38] = 1
    # Corners are welded on a lattice, heights are counted in steps of 1/256.
    np.testing.assert_allclose(solid, expected, atol=1 / 256)


def test_shares_of_cells():
    solid = inside(closed_mesh(*BOX)[0], 25)  # 20 × 13⅓ × 6⅔ cells around the middle
    np.testing.assert_allclose(
        solid[12, 12], [0] * 9 + [5 / 6] + [1] * 5 + [5 / 6] + [0] * 9, atol=0.01
    )
    np.testing.assert_allclose(solid[12, :, 12].sum(), 40 / 3, atol=0.2)


@pytest.mark.parametrize("n", [2, 25, 64])
@pytest.mark.parametrize("surface", [SPHERE, TORUS], ids=["sphere", "torus"])
def test_volume_is_the_surface_integral(surface, n):
    mesh, notes = closed_mesh(*surface)
    volume = np.linalg.det(mesh.points[mesh.triangles] - 0.5).sum() / 6
    assert notes == ()
    assert inside(mesh, n).mean() == pytest.approx(volume, rel=0.1 if n == 2 else 2e-3)


def test_a_sphere_is_a_ball_in_the_middle():
    mesh, _ = closed_mesh(*SPHERE)
    np.testing.assert_allclose(mesh.points.min(axis=0), 0.1, atol=1e-6)
    np.testing.assert_allclose(mesh.points.max(axis=0), 0.9, atol=1e-6)
    solid = inside(mesh, N)
    assert solid.mean() == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=5e-3)
    nodes = (np.arange(N) + 0.5) / N - 0.5
    radius = np.sqrt(sum(x**2 for x in np.meshgrid(nodes, nodes, nodes, indexing="ij")))
    assert (solid[radius < 0.4 - 1.5 / N] == 1).all()
    assert (solid[radius > 0.4 + 1 / N] == 0).all()


@pytest.mark.parametrize("name", datasets.mesh_names())
def test_agreement_with_vtk(name):
    mesh = datasets._mesh(name)
    surface = pv.PolyData.from_regular_faces(mesh.points, mesh.triangles)
    nodes = pv.ImageData(dimensions=(N, N, N), spacing=[1 / N] * 3, origin=[0.5 / N] * 3)
    mask = surface.voxelize_binary_mask(reference_volume=nodes)["mask"]
    vtk = np.reshape(mask, (N, N, N), order="F") > 0
    solid = inside(mesh, N)
    unclear = (solid > 0.02) & (solid < 0.98)
    assert ((solid > 0.5) == vtk)[~unclear].mean() > 0.9999
    assert solid.mean() == pytest.approx(surface.volume, rel=2e-3)


def test_turned_inside_out_it_is_the_same_solid():
    points, triangles = TORUS
    reverse = closed_mesh(points, triangles[:, ::-1])[0]
    assert winding_numbers(reverse, N).min() == -1
    np.testing.assert_array_equal(inside(reverse, N), inside(closed_mesh(*TORUS)[0], N))


def test_overlapping_parts_are_one_solid():
    other = (BOX[0] + [1, 0, 0], BOX[1])  # together 4 × 2 × 1, 2 × 2 × 1 of it twice
    mesh, _ = closed_mesh(*together(BOX, other))
    assert winding_numbers(mesh, 80).max() == 2
    assert inside(mesh, 80).mean() == pytest.approx(4 * 2 * 1 * 0.2**3, rel=1e-3)


def test_a_shell_is_hollow():
    points, triangles = BOX
    core = ((points - [1.5, 1, 0.5]) / 2 + [1.5, 1, 0.5], triangles[:, ::-1])
    mesh, notes = closed_mesh(*together(BOX, core))
    assert notes == ()
    assert inside(mesh, N)[N // 2, N // 2, N // 2] == 0
    assert inside(mesh, N).mean() == pytest.approx(7 / 8 * 6 * (0.8 / 3) ** 3, rel=1e-3)


@pytest.mark.parametrize("surface", [TORUS, together(BOX, (BOX[0] + [5, 0, 0], BOX[1]))])
def test_triangles_that_face_different_ways_are_turned_alike(surface):
    points, triangles = surface
    mixed = triangles.copy()
    turned = np.random.default_rng(0).random(len(triangles)) < 0.5
    mixed[turned] = mixed[turned, ::-1]
    mesh, notes = closed_mesh(points, mixed)
    assert notes == ("Its triangles faced different ways; now all of them face outwards.",)
    straight, _ = closed_mesh(points, triangles)
    np.testing.assert_array_equal(winding_numbers(mesh, N), winding_numbers(straight, N))


def test_corners_at_one_place_become_one():
    points, triangles = SPHERE
    soup, _ = closed_mesh(
        points[triangles].reshape(-1, 3), np.arange(triangles.size).reshape(-1, 3)
    )
    mesh, _ = closed_mesh(*SPHERE)
    np.testing.assert_array_equal(soup.points, mesh.points)
    np.testing.assert_array_equal(soup.triangles, mesh.triangles)


def test_slivers_and_steep_faces_leak_nothing():
    rng = np.random.default_rng(1)
    points, triangles = TORUS
    rough = points * [1, 1, 1e-4] + 1e-4 * rng.normal(size=points.shape)
    windings = winding_numbers(closed_mesh(rough, triangles)[0], 50)
    assert not windings[:, :, [0, -1]].any()
    assert not windings[[0, -1]].any()
    assert not windings[:, [0, -1]].any()


# The least triangles of a projective plane: half an icosahedron's, opposite points made one.
FAN = [(0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5), (0, 5, 1)]
PROJECTIVE_PLANE = np.array([*FAN, (1, 2, 4), (2, 3, 5), (3, 4, 1), (4, 5, 2), (5, 1, 3)])
MANY = np.zeros((2_000_001, 3), dtype=int)
LAYERS = np.random.default_rng(0).random((900_000, 3))
LAYERED = np.arange(900_000).reshape(-1, 3)
REFUSED = {
    "no triangles": (BOX[0], BOX[1][:0], "holds no triangles"),
    "too many triangles": (BOX[0], MANY, "more than 2 million triangles"),
    "a corner too far": (BOX[0], BOX[1] + 1, "none of the file's 8 points"),
    "a negative corner": (BOX[0], BOX[1] - 1, "none of the file's 8 points"),
    "NaN": (np.where(BOX[0] == 3, np.nan, BOX[0]), BOX[1], "not finite"),
    "infinity": (np.where(BOX[0] == 3, np.inf, BOX[0]), BOX[1], "not finite"),
    "one place": (0 * BOX[0] + 3, BOX[1], "no extent"),
    "wider than numbers": ((BOX[0] - 1.5) * 1e308, BOX[1], "too large"),
    "a missing triangle": (BOX[0], BOX[1][1:], "is open: 3 edges do not join two triangles"),
    "a triangle twice": (BOX[0], np.concatenate([BOX[1], BOX[1][:1]]), "is open: 3 edges"),
    "a sheet": (*triangulated(pv.Plane(i_resolution=1, j_resolution=1)), "is open: 4 edges"),
    "a projective plane": (LAYERS[:6], PROJECTIVE_PLANE, "no inside, like a Klein bottle"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_sentence_refuses(name):
    points, triangles, message = REFUSED[name]
    with pytest.raises(ValueError, match=f"^volume: .*{message}") as refusal:
        closed_mesh(points, triangles)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


def test_too_many_layers_are_refused_before_they_cost_time():
    mesh, _ = closed_mesh(LAYERS, np.concatenate([LAYERED, LAYERED[:, ::-1]]))
    with pytest.raises(ValueError, match=r"^volume: the surface lies in too many layers"):
        winding_numbers(mesh, 100)


def test_turning():
    mesh = Mesh(np.array([[0.6, 0.7, 0.9]]), np.empty((0, 3), dtype=int))
    np.testing.assert_allclose(mesh.turned("+x+y+z").points, mesh.points)
    np.testing.assert_allclose(mesh.turned("+x-z+y").points, [[0.6, 0.1, 0.7]])
    np.testing.assert_allclose(mesh.turned("-z-x+y").points, [[0.1, 0.4, 0.7]])


@pytest.mark.parametrize("name", datasets.mesh_names())
def test_built_in_meshes_stand_upright(name):
    mesh = datasets._mesh(name)
    assert np.linalg.det(mesh.points[mesh.triangles] - 0.5).sum() > 0  # turned, not mirrored
    solid = datasets.mesh_solid(name, N)
    assert solid.shape == (N, N, N)
    assert solid.dtype == np.float64
    assert solid.max() == 1
    extents = [
        np.ptp(np.flatnonzero(solid.any(axis=tuple({0, 1, 2} - {axis})))) + 1 for axis in range(3)
    ]
    assert max(extents) == 48
    if name in ("cow", "triceratops", "elephant"):
        floor = solid[:, :, np.flatnonzero(solid.any(axis=(0, 1)))[:4]]
        feet, body = floor.any(axis=2).sum(), solid.any(axis=2).sum()
        assert 0 < feet < 0.2 * body  # they stand on their feet


def test_upright_and_turned_meshes_are_the_same_solid():
    points, triangles = read_ply((datasets.ASSETS / "meshes" / "cow.ply").read_bytes())
    lying = inside(closed_mesh(points, triangles)[0], N)  # its legs point along −y
    upright = datasets.mesh_solid("cow", N)
    np.testing.assert_allclose(upright, lying.transpose(0, 2, 1)[:, ::-1], atol=0.2)
    assert upright.sum() == pytest.approx(lying.sum(), rel=2e-3)


def test_unknown_meshes_are_refused():
    with pytest.raises(ValueError, match=r"^mesh: “../cow” is unknown; there are bunny, cow"):
        datasets.mesh_solid("../cow", 8)
