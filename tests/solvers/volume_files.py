"""Volume files for tests: meshes, arrays, NIfTI, and headers that lie."""

from io import BytesIO

import nibabel
import numpy as np
import pyvista as pv

from solvers.volumes import MAX_SIDE

BALL = pv.Icosphere(radius=2, center=(1, 2, 3), nsub=3)
RAMP = np.arange(24, dtype=np.float32).reshape(4, 3, 2)
CUBE_PLY = """ply
format ascii 1.0
comment a unit cube of squares, whose vertices have colours
element vertex 8
property uchar red
property float x
property float y
property float z
element note 1
property list uchar int words
element face 6
property list uchar int vertex_index
property int label
end_header
9 0 0 0
9 1 0 0
9 1 1 0
9 0 1 0
9 0 0 1
9 1 0 1
9 1 1 1
9 0 1 1
2 5 5
4 3 2 1 0 7
4 4 5 6 7 7
4 0 1 5 4 7
4 1 2 6 5 7
4 2 3 7 6 7
4 3 0 4 7 7
"""
CUBE_OBJ = """# the same cube, with texture coordinates, and counted backwards
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
vt 0 0
v 0 0 1
v 1 0 1
v 1 1 1
v 0 1 1
usemtl red
f 4/1 3/1 2/1 1/1
f 5//1 6//1 7//1 8//1
f -8 -7 -3 -4
f 2 3 7 6
f 3 4 8 7
f 4 1 5 8
"""


def cube():
    """The solid of a cube of 160 cells along each side in the middle of 200."""
    density = np.zeros((MAX_SIDE,) * 3, dtype=np.uint8)
    density[20:180, 20:180, 20:180] = 255
    return density


def written(surface, folder, suffix, binary=True):
    path = folder / f"surface{suffix}"
    surface.save(path, binary=binary)
    return path.read_bytes()


def npy(array, **options):
    file = BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(**arrays):
    file = BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def nifti(array, affine=None, kind=nibabel.Nifti1Image):
    return kind(array, np.eye(4) if affine is None else affine).to_bytes()


def announced(shape, kind="<f8", size=100):
    """An array file that announces more than it holds."""
    file = BytesIO()
    header = {"descr": kind, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + bytes(size)


def big_endian(table):
    """The text of a PLY file of squares, in binary."""
    header, body = table.split("end_header\n")
    rows = [line.split() for line in body.splitlines()]
    data = b""
    for red, *point in rows[:8]:
        data += bytes([int(red)]) + np.array(point, dtype=">f4").tobytes()
    for length, *words in rows[8:]:
        data += bytes([int(length)]) + np.array(words, dtype=">i4").tobytes()
    return header.replace("ascii", "binary_big_endian").encode() + b"end_header\n" + data
