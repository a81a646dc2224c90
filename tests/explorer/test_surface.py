"""Surfaces of densities: where they are, that they are closed, and what is written of them."""

from __future__ import annotations

import numpy as np
import pytest
import pyvista as pv

from explorer.surface import mesh_file, packed, surface


def levels_of(distance, n):
    """Levels (n, n, n) of a solid, from the signed distance to its border."""
    axis = (np.arange(n) + 0.5) / n
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    return (255 * np.clip(0.5 - n * distance(x, y, z), 0, 1)).astype(np.uint8)


def ball(n, centre=(0.5, 0.5, 0.5), radius=0.4):
    def distance(*point):
        squares = ((p - c) ** 2 for p, c in zip(point, centre, strict=True))
        return np.sqrt(sum(squares)) - radius

    return levels_of(distance, n)


def torus(n):
    return levels_of(lambda x, y, z: np.hypot(np.hypot(x - 0.5, y - 0.5) - 0.27, z - 0.5) - 0.11, n)


def area(found):
    a, b, c = found.points[found.triangles].astype(float).transpose(1, 0, 2)
    return np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2


def volume(found):
    """Positive where triangles are counter-clockwise seen from outside."""
    a, b, c = found.points[found.triangles].astype(float).transpose(1, 0, 2)
    return (a * np.cross(b, c)).sum() / 6


def edges(found):
    """Directed, (3t, 2)."""
    return np.concatenate([found.triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])])


def is_closed(found):
    """Whether each edge belongs to two triangles, which run through it in opposite directions."""
    there, counts = np.unique(edges(found), axis=0, return_counts=True)
    back = np.unique(there[:, ::-1], axis=0)
    return (counts == 1).all() and np.array_equal(there, back)


def euler(found):
    return len(found.points) - len(edges(found)) // 2 + len(found.triangles)


def test_a_ball_has_the_area_volume_and_normals_of_a_sphere():
    found = surface(ball(64), 0.5)
    from_centre = found.points - 0.5
    assert np.linalg.norm(from_centre, axis=1) == pytest.approx(0.4, abs=0.2 / 64)
    assert area(found) == pytest.approx(4 * np.pi * 0.4**2, rel=0.02)
    assert volume(found) == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=0.005)
    assert np.linalg.norm(found.normals, axis=1) == pytest.approx(1, abs=1e-6)
    assert (found.normals * from_centre).sum(axis=1).min() > 0.99 * 0.4
    dtypes = (found.points.dtype, found.normals.dtype, found.triangles.dtype)
    assert dtypes == (np.float32, np.float32, np.uint32)


@pytest.mark.parametrize(
    ("levels", "characteristic"),
    [
        (ball(24), 2),
        (torus(32), 0),
        (np.maximum(ball(24, (0.25,) * 3, 0.1), ball(24, (0.75,) * 3, 0.1)), 4),
        (np.full((3, 4, 5), 255, np.uint8), 2),
    ],
    ids=["ball", "torus", "two balls", "all full"],
)
def test_surfaces_are_closed(levels, characteristic):
    found = surface(levels, 0.5)
    assert is_closed(found)
    assert euler(found) == characteristic
    assert volume(found) > 0


def test_noise_has_a_closed_surface_without_degenerate_triangles():
    noise = np.random.default_rng(0).integers(0, 256, (7, 8, 9), np.uint8)
    found = surface(noise, 51 / 255)  # a level that cells have
    there, back = (np.unique(e, axis=0) for e in (edges(found), edges(found)[:, ::-1]))
    assert np.array_equal(there, back)
    inside = ((found.points > 0) & (found.points < np.array([7, 8, 9]) / 9)).all(axis=1)
    a, b, c = found.points[found.triangles].astype(float).transpose(1, 0, 2)
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    assert areas[inside[found.triangles].all(axis=1)].min() > 0
    assert np.isfinite(found.normals).all()


@pytest.mark.parametrize("level", [0.02, 0.5, 0.98, 1])
def test_a_full_domain_ends_at_its_border(level):
    found = surface(np.full((4, 6, 8), 255, np.uint8), level)
    np.testing.assert_allclose(found.points.min(axis=0), 0, atol=0.5 / 8)
    np.testing.assert_allclose(found.points.max(axis=0), np.array([4, 6, 8]) / 8, atol=0.5 / 8)
    assert found.points.min() >= 0
    assert (found.points.max(axis=0) <= np.array([4, 6, 8], np.float32) / 8).all()
    assert is_closed(found)


def test_axes_and_cells_are_where_the_domain_has_them():
    levels = np.zeros((4, 6, 10), np.uint8)
    levels[1, 4, 7] = 255
    found = surface(levels, 0.5)
    np.testing.assert_allclose(found.points.mean(axis=0), [0.15, 0.45, 0.75], atol=1e-6)
    np.testing.assert_allclose(np.ptp(found.points, axis=0), 0.1, rtol=1e-5)
    assert volume(found) > 0


