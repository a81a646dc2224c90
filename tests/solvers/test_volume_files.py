"""Any sane volume file becomes a density, anything else gets one sentence; neither ever warns."""

import builtins
import gzip
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import nibabel
import numpy as np
import pytest
import pyvista as pv

from solvers import GridProblem, datasets
from solvers.volumes import MAX_BYTES, MAX_SIDE, SUFFIXES, decode, resample_volume

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


@pytest.mark.parametrize("binary", [True, False], ids=["binary", "text"])
@pytest.mark.parametrize("suffix", [".stl", ".ply", ".obj"])
def test_meshes_written_by_others(suffix, binary, tmp_path):
    volume = decode(f"Ball{suffix.upper()}", written(BALL, tmp_path, suffix, binary))
    assert volume.notes == ()
    assert volume.density.dtype == np.uint8
    assert volume.density.shape == (MAX_SIDE,) * 3
    assert volume.density.max() == 255
    expected = BALL.volume * (0.8 / np.ptp(BALL.points, axis=0).max()) ** 3
    assert volume.density.mean() / 255 == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("name", datasets.mesh_names())
def test_built_in_meshes_can_be_uploaded(name):
    data = (datasets.ASSETS / "meshes" / f"{name}.ply").read_bytes()
    volume = decode(f"{name}.ply", data)
    assert volume.notes == ()
    expected = datasets.mesh_solid(name, 100).mean()
    assert volume.density.mean() / 255 == pytest.approx(expected, rel=5e-3)


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


def with_a_pair_of_triangles(table):
    """The same cube, whose first square is cut in two: rows of several lengths."""
    table = table.replace("element face 6", "element face 7")
    return table.replace("4 3 2 1 0 7\n", "3 3 2 1 7\n3 3 1 0 7\n")


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".obj", CUBE_OBJ.encode()),
        (".obj", CUBE_OBJ.replace("\n", "\r\n").encode()),
        (".ply", CUBE_PLY.encode()),
        (".ply", CUBE_PLY.replace("\n", "\r\n").encode()),
        (".ply", with_a_pair_of_triangles(CUBE_PLY).encode()),
        (".ply", big_endian(CUBE_PLY)),
        (".ply", big_endian(with_a_pair_of_triangles(CUBE_PLY))),
    ],
)
def test_polygons(suffix, data):
    assert decode(suffix, data).notes == ()
    np.testing.assert_allclose(decode(suffix, data).density.astype(int), cube(), atol=2)


def test_binary_stl_that_begins_like_text(tmp_path):
    data = b"solid" + written(BALL, tmp_path, ".stl")[5:]
    assert decode("a.stl", data).density.any()


def test_overlaps_are_told(tmp_path):
    two = BALL.merge(BALL.translate((1, 0, 0)), merge_points=False)
    volume = decode("two.stl", written(two, tmp_path, ".stl"))
    assert volume.notes == ("Parts of the surface overlap; what any of them encloses is inside.",)


@pytest.mark.parametrize(
    "array",
    [
        RAMP,
        RAMP.astype(np.float64) * 1e305,
        RAMP.astype(">i2"),
        RAMP.astype(np.uint8),
        np.asfortranarray(RAMP),
    ],
    ids=["float32", "huge", "big-endian", "uint8", "Fortran"],
)
@pytest.mark.parametrize("suffix", [".npy", ".npz", ".nii"])
def test_arrays_keep_their_proportions(suffix, array):
    write = {".npy": npy, ".npz": lambda a: npz(density=a), ".nii": nifti}[suffix]
    volume = decode(f"a{suffix}", write(array))
    expected = np.zeros((4, 4, 4))
    expected[:, :3, 1:3] = RAMP / 23
    assert volume.notes == ()
    assert volume.density.dtype == np.float32
    np.testing.assert_allclose(volume.density, expected, rtol=1e-6)


def test_masks():
    volume = decode("mask.npy", npy(RAMP > 11))
    np.testing.assert_array_equal(volume.density[:, :3, 1:3], RAMP > 11)


