"""The surface where a density has a given level, for the screen and for mesh files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from explorer.levels import Levels

MESH_FORMATS = ("stl", "ply")

# Bytes of a binary STL before the number of its triangles.
_STL_HEADER = 80


@dataclass(frozen=True, eq=False)
class Surface:
    """A closed surface of triangles; none at all where the density reaches the level nowhere.

    Attributes
    ----------
    points : array of float32, (k, 3)
        In units of the domain's longest side, in the domain.
    normals : array of float32, (k, 3)
        Of length 1, towards lower density.
    triangles : array of uint32, (t, 3)
        Indices of points, counter-clockwise seen from outside.
    """

    points: NDArray[np.float32]
    normals: NDArray[np.float32]
    triangles: NDArray[np.uint32]


class PackedSurface(TypedDict):
    """A surface as a graphics card takes it, little-endian.

    Attributes
    ----------
    positions : bytes
        Three uint16 a point; 65535 is the length of the domain's longest side.
    normals : bytes
        Four int8 a point, 127 for a length of 1; the last is 0.
    triangles : bytes
        Three uint32 a triangle.
    counts : tuple of int
        Points and triangles.
    """

    positions: bytes
    normals: bytes
    triangles: bytes
    counts: tuple[int, int]


def surface(levels: Levels, level: float) -> Surface:
    """The surface inside which a density is higher than a level, by flying edges [1].

    Beyond the border of the domain the density is nought, so that the surface is closed there.

    Parameters
    ----------
    levels : array of uint8, (n0, n1, n2)
        255 for full density or above, of cubic cells.
    level : float
        Fraction of the full density, 0 to 1.

    Raises
    ------
    ValueError
        If the levels are no volume of bytes or the level is out of its range.

    References
    ----------
    [1] W. Schroeder, R. Maynard, B. Geveci. Flying edges: a high-performance scalable isocontouring
        algorithm. LDAV 2015.
    """
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkTriangleMeshPointNormals

    check_volume(levels)
    if not 0 <= level <= 1:
        raise ValueError(f"level: is {level}, but must be in [0, 1].")
    # VTK counts the first axis fastest: it is given, and gives back, the axes in reverse.
    padded = np.pad(levels, 1)
    cell = 1 / max(levels.shape)
    image = vtkImageData()
    image.SetDimensions(*padded.shape[::-1])
    image.SetSpacing(cell, cell, cell)
    image.SetOrigin(-cell / 2, -cell / 2, -cell / 2)
    image.GetPointData().SetScalars(numpy_to_vtk(padded.ravel()))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    # Half-way between two levels, so that no corner is the middle of a cell, where it would be one
    # of several and triangles would have no area.
    edges.SetValue(0, min(int(255 * level), 254) + 0.5)
    edges.ComputeScalarsOff()
    # The density's gradient, which it would compute, has rings where solids have sharp borders.
    edges.ComputeNormalsOff()
    upright = vtkTriangleMeshPointNormals()
    upright.SetInputConnection(edges.GetOutputPort())
    upright.Update()
    found = upright.GetOutput()
    if not found.GetNumberOfPolys():
        none = np.empty((0, 3))
        return Surface(none.astype(np.float32), none.astype(np.float32), none.astype(np.uint32))
    points = vtk_to_numpy(found.GetPoints().GetData())[:, ::-1]
    normals = vtk_to_numpy(found.GetPointData().GetNormals())[:, ::-1]
    triangles = vtk_to_numpy(found.GetPolys().GetConnectivityArray()).reshape(-1, 3)[:, ::-1]
    extent = cell * np.array(levels.shape)
    return Surface(
        np.clip(points, 0, extent, dtype=np.float32),
        _smoothed(normals, triangles),
        triangles.astype(np.uint32, order="C"),
    )


def packed(surface: Surface) -> PackedSurface:
    """A surface in few bytes, for a browser."""
    normals = np.zeros((len(surface.normals), 4), np.int8)
    normals[:, :3] = np.rint(127 * surface.normals)
    return PackedSurface(
        positions=np.rint(65535 * surface.points).astype("<u2").tobytes(),
        normals=normals.tobytes(),
        triangles=surface.triangles.astype("<u4").tobytes(),
        counts=(len(surface.points), len(surface.triangles)),
    )


def mesh_file(surface: Surface, format: str) -> bytes:
    """A surface as a binary mesh file, in units of the domain's longest side.

    Parameters
    ----------
    surface : Surface
    format : str
        ``"stl"``, or ``"ply"`` with normals.

    Raises
    ------
    ValueError
        If the format is another one.
    """
    if format not in MESH_FORMATS:
        raise ValueError(f"format: is “{format}”, but must be one of {MESH_FORMATS}.")
    return _stl(surface) if format == "stl" else _ply(surface)


def check_volume(levels: NDArray[Any]) -> None:
    """Refuse what is no volume of levels.

    Raises
    ------
    ValueError
        If the array is not of bytes, (n0, n1, n2), or has no cell.
    """
    if levels.dtype != np.uint8 or levels.ndim != 3 or not levels.size:
        raise ValueError(
            f"levels: are {levels.dtype} of shape {levels.shape}, but must be uint8 of shape "
            "(n0, n1, n2) with at least one cell."
        )


def _smoothed(normals: NDArray[np.float32], triangles: NDArray[Any]) -> NDArray[np.float32]:
    """Averaged over the triangles around each point: the steps of the grid are hardly seen."""
    corners, sums = triangles.ravel(), normals[triangles].sum(axis=1)
    around = [np.bincount(corners, np.repeat(sum_, 3), len(normals)) for sum_ in sums.T]
    smooth = np.stack(around, axis=1)
    lengths = np.linalg.norm(smooth, axis=1, keepdims=True)
    return np.asarray(smooth / np.where(lengths > 0, lengths, 1), np.float32)


def _stl(surface: Surface) -> bytes:
    corners = surface.points[surface.triangles]
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(crosses, axis=1, keepdims=True)
    facets = np.zeros(
        len(corners), [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")]
    )
    facets["normal"] = crosses / np.where(areas > 0, areas, 1)
    facets["corners"] = corners
    header = b"binary STL of a barycenter".ljust(_STL_HEADER)
    return header + len(facets).to_bytes(4, "little") + facets.tobytes()


def _ply(surface: Surface) -> bytes:
    header = "\n".join(
        [
            "ply",
            "format binary_little_endian 1.0",
            f"element vertex {len(surface.points)}",
            *(f"property float {name}" for name in ("x", "y", "z", "nx", "ny", "nz")),
            f"element face {len(surface.triangles)}",
            "property list uchar uint vertex_indices",
            "end_header",
            "",
        ]
    )
    vertices = np.hstack([surface.points, surface.normals]).astype("<f4")
    faces = np.zeros(len(surface.triangles), [("count", "u1"), ("corners", "<u4", 3)])
    faces["count"], faces["corners"] = 3, surface.triangles
    return header.encode() + vertices.tobytes() + faces.tobytes()
