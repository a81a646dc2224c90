"""Triangle meshes as solids: what a closed surface encloses, on a grid."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.files import RefusedError

MAX_TRIANGLES = 2_000_000

# Longest side of a mesh in the unit cube.
_FILL = 0.8
# Corners are welded on a lattice; three of its indices fit into one whole number.
_LATTICE_BITS = 21
# Lines of sight that may meet the surface; more are not counted within seconds.
_MAX_CROSSINGS = 30_000_000


@dataclass(frozen=True)
class Mesh:
    """A closed surface in the middle of the unit cube; the longest side of its box is 0.8.

    Attributes
    ----------
    points : array, (p, 3)
    triangles : array of int, (t, 3)
        Corners, counterclockwise seen from outside.
    """

    points: FloatArray
    triangles: Array

    def turned(self, axes: str) -> Mesh:
        """Turn the mesh so that the given axes, as in ``"-y+x+z"``, become axes 0, 1 and 2."""
        signs = [1 if sign == "+" else -1 for sign in axes[::2]]
        order = ["xyz".index(axis) for axis in axes[1::2]]
        return replace(self, points=(self.points[:, order] - 0.5) * signs + 0.5)


def closed_mesh(points: Array, triangles: Array) -> tuple[Mesh, tuple[str, ...]]:
    """Make a mesh of a surface that is not trusted.

    Corners at one place become one, and triangles that face different ways are turned alike.

    Parameters
    ----------
    points : array, (p, 3)
    triangles : array of int, (t, 3)
        Indices of points.

    Returns
    -------
    Mesh
    tuple of str
        Sentences about what was changed.

    Raises
    ------
    ValueError
        With one sentence that begins with ``volume:``, if the surface bounds no solid.
    """
    if not len(triangles):
        raise RefusedError("volume: the file holds no triangles; a solid needs a closed surface.")
    check_triangle_count(len(triangles))
    if triangles.min() < 0 or triangles.max() >= len(points):
        raise RefusedError(
            f"volume: a triangle has a corner that is none of the file's {len(points)} points."
        )
    points, triangles = _welded(points, triangles)
    notes: tuple[str, ...] = ()
    if not _is_oriented(triangles):
        triangles = _oriented(points, triangles)
        notes = ("Its triangles faced different ways; now all of them face outwards.",)
    return Mesh(points, triangles), notes


def check_triangle_count(count: int) -> None:
    """Refuse more triangles than `MAX_TRIANGLES`."""
    if count > MAX_TRIANGLES:
        raise RefusedError(
            f"volume: the surface has more than {MAX_TRIANGLES // 10**6} million triangles; "
            "simplify it first."
        )


def winding_numbers(mesh: Mesh, n: int) -> FloatArray:
    """How often a mesh winds around each cell of an n × n × n grid, averaged over the cell.

    Returns
    -------
    array, (n, n, n)
        1 inside, 0 outside, between them where the surface crosses a cell; 2 or more where parts
        of the surface overlap, and negative within surfaces that are inside out.

    Raises
    ------
    ValueError
        If the surface is folded so often that counting would take too long.
    """
    from solvers.kernels.winding import COLUMNS, STEPS, add_crossings

    x, y = mesh.points[mesh.triangles, :2].transpose(2, 0, 1)
    areas = 0.5 * abs(np.sum(x * (np.roll(y, -1, axis=1) - np.roll(y, 1, axis=1)), axis=1))
    # A row of columns costs as much as a crossing, even where the triangle meets none of them.
    if np.sum(areas * (COLUMNS * n) ** 2 + np.ptp(y, axis=1) * COLUMNS * n) > _MAX_CROSSINGS:
        raise RefusedError("volume: the surface lies in too many layers; simplify it first.")
    changes = np.zeros((n, n, n + 1), dtype=np.int32)
    add_crossings(n * mesh.points, mesh.triangles, changes)
    windings = np.cumsum(changes[:, :, :n], axis=2, out=changes[:, :, :n])
    return np.asarray(windings / (COLUMNS**2 * STEPS))


def inside(mesh: Mesh, n: int) -> FloatArray:
    """The share of each cell of an n × n × n grid that a mesh encloses, (n, n, n), in [0, 1]."""
    return np.asarray(np.minimum(np.abs(winding_numbers(mesh, n)), 1.0))


def _welded(points: Array, triangles: Array) -> tuple[FloatArray, Array]:
    """The corners in the unit cube, each place once, and the triangles that are left."""
    corners = np.asarray(points, dtype=float)[triangles]
    if not np.isfinite(corners).all():
        raise RefusedError("volume: coordinates of the surface are not finite numbers.")
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    with np.errstate(over="ignore"):
        side = (high - low).max()
    if not 0 < side < np.inf:
        raise RefusedError(
            "volume: the surface has no extent; its corners must be at different places."
            if side == 0
            else "volume: the surface is too large for its coordinates to be told apart."
        )
    steps = 2**_LATTICE_BITS - 1
    x, y, z = np.rint((corners - low) / side * steps).astype(np.int64).transpose(2, 0, 1)
    places, triangles = np.unique(
        x << 2 * _LATTICE_BITS | y << _LATTICE_BITS | z, return_inverse=True
    )
    distinct = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
    indices = places[:, None] >> _LATTICE_BITS * np.arange(2, -1, -1) & steps
    return 0.5 + _FILL * (indices / steps - 0.5 * (high - low) / side), triangles[distinct]


def _edges(triangles: Array) -> tuple[Array, Array]:
    """Which edge each side of each triangle is, and whether it runs upwards in the indices."""
    start, end = triangles, np.roll(triangles, -1, axis=1)
    low, high = np.minimum(start, end), np.maximum(start, end)
    _, edge = np.unique((low << 32 | high).ravel(), return_inverse=True)
    return edge, (start < end).ravel()


def _is_oriented(triangles: Array) -> bool:
    """Whether a closed surface runs along each edge as often one way as the other."""
    edge, upwards = _edges(triangles)
    gaps = int((np.bincount(edge) % 2).sum())
    if gaps:
        raise RefusedError(
            f"volume: the surface is open: {gaps} {'edge does' if gaps == 1 else 'edges do'} not "
            "join two triangles; a solid needs a closed surface."
        )
    return not np.bincount(edge, np.where(upwards, 1, -1)).any()


def _oriented(points: FloatArray, triangles: Array) -> Array:
    """Turn triangles so that neighbours face the same way, and each piece outwards.

    In a graph with two nodes for each triangle, as it is and turned, neighbours are linked where
    they agree: a piece becomes two components, one the other's reverse.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(triangles)
    edge, upwards = _edges(triangles)
    sides = np.argsort(edge, kind="stable")
    sides = sides[(np.bincount(edge) == 2)[edge[sides]]].reshape(-1, 2)
    first, second = sides.T // 3
    turn = count * (upwards[sides[:, 0]] == upwards[sides[:, 1]])
    start = np.concatenate([first, first + count])
    end = np.concatenate([second + turn, second + (count - turn)])
    links = coo_array((np.ones(len(start), dtype=bool), (start, end)), shape=(2 * count,) * 2)
    kept, reverse = connected_components(links, directed=False)[1].reshape(2, count)
    triangles = np.where((kept > reverse)[:, None], triangles[:, ::-1], triangles)
    if not _is_oriented(triangles):
        raise RefusedError(
            "volume: the surface has no inside, like a Klein bottle; it must bound a solid."
        )
    piece = np.minimum(kept, reverse)
    volumes = np.bincount(piece, np.linalg.det(points[triangles] - 0.5))
    return np.where((volumes[piece] < 0)[:, None], triangles[:, ::-1], triangles)