def test_the_first_volume_of_an_archive():
    volume = decode("many.npz", npz(line=np.ones(3), ramp=RAMP, other=np.ones((2, 2, 2))))
    assert volume.notes == ("The file holds 3 arrays; this is the first 3D one.",)
    assert volume.density.shape == (4, 4, 4)


def test_large_arrays_are_averaged_down():
    array = np.zeros((300, 300, 180), dtype=np.uint8)
    array[:150] = 7
    volume = decode("a.npy", npy(array))
    assert volume.notes == (
        "It was 300 × 300 × 180; averaged down to 200 cells along the longest side.",
    )
    expected = np.zeros((MAX_SIDE,) * 3)
    expected[:100, :, 40:160] = 1
    np.testing.assert_allclose(volume.density, expected, atol=1e-6)


def test_cells_of_a_nifti_become_cubes():
    volume = decode("a.nii", nifti(np.ones((4, 4, 2), np.float32), np.diag([1, 1, 3, 1])))
    assert volume.notes == ("It was 4 × 4 × 2 oblong cells; now 4 × 4 × 6 cubes.",)
    expected = np.zeros((6, 6, 6))
    expected[1:5, 1:5] = 1
    np.testing.assert_allclose(volume.density, expected, atol=1e-6)


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_niftis_stand_upright(kind, pack):
    affine = np.zeros((4, 4))
    affine[2, 0], affine[0, 1], affine[1, 2], affine[3, 3] = -1, 1, 1, 1  # axis 0 leads down
    lying = RAMP[:, ::-1, ::-1]
    volume = decode("a.nii.gz", pack(nifti(lying, affine, kind)))
    closest = nibabel.as_closest_canonical(kind(lying, affine)).get_fdata()
    assert closest.shape == (3, 2, 4)
    np.testing.assert_allclose(volume.density[:3, 1:3], closest / 23, rtol=1e-6)


def test_niftis_keep_to_their_scale():
    image = nibabel.Nifti1Image(np.arange(8, dtype=np.int16).reshape(2, 2, 2), np.eye(4))
    data = bytearray(image.to_bytes())
    data[112:120] = np.array([0.5, 10], dtype="<f4").tobytes()  # slope and intercept
    expected = nibabel.Nifti1Image.from_bytes(bytes(data)).get_fdata()
    assert expected.min() == 10
    np.testing.assert_allclose(decode("a.nii", bytes(data)).density, expected / expected.max())


def test_every_volume_is_a_marginal():
    line = decode("a.npy", npy(np.ones((30, 1, 1)))).density
    GridProblem([resample_volume(line, 8), resample_volume(RAMP[:2, :2], 8)])


def test_a_missing_nibabel_is_told(monkeypatch):
    import_module = builtins.__import__

    def without_nibabel(name, *arguments, **options):
        if name.startswith("nibabel"):
            raise ModuleNotFoundError(name)
        return import_module(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without_nibabel)
    with pytest.raises(ValueError, match=r"pip install barycenter-explorer\[nifti\]"):
        decode("a.nii", nifti(RAMP))


