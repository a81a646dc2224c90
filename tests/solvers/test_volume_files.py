"""Any sane volume file becomes a density."""

import builtins
import gzip

import nibabel
import numpy as np
import pytest

from solvers import GridProblem, datasets
from solvers.volumes import MAX_SIDE, decode, resample_volume
from tests.solvers.volume_files import (
    BALL,
    CUBE_OBJ,
    CUBE_PLY,
    RAMP,
    big_endian,
    cube,
    nifti,
    npy,
    npz,
    written,
)


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