def test_a_higher_level_lies_further_inside():
    volumes = [volume(surface(ball(32) // 2, level)) for level in (0.05, 0.25, 0.45)]
    assert volumes == sorted(volumes, reverse=True)
    assert volumes[0] > volumes[-1]


def test_there_is_no_surface_of_a_level_that_is_not_reached():
    found = surface(np.full((4, 4, 4), 100, np.uint8), 0.5)
    assert (found.points.shape, found.normals.shape, found.triangles.shape) == ((0, 3),) * 3
    assert packed(found) == {"positions": b"", "normals": b"", "triangles": b"", "counts": (0, 0)}


@pytest.mark.parametrize(
    "levels",
    [np.zeros((3, 3), np.uint8), np.zeros((3, 3, 3)), np.zeros((0, 3, 3), np.uint8)],
    ids=["flat", "float", "empty"],
)
def test_what_is_no_volume_is_refused(levels):
    with pytest.raises(ValueError, match=r"levels: are .*, but must be uint8 of shape"):
        surface(levels, 0.5)


@pytest.mark.parametrize("level", [-0.1, 1.1, np.nan])
def test_levels_out_of_range_are_refused(level):
    with pytest.raises(ValueError, match=r"level: is .*, but must be in \[0, 1\]"):
        surface(ball(8), level)


def test_packed_surfaces_hold_the_same():
    found = surface(np.pad(ball(20), ((0, 0), (0, 0), (0, 5))), 0.3)
    data = packed(found)
    k, t = data["counts"]
    positions = np.frombuffer(data["positions"], "<u2").reshape(k, 3)
    normals = np.frombuffer(data["normals"], np.int8).reshape(k, 4)
    triangles = np.frombuffer(data["triangles"], "<u4").reshape(t, 3)
    np.testing.assert_allclose(positions / 65535, found.points, atol=1e-5)
    np.testing.assert_allclose(normals[:, :3] / 127, found.normals, atol=0.005)
    assert not normals[:, 3].any()
    assert np.array_equal(triangles, found.triangles)


def test_packed_positions_reach_the_border_and_do_not_wrap():
    positions = np.frombuffer(packed(surface(np.full((2, 2, 2), 255, np.uint8), 0.1))["positions"])
    positions = positions.view("<u2")
    assert {0, 65535} <= set(positions.tolist())


@pytest.mark.parametrize("format", ["stl", "ply"])
def test_mesh_files_are_read_by_others(format, tmp_path):
    found = surface(torus(32), 0.5)
    path = tmp_path / f"torus.{format}"
    path.write_bytes(mesh_file(found, format))
    mesh = pv.read(path).clean()  # an STL has each corner once for each triangle
    assert mesh.n_cells == len(found.triangles)
    assert mesh.is_manifold
    assert mesh.volume == pytest.approx(volume(found), rel=1e-5)
    assert mesh.area == pytest.approx(area(found), rel=1e-5)
    np.testing.assert_allclose(mesh.points.min(axis=0), found.points.min(axis=0), atol=1e-6)
    np.testing.assert_allclose(mesh.points.max(axis=0), found.points.max(axis=0), atol=1e-6)


def test_ply_files_keep_points_normals_and_triangles(tmp_path):
    found = surface(ball(12), 0.5)
    path = tmp_path / "ball.ply"
    path.write_bytes(mesh_file(found, "ply"))
    mesh = pv.read(path)
    assert np.array_equal(mesh.points, found.points)
    assert np.array_equal(mesh.point_data["Normals"], found.normals)
    assert np.array_equal(mesh.regular_faces, found.triangles)


def test_facets_of_stl_files_face_outwards():
    found = surface(ball(12), 0.5)
    data = mesh_file(found, "stl")
    assert len(data) == 84 + 50 * len(found.triangles)
    assert int.from_bytes(data[80:84], "little") == len(found.triangles)
    facets = np.frombuffer(
        data, [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")], offset=84
    )
    assert np.linalg.norm(facets["normal"], axis=1) == pytest.approx(1, abs=1e-5)
    from_centre = facets["corners"].mean(axis=1) - 0.5
    assert (facets["normal"] * from_centre).sum(axis=1).min() > 0


@pytest.mark.parametrize("format", ["stl", "ply"])
def test_files_of_no_surface_are_whole(format):
    data = mesh_file(surface(np.zeros((3, 3, 3), np.uint8), 0.5), format)
    assert data == (data[:84] if format == "stl" else data[: data.index(b"end_header\n") + 11])


def test_other_mesh_files_are_refused():
    with pytest.raises(ValueError, match=r"format: is “obj”, but must be one of"):
        mesh_file(surface(ball(8), 0.5), "obj")