def bomb():
    """An archive of little whose array is too much."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as entry:
        entry.write(announced((320, 1000, 1000), "|u1"))
        for _ in range(270):
            entry.write(bytes(10**6))
    return file.getvalue()


STL = b"".join([bytes(80), (12).to_bytes(4, "little"), bytes(50 * 12)])
TEXT_STL = (
    b"solid a\nfacet\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\n"
)
NIFTI = nifti(RAMP)
RANDOM = np.random.default_rng(0).bytes(5000)
TALE = b"To be, or not to be, that is the question.\n" * 20
REFUSED = {
    "unknown suffix": ("a.txt", TALE, r"must end in one of \.stl, .*, \.nii\.gz"),
    "gzip of something": ("a.gz", gzip.compress(TALE), "must end in one of"),
    "no suffix": ("stl", STL, "must end in one of"),
    **{f"empty {s}": (f"a{s}", b"", "the file is empty") for s in SUFFIXES},
    **{f"text {s}": (f"a{s}", TALE, "is no|no triangles") for s in SUFFIXES},
    **{f"random {s}": (f"a{s}", RANDOM, "is no|no triangles") for s in SUFFIXES},
    "too many bytes": ("a.obj", bytes(MAX_BYTES + 1), "at most 64 MiB"),
    "cut binary STL": ("a.stl", STL[:-60], "announces 12 triangles, but holds 10"),
    "cut text STL": ("a.stl", TEXT_STL, "cut off; it must end with “endsolid”"),
    "word in an STL": ("a.stl", TEXT_STL.replace(b"1", b"one") + b"endsolid\n", "damaged"),
    "one triangle": ("a.stl", TEXT_STL + b"endsolid a\n", "is open: 3 edges"),
    "cut PLY": ("a.ply", CUBE_PLY[:-60].encode(), "damaged or cut off, or it is no PLY"),
    "cut binary PLY": ("a.ply", big_endian(CUBE_PLY)[:-9], "damaged or cut off"),
    "PLY of points": ("a.ply", CUBE_PLY.replace("face 6", "face 0").encode(), "no triangles"),
    "PLY of too much": ("a.ply", CUBE_PLY.replace("x 8", "x 99999999").encode(), "2 million"),
    "PLY, long list": ("a.ply", CUBE_PLY.replace("4 3 2", "99999999 3 2").encode(), "2 million"),
    "PLY, NaN": ("a.ply", CUBE_PLY.replace("9 0 0 0", "9 0 0 nan").encode(), "not finite"),
    "PLY, wrong corner": ("a.ply", CUBE_PLY.replace("4 3 2", "4 8 2").encode(), "8 points"),
    "OBJ, corner 0": ("a.obj", CUBE_OBJ.replace("f 2 3", "f 0 3").encode(), "damaged"),
    "OBJ, far corner": ("a.obj", CUBE_OBJ.replace("f 2 3", "f 2 99").encode(), "8 points"),
    "OBJ, long line": ("a.obj", b"f " + b"1 " * 2**20, "damaged"),
    "flat closed OBJ": (
        "a.obj",
        b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\nf 3 2 1",
        "encloses nothing",
    ),
    "pickle": ("a.npy", npy(np.array([{}]), allow_pickle=True), "holds object"),
    "pickle in NPZ": ("a.npz", npz(a=np.array([[[{}]]])), "holds object"),
    "complex": ("a.npy", npy(RAMP * 1j), "holds complex64, but real numbers"),
    "picture": ("a.npy", npy(RAMP[0]), r"has the shape \(3, 2\), but a density is a 3D array"),
    "stack": ("a.npy", npy(RAMP[None]), "is a 3D array"),
    "picture in NPZ": ("a.npz", npz(a=RAMP[0]), "is a 3D array"),
    "empty NPZ": ("a.npz", npz(), "holds no array"),
    "cut NPY": ("a.npy", npy(RAMP)[:-1], "announces the shape .4, 3, 2., but the file holds less"),
    "announces 2 GB": ("a.npy", announced((500, 500, 1000)), "the file holds less"),
    "too many cells": (
        "a.npz",
        npz(a=np.zeros((320, 400, 400), bool)),
        "320 × 400 × 400 cells.*40",
    ),
    "cut NPZ": ("a.npz", npz(a=RAMP)[:-30], "damaged or cut off, or it is no NPZ"),
    "zip bomb": ("a.npz", bomb(), "at most 256 MiB"),
    "no cells": ("a.npy", npy(RAMP[:0]), "the file holds less"),
    "one cell": ("a.npy", npy(np.ones((1, 1, 1))), "2 cells along a side"),
    "zeros": ("a.npy", npy(0 * RAMP), "all its values are 0"),
    "negative": ("a.npy", npy(RAMP - 1), "go down to -1, but a density must be ≥ 0"),
    "NaN": ("a.npy", npy(RAMP * np.nan), "not finite"),
    "infinity": ("a.npz", npz(a=np.where(RAMP > 3, np.inf, RAMP)), "not finite"),
    "negative NIfTI": ("a.nii", nifti(RAMP - 1024), "go down to -1024"),
    "NIfTI in time": ("a.nii", nifti(np.ones((2, 2, 2, 5), np.float32)), "a volume is a 3D array"),
    "flat NIfTI": ("a.nii", nifti(np.ones((4, 4), np.float32)), "a volume is a 3D array"),
    "complex NIfTI": ("a.nii", nifti(RAMP.astype(np.complex64)), "but real numbers"),
    "cut NIfTI": ("a.nii", NIFTI[:-1], "holds less than that"),
    "cut header": ("a.nii", NIFTI[:200], "damaged or cut off, or it is no NIfTI"),
    "cut gzip": ("a.nii.gz", gzip.compress(NIFTI)[:-20], "damaged or cut off"),
    "gzip bomb": ("a.nii.gz", gzip.compress(bytes(280 * 10**6), 1), "more than 256 MiB"),
    "cells without sides": ("a.nii", NIFTI[:280] + bytes(48) + NIFTI[328:], "0 × 0 × 0.*> 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_sentence_refuses(name):
    file, data, message = REFUSED[name]
    with pytest.raises(ValueError, match=f"^volume: .*({message})") as refusal:
        decode(file, data)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("suffix", [".stl", ".ply", ".obj", ".npy", ".npz", ".nii", ".nii.gz"])
def test_damage_never_gets_further_than_a_sentence(suffix, tmp_path):
    sane = {
        ".npy": npy(RAMP),
        ".npz": npz(a=RAMP),
        ".nii": NIFTI,
        ".nii.gz": gzip.compress(NIFTI),
    }
    small = pv.Icosahedron()
    data = sane[suffix] if suffix in sane else written(small, tmp_path, suffix)
    rng = np.random.default_rng(0)
    sentences = []
    for _ in range(60):
        damaged = np.frombuffer(data, dtype=np.uint8)[: rng.integers(1, len(data) + 1)].copy()
        damaged[rng.integers(0, len(damaged), size=3)] = rng.integers(0, 256, size=3)
        try:
            density = decode(f"a{suffix}", damaged.tobytes()).density
        except ValueError as refusal:
            sentences.append(str(refusal))
        else:
            assert 0 <= density.min() < density.max() < np.inf
    assert len(sentences) > 10
    assert all(sentence.startswith("volume: ") for sentence in sentences)


@pytest.mark.parametrize("n", [5, 8, 9, 16, 23])
def test_resampling(n):
    rng = np.random.default_rng(n)
    volume = rng.random((8, 8, 8))
    volume[5:] = 0
    resampled = resample_volume(volume, n)
    assert resampled.shape == (n, n, n)
    assert resampled.dtype == np.float64
    assert resampled.min() >= 0
    assert resampled.max() <= volume.max()
    if n <= 8:  # averaging over areas keeps the mass
        assert resampled.mean() == pytest.approx(volume.mean(), rel=1e-6)
    np.testing.assert_allclose(resample_volume(np.ones((8, 8, 8)), n), 1, rtol=1e-6)


def test_resampling_by_whole_numbers():
    volume = np.random.default_rng(0).random((8, 8, 8))
    halved = volume.reshape(4, 2, 4, 2, 4, 2).mean(axis=(1, 3, 5))
    np.testing.assert_allclose(resample_volume(volume, 4), halved, rtol=1e-6)
    np.testing.assert_array_equal(resample_volume(volume, 8), volume)
    ramp = np.broadcast_to(np.arange(8.0)[:, None, None], (8, 8, 8))
    expected = np.clip((np.arange(16) + 0.5) / 2 - 0.5, 0, 7)
    np.testing.assert_allclose(resample_volume(ramp, 16)[:, 3, 5], expected, rtol=1e-6)
